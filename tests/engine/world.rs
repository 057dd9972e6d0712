//! A world: keys of its own in the machine's segment table, and the programs that run in it. One
//! single-threaded loop follows all their processes (`follow`), and reads their streams.

mod bounds;
mod follow;

use std::collections::HashMap;
use std::fs::{self, Permissions};
use std::io::Write;
use std::iter;
use std::mem;
use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::thread;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, poll};
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{SigSet, Signal, kill};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::unistd::Pid;

use super::calls_made;
use super::files::Folder;
use super::keys::Keys;
use super::launch::Launch;
use super::outcome::Outcome;
use super::report::{Kind, Report, Verdict, expect};
use super::step::{Act, At, Who};
use super::streams::Streams;
use super::sys;
use super::task::{Hold, State, Task};

/// At most this many stops are handled in a row.
const MOST_STOPS: usize = 64;

/// What was seen of a run, beside its outcome.
#[derive(Default)]
pub struct Trace {
    /// The system calls of each process, by name.
    pub calls: Vec<Vec<&'static str>>,
    /// The first of its processes that sleeps.
    pub sleeper: Option<Who>,
    /// Whether its processes computed while they could only wait.
    pub is_busy: bool,
    /// How many threads its processes have made.
    pub threads: usize,
    /// Whether its first process ended before another.
    pub is_outlived: bool,
    /// Which steps were reached.
    pub reached: Vec<bool>,
}

impl Trace {
    /// The places in a process's life before each of its calls.
    pub fn places(&self, who: Who) -> Vec<At> {
        let calls = self.calls.get(who).map_or(&[][..], Vec::as_slice);
        let number =
            |index: usize| calls[..=index].iter().filter(|&&call| call == calls[index]).count();
        (0..calls.len()).map(|index| At::Call(calls[index], number(index))).collect()
    }
}

struct Run {
    launch: Launch,
    streams: Streams,
    trace: Trace,
    /// How often the loop had been idle when it began.
    start: u32,
    calls: usize,
    stopped: Option<String>,
}

/// The number of a program that runs in a world.
pub type Running = usize;

pub struct World {
    pub keys: Keys,
    tasks: Vec<Task>,
    runs: Vec<Run>,
    /// Processes that stopped before their parents' events named them.
    unknown: HashMap<Pid, i32>,
    /// Virtual time, in milliseconds: it goes by while all sleep.
    now: u64,
    /// At how many looks in a row all have waited.
    quiet: u32,
    /// At how many nothing had happened for a millisecond: time as a busy machine has it.
    idle: u32,
    looked: Instant,
    /// The programs' own folder, where they may write.
    pub folder: Folder,
    /// Tells that a process has stopped or ended (SIGCHLD).
    stops: SignalFd,
}

impl World {
    pub fn new() -> Result<Self, Report> {
        let (folder, stops) = (Folder::new()?, SigSet::from(Signal::SIGCHLD));
        fs::set_permissions(folder.path(), Permissions::from_mode(0o777))?;
        stops.thread_block()?;
        Ok(Self {
            folder,
            stops: SignalFd::with_flags(&stops, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)?,
            keys: Keys::claim()?,
            tasks: Vec::new(),
            runs: Vec::new(),
            unknown: HashMap::new(),
            now: 0,
            quiet: 0,
            idle: 0,
            looked: Instant::now(),
        })
    }

    /// Whether a segment that a program has attached holds this text.
    pub fn has_text(&self, text: &str) -> bool {
        let mut living = self.tasks.iter().filter(|task| task.lives());
        living.any(|task| calls_made::has_text(task.pid, text))
    }

    pub fn start(&mut self, launch: Launch) -> Result<Running, Report> {
        let (streams, programs) = Streams::connect(&launch)?;
        let (waits, mut go) = UnixStream::pair()?;
        let leader = Pid::from_raw(common::fork().map_err(Report::of_call)?);
        if leader.as_raw() == 0 {
            drop(go);
            launch.begin(waits, self.folder.path(), programs);
        }
        drop(programs);
        ptrace::seize(leader, options())?;
        go.write_all(b"!")?;
        let run = self.runs.len();
        self.tasks.push(Task::new(leader, run, Some(0)));
        let trace = Trace { reached: vec![false; launch.steps.len()], ..Trace::default() };
        let (start, calls, stopped) = (self.idle, 0, None);
        self.runs.push(Run { launch, streams, trace, start, calls, stopped });
        self.quiet = 0; // it does not wait yet
        Ok(run)
    }

    /// Runs a program from begin to end.
    pub fn run(&mut self, launch: Launch) -> Result<(Outcome, Trace), Report> {
        let running = self.start(launch)?;
        self.finish(running)
    }

    /// Waits until all wait, each for another or for more input; one that spins waits so too.
    pub fn wait_until_all_wait(&mut self) -> Verdict {
        self.drive(|world| world.quiet > 0 || world.runs.iter().any(|run| run.trace.is_busy))
    }

    /// Starts a program, and waits until this process of it has come to a place, where it stays until the
    /// case waits for the end; or until all have ended.
    pub fn start_paused(&mut self, launch: Launch, who: Who, at: At) -> Result<Running, Report> {
        let mut steps = vec![(who, at, Act::Pause)];
        steps.extend(&launch.steps);
        let run = self.start(Launch { steps, ..launch })?;
        self.drive(|world| world.paused(run).is_some() || world.has_ended(run))?;
        Ok(run)
    }

    /// Sends a signal to a program's processes.
    pub fn signal(&self, run: Running, signal: Signal) {
        for task in self.living(run).filter(|task| task.who.is_some()) {
            let _ = kill(task.pid, signal);
        }
    }

