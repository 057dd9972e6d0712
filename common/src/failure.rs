//! What went wrong, and how the user is told: one line, as C's `perror` writes it.

use std::ffi::CStr;

use libc::c_int;
use nix::errno::Errno;
use nix::sys::signal::Signal;

use crate::stdio::say;

/// Why an exercise ends with exit status 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A call failed: what `perror` is given, most often its name; and the errno it left.
    Call(&'static CStr, Errno),
    /// The user's input will not do: why not.
    Input(&'static str),
    /// A process died: which process, by which signal.
    Killed(&'static str, c_int),
    /// The user has been told, or is told by another process of the exercise.
    Reported,
}

impl Failure {
    /// What makes a failure of `call` from the errno it left.
    pub(crate) fn of(call: &'static CStr) -> impl Fn(Errno) -> Self {
        move |errno| Self::Call(call, errno)
    }

    /// The same failure under the name that the exercise gives it, as C's `perror(label)` would.
    #[must_use]
    pub fn labelled(self, label: &'static CStr) -> Self {
        match self {
            Self::Call(_, errno) => Self::Call(label, errno),
            other => other,
        }
    }

    /// Writes the one line on standard error. It cannot fail: there is nowhere left to say so.
    pub(crate) fn report(&self) {
        match *self {
            Self::Call(call, errno) => perror(call, errno),
            Self::Input(why) => say(format_args!("size: {why}")),
            Self::Killed(process, signal) => match Signal::try_from(signal) {
                Ok(signal) => say(format_args!("{process}: killed by {signal}")),
                Err(_) => say(format_args!("{process}: killed by signal {signal}")),
            },
            Self::Reported => {}
        }
    }
}

/// Reports every failure among `results`, so that none hides another.
///
/// # Errors
/// [`Failure::Reported`] if there was one.
pub fn report_all<const N: usize>(results: [Result<(), Failure>; N]) -> Result<(), Failure> {
    let mut all = Ok(());
    for failure in results.into_iter().filter_map(Result::err) {
        failure.report();
        all = Err(Failure::Reported);
    }
    all
}

/// `perror(s)` — the C library's own text for an errno. See perror(3).
fn perror(call: &CStr, errno: Errno) {
    errno.set();
    // SAFETY: `call` is a C string: it ends in NUL.
    unsafe { libc::perror(call.as_ptr()) }
}
