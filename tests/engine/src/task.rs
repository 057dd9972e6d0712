//! One process or thread of a run, as the engine sees it.

use std::collections::HashMap;
use std::ops::Range;
use std::process::ExitStatus;
use std::time::Duration;

use nix::unistd::Pid;

use crate::calls::Call;
use crate::process::Stat;
use crate::segments::Attachment;
use crate::step::{At, Who};

/// Where a task is. One at a time is let go, by `schedule`:
///
/// ```text
///   Unborn --its first stop--> Ready --let go--> Runs --seen to wait in a call--> Waits
///                              ^ ^ |              | ^                             |   |
///             a signal comes   | | |              | +---its time is up: let go----+   |
///            +-----------------+ | |              |                                   |
///            |                   | +----a stop----+-----------------a stop------------+
///         Sleeps, Held <---------+ a stop: a call that lets time go by, or a place to be held
///            +----------------- let go, last ---> Runs
///
///   from everywhere: Ended; and Suspended by a signal, until SIGCONT
/// ```
///
/// A sleeper stands at the entry of its call, which is not made. A task that is to be held before a call is first taken
/// past it: the call is skipped, the program is set back before the instruction, and the task is held there. A signal
/// that comes meanwhile is met when it is let go, before the call is made; even one that kills, but for SIGKILL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its maker's call has named it, and it has not come to its first stop yet.
    Unborn,
    /// It has stopped, and can go on at any time, with this signal (0: none).
    Ready(i32),
    /// It was let go: it is between two stops.
    Runs,
    /// It waits in a call for another to do something.
    Waits(Patience),
    /// It has stopped at a call that only lets time go by.
    Sleeps(Patience),
    /// It is held at a place.
    Held(Hold, Patience),
    /// A signal such as SIGSTOP has stopped it.
    Suspended,
    /// It has ended.
    Ended,
}

/// How many calls each of the others must have made until this one goes on beside them: they never wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Patience(pub u32);

/// It is held at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Where.
    pub at: At,
    /// Only the case lets it go.
    pub is_pause: bool,
    /// How often time had gone by in its world when it began.
    pub naps: u64,
}

/// What becomes of a call that is under way: it is decided at the entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is made as it is.
    Made,
    /// It is made with another first argument, and its result is translated back.
    Translated(u64),
    /// It is not made: what the program gets for it.
    Skipped(i64),
    /// It is not made, because it would reach a stranger: the program gets EPERM, and that is told.
    Refused,
    /// It is not made, because it only lets time go by.
    Slept,
    /// It is not made yet, but again after this: the task is to be held before it, or gets a signal.
    Postponed,
    /// It is interrupted, because its time is up.
    TimedOut,
}

/// A call under way.
#[derive(Clone, Copy, Debug)]
pub struct Underway {
    /// As the program makes it.
    pub call: Call,
    /// Its number among the process's calls of that name.
    pub number: usize,
    /// What becomes of it.
    pub fate: Fate,
    /// When it ends if nobody else ends it, in virtual milliseconds.
    pub until: Option<u64>,
    /// When an alarm ends it before, in virtual milliseconds.
    pub alarm: Option<u64>,
    /// Whether it is the program's own, for the log.
    pub is_own: bool,
    /// Whether a child was born in it, which now has the parent's memory: see vfork(2).
    pub has_lent: bool,
}

impl Underway {
    /// When it ends, by itself or by an alarm.
    pub fn ends(&self) -> Option<u64> {
        self.until.into_iter().chain(self.alarm).min()
    }

    /// Whether an alarm comes before it ends by itself.
    pub fn has_alarm(&self) -> bool {
        self.alarm.is_some_and(|alarm| self.until.is_none_or(|until| alarm <= until))
    }
}

/// A call that a task makes once more: a signal has interrupted it, or it was postponed.
#[derive(Clone, Copy, Debug)]
pub struct Again {
    /// As the program made it first.
    pub call: Call,
    /// Its number, which stays.
    pub number: usize,
    /// When it ends, which stays too.
    pub until: Option<u64>,
    /// Whether it was made before, and not only postponed.
    pub was_made: bool,
}

