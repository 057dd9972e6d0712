//! `make-segment KEY SIZE MODE TEXT` — makes a segment for a case to start from, of `SIZE` bytes,
//! with the permissions `MODE` (octal), filled with the letters of `TEXT` over and over.
//!
//! Prints a line once the segment is there and stays attached until its standard input ends.

use std::env;
use std::error::Error;
use std::io::{self, Read};
use std::sync::atomic::Ordering::Relaxed;

use common::{Failure, Segment};
use libc::{IPC_CREAT, IPC_EXCL};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [key, size, mode, text] = arguments.as_slice() else {
        panic!("usage: make-segment KEY SIZE MODE TEXT");
    };
    let mode = i32::from_str_radix(mode, 8).expect("MODE is octal");
    let key = key.parse().expect("KEY is a number");
    let size = size.parse().expect("SIZE is a number");
    let told = |failure: Failure| format!("{failure:?}");
    let segment = Segment::get(key, size, IPC_CREAT | IPC_EXCL | mode).map_err(told)?;
    let memory = if text.is_empty() {
        None
    } else {
        Some(segment.attach().map_err(told)?)
    };
    if let Some(memory) = &memory {
        for (byte, letter) in memory.bytes().iter().zip(text.bytes().cycle()) {
            byte.store(letter, Relaxed);
        }
    }
    println!("{segment}");
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
