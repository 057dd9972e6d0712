//! What the machine has denied a program, for want of processes or segments: then it is no fault of the program's that
//! it failed.

use std::sync::OnceLock;

use engine::{Act, Called, Event, Launch, Ran, What};
use nix::errno::Errno;

use super::machine::most_processes;
use super::play::world;
use super::report::{Kind, Report};

/// The first that a program of this case was denied.
static DENIED: OnceLock<String> = OnceLock::new();

/// No segment of a program under check is larger, in bytes; a larger one may be denied on a good machine.
const LARGEST_SEGMENT: u64 = 1 << 20;

/// A program that makes more calls of that name has itself to blame.
const MOST_CALLS: usize = 8;

/// Keeps what a run was denied, unless the case itself had the call fail, or the engine refused it.
pub fn keep(launch: Option<&Launch>, ran: &Ran) {
    let is_by_case = launch.is_some_and(|launch| {
        let is_failure = |step: &engine::Step| matches!(step.2, Act::Fail(_));
        let is_limit = |word: &std::ffi::OsString| word.to_string_lossy().starts_with("--nproc");
        launch.steps.iter().any(is_failure) || launch.words.iter().any(is_limit)
    });
    if is_by_case || ran.asked_for_too_many || !ran.refused().is_empty() {
        return;
    }
    let events = ran.log.events();
    if let Some(why) = (0..events.len()).find_map(|place| denied(&events[..=place])) {
        DENIED.get_or_init(|| why);
    }
}

/// What the last of these events denies.
fn denied(events: &[Event]) -> Option<String> {
    let (last, earlier) = events.split_last()?;
    let What::Returns { call, result, .. } = last.what else { return None };
    let errno = Errno::from_raw(i32::try_from(-result).ok()?);
    let what = match (call, errno) {
        ("clone" | "fork" | "vfork", Errno::EAGAIN | Errno::ENOMEM) => PROCESSES,
        ("shmget", Errno::ENOSPC) if asked(earlier, last)? <= LARGEST_SEGMENT => {
            "segments (ipcs -lm shows the limits, ipcs -m who has them)"
        }
        ("pipe2" | "pipe" | "socketpair", Errno::ENFILE) => "open files (fs.file-max)",
        _ => return None,
    };
    let is_it = |event: &&Event| matches!(&event.what, What::Calls(other) if other.name == call);
    let has_asked_for_few = earlier.iter().filter(is_it).count() <= MOST_CALLS;
    has_asked_for_few.then(|| format!("this machine has no more {what}: {call} gave {errno:?}"))
}

const PROCESSES: &str = "processes (ulimit -u, or the control group's pids.max)";

/// A program may have limited itself: whether the machine is short of processes, is asked without it.
fn is_short_of_processes() -> bool {
    let forks = || world()?.run(Launch::of(["sh", "-c", "true & wait"]));
    most_processes() < MANY || forks().is_ok_and(|ran| !ran.outcome.stderr.is_empty())
}

/// Where as many are allowed, all cases that are played at once have enough.
const MANY: u64 = 400;

/// How many bytes a process has asked shmget for.
fn asked(earlier: &[Event], last: &Event) -> Option<u64> {
    let mut own = earlier.iter().rev().filter(|event| event.who == last.who);
    own.find_map(|event| match &event.what {
        What::Calls(Called { name: "shmget", words, .. }) => words.split(", ").nth(1)?.parse().ok(),
        _ => None,
    })
}

/// The report of a case that is red, if it is the program's fault; else what the machine lacks.
pub fn unless_denied(report: Report) -> Report {
    let is_red = matches!(report.kind, Kind::Failed | Kind::Stopped);
    let is_so = |why: &&String| !why.contains(PROCESSES) || is_short_of_processes();
    DENIED.get().filter(|_| is_red).filter(is_so).map_or(report, |why| Report::trouble(why.clone()))
}
