//! A world: keys of its own in the machine's segment table, and the programs that run in it. One
//! single-threaded loop follows all their processes with ptrace, and reads their streams.

use std::collections::HashMap;
use std::fs::{self, Permissions};
use std::iter;
use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, poll};
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{SigSet, Signal, kill};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::unistd::{Pid, getpgid};

use super::keys::{Keys, is_running};
use super::step::{Act, At, EACH, Step, Who};
use super::streams::Streams;
use super::sys::{self, Side};
use super::task::{Plan, State, Task};
use super::{calls_made, launch};
use crate::harness::{Channel, Folder, Found, Outcome, Report, Verdict, calls, expect};

/// More living processes than this are a bomb.
const MOST_PROCESSES: usize = 300;

/// More births than this are one too.
const MOST_BIRTHS: usize = 10 * MOST_PROCESSES;

/// Whatever a program does: a busy machine may need longer than all the others are given.
const LONGEST: Duration = Duration::from_secs(20);

/// All must wait for so long before it is a hang: what was written to a terminal takes its time.
const HANGS: Duration = Duration::from_millis(50);

/// So many stops are handled in a row.
const MOST_STOPS: usize = 64;

/// How often, in milliseconds, it is looked whether all wait, where nothing happens.
const LOOK: u8 = 1;

/// A held process is let go when the others have slept for so long, in virtual milliseconds.
const LONGEST_HOLD: u64 = 3000;

/// A program to be run.
pub struct Launch<'a> {
    pub command: Command,
    pub user: Option<u32>,
    pub channel: Channel,
    pub input: Vec<u8>,
    pub steps: Vec<Step<'a>>,
    /// Its input stays open when all of it is written.
    pub keeps_input: bool,
}

impl<'a> Launch<'a> {
    /// Runs a command through pipes, with no input.
    pub fn of(command: Command) -> Self {
        Self {
            command,
            user: None,
            channel: Channel::Pipes,
            input: Vec::new(),
            steps: Vec::new(),
            keeps_input: false,
        }
    }

    pub fn on(self, channel: Channel) -> Self {
        Self { channel, ..self }
    }

    pub fn by(self, user: Option<u32>) -> Self {
        Self { user, ..self }
    }

    pub fn reading(self, input: impl Into<Vec<u8>>) -> Self {
        let input = input.into();
        Self { input, ..self }
    }

    pub fn with(self, steps: Vec<Step<'a>>) -> Self {
        Self { steps, ..self }
    }

    pub fn keeping_input(self) -> Self {
        let keeps_input = true;
        Self {
            keeps_input,
            ..self
        }
    }
}

/// What was seen of a run, beside its outcome.
pub struct Trace {
    /// The system calls of each process, by name.
    pub calls: Vec<Vec<String>>,
    /// The first of its processes that sleeps.
    pub sleeper: Option<Who>,
    /// Whether every step was reached.
    pub all_done: bool,
}

struct Run<'a> {
    streams: Streams,
    start: Instant,
    status: ExitStatus,
    steps: Vec<Step<'a>>,
    /// Which of them were reached.
    reached: Vec<bool>,
    births: usize,
    stopped: Option<String>,
}

pub struct World<'a> {
    keys: Keys,
    tasks: Vec<Task>,
    runs: Vec<Run<'a>>,
    /// Stopped before their parents' events named them.
    unknown: HashMap<Pid, i32>,
    /// Virtual time, in milliseconds: it goes by while all sleep.
    now: u64,
    quiet_since: Option<Instant>,
    /// What was found meanwhile.
    found: Verdict,
    /// The programs' own, where they may write.
    folder: Folder,
    /// Tells that a process has stopped or ended (SIGCHLD).
    stops: SignalFd,
}

/// A program that runs in a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Running(usize);

impl<'a> World<'a> {
    pub fn new() -> Result<Self, Report> {
        let stops = sigchld();
        stops.thread_block()?;
        let folder = Folder::new("world")?;
        fs::set_permissions(folder.path(), Permissions::from_mode(0o777))?;
        Ok(Self {
            folder,
            stops: SignalFd::with_flags(&stops, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)?,
            keys: Keys::claim()?,
            tasks: Vec::new(),
            runs: Vec::new(),
            unknown: HashMap::new(),
            now: 0,
            quiet_since: None,
            found: Ok(()),
        })
    }

    /// The segments in words, with their bytes.
    pub fn describe_table(&self) -> Result<String, Report> {
        self.keys.describe()
    }

