//! What the instructor is told: a line when a hand-in is done, the table, and `results.csv`.

use std::path::Path;
use std::time::Duration;

use super::Judged;
use super::handin::{HandIn, printable};
use super::marks::{Count, Marks};
use crate::harness::command_line::say;

const COLUMNS: usize = 80;

/// The width of a name in the table.
const NAME: usize = 16;

/// An exercise's columns have room for its name.
const EXERCISE: usize = 9;

/// An exercise and one of its levels.
type Column<'a> = (&'a str, &'a str);

/// "12 of 40, ada: basic 71 of 72, …"
pub fn print_done(done: usize, all: usize, handin: &HandIn, judged: &Judged) {
    let judged = match judged {
        Err(why) => format!("not judged: {why}"),
        Ok(marks) => levels(marks),
    };
    say([cut(&format!("{done} of {all}, {}: {judged}", cut(&handin.shown(), 30)), COLUMNS)]);
}

/// How many passed of those that ran, by level.
fn levels(marks: &Marks) -> String {
    let mut levels: Vec<&str> = Vec::new();
    for count in &marks.counts {
        if !levels.contains(&count.level.as_str()) {
            levels.push(&count.level);
        }
    }
    let number = |level: &str, number: fn(&Count) -> usize| {
        marks.sum(|count| if count.level == level { number(count) } else { 0 })
    };
    let passed = |count: &Count| count.passed;
    levels.retain(|level| number(level, Count::ran) > 0);
    let told = levels
        .iter()
        .map(|level| format!("{level} {} of {}", number(level, passed), number(level, Count::ran)));
    told.collect::<Vec<_>>().join(", ")
}

/// The table, in the order of the hand-ins. Returns 2 if it cannot be written.
pub fn print_all(handins: &[HandIn], judged: &[Judged]) -> u8 {
    let columns = columns(judged);
    let rows = handins.iter().zip(judged).map(|(handin, judged)| {
        let name = cut(&handin.shown(), NAME - 1);
        let room = " ".repeat(NAME.saturating_sub(width(&name)));
        cut(&format!("{name}{room}{}", row(&columns, judged)), COLUMNS)
    });
    let refused = handins.iter().zip(judged).filter_map(|(handin, judged)| {
        let calls =
            judged.as_ref().ok().map(|marks| &marks.refused).filter(|calls| !calls.is_empty())?;
        Some(cut(&format!("refused to {}: {calls}", cut(&handin.shown(), 30)), COLUMNS))
    });
    let (head, of) = (head(&columns), all_of(&columns, judged));
    let key = "b, c, h: basic, careful, hard.  *: of those that ran, some failed.  -: none ran.";
    let (rows, refused) = (rows.collect(), refused.collect());
    say([vec![String::new()], head, vec![of], rows, vec![key.into()], refused].concat())
}

/// How long it took, and where the reports are.
pub fn print_end(judged: &[&Judged], took: Duration, results: Option<&Path>) {
    let (all, seconds) = (judged.len(), took.as_secs());
    let marks = || judged.iter().filter_map(|judged| judged.as_ref().ok());
    let whole = marks().filter(|marks| marks.is_whole()).count();
    let mut lines = vec![format!("{whole} of {all} were judged, in {seconds} s.")];
    let unwhole = marks().count() - whole;
    if unwhole > 0 {
        lines.push(format!("{unwhole} others were judged in part: their reports say why."));
    }
    lines.push(match results {
        Some(folder) => format!("The reports, and results.csv, are in {}", shown(folder)),
        None => "RESULTS=folder keeps the reports, and the table as results.csv.".into(),
    });
    say(lines);
}

fn shown(path: &Path) -> String {
    printable(path.as_os_str())
}

/// All that any hand-in has, in the check's order.
fn columns(judged: &[Judged]) -> Vec<Column<'_>> {
    let mut columns = Vec::new();
    for count in judged.iter().flatten().flat_map(|marks| &marks.counts) {
        let column = (count.exercise.as_str(), count.level.as_str());
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    columns
}

/// A number as wide as its column, and a mark behind it.
fn cell(columns: &[Column], number: &str, mark: char) -> String {
    let levels = columns.chunk_by(|one, next| one.0 == next.0).next().map_or(1, <[_]>::len);
    let width = EXERCISE.div_ceil(levels).max(4) - 1;
    format!("{number:>width$}{mark}")
}

fn head(columns: &[Column]) -> Vec<String> {
    let width = |levels: &[Column]| levels.len() * cell(columns, "", ' ').len();
    let exercises = columns.chunk_by(|one, next| one.0 == next.0);
    let exercises = exercises.map(|levels| format!("{:^1$}", levels[0].0, width(levels)));
    let levels =
        columns.iter().map(|(_, level)| cell(columns, level.get(..1).unwrap_or_default(), ' '));
    let exercises = format!("{:NAME$}{}   not", "", exercises.collect::<String>());
    let levels = format!("{:NAME$}{}   run  refused", "passed", levels.collect::<String>());
    vec![exercises, levels]
}

