//! One process or thread of a run, as the engine sees it.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use nix::unistd::{Pid, SysconfVar, sysconf};

use super::calls::Call;
use super::outcome::in_words;
use super::step::{At, Who};

/// What becomes of a system call that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// It is made, perhaps with another first argument.
    Made,
    /// It is not made: what the program gets for it.
    Skipped(i64),
    /// It is not made yet, but right after this.
    Later,
    /// It is interrupted, because its time is up.
    TimesOut,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It runs, or waits in a call.
    Free,
    /// It has stopped, and is held there.
    Held(Hold),
    /// It has stopped before a call to sleep.
    Asleep,
    /// A signal has stopped it.
    Stopped,
    Ended,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    pub at: At,
    /// Only the case lets it go.
    pub is_pause: bool,
    /// When it began, in virtual milliseconds, and how much its program had computed, and called.
    pub since: u64,
    pub used: Duration,
    pub calls: usize,
}

pub struct Task {
    pub pid: Pid,
    pub run: usize,
    /// Which of the program's processes it is; none for a thread.
    pub who: Option<Who>,
    pub state: State,
    /// The names of its calls so far.
    pub calls: Vec<&'static str>,
    /// How many of each name, because a long input takes thousands of calls.
    counts: HashMap<&'static str, usize>,
    pub call: Option<Call>,
    pub plan: Plan,
    /// When a call ends that does not wait for ever, in virtual milliseconds.
    pub timer: Option<u64>,
    /// A signal interrupted the call, and the kernel makes it again: that is no new call.
    pub again: bool,
    pub sleeps: bool,
    /// How it ended.
    pub status: ExitStatus,
}

impl Task {
    pub fn new(pid: Pid, run: usize, who: Option<Who>) -> Self {
        Self {
            pid,
            run,
            who,
            state: State::Free,
            calls: Vec::new(),
            counts: HashMap::new(),
            call: None,
            plan: Plan::Made,
            timer: None,
            again: false,
            sleeps: false,
            status: ExitStatus::default(),
        }
    }

    pub fn lives(&self) -> bool {
        self.state != State::Ended
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
        (name, self.counts.get(name).copied().unwrap_or_default())
    }

    pub fn makes(&mut self, call: &'static str) {
        self.calls.push(call);
        *self.counts.entry(call).or_default() += 1;
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
    fn describe(&self, all: &[&Self]) -> String {
        let does = match (self.state, self.call) {
            (State::Ended, _) => in_words(self.status),
            (State::Stopped, _) => "was stopped by a signal".to_string(),
            (_, Some(call)) => self.describe_call(&call, all),
            (_, None) => "computes".to_string(),
        };
        format!("{} {does}", self.name())
    }

    /// The call and, if known, what it waits for; of a pipe, which processes have its other end open.
    fn describe_call(&self, call: &Call, all: &[&Self]) -> String {
        let (name, file) = (call.name, format!("/proc/{}/fd/{}", self.pid, call.words[1]));
        let file = fs::read_link(file).unwrap_or_default();
        let kind = file.to_string_lossy().split(':').next().map(String::from);
        let writers = all.iter().filter(|task| task.can_write(&file)).map(|task| task.name());
        let open = writers.collect::<Vec<_>>().join(", ");
        let what = match (name, kind.as_deref()) {
            ("nanosleep" | "clock_nanosleep" | "restart_syscall", _) => {
                return format!("sleeps in {name}");
            }
            ("read" | "readv" | "recvfrom" | "recvmsg", _) if call.words[1] == 0 => {
                ", for its input"
            }
            ("read" | "readv", Some("pipe")) if !open.is_empty() => {
                &format!(", for its turn; open for writing in: {open}")
            }
            ("read" | "readv" | "recvfrom" | "recvmsg", Some("pipe" | "socket")) => {
                ", for its turn"
            }
            ("write" | "writev" | "sendto" | "sendmsg", _) => ", for somebody to read",
            ("wait4" | "waitid", _) => ", for a child to end",
            ("futex" | "semop" | "semtimedop", _) => ", for a semaphore or lock",
            ("pause" | "rt_sigsuspend" | "rt_sigtimedwait", _) => ", for a signal",
            _ => "",
        };
        format!("waits in {name}{what}")
    }

    /// Whether it has the writing end of a pipe open. See proc(5): the links in /proc/PID/fd have the mode in
    /// which the descriptors were opened.
    fn can_write(&self, pipe: &Path) -> bool {
        let entries =
            fs::read_dir(format!("/proc/{}/fd", self.pid)).into_iter().flatten().flatten();
        let mut own =
            entries.filter(|entry| fs::read_link(entry.path()).is_ok_and(|to| to == pipe));
        own.any(|entry| entry.metadata().is_ok_and(|link| link.permissions().mode() & 0o200 != 0))
    }
}

/// What each of these waits for.
pub fn describe_all(tasks: &[&Task]) -> String {
    let lines: Vec<String> = tasks.iter().take(4).map(|task| task.describe(tasks)).collect();
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
