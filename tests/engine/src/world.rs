//! A world: keys of its own in the machine's tables, and the programs that run in it. One single-threaded loop
//! follows all their processes (`stops`), lets one at a time go (`turns`), and reads their streams.

mod alarms;
mod births;
mod bounds;
mod clock;
mod entry;
mod exit;
mod hang;
mod logging;
mod presets;
mod run;
mod steps;
mod stops;
mod stores;
mod turns;

use std::fs::File;
use std::io::{self, Write};
use std::iter;
use std::mem;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::{Duration, Instant};

use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{SigSet, Signal, kill};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::time::TimeSpec;
use nix::unistd::{Pid, geteuid, pipe2};

use births::Unnamed;
pub use bounds::Limits;
use clock::Clock;
use presets::Maker;
pub use presets::Preset;
pub use run::Ran;
use run::Run;
use turns::Woken;

use crate::calls::Kind;
use crate::files::Folder;
use crate::filter;
use crate::keys::Keys;
use crate::launch::Launch;
use crate::left::Left;
use crate::log::What;
use crate::segments::Segments;
use crate::step::{Act, At, Who};
use crate::streams::{self, Streams};
use crate::sys;
use crate::task::{State, Task};
use crate::trouble::{Trouble, While};
use crate::user::user_for;

/// At most this many stops are handled in a row: a bomb's have no end.
const MOST_STOPS: usize = 64;

/// The number of a program that runs in a world.
pub type Running = usize;

/// Keys and IDs of its own, a folder, and the programs that run there.
pub struct World {
    /// What each program may use.
    pub limits: Limits,
    keys: Keys,
    segments: Segments,
    folder: Folder,
    /// Of segments to start from.
    makers: Vec<Maker>,
    runs: Vec<Run>,
    tasks: Vec<Task>,
    /// The indexes of those that have not ended.
    alive: Vec<usize>,
    unnamed: Unnamed,
    /// The index of the task whose turn it is.
    current: Option<usize>,
    calls_a_turn: u32,
    clock: Clock,
    woken: Woken,
    /// How often in a row nothing has happened.
    looks: u32,
    /// At how many looks in a row nobody could go on.
    stuck: u32,
    /// How often the loop has gone round.
    rounds: u32,
    /// Whose streams are ready to be read or written.
    ready: Vec<Running>,
    /// A process was killed in a call that may have made a segment.
    has_lost: bool,
    /// Tells that a process has stopped or ended.
    sigchld: SignalFd,
    /// It has told so, and not all have been met since.
    may_have_stopped: bool,
}

impl World {
    /// A new world, whose IDs begin with this number.
    ///
    /// # Errors
    /// No folder, no key, no descriptor is left: in words.
    pub fn new(first_id: i32) -> Result<Self, Trouble> {
        let sigchld = SigSet::from(Signal::SIGCHLD);
        sigchld.thread_block().doing("blocking SIGCHLD")?;
        let flags = SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK;
        Ok(Self {
            limits: Limits::default(),
            keys: Keys::new(first_id)?,
            segments: Segments::default(),
            folder: Folder::for_programs()?,
            makers: Vec::new(),
            runs: Vec::new(),
            tasks: Vec::new(),
            alive: Vec::new(),
            unnamed: Unnamed::default(),
            current: None,
            calls_a_turn: turns::CALLS,
            clock: Clock::new(),
            woken: Woken::default(),
            looks: 0,
            stuck: 0,
            rounds: 0,
            ready: Vec::new(),
            has_lost: false,
            sigchld: SignalFd::with_flags(&sigchld, flags).doing("making a signalfd")?,
            may_have_stopped: true,
        })
    }

    /// Each task has its turn for one call at a time, and the programs may have so many IDs: for a crowd.
    pub fn for_a_crowd(&mut self, ids: usize) {
        (self.calls_a_turn, self.keys.most) = (1, ids);
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
        let (streams, programs) = Streams::of(&launch)?;
        let user = user_for(launch.user);
        streams::give(&programs, user);
        let (leader, trouble) = self.fork_leader(&launch, user, programs)?;
        let user = user.unwrap_or(geteuid().as_raw());
        let run = self.runs.len();
        self.alive.push(self.tasks.len());
        self.tasks.push(Task { state: State::Runs, ..Task::new(leader, run, 0, 0) });
        self.runs.push(Run::new(launch, user, streams, trouble, self.clock.waited));
        self.log(self.tasks.len() - 1, What::Born(None));
        Ok(run)
    }

