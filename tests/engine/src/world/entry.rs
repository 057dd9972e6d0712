//! A task comes to a system call: what becomes of it.

use nix::errno::Errno;
use nix::unistd::{Pid, getpgid};

use super::World;
use crate::calls::{Call, Trait};
use crate::log::What;
use crate::process::{Stat, exists};
use crate::step::{Act, At};
use crate::task::{Fate, State, Task, Underway};
use crate::{sleeps, sys, translate};

impl World {
    pub(super) fn enters(&mut self, index: usize, call: Call) -> nix::Result<()> {
        let Task { pid, run, who, .. } = self.tasks[index];
        self.runs[run].calls += 1;
        let again = self.tasks[index].take_again(&call);
        let call = again.map_or(call, |again| call.named_as(&again.call));
        let process = &mut self.runs[run].processes[who];
        let is_loaders = process.loader.contains(&call.at);
        let number = match again {
            Some(again) => again.number,
            None if is_loaders => 0,
            None => process.count(call.name),
        };
        let until = again.and_then(|again| again.until).or_else(|| self.end_of_wait(pid, &call));
        let fate = match self.act_at(index, At::Call(call.name, number)) {
            Some(Act::Fail(errno)) => Fate::Skipped(negative(errno)),
            Some(_) => Fate::Postponed,
            None => self.fate(index, &call, until)?,
        };
        let is_own = !is_loaders && call.name != "rt_sigreturn";
        let task = &mut self.tasks[index];
        task.under = Some(Underway { call, number, fate, until, is_own, has_lent: false });
        task.state = State::Ready(0);
        if fate == Fate::Postponed {
            sys::skip(pid)?;
            return self.resume(index, 0);
        }
        if again.is_none_or(|again| !again.was_made) {
            self.log_call(index, &call, number, is_own);
        }
        self.begins_call(index, &call, fate)
    }

    /// What the engine does in place of the call, if anything.
    fn begins_call(&mut self, index: usize, call: &Call, fate: Fate) -> nix::Result<()> {
        let pid = self.tasks[index].pid;
        match fate {
            Fate::Skipped(result) => {
                if result == negative(Errno::EPERM) && call.is(Trait::Signal) {
                    self.log(index, What::Refused(call.in_words()));
                }
                sys::skip(pid)
            }
            Fate::Slept(until) => {
                self.falls_asleep(index, until);
                sys::skip(pid)
            }
            _ => Ok(()),
        }
    }

    fn falls_asleep(&mut self, index: usize, until: u64) {
        let patience = self.patience();
        let Task { run, who, .. } = self.tasks[index];
        self.runs[run].processes[who].sleeps = true;
        let task = &mut self.tasks[index];
        (task.state, task.turns_used) = (State::Sleeps(until, patience), 0);
        self.log(index, What::Sleeps(until.saturating_sub(self.clock.now)));
    }

    /// When a call's time is up that does not wait for ever.
    fn end_of_wait(&self, pid: Pid, call: &Call) -> Option<u64> {
        let longest = sleeps::longest_wait(pid, call)?;
        Some(self.clock.now.saturating_add(longest.max(1)))
    }

    /// What becomes of a call to which nothing is done.
    fn fate(&mut self, index: usize, call: &Call, until: Option<u64>) -> nix::Result<Fate> {
        let (pid, run) = (self.tasks[index].pid, self.tasks[index].run);
        if let Some(instead) = self.instead_of_signal(run, call) {
            return Ok(Fate::Skipped(instead.map_or_else(negative, |()| 0)));
        }
        if let Some(until) = until.filter(|_| sleeps::is_sleep(call)) {
            return Ok(Fate::Slept(until));
        }
        match translate::first_argument(&mut self.keys, call) {
            Ok(Some(first)) => {
                sys::set(pid, first, None)?;
                Ok(Fate::Translated)
            }
            Ok(None) => {
                translate::move_to_own_folder(pid, call);
                Ok(Fate::Made)
            }
            Err(errno) => Ok(Fate::Skipped(negative(errno))),
        }
    }

    /// What a call gives that would send a signal to somebody else's process, and is not made. Nothing is sent by
    /// signal 0; nor to a process of the run that has ended and was not waited for.
    fn instead_of_signal(&self, run: usize, call: &Call) -> Option<Result<(), Errno>> {
        let (receiver, signal) = match call.name {
            "kill" | "tkill" | "rt_sigqueueinfo" => (call.int(1), call.int(2)),
            "tgkill" | "rt_tgsigqueueinfo" => (call.int(2), call.int(3)),
            _ => return None,
        };
        let pid = Pid::from_raw(receiver);
        match receiver {
            _ if signal == 0 || self.is_among(run, receiver) => None,
            1.. if self.is_unreaped(run, pid) => Some(Ok(())),
            1.. if !exists(pid) => Some(Err(Errno::ESRCH)),
            _ => Some(Err(Errno::EPERM)),
        }
    }

    /// Whether kill(2) means processes of the run alone by this number.
    fn is_among(&self, run: usize, receiver: i32) -> bool {
        let mut alive = self.alive(run);
        match receiver {
            0 => true, // the sender's own group, of a session of its own
            -1 => false,
            1.. => alive.any(|task| task.pid.as_raw() == receiver),
            _ => {
                let group = receiver.checked_neg().map(Pid::from_raw);
                alive.any(|task| getpgid(Some(task.pid)).ok() == group)
            }
        }
    }

    /// Whether it is a process of the run that has ended and was not waited for.
    fn is_unreaped(&self, run: usize, pid: Pid) -> bool {
        let is_it = |task: &Task| task.run == run && task.pid == pid;
        self.tasks.iter().any(is_it) && Stat::of(pid).state() == 'Z'
    }
}

/// As a call gives it.
pub(super) fn negative(errno: Errno) -> i64 {
    -i64::from(errno as i32)
}
