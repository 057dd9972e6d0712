//! What the user is told at the end: on one screen, what is wrong and what to do next.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::env;
use std::path::Path;

use super::by_hand::quoted;
use super::case::Level;
use super::programs::{from_lab, given, is_yours};
use super::refused;
use super::report::{Kind, Report};
use super::runner::Played;
use super::show::LAST_STEPS;
use super::taken;

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
        ([first, others @ ..], trouble) => red(played, first, [others, trouble], in_full),
        ([], [first, others @ ..]) => red(played, first, [&[], others], in_full),
        ([], []) => green(played, in_full),
    }
}

fn green(played: &[Played], in_full: bool) -> Vec<String> {
    let mut lines = [counts(played), notes(played)].concat();
    let not_held = engine::not_held().into_iter();
    lines.extend(not_held.map(|what| format!("This kernel has {what}.")));
    let any = played.iter().any(|played| played.verdict.is_ok());
    lines.push(if any { "All that ran passed." } else { "Nothing was checked." }.into());
    lines.extend(done(played).filter(|_| any && !in_full));
    lines
}

/// What is done, and what is next: of an exercise, or of all.
fn done(played: &[Played]) -> Option<String> {
    let first = &played.iter().find(|played| played.verdict.is_ok())?.case;
    let exercise = first.exercise();
    let exercises = played.iter().filter(|played| !played.is(Kind::NotRun));
    let is_one = exercises.clone().all(|played| played.case.exercise() == exercise);
    if !first.is_of_exercises() {
        return None;
    }
    if !is_yours() {
        let which = if is_one { format!("-{exercise}") } else { String::new() };
        return Some(format!("These were our programs. Yours: make check{which} YOURS=folder"));
    }
    let folders = folders();
    let next_level = match given("LEVEL").as_deref() {
        Some("basic") => Some("careful"),
        Some("careful") => Some("hard"),
        _ => None,
    };
    let (what, which) = if is_one {
        (format!("shm-{exercise}"), format!("-{exercise}"))
    } else {
        ("All".into(), String::new())
    };
    let next_exercise = match exercise {
        "create" => "-attach",
        "attach" => "-fork",
        "fork" => "-dynamic",
        _ => "",
    };
    Some(match next_level {
        Some(level) => {
            format!("{what} is done at this level. Next: make check{which} LEVEL={level}{folders}")
        }
        None if is_one => format!("{what} is done. Next: make check{next_exercise}{folders}"),
        None => format!("{what} is done."),
    })
}

/// The simplest failing case in full, the others by name, and what to type.
fn red(
    played: &[Played],
    first: &Played,
    [wrong, trouble]: [&[&Played]; 2],
    in_full: bool,
) -> Vec<String> {
    let mut reasons = notes(played);
    let shown = if reasons.len() > 4 { 3 } else { 4 }; // a line more is as long as the line that says so
    let hidden = reasons.split_off(reasons.len().min(shown)).len();
    if hidden > 0 {
        let more = format!("... and {hidden} more reasons: make check CASE=… tells");
        reasons.push(more);
    }
    let others = [names("also failed:", wrong), names("could not run:", trouble)].concat();
    let (below, next) = ([others, counts(played), reasons].concat(), next(first, in_full));
    let room = LINES.saturating_sub(2 + below.len() + height(&next));
    // A compiler's words are shown whole: there is nothing else.
    let room = if in_full || is_of_compiler(first) { MOST_LINES } else { room };
    let report = first.verdict.as_ref().err();
    let report = report.map_or(Vec::new(), |report| shortened(report, room));
    let head = if first.is_wrong() { "FAILED " } else { "The check could not run:" };
    let head = format!("{head} {}", first.case.name);
    [vec![head], report, vec![String::new()], below, vec![next]].concat()
}

/// What the user of make has set, to be typed again.
fn set(name: &str) -> String {
    let set = env::var_os(name).filter(|set| !set.is_empty());
    set.map_or(String::new(), |set| format!(" {name}={}", quoted(from_lab(Path::new(&set)))))
}

/// The same, of the folders with the programs.
pub fn folders() -> String {
    set("YOURS") + &set("ORIGINALS")
}

fn is_of_compiler(played: &Played) -> bool {
    played.case.name.ends_with("::compiles")
}

/// What to type: the command that shows this case alone, and whole; then the exercise's.
fn next(first: &Played, in_full: bool) -> String {
    let (level, folders) = (set("LEVEL"), folders());
    let (exercise, name) = (first.case.exercise(), &first.case.name);
    let check = if first.case.is_of_exercises() { "make check" } else { "make check-lab" };
    match exercise {
        _ if !first.is_wrong() => {
            format!("No program is at fault. Next: {check} CASE={name}{folders}")
        }
        "create" | "attach" | "fork" | "dynamic" if in_full || is_of_compiler(first) => {
            format!("Next: correct it, then make check-{exercise}{level}{folders}")
        }
        _ if in_full && first.case.is_of_exercises() => {
            format!("Next: correct it, then make check{folders}")
        }
        _ if in_full => "Next: correct it, then make check-lab".into(),
        _ => format!("Next: {check} CASE={name}{folders}"),
    }
}

/// How many lines of the screen a line takes.
fn height(line: &str) -> usize {
    line.chars().count().div_ceil(COLUMNS).max(1)
}

fn tall(lines: &[String]) -> usize {
    lines.iter().map(|line| height(line)).sum()
}

