//! A program that runs, and what came of it.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::mem;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::bounds::Consumed;
use crate::launch::Launch;
use crate::log::{Log, What};
use crate::outcome::Outcome;
use crate::step::{At, Who};
use crate::streams::Streams;
use crate::task::Process;
use crate::trouble::{Trouble, While};

/// What came of a program, and all that it did.
#[derive(Clone, Debug)]
pub struct Ran {
    /// What its parent can see.
    pub outcome: Outcome,
    /// What happened, in order.
    pub log: Log,
    /// The names of the calls of each of its processes, its threads' too, but for its loader's and those about its
    /// own memory and settings.
    pub calls: Vec<Vec<&'static str>>,
    /// The first of its processes that slept.
    pub sleeper: Option<Who>,
    /// Whether its processes computed, or made calls, while they could only wait.
    pub is_busy: bool,
    /// Whether its first process ended before another.
    pub is_outlived: bool,
    /// Which steps were reached.
    pub reached: Vec<bool>,
    /// Whether it asked for more segments, semaphore sets and queues than its world may have, and got `ENOSPC`.
    pub asked_for_too_many: bool,
    /// Why it had to be stopped, if it had.
    pub stopped: Option<String>,
}

impl Ran {
    /// The places in a process's life before each of its calls.
    #[must_use]
    pub fn places(&self, who: Who) -> Vec<At> {
        let mut counts = HashMap::new();
        let calls = self.calls.get(who).map_or(&[][..], Vec::as_slice);
        let place = |&call: &&'static str| {
            let count = counts.entry(call).or_insert(0);
            *count += 1;
            At::Call(call, *count)
        };
        calls.iter().map(place).collect()
    }

    /// What it tried and may not do, each once.
    #[must_use]
    pub fn refused(&self) -> Vec<&str> {
        let mut all: Vec<&str> = Vec::new();
        for event in self.log.events() {
            match &event.what {
                What::Refused(call) if !all.contains(&call.as_str()) => all.push(call),
                _ => {}
            }
        }
        all
    }
}

/// A program that runs, or ran.
pub(super) struct Run {
    pub launch: Launch,
    /// Who runs it.
    pub user: u32,
    pub streams: Streams,
    pub processes: Vec<Process>,
    pub log: Log,
    /// What keeps it from beginning, if anything does.
    trouble: File,
    pub has_begun: bool,
    pub reached: Vec<bool>,
    /// How often virtual time has gone by for it.
    pub naps: u64,
    /// How many calls it has made; how many processes and threads it has had, and has now.
    pub calls: usize,
    pub births: usize,
    pub alive: usize,
    /// Processor time of the processes that have ended.
    pub used: Duration,
    pub consumed: Consumed,
    /// When it began: on the clock of the waits, and in real time.
    pub start: Duration,
    pub begun: Instant,
    pub is_busy: bool,
    pub is_outlived: bool,
    /// Why it was ended before its time.
    pub cut_off: Option<String>,
}

impl Run {
    /// One that is about to begin, and tells on `trouble` what keeps it from that.
    pub fn new(
        launch: Launch,
        user: u32,
        streams: Streams,
        trouble: File,
        start: Duration,
    ) -> Self {
        Self {
            reached: vec![false; launch.steps.len()],
            launch,
            user,
            streams,
            processes: vec![Process::default()],
            log: Log::default(),
            trouble,
            has_begun: false,
            naps: 0,
            calls: 0,
            births: 1,
            alive: 1,
            used: Duration::ZERO,
            consumed: Consumed::default(),
            start,
            begun: Instant::now(),
            is_busy: false,
            is_outlived: false,
            cut_off: None,
        }
    }

    /// What came of it, when all its processes have ended.
    pub fn ran(&mut self) -> Result<Ran, Trouble> {
        let status = self.processes[0].status.unwrap_or_default();
        if !self.has_begun && status.signal().is_none() && self.cut_off.is_none() {
            let mut why = String::new();
            self.trouble.read_to_string(&mut why).doing("reading why a program did not begin")?;
            return Err(Trouble::new(format!("starting {:?}", self.launch.words), why));
        }
        Ok(Ran {
            outcome: self.streams.outcome(status)?,
            log: mem::take(&mut self.log),
            calls: self.processes.iter().map(|process| process.calls.clone()).collect(),
            sleeper: self.processes.iter().position(|process| process.has_slept),
            is_busy: self.is_busy,
            is_outlived: self.is_outlived,
            reached: mem::take(&mut self.reached),
            asked_for_too_many: self.consumed.too_many_ids,
            stopped: self.cut_off.take().or_else(|| wrote_too_much(status)),
        })
    }
}

/// A program that the kernel stops.
fn wrote_too_much(status: ExitStatus) -> Option<String> {
    let is_too_long = status.signal() == Some(Signal::SIGXFSZ as i32);
    is_too_long.then(|| "it writes a file without end (more than 64 MiB)".into())
}
