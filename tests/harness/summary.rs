//! What the user is told at the end: on one screen, what is wrong and what to do next.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::by_hand::quoted;
use super::case::Level;
use super::programs::{given, is_yours};
use super::runner::Played;
use crate::engine::{Kind, Report, landlock_version};

/// A screen of 24 lines, without those of make and of the prompt.
const LINES: usize = 22;
const COLUMNS: usize = 80;

/// Even in full, a report has an end.
const MOST_LINES: usize = 200;

/// How the cases went, as lines.
pub fn lines(played: &[Played], in_full: bool) -> Vec<String> {
    let is_trouble = |played: &&Played| played.is(Kind::Trouble);
    let wrong: Vec<&Played> = played.iter().filter(|played| played.is_wrong()).collect();
    let trouble: Vec<&Played> = played.iter().filter(is_trouble).collect();
    match (wrong.as_slice(), trouble.as_slice()) {
        ([first, others @ ..], _) | ([], [first, others @ ..]) => {
            red(played, first, others, in_full)
        }
        ([], []) => green(played),
    }
}

fn green(played: &[Played]) -> Vec<String> {
    let any = played.iter().any(|played| played.verdict.is_ok());
    let last = if any { "All that ran passed." } else { "Nothing was checked." };
    [counts(played), reasons(played), open_files(), vec![last.to_string()]].concat()
}

/// Where the kernel cannot confine what a student hands in.
fn open_files() -> Vec<String> {
    let is_open = is_yours() && landlock_version() == 0;
    let line = "This kernel has no Landlock: what is checked can read and write your files.";
    Vec::from_iter(is_open.then(|| line.to_string()))
}

/// The simplest failing case in full, the others by name, and what to type.
fn red(played: &[Played], first: &Played, others: &[&Played], in_full: bool) -> Vec<String> {
    let mut reasons = reasons(played);
    let hidden = reasons.split_off(reasons.len().min(3)).len();
    if hidden > 0 {
        let more = format!("... and {hidden} more reasons: make check CASE=… tells");
        reasons.push(more);
    }
    let (below, next) = ([also(others), counts(played), reasons].concat(), next(first, in_full));
    let room = LINES.saturating_sub(2 + below.len() + height(&next));
    let room = if in_full { MOST_LINES } else { room };
    let report = first.verdict.as_ref().err();
    let report = report.map_or(Vec::new(), |report| shortened(report, room));
    let head = if first.is_wrong() { "FAILED " } else { "The check could not run:" };
    let head = format!("{head} {}", first.case.name);
    [vec![head], report, vec![String::new()], below, vec![next]].concat()
}

/// What to type: the command that shows this case alone, and whole; then the exercise's.
fn next(first: &Played, in_full: bool) -> String {
    let set = |name| given(name).map_or(String::new(), |text| format!(" {name}={}", quoted(&text)));
    let (level, folders) = (set("LEVEL"), set("YOURS") + &set("ORIGINALS"));
    let (exercise, name) = (first.case.exercise(), &first.case.name);
    match exercise {
        _ if !first.is_wrong() => {
            format!("No program is at fault. Next: make check CASE={name}{folders}")
        }
        "create" | "attach" | "dynamic" | "fork" if in_full => {
            format!("Next: correct it, then make check-{exercise}{level}{folders}")
        }
        _ if in_full => format!("Next: correct it, then make check{folders}"),
        _ => format!("Next: make check CASE={name}{folders}"),
    }
}

/// How many lines of the screen a line takes.
fn height(line: &str) -> usize {
    line.chars().count().div_ceil(COLUMNS).max(1)
}

/// As much of a report as there is room for: its beginning and, if they fit, the commands at its end.
fn shortened(report: &Report, room: usize) -> Vec<String> {
    let lines: Vec<&str> = report.text.trim_end().lines().collect();
    let tall = |lines: &[&str]| lines.iter().map(|line| height(line)).sum::<usize>();
    let own = |lines: &[&str]| lines.iter().map(ToString::to_string).collect::<Vec<_>>();
    if tall(&lines) <= room {
        return own(&lines);
    }
    let commands = lines.iter().rposition(|line| line.starts_with("By hand"));
    let (above, commands) = lines.split_at(commands.unwrap_or(lines.len()));
    // What was seen comes first.
    let fit = tall(above) >= room && tall(commands) + 8 <= room;
    let commands = if fit { commands } else { &[] };
    // How it ended, and what it left, is said last.
    let last = if room > 10 { 3 } else { 0 };
    let (above, end) = above.split_at(above.len().saturating_sub(last));
    let left = room.saturating_sub(1 + tall(commands) + tall(end));
    let fits = |&count: &usize| tall(&above[..count]) <= left;
    let shown = (0..=above.len()).rev().find(fits).unwrap_or(0);
    let rest = above.len() - shown;
    let (more, by_hand) = match rest {
        0 => (Vec::new(), vec!["(By hand: see the command below.)".to_string()]),
        _ => (vec![format!("  ... and {rest} more lines: see the command below")], own(commands)),
    };
    [own(&above[..shown]), more, own(end), by_hand].concat()
}

/// The other cases that failed: as many names as fit on two lines.
fn also(others: &[&Played]) -> Vec<String> {
    let mut lines = vec!["also failed:".to_string()];
    for (index, other) in others.iter().enumerate() {
        let (name, last) = (&other.case.name, lines.len() - 1);
        if lines[last].len() + 1 + name.len() <= COLUMNS - 10 {
            lines[last] += &format!(" {name}");
        } else if last == 0 {
            lines.push(format!("{:12} {name}", ""));
        } else {
            lines[last] += &format!(" +{} more", others.len() - index);
            break;
        }
    }
    if others.is_empty() { Vec::new() } else { lines }
}

/// How many of each exercise passed, by level; without those of which none was played.
fn counts(played: &[Played]) -> Vec<String> {
    let mut exercises: Vec<&str> = played.iter().map(|played| played.case.exercise()).collect();
    exercises.dedup();
    let names = Level::ALL.map(|level| format!("{:>11}", level.name()));
    let head = format!("{:12}{}{:>11}", "passed", names.concat(), "not run");
    let lines = exercises.into_iter().filter_map(|exercise| {
        let of_it = played.iter().filter(|played| played.case.exercise() == exercise);
        let not_run = of_it.clone().filter(|played| played.is(Kind::NotRun)).count();
        let levels = Level::ALL.map(|level| {
            let run = of_it
                .clone()
                .filter(|played| played.case.level == level && !played.is(Kind::NotRun));
            let passed = run.clone().filter(|played| played.verdict.is_ok()).count();
            let all = run.count();
            let counted = if all > 0 { format!("{passed} of {all}") } else { String::new() };
            format!("{counted:>11}")
        });
        let any_ran = not_run < of_it.count();
        any_ran.then(|| format!("{exercise:12}{}{not_run:11}", levels.concat()))
    });
    let lines: Vec<String> = [head].into_iter().chain(lines).collect();
    if lines.len() > 1 { lines } else { Vec::new() }
}

/// Why cases were not run, and how many for each reason.
fn reasons(played: &[Played]) -> Vec<String> {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    let reports = played.iter().filter_map(|played| played.verdict.as_ref().err());
    for report in reports.filter(|report| report.kind == Kind::NotRun) {
        *reasons.entry(report.text.trim_end()).or_default() += 1;
    }
    let mut reasons = Vec::from_iter(reasons);
    reasons.sort_by_key(|&(_, count)| Reverse(count));
    reasons.iter().map(|(reason, count)| format!("{count} not run: {reason}")).collect()
}
