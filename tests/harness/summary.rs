//! What the user is told at the end: on one screen, what is wrong and what to do next.

use std::env;
use std::path::PathBuf;

use super::by_hand::quoted;
use super::case::Level;
use super::programs::{is_yours, originals, yours};
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
    let head = format!("{head} {}", first.name);
    [vec![head], report, vec![String::new()], below, vec![next]].concat()
}

/// What to type: the command that shows this case alone, and whole; then the exercise's.
fn next(case: &Played, in_full: bool) -> String {
    let folder = |name, folder: Option<PathBuf>| {
        let set = folder.map(|folder| format!(" {name}={}", quoted(&folder.to_string_lossy())));
        set.unwrap_or_default()
    };
    let level = env::var("LEVEL").map_or(String::new(), |level| format!(" LEVEL={level}"));
    let level = if level.len() > 7 { level } else { String::new() };
    let folders = folder("YOURS", yours()) + &folder("ORIGINALS", originals());
    let (exercise, name) = (case.exercise(), &case.name);
    match exercise {
        _ if !case.is_wrong() => {
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
    let fit = tall(above) >= room && tall(commands) + 4 <= room;
    let commands = if fit { commands } else { &[] };
    let left = room.saturating_sub(1 + tall(commands));
    let fits = |&count: &usize| tall(&above[..count]) <= left;
    let shown = (0..=above.len()).rev().find(fits).unwrap_or(0);
    let rest = lines.len() - shown - commands.len();
    let more = format!("  ... and {rest} more lines: see the command below");
    [own(&above[..shown]), vec![more], own(commands)].concat()
}

/// The other cases that failed, by name.
fn also(others: &[&Played]) -> Vec<String> {
    const MOST: usize = 2;
    let mut lines = Vec::new();
    let mut line = "also failed:".to_string();
    for (index, other) in others.iter().enumerate() {
        let word = format!(" {}", other.name);
        if line.len() + word.len() > COLUMNS - 10 {
            lines.push(line);
            if lines.len() == MOST {
                let last = lines.pop().unwrap_or_default();
                lines.push(format!("{last} +{} more", others.len() - index));
                return lines;
            }
            line = " ".repeat("also failed:".len());
        }
        line += &word;
    }
    if !others.is_empty() {
        lines.push(line);
    }
    lines
}

/// How many cases of each exercise passed, by level. Exercises of which none ran are left out.
fn counts(played: &[Played]) -> Vec<String> {
    let mut exercises: Vec<&str> = played.iter().map(Played::exercise).collect();
    exercises.dedup();
    let names = Level::ALL.map(|level| format!("{:>11}", level.name()));
    let head = format!("{:12}{}{:>11}", "passed", names.concat(), "not run");
    let lines = exercises.into_iter().filter_map(|exercise| {
        let of_it = played.iter().filter(|played| played.exercise() == exercise);
        let not_run = of_it.clone().filter(|played| played.is(Kind::NotRun)).count();
        let levels = Level::ALL.map(|level| {
            let run =
                of_it.clone().filter(|played| played.level == level && !played.is(Kind::NotRun));
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
    let mut reasons: Vec<(&str, usize)> = Vec::new();
    let texts = played.iter().filter_map(|played| played.verdict.as_ref().err());
    for report in texts.filter(|report| report.kind == Kind::NotRun) {
        match reasons.iter_mut().find(|(reason, _)| *reason == report.text) {
            Some((_, count)) => *count += 1,
            None => reasons.push((&report.text, 1)),
        }
    }
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    reasons
        .iter()
        .map(|(reason, count)| format!("{count} not run: {}", reason.trim_end()))
        .collect()
}
