//! What a program may use, for how long, and when it hangs.

use std::os::unix::process::ExitStatusExt;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};

use super::super::report::Verdict;
use super::super::task::{Hold, State, Task, describe_all};
use super::World;

/// More living processes than this are a bomb.
const MOST_PROCESSES: usize = 300;

/// More births than this are one too.
const MOST_BIRTHS: usize = 10 * MOST_PROCESSES;

/// More system calls than this have no end.
const MOST_CALLS: usize = 100_000;

/// The longest that a program may take, in milliseconds in which nothing happens.
const LONGEST: u32 = 60_000;

/// The most that a program's processes may use together.
const MOST_TIME: Duration = Duration::from_secs(5);
const MOST_MEMORY: u64 = 1 << 30;

/// How often the engine looks at how much they use.
const LOOK: Duration = Duration::from_millis(50);

/// It is a hang if all wait at this many looks in a row, a millisecond apart: output takes a moment to pass a
/// terminal. A busy machine makes the looks slower, too.
const HANGS: u32 = 50;

/// The same where a signal or a descriptor tells that a time is up: that time is real.
const HANGS_WITH_TIMERS: u32 = 3000;
const TIMERS: [&str; 4] = ["alarm", "setitimer", "timer_settime", "timerfd_settime"];

/// A held process is let go when the others have slept for this many virtual milliseconds, have
/// computed for this long, or have made this many system calls.
pub(super) const LONGEST_HOLD: u64 = 3000;
const BUSY: Duration = Duration::from_millis(200);
const MANY_CALLS: usize = 1000;

impl World {
    /// Stops the programs that exceed a bound, and lets go the processes that spinning ones wait for.
    pub(super) fn look(&mut self) -> Verdict {
        let is_time = self.looked.elapsed() > LOOK;
        for run in 0..self.runs.len() {
            let this = &self.runs[run];
            if this.stopped.is_some() || self.has_ended(run) {
                continue;
            }
            let (time, memory) = if is_time { self.usage(run) } else { (Duration::ZERO, 0) };
            let is_late = !this.launch.keeps_input && self.idle - this.start > LONGEST;
            let bounds = [
                (this.streams.is_too_long(), "it prints without end (more than 1 MiB)"),
                (this.calls > MOST_CALLS, "it makes system calls without end (more than 100000)"),
                (time > MOST_TIME, "it uses the processor without end (more than 5 seconds)"),
                (memory > MOST_MEMORY, "it uses more than 1 GiB of memory"),
                (is_late, "it did not end in 60 seconds"),
            ];
            match bounds.iter().find(|(is_exceeded, _)| *is_exceeded) {
                Some((_, why)) => self.stop(run, why),
                None => self.let_go_for_the_busy(run, time)?,
            }
        }
        if is_time {
            self.looked = Instant::now();
        }
        Ok(())
    }

    /// Whether it makes processes without end.
    pub(super) fn is_bomb(&self, run: usize) -> bool {
        let born = self.tasks.iter().filter(|task| task.run == run).count();
        born > MOST_BIRTHS || self.living(run).count() > MOST_PROCESSES
    }

    /// How much of the processor and of memory its processes use.
    pub(super) fn usage(&self, run: usize) -> (Duration, u64) {
        let processes = self.living(run).filter(|task| task.who.is_some());
        let (times, sizes): (Vec<_>, Vec<_>) = processes.map(Task::usage).unzip();
        (times.iter().sum(), sizes.iter().sum())
    }

    /// A process that spins never waits, so the one that it waits for is held for a short time only.
    fn let_go_for_the_busy(&mut self, run: usize, used: Duration) -> Verdict {
        let calls = self.runs[run].calls;
        let is_long = |hold: Hold| used > hold.used + BUSY || calls > hold.calls + MANY_CALLS;
        let held = |task: &Task| matches!(task.state, State::Held(hold) if task.run == run && is_long(hold));
        let Some(index) = self.tasks.iter().position(held) else { return Ok(()) };
        self.runs[run].trace.is_busy = true;
        if self.paused(run) == Some(index) { Ok(()) } else { self.let_go(index) }
    }

    /// Stops the programs whose processes all wait for something that none of them does, for longer than
    /// output or a timer takes.
    pub(super) fn stop_what_hangs(&mut self) {
        let mut calls = self.tasks.iter().filter(|task| task.lives()).flat_map(|task| &task.calls);
        let has_timers = calls.any(|call| TIMERS.contains(call));
        if self.quiet <= if has_timers { HANGS_WITH_TIMERS } else { HANGS } {
            return;
        }
        for run in 0..self.runs.len() {
            let may_wait = self.runs[run].launch.keeps_input || self.paused(run).is_some();
            if !self.has_ended(run) && !may_wait {
                // Those that live, and those that died by a signal.
                let is_of_interest = |task: &&Task| {
                    task.run == run && (task.lives() || task.status.signal().is_some())
                };
                let who: Vec<&Task> = self.tasks.iter().filter(is_of_interest).collect();
                let why = format!("it hangs:\n  {}", describe_all(&who));
                self.quiet = 0;
                self.stop(run, &why);
            }
        }
    }

    pub(super) fn stop(&mut self, run: usize, why: &str) {
        self.runs[run].stopped.get_or_insert(why.to_string());
        // Their parents are killed too, and will never name them.
        for (pid, _) in self.unknown.drain() {
            let _ = kill(pid, Signal::SIGKILL);
        }
        self.signal(run, Signal::SIGKILL);
    }
}
