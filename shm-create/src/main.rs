//! # shm-create: make a shared memory segment
//!
//! Asks the kernel for the segment of a key: `shmget` finds it, or makes one if there is none. The
//! segment outlives this program: `ipcs -m` shows it, `make clean-shm` removes it.
//!
//! Try: run it twice and compare the IDs; remove the segment and run it again.

#![no_main]
#![forbid(unsafe_code)]

use common::{CREATE_KEY, CREATE_SIZE, Failure, Segment, Stdout};

common::main!(create);

fn create(out: &mut Stdout) -> Result<(), Failure> {
    let segment = Segment::create(CREATE_KEY, CREATE_SIZE)
        .map_err(|failure| failure.labelled(c"shmget failed"))?; // as C's perror("shmget failed")
    writeln!(out, "Shared memory segment created with ID : {segment}")
}
