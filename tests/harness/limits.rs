//! What a program under check may use: a student's may do anything, and the next case is to start
//! clean.

use std::io::{self, Read};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::processes::{self, Process};
use super::report::Report;

/// A program that prints more than this has no end.
pub const MOST_OUTPUT: u64 = 1 << 20;

/// shm-fork makes 3, and the largest crowd is of 64.
const MOST_PROCESSES: usize = 300;

/// A program's, with all that it started.
const MOST_MEMORY_KIB: u64 = 512 << 10;

/// So long every process waits for another, none for time: nobody is left to end it.
const HANGS: Duration = Duration::from_secs(2);

/// The C version sleeps for two seconds.
const SLEEPS: Duration = Duration::from_secs(6);

/// Whatever it does: a busy machine may need longer than all the others are given.
const ENDLESS: Duration = Duration::from_secs(20);

/// Words before a program: the kernel ends it by SIGXCPU after 5 seconds of processor time. For this
/// process itself, which could hand the limit on, the time is as long as it takes.
pub const PROCESSOR: [&str; 2] = ["prlimit", "--cpu=5:"];

/// Limits that the kernel keeps for all that this process starts: no core files, 1 GiB of own memory
/// (the watch sees 512 MiB first), files of 64 MiB.
pub fn set() -> nix::Result<()> {
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    setrlimit(Resource::RLIMIT_DATA, 1 << 30, 1 << 30)?;
    setrlimit(Resource::RLIMIT_FSIZE, 64 << 20, 64 << 20)
}

/// The programs that run, each with why it was stopped, if it was.
static WATCHED: Mutex<Vec<Watched>> = Mutex::new(Vec::new());

fn watched() -> MutexGuard<'static, Vec<Watched>> {
    WATCHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How often the programs are looked at.
const INTERVAL: Duration = Duration::from_millis(40);

/// Watches over a program and all that it starts: stops it when it hangs or goes too far, and when
/// nobody waits for it any more.
pub struct Watch(Pid);

impl Watch {
    pub fn over(leader: Pid) -> Self {
        static WATCHER: Once = Once::new();
        watched().push(Watched::new(leader));
        WATCHER.call_once(|| drop(thread::spawn(watch)));
        Self(leader)
    }

    /// The program has ended, and been waited for: why it was stopped, if it was.
    pub fn end(self) -> Result<(), Report> {
        let mut watched = watched();
        let own = watched.iter().position(|watched| watched.leader == self.0);
        match own.and_then(|own| watched.swap_remove(own).stopped) {
            Some(why) => Err(Report::stopped(why)),
            None => Ok(()),
        }
    }
}

impl Drop for Watch {
    /// A program that still runs is killed; the number of one that has ended may be another's.
    fn drop(&mut self) {
        let mut watched = watched();
        if let Some(own) = watched.iter().position(|watched| watched.leader == self.0) {
            watched.swap_remove(own);
            let _ = killpg(self.0, Signal::SIGKILL);
        }
    }
}

pub fn endless_processes() -> String {
    format!("it makes processes without end (more than {MOST_PROCESSES})")
}

fn too_many(all: &[Process]) -> Option<String> {
    (all.len() > MOST_PROCESSES).then(endless_processes)
}

fn too_much(all: &[Process], programs: u64) -> Option<String> {
    let why = "it takes memory without end (more than 512 MiB)";
    (processes::memory(all) > programs * MOST_MEMORY_KIB).then(|| why.to_string())
}

fn watch() {
    loop {
        thread::sleep(INTERVAL);
        let programs = watched().len() as u64;
        if programs == 0 {
            continue;
        }
        let all = processes::below_this();
        let why = too_many(&all).or_else(|| too_much(&all, programs));
        stop_those_that_go_too_far(&all, why.as_ref());
        if why.is_some() {
            processes::kill_all();
        }
    }
}

/// `why`: all do.
fn stop_those_that_go_too_far(all: &[Process], why: Option<&String>) {
    let mut watched = watched();
    let running = watched.iter_mut();
    for program in running.filter(|program| program.stopped.is_none()) {
        program.stopped = why.cloned().or_else(|| program.goes_too_far(all));
        if program.stopped.is_some() {
            let _ = killpg(program.leader, Signal::SIGKILL);
            processes::kill_strays();
        }
    }
}

/// A program, what was seen of it the last time, and since when nothing has changed.
struct Watched {
    leader: Pid,
    start: Instant,
    last: Vec<Process>,
    since: Instant,
    idle_since: Instant,
    stopped: Option<String>,
}

impl Watched {
    fn new(leader: Pid) -> Self {
        let start = Instant::now();
        Self {
            leader,
            start,
            last: Vec::new(),
            since: start,
            idle_since: start,
            stopped: None,
        }
    }

    fn goes_too_far(&mut self, all: &[Process]) -> Option<String> {
        let is_own = |process: &&Process| process.is_of(self.leader, all);
        let own: Vec<Process> = all.iter().filter(is_own).cloned().collect();
        let mut first = own.iter().filter(|process| process.pid == self.leader);
        if first.any(Process::has_not_begun) {
            *self = Self::new(self.leader); // its time does not run yet
        }
        if own != self.last {
            self.since = Instant::now();
        }
        if !own.iter().all(Process::is_idle) {
            self.idle_since = Instant::now();
        }
        self.last = own;
        too_much(&self.last, 1).or_else(|| self.verdict())
    }

    fn verdict(&self) -> Option<String> {
        if self.last.is_empty() {
            return None;
        }
        let all_wait = self.last.iter().all(Process::waits);
        let what = if all_wait && self.since.elapsed() > HANGS {
            "it hangs".to_string()
        } else if self.idle_since.elapsed() > SLEEPS {
            "it does not end".to_string()
        } else if self.start.elapsed() > ENDLESS {
            format!("it did not end in {} seconds", ENDLESS.as_secs())
        } else {
            return None;
        };
        Some(format!("{what}:\n  {}", self.describe()))
    }

    /// Who does what: "the parent waits in wait4, for a child to end; process 1 …".
    fn describe(&self) -> String {
        let shown = self.last.iter().take(4).map(|process| {
            format!(
                "{} {}",
                processes::name(self.leader, process.pid),
                process.describe()
            )
        });
        let mut text = shown.collect::<Vec<_>>().join(";\n  ");
        let children = self
            .last
            .iter()
            .filter(|process| process.pid != self.leader);
        if text.contains("for its turn") && children.count() == 1 {
            text += "\n  (the other has ended: somebody still holds a copy of its end open)";
        }
        text
    }
}

/// Reads a stream to its end, or as far as a program that has an end may print.
pub fn read(stream: impl Read) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    // Where more comes, the stream is closed, and the program dies by SIGPIPE.
    stream.take(MOST_OUTPUT + 1).read_to_end(&mut content)?;
    Ok(content)
}
