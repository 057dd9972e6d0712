//! What happens to the processes of a world: each stop is a birth, a system call, a signal or an end.

use std::mem;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use nix::errno::Errno;
use nix::sys::ptrace;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, getpgid};

use super::super::calls::Call;
use super::super::calls_made;
use super::super::report::Verdict;
use super::super::step::{Act, At};
use super::super::sys::{self, Side};
use super::super::task::{Hold, Plan, State, Task, is_running};
use super::World;

impl World {
    /// A process has stopped, or ended.
    pub(super) fn handle(&mut self, pid: Pid, status: i32) -> Verdict {
        let is_known = |task: &Task| task.pid == pid && task.lives();
        let Some(index) = self.tasks.iter().position(is_known) else {
            self.appears(pid, status);
            return Ok(());
        };
        unless_killed(self.changes(index, status))
    }

    /// Its parent's event has not named it yet.
    fn appears(&mut self, pid: Pid, status: i32) {
        if !libc::WIFSTOPPED(status) {
            self.unknown.remove(&pid);
        } else if self.runs.iter().any(|run| run.stopped.is_some()) {
            let _ = kill(pid, Signal::SIGKILL); // a bomb's: nobody is left to name it
        } else {
            self.unknown.insert(pid, status);
        }
    }

    fn changes(&mut self, index: usize, status: i32) -> nix::Result<()> {
        self.quiet = 0;
        let task = &mut self.tasks[index];
        let run = &mut self.runs[task.run];
        if !libc::WIFSTOPPED(status) {
            (task.state, task.status) = (State::Ended, ExitStatus::from_raw(status));
            if let Some(who) = task.who {
                run.trace.is_outlived = who > 0; // the last of them decides
            }
            return Ok(());
        }
        if run.stopped.is_some() {
            let _ = kill(task.pid, Signal::SIGKILL);
        }
        let signal = libc::WSTOPSIG(status);
        match status >> 16 {
            0 if signal == libc::SIGTRAP | 0x80 => self.at_call(index),
            0 => self.go_on(index, signal),
            event => self.event(index, event, signal),
        }
    }

    fn event(&mut self, index: usize, event: i32, signal: i32) -> nix::Result<()> {
        let task = &mut self.tasks[index];
        match event {
            libc::PTRACE_EVENT_STOP if signal != libc::SIGTRAP => {
                task.state = State::Stopped;
                sys::listen(task.pid)
            }
            libc::PTRACE_EVENT_STOP => {
                task.state = State::Free;
                if task.calls.is_empty() {
                    return self.come(index, At::Birth);
                }
                self.go_on(index, 0)
            }
            libc::PTRACE_EVENT_EXEC => {
                self.becomes_another_program(index)?;
                self.come(index, At::Birth)
            }
            // fork, vfork or clone.
            _ => {
                let child = message(task.pid)?;
                self.go_on(index, 0)?;
                self.is_born(index, child)
            }
        }
    }

    /// A thread that calls execve takes the number of its process.
    fn becomes_another_program(&mut self, index: usize) -> nix::Result<()> {
        let pid = self.tasks[index].pid;
        let before = message(pid)?;
        for task in &mut self.tasks {
            if task.pid == before && before != pid {
                task.state = State::Ended;
            }
        }
        let task = &mut self.tasks[index];
        *task = Task::new(pid, task.run, task.who);
        Ok(())
    }

    fn is_born(&mut self, parent: usize, pid: Pid) -> nix::Result<()> {
        let (run, call) = (self.tasks[parent].run, self.tasks[parent].call);
        let is_thread = call.is_some_and(|call| calls_made::is_thread(&call));
        let is_process = |task: &&Task| task.run == run && task.who.is_some();
        let processes = self.tasks.iter().filter(is_process).count();
        let who = (!is_thread).then_some(processes);
        self.tasks.push(Task::new(pid, run, who));
        if self.is_bomb(run) {
            self.stop(run, "it makes processes without end (more than 300)");
        }
        match self.unknown.remove(&pid) {
            Some(status) => self.changes(self.tasks.len() - 1, status),
            None => Ok(()),
        }
    }

    fn at_call(&mut self, index: usize) -> nix::Result<()> {
        match sys::side(self.tasks[index].pid)? {
            Side::Entry(call) => self.before_call(index, call),
            Side::Exit(result) => self.after_call(index, result),
        }
    }

    fn before_call(&mut self, index: usize, call: Call) -> nix::Result<()> {
        let is_stranger = |receiver| !self.is_family(receiver);
        let gets_out = calls_made::receiver(&call).is_some_and(is_stranger);
        let task = &mut self.tasks[index];
        task.call = Some(call);
        task.plan = calls_made::plan(&mut self.keys, task.pid, &call)?;
        if gets_out {
            task.plan = calls_made::refuse(task.pid, Errno::EPERM)?;
        }
        if mem::take(&mut task.again) {
            return self.sleep_or_go_on(index);
        }
        task.makes(call.name);
        self.runs[task.run].calls += 1;
        let longest = calls_made::longest_wait(task.pid, &call);
        task.timer = longest.map(|time| self.now.saturating_add(time.max(1)));
        let (name, number) = task.last_call();
        self.come(index, At::Call(name, number))
    }

