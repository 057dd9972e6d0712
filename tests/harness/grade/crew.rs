//! The checks that run side by side.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::iter::Enumerate;
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{self, Child, Command, Stdio};
use std::slice::Iter;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::{SigSet, Signal, kill, killpg};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;

use super::Judged;
use super::handin::HandIn;
use super::marks::Marks;
use super::{keep, table};
use crate::harness::signals::user_signals;
use engine::memory_file;

/// How long a hand-in may take. The bounds of its check end it long before.
const LONGEST: Duration = Duration::from_secs(300);

/// How long a check has for ending what it runs.
const GRACE: Duration = Duration::from_secs(5);

/// So many checks are enough, each with three files.
const MOST_AT_ONCE: usize = 256;

/// What the crew waits for.
enum Event {
    /// The check of this hand-in.
    HasEnded(usize),
    Interrupt(Signal),
}

/// A check at work.
struct Work {
    index: usize,
    check: Child,
    files: Files,
    until: Instant,
    /// Why it was told to end.
    stopped: Option<String>,
}

/// What a check reads and writes.
struct Files {
    folder: File,
    /// Its report and `JUnit`'s XML are in memory, so that a full disk cuts neither.
    report: File,
    marks: File,
}

pub struct Crew<'a> {
    handins: &'a [HandIn],
    results: &'a Path,
    next: Enumerate<Iter<'a, HandIn>>,
    at_work: Vec<Work>,
    judged: Vec<Option<Judged>>,
    interrupt: Option<Signal>,
    sender: Sender<Event>,
    events: Receiver<Event>,
}

impl<'a> Crew<'a> {
    /// From here on the user's signals are events.
    pub fn new(handins: &'a [HandIn], results: &'a Path) -> io::Result<Self> {
        let (sender, events) = channel();
        let (signals, interrupts) = (user_signals()?, sender.clone());
        signals.thread_block()?;
        thread::spawn(move || {
            while let Ok(signal) = signals.wait() {
                let _ = interrupts.send(Event::Interrupt(signal));
            }
        });
        let (next, judged) = (handins.iter().enumerate(), handins.iter().map(|_| None).collect());
        let at_work = Vec::new();
        Ok(Self { handins, results, next, at_work, judged, interrupt: None, sender, events })
    }

    pub fn interrupted_by(&self) -> Option<Signal> {
        self.interrupt
    }

    /// What came of each hand-in, in their order.
    pub fn judge_all(&mut self) -> Vec<Judged> {
        let at_once = thread::available_parallelism().map_or(1, Into::into).min(MOST_AT_ONCE);
        loop {
            while self.at_work.len() < at_once && self.begin_next() {}
            let Some(until) = self.at_work.iter().map(|work| work.until).min() else { break };
            match self.events.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(Event::HasEnded(index)) => self.end(index),
                Ok(Event::Interrupt(signal)) => self.interrupt(signal),
                Err(_) => self.stop_the_late(),
            }
        }
        let not_begun = || Err("interrupted".into());
        self.judged.drain(..).map(|judged| judged.unwrap_or_else(not_begun)).collect()
    }

    /// Whether there was one.
    fn begin_next(&mut self) -> bool {
        let Some((index, handin)) = self.next.next() else { return false };
        if let Some(why) = &handin.cannot {
            self.note(index, Err(why.clone()));
            return true;
        }
        match begin(handin) {
            Err(why) => self.note(index, Err(why)),
            Ok((check, files)) => {
                self.tell_the_end(&check, index);
                let until = Instant::now() + LONGEST;
                self.at_work.push(Work { index, check, files, until, stopped: None });
            }
        }
        true
    }

    /// The check is not reaped there: until then its number is no other process's, and can be signalled.
    fn tell_the_end(&self, check: &Child, index: usize) {
        let (pid, sender) = (pid_of(check), self.sender.clone());
        thread::spawn(move || {
            let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
            let _ = waitid(Id::Pid(pid), flags);
            sender.send(Event::HasEnded(index))
        });
    }

    fn end(&mut self, index: usize) {
        let Some(place) = self.at_work.iter().position(|work| work.index == index) else { return };
        let mut work = self.at_work.swap_remove(place);
        let _ = killpg(pid_of(&work.check), Signal::SIGKILL); // what it left, if it was killed
        let [report, marks] = work.files.texts();
        let judged = match (work.check.wait(), work.stopped) {
            (_, Some(why)) => Err(why),
            (Err(why), _) => Err(why.to_string()),
            (Ok(status), _) => Marks::of(status, &report, &marks),
        };
        let [txt, xml] = self.handins[index].files_in(self.results);
        let kept = keep(&txt, &report);
        let judged =
            judged.and_then(|judged| kept.and_then(|()| keep(&xml, &marks)).map(|()| judged));
        self.note(index, judged);
    }

    fn note(&mut self, index: usize, judged: Judged) {
        let done = self.judged.iter().flatten().count() + 1;
        table::print_done(done, self.handins.len(), &self.handins[index], &judged);
        self.judged[index] = Some(judged);
    }

    /// No other begins, and those at work end.
    fn interrupt(&mut self, signal: Signal) {
        self.interrupt.get_or_insert(signal);
        self.next = [].iter().enumerate();
        for work in self.at_work.iter_mut().filter(|work| work.stopped.is_none()) {
            work.stop("interrupted".into());
        }
    }

    fn stop_the_late(&mut self) {
        for work in self.at_work.iter_mut().filter(|work| work.until <= Instant::now()) {
            work.stop(format!("its check was stopped after {} s", LONGEST.as_secs()));
        }
    }
}

