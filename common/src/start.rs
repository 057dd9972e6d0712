//! Where a program starts and how it ends.

use libc::c_int;

use crate::{Failure, Stdout, report_all};

/// Makes `exercise` the program: the C library calls it as it calls a C program's `main`.
///
/// This leaves out Rust's own start. So signals act as in C (SIGPIPE ends the process), descriptors
/// stay as they were, and strace shows the exercise's own calls.
#[macro_export]
macro_rules! main {
    ($exercise:path) => {
        // SAFETY: `#![no_main]` goes with it, so this is the only `main` that is linked.
        #[unsafe(no_mangle)]
        extern "C" fn main() -> ::core::ffi::c_int {
            $crate::start($exercise)
        }
    };
}

/// Runs an exercise and returns its exit status: 0, or 1 after a failure. For [`main!`](crate::main).
#[must_use]
pub fn start(exercise: fn(&mut Stdout) -> Result<(), Failure>) -> c_int {
    let mut out = Stdout::new();
    let result = exercise(&mut out);
    end(&mut out, result)
}

/// Ends a process in C's order: reports the failure at once, then writes standard output.
pub(crate) fn end(out: &mut Stdout, result: Result<(), Failure>) -> c_int {
    let told = report_all([result]);
    let written = report_all([out.flush()]);
    c_int::from(told.and(written).is_err())
}
