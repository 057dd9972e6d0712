//! System V shared memory for the four exercises: the calls, made safe.
//!
//! | call | here | what it does |
//! |---|---|---|
//! | `shmget` | [`Segment::create`], [`Segment::open`] and others | finds or makes a segment, returns its ID |
//! | `shmat` | [`Segment::attach`] | maps a segment into this process |
//! | `shmdt` | [`Attachment::detach`] | takes that mapping away again |
//! | `shmctl` | [`Segment::remove`], [`Segment::attach`] | `IPC_RMID` removes a segment, `IPC_STAT` returns its size |
//!
//! The rest is what a C program gets from its library: [`Stdout`] is C's own standard output,
//! [`read_size`] reads as `scanf("%d")` does, `perror` reports a [`Failure`], and [`main!`] starts the
//! program where C starts. [`Segment::claim_leftover`], [`fork`] and [`Turn`] are for shm-fork.
//!
//! All unsafe code of the programs is in this crate: one call in each block, under a sentence that
//! names the fact which makes it sound.

mod attachment;
mod claim;
mod failure;
mod keys;
mod process;
mod report;
mod scan;
mod segment;
mod start;
mod stdio;
mod turn;

pub use attachment::Attachment;
pub use failure::Failure;
pub use keys::{CREATE_KEY, CREATE_SIZE, DYNAMIC_KEY, FORK_KEY, FORK_SIZE};
pub use process::{exit, fork, keep_exit_statuses, wait};
pub use report::report_all;
pub use scan::read_size;
pub use segment::Segment;
pub use start::start;
pub use stdio::Stdout;
pub use turn::Turn;
