//! What is done to the processes of a run: at a place in the life of one of them, an act.

use nix::errno::Errno;
use nix::sys::signal::Signal;

/// One of a program's processes: 0 is the first, then its children in the order of their birth.
pub type Who = usize;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    Birth,
    /// Before its system call of this name, and of this number among those, from 1.
    Call(&'static str, usize),
    /// After it.
    After(&'static str, usize),
    /// After its first sleep.
    Awake,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// It is held until the others have ended or can do no more. Nothing else is done to it at that place.
    Hold,
    /// It is held until the case waits for the program's end.
    Pause,
    /// A signal is sent to it.
    Send(Signal),
    /// A signal is sent to all of the program's processes, as a terminal does.
    SendAll(Signal),
    /// The call is not made, and fails.
    Fail(Errno),
}

/// To one of the processes, at a place, an act.
pub type Step = (Who, At, Act);

/// The order that the C version of shm-fork hopes for: process 2 reads when process 1 has written and
/// sleeps, and process 1 reads when process 2 has ended.
pub const THE_C_VERSIONS_ORDER: [Step; 2] = [(2, At::Birth, Act::Hold), (1, At::Awake, Act::Hold)];
