//! What is done to the processes of a run: at a place in the life of one of them, an act.

use std::rc::Rc;

use nix::errno::Errno;
use nix::sys::signal::Signal;

use super::world::World;
use crate::harness::Verdict;

/// One of a program's processes: 0 is the first, then its children in the order of their birth.
pub type Who = usize;

/// Each of a program's processes, when it comes there itself.
pub const EACH: Who = Who::MAX;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    Birth,
    /// Before its system call of this number, from 1.
    Call(usize),
    /// Before its call of this name, and of this number among those, from 1.
    Named(&'static str, usize),
    /// Before the call that comes so many calls after its first call of this name.
    From(&'static str, usize),
    /// After its first sleep.
    Awake,
}

#[derive(Clone)]
pub enum Act<'a> {
    /// It is held until the others have ended or can do no more.
    Hold,
    /// It is held until the others have ended, wait or sleep.
    HoldUntilAsleep,
    /// A signal is sent to it.
    Send(Signal),
    /// A signal is sent to all of the program's processes, as a terminal does.
    SendAll(Signal),
    /// The call is not made, and fails.
    Fail(Errno),
    /// It is held while this is done.
    Meanwhile(Rc<dyn Fn(&mut World<'a>) -> Verdict + 'a>),
}

#[derive(Clone)]
pub struct Step<'a> {
    pub who: Who,
    pub at: At,
    pub act: Act<'a>,
}

pub const fn step(who: Who, at: At, act: Act<'_>) -> Step<'_> {
    Step { who, at, act }
}

/// The order that the C version of shm-fork hopes for: process 2 reads when process 1 has written and
/// sleeps, and process 1 reads when process 2 has ended.
pub fn the_c_versions_order<'a>() -> Vec<Step<'a>> {
    vec![
        step(2, At::Birth, Act::HoldUntilAsleep),
        step(1, At::Awake, Act::Hold),
    ]
}
