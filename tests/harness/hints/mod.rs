//! A line above a red report whose run shows a usual mistake. Each is found in the log of the run, never in the
//! source: it holds for any language.

use std::fs;

use engine::{Called, Event, Ran, What, Who};
use nix::errno::Errno;

use super::compiled::warning;
use super::programs::Version;
use super::report::{Kind, Report};
use super::show;
use super::words::wrapped;

mod calls;
mod ends;
mod input;
mod others;
mod turns;

/// Of the hints that apply, the first is told: what leads to the others comes first.
const HINTS: [&[Hint]; 5] = [others::HINTS, calls::HINTS, input::HINTS, ends::HINTS, turns::HINTS];

/// What it says of a run, if it applies.
type Hint = fn(&Run) -> Option<String>;

/// Puts the hint above the report of a case that is red.
pub fn with_hint(report: Report, exercise: &str) -> Report {
    let is_wrong = matches!(report.kind, Kind::Failed | Kind::Stopped);
    let hint = show::with_last(|ran, is_on_terminal| {
        let run = Run { exercise, ran, report: &report.text, is_on_terminal };
        HINTS.into_iter().flatten().find_map(|hint| hint(&run))
    });
    let warning = warning(&format!("shm-{exercise}"));
    let hint = hint.flatten().map(|hint| wrapped(&format!("Hint: {hint}")));
    let names = show::with_last(|ran, _| names(exercise, ran, &report.text)).flatten();
    let lines = [warning, hint, names].into_iter().flatten().filter(|_| is_wrong);
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() { report } else { report.with_headline(&lines.join("\n")) }
}

/// Processes are called by their birth: the one that is forked first may be what the student calls process 2.
fn names(exercise: &str, ran: &Ran, report: &str) -> Option<String> {
    let says = |text: &[u8], words: &str| String::from_utf8_lossy(text).contains(words);
    let mut events = ran.log.events().iter();
    let first = events.find(|event| match &event.what {
        What::Calls(call) => says(&call.text, "Process 2 : "),
        What::Stores { bytes, .. } => says(bytes, "Yes, This is shared"),
        _ => false,
    });
    let is_second = first.is_some_and(|event| event.who == 1);
    let is_named = ["process 1", "process 2"].iter().any(|name| report.contains(name));
    (exercise == "fork" && is_second && is_named).then(|| {
        "(process 1 is the one forked first: here it prints the lines of Process 2.)".into()
    })
}

/// What a hint is found in.
struct Run<'a> {
    exercise: &'a str,
    ran: &'a Ran,
    report: &'a str,
    is_on_terminal: bool,
}

/// A call of the program's own, and what it gave.
struct Done<'a> {
    who: Who,
    thread: usize,
    call: &'a Called,
    result: i64,
    /// Its place among all events.
    index: usize,
}

impl Done<'_> {
    fn errno(&self) -> Option<Errno> {
        let number = i32::try_from(-self.result).ok()?;
        (1..4096).contains(&number).then(|| Errno::from_raw(number))
    }
}

impl Run<'_> {
    fn events(&self) -> &[Event] {
        self.ran.log.events()
    }

    /// The calls of these names that have returned, in order.
    fn done(&self, names: &str) -> Vec<Done<'_>> {
        let all = self.events().iter().enumerate().filter_map(|(index, event)| {
            let What::Calls(call) = &event.what else { return None };
            let is_meant = call.is_own && names.split(' ').any(|name| name == call.name);
            let mut later = self.events()[index..]
                .iter()
                .filter(|later| (later.who, later.thread) == (event.who, event.thread));
            let result = later.find_map(|later| match later.what {
                What::Returns { call: name, result, .. } if name == call.name => Some(result),
                _ => None,
            });
            let (who, thread) = (event.who, event.thread);
            is_meant.then_some(Done { who, thread, call, result: result?, index })
        });
        all.collect()
    }

    fn failed(&self, names: &str) -> Vec<Done<'_>> {
        self.done(names).into_iter().filter(|done| done.errno().is_some()).collect()
    }

    /// The writes to standard output that failed.
    fn failed_output(&self) -> Vec<Done<'_>> {
        let failed = self.failed("write writev").into_iter();
        failed.filter(|done| done.call.words == "1").collect()
    }

    /// Where a process was born.
    fn born(&self, who: Who) -> Option<usize> {
        let is_birth = |what: &What| matches!(what, What::Born(_));
        self.events().iter().position(|event| event.who == who && is_birth(&event.what))
    }

    /// Whether a process has made a call itself, or the parent has before it forked that process.
    fn is_of(&self, done: &Done, who: Who) -> bool {
        let is_before = || self.born(who).is_some_and(|place| done.index < place);
        done.who == who || (done.who == 0 && is_before())
    }

    /// The exit status of one of its processes.
    fn status_of(&self, who: Who) -> Option<i32> {
        self.events().iter().find_map(|event| match event.what {
            What::Ended(status) if event.who == who => status.code(),
            _ => None,
        })
    }

    fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.ran.outcome.stdout).into_owned()
    }

    fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.ran.outcome.stderr).into_owned()
    }

    fn hangs(&self) -> bool {
        self.ran.stopped.as_deref().is_some_and(|why| why.starts_with("it hangs"))
    }

    /// The last thing that a process did, before it was stopped.
    fn last_of(&self, who: Who) -> Option<&What> {
        let is_done =
            |what: &What| !matches!(what, What::Ended(_) | What::Segment { .. } | What::Signal(_));
        let mut own = self.events().iter().rev().filter(|event| event.who == who);
        own.find(|event| is_done(&event.what)).map(|event| &event.what)
    }

    /// In which call a process waits at the end.
    fn waits_in(&self, who: Who) -> Option<(&'static str, &str)> {
        match self.last_of(who)? {
            What::Waits { call, reason } => Some((call, reason)),
            _ => None,
        }
    }

    fn ends_well(&self) -> bool {
        self.ran.stopped.is_none() && self.ran.outcome.succeeded()
    }

    /// Its exit status tells of a failure.
    fn ended_with_a_failure(&self) -> bool {
        self.ran.stopped.is_none() && self.ran.outcome.status.code().is_some_and(|code| code != 0)
    }

    /// Nothing was done to its processes.
    fn is_undisturbed(&self) -> bool {
        self.ran.reached.is_empty()
    }

    /// Whether the program takes a function of this name, or of one that ends so, from a library.
    fn is_linked_with(&self, function: &str) -> bool {
        let program = Version::Ours.path(&format!("shm-{}", self.exercise));
        let bytes = fs::read(program).unwrap_or_default();
        let name = [function.as_bytes(), b"\0"].concat();
        bytes.windows(name.len()).any(|part| part == name)
    }
}
