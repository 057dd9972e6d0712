//! # shm-dynamic: a segment as large as the user wants
//!
//! Asks for a size in bytes, gets a segment of that size (`shmget`), attaches it (`shmat`), stores a
//! text in it, reads the text back and detaches the segment (`shmdt`). The segment stays.
//!
//! Try: a size of 1, of 0, of -5; then a size larger than the segment that is there by now.

#![no_main]
#![forbid(unsafe_code)]

use common::{DYNAMIC_KEY, Failure, Segment, Stdout, read_size};

common::main!(dynamic);

fn dynamic(out: &mut Stdout) -> Result<(), Failure> {
    write!(out, "Enter the size of shared memory : ")?;
    let size = read_size()?;
    let segment = Segment::create(DYNAMIC_KEY, size)?;
    let memory = segment.attach()?;
    memory.store(format_args!("We have accessed shared memory ID : {segment}"));
    out.print_line("Shared memory : ", memory.text())?;
    memory.detach()
}
