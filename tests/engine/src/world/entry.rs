//! A task comes to a system call: what becomes of it.

use nix::errno::Errno;
use nix::unistd::{Pid, getpgid};

use super::World;
use crate::calls::Call;
use crate::log::What;
use crate::process::{Stat, exists};
use crate::step::{Act, At};
use crate::task::{Fate, State, Task, Underway};
use crate::{sleeps, sys, translate};

impl World {
    /// A task has stopped at a call's entry.
    pub(super) fn enters(&mut self, index: usize, call: Call) -> nix::Result<()> {
        let Task { pid, run, .. } = self.tasks[index];
        self.runs[run].calls += 1;
        let again = self.tasks[index].take_again(&call);
        let call = again.map_or(call, |again| call.named_as(&again.call));
        let is_loaders = self.is_loaders(index, &call);
        let number = again.map_or_else(|| self.count(index, &call), |again| again.number);
        let until = again.and_then(|again| again.until).or_else(|| self.end_of_wait(pid, &call));
        let fate = match self.act_at(index, At::Call(call.name, number)) {
            Some(Act::Fail(errno)) => Fate::Skipped(negative(errno)),
            Some(_) => Fate::Postponed,
            None => self.fate(index, &call, until),
        };
        let is_own = !is_loaders && call.name != "rt_sigreturn";
        let alarm = self.alarm_in(index, &call);
        let under = Underway { call, number, fate, until, alarm, is_own, has_lent: false };
        self.tasks[index].under = Some(under);
        self.tasks[index].state = State::Ready(0);
        if fate != Fate::Postponed && again.is_none_or(|again| !again.was_made) {
            self.log_call(index, &call, number, is_own);
        }
        self.begins(index, &under)
    }

    fn is_loaders(&self, index: usize, call: &Call) -> bool {
        let task = &self.tasks[index];
        self.runs[task.run].processes[task.who].loader.contains(&call.at)
    }

    /// The number of a new call; 0 for the loader's.
    fn count(&mut self, index: usize, call: &Call) -> usize {
        let Task { run, who, .. } = self.tasks[index];
        if self.is_loaders(index, call) {
            return 0;
        }
        self.runs[run].processes[who].count(call.name)
    }

    /// When a call's time is up that does not wait for ever.
    fn end_of_wait(&self, pid: Pid, call: &Call) -> Option<u64> {
        let longest = sleeps::longest_wait(pid, call)?;
        Some(self.clock.now.saturating_add(longest.max(1)))
    }

    /// What becomes of a call if the case wants nothing to be done to it.
    fn fate(&mut self, index: usize, call: &Call, until: Option<u64>) -> Fate {
        let of_signal = self.instead_of_signal(self.tasks[index].run, call);
        if let Some(instead) = of_signal.or_else(|| self.instead_of_alarm(index, call)) {
            return instead;
        }
        if until.is_some() && sleeps::is_sleep(call) {
            return Fate::Slept;
        }
        match translate::at_entry(&mut self.keys, call) {
            Ok(Some(first)) => Fate::Translated(first),
            Ok(None) => Fate::Made,
            Err(errno) => {
                let run = &mut self.runs[self.tasks[index].run];
                run.consumed.too_many_ids |= errno == Errno::ENOSPC;
                Fate::Skipped(negative(errno))
            }
        }
    }

    /// The call goes the way of its fate.
    fn begins(&mut self, index: usize, under: &Underway) -> nix::Result<()> {
        let (pid, call) = (self.tasks[index].pid, &under.call);
        match under.fate {
            Fate::Postponed => {
                sys::skip(pid)?;
                self.resume(index, 0)
            }
            Fate::Skipped(_) => sys::skip(pid),
            Fate::Refused => {
                self.log(index, What::Refused(call.in_words()));
                sys::skip(pid)
            }
            Fate::Slept => {
                self.falls_asleep(index, under.until.unwrap_or(0));
                sys::skip(pid)
            }
            Fate::Translated(first) => {
                sys::set_argument(pid, 1, first)?;
                if let Some((argument, flags)) = translate::flags(call) {
                    sys::set_argument(pid, argument, flags)?;
                }
                wait_for_ever(pid, under)
            }
            Fate::Made | Fate::TimedOut => {
                translate::move_to_own_folder(pid, call);
                wait_for_ever(pid, under)
            }
        }
    }

    fn falls_asleep(&mut self, index: usize, until: u64) {
        let patience = self.patience();
        let Task { run, who, .. } = self.tasks[index];
        self.runs[run].processes[who].has_slept = true;
        let task = &mut self.tasks[index];
        task.state = State::Sleeps(patience);
        task.has_waited();
        self.log(index, What::Sleeps(until.saturating_sub(self.clock.now)));
    }

    /// What becomes of a call that would send a signal to somebody else's process. Nothing is sent by signal 0; nor to a
    /// process of the run that has ended and was not waited for.
    fn instead_of_signal(&self, run: usize, call: &Call) -> Option<Fate> {
        let (receiver, signal) = match call.name {
            "kill" | "tkill" | "rt_sigqueueinfo" => (call.int(1), call.int(2)),
            "tgkill" | "rt_tgsigqueueinfo" => (call.int(2), call.int(3)),
            _ => return None,
        };
        let pid = Pid::from_raw(receiver);
        match receiver {
            _ if signal == 0 || self.is_among(run, receiver) => None,
            1.. if self.is_unreaped(run, pid) => Some(Fate::Skipped(0)),
            1.. if !exists(pid) => Some(Fate::Skipped(negative(Errno::ESRCH))),
            _ => Some(Fate::Refused),
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

/// A call that waits for a while is made to wait for ever: the engine says when its time is up.
fn wait_for_ever(pid: Pid, under: &Underway) -> nix::Result<()> {
    match sleeps::timeout(under.call.name).filter(|_| under.until.is_some()) {
        Some((argument, for_ever)) => sys::set_argument(pid, argument, for_ever),
        None => Ok(()),
    }
}

/// As a call gives it.
pub(super) fn negative(errno: Errno) -> i64 {
    -i64::from(errno as i32)
}
