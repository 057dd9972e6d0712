//! Alarms, in virtual time as sleeps are: alarm(2), and setitimer(2) where that counts real time. The call is not made.
//! The signal comes as a sleep ends, where its process sleeps or waits for a signal. Elsewhere it is a guard against
//! waiting for ever, and comes when all would.

use libc::ITIMER_REAL;
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::entry::negative;
use super::{Running, World};
use crate::calls::Call;
use crate::memory;
use crate::sleeps;
use crate::task::{Alarm, Fate, Task};

impl World {
    /// What becomes of a call that sets an alarm, or asks for it. None: it does neither, or the kernel refuses it.
    pub(super) fn instead_of_alarm(&mut self, index: usize, call: &Call) -> Option<Fate> {
        let Task { pid, run, who, .. } = self.tasks[index];
        let now = self.clock.now;
        let (sets, asks) = match call.name {
            "alarm" => (Some((0, (call.words[1] & 0xffff_ffff) * 1000)), 0),
            "setitimer" if call.int(1) == ITIMER_REAL => {
                (Some(sleeps::timer(pid, call.words[2])?), call.words[3])
            }
            "getitimer" if call.int(1) == ITIMER_REAL => (None, call.words[2]),
            _ => return None,
        };
        let alarm = &mut self.runs[run].processes[who].alarm;
        let before = alarm.map_or((0, 0), |alarm| (alarm.every, alarm.rest(now)));
        if let Some((every, time)) = sets {
            *alarm = (time > 0).then_some(Alarm { at: now.saturating_add(time), every });
        }
        if asks != 0 && memory::write(pid, asks, &sleeps::in_timevals(before)).is_err() {
            return Some(Fate::Skipped(negative(Errno::EFAULT)));
        }
        let seconds = if call.name == "alarm" { sleeps::in_seconds(before.1) } else { 0 };
        Some(Fate::Skipped(seconds))
    }

    /// When an alarm of its process's ends a call that a task begins, if any does.
    pub(super) fn alarm_in(&self, index: usize, call: &Call) -> Option<u64> {
        let Task { run, who, .. } = self.tasks[index];
        let alarm = self.runs[run].processes[who].alarm?;
        (sleeps::is_sleep(call) || sleeps::waits_for_a_signal(call)).then_some(alarm.at)
    }

    /// The time of a process's alarm has come: the signal is sent.
    pub(super) fn rings(&mut self, index: usize) -> nix::Result<()> {
        let Task { run, who, .. } = self.tasks[index];
        let process = &mut self.runs[run].processes[who];
        let Some(alarm) = process.alarm.take() else { return Ok(()) };
        let at = alarm.at.saturating_add(alarm.every);
        process.alarm = (alarm.every > 0).then_some(Alarm { at, ..alarm });
        process.has_slept = true;
        if let Some(under) = &mut self.tasks[index].under {
            under.alarm = under.alarm.and(process.alarm).map(|next| next.at);
        }
        self.clock.pass_to(alarm.at);
        self.runs[run].naps += 1;
        self.woken.by_signals(run);
        kill(self.leader(run, who), Signal::SIGALRM)
    }

    /// The number of a process.
    fn leader(&self, run: Running, who: usize) -> Pid {
        let mut own = self.tasks.iter().filter(|task| (task.run, task.who) == (run, who));
        own.rfind(|task| task.thread == 0).map_or(self.tasks[0].pid, |task| task.pid)
    }

    /// The task of a run whose process's alarm comes first.
    pub(super) fn guarded(&self, run: Running) -> Option<usize> {
        let own = self.alive.iter().filter(|&&index| self.tasks[index].run == run);
        let alarm = |&index: &usize| {
            let alarm = self.runs[run].processes[self.tasks[index].who].alarm?;
            Some((alarm.at, index))
        };
        own.filter_map(alarm).min().map(|(_, index)| index)
    }
}
