//! A world: keys of its own in the machine's tables, and the programs that run in it. One single-threaded loop
//! follows all their processes (`stops`), lets one at a time go (`turns`), and reads their streams.

mod bounds;
mod hang;
mod logging;
mod presets;
mod stops;
mod stores;
mod turns;

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::iter;
use std::mem;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::thread;
use std::time::{Duration, Instant};

use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{SigSet, Signal, kill};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::time::TimeSpec;
use nix::unistd::{Pid, geteuid, pipe2};

use bounds::Asked;
pub use bounds::Limits;
use presets::Maker;
pub use presets::Preset;

use crate::calls::Kind;
use crate::files::Folder;
use crate::filter;
use crate::keys::{Keys, Left};
use crate::launch::Launch;
use crate::log::{Log, What};
use crate::outcome::Outcome;
use crate::segments::Segments;
use crate::step::{Act, At, Who};
use crate::streams::Streams;
use crate::sys;
use crate::task::{Process, State, Task};
use crate::trouble::{Trouble, While};
use crate::user::user_for;

/// At most this many stops are handled in a row: a bomb's have no end.
const MOST_STOPS: usize = 64;

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
    /// How long nobody in its world did anything, because a time that is real had to go by.
    pub idle: Duration,
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
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Run {
    launch: Launch,
    /// Who runs it.
    user: u32,
    streams: Streams,
    processes: Vec<Process>,
    log: Log,
    /// What keeps it from beginning, if anything does.
    trouble: File,
    has_begun: bool,
    /// It has set a timer of real time.
    has_timers: bool,
    /// The case waits for its end: nothing pauses any more.
    is_finishing: bool,
    reached: Vec<bool>,
    /// How many calls it has made; how many processes and threads it has had, and has.
    calls: usize,
    births: usize,
    living: usize,
    /// What of the processor those of them used that have ended.
    used: Duration,
    asked: Asked,
    /// The programs' clock at its beginning, and the real time.
    start: Duration,
    begun: Instant,
    is_busy: bool,
    is_outlived: bool,
    stopped: Option<String>,
}

/// Where somebody may wait no more.
#[derive(Default)]
struct Woken {
    runs: Vec<Running>,
    /// By semaphores, queues and locks also others.
    all: bool,
    /// By signals, also those that stand.
    signalled: bool,
}

/// The number of a program that runs in a world.
pub type Running = usize;

/// Keys and IDs of its own, a folder, and the programs that run there.
pub struct World {
    /// What each program may use.
    pub limits: Limits,
    keys: Keys,
    segments: Segments,
    /// Of segments to start from.
    makers: Vec<Maker>,
    tasks: Vec<Task>,
    /// The places of those that have not ended.
    alive: Vec<usize>,
    runs: Vec<Run>,
    /// Processes that stopped before their parents' events named them.
    unknown: HashMap<Pid, (i32, Instant)>,
    /// Those of them that have ended since.
    ended_unnamed: HashMap<Pid, i32>,
    /// The task whose turn it is.
    current: Option<usize>,
    /// How many calls make up a turn.
    turn: u32,
    /// Virtual time, in milliseconds: it goes by while all sleep.
    now: u64,
    /// How often it has gone by for one that slept or waited.
    naps: u64,
    /// Time in which programs wait.
    clock: Duration,
    ticked: Instant,
    /// At the last look, one of them could run.
    could_run: bool,
    looked: Instant,
    /// How often in a row nothing has happened.
    looks: u32,
    /// In which runs something has happened for which others may wait.
    woken: Woken,
    /// Whose streams are ready to be read or written.
    ready: Vec<Running>,
    /// At how many looks in a row nobody could go on.
    quiet: u32,
    /// A process was killed in a call that may have made a segment.
    has_lost: bool,
    idle: Duration,
    folder: Folder,
    /// Tells that a process has stopped or ended (SIGCHLD).
    stops: SignalFd,
}

