//! # shm-attach: put a text into a segment and read it back
//!
//! Finds the segment that shm-create made (`shmget`), maps it into this process's memory (`shmat`),
//! writes and reads it there like any other memory, and detaches it (`shmdt`).
//!
//! Try: run it before shm-create; look at the times and process numbers with `ipcs -m -i ID`.

#![no_main]
#![forbid(unsafe_code)]

use common::{CREATE_KEY, CREATE_SIZE, Failure, Segment, Stdout};

common::main!(attach);

fn attach(out: &mut Stdout) -> Result<(), Failure> {
    let memory = Segment::open(CREATE_KEY, CREATE_SIZE)?.attach()?;
    memory.store("This is our shared memory segment.");
    writeln!(out, "Written data to shared memory.")?;
    out.print_line("Shared memory : ", memory.text())?;
    memory.detach()
}
