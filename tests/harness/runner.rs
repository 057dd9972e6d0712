//! Plays the cases, each in a process of its own, many at once.

use std::fs;
use std::io::{self, Write};
use std::num::NonZero;
use std::process::exit;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::prctl::set_child_subreaper;
use nix::sys::signal::{SigSet, Signal, kill};
use nix::unistd::Pid;

use super::budget;
use super::case::Case;
use super::case_process::CaseProcess;
use super::colour;
use super::fit;
use super::programs;
use super::refused;
use super::report::{Kind, Report, Verdict};
use super::signals::user_signals;
use super::taken;
use engine::{Folder, While};

/// The cases played at once: one more than there are processors, because one waits now and then.
fn at_once() -> usize {
    thread::available_parallelism().map_or(2, NonZero::get) + 1
}

/// After 3 cases in which an exercise's program had to be stopped, its other cases are not played. If it
/// is the simplest case, one is enough.
const MOST_STOPPED: usize = 3;

/// Whether the case goes before all others of its exercise.
fn is_simplest(case: &str) -> bool {
    case.ends_with("::fresh")
}

/// What came of a case.
pub struct Played<'a> {
    pub case: &'a Case,
    pub time: Duration,
    pub verdict: Verdict,
}

impl Played<'_> {
    pub fn is(&self, kind: Kind) -> bool {
        self.verdict.as_ref().is_err_and(|report| report.kind == kind)
    }

    /// Whether the program is wrong.
    pub fn is_wrong(&self) -> bool {
        self.is(Kind::Failed) || self.is(Kind::Stopped)
    }
}

struct Runner<'a> {
    cases: &'a [&'a Case],
    played: Vec<Option<Played<'a>>>,
    playing: Vec<(usize, Instant, CaseProcess)>,
    /// All that were begun, in this order.
    begun: Vec<usize>,
    /// A process has ended, or the user interrupts.
    signals: SigSet,
    folder: Folder,
}

