//! Who goes on, and when all have settled: `schedule` decides, and this lets go.

use std::time::Duration;

use nix::errno::Errno;
use nix::sys::ptrace;
use nix::time::clock_getcpuclockid;
use nix::unistd::Pid;

use super::entry::negative;
use super::{Running, World, unless_killed};
use crate::log::What;
use crate::process::Signals;
use crate::schedule::{self, Next};
use crate::task::{Fate, Patience, State, Task, Underway};
use crate::trouble::Trouble;
use crate::{sleeps, sys};

/// So many calls are a turn, for one that does not wait.
pub(super) const CALLS: u32 = 100;

/// So much of the processor is one, for one that makes no calls.
const COMPUTES: Duration = Duration::from_millis(20);

/// After so many calls of others in vain, those go on that were to be last.
const VAIN_CALLS: u32 = 1000;

/// One that has not stopped after so many looks may be computing.
const MANY_LOOKS: u32 = 6;

/// How long the engine waits for a stop before it looks whether the task waits: twice as long each time.
const SHORTEST_LOOK: Duration = Duration::from_micros(30);
const LONGEST_LOOK: Duration = Duration::from_millis(8);

/// How long it waits where nobody can go on.
const STUCK_LOOK: Duration = Duration::from_millis(1);

/// The tasks whose waits may be over since all have settled last.
#[derive(Default)]
pub(super) struct Woken {
    /// The processes of these runs.
    runs: Vec<Running>,
    /// Those of all runs: by semaphores, queues and locks.
    pub all: bool,
    /// Also those that do not wait in a call: a signal ends a sleep, and SIGKILL everything.
    pub signalled: bool,
}

impl Woken {
    /// A process of this run has made a call, or got a signal.
    pub fn by_calls(&mut self, run: Running) {
        if !self.runs.contains(&run) {
            self.runs.push(run);
        }
    }

    /// Signals were sent to processes of this run.
    pub fn by_signals(&mut self, run: Running) {
        self.by_calls(run);
        self.signalled = true;
    }

    fn may_be(&self, task: &Task) -> bool {
        self.all || self.runs.contains(&task.run)
    }
}

impl World {
    /// Lets one go if all have settled, or waits a moment.
    pub(super) fn go_on(&mut self) -> Result<(), Trouble> {
        let longest = (SHORTEST_LOOK * (1 << self.looks.min(10))).min(LONGEST_LOOK);
        self.looks = self.looks.saturating_add(1);
        if !self.settle(false) {
            return self.wait(longest);
        }
        if let Some(Next { index, is_beside_spinners }) =
            schedule::next(&self.tasks, self.current, self.clock.naps)
        {
            let run = self.tasks[index].run;
            self.runs[run].is_busy |= is_beside_spinners;
            self.let_go(index)?;
            return self.wait(SHORTEST_LOOK);
        }
        let deferred = |world: &Self| schedule::deferred(&world.tasks, world.clock.naps, None);
        self.clock.could_run |= deferred(self).is_some();
        // The stop that made the last one wait may wake another, a moment later.
        if self.looks < 3 || !self.settle(true) {
            return self.wait(longest);
        }
        if let Some(index) = deferred(self) {
            self.let_go(index)?;
            return self.wait(SHORTEST_LOOK);
        }
        self.stuck = self.stuck.saturating_add(1);
        self.stop_what_hangs();
        self.wait(STUCK_LOOK)
    }

    /// Looks at the tasks that may have changed, and notes which wait now. Returns whether all are ready, wait or have
    /// ended. `all`: also those are looked at that nobody can have woken.
    fn settle(&mut self, all: bool) -> bool {
        if self.unnamed.are_there() {
            self.kill_unnamed();
            self.clock.could_run = true;
            return false;
        }
        for number in 0..self.alive.len() {
            if !self.settle_one(self.alive[number], all) {
                return false;
            }
        }
        self.woken = Woken::default();
        true
    }

    fn settle_one(&mut self, index: usize, all: bool) -> bool {
        let task = &self.tasks[index];
        match task.state {
            State::Unborn => {
                self.clock.could_run = true;
                false
            }
            _ if !self.is_followed(task.run) => {
                self.clock.could_run |= task.stat.state() == 'R';
                true
            }
            State::Runs => self.settle_running(index),
            State::Waits(_) if all || self.woken.may_be(task) => self.look_at(index),
            State::Ready(_) | State::Held(..) | State::Sleeps(..) if self.woken.signalled => {
                self.settle_signalled(index)
            }
            _ => true,
        }
    }

    /// One that was let go may wait now. If it computes, others may have their turn.
    fn settle_running(&mut self, index: usize) -> bool {
        if self.look_at(index) {
            let patience = self.patience();
            let reason = self.reason(index);
            let task = &mut self.tasks[index];
            task.state = State::Waits(patience);
            task.has_waited();
            if let Some(Underway { call, .. }) = task.under {
                self.log(index, What::Waits { call: call.name, reason });
            }
            return true;
        }
        if self.looks > MANY_LOOKS {
            self.interrupt_what_computes(index);
        }
        false
    }

