//! Every order that the scheduler could choose, chosen: ptrace stops shm-fork's processes at each
//! system call, and one of them is held there until the others can do no more. See ptrace(2).

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::thread;

use libc::{PTRACE_EVENT_EXEC, PTRACE_EVENT_STOP, PTRACE_SYSCALL_INFO_ENTRY};
use nix::errno::Errno;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::calls;
use super::processes::{LOOK, Process, look_at, remember_birth};
use super::report::{Report, Verdict};

/// Words before a program: it stops before it begins, so that a tracer can take hold of it.
pub const STOPPED: [&str; 4] = ["sh", "-c", "kill -STOP $$; exec \"$@\"", "sh"];

/// One of a program's processes: 0 is the first, then its children in the order of their birth.
pub type Who = usize;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    Birth,
    /// Before its system call of this number, from 1.
    Call(usize),
    /// Before its first system call of this name, or so many calls later.
    From(&'static str, usize),
    /// After its first sleep.
    Awake,
}

/// What is to happen to a process at a place.
#[derive(Clone, Copy)]
pub enum Act<'a> {
    /// It is held until the others have ended or wait; a sleep is waited for.
    Hold,
    /// It is held until the others have ended, wait or sleep.
    HoldUntilAsleep,
    /// A signal is sent to it.
    Send(Signal),
    /// A signal is sent to all of the program's processes, as a terminal does.
    SendAll(Signal),
    /// It is held while this is done.
    Meanwhile(&'a (dyn Fn() -> Verdict + Sync)),
}

#[derive(Clone, Copy)]
pub struct Step<'a> {
    who: Who,
    at: At,
    act: Act<'a>,
}

pub const fn step(who: Who, at: At, act: Act) -> Step {
    Step { who, at, act }
}

/// The order that the C version of shm-fork hopes for: process 2 reads when process 1 has written
/// and sleeps, and process 1 reads when process 2 has ended.
pub const THE_C_VERSIONS_ORDER: [Step<'static>; 2] = [
    step(2, At::Birth, Act::HoldUntilAsleep),
    step(1, At::Awake, Act::Hold),
];

/// What the tracer saw.
pub struct Trace {
    pub status: ExitStatus,
    /// The system calls of each process, by name.
    pub calls: Vec<Vec<String>>,
    /// The first of its processes that sleeps.
    pub sleeper: Option<Who>,
    /// Whether all the steps were come to.
    pub all_done: bool,
}

/// Traces a program that was started behind [`STOPPED`], from the thread that started it.
pub fn trace(leader: Pid, steps: &[Step]) -> Result<Trace, Report> {
    waitpid(leader, Some(WaitPidFlag::WUNTRACED))?;
    ptrace::seize(leader, options())?;
    kill(leader, Signal::SIGCONT)?;
    let mut tracer = Tracer {
        family: vec![Traced::new(leader, true)],
        steps: steps.to_vec(),
        seen: Ok(()),
        status: ExitStatus::default(),
        last: Vec::new(),
    };
    tracer.run()?;
    tracer.seen?;
    let sleeper = tracer.family.iter().position(|traced| traced.sleeps);
    let calls = tracer.family.into_iter().map(|traced| traced.calls);
    Ok(Trace {
        status: tracer.status,
        calls: calls.collect(),
        sleeper,
        all_done: tracer.steps.is_empty(),
    })
}

/// Its children too, wherever they are born, and none outlives the tracer.
fn options() -> Options {
    Options::PTRACE_O_TRACESYSGOOD
        | Options::PTRACE_O_TRACEFORK
        | Options::PTRACE_O_TRACEVFORK
        | Options::PTRACE_O_TRACECLONE
        | Options::PTRACE_O_TRACEEXEC
        | Options::PTRACE_O_EXITKILL
}

struct Traced<'a> {
    pid: Pid,
    is_first: bool,
    calls: Vec<String>,
    sleeps: bool,
    held: Option<(At, Act<'a>)>,
    has_ended: bool,
}

