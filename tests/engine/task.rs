//! One process or thread of a run, as the engine sees it.

use std::fs;

use nix::unistd::Pid;

use super::step::{At, Who};
use super::sys::Call;
use crate::harness::calls;

/// What becomes of a system call that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    AsIs,
    /// Its first argument was changed.
    Translated,
    /// It is not made: what the program gets for it.
    Skipped(i64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It runs, or waits in a call.
    Free,
    /// It has stopped, and is held there: since when, in virtual milliseconds, and whether until the
    /// others sleep.
    Held {
        since: u64,
        until_asleep: bool,
    },
    /// It has stopped before a call to sleep: when it wakes, in virtual milliseconds.
    Asleep(u64),
    /// A signal has stopped it.
    Stopped,
    Ended,
}

pub struct Task {
    pub pid: Pid,
    pub run: usize,
    /// Which of the program's processes it is; none for a thread.
    pub who: Option<Who>,
    /// Whether it has become the program.
    pub began: bool,
    pub state: State,
    /// The names of its calls so far.
    pub calls: Vec<String>,
    pub call: Option<Call>,
    pub plan: Plan,
    /// The call that the kernel will make again, for a signal interrupted it: no new call.
    pub again: bool,
    pub sleeps: bool,
    /// Where it was held.
    pub place: Option<At>,
}

impl Task {
    pub fn new(pid: Pid, run: usize, who: Option<Who>, began: bool) -> Self {
        Self {
            pid,
            run,
            who,
            began,
            state: State::Free,
            calls: Vec::new(),
            call: None,
            plan: Plan::AsIs,
            again: false,
            sleeps: false,
            place: None,
        }
    }

    pub fn lives(&self) -> bool {
        self.state != State::Ended
    }

    /// Whether it has come to the place of a step.
    pub fn is_at(&self, now: At, place: At) -> bool {
        let is = |call: &&String, name: &str| call.starts_with(name);
        let last = self.calls.last();
        match (now, place) {
            (At::Call(_), At::Named(name, number)) => {
                let same = self.calls.iter().filter(|call| *call == name);
                last.is_some_and(|last| last == name) && same.count() == number
            }
            (At::Call(number), At::From(name, later)) => {
                let first = self.calls.iter().position(|call| is(&call, name));
                first.is_some_and(|first| first + 1 + later == number)
            }
            _ => now == place,
        }
    }

    /// Whether it can do nothing until another does something: it waits in a call without a limit of
    /// time, or has ended but for its threads.
    pub fn waits(&self) -> bool {
        match self.state {
            State::Ended | State::Stopped | State::Held { .. } | State::Asleep(_) => true,
            State::Free => {
                let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid));
                let stat = stat.unwrap_or_default();
                // After the name, which may hold anything.
                let state = stat
                    .rsplit(") ")
                    .next()
                    .and_then(|rest| rest.chars().next());
                match (state, self.call) {
                    (None | Some('Z' | 'X'), _) => true,
                    (Some('S'), Some(call)) => !calls::is_timed(&call),
                    // A parent waits so until its vfork child becomes another program.
                    (Some('D'), Some(call)) => calls::name(call[0]).contains("fork"),
                    _ => false,
                }
            }
        }
    }

    /// "process 1 waits in read, for its turn".
    pub fn describe(&self) -> String {
        let who = match self.who {
            Some(0) => "the first process".to_string(),
            Some(who) => format!("process {who}"),
            None => "a thread".to_string(),
        };
        match self.call {
            Some(call) => format!("{who} {}", calls::describe(self.pid, &call)),
            None => format!("{who} computes"),
        }
    }
}
