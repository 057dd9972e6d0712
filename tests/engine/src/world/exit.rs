//! A system call returns, or was not made.

use nix::errno::Errno;

use super::World;
use super::entry::negative;
use crate::calls::{Call, Trait};
use crate::log::What;
use crate::step::At;
use crate::task::{Again, Fate, State, Task, Underway};
use crate::{sleeps, sys, translate};

impl World {
    pub(super) fn leaves(&mut self, index: usize, result: i64) -> nix::Result<()> {
        let task = &mut self.tasks[index];
        task.state = State::Ready(0);
        let Some(under) = task.under.take() else { return Ok(()) };
        self.wakes_others(index, &under.call);
        let is_interrupted = sleeps::is_made_again(result);
        let result = match under.fate {
            Fate::Postponed => return self.stands_before(index, &under),
            Fate::Skipped(instead) => instead,
            Fate::Slept(_) => 0,
            Fate::TimedOut if is_interrupted || result == negative(Errno::EINTR) => {
                sleeps::timed_out(under.call.name)
            }
            _ if is_interrupted => return self.is_interrupted(index, &under),
            Fate::Translated => self.translate_back(index, &under.call, result)?,
            Fate::Made | Fate::TimedOut => result,
        };
        if under.fate != Fate::Made {
            sys::set(self.tasks[index].pid, under.call.words[1], Some(result))?;
        }
        if under.call.name == "rt_sigreturn" {
            return self.comes_back_from_handler(index);
        }
        self.returns(index, &under, result)
    }

    /// Who may wait no more, now that this call was made.
    fn wakes_others(&mut self, index: usize, call: &Call) {
        let run = self.tasks[index].run;
        self.woken.by_calls(run);
        self.woken.all |= call.is(Trait::Wakes);
        self.woken.signalled |= call.is(Trait::Signal);
        self.runs[run].has_timers |= call.is(Trait::Timer);
    }

    fn translate_back(&mut self, index: usize, call: &Call, result: i64) -> nix::Result<i64> {
        let Task { pid, run, .. } = self.tasks[index];
        translate::result(&mut self.keys, self.runs[run].user, pid, call, result)
    }

    /// The program has its result.
    fn returns(&mut self, index: usize, under: &Underway, result: i64) -> nix::Result<()> {
        let Underway { call, number, is_own, .. } = under;
        let run = self.tasks[index].run;
        self.runs[run].asked.add(call, result);
        self.follow_segments(index, call, result);
        let shown = self.shown(run, call, result);
        self.log(index, What::Returns { call: call.name, result: shown, is_own: *is_own });
        if call.name.starts_with("shm") {
            self.log_attachments(index);
        }
        self.use_up(index, if call.name == "sched_yield" { self.calls_a_turn } else { 1 });
        self.comes_to(index, At::After(call.name, *number))
    }

    /// A signal has interrupted it: the kernel makes it again, if no handler comes in between.
    fn is_interrupted(&mut self, index: usize, under: &Underway) -> nix::Result<()> {
        let Underway { call, number, until, .. } = *under;
        let task = &mut self.tasks[index];
        task.again = Some(Again { call, number, until, was_made: true });
        if under.fate == Fate::Translated {
            sys::restore_argument(task.pid, call.words[1])?;
        }
        Ok(())
    }

    /// A handler has returned: into the call that it interrupted, or behind it, with EINTR.
    fn comes_back_from_handler(&mut self, index: usize) -> nix::Result<()> {
        let (at, result) = sys::position(self.tasks[index].pid)?;
        let is_interrupted = |again: &mut Again| again.was_made && again.call.at == at;
        if result != negative(Errno::EINTR) {
            return Ok(());
        }
        let Some(Again { call, number, .. }) = self.tasks[index].again.take_if(is_interrupted)
        else {
            return Ok(());
        };
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
