//! What is done to the processes of a run: at a place in the life of one of them, an act.

use std::fmt;

use nix::errno::Errno;
use nix::sys::signal::Signal;

/// One of a program's processes: 0 is the first, then its children in the order of their birth.
pub type Who = usize;

/// A place in a process's life. Calls of all its threads count; those of its loader do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// Before it does anything.
    Birth,
    /// Before its system call of this name, and of this number among those, from 1.
    Call(&'static str, usize),
    /// After it.
    After(&'static str, usize),
    /// After its first sleep.
    Awake,
}

/// "before its read number 2".
impl fmt::Display for At {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Birth => write!(formatter, "before its first call"),
            Self::Call(name, number) => write!(formatter, "before its {name} number {number}"),
            Self::After(name, number) => write!(formatter, "after its {name} number {number}"),
            Self::Awake => write!(formatter, "after its first sleep"),
        }
    }
}

/// What is done there, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// It is held until the others have ended, or can do no more: they wait, or poll without end.
    Hold,
    /// It is held until the case lets it go: [`World::finish`](crate::World::finish).
    Pause,
    /// A signal is sent to it.
    Send(Signal),
    /// A signal is sent to all of the program's processes, as a terminal does.
    SendAll(Signal),
    /// The call is not made, and fails: at a [`At::Call`] alone.
    Fail(Errno),
}

/// Something is done to one of the processes: who, where, what.
pub type Step = (Who, At, Act);
