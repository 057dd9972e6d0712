//! The marks of a hand-in, read from what its check has written.

use std::process::ExitStatus;

use super::Judged;
use super::handin::printable;
use crate::harness::junit;
use crate::harness::report::is_for_all;
use crate::harness::taken::ABSENT;

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
    /// Of those, the ones that cannot be played here, whatever is handed in.
    not_run_here: usize,
    is_absent: bool,
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

    /// How many can be played here.
    pub fn all(&self) -> usize {
        self.ran() + self.trouble + self.not_run - self.not_run_here
    }
}

impl Marks {
    /// From what a check that has ended has written.
    pub fn of(status: ExitStatus, report: &str, marks: &str) -> Judged {
        if !matches!(status.code(), Some(0..=2)) || !junit::is_whole(marks) {
            return Err(reason(report).unwrap_or_else(|| format!("its check ended by {status}")));
        }
        let judged = Self { counts: counts(marks), refused: refused(marks) };
        if judged.sum(Count::ran) > 0 { Ok(judged) } else { Err(why_none_ran(marks)) }
    }

    /// Whether all was judged that is handed in and can be judged here.
    pub fn is_whole(&self) -> bool {
        let has_run = |exercise: &[Count]| exercise.iter().any(|count| count.ran() > 0);
        self.sum(|count| count.trouble) == 0 && self.handed_in().all(has_run)
    }

    /// How many were not played, of the exercises that are handed in.
    pub fn not_run(&self) -> usize {
        self.handed_in().flatten().map(|count| count.not_run + count.trouble).sum()
    }

    fn handed_in(&self) -> impl Iterator<Item = &[Count]> {
        let exercises = self.counts.chunk_by(|one, next| one.exercise == next.exercise);
        exercises.filter(|levels| !levels.iter().any(|count| count.is_absent))
    }

    pub fn sum(&self, number: impl Fn(&Count) -> usize) -> usize {
        self.counts.iter().map(number).sum()
    }
}

/// Why the check could not run, on one line.
fn reason(report: &str) -> Option<String> {
    let (_, reason) = report.split_once("The check could not run: ")?;
    let lines: Vec<&str> = reason.lines().take(3).map(str::trim).collect();
    Some(printable(lines.join(" ").as_ref()))
}

fn why_none_ran(marks: &str) -> String {
    let mut reasons = junit::read(marks).map(|case| case.why);
    let is_its_own = |why: &String| !why.starts_with(ABSENT) && !is_for_all(why);
    let why = reasons.find(is_its_own).unwrap_or("no case can be played here".into());
    printable(why.as_ref())
}

fn counts(marks: &str) -> Vec<Count> {
    let mut counts: Vec<Count> = Vec::new();
    for junit::Read { class, element, why } in junit::read(marks) {
        let (exercise, level) = class.split_once('.').unwrap_or((class, ""));
        let is_it = |count: &Count| count.exercise == exercise && count.level == level;
        let place = counts.iter().position(is_it).unwrap_or_else(|| {
            let [exercise, level] = [exercise, level].map(str::to_string);
            counts.push(Count { exercise, level, ..Count::default() });
            counts.len() - 1
        });
        let count = &mut counts[place];
        *match element {
            "skipped" => &mut count.not_run,
            "error" => &mut count.trouble,
            "failure" => &mut count.failed,
            _ => &mut count.passed,
        } += 1;
        if element == "skipped" {
            count.not_run_here += usize::from(is_for_all(&why));
            count.is_absent |= why.starts_with(ABSENT);
        }
    }
    counts
}

fn refused(marks: &str) -> String {
    printable(junit::read_refused(marks).collect::<Vec<_>>().join(" ").as_ref())
}
