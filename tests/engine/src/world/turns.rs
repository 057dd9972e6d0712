//! Who goes on, and when all have settled: `schedule` decides, and this lets go.

use std::time::Duration;

use nix::sys::ptrace;
use nix::time::clock_getcpuclockid;
use nix::unistd::Pid;

use super::{Woken, World, unless_killed};
use crate::log::What;
use crate::schedule::{self, Next};
use crate::step::At;
use crate::sys;
use crate::task::{Fate, Last, State, Task, Underway};
use crate::trouble::Trouble;

/// So many calls are a turn, for one that does not wait.
pub(super) const CALLS: u32 = 100;

/// So much of the processor is one, for one that makes no calls.
const COMPUTES: Duration = Duration::from_millis(20);

/// After so many calls of others in vain, those go on that were to be last.
const VAIN_CALLS: u32 = 1000;

/// One that has not stopped after so many looks may be computing.
const MANY_LOOKS: u32 = 6;

/// How long the engine waits for a stop before it looks whether the task waits: longer each time.
const SHORTEST_LOOK: Duration = Duration::from_micros(30);
const LONGEST_LOOK: Duration = Duration::from_millis(1);

impl World {
    /// Lets one go if all have settled, or waits a moment.
    pub(super) fn go_on(&mut self) -> Result<(), Trouble> {
        let longest = (SHORTEST_LOOK * (1 << self.looks.min(6))).min(LONGEST_LOOK);
        self.looks = self.looks.saturating_add(1);
        if !self.have_settled(false) {
            return self.wait(longest);
        }
        if let Some(Next { index, is_beside_spinners }) =
            schedule::next(&self.tasks, self.current, self.naps)
        {
            let run = self.tasks[index].run;
            self.runs[run].is_busy |= is_beside_spinners;
            self.let_go(index)?;
            return self.wait(SHORTEST_LOOK);
        }
        // The stop that made the last one wait may wake another, a moment later.
        if self.looks < 3 || !self.have_settled(true) {
            return self.wait(longest);
        }
        if let Some(index) = schedule::last(&self.tasks, self.naps, None) {
            self.let_go(index)?;
            return self.wait(SHORTEST_LOOK);
        }
        self.quiet = self.quiet.saturating_add(1);
        self.idle = self.idle.saturating_add(LONGEST_LOOK);
        self.stop_what_hangs();
        self.wait(LONGEST_LOOK)
    }

    /// Whether each task stands, waits or has ended. `all`: also those are looked at that nobody can have woken.
    fn have_settled(&mut self, all: bool) -> bool {
        if !self.unknown.is_empty() {
            self.kill_unnamed();
            self.could_run = true;
            return false;
        }
        for place in 0..self.alive.len() {
            let index = self.alive[place];
            let task = &self.tasks[index];
            let has_settled = match task.state {
                State::Unborn => {
                    self.could_run = true;
                    false
                }
                _ if !self.is_followed(task.run) => {
                    self.could_run |= task.stat.state() == 'R';
                    true
                }
                State::Runs => self.comes_to_wait(index),
                State::Waits(_) if all || self.woken.all || self.woken.runs.contains(&task.run) => {
                    self.waits(index)
                }
                // A signal may have killed it where it stands.
                State::Stands(_) | State::Held(..) | State::Sleeps(..) if self.woken.signalled => {
                    let stands = task.stat.state() == 't';
                    self.could_run |= !stands;
                    stands
                }
                _ => true,
            };
            if !has_settled {
                return false;
            }
        }
        self.woken = Woken::default();
        true
    }

    /// Whether one that was let go waits now. If it computes, others may have their turn.
    fn comes_to_wait(&mut self, index: usize) -> bool {
        if self.waits(index) {
            let last = self.last();
            let reason = self.reason(index);
            let task = &mut self.tasks[index];
            (task.state, task.turns) = (State::Waits(last), 0);
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

    /// A task that does not stop uses up its turn.
    fn interrupt_what_computes(&mut self, index: usize) {
        let task = &mut self.tasks[index];
        let used = task.stat.time();
        let mark = *task.mark.get_or_insert(used);
        if self.runs[task.run].has_begun && used.saturating_sub(mark) > COMPUTES {
            task.mark = None;
            let _ = ptrace::interrupt(task.pid); // it may have ended
        }
    }

    /// Whether it can do nothing until another does something, or time goes by: it waits in a call, or has ended
    /// but for its threads.
    fn waits(&mut self, index: usize) -> bool {
        let task = &self.tasks[index];
        let has_threads = || {
            let is_thread = |other: &&Task| {
                other.run == task.run && other.who == task.who && other.pid != task.pid
            };
            self.tasks.iter().filter(is_thread).any(Task::lives)
        };
        let state = task.stat.state();
        self.could_run |= matches!(state, 'R' | 't');
        match (state, task.under) {
            ('S', Some(_)) => task.stat.is_off() && task.stat.state() == 'S',
            // A parent waits so until its vfork child becomes another program. Any fork is in this state for a moment.
            ('D', Some(under)) => under.has_lent,
            ('Z', _) => has_threads(),
            _ => false,
        }
    }

    /// The patience of one that goes on last.
    pub(super) fn last(&self) -> Last {
        let most = self.tasks.iter().filter(|task| task.lives()).map(|task| task.turns).max();
        Last { patience: most.unwrap_or(0).saturating_add(VAIN_CALLS / self.turn) }
    }

    /// A task has made a call, or computed: perhaps its turn is over.
    pub(super) fn counts_turn(&mut self, index: usize, calls: u32) {
        let task = &mut self.tasks[index];
        task.calls_in_turn += calls;
        if task.calls_in_turn < self.turn {
            return;
        }
        (task.calls_in_turn, task.turns) = (0, task.turns.saturating_add(1));
        if self.current == Some(index) {
            self.current = None;
        }
    }

    /// One goes on: to its next stop.
    pub(super) fn let_go(&mut self, index: usize) -> Result<(), Trouble> {
        (self.looks, self.quiet) = (0, 0);
        self.could_run = true; // until a look shows that it waits
        if self.current != Some(index) {
            (self.current, self.tasks[index].calls_in_turn) = (Some(index), 0);
        }
        let task = &mut self.tasks[index];
        task.mark = None;
        let gone = match task.state {
            State::Stands(signal) => self.resume(index, signal),
            State::Sleeps(until, _) => {
                self.now = self.now.max(until);
                self.naps += 1;
                self.log(index, What::Wakes);
                self.resume(index, 0)
            }
            State::Held(hold, _) => {
                self.log(index, What::GoesOn);
                self.tasks[index].state = State::Stands(0);
                self.goes_on_from(index, hold.at)
            }
            State::Waits(_) => {
                if let Some(under) = &mut task.under {
                    under.fate = Fate::TimesOut;
                    self.now = self.now.max(under.until.unwrap_or(0));
                }
                self.naps += 1;
                task.state = State::Runs;
                ptrace::interrupt(task.pid)
            }
            _ => Ok(()),
        };
        unless_killed(gone)
    }

    /// More may be to be done at the place where it was held.
    fn goes_on_from(&mut self, index: usize, at: At) -> nix::Result<()> {
        if !matches!(at, At::Call(..)) {
            self.comes_to(index, at)?;
        }
        match self.tasks[index].state {
            State::Stands(signal) => self.resume(index, signal),
            _ => Ok(()),
        }
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
