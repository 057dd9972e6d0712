//! What went wrong.

use std::ffi::CStr;

use libc::c_int;
use nix::errno::Errno;

/// Why an exercise ends with exit status 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A call failed: the label for `perror`, usually the call's name, and its errno.
    Call(&'static CStr, Errno),
    /// The input cannot be used: the line that says why.
    Input(&'static str),
    /// A signal killed a process: which process, which signal.
    Killed(&'static str, c_int),
    /// It has been reported, or another process of the exercise reports it.
    Reported,
}

impl Failure {
    /// Makes an errno a failure of `call`.
    pub(crate) fn of(call: &'static CStr) -> impl Fn(Errno) -> Self {
        move |errno| Self::Call(call, errno)
    }

    /// The failure of the `call` that has just been made, with its errno.
    pub(crate) fn last(call: &'static CStr) -> Self {
        Self::Call(call, Errno::last())
    }

    /// The same failure with another label, as C's `perror(label)` prints it.
    #[must_use]
    pub fn labelled(self, label: &'static CStr) -> Self {
        match self {
            Self::Call(_, errno) => Self::Call(label, errno),
            other => other,
        }
    }
}
