//! What happens to the tasks of a world: each stop is a birth, a system call, a signal or an end.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::entry::negative;
use super::{World, unless_killed};
use crate::log::What;
use crate::outcome::signal_name;
use crate::process::Signals;
use crate::step::At;
use crate::sys;
use crate::task::{State, Task};
use crate::trouble::Trouble;

impl World {
    /// A task has stopped, or ended and used so much of the processor.
    pub(super) fn handle(&mut self, pid: Pid, status: i32, used: Duration) -> Result<(), Trouble> {
        let index = self.alive.iter().copied().find(|&index| self.tasks[index].pid == pid);
        let Some(index) = index else {
            self.unnamed.meet(pid, status);
            return Ok(());
        };
        if !libc::WIFSTOPPED(status) {
            self.ends(index, ExitStatus::from_raw(status), used);
            return Ok(());
        }
        unless_killed(self.stops(index, status))
    }

    /// A task has stopped.
    pub(super) fn stops(&mut self, index: usize, status: i32) -> nix::Result<()> {
        let (pid, run) = (self.tasks[index].pid, self.tasks[index].run);
        if self.runs[run].cut_off.is_some() {
            let _ = kill(pid, Signal::SIGKILL);
        }
        self.log_stores(index);
        let signal = libc::WSTOPSIG(status);
        match status >> 16 {
            libc::PTRACE_EVENT_SECCOMP if !self.runs[run].has_begun => self.resume(index, 0)?, // execve
            libc::PTRACE_EVENT_SECCOMP => self.enters(index, sys::call_at_entry(pid)?)?,
            0 if signal == libc::SIGTRAP | 0x80 => self.leaves(index, sys::result_at_exit(pid)?)?,
            0 if signal == libc::SIGSYS => self.gets_sigsys(index)?,
            0 => self.gets(index, signal),
            libc::PTRACE_EVENT_STOP if signal != libc::SIGTRAP => {
                self.tasks[index].state = State::Suspended;
                return sys::listen(pid);
            }
            libc::PTRACE_EVENT_STOP => self.begins_or_is_interrupted(index)?,
            libc::PTRACE_EVENT_EXEC => self.becomes_another_program(index)?,
            event => self.gives_birth(index, event == libc::PTRACE_EVENT_VFORK)?,
        }
        self.resume_unless_followed(index)
    }

    /// A compiler's processes run side by side.
    fn resume_unless_followed(&mut self, index: usize) -> nix::Result<()> {
        match self.tasks[index].state {
            State::Ready(signal) if !self.is_followed(self.tasks[index].run) => {
                self.resume(index, signal)
            }
            _ => Ok(()),
        }
    }

    /// A signal has come, and goes on to the program with it.
    fn gets(&mut self, index: usize, signal: i32) {
        self.log(index, What::Signal(signal_name(signal)));
        let task = &mut self.tasks[index];
        let run = task.run;
        task.state = State::Ready(signal);
        if Signals::of(task.pid).are_caught(signal) {
            let again = task.again.take();
            task.handlers.push(again);
        }
        self.woken.by_calls(run);
        self.use_up(index, 1); // one that only gets signals has an end, too
        self.runs[run].calls += 1;
    }

    /// If the filter has refused a call, that fails, and no signal comes.
    fn gets_sigsys(&mut self, index: usize) -> nix::Result<()> {
        let Task { pid, run, who, .. } = self.tasks[index];
        let Some(call) = sys::refused(pid)? else {
            self.gets(index, libc::SIGSYS);
            return Ok(());
        };
        let result = negative(Errno::ENOSYS);
        sys::set_result(pid, &call, result)?;
        self.tasks[index].state = State::Ready(0);
        self.runs[run].calls += 1;
        let number = self.runs[run].processes[who].count(call.name);
        self.log_call(index, &call, number, true);
        self.log(index, What::Refused(call.in_words()));
        self.log(index, What::Returns { call: call.name, result, is_own: true });
        self.use_up(index, 1);
        Ok(())
    }

    /// It was born; or its time, or its turn, is up.
    fn begins_or_is_interrupted(&mut self, index: usize) -> nix::Result<()> {
        let task = &mut self.tasks[index];
        let (before, is_in_call) = (task.state, task.under.is_some());
        task.state = State::Ready(0);
        match before {
            State::Unborn => return self.comes_to(index, At::Birth),
            State::Runs if !is_in_call => {
                self.use_up(index, self.calls_a_turn);
                self.log(index, What::Spins);
            }
            _ => {}
        }
        Ok(())
    }
}
