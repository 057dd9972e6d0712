//! Plays the cases, each in a process of its own, many at once.

use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, IsTerminal, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::prctl::set_child_subreaper;
use nix::sys::signal::{SigSet, Signal, kill};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;

use super::case::{Case, Level};
use super::machine;
use super::programs;
use crate::engine::{self, Folder, Kind, Report, Verdict};

/// Most cases wait for something.
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

/// A case that is being played.
struct Playing {
    index: usize,
    pid: Pid,
    output: File,
    start: Instant,
}

struct Runner<'a> {
    cases: &'a [&'a Case],
    played: Vec<Option<Played>>,
    playing: Vec<Playing>,
    folder: &'a Path,
}

static IS_INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Plays them all.
pub fn play_all(cases: &[&Case]) -> Result<Vec<Played>, Report> {
    set_child_subreaper(true)?;
    engine::remove_stale_folders()?;
    let folder = Folder::new("run")?;
    // First of all: threads that are there before would take the signals.
    clean_up_when_interrupted(folder.path().to_path_buf())?;
    programs::take(folder.path())?;
    machine::needs_ptrace()?;
    let not_run = |case: &&Case| Some(not_run(case, case.cannot_be_played()?));
    let mut runner = Runner {
        cases,
        played: cases.iter().map(not_run).collect(),
        playing: Vec::new(),
        folder: folder.path(),
    };
    runner.run()?;
    Ok(runner.played.into_iter().flatten().collect())
}

/// Control-C and the like: nothing goes on, and no file is left.
fn clean_up_when_interrupted(folder: PathBuf) -> Result<(), Report> {
    let mut signals = SigSet::empty();
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        signals.add(signal);
    }
    // All threads that come have them blocked too; what is started has not.
    signals.thread_block()?;
    thread::spawn(move || {
        let signal = signals.wait();
        IS_INTERRUPTED.store(true, Relaxed);
        kill_the_cases();
        let _ = fs::remove_dir_all(folder);
        let _ = engine::remove_stale();
        let _ = writeln!(io::stdout(), "\nInterrupted: nothing is left running.");
        std::process::exit(128 + signal.map_or(0, |signal| signal as i32));
    });
    Ok(())
}

/// What they run ends with them: it is traced.
fn kill_the_cases() {
    let this = Pid::this();
    let children = fs::read_to_string(format!("/proc/{this}/task/{this}/children"));
    let cases: Vec<Pid> = children
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|pid| Some(Pid::from_raw(pid.parse().ok()?)))
        .collect();
    for &case in &cases {
        let _ = kill(case, Signal::SIGKILL);
    }
    while cases.iter().any(|&case| engine::is_running(case)) {
        thread::yield_now();
    }
}

fn not_run(case: &Case, why: String) -> Played {
    Played {
        name: case.name.clone(),
        level: case.level,
        time: Duration::ZERO,
        verdict: Err(Report::not_run(why)),
    }
}

