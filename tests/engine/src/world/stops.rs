//! What happens to the tasks of a world: each stop is a birth, a system call, a signal or an end.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::ptrace;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, getpgid};

use super::{World, unless_killed};
use crate::calls::{Call, Trait};
use crate::log::{Event, What};
use crate::outcome::signal_name;
use crate::process::{Stat, exists};
use crate::step::{Act, At};
use crate::sys;
use crate::task::{Again, Fate, Hold, State, Task, Underway};
use crate::trouble::Trouble;
use crate::{loader, sleeps, translate};

impl World {
    /// A task has stopped, or ended.
    pub(super) fn handle(&mut self, pid: Pid, status: i32, used: Duration) -> Result<(), Trouble> {
        let index = self.alive.iter().copied().find(|&index| self.tasks[index].pid == pid);
        let Some(index) = index else {
            self.meets_unnamed(pid, status);
            return Ok(());
        };
        if !libc::WIFSTOPPED(status) {
            self.ends(index, ExitStatus::from_raw(status), used);
            return Ok(());
        }
        unless_killed(self.stops(index, status))
    }

    /// Its parent's event has not named it yet.
    fn meets_unnamed(&mut self, pid: Pid, status: i32) {
        if libc::WIFSTOPPED(status) {
            self.unknown.insert(pid, (status, Instant::now()));
        } else {
            self.unknown.remove(&pid);
            self.ended_unnamed.insert(pid, status);
        }
    }

    fn ends(&mut self, index: usize, status: ExitStatus, used: Duration) {
        let Task { run, who, thread, .. } = self.tasks[index];
        self.is_gone(index);
        self.woken.runs.push(run);
        let this = &mut self.runs[run];
        if thread == 0 {
            this.counts_time(who, used);
            this.is_outlived = who > 0; // the last of them decides
            this.processes[who].status = Some(status);
            this.processes[who].attachments.clear();
        }
        if thread == 0 && status.signal() == Some(libc::SIGSYS) && !self.has_got(index, "SIGSYS") {
            self.log(index, What::Refused("a call of another architecture".into()));
        }
        let is_lost = |under: Underway| under.call.name.ends_with("get");
        self.has_lost |= status.signal().is_some() && self.tasks[index].under.is_some_and(is_lost);
        self.log(index, What::Ended(status));
        self.log_attachments(index);
    }

    /// Whether this signal was sent to its process.
    fn has_got(&self, index: usize, signal: &str) -> bool {
        let Task { run, who, .. } = self.tasks[index];
        let is_it = |event: &Event| {
            event.who == who && matches!(&event.what, What::Signal(name) if name == signal)
        };
        self.runs[run].log.events().iter().any(is_it)
    }

    fn is_gone(&mut self, index: usize) {
        let task = &mut self.tasks[index];
        (task.state, task.stat) = (State::Ended, Stat::default());
        self.alive.retain(|&alive| alive != index);
        self.runs[self.tasks[index].run].living -= 1;
    }

    fn stops(&mut self, index: usize, status: i32) -> nix::Result<()> {
        let (pid, run) = (self.tasks[index].pid, self.tasks[index].run);
        if self.runs[run].stopped.is_some() {
            let _ = kill(pid, Signal::SIGKILL);
        }
        self.log_stores(index);
        let signal = libc::WSTOPSIG(status);
        match status >> 16 {
            libc::PTRACE_EVENT_SECCOMP if !self.runs[run].has_begun => self.resume(index, 0), // execve
            libc::PTRACE_EVENT_SECCOMP => self.enters(index, sys::call_at_entry(pid)?),
            0 if signal == libc::SIGTRAP | 0x80 => self.leaves(index, sys::result_at_exit(pid)?),
            0 if signal == libc::SIGSYS && self.was_refused(index)? => {
                self.goes_on_unless_followed(index)
            }
            0 => {
                self.log(index, What::Signal(signal_name(signal)));
                self.tasks[index].state = State::Stands(signal);
                self.woken.runs.push(run);
                self.counts_turn(index, 1); // one that only gets signals has an end, too
                self.runs[run].calls += 1;
                self.goes_on_unless_followed(index)
            }
            event => self.event(index, event, signal),
        }
    }

