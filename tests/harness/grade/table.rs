//! What the instructor is told: a line when a hand-in is done, the table, and `results.csv`.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use super::Judged;
use super::handin::{HandIn, is_mark, printable};
use super::marks::{Count, Marks};
use crate::harness::command_line::say;

const COLUMNS: usize = 80;

/// The least width of the names.
const NAME: usize = 16;

/// The width of the two columns at the end.
const END: usize = 15;

/// So much of a name is shown in other lines.
const SHORT: usize = 30;

/// An exercise's columns have room for its name.
const EXERCISE: usize = 9;

/// An exercise and one of its levels.
type Column<'a> = (&'a str, &'a str);

/// "12 of 40, ada: basic 71 of 72, …"
pub fn print_done(done: usize, all: usize, handin: &HandIn, judged: &Judged) {
    let start = format!("{done} of {all}, ");
    let levels = judged.as_ref().map_or(String::new(), levels);
    let room = COLUMNS.saturating_sub(start.len() + ": ".len() + levels.len());
    let line = format!("{start}{}: {levels}", cut_inside(&handin.shown(), room.min(SHORT)));
    let room = COLUMNS.saturating_sub(width(&line));
    say([line + &judged.as_ref().err().map_or(String::new(), |why| not_judged(why, room))]);
}

/// Why, with the names of files alone, because their folders are everybody's; and without an errno's number.
fn not_judged(why: &str, room: usize) -> String {
    let name = |word: &'_ str| match word.rsplit_once('/') {
        Some((start, name)) if start.is_empty() || start.contains('/') => name.to_string(),
        _ => word.to_string(),
    };
    let why = why.split(' ').map(name).collect::<Vec<_>>().join(" ");
    let words = why.split(" (os error").next().unwrap_or_default();
    cut_inside(&format!("not judged: {words}"), room)
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
    let names: Vec<String> = handins.iter().map(HandIn::shown).collect();
    let taken = columns.len() * cell(&columns, "", ' ').len();
    let room = COLUMNS.saturating_sub(taken + END + 1).max(NAME - 1);
    let names = distinct(&names, if columns.is_empty() { SHORT } else { room });
    let name_width = names.iter().map(|name| width(name) + 1).max().unwrap_or(0).max(NAME);
    let rows = names.iter().zip(judged).map(|(name, judged)| {
        let room = " ".repeat(name_width - width(name));
        format!("{name}{room}{}", row(&columns, judged, COLUMNS - name_width))
    });
    let refused = handins.iter().zip(judged).filter_map(|(handin, judged)| {
        let calls =
            judged.as_ref().ok().map(|marks| &marks.refused).filter(|calls| !calls.is_empty())?;
        let name = cut_inside(&handin.shown(), SHORT);
        Some(cut(&format!("refused to {name}: {calls}"), COLUMNS, 0))
    });
    let (rows, refused): (Vec<_>, Vec<_>) = (rows.collect(), refused.collect());
    let blank = vec![String::new()];
    if columns.is_empty() {
        return say([blank, rows].concat());
    }
    let head = [head(&columns, name_width), vec![all_of(&columns, judged, name_width)]].concat();
    let key = "b, c, h: basic, careful, hard.  *: of those that ran, some failed.  -: none ran.";
    say([blank, head, rows, vec![key.into()], refused].concat())
}