    /// The machine's key for a program's.
    pub fn machines_key(&mut self, key: i32) -> i32 {
        self.keys.translate(key).unwrap_or(key)
    }

    pub fn start(&mut self, launch: Launch<'a>) -> Result<Running, Report> {
        let mut command = launch::command(&launch.command, launch.user, self.folder.path())?;
        let mut streams = Streams::connect(&mut command, launch.channel, &launch.input)?;
        streams.keeps_input = launch.keeps_input;
        let (streams, mut child) = streams.spawn(command)?;
        let leader = Pid::from_raw(child.id().try_into()?);
        let seized =
            sys::wait_until_stopped(leader).and_then(|()| ptrace::seize(leader, options()));
        if let Err(errno) = seized {
            child.kill()?;
            child.wait()?;
            return Err(errno.into());
        }
        kill(leader, Signal::SIGCONT)?;
        let run = self.runs.len();
        self.tasks.push(Task::new(leader, run, Some(0), false));
        self.runs.push(Run {
            streams,
            start: Instant::now(),
            status: ExitStatus::default(),
            reached: vec![false; launch.steps.len()],
            steps: launch.steps,
            births: 1,
            stopped: None,
        });
        Ok(Running(run))
    }

    /// Runs a program from begin to end.
    pub fn run(&mut self, launch: Launch<'a>) -> Result<(Outcome, Trace), Report> {
        let running = self.start(launch)?;
        self.finish(running)
    }

    /// Waits until all wait, each for another or for more input.
    pub fn wait_until_all_wait(&mut self) -> Verdict {
        self.drive(|world| world.quiet_since.is_some())
    }

    /// Sends a signal to a program's processes.
    pub fn signal(&self, Running(run): Running, signal: Signal) {
        for task in self
            .tasks
            .iter()
            .filter(|task| task.run == run && task.lives())
        {
            let _ = kill(task.pid, signal);
        }
    }

    /// Makes a segment that is there before. Its maker has ended, or lives on with the world.
    pub fn make(&mut self, found: &Found) -> Verdict {
        let launch = Launch::of(found.maker()).by(found.owner);
        let launch = if found.held {
            launch.keeping_input()
        } else {
            launch
        };
        let maker = self.start(launch)?;
        self.wait_for_line(maker)?;
        if !found.held {
            self.finish(maker)?;
        }
        Ok(())
    }

    pub fn expect_no_segment(&self) -> Verdict {
        let left = self.describe_table()?;
        expect("no segment is left", left.trim() == "none", &left)
    }

    /// Waits until a program has printed a line, or ended.
    pub fn wait_for_line(&mut self, Running(run): Running) -> Verdict {
        self.drive(|world| world.runs[run].streams.has_line() || world.has_ended(run))
    }

    /// Waits for a program and all that it started to end.
    pub fn finish(&mut self, Running(run): Running) -> Result<(Outcome, Trace), Report> {
        self.drive(|world| world.has_ended(run))?;
        let own = |task: &&Task| task.run == run && task.who.is_some();
        let processes: Vec<&Task> = self.tasks.iter().filter(own).collect();
        let trace = Trace {
            calls: processes.iter().map(|task| task.calls.clone()).collect(),
            sleeper: processes.iter().position(|task| task.sleeps),
            all_done: self.runs[run].reached.iter().all(|&reached| reached),
        };
        let run = &mut self.runs[run];
        let outcome = run.streams.outcome(run.status)?;
        let why = run.stopped.take().or_else(|| goes_too_far(&outcome));
        match why {
            Some(why) => Err(stopped(&why, outcome, run.streams.channel)),
            None => Ok((outcome, trace)),
        }
    }

