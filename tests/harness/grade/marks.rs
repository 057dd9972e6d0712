//! The marks of a hand-in, read from what its check has written.

use std::process::ExitStatus;

use super::Judged;
use super::handin::printable;
use crate::harness::junit;

/// How many cases of one exercise and level came out how.
#[derive(Clone, Default)]
pub struct Count {
    pub exercise: String,
    pub level: String,
    pub passed: usize,
    pub failed: usize,
    /// The check could not play them.
    pub trouble: usize,
    pub not_run: usize,
}

pub struct Marks {
    /// In the check's order.
    pub counts: Vec<Count>,
    /// The calls that it tried and should not, in one line.
    pub refused: String,
}

impl Count {
    /// How many were played.
    pub fn ran(&self) -> usize {
        self.passed + self.failed
    }
}

impl Marks {
    /// From what a check that has ended has written.
    pub fn of(status: ExitStatus, report: &str, marks: &str) -> Judged {
        if matches!(status.code(), Some(0..=2)) && junit::is_whole(marks) {
            return Ok(Self { counts: counts(marks), refused: refused(marks) });
        }
        let why = report.lines().find_map(|line| line.strip_prefix("The check could not run: "));
        let why = why.map_or(format!("its check ended by {status}"), str::to_string);
        Err(printable(why.as_ref()))
    }

    /// Whether all was judged that can be judged on this machine.
    pub fn is_whole(&self) -> bool {
        self.sum(|count| count.trouble) == 0 && self.sum(Count::ran) > 0
    }

    pub fn sum(&self, number: impl Fn(&Count) -> usize) -> usize {
        self.counts.iter().map(number).sum()
    }
}

fn counts(marks: &str) -> Vec<Count> {
    let mut counts: Vec<Count> = Vec::new();
    for (class, came_out) in junit::read(marks) {
        let (exercise, level) = class.split_once('.').unwrap_or((class, ""));
        let is_it = |count: &Count| count.exercise == exercise && count.level == level;
        let place = counts.iter().position(is_it).unwrap_or_else(|| {
            let [exercise, level] = [exercise, level].map(str::to_string);
            counts.push(Count { exercise, level, ..Count::default() });
            counts.len() - 1
        });
        let count = &mut counts[place];
        *match came_out {
            "skipped" => &mut count.not_run,
            "error" => &mut count.trouble,
            "failure" => &mut count.failed,
            _ => &mut count.passed,
        } += 1;
    }
    counts
}

fn refused(marks: &str) -> String {
    printable(junit::read_refused(marks).collect::<Vec<_>>().join(" ").as_ref())
}