    /// A process that is followed from here on, and becomes the program; and where it tells what keeps it from that.
    fn fork_leader(
        &self,
        launch: &Launch,
        user: Option<u32>,
        streams: [OwnedFd; 3],
    ) -> Result<(Pid, File), Trouble> {
        let what = format!("starting {:?}", launch.words);
        let (waits, mut go) = UnixStream::pair().doing(&what)?;
        let (trouble, tells) = pipe2(OFlag::O_CLOEXEC).doing(&what)?;
        filter::of(launch.kind); // before the fork, so that it is made once
        let leader = sys::fork().doing(&what)?;
        if leader.as_raw() == 0 {
            drop(go);
            launch.begin(user, waits, tells.into(), self.folder.path(), streams);
        }
        drop((streams, tells, waits));
        if let Err(errno) = ptrace::seize(leader, options()) {
            drop(go); // it ends, because nobody tells it to go
            let _ = nix::sys::wait::waitpid(leader, None);
            return Err(Trouble::new("following a program with ptrace", errno));
        }
        go.write_all(b"!").doing(&what)?;
        Ok((leader, trouble.into()))
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
            world.stuck > 0 || world.runs.iter().any(|run| run.is_busy && run.alive > 0)
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
    pub fn signal(&mut self, run: Running, signal: Signal) {
        self.woken.by_signals(run);
        for task in self.alive(run).filter(|task| task.thread == 0) {
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
        this.start = self.clock.waited;
        this.launch.keeps_input = false; // to wait for more is to hang, from now on
        self.drive(|world| world.has_ended(run))?;
        self.runs[run].ran()
    }

    /// Whether a program has ended, and all that it started.
    #[must_use]
    pub fn has_ended(&self, run: Running) -> bool {
        self.runs[run].alive == 0
    }

    fn alive(&self, run: usize) -> impl Iterator<Item = &Task> {
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
        (self.looks, self.stuck) = (0, 0);
        loop {
            self.clock.tick();
            let mut has_happened = false;
            let most =
                if self.may_have_stopped { self.alive.len().clamp(1, MOST_STOPS) } else { 0 };
            let mut stops: Vec<_> = iter::from_fn(sys::wait).take(most).collect();
            self.may_have_stopped &= stops.len() == most;
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
                (self.looks, self.stuck) = (0, 0);
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
        all.push(PollFd::new(self.sigchld.as_fd(), PollFlags::POLLIN));
        ppoll(&mut all, Some(TimeSpec::from_duration(longest)), None)
            .doing("waiting for a program")?;
        let has_stopped = all.pop().is_some_and(|sigchld| sigchld.any() == Some(true));
        self.may_have_stopped |= has_stopped;
        let ready = numbers.into_iter().zip(&all).filter(|(_, stream)| stream.any() == Some(true));
        self.ready = ready.map(|(number, _)| number).collect();
        self.ready.dedup();
        if has_stopped {
            self.sigchld.read_signal().doing("reading a signalfd")?; // however many have come
        }
        Ok(())
    }

    fn is_followed(&self, run: usize) -> bool {
        self.runs[run].launch.kind == Kind::Program
    }
}

impl Drop for World {
    /// Nothing goes on running, and nothing is left.
    fn drop(&mut self) {
        for run in 0..self.runs.len() {
            self.cut_off(run, "the case is over");
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
            self.keys.remove_lost();
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

/// Its process may have been killed a moment ago.
fn unless_killed(done: nix::Result<()>) -> Result<(), Trouble> {
    match done {
        Err(nix::errno::Errno::ESRCH) => Ok(()),
        done => done.map_err(io::Error::from).doing("following a program with ptrace"),
    }
}
