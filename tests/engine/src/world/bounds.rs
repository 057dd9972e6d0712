//! What a program may use, and for how long.

use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};

use super::World;
use super::turns::processor_time;
use crate::files::bytes_in;
use crate::launch::LARGEST_FILE;
use crate::task::Underway;

/// More living processes and threads than this are a bomb.
const MOST_PROCESSES: usize = 300;

/// More births than this are one too.
const MOST_BIRTHS: usize = 10 * MOST_PROCESSES;

/// More system calls than this have no end.
const MOST_CALLS: usize = 100_000;

/// The longest that a program's processes may wait.
const LONGEST: Duration = Duration::from_secs(10);

/// The longest that it may take, however busy the machine is.
const LAST_WORD: Duration = Duration::from_secs(300);

/// The most of the processor that a program's processes may use together, those too that have ended.
const MOST_TIME: Duration = Duration::from_secs(5);

/// The most memory that they and their segments may use together, in bytes.
const MOST_MEMORY: u64 = 1 << 30;

/// How often the engine looks at how much they use.
const LOOK: Duration = Duration::from_millis(50);

/// A parent names its child within this time, or it was killed before.
const UNNAMED: Duration = Duration::from_millis(50);

impl World {
    /// Stops the programs that exceed a bound.
    pub(super) fn bound(&mut self) {
        let is_time = self.looked.elapsed() > LOOK;
        for run in 0..self.runs.len() {
            if self.runs[run].stopped.is_none() && !self.has_ended(run) {
                let why = self
                    .exceeds(run)
                    .or_else(|| is_time.then(|| self.uses_too_much(run)).flatten());
                if let Some(why) = why {
                    self.stop(run, why);
                }
            }
        }
        if is_time {
            self.looked = Instant::now();
        }
    }

    /// Bounds that are only numbers.
    fn exceeds(&self, run: usize) -> Option<&'static str> {
        let this = &self.runs[run];
        let is_late = !this.launch.keeps_input && self.clock.saturating_sub(this.start) > LONGEST;
        let is_bomb = this.births > MOST_BIRTHS || this.living > MOST_PROCESSES;
        let bounds = [
            (this.streams.is_too_long(), "it prints without end (more than 1 MiB)"),
            (this.calls > MOST_CALLS, "it makes system calls without end (more than 100000)"),
            (is_bomb, "it makes processes without end (more than 300)"),
            (is_late, "it did not end in 10 seconds"),
            (this.begun.elapsed() > LAST_WORD, "it did not end in five minutes"),
        ];
        bounds.iter().find(|(is_exceeded, _)| *is_exceeded).map(|&(_, why)| why)
    }

    /// Bounds that have to be looked up.
    fn uses_too_much(&self, run: usize) -> Option<&'static str> {
        let this = &self.runs[run];
        let processes = || self.living(run).filter(|task| task.thread == 0);
        let living = processes().map(|task| processor_time(task.pid));
        let time = living.fold(this.used, Duration::saturating_add);
        let memory = processes()
            .map(|task| task.stat.memory())
            .fold(self.keys.memory(), u64::saturating_add);
        let bounds = [
            (time > MOST_TIME, "it uses the processor without end (more than 5 seconds)"),
            (memory > MOST_MEMORY, "it uses more than 1 GiB of memory"),
            (
                bytes_in(self.folder.path()) > LARGEST_FILE,
                "it writes files without end (more than 64 MiB)",
            ),
        ];
        bounds.iter().find(|(is_exceeded, _)| *is_exceeded).map(|&(_, why)| why)
    }

    /// Ends a program, and all that it started.
    pub(super) fn stop(&mut self, run: usize, why: &str) {
        self.runs[run].stopped.get_or_insert(why.to_string());
        // Their parents are killed too, and will never name them.
        for (pid, _) in self.unknown.drain() {
            let _ = kill(pid, Signal::SIGKILL);
        }
        self.signal(run, Signal::SIGKILL);
    }

    /// Their parents were killed before they named them.
    pub(super) fn kill_unnamed(&mut self) {
        let is_forking =
            |under: Underway| under.call.name.contains("fork") || under.call.name == "clone";
        if self.alive.iter().any(|&index| self.tasks[index].under.is_some_and(is_forking)) {
            return; // on a busy machine it takes its time
        }
        for (pid, (_, since)) in &self.unknown {
            if Instant::now().duration_since(*since) > UNNAMED {
                let _ = kill(*pid, Signal::SIGKILL);
            }
        }
    }
}