/// As much of a report as there is room for, and in what is left the last steps of the run.
fn shortened(report: &Report, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = report.text.trim_end().lines().map(String::from).collect();
    let steps = lines.iter().rposition(|line| line.starts_with(LAST_STEPS));
    let steps = lines.split_off(steps.unwrap_or(lines.len()));
    let least = if steps.is_empty() { 0 } else { LEAST_STEPS.min(room / 2) };
    let mut shown = shortened_reason(lines, room - least.min(tall(&steps)));
    shown.extend(shortened_steps(steps, room.saturating_sub(tall(&shown))));
    shown
}

/// So many lines are kept for the last steps, with the two above them: what was printed, or who waits, says more.
const LEAST_STEPS: usize = 5;

/// The two lines above them, and the last of them.
fn shortened_steps(mut steps: Vec<String>, room: usize) -> Vec<String> {
    while tall(&steps) > room && steps.len() > 3 {
        steps.remove(2);
    }
    if tall(&steps) > room { Vec::new() } else { steps }
}

/// How it ended, and what it left, is said last.
fn shortened_reason(mut lines: Vec<String>, room: usize) -> Vec<String> {
    if tall(&lines) <= room {
        return lines;
    }
    let by_hand = lines.iter().rposition(|line| line.starts_with("By hand"));
    lines.truncate(by_hand.unwrap_or(lines.len()));
    if tall(&lines) < room {
        lines.push("(Next shows how to see it by hand.)".into());
        return lines;
    }
    let cut = without_segments(&mut lines);
    let (above, end) = lines.split_at(lines.len().saturating_sub(if room > 10 { 3 } else { 0 }));
    let left = room.saturating_sub(1 + tall(end));
    let heights = above.iter().scan(0, |sum, line| {
        *sum += height(line);
        Some(*sum)
    });
    let shown = heights.take_while(|&sum| sum <= left).count();
    let rest = above.len() - shown;
    let dots = |count| format!("  ... and {count} more lines: see the command below");
    let more = match rest {
        0 if cut == 0 => vec![],
        1 if cut == 0 => vec![above[shown].clone()],
        _ => vec![dots(rest + cut)],
    };
    let (more, last) = if rest == 0 { (vec![], more) } else { (more, vec![]) };
    [&above[..shown], &more, end, &last].concat()
}

/// If what was printed differs, what is left can wait: it goes first. Returns how many lines that were.
fn without_segments(lines: &mut Vec<String>) -> usize {
    let differs = |line: &String| line.starts_with("-  ") || line.starts_with("+  ");
    let place = lines.iter().position(|line| line == " segments then:").unwrap_or(lines.len());
    if !lines[..place].iter().any(differs) {
        return 0;
    }
    lines.split_off(place).len()
}

/// The names of other cases: as many as fit on two lines.
fn names(head: &str, others: &[&Played]) -> Vec<String> {
    let mut lines = vec![head.to_string()];
    for (index, other) in others.iter().enumerate() {
        let (name, last) = (&other.case.name, lines.len() - 1);
        if lines[last].len() + 1 + name.len() <= COLUMNS - 10 {
            lines[last] += &format!(" {name}");
        } else if last == 0 {
            lines.push(format!("{:1$} {name}", "", head.len()));
        } else {
            lines[last] += &format!(" +{} more", others.len() - index);
            break;
        }
    }
    if others.is_empty() { Vec::new() } else { lines }
}

/// How many of each exercise passed, by level; without those of which none was played.
fn counts(played: &[Played]) -> Vec<String> {
    let ran = |played: &&Played| !played.is(Kind::NotRun);
    let mut exercises: Vec<&str> =
        played.iter().filter(ran).map(|played| played.case.exercise()).collect();
    exercises.dedup();
    if exercises.is_empty() {
        return Vec::new();
    }
    let row = |exercise: &str| {
        let of_it = played.iter().filter(|played| played.case.exercise() == exercise);
        let not_run = of_it.clone().filter(|played| played.is(Kind::NotRun)).count();
        let levels = Level::ALL.map(|level| {
            let run = of_it.clone().filter(ran).filter(|played| played.case.level == level);
            let passed = run.clone().filter(|played| played.verdict.is_ok()).count();
            match run.count() {
                0 => format!("{:11}", ""),
                all => format!("{:>11}", format!("{passed} of {all}")),
            }
        });
        format!("{exercise:12}{}{not_run:11}", levels.concat())
    };
    let names = Level::ALL.map(|level| format!("{:>11}", level.name()));
    let head = format!("{:12}{}{:>11}", "passed", names.concat(), "not run");
    [head].into_iter().chain(exercises.into_iter().map(row)).collect()
}

/// What is said below the table: what was not run, was not looked at, was not allowed.
fn notes(played: &[Played]) -> Vec<String> {
    let refused = if is_yours() { refused::all() } else { vec![] };
    let calls = refused.join(" ");
    let refused =
        (!refused.is_empty()).then(|| format!("refused, as no exercise needs it: {calls}"));
    [refused.into_iter().collect(), unused(played), reasons(played)].concat()
}

/// What lies beside a source, and is not what was checked.
fn unused(played: &[Played]) -> Vec<String> {
    let ran = played.iter().filter(|played| !played.is(Kind::NotRun));
    let mut exercises: Vec<&str> = ran.map(|played| played.case.exercise()).collect();
    exercises.dedup();
    exercises.iter().filter_map(|exercise| taken::unused(&format!("shm-{exercise}"))).collect()
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