    /// Whether it gets SIGSYS because the filter has refused a call: that fails instead.
    fn was_refused(&mut self, index: usize) -> nix::Result<bool> {
        let Task { pid, run, .. } = self.tasks[index];
        let Some(call) = sys::refused(pid)? else { return Ok(false) };
        let number = self.runs[run].processes[self.tasks[index].who].makes(call.name);
        let result = negative(Errno::ENOSYS);
        sys::set(pid, call.words[1], Some(result))?;
        self.log_call(index, &call, number, true);
        self.log(index, What::Refused(call.in_words()));
        self.log(index, What::Returns { call: call.name, result, is_own: true });
        self.tasks[index].state = State::Stands(0);
        self.runs[run].calls += 1;
        self.counts_turn(index, 1);
        Ok(true)
    }

    /// A compiler's processes run side by side.
    fn goes_on_unless_followed(&mut self, index: usize) -> nix::Result<()> {
        match self.tasks[index].state {
            State::Stands(signal) if !self.is_followed(self.tasks[index].run) => {
                self.resume(index, signal)
            }
            _ => Ok(()),
        }
    }

    fn event(&mut self, index: usize, event: i32, signal: i32) -> nix::Result<()> {
        let task = &mut self.tasks[index];
        match event {
            libc::PTRACE_EVENT_STOP if signal != libc::SIGTRAP => {
                task.state = State::Stopped;
                return sys::listen(task.pid);
            }
            libc::PTRACE_EVENT_STOP if task.state == State::Unborn => {
                task.state = State::Stands(0);
                self.comes_to(index, At::Birth)?;
            }
            libc::PTRACE_EVENT_STOP => {
                // It was interrupted: its time is up, or its turn.
                let computes = task.state == State::Runs && task.under.is_none();
                task.state = State::Stands(0);
                if computes {
                    let turn = self.turn;
                    self.counts_turn(index, turn);
                    self.log(index, What::Spins);
                }
            }
            libc::PTRACE_EVENT_EXEC => {
                self.becomes_another_program(index)?;
                self.comes_to(index, At::Birth)?;
            }
            // fork, vfork or clone.
            _ => {
                let child = message(task.pid)?;
                task.state = State::Stands(0);
                if let Some(under) = &mut task.under {
                    under.has_lent = event == libc::PTRACE_EVENT_VFORK;
                }
                self.is_born(index, child)?;
            }
        }
        self.goes_on_unless_followed(index)
    }

    /// A thread that calls execve takes the number of its process.
    fn becomes_another_program(&mut self, index: usize) -> nix::Result<()> {
        let (pid, run, who) = (self.tasks[index].pid, self.tasks[index].run, self.tasks[index].who);
        let before = message(pid)?;
        let thread = self.alive.iter().copied().find(|&index| self.tasks[index].pid == before);
        if let Some(thread) = thread.filter(|_| before != pid) {
            self.is_gone(thread);
        }
        self.tasks[index] = Task { state: State::Stands(0), ..Task::new(pid, run, who, 0) };
        let this = &mut self.runs[run];
        this.has_begun = true;
        this.processes[who] = this.processes[who].becomes(loader::of(pid));
        self.log(index, What::Begins);
        self.log_attachments(index);
        Ok(())
    }

    fn is_born(&mut self, parent: usize, pid: Pid) -> nix::Result<()> {
        let Task { run, who, under, .. } = self.tasks[parent];
        let is_thread = under.is_some_and(|under| {
            under.call.name == "clone" && under.call.words[1] & libc::CLONE_THREAD as u64 != 0
        });
        let this = &mut self.runs[run];
        this.births += 1;
        this.living += 1;
        let (who_child, thread) = if is_thread {
            let own = self.tasks.iter().filter(|task| task.run == run && task.who == who);
            (who, own.count())
        } else {
            this.processes.push(this.processes[who].child(who));
            (this.processes.len() - 1, 0)
        };
        self.tasks.push(Task::new(pid, run, who_child, thread));
        let child = self.tasks.len() - 1;
        self.alive.push(child);
        self.log(child, What::Born(Some(who)));
        self.log_attachments(parent);
        if self.runs[run].stopped.is_some() {
            let _ = kill(pid, Signal::SIGKILL);
        }
        if let Some(status) = self.ended_unnamed.remove(&pid) {
            self.ends(child, ExitStatus::from_raw(status), Duration::ZERO);
        }
        match self.unknown.remove(&pid) {
            Some((status, _)) => self.stops(child, status),
            None => Ok(()),
        }
    }