impl Traced<'_> {
    fn new(pid: Pid, is_first: bool) -> Self {
        Self {
            pid,
            is_first,
            calls: Vec::new(),
            sleeps: false,
            held: None,
            has_ended: false,
        }
    }

    fn begins_call(&mut self) {
        let line = fs::read_to_string(format!("/proc/{}/syscall", self.pid)).unwrap_or_default();
        let call = calls::parse(&line);
        self.sleeps |= call.as_ref().is_some_and(|call| calls::is_sleep(call));
        let name = call.map_or_else(String::new, |call| calls::name(call[0]));
        self.calls.push(name);
    }

    /// Whether it has come to the place of a step.
    fn is_at(&self, now: At, place: At) -> bool {
        let first = |name: &str| self.calls.iter().position(|call| call.starts_with(name));
        match (now, place) {
            (At::Call(number), At::From(name, later)) => {
                first(name).is_some_and(|first| first + 1 + later == number)
            }
            // The first process makes calls before it becomes the program, too.
            (At::Call(_), At::Call(_)) if self.is_first => {
                now == place && first("shmget").is_some()
            }
            _ => now == place,
        }
    }
}

struct Tracer<'a> {
    family: Vec<Traced<'a>>,
    /// Those that are still to come.
    steps: Vec<Step<'a>>,
    /// What was found meanwhile.
    seen: Verdict,
    status: ExitStatus,
    /// The processes that are not held, when last looked at.
    last: Vec<Process>,
}