impl Runner<'_> {
    fn run(&mut self) -> Result<(), Report> {
        loop {
            while let Some(index) = self.next() {
                self.start(index)?;
            }
            if self.playing.is_empty() {
                break;
            }
            self.wait()?;
            self.show_progress();
        }
        if io::stdout().is_terminal() {
            print!("\r\x1b[K");
        }
        Ok(())
    }

    /// The next case to start: of the exercise that has the fewest under way.
    fn next(&self) -> Option<usize> {
        let is_stress = self.cases.iter().all(|case| case.is_stress);
        if IS_INTERRUPTED.load(Relaxed) || (self.playing.len() >= AT_ONCE && !is_stress) {
            return None;
        }
        let waiting = (0..self.cases.len()).filter(|&index| self.may_begin(index));
        waiting.min_by_key(|&index| {
            let begun = |&other: &usize| self.has_begun(other) && self.is_same(index, other);
            (0..self.cases.len()).filter(begun).count()
        })
    }

    fn is_same(&self, one: usize, other: usize) -> bool {
        self.cases[one].exercise() == self.cases[other].exercise()
    }

    fn has_begun(&self, index: usize) -> bool {
        let mut playing = self.playing.iter();
        self.played[index].is_some() || playing.any(|playing| playing.index == index)
    }

    /// Whether it has not begun, and can now.
    fn may_begin(&self, index: usize) -> bool {
        !self.has_begun(index) && self.is_its_turn(index)
    }

    /// Whether its exercise's simplest case has been played, or is this one.
    fn is_its_turn(&self, index: usize) -> bool {
        let mut same = (0..self.cases.len()).filter(|&other| self.is_same(index, other));
        let simplest = same.find(|&other| is_simplest(&self.cases[other].name));
        simplest.is_none_or(|simplest| simplest == index || self.played[simplest].is_some())
    }

    fn start(&mut self, index: usize) -> Result<(), Report> {
        let output = File::from(memfd_create(c"report", MFdFlags::MFD_CLOEXEC)?);
        let is_in_own = self.cases[index].is_in_own_table();
        let own_table = is_in_own.then(machine::own_table).flatten();
        let words = own_table.unwrap_or_default().split_whitespace().map(OsStr::new);
        let check = env::current_exe()?;
        let mut words = words.chain([check.as_os_str()]);
        let child = Command::new(words.next().unwrap_or_default())
            .args(words)
            .args(["--play", &self.cases[index].name])
            .env("TMPDIR", self.folder)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output.try_clone()?)
            .spawn()?;
        let pid = Pid::from_raw(child.id().try_into()?);
        self.playing.push(Playing { index, pid, output, start: Instant::now() });
        Ok(())
    }

    /// Waits for a case to end.
    fn wait(&mut self) -> Result<(), Report> {
        let status = waitpid(None, None)?;
        while IS_INTERRUPTED.load(Relaxed) {
            thread::park(); // the cases have been killed: that says nothing about the programs
        }
        let has_ended = |playing: &Playing| Some(playing.pid) == status.pid();
        let Some(ended) = self.playing.iter().position(has_ended) else {
            return Ok(());
        };
        let mut playing = self.playing.swap_remove(ended);
        let mut text = String::new();
        playing.output.rewind()?;
        playing.output.read_to_string(&mut text)?;
        self.played[playing.index] = Some(Played {
            name: self.cases[playing.index].name.clone(),
            level: self.cases[playing.index].level,
            time: playing.start.elapsed(),
            verdict: verdict(status, text),
        });
        self.skip_what_would_be_stopped(playing.index);
        Ok(())
    }

    fn skip_what_would_be_stopped(&mut self, index: usize) {
        let exercise = self.cases[index].exercise();
        let is_of_it = |played: &&Played| played.exercise() == exercise && played.is(Kind::Stopped);
        let stopped: Vec<_> = self.played.iter().flatten().filter(is_of_it).collect();
        let is_simple = stopped.iter().any(|played| is_simplest(&played.name));
        if !is_simple && stopped.len() < MOST_STOPPED {
            return;
        }
        let why = format!("{exercise} had to be stopped: correct that first");
        for other in 0..self.cases.len() {
            let is_playing = self.playing.iter().any(|playing| playing.index == other);
            if self.played[other].is_none() && !is_playing && self.is_same(index, other) {
                self.played[other] = Some(not_run(self.cases[other], why.clone()));
            }
        }
    }

    fn show_progress(&self) {
        if !io::stdout().is_terminal() || IS_INTERRUPTED.load(Relaxed) {
            return;
        }
        let done = self.played.iter().flatten();
        let wrong = done.clone().filter(|played| played.is_wrong()).count();
        let (done, all) = (done.count(), self.cases.len());
        print!("\r\x1b[K{done} of {all} cases, {wrong} failed");
        let _ = io::stdout().flush();
    }
}

fn verdict(status: WaitStatus, text: String) -> Verdict {
    let WaitStatus::Exited(_, code) = status else {
        return Err(Report::trouble(format!("{status:?}\n{text}")));
    };
    match Kind::of(code) {
        _ if code == 0 => Ok(()),
        Some(kind) => Err(Report { kind, text }),
        None => Err(Report::trouble(format!("exit status {code}\n{text}"))),
    }
}
