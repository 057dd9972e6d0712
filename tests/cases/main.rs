//! The cases of `make check`: the C version and ours start in the same state, and every byte,
//! stream, status and segment is compared. One file an exercise, and one for each way to break them.

mod attach;
mod bad_input;
mod binaries;
mod create;
mod crowds;
mod dynamic;
mod failures;
mod fork;
mod harness;
mod kills;
mod makefile;
mod outputs;
mod together;

common::before_main!(harness::enter);