/// One process or thread.
pub struct Task {
    /// Its number.
    pub pid: Pid,
    /// Which run it is of.
    pub run: usize,
    /// Which process of the run.
    pub who: Who,
    /// Which thread of the process: 0 is the first.
    pub thread: usize,
    /// Where it is.
    pub state: State,
    /// The call that it is in.
    pub under: Option<Underway>,
    /// The call that it makes again: that is no new call.
    pub again: Option<Again>,
    /// What `again` was when each handler began that it is in: it is so again when that returns.
    pub handlers: Vec<Option<Again>>,
    /// How many turns it has used up without waiting.
    pub turns_used: u32,
    /// How many calls it has made without waiting; a turn that it computes counts as many as it could have made.
    pub vain_calls: u32,
    /// How many calls it has made in this turn.
    pub calls_in_turn: u32,
    /// What it had used of the processor when this turn was first looked at.
    pub used_before: Option<Duration>,
    /// What /proc tells of it.
    pub stat: Stat,
}

impl Task {
    /// One that has just been made.
    pub fn new(pid: Pid, run: usize, who: Who, thread: usize) -> Self {
        Self {
            pid,
            run,
            who,
            thread,
            state: State::Unborn,
            under: None,
            again: None,
            handlers: Vec::new(),
            turns_used: 0,
            vain_calls: 0,
            calls_in_turn: 0,
            used_before: None,
            stat: Stat::of(pid),
        }
    }

    /// It has let others go on.
    pub fn has_waited(&mut self) {
        (self.turns_used, self.vain_calls) = (0, 0);
    }

    /// What is kept of a call that it now makes again: that is used up.
    pub fn take_again(&mut self, call: &Call) -> Option<Again> {
        let is_same = |again: &Again| {
            again.call.at == call.at
                && (again.call.words == call.words || call.name == "restart_syscall")
        };
        self.again.take_if(|again| is_same(again))
    }
}

/// What SIGALRM is to come for. See alarm(2), setitimer(2).
#[derive(Clone, Copy, Debug)]
pub struct Alarm {
    /// When it comes, in virtual milliseconds.
    pub at: u64,
    /// After how many milliseconds it comes again; 0: not again.
    pub every: u64,
}

impl Alarm {
    /// In how many milliseconds it comes.
    pub fn rest(&self, now: u64) -> u64 {
        self.at.saturating_sub(now).max(1)
    }
}

/// What the threads of a process share.
#[derive(Clone, Default)]
pub struct Process {
    /// The names of its calls so far, but for its loader's and the quiet ones.
    pub calls: Vec<&'static str>,
    /// How many of each name, because a long input takes thousands of calls.
    counts: HashMap<&'static str, usize>,
    /// What it has attached.
    pub attachments: Vec<Attachment>,
    /// Where its loader lies, if it has one.
    pub loader: Range<u64>,
    /// The alarm that it has set.
    pub alarm: Option<Alarm>,
    /// Whether it has slept, or an alarm has come for which it waited.
    pub has_slept: bool,
    /// How it ended.
    pub status: Option<ExitStatus>,
    /// Which process made it.
    pub parent: Option<Who>,
    /// What its children have used of the processor that have ended: the kernel counts it as its own, too.
    pub childrens_time: Duration,
}

impl Process {
    /// The same when it has become another program, whose loader lies there.
    pub fn becomes(&self, loader: Range<u64>) -> Self {
        let Self { alarm, parent, childrens_time, .. } = *self;
        Self { loader, alarm, parent, childrens_time, ..Self::default() }
    }

    /// Counts a call that it makes: returns its number among those of that name.
    pub fn count(&mut self, call: &'static str) -> usize {
        self.calls.push(call);
        let count = self.counts.entry(call).or_default();
        *count += 1;
        *count
    }

    /// A child of this process `own`, as it begins. One that shares its parent's memory attaches nothing anew.
    pub fn child(&self, own: Who, shares_memory: bool) -> Self {
        let attachments = if shares_memory { Vec::new() } else { self.attachments.clone() };
        Self { parent: Some(own), attachments, loader: self.loader.clone(), ..Self::default() }
    }
}