impl World {
    /// A new world, whose IDs begin with this number.
    ///
    /// # Errors
    /// No folder, no key, no descriptor is left: in words.
    pub fn new(first_id: i32) -> Result<Self, Trouble> {
        let stops = SigSet::from(Signal::SIGCHLD);
        stops.thread_block().doing("blocking SIGCHLD")?;
        let flags = SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK;
        Ok(Self {
            limits: Limits::default(),
            stops: SignalFd::with_flags(&stops, flags).doing("making a signalfd")?,
            folder: Folder::new(user_for(None))?,
            keys: Keys::claim(first_id)?,
            segments: Segments::default(),
            makers: Vec::new(),
            tasks: Vec::new(),
            alive: Vec::new(),
            runs: Vec::new(),
            unknown: HashMap::new(),
            ended_unnamed: HashMap::new(),
            current: None,
            turn: turns::CALLS,
            now: 0,
            naps: 0,
            clock: Duration::ZERO,
            ticked: Instant::now(),
            could_run: false,
            looked: Instant::now(),
            looks: 0,
            woken: Woken::default(),
            ready: Vec::new(),
            quiet: 0,
            has_lost: false,
            idle: Duration::ZERO,
        })
    }

    /// Each task has its turn for one call at a time, and the programs may have so many IDs: for a crowd.
    pub fn for_a_crowd(&mut self, ids: usize) {
        (self.turn, self.keys.most) = (1, ids);
    }

    /// The keys that programs have asked for by this call.
    #[must_use]
    pub fn asked(&self, call: &str) -> Vec<i32> {
        self.keys.asked(call)
    }

    /// What is there in the machine's tables of this world's.
    ///
    /// # Errors
    /// A table or a segment cannot be read.
    pub fn left(&self) -> Result<Left, Trouble> {
        self.keys.left()
    }

    /// Stores bytes in a segment, as if another process had. Its programs stand still meanwhile.
    ///
    /// # Errors
    /// There is no such segment.
    pub fn store(&mut self, segment: i32, offset: u64, bytes: &[u8]) -> Result<(), Trouble> {
        self.keys.store(segment, offset, bytes)?;
        self.segments.changed(segment, offset, bytes);
        Ok(())
    }

    /// Whether a segment of the world's holds this text now, as far as its processes have stored it.
    #[must_use]
    pub fn has_stored(&self, text: &str) -> bool {
        self.segments.hold(text.as_bytes())
    }

    /// The programs' folder, where they may write.
    #[must_use]
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Starts a program. It goes on when the case waits for something.
    ///
    /// # Errors
    /// No process or descriptor is left, or ptrace is not allowed.
    pub fn start(&mut self, launch: Launch) -> Result<Running, Trouble> {
        let what = format!("starting {:?}", launch.words);
        let (streams, programs) = Streams::of(&launch)?;
        let (waits, mut go) = UnixStream::pair().doing(&what)?;
        let (trouble, tells) = pipe2(OFlag::O_CLOEXEC).doing(&what)?;
        filter::of(launch.kind)?; // before the fork, so that it is made once
        let leader = sys::fork().doing(&what)?;
        if leader.as_raw() == 0 {
            drop(go);
            launch.begin(waits, tells.into(), self.folder.path(), programs);
        }
        drop((programs, tells, waits));
        if let Err(errno) = ptrace::seize(leader, options()) {
            drop(go); // it ends, because nobody tells it to go
            let _ = nix::sys::wait::waitpid(leader, None);
            return Err(Trouble::new("following a program with ptrace", errno));
        }
        go.write_all(b"!").doing(&what)?;
        let run = self.runs.len();
        self.alive.push(self.tasks.len());
        self.tasks.push(Task { state: State::Runs, ..Task::new(leader, run, 0, 0) });
        self.runs.push(Run {
            reached: vec![false; launch.steps.len()],
            user: user_for(launch.user).unwrap_or(geteuid().as_raw()),
            launch,
            streams,
            processes: vec![Process::default()],
            log: Log::default(),
            trouble: trouble.into(),
            has_begun: false,
            has_timers: false,
            is_finishing: false,
            calls: 0,
            births: 1,
            living: 1,
            used: Duration::ZERO,
            asked: Asked::default(),
            start: self.clock,
            begun: Instant::now(),
            is_busy: false,
            is_outlived: false,
            stopped: None,
        });
        self.log(self.tasks.len() - 1, What::Born(None));
        Ok(run)
    }