/// How long it took, and where the reports are.
pub fn print_end(judged: &[&Judged], took: Duration, results: Option<&Path>) {
    let (all, seconds) = (judged.len(), took.as_secs());
    let marks = || judged.iter().filter_map(|judged| judged.as_ref().ok());
    let whole = marks().filter(|marks| marks.is_whole()).count();
    let mut lines = vec![format!("{whole} of {all} were judged, in {seconds} s.")];
    let unwhole = marks().count() - whole;
    let in_part = match unwhole {
        0 => None,
        1 => Some("1 other was judged in part (?): its report says why.".into()),
        _ => Some(format!("{unwhole} others were judged in part (?): their reports say why.")),
    };
    lines.extend(in_part);
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

fn head(columns: &[Column], name_width: usize) -> Vec<String> {
    let width = |levels: &[Column]| levels.len() * cell(columns, "", ' ').len();
    let exercises = columns.chunk_by(|one, next| one.0 == next.0);
    let exercises = exercises.map(|levels| format!("{:^1$}", levels[0].0, width(levels)));
    let levels =
        columns.iter().map(|(_, level)| cell(columns, level.get(..1).unwrap_or_default(), ' '));
    let exercises = format!("{:name_width$}{}   not", "", exercises.collect::<String>());
    let levels = format!("{:name_width$}{}   run  refused", "passed", levels.collect::<String>());
    vec![exercises, levels]
}

/// The row above the hand-ins: how many there are. An executable is not asked whether it compiles.
fn all_of(columns: &[Column], judged: &[Judged], name_width: usize) -> String {
    let most = columns.iter().map(|&column| {
        let all = judged.iter().flatten().filter_map(|marks| count(marks, column).map(Count::all));
        cell(columns, &all.max().unwrap_or(0).to_string(), ' ')
    });
    format!("{:name_width$}{}", "of", most.collect::<String>())
}

fn row(columns: &[Column], judged: &Judged, room: usize) -> String {
    let marks = match judged {
        Err(why) => return not_judged(why, room),
        Ok(marks) => marks,
    };
    let cells = columns.iter().map(|&column| match count(marks, column) {
        Some(count) if count.failed > 0 => cell(columns, &count.passed.to_string(), '*'),
        Some(count) if count.passed > 0 => cell(columns, &count.passed.to_string(), ' '),
        _ => cell(columns, "-", ' '),
    });
    let in_part = if marks.is_whole() { ' ' } else { '?' };
    let refused = match marks.refused.split_whitespace().count() {
        0 => String::new(),
        count => format!("{count:>8}"),
    };
    format!("{}{:>6}{in_part}{refused}", cells.collect::<String>(), marks.not_run())
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
        Some(first @ ('=' | '+' | '-' | '@')) => format!("\\{:03o}{}", first as u32, &name[1..]),
        _ => name,
    }
}

/// The names in so many columns: where that makes two of them alike, with their ends.
fn distinct(names: &[String], columns: usize) -> Vec<String> {
    let cut_with = |end| names.iter().map(|name| cut(name, columns, end)).collect::<Vec<_>>();
    let count = |names: &Vec<String>| names.iter().collect::<BTreeSet<_>>().len();
    // Of those with as many names, the last is taken.
    [columns - 2, columns / 2, 0].map(cut_with).into_iter().max_by_key(count).unwrap_or_default()
}

/// Its begin and its end, where all of it is too long.
fn cut_inside(text: &str, columns: usize) -> String {
    cut(text, columns, columns / 2)
}

/// As much as fits in so many columns: if that is not all of it, with an end of so many columns.
fn cut(text: &str, columns: usize, end: usize) -> String {
    if width(text) <= columns {
        return text.into();
    }
    let start = fitting(text.chars(), columns.saturating_sub(1 + end));
    let end = fitting(text.chars().rev(), end);
    let end = end.chars().rev().collect::<String>();
    format!("{start}…{end}")
}

fn fitting(letters: impl Iterator<Item = char>, mut room: usize) -> String {
    let fits = |letter: &char| {
        let left = room.checked_sub(width_of(*letter));
        room = left.unwrap_or(0);
        left.is_some()
    };
    letters.take_while(fits).collect()
}

/// How many columns a text takes.
fn width(text: &str) -> usize {
    text.chars().map(width_of).sum()
}

/// Letters of Chinese, Japanese and Korean, and pictures, take two.
fn width_of(letter: char) -> usize {
    let is_wide = WIDE.iter().any(|(first, last)| (*first..=*last).contains(&letter));
    match () {
        () if is_mark(letter) => 0,
        () if is_wide || PICTURES.contains(letter) => 2,
        () => 1,
    }
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

/// Those among older signs that take one.
const PICTURES: &str = "⌚⌛⏩⏪⏫⏬⏰⏳◽◾☔☕♈♉♊♋♌♍♎♏♐♑♒♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛎⛔⛪⛲⛳⛵⛺⛽✅✊✋✨❌❎❓❔❕❗➕➖➗➰➿⬛⬜⭐⭕";