    /// Whether a signal to it stays among these processes. 0 is the sender's own group, of a session
    /// of its own; to one that does not run, the kernel answers.
    fn is_family(&self, receiver: i32) -> bool {
        let group = Pid::from_raw(-receiver);
        let mut living = self.tasks.iter().filter(|task| task.lives());
        match receiver {
            0 => true,
            1.. => {
                let pid = Pid::from_raw(receiver);
                living.any(|task| task.pid == pid) || !is_running(pid)
            }
            -1 => false,
            _ => living.any(|task| getpgid(Some(task.pid)) == Ok(group)),
        }
    }

    fn after_call(&mut self, index: usize, result: i64) -> nix::Result<()> {
        let task = &mut self.tasks[index];
        let Some(call) = task.call.take() else { return self.go_on(index, 0) };
        let is_made = !matches!(task.plan, Plan::Skipped(_) | Plan::TimesOut);
        let is_later = task.plan == Plan::Later;
        task.again = is_later || (is_made && calls_made::is_made_again(result));
        task.timer = task.timer.filter(|_| task.again);
        calls_made::finish(&mut self.keys, task.pid, &call, task.plan, result)?;
        if task.again {
            return self.go_on(index, 0);
        }
        let (name, number) = task.last_call();
        self.come(index, At::After(name, number))
    }

    /// A process has reached a place: the next step there is done, or the process goes on.
    fn come(&mut self, index: usize, at: At) -> nix::Result<()> {
        let number = self.tasks[index].run;
        let (task, run) = (&mut self.tasks[index], &mut self.runs[number]);
        let is_awake = task.sleeps && matches!(at, At::After(..));
        let is_here = |place: At| place == at || (place == At::Awake && is_awake);
        let mut steps = run.launch.steps.iter().zip(&mut run.trace.reached);
        let next =
            steps.find(|(step, reached)| !**reached && task.who == Some(step.0) && is_here(step.1));
        let Some((&(_, _, act), reached)) = next else { return self.sleep_or_go_on(index) };
        *reached = true;
        match act {
            Act::Hold | Act::Pause => {
                let (since, calls, used) = (self.now, run.calls, self.usage(number).0);
                let hold = Hold { at, is_pause: act == Act::Pause, since, used, calls };
                self.tasks[index].state = State::Held(hold);
                return Ok(());
            }
            Act::Send(signal) => kill(task.pid, signal)?,
            Act::SendAll(signal) => self.signal(number, signal),
            Act::Fail(errno) => task.plan = calls_made::refuse(task.pid, errno)?,
        }
        self.come(index, at)
    }

    /// A process that is held, sleeps, or waits not for ever, goes on.
    pub(super) fn let_go(&mut self, index: usize) -> Verdict {
        let task = &mut self.tasks[index];
        if let (State::Asleep | State::Free, Some(timer)) = (task.state, task.timer) {
            self.now = self.now.max(timer);
        }
        let gone = match mem::replace(&mut task.state, State::Free) {
            State::Free => {
                (task.plan, task.timer) = (Plan::TimesOut, None);
                ptrace::interrupt(task.pid)
            }
            State::Held(Hold { at: At::Call(..), .. }) if task.plan == Plan::Made => {
                // It has not made the call yet: a signal that has come meanwhile comes before it.
                task.plan = Plan::Later;
                sys::skip(task.pid).and_then(|()| self.go_on(index, 0))
            }
            State::Held(hold) => self.come(index, hold.at),
            _ => self.go_on(index, 0),
        };
        unless_killed(gone)
    }

    /// A sleep takes no time: it ends when nobody else can go on.
    fn sleep_or_go_on(&mut self, index: usize) -> nix::Result<()> {
        let task = &mut self.tasks[index];
        let is_sleep = task.call.is_some_and(|call| calls_made::is_sleep(&call));
        if is_sleep && task.plan == Plan::Made && task.timer.is_some() {
            sys::skip(task.pid)?;
            (task.sleeps, task.plan, task.state) = (true, Plan::Skipped(0), State::Asleep);
            return Ok(());
        }
        self.go_on(index, 0)
    }

    fn go_on(&self, index: usize, signal: i32) -> nix::Result<()> {
        let task = &self.tasks[index];
        sys::resume(task.pid, signal, !self.runs[task.run].launch.ignores_calls)
    }
}

/// A process number that comes with an event.
fn message(pid: Pid) -> nix::Result<Pid> {
    let number = i32::try_from(ptrace::getevent(pid)?);
    Ok(number.map_or(pid, Pid::from_raw))
}

/// Its process may have been killed a moment ago.
fn unless_killed(done: nix::Result<()>) -> Verdict {
    if done == Err(Errno::ESRCH) { Ok(()) } else { Ok(done?) }
}