    fn has_ended(&self, run: usize) -> bool {
        let mut own = self.tasks.iter().filter(|task| task.run == run);
        own.all(|task| !task.lives())
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
            self.found.clone()?;
            self.stop_those_that_go_too_far();
            if is_done(self) {
                return Ok(());
            }
            if is_idle {
                self.rest()?;
            }
        }
    }

    /// Nothing has happened since the last look. If all wait, somebody must be let go.
    fn rest(&mut self) -> Verdict {
        if !self.tasks.iter().all(Task::waits) {
            self.quiet_since = None;
            return self.wait();
        }
        let Some(since) = self.quiet_since else {
            self.quiet_since = Some(Instant::now());
            return Ok(());
        };
        if self.let_one_go()? {
            self.quiet_since = None;
        } else if since.elapsed() > HANGS {
            self.stop_for_hanging();
        } else {
            self.wait()?;
        }
        Ok(())
    }

    /// Waits a moment for a stop, for output, or for room for input.
    fn wait(&self) -> Verdict {
        let streams = self.runs.iter().flat_map(|run| run.streams.to_wait_for());
        let mut all: Vec<PollFd> = streams.collect();
        all.push(PollFd::new(self.stops.as_fd(), PollFlags::POLLIN));
        poll(&mut all, LOOK)?;
        while self.stops.read_signal()?.is_some() {}
        Ok(())
    }

    /// All others wait, sleep or have ended: a process that is held may go on, or the first sleeper.
    fn let_one_go(&mut self) -> Result<bool, Report> {
        let is_ready = |task: &&Task| {
            matches!(
                task.state,
                State::Held {
                    until_asleep: true,
                    ..
                }
            )
        };
        let wakes = |task: &Task| match task.state {
            State::Asleep(until) => Some(until),
            _ => None,
        };
        let (now, held) = (self.now, |task: &&Task| {
            matches!(task.state, State::Held { .. })
        });
        let ready = self.tasks.iter().position(|task| is_ready(&task));
        let first = (0..self.tasks.len())
            .filter_map(|index| Some((wakes(&self.tasks[index])?, index)))
            .min();
        let longest = self.tasks.iter().position(|task| match task.state {
            State::Held { since, .. } => now.saturating_sub(since) >= LONGEST_HOLD,
            _ => false,
        });
        let any = self.tasks.iter().position(|task| held(&task));
        if let Some(index) = ready.or(longest) {
            self.let_go(index)?;
        } else if let Some((until, index)) = first {
            self.now = self.now.max(until);
            self.tasks[index].state = State::Free;
            self.go_on(index, 0);
        } else if let Some(index) = any {
            self.let_go(index)?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn let_go(&mut self, index: usize) -> Verdict {
        self.tasks[index].state = State::Free;
        match self.tasks[index].place.take() {
            Some(place) => self.come(index, place),
            None => Ok(()),
        }
    }

    fn stop_for_hanging(&mut self) {
        self.quiet_since = None;
        for run in 0..self.runs.len() {
            let own = self
                .tasks
                .iter()
                .filter(|task| task.run == run && task.lives());
            let who: Vec<String> = own.take(4).map(Task::describe).collect();
            if !who.is_empty() && !self.runs[run].streams.keeps_input {
                self.stop(run, &format!("it hangs:\n  {}", who.join(";\n  ")));
            }
        }
    }

    fn stop_those_that_go_too_far(&mut self) {
        for run in 0..self.runs.len() {
            let own = self
                .tasks
                .iter()
                .filter(|task| task.run == run && task.lives());
            let (living, this) = (own.count(), &self.runs[run]);
            if this.stopped.is_some() || living == 0 || this.streams.keeps_input {
                continue;
            }
            if this.streams.is_too_long() {
                self.stop(run, "it prints without end (more than 1 MiB)");
            } else if this.start.elapsed() > LONGEST {
                self.stop(
                    run,
                    &format!("it did not end in {} seconds", LONGEST.as_secs()),
                );
            }
        }
    }

    fn stop_a_bomb(&mut self, run: usize) {
        let own = |task: &&Task| task.run == run && task.lives();
        let living = self.tasks.iter().filter(own).count();
        if living > MOST_PROCESSES || self.runs[run].births > MOST_BIRTHS {
            let why = format!("it makes processes without end (more than {MOST_PROCESSES})");
            self.stop(run, &why);
        }
    }

    fn stop(&mut self, run: usize, why: &str) {
        self.runs[run].stopped.get_or_insert(why.to_string());
        // Killed before they could name them, their parents never will.
        for (pid, _) in self.unknown.drain() {
            let _ = kill(pid, Signal::SIGKILL);
        }
        let own = self
            .tasks
            .iter()
            .filter(|task| task.run == run && task.lives());
        for task in own {
            let _ = kill(task.pid, Signal::SIGKILL);
        }
    }

    /// A process has stopped, or ended.
    fn handle(&mut self, pid: Pid, status: i32) -> Verdict {
        let known = self
            .tasks
            .iter()
            .position(|task| task.pid == pid && task.lives());
        let Some(index) = known else {
            if !libc::WIFSTOPPED(status) {
                self.unknown.remove(&pid);
            } else if self.runs.iter().any(|run| run.stopped.is_some()) {
                let _ = kill(pid, Signal::SIGKILL); // a bomb's: nobody is left to name it
            } else {
                self.unknown.insert(pid, status);
            }
            return Ok(());
        };
        self.quiet_since = None;
        if !libc::WIFSTOPPED(status) {
            let task = &mut self.tasks[index];
            task.state = State::Ended;
            if task.who == Some(0) {
                self.runs[task.run].status = ExitStatus::from_raw(status);
            }
            return Ok(());
        }
        if self.runs[self.tasks[index].run].stopped.is_some() {
            let _ = kill(pid, Signal::SIGKILL);
        }
        let signal = libc::WSTOPSIG(status);
        match status >> 16 {
            0 if signal == libc::SIGTRAP | 0x80 => self.at_call(index),
            0 => {
                self.go_on(index, signal);
                Ok(())
            }
            event => self.event(index, event, signal),
        }
    }

    fn event(&mut self, index: usize, event: i32, signal: i32) -> Verdict {
        let pid = self.tasks[index].pid;
        match event {
            libc::PTRACE_EVENT_STOP if signal != libc::SIGTRAP => {
                self.tasks[index].state = State::Stopped;
                sys::listen(pid);
            }
            libc::PTRACE_EVENT_STOP => {
                self.tasks[index].state = State::Free;
                if self.tasks[index].began && self.tasks[index].calls.is_empty() {
                    return self.come(index, At::Birth);
                }
                self.go_on(index, 0);
            }
            libc::PTRACE_EVENT_EXEC => {
                self.becomes_another_program(index);
                return self.come(index, At::Birth);
            }
            // fork, vfork or clone.
            _ => {
                let child = ptrace::getevent(pid).unwrap_or_default();
                self.go_on(index, 0);
                return self.is_born(index, Pid::from_raw(child.try_into()?));
            }
        }
        Ok(())
    }

    /// A thread that does it takes the number of its process.
    fn becomes_another_program(&mut self, index: usize) {
        let pid = self.tasks[index].pid;
        let before = ptrace::getevent(pid).unwrap_or_default();
        for task in &mut self.tasks {
            if i64::from(task.pid.as_raw()) == before && task.pid != pid {
                task.state = State::Ended;
            }
        }
        let task = &mut self.tasks[index];
        task.began = true;
        task.calls.clear();
        task.sleeps = false;
        task.call = None;
    }

    fn is_born(&mut self, parent: usize, pid: Pid) -> Verdict {
        let (run, call) = (self.tasks[parent].run, self.tasks[parent].call);
        let is_thread = call.is_some_and(|call| calls_made::is_thread(&call));
        let own = self
            .tasks
            .iter()
            .filter(|task| task.run == run && task.who.is_some());
        let who = (!is_thread).then(|| own.count());
        self.tasks.push(Task::new(pid, run, who, true));
        self.runs[run].births += 1;
        self.stop_a_bomb(run);
        match self.unknown.remove(&pid) {
            Some(status) => self.handle(pid, status),
            None => Ok(()),
        }
    }

    fn at_call(&mut self, index: usize) -> Verdict {
        let pid = self.tasks[index].pid;
        match sys::side(pid) {
            Side::Entry(call) => {
                let task = &mut self.tasks[index];
                task.call = Some(call);
                task.plan = Plan::AsIs;
                let is_new = !std::mem::take(&mut task.again);
                if is_new {
                    task.calls.push(calls::name(call[0]));
                }
                task.plan = calls_made::plan(&mut self.keys, pid, &call)?;
                if calls_made::receiver(&call).is_some_and(|receiver| !self.is_family(receiver)) {
                    sys::skip(pid)?;
                    self.tasks[index].plan = Plan::Skipped(-i64::from(libc::EPERM));
                }
                if is_new {
                    let number = self.tasks[index].calls.len();
                    return self.come(index, At::Call(number));
                }
                self.go_on(index, 0);
            }
            Side::Exit(result) => return self.after_call(index, result),
            Side::Neither => self.go_on(index, 0),
        }
        Ok(())
    }

    /// Whether a signal to it stays among these processes. 0 is the sender's own group, of a session
    /// of its own; to one that does not run, the kernel answers.
    fn is_family(&self, receiver: i32) -> bool {
        let group = Pid::from_raw(-receiver);
        let mut living = self.tasks.iter().filter(|task| task.lives());
        match receiver {
            0 => true,
            1.. => {
                let pid = Pid::from_raw(receiver);
                living.any(|task| task.pid == pid) || !is_running(pid)
            }
            -1 => false,
            _ => living.any(|task| getpgid(Some(task.pid)) == Ok(group)),
        }
    }

    fn after_call(&mut self, index: usize, result: i64) -> Verdict {
        let task = &mut self.tasks[index];
        let Some(call) = task.call.take() else {
            self.go_on(index, 0); // of the execve that made it the program
            return Ok(());
        };
        // The kernel's own codes, which no program sees: it will make the call again.
        task.again = (-516..=-512).contains(&result) && task.plan != Plan::Skipped(result);
        calls_made::finish(&mut self.keys, task.pid, &call, task.plan, result)?;
        if calls::name(call[0]).ends_with("nanosleep") {
            return self.come(index, At::Awake);
        }
        self.go_on(index, 0);
        Ok(())
    }

    /// A process has come to a place: the next step there, or on.
    fn come(&mut self, index: usize, at: At) -> Verdict {
        let task = &self.tasks[index];
        let run = &mut self.runs[task.run];
        let is_here = |index: &usize| {
            let step = &run.steps[*index];
            let is_next = Some(step.who) == task.who && !run.reached[*index];
            let is_each = step.who == EACH && !matches!(task.plan, Plan::Skipped(_));
            (is_next || is_each) && task.is_at(at, step.at)
        };
        let Some(next) = (0..run.steps.len()).find(is_here) else {
            return self.sleep_or_go_on(index);
        };
        run.reached[next] = true;
        match run.steps[next].act.clone() {
            act @ (Act::Hold | Act::HoldUntilAsleep) => {
                let until_asleep = matches!(act, Act::HoldUntilAsleep);
                let task = &mut self.tasks[index];
                task.state = State::Held {
                    since: self.now,
                    until_asleep,
                };
                task.place = Some(at);
                return Ok(());
            }
            Act::Send(signal) => kill(task.pid, signal)?,
            Act::SendAll(signal) => {
                let own = |other: &&Task| other.run == task.run && other.lives();
                for other in self
                    .tasks
                    .iter()
                    .filter(own)
                    .filter(|other| other.who.is_some())
                {
                    let _ = kill(other.pid, signal);
                }
            }
            Act::Fail(errno) => {
                sys::skip(task.pid)?;
                self.tasks[index].plan = Plan::Skipped(-i64::from(errno as i32));
            }
            Act::Meanwhile(act) => {
                self.tasks[index].state = State::Stopped;
                let done = act(self);
                self.tasks[index].state = State::Free;
                self.found = self.found.clone().and(done);
            }
        }
        self.come(index, at)
    }

    /// A sleep takes no time: it ends when nobody else can go on.
    fn sleep_or_go_on(&mut self, index: usize) -> Verdict {
        let task = &mut self.tasks[index];
        let sleep = task.call.filter(|_| task.plan == Plan::AsIs);
        if let Some(time) = sleep.and_then(|call| calls_made::sleeps_for(task.pid, &call)) {
            sys::skip(task.pid)?;
            task.plan = Plan::Skipped(0);
            task.sleeps = true;
            task.state = State::Asleep(self.now + time);
            return Ok(());
        }
        self.go_on(index, 0);
        Ok(())
    }

    fn go_on(&self, index: usize, signal: i32) {
        let task = &self.tasks[index];
        sys::resume(task.pid, signal, task.began);
    }
}

impl Drop for World<'_> {
    /// Nothing goes on running.
    fn drop(&mut self) {
        let _ = sigchld().thread_unblock();
        for run in 0..self.runs.len() {
            self.stop(run, "the case is over");
        }
        let start = Instant::now();
        while self.tasks.iter().any(Task::lives) && start.elapsed() < LONGEST {
            match sys::wait() {
                Some((pid, status)) => drop(self.handle(pid, status)),
                None => thread::sleep(Duration::from_micros(200)),
            }
        }
    }
}

fn sigchld() -> SigSet {
    let mut stops = SigSet::empty();
    stops.add(Signal::SIGCHLD);
    stops
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

/// Those that the kernel stops.
fn goes_too_far(outcome: &Outcome) -> Option<String> {
    let signal = outcome.status.signal().map(Signal::try_from);
    Some(match signal {
        Some(Ok(Signal::SIGXCPU)) => {
            "it uses the processor without end (more than 5 seconds)".into()
        }
        Some(Ok(Signal::SIGXFSZ)) => "it writes a file without end (more than 64 MiB)".into(),
        _ => return None,
    })
}

/// Why a program was stopped, and what it had printed until then.
fn stopped(why: &str, mut outcome: Outcome, channel: Channel) -> Report {
    outcome.stdout.truncate(300);
    outcome.stderr.truncate(300);
    let printed = outcome.describe(channel);
    Report::stopped(format!("{why}\nUntil it was stopped:\n{printed}"))
}