    pub fn expect_no_segment(&self) -> Verdict {
        let left = self.keys.describe()?;
        expect("no segment is left", left.trim() == "none", &left)
    }

    /// Waits for a program and all that it started to end.
    pub fn finish(&mut self, run: Running) -> Result<(Outcome, Trace), Report> {
        if let Some(index) = self.paused(run) {
            self.let_go(index)?;
        }
        self.runs[run].launch.keeps_input = false; // who waits for more now, hangs
        self.drive(|world| world.has_ended(run))?;
        let own = self.tasks.iter().filter(|task| task.run == run);
        let (processes, threads): (Vec<&Task>, Vec<&Task>) =
            own.partition(|task| task.who.is_some());
        let run = &mut self.runs[run];
        let trace = Trace {
            calls: processes.iter().map(|task| task.calls.clone()).collect(),
            sleeper: processes.iter().position(|task| task.sleeps),
            threads: threads.len(),
            ..mem::take(&mut run.trace)
        };
        let mut outcome = run.streams.outcome(processes[0].status)?;
        let Some(why) = run.stopped.take().or_else(|| goes_too_far(&outcome)) else {
            return Ok((outcome, trace));
        };
        outcome.stdout.truncate(300);
        outcome.stderr.truncate(300);
        let printed = outcome.describe(run.launch.channel);
        Err(Report {
            kind: Kind::Stopped,
            text: format!("{why}\nUntil it was stopped:\n{printed}"),
        })
    }

    fn living(&self, run: usize) -> impl Iterator<Item = &Task> {
        let is_own = move |task: &&Task| task.run == run && task.lives();
        self.tasks.iter().filter(is_own)
    }

    /// Whether a program has ended, and all that it started.
    pub fn has_ended(&self, run: Running) -> bool {
        self.living(run).next().is_none()
    }

    fn paused(&self, run: usize) -> Option<usize> {
        let is_paused = |task: &Task| match task.state {
            State::Held(hold) => task.run == run && hold.is_pause,
            _ => false,
        };
        self.tasks.iter().position(is_paused)
    }

    /// The loop: until `is_done`.
    fn drive(&mut self, is_done: impl Fn(&Self) -> bool) -> Verdict {
        loop {
            let mut is_idle = true;
            // Now and then the rest has its turn: a bomb's stops have no end.
            for (pid, status) in iter::from_fn(sys::wait).take(MOST_STOPS) {
                self.handle(pid, status)?;
                is_idle = false;
            }
            for run in &mut self.runs {
                is_idle &= !run.streams.transfer()?;
            }
            self.look()?;
            if is_done(self) {
                return Ok(());
            }
            if is_idle {
                self.rest()?;
            }
        }
    }

    /// Nothing has happened since the last look. If all wait, one of them is let go.
    fn rest(&mut self) -> Verdict {
        if !self.tasks.iter().all(Task::waits) {
            self.quiet = 0;
            return self.wait();
        }
        self.quiet += 1;
        if self.quiet == 1 {
            return Ok(()); // the stop that made it wait may not have been seen yet
        }
        if let Some(index) = self.next_to_go() {
            self.quiet = 0;
            return self.let_go(index);
        }
        self.stop_what_hangs();
        self.wait()
    }

    /// Waits a moment for a stop, for output, or for room for input.
    fn wait(&mut self) -> Verdict {
        let streams = self.runs.iter().flat_map(|run| run.streams.to_wait_for());
        let stops = PollFd::new(self.stops.as_fd(), PollFlags::POLLIN);
        let ready = poll(&mut streams.chain([stops]).collect::<Vec<_>>(), 1u8)?;
        self.idle += u32::from(ready == 0);
        while self.stops.read_signal()?.is_some() {}
        Ok(())
    }

    /// All others wait, sleep or have ended: the held process, or the sleeper, that may go on.
    fn next_to_go(&self) -> Option<usize> {
        let is_long = |hold: Hold| self.now.saturating_sub(hold.since) >= bounds::LONGEST_HOLD;
        let rank = |task: &Task| match task.state {
            State::Held(hold) if hold.is_pause => None,
            State::Held(hold) => Some((if is_long(hold) { 0 } else { 2 }, hold.since)),
            State::Asleep | State::Free => Some((1, task.timer?)),
            State::Stopped | State::Ended => None,
        };
        let ranks = self.tasks.iter().enumerate();
        let ranks = ranks.filter_map(|(index, task)| Some((rank(task)?, index)));
        ranks.min().map(|(_, index)| index)
    }
}

impl Drop for World {
    /// Nothing goes on running.
    fn drop(&mut self) {
        for run in 0..self.runs.len() {
            self.stop(run, "the case is over");
        }
        let (start, longest) = (Instant::now(), Duration::from_secs(20));
        while self.tasks.iter().any(Task::lives) && start.elapsed() < longest {
            match sys::wait() {
                Some((pid, status)) => drop(self.handle(pid, status)),
                None => thread::sleep(Duration::from_micros(200)),
            }
        }
    }
}

/// Its children too, wherever they are born, and none outlives the engine.
fn options() -> Options {
    Options::PTRACE_O_TRACESYSGOOD
        | Options::PTRACE_O_TRACEFORK
        | Options::PTRACE_O_TRACEVFORK
        | Options::PTRACE_O_TRACECLONE
        | Options::PTRACE_O_TRACEEXEC
        | Options::PTRACE_O_EXITKILL
}

/// A program that the kernel stops.
fn goes_too_far(outcome: &Outcome) -> Option<String> {
    let is_too_long = outcome.status.signal() == Some(Signal::SIGXFSZ as i32);
    is_too_long.then(|| "it writes a file without end (more than 64 MiB)".into())
}