    /// Runs a program from begin to end.
    ///
    /// # Errors
    /// The engine's own trouble. A program that had to be stopped is none.
    pub fn run(&mut self, launch: Launch) -> Result<Ran, Trouble> {
        let running = self.start(launch)?;
        self.finish(running)
    }

    /// Waits until all wait, each for another or for more input; one that spins waits so too.
    ///
    /// # Errors
    /// The engine's own trouble.
    pub fn wait_until_all_wait(&mut self) -> Result<(), Trouble> {
        self.drive(|world| {
            world.quiet > 0 || world.runs.iter().any(|run| run.is_busy && run.living > 0)
        })
    }

    /// Starts a program, and waits until this process of it has come to a place, where it stays until the case
    /// waits for the end; or until all have ended.
    ///
    /// # Errors
    /// The engine's own trouble.
    pub fn start_paused(&mut self, launch: Launch, who: Who, at: At) -> Result<Running, Trouble> {
        let mut steps = vec![(who, at, Act::Pause)];
        steps.extend(&launch.steps);
        let run = self.start(Launch { steps, ..launch })?;
        self.drive(|world| world.paused(run).is_some() || world.has_ended(run))?;
        Ok(run)
    }

    /// Sends a signal to a program's processes.
    pub fn signal(&self, run: Running, signal: Signal) {
        for task in self.living(run).filter(|task| task.thread == 0) {
            let _ = kill(task.pid, signal); // it may have ended
        }
    }

    /// Waits for a program and all that it started to end.
    ///
    /// # Errors
    /// The engine's own trouble: also where the program could not be started.
    pub fn finish(&mut self, run: Running) -> Result<Ran, Trouble> {
        while let Some(index) = self.paused(run) {
            self.let_go(index)?;
        }
        let this = &mut self.runs[run];
        (this.is_finishing, this.start) = (true, self.clock);
        this.launch.keeps_input = false; // who waits for more now, hangs
        self.drive(|world| world.has_ended(run))?;
        let this = &mut self.runs[run];
        let is_killed = this.processes[0].status.is_some_and(|status| status.signal().is_some());
        if !this.has_begun && !is_killed && this.stopped.is_none() {
            let mut why = String::new();
            this.trouble.read_to_string(&mut why).doing("reading why a program did not begin")?;
            return Err(Trouble::new(format!("starting {:?}", this.launch.words), why));
        }
        let status = this.processes[0].status.unwrap_or_default();
        let outcome = this.streams.outcome(status)?;
        let stopped = this.stopped.take().or_else(|| wrote_too_much(status));
        Ok(Ran {
            outcome,
            log: mem::take(&mut this.log),
            calls: this.processes.iter().map(|process| process.calls.clone()).collect(),
            sleeper: this.processes.iter().position(|process| process.sleeps),
            is_busy: this.is_busy,
            idle: mem::take(&mut self.idle),
            is_outlived: this.is_outlived,
            reached: mem::take(&mut this.reached),
            stopped,
        })
    }

    /// Whether a program has ended, and all that it started.
    #[must_use]
    pub fn has_ended(&self, run: Running) -> bool {
        self.runs[run].living == 0
    }

    fn living(&self, run: usize) -> impl Iterator<Item = &Task> {
        let alive = self.alive.iter().map(|&index| &self.tasks[index]);
        alive.filter(move |task| task.run == run)
    }

    fn paused(&self, run: usize) -> Option<usize> {
        let is_paused = |task: &Task| match task.state {
            State::Held(hold, _) => task.run == run && hold.is_pause,
            _ => false,
        };
        self.tasks.iter().position(is_paused)
    }

