//! One process or thread of a run, as the engine sees it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use nix::unistd::{Pid, SysconfVar, sysconf};

use super::calls::{self, Call};
use super::outcome::in_words;
use super::step::{At, Until, Who};

/// What becomes of a system call that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    AsIs,
    /// Its first argument was changed.
    Translated,
    /// It is not made: what the program gets for it.
    Skipped(i64),
    /// It is not made, because it only sleeps.
    Slept,
    /// It is not made yet, but right after this.
    Later,
    /// It is interrupted, because its time is up.
    TimesOut,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It runs, or waits in a call.
    Free,
    /// It has stopped, and is held there; since when, in virtual milliseconds.
    Held(Until, u64),
    /// It has stopped before a call to sleep.
    Asleep,
    /// A signal has stopped it.
    Stopped,
    Ended,
}

pub struct Task {
    pub pid: Pid,
    pub run: usize,
    /// Which of the program's processes it is; none for a thread.
    pub who: Option<Who>,
    /// Whether it has become the program.
    pub began: bool,
    pub state: State,
    /// The names of its calls so far.
    pub calls: Vec<&'static str>,
    pub call: Option<Call>,
    pub plan: Plan,
    /// When a call ends that does not wait for ever, in virtual milliseconds.
    pub timer: Option<u64>,
    /// A signal interrupted the call, and the kernel makes it again: that is no new call.
    pub again: bool,
    pub sleeps: bool,
    /// How it ended.
    pub status: ExitStatus,
    /// Where it is held, and how much its program had computed, and called, when that began.
    pub place: Option<At>,
    pub held_at: Option<(Duration, usize)>,
}

impl Task {
    pub fn new(pid: Pid, run: usize, who: Option<Who>, began: bool) -> Self {
        Self {
            pid,
            run,
            who,
            began,
            state: State::Free,
            calls: Vec::new(),
            call: None,
            plan: Plan::AsIs,
            timer: None,
            again: false,
            sleeps: false,
            status: ExitStatus::default(),
            place: None,
            held_at: None,
        }
    }

    pub fn lives(&self) -> bool {
        self.state != State::Ended
    }

    pub fn is_held(&self, until: Until) -> bool {
        matches!(self.state, State::Held(held, _) if held == until)
    }

    /// What it has used so far of the processor, and the bytes of memory that it uses.
    pub fn usage(&self) -> (Duration, u64) {
        let stat = stat(self.pid);
        let field = |index: usize| stat.get(index).and_then(|text| text.parse().ok()).unwrap_or(0);
        let unit = |unit| sysconf(unit).ok().flatten().unwrap_or(1).unsigned_abs();
        let milliseconds = (field(11) + field(12)) * 1000 / unit(SysconfVar::CLK_TCK);
        (Duration::from_millis(milliseconds), field(21) * unit(SysconfVar::PAGE_SIZE))
    }

    /// Its last call: the name, and the number among those of that name.
    pub fn last_call(&self) -> (&'static str, usize) {
        let name = self.calls.last().copied().unwrap_or_default();
        (name, self.calls.iter().filter(|&&call| call == name).count())
    }

    /// Whether it can do nothing until another does something, or time goes by: it waits in a call, or has
    /// ended but for its threads.
    pub fn waits(&self) -> bool {
        match self.state {
            State::Ended | State::Stopped | State::Held(..) | State::Asleep => true,
            State::Free => {
                let stat = stat(self.pid);
                let state = stat.first().map(String::as_str);
                match (state, self.call) {
                    (None | Some("Z" | "X"), _) | (Some("S"), Some(_)) => true,
                    // A parent waits so until its vfork child becomes another program.
                    (Some("D"), Some(call)) => call.name.contains("fork"),
                    _ => false,
                }
            }
        }
    }

    fn name(&self) -> String {
        match self.who {
            Some(0) => "the first process".to_string(),
            Some(who) => format!("process {who}"),
            None => "a thread".to_string(),
        }
    }

    /// "process 1 waits in read, for its turn".
    fn describe(&self) -> String {
        let who = self.name();
        match self.call {
            _ if self.state == State::Ended => format!("{who} {}", in_words(self.status)),
            _ if self.state == State::Stopped => format!("{who} was stopped by a signal"),
            Some(call) => format!("{who} {}", calls::describe(self.pid, &call)),
            None => format!("{who} computes"),
        }
    }
}

/// The pipe that a process waits to read.
fn pipe_of(task: &Task) -> Option<PathBuf> {
    let call = task.call.filter(|call| call.name == "read")?;
    let link = fs::read_link(format!("/proc/{}/fd/{}", task.pid, call.words[1])).ok()?;
    (call.words[1] > 2 && link.to_string_lossy().starts_with("pipe:")).then_some(link)
}

/// Whether a process has the other end of a pipe open. See proc(5): the links in /proc/PID/fd have the mode
/// in which the descriptors were opened.
fn can_write(task: &Task, pipe: &Path) -> bool {
    let entries = fs::read_dir(format!("/proc/{}/fd", task.pid)).into_iter().flatten().flatten();
    let mut own = entries.filter(|entry| fs::read_link(entry.path()).is_ok_and(|to| to == pipe));
    own.any(|entry| entry.metadata().is_ok_and(|link| link.permissions().mode() & 0o200 != 0))
}

/// What each of these waits for, and which processes keep its pipe open.
pub fn describe_all(tasks: &[&Task]) -> String {
    let describe = |task: &&Task| {
        let pipe = pipe_of(task);
        let writes = |other: &&&Task| pipe.as_ref().is_some_and(|pipe| can_write(other, pipe));
        let open: Vec<String> = tasks.iter().filter(writes).map(|task| task.name()).collect();
        match open.as_slice() {
            [] => task.describe(),
            open => format!("{}; open for writing in: {}", task.describe(), open.join(", ")),
        }
    };
    let lines: Vec<String> = tasks.iter().take(4).map(describe).collect();
    lines.join("\n  ")
}

/// The fields of /proc/PID/stat from the state on; none if there is no such process. See proc(5).
fn stat(pid: Pid) -> Vec<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // After the name, which may hold anything.
    let fields = stat.rsplit_once(") ").map(|(_, fields)| fields);
    let fields = fields.unwrap_or_default().split_whitespace();
    fields.map(String::from).collect()
}

/// Whether there is such a process, and it has not ended. (Number 0 is one in another PID namespace.)
pub fn is_running(pid: Pid) -> bool {
    let stat = stat(pid);
    let state = stat.first().map(String::as_str);
    pid.as_raw() == 0 || !matches!(state, None | Some("Z" | "X"))
}
