//! # shm-create: make a shared memory segment
//!
//! Asks the kernel for the segment of a key: `shmget` finds it, or makes it if there is none. The
//! segment outlives this program: see it with `ipcs -m`, remove it with `make clean-shm`.
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
