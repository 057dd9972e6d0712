//! `make-segment KEY SIZE MODE TEXT` — makes a segment to start from, of `SIZE` bytes, with the
//! permissions `MODE` (octal), filled with the letters of `TEXT` over and over.
//!
//! Prints its ID and, where there is a text, stays attached until its standard input ends.

#![no_main]
#![forbid(unsafe_code)]

use std::env;
use std::io::{self, IsTerminal};
use std::process;
use std::sync::atomic::Ordering::Relaxed;

use common::{Attachment, Failure, Segment, Stdout};
use libc::{IPC_CREAT, IPC_EXCL, c_int, key_t};

common::main!(make_segment);

fn make_segment(out: &mut Stdout) -> Result<(), Failure> {
    let Some((key, size, mode, text)) = arguments() else {
        eprintln!("usage: make-segment KEY SIZE MODE TEXT (MODE in octal, TEXT '' for no text)");
        process::exit(2);
    };
    let segment = Segment::get(key, size, IPC_CREAT | IPC_EXCL | mode)?;
    let memory = (!text.is_empty()).then(|| segment.attach()).transpose();
    // A segment that cannot be filled is none to start from.
    let memory = memory.or_else(|failure| segment.remove().and(Err(failure)))?;
    if let Some(memory) = &memory {
        fill(memory, &text);
    }
    writeln!(out, "{segment}")?;
    out.flush()?;
    wait_for_end_of_input(memory.is_some());
    Ok(())
}

fn arguments() -> Option<(key_t, c_int, c_int, String)> {
    let arguments: Vec<String> = env::args_os()
        .skip(1)
        .map(|argument| argument.into_string().ok())
        .collect::<Option<_>>()?;
    let [key, size, mode, text] = arguments.as_slice() else {
        return None;
    };
    let mode = c_int::from_str_radix(mode, 8).ok()?;
    let is_mode = (0..=0o777).contains(&mode);
    is_mode.then_some((key.parse().ok()?, size.parse().ok()?, mode, text.clone()))
}

fn fill(memory: &Attachment, text: &str) {
    for (byte, letter) in memory.bytes().iter().zip(text.bytes().cycle()) {
        byte.store(letter, Relaxed);
    }
}

fn wait_for_end_of_input(is_attached: bool) {
    if io::stdin().is_terminal() {
        let what = if is_attached { "attached" } else { "waiting" };
        eprintln!("{what} until its input ends: press Control-D");
    }
    // Input that cannot be read has ended.
    let _ = io::copy(&mut io::stdin(), &mut io::sink());
}
