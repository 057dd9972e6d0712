//! `make-segment KEY SIZE MODE TEXT` — makes a segment to start from, of SIZE bytes, with the permissions MODE
//! (octal), filled with the letters of TEXT over and over.
//!
//! Prints its ID and, where there is a text, stays attached until its standard input ends. A report's commands and
//! the sheets use it, to begin by hand from the segments that a case begins from.

use std::env;
use std::io::{self, IsTerminal};
use std::process::ExitCode;

use engine::NewSegment;

fn main() -> ExitCode {
    let Some((key, size, mode, text)) = arguments() else {
        eprintln!("usage: make-segment KEY SIZE MODE TEXT (MODE in octal, TEXT '' for no text)");
        return ExitCode::from(2);
    };
    match NewSegment::make(key, size, mode, text.as_bytes()) {
        Ok(segment) => {
            println!("{}", segment.id());
            wait_for_end_of_input(!text.is_empty());
            ExitCode::SUCCESS
        }
        Err(trouble) => {
            eprintln!("{trouble}");
            ExitCode::FAILURE
        }
    }
}

fn arguments() -> Option<(i32, i32, i32, String)> {
    let arguments: Vec<String> = env::args_os()
        .skip(1)
        .map(|argument| argument.into_string().ok())
        .collect::<Option<_>>()?;
    let [key, size, mode, text] = arguments.as_slice() else {
        return None;
    };
    let mode = i32::from_str_radix(mode, 8).ok()?;
    let is_mode = (0..=0o777).contains(&mode);
    is_mode.then_some((key.parse().ok()?, size.parse().ok()?, mode, text.clone()))
}

fn wait_for_end_of_input(is_attached: bool) {
    if io::stdin().is_terminal() {
        let what = if is_attached { "attached" } else { "waiting" };
        eprintln!("{what} until its input ends: press Control-D");
    }
    // Input that cannot be read has ended.
    let _ = io::copy(&mut io::stdin(), &mut io::sink());
}