    /// The loop: until `is_done`.
    fn drive(&mut self, is_done: impl Fn(&Self) -> bool) -> Result<(), Trouble> {
        (self.looks, self.quiet) = (0, 0);
        loop {
            self.tick();
            let mut has_happened = false;
            let mut stops: Vec<_> = iter::from_fn(sys::wait).take(MOST_STOPS).collect();
            // First the one whose turn it was: what it did has woken the others.
            let current = self.current.map(|index| self.tasks[index].pid);
            stops.sort_by_key(|&(pid, ..)| (Some(pid) != current, pid));
            for (pid, status, used) in stops {
                self.handle(pid, status, used)?;
                has_happened = true;
            }
            for run in mem::take(&mut self.ready) {
                has_happened |= self.runs[run].streams.transfer()?;
            }
            if has_happened {
                (self.looks, self.quiet) = (0, 0);
            }
            self.bound();
            if is_done(self) {
                return Ok(());
            }
            self.go_on()?;
        }
    }

    /// Waits a moment for a stop, for output, or for room for input.
    fn wait(&mut self, longest: Duration) -> Result<(), Trouble> {
        // One at a time prints. What others have printed before is read when nothing happens.
        let current = self.current.map(|index| self.tasks[index].run);
        let is_asked =
            |run: &(usize, &Run)| self.looks > 1 || current.is_none_or(|current| run.0 == current);
        let runs = self.runs.iter().enumerate().filter(is_asked);
        let streams = runs.flat_map(|(number, run)| {
            run.streams.to_wait_for().map(move |stream| (number, stream))
        });
        let (numbers, mut all): (Vec<Running>, Vec<PollFd>) = streams.unzip();
        all.push(PollFd::new(self.stops.as_fd(), PollFlags::POLLIN));
        ppoll(&mut all, Some(TimeSpec::from_duration(longest)), None)
            .doing("waiting for a program")?;
        let ready = numbers.into_iter().zip(&all).filter(|(_, stream)| stream.any() == Some(true));
        self.ready = ready.map(|(number, _)| number).collect();
        self.ready.dedup();
        self.stops.read_signal().doing("reading a signalfd")?; // it is kept once, however many come
        Ok(())
    }

    /// The programs' clock goes on while they wait. While one of them could run, a busy machine may keep it from the
    /// processor; how much of that it uses, has a bound of its own. The engine, too, may be kept waiting.
    fn tick(&mut self) {
        const LONGEST: Duration = Duration::from_millis(5);
        let passed = mem::replace(&mut self.ticked, Instant::now()).elapsed().min(LONGEST);
        if !mem::take(&mut self.could_run) {
            self.clock += passed;
        }
    }

    fn is_followed(&self, run: usize) -> bool {
        self.runs[run].launch.kind == Kind::Program
    }
}

impl Drop for World {
    /// Nothing goes on running, and nothing is left.
    fn drop(&mut self) {
        for run in 0..self.runs.len() {
            self.stop(run, "the case is over");
        }
        let (start, longest) = (Instant::now(), Duration::from_secs(20));
        while !self.alive.is_empty() && start.elapsed() < longest {
            match sys::wait() {
                Some((pid, status, used)) => drop(self.handle(pid, status, used)),
                None => thread::sleep(Duration::from_micros(200)),
            }
        }
        self.makers.clear();
        self.keys.remove_all();
        if self.has_lost {
            let pids: Vec<Pid> = self.tasks.iter().map(|task| task.pid).collect();
            self.keys.remove_lost(&pids);
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
        | Options::PTRACE_O_TRACESECCOMP
        | Options::PTRACE_O_EXITKILL
}

/// A program that the kernel stops.
fn wrote_too_much(status: ExitStatus) -> Option<String> {
    let is_too_long = status.signal() == Some(Signal::SIGXFSZ as i32);
    is_too_long.then(|| "it writes a file without end (more than 64 MiB)".into())
}

/// Its process may have been killed a moment ago.
fn unless_killed(done: nix::Result<()>) -> Result<(), Trouble> {
    match done {
        Err(nix::errno::Errno::ESRCH) => Ok(()),
        done => done.map_err(io::Error::from).doing("following a program with ptrace"),
    }
}
