//! A run's steps: what a picture is made of.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use engine::{SegmentNow, Who};

use super::words::{Rank, Said};

/// What a step is: a picture draws each kind in its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Call,
    Store,
    Print,
    Fork,
    /// It lets another go on: a turn is passed, a semaphore raised.
    Pass,
    /// From here it waits, sleeps or is held.
    Waits,
    GoesOn,
    /// A call fails, or is refused.
    Fails,
    Ends,
    Dies,
    /// Of no process: something is not shown.
    LeftOut,
}

/// How a segment is after a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Now(i64, SegmentNow),
    Bytes(i64, Vec<u8>),
}

impl Change {
    /// What it is about: a later change of the same covers it.
    fn about(&self) -> (bool, i64) {
        match self {
            Self::Now(id, _) => (false, *id),
            Self::Bytes(id, _) => (true, *id),
        }
    }
}

/// A step of a process.
#[derive(Clone, Debug)]
pub struct Step {
    /// In virtual milliseconds since the run's first event.
    pub time: u64,
    pub who: Who,
    /// Which of its threads: 0 is the first.
    pub thread: usize,
    pub kind: Kind,
    pub said: Said,
    /// What it did to segments, in words.
    pub note: String,
    /// The segment's text, if that is new.
    pub text: Option<Vec<u8>>,
    pub changes: Vec<Change>,
    /// What it printed: on standard output or standard error.
    pub printed: Vec<u8>,
    /// The process that it made.
    pub child: Option<Who>,
    /// The step that let this one happen, by its place.
    pub from: Option<usize>,
    pub rank: Rank,
}

impl Step {
    pub fn changes_segment(&mut self, note: &str, change: Change) {
        if !note.is_empty() && !self.note.is_empty() {
            self.note += ", ";
        }
        self.note += note;
        self.changes.push(change);
    }

    /// Whether it says nothing about how processes meet: a call by itself, or that a child has ended.
    pub fn is_routine(&self) -> bool {
        match self.kind {
            Kind::Call => self.from.is_none(),
            Kind::Fork => true,
            Kind::Ends => self.said.does == "ends",
            Kind::Waits => self.said.does == "waits for a child to end",
            Kind::GoesOn => self.said.does.ends_with("has ended"),
            _ => false,
        }
    }

    /// One in place of many, with all that they have changed.
    pub fn in_place_of(steps: &[Self]) -> Self {
        let changes = steps.iter().flat_map(|step| &step.changes);
        let changes: BTreeMap<_, _> = changes.map(|change| (change.about(), change)).collect();
        Self {
            kind: Kind::LeftOut,
            said: format!("… {} steps are left out here", steps.len()).into(),
            note: String::new(),
            text: None,
            changes: changes.into_values().cloned().collect(),
            printed: steps.iter().flat_map(|step| step.printed.iter().copied()).collect(),
            child: None,
            from: None,
            ..steps[steps.len() - 1].clone()
        }
    }

    /// Whether both let time go by; or both are of one thread, and say little about the lab.
    fn is_like(&self, next: &Self) -> bool {
        let is_minor = |step: &Self| step.rank == Rank::Minor && step.note.is_empty();
        let is_same = (self.who, self.thread) == (next.who, next.thread);
        (self.rank == Rank::Idle && next.rank == Rank::Idle)
            || (is_same && is_minor(self) && is_minor(next))
    }
}

/// The processes that take the steps, in the order of their birth.
pub fn processes(steps: &[Step]) -> Vec<Who> {
    let all = steps.iter().flat_map(|step| [Some(step.who), step.child]).flatten();
    let mut all: Vec<Who> = all.collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// More calls in a row that say little about the lab are one step.
const MOST_MINOR: usize = 6;

/// Of more sleeps in a row the first and the last are shown.
const MOST_IDLE: usize = 12;

/// Steps without long rows of calls that say little: Python makes some 300 before a program's first line.
pub fn folded(steps: &[Step]) -> Vec<Step> {
    let (mut folded, mut places): (Vec<Step>, Vec<usize>) = (Vec::new(), Vec::new());
    for run in steps.chunk_by(Step::is_like) {
        let shown = match run {
            [first, ..] if first.rank == Rank::Idle && run.len() > MOST_IDLE => ends_of(run),
            [first, ..] if first.rank == Rank::Minor && run.len() > MOST_MINOR => vec![all_of(run)],
            _ => run.to_vec(),
        };
        places.extend((0..run.len()).map(|place| folded.len() + place.min(shown.len() - 1)));
        folded.extend(shown);
    }
    for step in &mut folded {
        step.from = step.from.map(|place| places[place]);
    }
    folded
}

/// The first and the last of them.
fn ends_of(run: &[Step]) -> Vec<Step> {
    let (first, rest) = run.split_at(MOST_IDLE / 2);
    let (middle, last) = rest.split_at(rest.len() - MOST_IDLE / 2);
    let said = format!("… so it goes on, {} steps more", middle.len()).into();
    [first, &[Step { said, ..Step::in_place_of(middle) }], last].concat()
}

/// "800 other calls: read, openat, close".
fn all_of(run: &[Step]) -> Step {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for step in run {
        *counts.entry(&step.said.does).or_default() += 1;
    }
    let mut names = Vec::from_iter(counts);
    names.sort_by_key(|&(_, count)| Reverse(count));
    let names: Vec<&str> = names.iter().take(3).map(|&(name, _)| name).collect();
    let does = format!("{} other calls:", run.len());
    let said = Said { words: names.join(", "), ..Said::from(does) };
    Step { kind: Kind::Call, said, ..run[0].clone() }
}