    /// A task has come to a system call.
    fn enters(&mut self, index: usize, call: Call) -> nix::Result<()> {
        let task = &mut self.tasks[index];
        let (pid, run, who) = (task.pid, task.run, task.who);
        let again = task.makes_again(&call);
        let is_loaders = self.runs[run].processes[who].loader.contains(&call.at);
        let is_own = !is_loaders && call.name != "rt_sigreturn";
        // The kernel names a call otherwise that it makes again after a time.
        let call = again.map_or(call, |again| call.named_as(&again.call));
        self.runs[run].calls += 1;
        if again.is_none() && !is_loaders {
            self.runs[run].processes[who].makes(call.name);
        }
        let number = again
            .map_or_else(|| self.runs[run].processes[who].number(call.name), |again| again.number);
        let step = self.next_step(index, At::Call(call.name, number)).filter(|_| !is_loaders);
        let act = step.map(|step| (step, self.runs[run].launch.steps[step].2));
        let (fate, until) = match act {
            Some((step, Act::Fail(errno))) => {
                self.runs[run].reached[step] = true;
                (Fate::Skipped(negative(errno)), None)
            }
            Some(_) => (Fate::Postponed, None),
            None => self.fate(index, &call)?,
        };
        let under = Underway { call, number, fate, until, is_own, has_lent: false };
        self.tasks[index].under = Some(under);
        self.tasks[index].state = State::Stands(0);
        if fate == Fate::Postponed {
            sys::skip(pid)?;
            return self.resume(index, 0);
        }
        if again.is_none_or(|again| !again.was_made) {
            self.log_call(index, &call, number, is_own);
        }
        if fate == Fate::Skipped(negative(Errno::EPERM)) && call.is(Trait::Signal) {
            self.log(index, What::Refused(call.in_words()));
        }
        if let Fate::Skipped(_) = fate {
            sys::skip(pid)?;
        }
        if fate == Fate::Skipped(0) && sleeps::is_sleep(&call) {
            self.falls_asleep(index, until.unwrap_or(self.now));
        }
        Ok(())
    }

    fn falls_asleep(&mut self, index: usize, until: u64) {
        let last = self.last();
        let Task { run, who, .. } = self.tasks[index];
        self.runs[run].processes[who].sleeps = true;
        let task = &mut self.tasks[index];
        (task.state, task.turns) = (State::Sleeps(until, last), 0);
        self.log(index, What::Sleeps(until.saturating_sub(self.now)));
    }

