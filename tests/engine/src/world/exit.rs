//! A system call returns, or was not made.

use nix::errno::Errno;
use nix::unistd::Pid;

use super::World;
use super::entry::negative;
use crate::calls::{Call, Trait};
use crate::log::What;
use crate::process::Signals;
use crate::step::At;
use crate::task::{Again, Fate, State, Task, Underway};
use crate::{sleeps, sys, translate};

impl World {
    /// A task has stopped at a call's exit.
    pub(super) fn leaves(&mut self, index: usize, result: i64) -> nix::Result<()> {
        let task = &mut self.tasks[index];
        task.state = State::Ready(0);
        let Some(under) = task.under.take() else { return Ok(()) };
        let (pid, call) = (task.pid, &under.call);
        self.may_end_waits(index, call);
        if call.name == "rt_sigreturn" && under.fate == Fate::Made {
            return self.comes_back_from_handler(index); // its result is that of the interrupted call
        }
        let is_cut_short = sleeps::is_made_again(result) || result == negative(Errno::EINTR);
        let result = match under.fate {
            Fate::Postponed => return self.stands_before(index, &under),
            Fate::Skipped(instead) => instead,
            Fate::Refused => negative(Errno::EPERM),
            Fate::Slept => 0,
            Fate::TimedOut if is_cut_short => {
                sleeps::write_timed_out(pid, call);
                sleeps::timed_out(call.name)
            }
            _ if is_cut_short && is_to_be_made_again(pid, call, result)? => {
                let Underway { call, number, until, .. } = under;
                self.tasks[index].again = Some(Again { call, number, until, was_made: true });
                return Ok(());
            }
            Fate::Translated(_) => self.translate_back(index, call, result)?,
            Fate::Made | Fate::TimedOut => result,
        };
        if under.fate != Fate::Made || under.until.is_some() {
            sys::set_result(pid, call, result)?;
        }
        self.returns(index, &under, result)
    }

    /// This call was made: the waits of others may be over.
    fn may_end_waits(&mut self, index: usize, call: &Call) {
        let run = self.tasks[index].run;
        self.woken.by_calls(run);
        self.woken.all |= call.is(Trait::EndsWaits);
        self.woken.signalled |= call.is(Trait::Signal);
    }

    fn translate_back(&mut self, index: usize, call: &Call, result: i64) -> nix::Result<i64> {
        let Task { pid, run, .. } = self.tasks[index];
        translate::at_exit(&mut self.keys, self.runs[run].user, pid, call, result)
    }

    /// The program has its result.
    fn returns(&mut self, index: usize, under: &Underway, result: i64) -> nix::Result<()> {
        let Underway { call, number, is_own, .. } = under;
        let run = self.tasks[index].run;
        self.runs[run].consumed.add(call, result);
        self.follow_segments(index, call, result);
        let shown = self.shown(run, call, result);
        self.log(index, What::Returns { call: call.name, result: shown, is_own: *is_own });
        if let "shmat" | "shmdt" = call.name {
            self.log_attachments(index);
        }
        self.use_up(index, 1);
        if call.name == "sched_yield" {
            self.end_turn(index);
        }
        self.comes_to(index, At::After(call.name, *number))
    }

    /// A handler has returned: into the call that it interrupted, or to what comes after it, with EINTR.
    fn comes_back_from_handler(&mut self, index: usize) -> nix::Result<()> {
        let task = &mut self.tasks[index];
        task.again = task.handlers.pop().flatten();
        let (at, result) = sys::position(task.pid)?;
        let is_over = |again: &mut Again| {
            again.was_made && again.call.at == at && result == negative(Errno::EINTR)
        };
        let Some(Again { call, number, .. }) = task.again.take_if(is_over) else { return Ok(()) };
        self.log(index, What::Returns { call: call.name, result, is_own: true });
        self.use_up(index, 1);
        self.comes_to(index, At::After(call.name, number))
    }

    /// It stands before a call that was postponed: what is to be done there is done now.
    fn stands_before(&mut self, index: usize, under: &Underway) -> nix::Result<()> {
        let Underway { call, number, .. } = *under;
        let task = &mut self.tasks[index];
        sys::rewind(task.pid, &call)?;
        task.again = Some(Again { call, number, until: None, was_made: false });
        self.comes_to(index, At::Call(call.name, number))
    }
}

/// Whether a call that was cut short is made again, if no handler comes in between: by the kernel; or by the program,
/// because a signal that is ignored interrupts only those that are followed.
fn is_to_be_made_again(pid: Pid, call: &Call, result: i64) -> nix::Result<bool> {
    if sleeps::is_made_again(result) {
        sys::restore_arguments(pid, call)?;
        return Ok(true);
    }
    // A program's own restart_syscall always gives EINTR: the kernel's have the names of what they restart.
    let is_for_nothing = call.name != "restart_syscall" && !Signals::of(pid).end_a_call();
    if is_for_nothing {
        sys::rewind(pid, call)?;
    }
    Ok(is_for_nothing)
}
