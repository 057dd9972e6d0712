//! Processes as /proc shows them: who is below whom, who waits, and in which call. See proc(5).

use std::fs;
use std::io;
use std::process::{Child, Command};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, getpgid};

use super::calls;

/// How often /proc is looked at.
pub const LOOK: Duration = Duration::from_millis(4);

/// A process and what it does at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    pub pid: Pid,
    parent: Pid,
    /// Of what it runs.
    name: String,
    letter: char,
    /// How often it has left the processor: where this has not changed, one that waits has done
    /// nothing.
    switches: String,
    /// Of its own memory, and of segments.
    kibibytes: u64,
    /// Number and arguments of the system call that it waits in, as far as that may be read.
    call: Option<Vec<u64>>,
}

impl Process {
    /// `None` where there is no such process, or it has ended.
    pub fn look(pid: Pid) -> Option<Self> {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_default().trim().to_string()
        };
        let size = |name: &str| -> u64 { field(name).trim_end_matches(" kB").parse().unwrap_or(0) };
        let letter = field("State:").chars().next()?;
        let call = fs::read_to_string(format!("/proc/{pid}/syscall")).unwrap_or_default();
        (!matches!(letter, 'Z' | 'X')).then(|| Self {
            pid,
            parent: Pid::from_raw(field("PPid:").parse().unwrap_or(0)),
            name: field("Name:"),
            letter,
            switches: field("voluntary_ctxt_switches:") + &field("nonvoluntary_ctxt_switches:"),
            kibibytes: size("RssAnon:") + size("RssShmem:"),
            call: calls::parse(&call),
        })
    }

    /// Whether it waits in a call that nothing but another process ends. A sleep ends by itself.
    pub fn waits(&self) -> bool {
        self.letter == 'S'
            && self
                .call
                .as_ref()
                .is_some_and(|call| !calls::is_timed(call))
    }

    /// Whether it sleeps, or waits with a limit of time.
    pub fn sleeps(&self) -> bool {
        self.letter == 'S' && self.call.as_ref().is_some_and(|call| calls::is_timed(call))
    }

    /// What it runs, and its number.
    pub fn name(&self) -> String {
        format!("{} (process {})", self.name, self.pid)
    }

    /// Whether it does not want the processor. What a tracer holds may want it.
    pub fn is_idle(&self) -> bool {
        matches!(self.letter, 'S' | 'T')
    }

    /// Whether it is still stopped by the words of [`STOPPED`](super::tracer::STOPPED).
    pub fn has_not_begun(&self) -> bool {
        self.letter == 'T' && self.name == "sh"
    }

    /// Whether it is a program's: below its first process, or in its group. `all` is all that run.
    pub fn is_of(&self, leader: Pid, all: &[Self]) -> bool {
        let mut parents = all.iter().filter(|other| other.pid == self.parent);
        self.pid == leader
            || parents.any(|parent| parent.is_of(leader, all))
            || group(self.pid) == Some(leader)
    }

    /// What it does, in words.
    pub fn describe(&self) -> String {
        match (&self.call, self.letter) {
            (Some(call), 'S') => calls::describe(self.pid, call),
            (_, 'T' | 't') => "is stopped".to_string(),
            (_, 'S' | 'D') => "waits".to_string(),
            _ => "runs".to_string(),
        }
    }
}

/// The processes that the kernel has of these, and that have not ended.
pub fn look_at(pids: &[Pid]) -> Vec<Process> {
    pids.iter().copied().filter_map(Process::look).collect()
}

/// The children of a process, in the order in which they were made.
pub fn children(parent: Pid) -> Vec<Pid> {
    let threads = fs::read_dir(format!("/proc/{parent}/task"));
    let threads = threads.into_iter().flatten().filter_map(Result::ok);
    let lists =
        threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    let mut pids: Vec<i32> = lists
        .flat_map(|list| list.split_whitespace().map(str::parse).collect::<Vec<_>>())
        .filter_map(Result::ok)
        .collect();
    pids.sort_unstable();
    pids.into_iter().map(Pid::from_raw).collect()
}

/// A process's children, their children, and so on.
pub fn below(parent: Pid) -> Vec<Pid> {
    let mut found = children(parent);
    let mut next = 0;
    while let Some(&pid) = found.get(next) {
        found.extend(children(pid));
        next += 1;
    }
    found
}

/// All that this process and its children have started, and that still runs.
pub fn below_this() -> Vec<Process> {
    look_at(&below(Pid::this()))
}

/// The process group of a process.
pub fn group(pid: Pid) -> Option<Pid> {
    getpgid(Some(pid)).ok()
}

/// The processes that this one itself has started; locked while one is started, or looked for.
static STARTED: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

/// Starts a process, and remembers it.
pub fn start(command: &mut Command) -> io::Result<Child> {
    let mut started = STARTED.lock().unwrap_or_else(PoisonError::into_inner);
    let child = command.spawn()?;
    started.extend(i32::try_from(child.id()).map(Pid::from_raw));
    Ok(child)
}

/// What has left its program's group, and outlived its first process: a daemon, for one. What this
/// process has started itself leads a group, or is in this process's own.
pub fn strays() -> Vec<Process> {
    let started = STARTED.lock().unwrap_or_else(PoisonError::into_inner);
    let this = group(Pid::this());
    let all = below_this();
    let is_stray = |process: &&Process| {
        let group = group(process.pid);
        group.is_some_and(|leader| !started.contains(&leader))
            && group != this
            && !started.iter().any(|&leader| process.is_of(leader, &all))
    };
    all.iter().filter(is_stray).cloned().collect()
}

/// Kills what has left its program's group, until none is left.
pub fn kill_strays() {
    kill_until_none(strays);
}

/// Kills all that this process has started, until none is left: in one call, where it is the first of
/// its namespace. Those that fork without end are faster than one call for each.
pub fn kill_all() {
    if Pid::this() == Pid::from_raw(1) {
        let _ = kill(Pid::from_raw(-1), Signal::SIGKILL);
    }
    kill_until_none(below_this);
}

fn kill_until_none(alive: impl Fn() -> Vec<Process>) {
    loop {
        let alive = alive();
        if alive.is_empty() {
            return;
        }
        for Process { pid, .. } in alive {
            let _ = kill(pid, Signal::SIGKILL);
        }
        thread::sleep(LOOK);
    }
}

/// What the processes hold in memory together, in KiB.
pub fn memory(processes: &[Process]) -> u64 {
    processes.iter().map(|process| process.kibibytes).sum()
}

/// The children of a program, in the order of their birth, as a tracer saw them.
static BORN: Mutex<Vec<(Pid, Pid)>> = Mutex::new(Vec::new());

/// A tracer has seen a child's birth. It may be gone when somebody asks for its name.
pub fn remember_birth(leader: Pid, child: Pid) {
    let mut born = BORN.lock().unwrap_or_else(PoisonError::into_inner);
    born.push((leader, child));
}

/// shm-fork's processes by the names that its own output has for them; others by what they run.
pub fn name(leader: Pid, pid: Pid) -> String {
    let born = BORN.lock().unwrap_or_else(PoisonError::into_inner);
    let own = born.iter().filter(|(parent, _)| *parent == leader);
    let mut family: Vec<Pid> = own.map(|&(_, child)| child).collect();
    if family.is_empty() {
        family = children(leader);
    }
    match family.iter().position(|&child| child == pid) {
        Some(index) => format!("process {}", index + 1),
        None if pid == leader && family.is_empty() => "it".to_string(),
        None if pid == leader => "the parent".to_string(),
        None => {
            let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
            format!("{} (number {pid})", name.trim_end())
        }
    }
}
