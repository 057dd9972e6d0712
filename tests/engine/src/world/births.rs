//! Processes and threads as they are born, become other programs, and end.

use std::collections::HashMap;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::ptrace;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::World;
use crate::calls::{Call, Trait};
use crate::loader;
use crate::log::{Event, What};
use crate::process::Stat;
use crate::step::At;
use crate::task::{State, Task, Underway};

/// A parent names its child within this time, or it was killed before.
const LONGEST_UNNAMED: Duration = Duration::from_millis(50);

/// Children whose parents' events have not named them yet.
#[derive(Default)]
pub(super) struct Unnamed {
    /// How each of them has stopped, and when.
    stopped: HashMap<Pid, (i32, Instant)>,
    /// How they have ended, for those that have.
    ended: HashMap<Pid, i32>,
}

impl Unnamed {
    /// One of them has stopped, or ended.
    pub fn meet(&mut self, pid: Pid, status: i32) {
        if libc::WIFSTOPPED(status) {
            self.stopped.insert(pid, (status, Instant::now()));
        } else {
            self.stopped.remove(&pid);
            self.ended.insert(pid, status);
        }
    }

    /// Whether one has stopped that nobody has named.
    pub fn are_there(&self) -> bool {
        !self.stopped.is_empty()
    }

    /// Kills those that have stood so long; they will be heard of as ended.
    pub fn kill(&self, longest: Duration) {
        for (&pid, (_, since)) in &self.stopped {
            if since.elapsed() >= longest {
                let _ = kill(pid, Signal::SIGKILL);
            }
        }
    }
}

impl World {
    /// Kills children whose parents were killed before they named them.
    pub(super) fn kill_unnamed(&self) {
        let is_giving_birth = |&index: &usize| {
            let task = &self.tasks[index];
            task.state == State::Runs && task.under.is_some_and(|under| under.call.is(Trait::Birth))
        };
        // On a busy machine it takes its time.
        if !self.alive.iter().any(is_giving_birth) {
            self.unnamed.kill(LONGEST_UNNAMED);
        }
    }

    /// fork, vfork or clone has made a child of this number.
    pub(super) fn gives_birth(&mut self, parent: usize, is_vfork: bool) -> nix::Result<()> {
        let pid = message(self.tasks[parent].pid)?;
        let task = &mut self.tasks[parent];
        task.state = State::Ready(0);
        if let Some(under) = &mut task.under {
            under.has_lent = is_vfork;
        }
        let child = self.add_child(parent, pid);
        if self.runs[self.tasks[child].run].cut_off.is_some() {
            let _ = kill(pid, Signal::SIGKILL);
        }
        if let Some(status) = self.unnamed.ended.remove(&pid) {
            self.ends(child, ExitStatus::from_raw(status), Duration::ZERO);
        }
        match self.unnamed.stopped.remove(&pid) {
            Some((status, _)) => self.stops(child, status),
            None => Ok(()),
        }
    }

    /// A task for a child, or for a thread of its parent's process: its index.
    fn add_child(&mut self, parent: usize, pid: Pid) -> usize {
        let Task { run, who, under, .. } = self.tasks[parent];
        let has = |flag: i32| under.is_some_and(|under| has_flag(&under.call, flag));
        let this = &mut self.runs[run];
        this.births += 1;
        this.alive += 1;
        let (who_child, thread) = if has(libc::CLONE_THREAD) {
            let own = self.tasks.iter().filter(|task| task.run == run && task.who == who);
            (who, own.count())
        } else {
            let shares_memory =
                has(libc::CLONE_VM) || under.is_some_and(|under| under.call.name == "vfork");
            this.processes.push(this.processes[who].child(who, shares_memory));
            (this.processes.len() - 1, 0)
        };
        let child = self.tasks.len();
        self.tasks.push(Task::new(pid, run, who_child, thread));
        self.alive.push(child);
        self.log(child, What::Born(Some(who)));
        self.log_attachments(parent);
        child
    }

    /// A thread that calls execve takes the number of its process.
    pub(super) fn becomes_another_program(&mut self, index: usize) -> nix::Result<()> {
        let Task { pid, run, who, .. } = self.tasks[index];
        let before = message(pid)?;
        let thread = self.alive.iter().copied().find(|&index| self.tasks[index].pid == before);
        if let Some(thread) = thread.filter(|_| before != pid) {
            self.remove(thread);
        }
        let Task { turns_used, vain_calls, calls_in_turn, .. } = self.tasks[index];
        self.tasks[index] = Task {
            state: State::Ready(0),
            turns_used,
            vain_calls,
            calls_in_turn,
            ..Task::new(pid, run, who, 0)
        };
        let this = &mut self.runs[run];
        this.has_begun = true;
        this.processes[who] = this.processes[who].becomes(loader::of(pid));
        self.log(index, What::Begins);
        self.log_attachments(index);
        self.comes_to(index, At::Birth)
    }

    /// A task has ended; its process has used so much of the processor.
    pub(super) fn ends(&mut self, index: usize, status: ExitStatus, used: Duration) {
        let Task { run, who, thread, under, .. } = self.tasks[index];
        let is_killed = status.signal().is_some();
        self.remove(index);
        self.woken.by_signals(run); // SIGCHLD is one
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
        let is_get = |under: Underway| under.call.name.ends_with("get");
        self.has_lost |= is_killed && under.is_some_and(is_get);
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

    fn remove(&mut self, index: usize) {
        let task = &mut self.tasks[index];
        (task.state, task.stat) = (State::Ended, Stat::default());
        self.alive.retain(|&alive| alive != index);
        self.runs[self.tasks[index].run].alive -= 1;
    }
}

fn has_flag(call: &Call, flag: i32) -> bool {
    call.name == "clone" && call.int(1) & flag != 0
}

/// A process number that comes with an event.
fn message(pid: Pid) -> nix::Result<Pid> {
    let number = i32::try_from(ptrace::getevent(pid)?).map_err(|_| Errno::ESRCH)?;
    Ok(Pid::from_raw(number))
}
