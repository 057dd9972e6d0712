//! What the case wants to be done to the tasks: at a place in the life of one, an act.

use nix::sys::signal::kill;

use super::World;
use crate::log::What;
use crate::step::{Act, At};
use crate::task::{Hold, State, Task};

impl World {
    /// The next step of which something is to be done at a place.
    fn next_step(&self, index: usize, at: At) -> Option<usize> {
        let task = &self.tasks[index];
        let run = &self.runs[task.run];
        let is_awake = run.processes[task.who].has_slept && matches!(at, At::After(..));
        let is_here = |place: At| place == at || (place == At::Awake && is_awake);
        let mut steps = run.launch.steps.iter().zip(&run.reached);
        steps.position(|(step, reached)| {
            !reached
                && step.0 == task.who
                && is_here(step.1)
                && (task.thread == 0 || at != At::Birth)
        })
    }

    /// What is to be done at a place before a call. A failure is done with that.
    pub(super) fn act_at(&mut self, index: usize, at: At) -> Option<Act> {
        let step = self.next_step(index, at)?;
        let run = &mut self.runs[self.tasks[index].run];
        let act = run.launch.steps[step].2;
        run.reached[step] |= matches!(act, Act::Fail(_));
        Some(act)
    }

    /// A task has reached a place: what is to be done there is done, in order, up to a hold.
    pub(super) fn comes_to(&mut self, index: usize, at: At) -> nix::Result<()> {
        while let Some(step) = self.next_step(index, at) {
            let Task { pid, run, .. } = self.tasks[index];
            let act = self.runs[run].launch.steps[step].2;
            self.runs[run].reached[step] |= !matches!(act, Act::Fail(_));
            match act {
                Act::Hold | Act::Pause => {
                    self.hold(index, at, act == Act::Pause);
                    return Ok(());
                }
                Act::Send(signal) => {
                    self.woken.by_signals(run);
                    kill(pid, signal)?;
                }
                Act::SendAll(signal) => self.signal(run, signal),
                Act::Fail(_) => return Ok(()), // at the entry, when the call is made again
            }
        }
        Ok(())
    }

    fn hold(&mut self, index: usize, at: At, is_pause: bool) {
        let hold = Hold { at, is_pause, naps: self.clock.naps };
        self.tasks[index].state = State::Held(hold, self.patience());
        self.log(index, What::Held(at));
    }

    /// More may be to be done at the place where it was held.
    pub(super) fn leave_hold(&mut self, index: usize, at: At) -> nix::Result<()> {
        self.log(index, What::GoesOn);
        self.tasks[index].state = State::Ready(0);
        if !matches!(at, At::Call(..)) {
            self.comes_to(index, at)?;
        }
        match self.tasks[index].state {
            State::Ready(signal) => self.resume(index, signal),
            _ => Ok(()),
        }
    }
}