impl Work {
    /// It is told to end what it runs, and itself; the next time it is killed.
    fn stop(&mut self, why: String) {
        let check = pid_of(&self.check);
        let _ = match self.stopped {
            None => kill(check, Signal::SIGTERM),
            Some(_) => killpg(check, Signal::SIGKILL),
        };
        self.stopped.get_or_insert(why);
        self.until = Instant::now() + GRACE;
    }
}

impl Files {
    fn texts(&mut self) -> [String; 2] {
        [&mut self.report, &mut self.marks].map(|file| {
            let mut bytes = Vec::new();
            let _ = file.rewind().and_then(|()| file.read_to_end(&mut bytes));
            String::from_utf8_lossy(&bytes).into_owned()
        })
    }
}

/// Begins the check of a hand-in.
fn begin(handin: &HandIn) -> Result<(Child, Files), String> {
    let folder = handin.open().map_err(|why| format!("it is no folder any more: {why}"))?;
    let spawned = spawn(handin, folder);
    spawned.map_err(|why| format!("its check does not start: {why}"))
}

/// In a process group of its own: Control-C is for the crew.
fn spawn(handin: &HandIn, folder: File) -> io::Result<(Child, Files)> {
    let files = Files { folder, report: memory_file(b"")?, marks: memory_file(b"")? };
    let path = |file: &File| format!("/proc/{}/fd/{}", process::id(), file.as_raw_fd());
    let (out, err) = (files.report.try_clone()?, files.report.try_clone()?);
    let mut check = Command::new("/proc/self/exe");
    check.arg0("check").arg("--be-graded").process_group(0).env_remove("CASE");
    check.env("YOURS", &handin.folder).env("YOURS_OPENED", path(&files.folder));
    check.env("RESULTS", path(&files.marks)).stdin(Stdio::null()).stdout(out).stderr(err);
    Ok((check.spawn()?, files))
}

/// In the check of a hand-in: it ends with those that wait for it. A signal that comes before it waits for its cases
/// is kept until then.
pub fn be_graded() -> Result<(), String> {
    let kept = SigSet::from_iter([Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP]);
    kept.thread_set_mask()
        .and_then(|()| set_pdeathsig(Signal::SIGTERM))
        .map_err(|why| why.to_string())
}

fn pid_of(check: &Child) -> Pid {
    Pid::from_raw(check.id().try_into().unwrap_or(i32::MAX))
}
