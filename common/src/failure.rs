//! What went wrong.

use std::ffi::CStr;

use libc::c_int;
use nix::errno::Errno;

/// Why an exercise ends with exit status 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A call failed: what `perror` is given, most often its name; and the errno it left.
    Call(&'static CStr, Errno),
    /// The user's input will not do: the line that says why.
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

    /// The failure of the `call` that has just been made, with the errno it left.
    pub(crate) fn last(call: &'static CStr) -> Self {
        Self::Call(call, Errno::last())
    }

    /// The same failure under the name that the exercise gives it, as C's `perror(label)` would.
    #[must_use]
    pub fn labelled(self, label: &'static CStr) -> Self {
        match self {
            Self::Call(_, errno) => Self::Call(label, errno),
            other => other,
        }
    }
}
