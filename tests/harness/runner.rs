//! Plays the cases, each in a process of its own, many at once.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{self, Command, Output, Stdio, exit};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::prctl::set_child_subreaper;
use nix::sys::signal::{SigSet, Signal, kill};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;

use super::case::{Case, Level};
use super::machine;
use super::programs;
use crate::engine::{self, Folder, Kind, Report, Verdict};

/// The cases played at once: more than there are processors, because most wait for something.
const AT_ONCE: usize = 8;

/// After 3 cases in which an exercise's program had to be stopped, its other cases are not played. If it
/// is the simplest case, one is enough.
const MOST_STOPPED: usize = 3;

/// Whether the case goes before all others of its exercise.
fn is_simplest(case: &str) -> bool {
    case.ends_with("::fresh")
}

/// What came of a case.
pub struct Played {
    pub name: String,
    pub level: Level,
    pub time: Duration,
    pub verdict: Verdict,
}

impl Played {
    pub fn exercise(&self) -> &str {
        self.name.split("::").next().unwrap_or_default()
    }

    pub fn is(&self, kind: Kind) -> bool {
        self.verdict.as_ref().is_err_and(|report| report.kind == kind)
    }

    /// Whether the program is wrong.
    pub fn is_wrong(&self) -> bool {
        self.is(Kind::Failed) || self.is(Kind::Stopped)
    }
}

/// Who starts a process has this.
static STARTING: Mutex<()> = Mutex::new(());

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Runner<'a> {
    cases: &'a [&'a Case],
    folder: &'a Path,
    played: Mutex<Vec<Option<Played>>>,
}

/// Plays them all.
pub fn play_all(cases: &[&Case]) -> Result<Vec<Played>, Report> {
    set_child_subreaper(true)?;
    engine::remove_stale_folders()?;
    let folder = Folder::new()?;
    // This comes first, because a thread that exists before it would take the signals.
    clean_up_when_interrupted(folder.path().to_path_buf())?;
    programs::take(folder.path())?;
    machine::needs_ptrace()?;
    let played = Mutex::new(cases.iter().map(|_| None).collect());
    let runner = Runner { cases, folder: folder.path(), played };
    let is_simplest = |&index: &usize| is_simplest(&cases[index].name);
    let (simplest, others): (Vec<_>, Vec<_>) = runner.order().into_iter().partition(is_simplest);
    runner.play(simplest);
    runner.play(others);
    if io::stdout().is_terminal() {
        print!("\r\x1b[K");
    }
    let played = runner.played.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(played.into_iter().flatten().collect())
}

/// Control-C and the like: nothing goes on, and no file is left.
fn clean_up_when_interrupted(folder: PathBuf) -> Result<(), Report> {
    let signals = SigSet::from_iter([Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP]);
    signals.thread_block()?; // all threads that come have them blocked too
    thread::spawn(move || {
        let signal = signals.wait();
        let _no_more = lock(&STARTING);
        loop {
            let children = children();
            if children.is_empty() {
                break;
            }
            for child in children {
                let _ = kill(child, Signal::SIGKILL); // what it runs ends with it: it is traced
            }
            let _ = waitpid(None, Some(WaitPidFlag::WNOHANG));
        }
        let _ = fs::remove_dir_all(folder);
        let _ = engine::remove_stale();
        let _ = writeln!(io::stdout(), "\nInterrupted: nothing is left running.");
        exit(128 + signal.map_or(0, |signal| signal as i32));
    });
    Ok(())
}

/// The processes that play cases now, and what those that died have left to this one.
fn children() -> Vec<Pid> {
    let threads = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let lists =
        threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    let children = lists.collect::<String>();
    children.split_whitespace().filter_map(|pid| pid.parse().ok()).map(Pid::from_raw).collect()
}

impl Runner<'_> {
    /// Takes the exercises in turn, so that an exercise whose first cases are stopped is given up.
    fn order(&self) -> Vec<usize> {
        let is_same =
            |one: usize, other: usize| self.cases[one].exercise() == self.cases[other].exercise();
        let place = |&index: &usize| (0..index).filter(|&other| is_same(index, other)).count();
        let mut order: Vec<usize> = (0..self.cases.len()).collect();
        order.sort_by_key(|index| (!self.cases[*index].is_in_own_table(), place(index)));
        order
    }

    fn play(&self, indexes: Vec<usize>) {
        let is_stress = self.cases.iter().all(|case| case.is_stress);
        let at_once = if is_stress { indexes.len() } else { AT_ONCE };
        let queue = Mutex::new(indexes.into_iter());
        let next = || lock(&queue).next();
        let work = || {
            while let Some(index) = next() {
                let played = self.play_one(self.cases[index]);
                lock(&self.played)[index] = Some(played);
                self.show_progress();
            }
        };
        thread::scope(|scope| (0..at_once).for_each(|_| drop(scope.spawn(work))));
    }

    fn play_one(&self, case: &Case) -> Played {
        let start = Instant::now();
        let why_not = case.cannot_be_played().or_else(|| self.is_given_up(case));
        let verdict = match why_not {
            Some(text) => Err(Report { kind: Kind::NotRun, text }),
            None => self.run(case).map_err(Report::from).and_then(verdict),
        };
        Played { name: case.name.clone(), level: case.level, time: start.elapsed(), verdict }
    }

    /// Why an exercise's other cases are not played.
    fn is_given_up(&self, case: &Case) -> Option<String> {
        let exercise = case.exercise();
        let played = lock(&self.played);
        let is_of_it = |played: &&Played| played.exercise() == exercise && played.is(Kind::Stopped);
        let stopped: Vec<&Played> = played.iter().flatten().filter(is_of_it).collect();
        let is_simple = stopped.iter().any(|played| is_simplest(&played.name));
        (is_simple || stopped.len() >= MOST_STOPPED)
            .then(|| format!("{exercise} had to be stopped: correct that first"))
    }

    /// Runs the process that plays the case.
    fn run(&self, case: &Case) -> io::Result<Output> {
        let own_table = case.is_in_own_table().then(machine::own_table).flatten();
        let words = own_table.unwrap_or_default().split_whitespace().map(OsStr::new);
        let check = env::current_exe()?;
        let mut words = words.chain([check.as_os_str()]);
        let mut command = Command::new(words.next().unwrap_or_default());
        let this = process::id().to_string();
        command.args(words).args(["--play", &case.name, &this]).env("TMPDIR", self.folder);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let starting = lock(&STARTING);
        let child = command.spawn()?;
        drop(starting);
        child.wait_with_output()
    }

    fn show_progress(&self) {
        if !io::stdout().is_terminal() {
            return;
        }
        let played = lock(&self.played);
        let done = played.iter().flatten();
        let wrong = done.clone().filter(|played| played.is_wrong()).count();
        print!("\r\x1b[K{} of {} cases, {wrong} failed", done.count(), self.cases.len());
        let _ = io::stdout().flush();
    }
}

/// What the process that played a case tells.
fn verdict(Output { status, stdout, stderr }: Output) -> Verdict {
    let text = String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned();
    match (status.code(), status.code().and_then(Kind::of)) {
        (Some(0), _) => Ok(()),
        (_, Some(kind)) => Err(Report { kind, text }),
        _ => Err(Report::trouble(format!("{}\n{text}", engine::in_words(status)))),
    }
}