/// The row above the hand-ins: how many there are.
fn all_of(columns: &[Column], judged: &[Judged]) -> String {
    let most = columns.iter().map(|&column| {
        let all = judged.iter().flatten().filter_map(|marks| count(marks, column).map(Count::ran));
        cell(columns, &all.max().unwrap_or(0).to_string(), ' ')
    });
    format!("{:NAME$}{}", "of", most.collect::<String>())
}

fn row(columns: &[Column], judged: &Judged) -> String {
    let marks = match judged {
        Err(why) => return format!("not judged: {why}"),
        Ok(marks) => marks,
    };
    let cells = columns.iter().map(|&column| match count(marks, column) {
        Some(count) if count.failed > 0 => cell(columns, &count.passed.to_string(), '*'),
        Some(count) if count.passed > 0 => cell(columns, &count.passed.to_string(), ' '),
        _ => cell(columns, "-", ' '),
    });
    let refused = match marks.refused.split_whitespace().count() {
        0 => String::new(),
        count => format!("{count:>9}"),
    };
    format!("{}{:>6}{refused}", cells.collect::<String>(), not_run(marks))
}

/// Of the exercises that are handed in.
fn not_run(marks: &Marks) -> usize {
    let ran = |exercise: &str| {
        marks.sum(|count| if count.exercise == exercise { count.ran() } else { 0 }) > 0
    };
    marks.sum(|count| if ran(&count.exercise) { count.not_run + count.trouble } else { 0 })
}

fn count<'a>(marks: &'a Marks, column: Column) -> Option<&'a Count> {
    marks.counts.iter().find(|count| (count.exercise.as_str(), count.level.as_str()) == column)
}

/// One line for each exercise and level of each hand-in, as RFC 4180 has it.
pub fn csv(handins: &[HandIn], judged: &[Judged]) -> String {
    let heads = ["name", "file", "exercise", "level", "passed", "failed", "trouble", "not_run"];
    let mut text = csv_line(&[&heads[..], &["refused", "not_judged"]].concat());
    for (handin, judged) in handins.iter().zip(judged) {
        let (name, file) = (no_formula(handin.shown()), handin.file.as_str());
        match judged {
            Err(why) => text += &csv_line(&[&name, file, "", "", "", "", "", "", "", why]),
            Ok(marks) => text.extend(marks.counts.iter().map(|count| {
                let Count { passed, failed, trouble, not_run, .. } = count;
                let numbers = [passed, failed, trouble, not_run].map(ToString::to_string);
                let [passed, failed, trouble, not_run] = numbers.each_ref().map(String::as_str);
                let refused = marks.refused.as_str();
                let (exercise, level) = (&count.exercise, &count.level);
                csv_line(&[
                    &name, file, exercise, level, passed, failed, trouble, not_run, refused, "",
                ])
            })),
        }
    }
    text
}

fn csv_line(fields: &[&str]) -> String {
    let quoted = fields.iter().map(|field| format!("\"{}\"", field.replace('"', "\"\"")));
    quoted.collect::<Vec<_>>().join(",") + "\n"
}

/// What begins so, a spreadsheet takes for a formula.
fn no_formula(name: String) -> String {
    match name.chars().next() {
        Some(first @ ('=' | '+' | '-' | '@')) => format!("\\x{:02x}{}", first as u32, &name[1..]),
        _ => name,
    }
}

/// As much as fits in so many columns.
fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.into();
    }
    let mut left = columns.saturating_sub(1);
    let fits = |letter: &char| {
        let is_room = width_of(*letter) <= left;
        left = left.saturating_sub(width_of(*letter));
        is_room
    };
    text.chars().take_while(fits).collect::<String>() + "…"
}

/// How many columns a text takes.
fn width(text: &str) -> usize {
    text.chars().map(width_of).sum()
}

/// Letters of Chinese, Japanese and Korean, and pictures, take two.
fn width_of(letter: char) -> usize {
    let is_wide = WIDE.iter().any(|(first, last)| (*first..=*last).contains(&letter));
    if is_wide { 2 } else { 1 }
}

const WIDE: [(char, char); 8] = [
    ('\u{1100}', '\u{115f}'),
    ('\u{2e80}', '\u{a4cf}'),
    ('\u{ac00}', '\u{d7a3}'),
    ('\u{f900}', '\u{faff}'),
    ('\u{fe30}', '\u{fe6f}'),
    ('\u{ff00}', '\u{ff60}'),
    ('\u{1f300}', '\u{1faff}'),
    ('\u{20000}', '\u{3fffd}'),
];