    /// SIGKILL may have come to it where it stands; or another signal, which ends its sleep.
    fn settle_signalled(&mut self, index: usize) -> bool {
        let task = &mut self.tasks[index];
        let stands = task.stat.state() == 't';
        self.clock.could_run |= !stands;
        if let (State::Sleeps(_), Some(under)) = (task.state, &mut task.under) {
            if Signals::of(task.pid).end_a_call() {
                let rest = under.until.unwrap_or(0).saturating_sub(self.clock.now);
                sleeps::write_rest(task.pid, &under.call, rest);
                under.fate = Fate::Skipped(negative(Errno::EINTR));
                task.state = State::Ready(0);
            }
        }
        stands
    }

    /// A task that does not stop uses up its turn.
    fn interrupt_what_computes(&mut self, index: usize) {
        let task = &mut self.tasks[index];
        let used = task.stat.time();
        let before = *task.used_before.get_or_insert(used);
        if self.runs[task.run].has_begun && used.saturating_sub(before) > COMPUTES {
            task.used_before = None;
            let _ = ptrace::interrupt(task.pid); // it may have ended
        }
    }

    /// Looks whether a task can do nothing until another does something, or time goes by: it waits in a call, or has
    /// ended but for its threads.
    fn look_at(&mut self, index: usize) -> bool {
        let task = &self.tasks[index];
        let state = task.stat.state();
        self.clock.could_run |= matches!(state, 'R' | 't');
        match (state, task.under) {
            ('S', Some(_)) => {
                task.stat.is_off(self.runs[task.run].user) && task.stat.state() == 'S'
            }
            // A parent waits so until its vfork child becomes another program. Any fork is in this state for a moment.
            ('D', Some(under)) => under.has_lent,
            ('Z', _) => {
                self.alive(task.run).any(|other| other.who == task.who && other.pid != task.pid)
            }
            _ => false,
        }
    }

    /// The patience of one that comes last from now on.
    pub(super) fn patience(&self) -> Patience {
        let most = self.alive.iter().map(|&index| self.tasks[index].vain_calls).max();
        Patience(most.unwrap_or(0).saturating_add(VAIN_CALLS))
    }

    /// A task has made so many calls, or has computed as long: perhaps its turn is over.
    pub(super) fn use_up(&mut self, index: usize, calls: u32) {
        let task = &mut self.tasks[index];
        task.calls_in_turn += calls;
        task.vain_calls = task.vain_calls.saturating_add(calls);
        if task.calls_in_turn >= self.calls_a_turn {
            self.end_turn(index);
        }
    }

    /// Others that are ready have their turns now.
    pub(super) fn end_turn(&mut self, index: usize) {
        let task = &mut self.tasks[index];
        (task.calls_in_turn, task.turns_used) = (0, task.turns_used.saturating_add(1));
        if self.current == Some(index) {
            self.current = None;
        }
    }

    /// One goes on: to its next stop.
    pub(super) fn let_go(&mut self, index: usize) -> Result<(), Trouble> {
        (self.looks, self.stuck) = (0, 0);
        self.clock.could_run = true; // until a look shows that it waits
        if self.current != Some(index) {
            (self.current, self.tasks[index].calls_in_turn) = (Some(index), 0);
        }
        let task = &mut self.tasks[index];
        task.used_before = None;
        let gone = match task.state {
            State::Ready(signal) => self.resume(index, signal),
            State::Held(hold, _) => self.leave_hold(index, hold.at),
            _ if task.under.is_some_and(|under| under.has_alarm()) => self.rings(index),
            State::Sleeps(_) => {
                self.pass_time(index);
                self.log(index, What::Wakes);
                self.resume(index, 0)
            }
            State::Waits(_) => self.time_out(index),
            State::Unborn | State::Runs | State::Suspended | State::Ended => Ok(()), // not let go
        };
        unless_killed(gone)
    }

    /// Virtual time goes by until a task's call ends.
    fn pass_time(&mut self, index: usize) {
        let task = &self.tasks[index];
        let until = task.under.and_then(|under| under.until);
        self.clock.pass_to(until.unwrap_or(0));
        self.runs[task.run].naps += 1;
    }

    /// The time of its call is up.
    fn time_out(&mut self, index: usize) -> nix::Result<()> {
        self.pass_time(index);
        let task = &mut self.tasks[index];
        if let Some(under) = &mut task.under {
            under.fate = Fate::TimedOut;
        }
        task.state = State::Runs;
        ptrace::interrupt(task.pid)
    }

    pub(super) fn resume(&mut self, index: usize, signal: i32) -> nix::Result<()> {
        let task = &mut self.tasks[index];
        task.state = State::Runs;
        sys::resume(task.pid, signal, task.under.is_some())
    }
}

/// What a process has used of the processor.
pub(super) fn processor_time(pid: Pid) -> Duration {
    let now = clock_getcpuclockid(pid).and_then(nix::time::ClockId::now);
    now.map_or(Duration::ZERO, Duration::from)
}