impl Tracer<'_> {
    fn run(&mut self) -> Result<(), Report> {
        while self.family.iter().any(|traced| !traced.has_ended) {
            match self.wait() {
                Ok(WaitStatus::StillAlive) => self.let_go_where_it_is_quiet()?,
                Ok(status) => self.handle(status)?,
                // nix has no name for a real-time signal, and so cannot pass it on.
                Err(Errno::EINVAL) => {
                    let why = "a program with real-time signals cannot be held";
                    return Err(Report::not_run(why));
                }
                Err(errno) => return Err(errno.into()),
            }
        }
        Ok(())
    }

    /// Waits until a process comes to a stop. While one is held, not for long: the others may wait.
    fn wait(&self) -> nix::Result<WaitStatus> {
        // What this thread has started or traces, and no other thread's.
        let any = WaitPidFlag::__WALL | WaitPidFlag::__WNOTHREAD;
        if self.family.iter().all(|traced| traced.held.is_none()) {
            return waitpid(None, Some(any));
        }
        for _ in 0..4 {
            match waitpid(None, Some(any | WaitPidFlag::WNOHANG))? {
                WaitStatus::StillAlive => thread::sleep(LOOK / 4),
                status => return Ok(status),
            }
        }
        Ok(WaitStatus::StillAlive)
    }

    fn handle(&mut self, status: WaitStatus) -> Result<(), Report> {
        match status {
            WaitStatus::Exited(pid, code) => self.ended(pid, code << 8),
            WaitStatus::Signaled(pid, signal, _) => self.ended(pid, signal as i32),
            WaitStatus::PtraceEvent(pid, signal, event) => self.event(pid, signal, event)?,
            WaitStatus::PtraceSyscall(pid) => self.system_call(pid)?,
            WaitStatus::Stopped(pid, signal) => resume(pid, signal)?,
            _ => {}
        }
        Ok(())
    }

    fn ended(&mut self, pid: Pid, status: i32) {
        if pid == self.family[0].pid {
            self.status = ExitStatus::from_raw(status);
        }
        let ended = self.family.iter_mut().find(|traced| traced.pid == pid);
        if let Some(traced) = ended {
            (traced.has_ended, traced.held) = (true, None);
        }
    }

    fn event(&mut self, pid: Pid, signal: Signal, event: i32) -> Result<(), Report> {
        let who = self.who(pid);
        match event {
            PTRACE_EVENT_STOP if signal == Signal::SIGTRAP => self.come(who, At::Birth),
            PTRACE_EVENT_STOP => resume(pid, None),
            PTRACE_EVENT_EXEC => {
                self.family[who].calls.clear();
                self.family[who].sleeps = false;
                self.come(who, At::Birth)
            }
            // fork, vfork or clone: the child's number.
            _ => {
                if let Ok(child) = ptrace::getevent(pid) {
                    self.who(Pid::from_raw(child.try_into()?));
                }
                resume(pid, None)
            }
        }
    }

    fn system_call(&mut self, pid: Pid) -> Result<(), Report> {
        let who = self.who(pid);
        let Ok(info) = ptrace::syscall_info(pid) else {
            return Ok(()); // it was killed a moment ago
        };
        let traced = &mut self.family[who];
        if info.op == PTRACE_SYSCALL_INFO_ENTRY {
            traced.begins_call();
            let number = traced.calls.len();
            return self.come(who, At::Call(number));
        }
        if is_made_again(pid) {
            traced.calls.pop();
            return resume(pid, None);
        }
        match traced.calls.last() {
            Some(call) if call.ends_with("nanosleep") => self.come(who, At::Awake),
            _ => resume(pid, None),
        }
    }

    /// A process has come to a place: the next step there, or on.
    fn come(&mut self, who: Who, at: At) -> Result<(), Report> {
        let traced = &mut self.family[who];
        let pid = traced.pid;
        let is_here = |step: &Step| step.who == who && traced.is_at(at, step.at);
        let Some(next) = self.steps.iter().position(is_here) else {
            return resume(pid, None);
        };
        match self.steps.remove(next).act {
            act @ (Act::Hold | Act::HoldUntilAsleep) => {
                traced.held = Some((at, act));
                return Ok(());
            }
            Act::Send(signal) => kill(pid, signal)?,
            Act::SendAll(signal) => killpg(self.family[0].pid, signal)?,
            Act::Meanwhile(act) => self.seen = self.seen.clone().and_then(|()| act()),
        }
        self.come(who, at)
    }

    /// Lets held processes go where the others did nothing between two looks, and wait.
    fn let_go_where_it_is_quiet(&mut self) -> Result<(), Report> {
        let others = self
            .family
            .iter()
            .filter(|traced| traced.held.is_none() && !traced.has_ended);
        let now = look_at(&others.map(|traced| traced.pid).collect::<Vec<_>>());
        let is_unchanged = now == self.last;
        for who in 0..self.family.len() {
            let is_quiet = |process: &Process| match self.family[who].held {
                Some((_, Act::HoldUntilAsleep)) => process.waits() || process.sleeps(),
                _ => process.waits(),
            };
            let may_go = is_unchanged && now.iter().all(is_quiet);
            if let Some((at, _)) = self.family[who].held.take_if(|_| may_go) {
                self.come(who, at)?;
            }
        }
        self.last = now;
        Ok(())
    }

    /// The number of a process in the family; a new one is the youngest child.
    fn who(&mut self, pid: Pid) -> Who {
        let known = self.family.iter().position(|traced| traced.pid == pid);
        known.unwrap_or_else(|| {
            remember_birth(self.family[0].pid, pid);
            self.family.push(Traced::new(pid, false));
            self.family.len() - 1
        })
    }
}

/// Whether a signal interrupted the call that has just ended, and the kernel makes it again: a wait
/// for one child, when the other ends. The errors from 512 to 516 say so, which no program sees.
fn is_made_again(pid: Pid) -> bool {
    (u64::MAX - 515..=u64::MAX - 511).contains(&result(pid).unwrap_or(0))
}

#[cfg(target_arch = "x86_64")]
fn result(pid: Pid) -> Option<u64> {
    Some(ptrace::getregs(pid).ok()?.rax)
}

#[cfg(target_arch = "aarch64")]
fn result(pid: Pid) -> Option<u64> {
    Some(ptrace::getregs(pid).ok()?.regs[0])
}

/// Lets a process run to its next stop. One that was killed meanwhile is not there any more.
fn resume(pid: Pid, signal: impl Into<Option<Signal>>) -> Result<(), Report> {
    match ptrace::syscall(pid, signal) {
        Ok(()) | Err(Errno::ESRCH) => Ok(()),
        Err(errno) => Err(errno.into()),
    }
}