    /// What becomes of a call to which nothing is done, and when its time is up.
    fn fate(&mut self, index: usize, call: &Call) -> nix::Result<(Fate, Option<u64>)> {
        let (pid, run) = (self.tasks[index].pid, self.tasks[index].run);
        if let Some(instead) = self.instead_of_signal(run, call) {
            return Ok((Fate::Skipped(instead.map_or_else(negative, |()| 0)), None));
        }
        let longest = sleeps::longest_wait(pid, call);
        let until = longest.map(|time| self.now.saturating_add(time.max(1)));
        if sleeps::is_sleep(call) && until.is_some() {
            return Ok((Fate::Skipped(0), until));
        }
        match translate::first_argument(&mut self.keys, call) {
            Ok(Some(first)) => {
                sys::set(pid, first, None)?;
                Ok((Fate::Translated, until))
            }
            Ok(None) => {
                translate::move_to_own_folder(pid, call);
                Ok((Fate::Made, until))
            }
            Err(errno) => Ok((Fate::Skipped(negative(errno)), None)),
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
        let mut living = self.living(run);
        let is_own = match receiver {
            _ if signal == 0 => true,
            0 => true, // the sender's own group, of a session of its own
            -1 => false,
            1.. => living.any(|task| task.pid.as_raw() == receiver),
            _ => {
                let group = receiver.checked_neg().map(Pid::from_raw);
                living.any(|task| getpgid(Some(task.pid)).ok() == group)
            }
        };
        let pid = Pid::from_raw(receiver);
        let is_ended_own = || {
            let is_it = |task: &&Task| task.run == run && task.pid == pid;
            self.tasks.iter().any(|task| is_it(&task)) && Stat::of(pid).state() == 'Z'
        };
        match receiver {
            _ if is_own => None,
            1.. if is_ended_own() => Some(Ok(())),
            1.. if !exists(pid) => Some(Err(Errno::ESRCH)),
            _ => Some(Err(Errno::EPERM)),
        }
    }

    /// A call returns, or was not made.
    fn leaves(&mut self, index: usize, result: i64) -> nix::Result<()> {
        let task = &mut self.tasks[index];
        task.state = State::Stands(0);
        let Some(under) = task.under.take() else { return Ok(()) };
        let Underway { call, number, fate, is_own, .. } = under;
        let (pid, run) = (task.pid, task.run);
        self.woken.runs.push(run);
        self.woken.all |= call.is(Trait::Wakes);
        self.woken.signalled |= call.is(Trait::Signal);
        self.runs[run].has_timers |= call.is(Trait::Timer);
        let is_restarted = sleeps::is_made_again(result);
        let result = match fate {
            Fate::Postponed => return self.is_postponed(index, &call, number),
            Fate::Skipped(result) => result,
            Fate::TimesOut if is_restarted || result == -i64::from(libc::EINTR) => {
                sleeps::timed_out(call.name)
            }
            Fate::Made | Fate::Translated | Fate::TimesOut if is_restarted => {
                task.again = Some(Again { call, number, was_made: true });
                return if fate == Fate::Translated {
                    sys::restore_argument(pid, call.words[1])
                } else {
                    Ok(())
                };
            }
            Fate::Translated => {
                let user = self.runs[run].user;
                translate::result(&mut self.keys, user, pid, &call, result)?
            }
            Fate::Made | Fate::TimesOut => result,
        };
        if fate != Fate::Made {
            sys::set(pid, call.words[1], Some(result))?;
        }
        if call.name == "rt_sigreturn" {
            return self.comes_back_from_handler(index);
        }
        self.runs[run].asked.add(&call, result);
        self.follow_segments(index, &call, result);
        let shown = self.shown(run, &call, result);
        self.log(index, What::Returns { call: call.name, result: shown, is_own });
        if call.name.starts_with("shm") {
            self.log_attachments(index);
        }
        self.counts_turn(index, if call.name == "sched_yield" { self.turn } else { 1 });
        self.comes_to(index, At::After(call.name, number))
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
        self.counts_turn(index, 1);
        self.comes_to(index, At::After(call.name, number))
    }

    /// It stands before the call again, which it has not made: what is to be done there is done now.
    fn is_postponed(&mut self, index: usize, call: &Call, number: usize) -> nix::Result<()> {
        sys::rewind(self.tasks[index].pid, call)?;
        self.tasks[index].again = Some(Again { call: *call, number, was_made: false });
        self.comes_to(index, At::Call(call.name, number))
    }

    /// The next step of which something is to be done at a place.
    fn next_step(&self, index: usize, at: At) -> Option<usize> {
        let task = &self.tasks[index];
        let run = &self.runs[task.run];
        let is_awake = run.processes[task.who].sleeps && matches!(at, At::After(..));
        let is_here = |place: At| place == at || (place == At::Awake && is_awake);
        let mut steps = run.launch.steps.iter().zip(&run.reached);
        steps.position(|(step, reached)| {
            !reached
                && step.0 == task.who
                && is_here(step.1)
                && (task.thread == 0 || at != At::Birth)
        })
    }

    /// A task has reached a place: what is to be done there is done, in order, up to a hold.
    pub(super) fn comes_to(&mut self, index: usize, at: At) -> nix::Result<()> {
        while let Some(step) = self.next_step(index, at) {
            let Task { pid, run, .. } = self.tasks[index];
            let act = self.runs[run].launch.steps[step].2;
            if let Act::Fail(_) = act {
                return Ok(()); // at the entry, when the call is made again
            }
            self.runs[run].reached[step] = true;
            match act {
                Act::Hold | Act::Pause => {
                    let hold = Hold { at, is_pause: act == Act::Pause, naps: self.naps };
                    self.tasks[index].state = State::Held(hold, self.last());
                    self.log(index, What::Held(at));
                    return Ok(());
                }
                Act::Send(signal) => kill(pid, signal)?,
                Act::SendAll(signal) => {
                    self.woken.signalled = true;
                    self.woken.runs.push(run);
                    self.signal(run, signal);
                }
                Act::Fail(_) => {}
            }
        }
        Ok(())
    }
}

/// As a call gives it.
fn negative(errno: Errno) -> i64 {
    -i64::from(errno as i32)
}

/// A process number that comes with an event.
fn message(pid: Pid) -> nix::Result<Pid> {
    let number = i32::try_from(ptrace::getevent(pid)?);
    Ok(number.map_or(pid, Pid::from_raw))
}
