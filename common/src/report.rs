//! Reports what went wrong: one line, as C's `perror` writes it.

use std::ffi::CStr;

use nix::errno::Errno;
use nix::sys::signal::Signal;

use crate::Failure;
use crate::stdio::say;

/// Reports every failure in `results`, so that none hides another.
///
/// # Errors
/// [`Failure::Reported`]: there was one.
pub fn report_all<const N: usize>(results: [Result<(), Failure>; N]) -> Result<(), Failure> {
    let mut all = Ok(());
    for failure in results.into_iter().filter_map(Result::err) {
        report(failure);
        all = Err(Failure::Reported);
    }
    all
}

/// Writes the line on standard error. If that fails, there is nowhere left to say so.
fn report(failure: Failure) {
    match failure {
        Failure::Call(call, errno) => perror(call, errno),
        Failure::Input(why) => say(why),
        Failure::Killed(process, signal) => match Signal::try_from(signal) {
            Ok(signal) => say(&format!("{process}: killed by {signal}")),
            Err(_) => say(&format!("{process}: killed by signal {signal}")),
        },
        Failure::Reported => {}
    }
}

/// `perror(s)` — prints the C library's own text for an errno. See perror(3).
fn perror(call: &CStr, errno: Errno) {
    errno.set();
    // SAFETY: `call` is a C string: it ends in NUL.
    unsafe { libc::perror(call.as_ptr()) }
}