/// Plays them all.
pub fn play_all<'a>(cases: &'a [&'a Case]) -> Result<Vec<Played<'a>>, Report> {
    set_child_subreaper(true).doing("becoming the parent of what cases leave")?;
    fit::takes_room()?;
    engine::remove_stale()?;
    engine::reset_signals();
    let mut signals = user_signals().doing("asking which signals are ignored")?;
    signals.add(Signal::SIGCHLD);
    signals.thread_block().doing("blocking signals")?;
    let (folder, played) = (Folder::new(None)?, cases.iter().map(|_| None).collect());
    folder.let_others_through()?;
    programs::look_in(folder.path());
    budget::begin()?;
    refused::begin()?;
    let mut runner =
        Runner { cases, played, playing: Vec::new(), begun: Vec::new(), signals, folder };
    let prepares = CaseProcess::begin(|| fit::is_fit().and_then(|()| taken::take_all()))?;
    let ((), status) = runner.wait_for(|pid| (pid == prepares.pid).then_some(()))?;
    prepares.verdict(status)?;
    let is_simplest = |&index: &usize| is_simplest(&cases[index].name);
    let (simplest, others): (Vec<_>, Vec<_>) = runner.order().into_iter().partition(is_simplest);
    runner.play(simplest)?;
    runner.play(others)?;
    runner.give_up_late();
    if colour::has_terminal() {
        print!("\r\x1b[K");
    }
    Ok(runner.played.into_iter().flatten().collect())
}

impl Runner<'_> {
    /// Those that take their time first; then the exercises in turn, so that an exercise whose first cases
    /// are stopped is given up.
    fn order(&self) -> Vec<usize> {
        let is_same =
            |one: usize, other: usize| self.cases[one].exercise() == self.cases[other].exercise();
        let place = |index: usize| (0..index).filter(|&other| is_same(index, other)).count();
        let mut order: Vec<usize> = (0..self.cases.len()).collect();
        order.sort_by_key(|&index| (!self.cases[index].is_in_own_table(), place(index)));
        order
    }

    fn play(&mut self, indexes: Vec<usize>) -> Verdict {
        let (mut indexes, at_once) = (indexes.into_iter(), at_once());
        loop {
            while self.playing.len() < at_once {
                let Some(index) = indexes.next() else { break };
                self.begin(index);
            }
            if self.playing.is_empty() {
                return Ok(());
            }
            self.end_one()?;
            self.show_progress();
        }
    }

    fn begin(&mut self, index: usize) {
        let (case, start) = (self.cases[index], Instant::now());
        let given_up = self.is_given_up(case, &self.begun);
        self.begun.push(index);
        let begun = match case.cannot_be_played().or(given_up) {
            Some(text) => Err(Report { kind: Kind::NotRun, text }),
            None => budget::is_left().and_then(|()| CaseProcess::begin(|| case.play())),
        };
        match begun {
            Ok(apart) => self.playing.push((index, start, apart)),
            Err(report) => self.ended(index, start, Err(report)),
        }
    }

    fn end_one(&mut self) -> Verdict {
        let is_of = |pid| self.playing.iter().position(|(.., apart)| apart.pid == pid);
        let (place, status) = self.wait_for(is_of)?;
        let (index, start, apart) = self.playing.swap_remove(place);
        self.ended(index, start, apart.verdict(status));
        Ok(())
    }

    /// Waits until a process of interest has ended, and returns its status.
    fn wait_for<T>(&self, interest: impl Fn(Pid) -> Option<T>) -> Result<(T, i32), Report> {
        loop {
            while let Some((pid, status)) = engine::wait() {
                if let Some(found) = interest(pid) {
                    return Ok((found, status));
                }
            }
            match self.signals.wait().doing("waiting for a case")? {
                Signal::SIGCHLD => {}
                signal => self.interrupted(signal),
            }
        }
    }

    fn ended(&mut self, index: usize, start: Instant, verdict: Verdict) {
        let time = start.elapsed();
        self.played[index] = Some(Played { case: self.cases[index], time, verdict });
    }

    /// Control-C and the like: nothing goes on, and no file is left.
    fn interrupted(&self, signal: Signal) -> ! {
        loop {
            let children = children();
            if children.is_empty() {
                break;
            }
            for child in children {
                let _ = kill(child, Signal::SIGKILL); // what it runs ends with it: it is traced
            }
            while engine::wait().is_some() {}
        }
        let _ = fs::remove_dir_all(self.folder.path());
        let _ = engine::remove_stale();
        let _ = writeln!(io::stdout(), "\nInterrupted: nothing is left running.");
        exit(128 + signal as i32)
    }

    /// Cases that were played only because others took their time are given up, too: what is told is the same each
    /// time.
    fn give_up_late(&mut self) {
        for place in 0..self.begun.len() {
            let index = self.begun[place];
            if let Some(text) = self.is_given_up(self.cases[index], &self.begun[..place]) {
                let report = Report { kind: Kind::NotRun, text };
                self.played[index]
                    .iter_mut()
                    .for_each(|played| played.verdict = Err(report.clone()));
            }
        }
    }

    /// Why, after these cases, the other cases of the exercise are not played.
    fn is_given_up(&self, case: &Case, after: &[usize]) -> Option<String> {
        let exercise = case.exercise();
        let is_of_it =
            |played: &&Played| played.case.exercise() == exercise && played.is(Kind::Stopped);
        let played = after.iter().filter_map(|&index| self.played[index].as_ref());
        let stopped: Vec<&Played> = played.filter(is_of_it).collect();
        let is_simple = stopped.iter().any(|played| is_simplest(&played.case.name));
        (is_simple || stopped.len() >= MOST_STOPPED)
            .then(|| format!("{exercise} had to be stopped: correct that first"))
    }

    fn show_progress(&self) {
        if !colour::has_terminal() {
            return;
        }
        let done = self.played.iter().flatten();
        let wrong = done.clone().filter(|played| played.is_wrong()).count();
        print!("\r\x1b[K{} of {} cases, {wrong} failed", done.count(), self.cases.len());
        let _ = io::stdout().flush();
    }
}

/// The processes that play cases now, and what those that died have left to this one.
fn children() -> Vec<Pid> {
    let children = fs::read_to_string("/proc/thread-self/children").unwrap_or_default();
    children.split_whitespace().filter_map(|pid| pid.parse().ok()).map(Pid::from_raw).collect()
}
