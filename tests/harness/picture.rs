//! What happened in a run, as a picture: a line a step, a column a process, on the right the segment.

mod reader;
mod segments;
mod steps;
mod words;

use std::collections::BTreeMap;
use std::fmt::Write;

use engine::Who;

pub use reader::{Run, steps};
use steps::Kind;
pub use steps::{Change, Step, processes};
use words::cut;
pub use words::quote;

use segments::ids;

/// What a terminal has.
const COLUMNS: usize = 80;

/// A step's number and a space.
const NUMBER: usize = 5;

/// Where the segment's column begins: its text fits then, with an ID of one digit.
const SEGMENT: usize = 46;

/// So many processes have columns of their own; more are named in each line.
const MOST_COLUMNS: usize = 4;

/// Of what is printed at once, so many lines are shown; the others are counted.
const MOST_LINES: usize = 3;

/// A longer picture is read by nobody.
const MOST_STEPS: usize = 400;

/// Below a picture, what its signs mean.
const LEGEND: &str = "     (| can go on, : waits)";

/// The picture of a run, at most 400 steps of it: of a longer one the middle is left out, and it says so.
pub fn lines(run: Run) -> Vec<String> {
    let picture = Picture::of(run);
    let (count, half) = (picture.steps.len(), MOST_STEPS / 2);
    let mut lines = vec![picture.head()];
    if count > MOST_STEPS {
        lines.extend(picture.rows(0, half));
        lines.push(format!("{:NUMBER$}… {} steps are left out here", "", count - 2 * half));
        lines.extend(picture.rows(count - half, count));
    } else {
        lines.extend(picture.rows(0, count));
    }
    lines.extend((picture.columns.len() > 1).then(|| LEGEND.to_string()));
    lines
}

/// The last steps that tell how processes meet, in so many lines at the most, a line a step: for a report.
pub fn last(run: Run, most_lines: usize) -> Vec<String> {
    let picture = Picture { is_short: true, ..Picture::of(run) };
    let mut rows = picture.rows(0, picture.steps.len());
    rows.drain(..rows.len().saturating_sub(most_lines.saturating_sub(1)));
    if rows.is_empty() { rows } else { [vec![picture.head()], rows].concat() }
}

/// The segment's text after each step, as a page shows it: for a run with one segment.
pub fn texts(run: Run) -> Vec<String> {
    let mut text = String::new();
    let after = |step: &Step| {
        for change in &step.changes {
            match change {
                Change::Now(_, now) if now.is_gone => text.clear(),
                Change::Now(..) if text.is_empty() => text = quote(b"", usize::MAX),
                Change::Now(..) => {}
                Change::Bytes(_, bytes) => text = quote(segments::text(bytes), usize::MAX),
            }
        }
        text.clone()
    };
    steps(run).iter().map(after).collect()
}

struct Picture<'a> {
    steps: Vec<Step>,
    run: Run<'a>,
    /// Where each process's column begins; none, if there are too many processes.
    columns: BTreeMap<Who, usize>,
    /// The segments, if there are any.
    segments: Option<String>,
    /// A line for each step, but only for steps that show how the processes meet.
    is_short: bool,
}

/// How a process is after a step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Life {
    Goes,
    Waits,
}

impl<'a> Picture<'a> {
    fn of(run: Run<'a>) -> Self {
        let steps = steps(run);
        let all = processes(&steps);
        let width = (SEGMENT - NUMBER) / all.len().max(1);
        let column = |(index, who)| (who, NUMBER + index * width);
        let has_columns = all.len() <= MOST_COLUMNS;
        let columns = if has_columns {
            all.into_iter().enumerate().map(column).collect()
        } else {
            BTreeMap::new()
        };
        let segments = Vec::from_iter(ids(run.events));
        let segments = match segments[..] {
            [] => None,
            [id] => Some(format!("segment {id}")),
            _ => Some("segments".into()),
        };
        Self { steps, run, columns, segments, is_short: false }
    }

    fn head(&self) -> String {
        let mut line = Line::default();
        for (&who, &column) in &self.columns {
            let next = self.columns.values().find(|&&next| next > column).unwrap_or(&SEGMENT);
            line.put(column, &cut(&self.run.name(who), next - column - 1));
        }
        if let Some(segments) = &self.segments {
            line.put(SEGMENT, segments);
        }
        line.text()
    }

    /// The lines of some of the steps; those before say who lives.
    fn rows(&self, first: usize, end: usize) -> Vec<String> {
        let mut lives = BTreeMap::from([(0, Life::Goes)]);
        let mut rows = Vec::new();
        for (index, step) in self.steps[..end].iter().enumerate() {
            if index >= first && !(self.is_short && step.is_routine()) {
                rows.extend(self.row(index, step, &lives));
            }
            match step.kind {
                Kind::LeftOut => {}
                Kind::Ends | Kind::Dies if step.thread == 0 => drop(lives.remove(&step.who)),
                Kind::Waits => drop(lives.insert(step.who, Life::Waits)),
                _ => drop(lives.insert(step.who, Life::Goes)),
            }
            lives.extend(step.child.map(|child| (child, Life::Goes)));
        }
        rows
    }

    /// A step is one line, or more if its words, what it prints and what it does to the segment need them.
    fn row(&self, index: usize, step: &Step, lives: &BTreeMap<Who, Life>) -> Vec<String> {
        let empty = || Line::of(&self.columns, lives);
        if step.kind == Kind::LeftOut {
            return vec![empty().with(NUMBER, &step.said.whole()).text()];
        }
        let (by, note) = (self.by(step), note(step));
        let column = self.columns.get(&step.who).copied().unwrap_or(NUMBER);
        let room = |end: usize| end.saturating_sub(column + by.chars().count());
        let is_beside = step.said.is_short_within(room(SEGMENT - 1));
        let end = if is_beside && !note.is_empty() { SEGMENT - 1 } else { COLUMNS };
        let (said, printed) = if self.is_short {
            (step.said.in_line(room(end)), Vec::new())
        } else {
            step.said.in_lines(room(end), MOST_LINES, COLUMNS - NUMBER)
        };
        let number = format!("{:>4}", index + 1);
        let mut rows = vec![empty().with(0, &number).with(column, &(by.clone() + &said))];
        let place = |line: &str| column.min(COLUMNS - line.chars().count());
        rows.extend(printed.iter().map(|line| empty().with(place(line), line)));
        if is_beside {
            rows[0].put(SEGMENT, &note);
        } else {
            rows.extend((!note.is_empty()).then(|| empty().with(SEGMENT, &note)));
        }
        rows.iter().map(Line::text).collect()
    }

    /// Whose step it is, if its column does not show that.
    fn by(&self, step: &Step) -> String {
        let mut by = String::new();
        if self.columns.is_empty() {
            let _ = write!(by, "{:12}", self.run.name(step.who));
        }
        if step.thread > 0 {
            let _ = write!(by, "thread {}: ", step.thread);
        }
        by
    }
}

/// What a step did to a segment.
fn note(step: &Step) -> String {
    let room = COLUMNS - SEGMENT;
    match &step.text {
        Some(text) if step.note.is_empty() => quote(text, room),
        Some(text) => {
            let room = room.saturating_sub(step.note.chars().count() + 1);
            cut(&format!("{} {}", step.note, quote(text, room)), COLUMNS - SEGMENT)
        }
        None => cut(&step.note, room),
    }
}

/// A line that is written piece by piece; what comes later covers what is there.
#[derive(Default)]
struct Line(Vec<char>);

impl Line {
    /// With the lines of those that live.
    fn of(columns: &BTreeMap<Who, usize>, lives: &BTreeMap<Who, Life>) -> Self {
        let mut line = Self::default();
        for (who, &column) in columns {
            match lives.get(who) {
                Some(Life::Goes) => line.put(column, "|"),
                Some(Life::Waits) => line.put(column, ":"),
                None => {}
            }
        }
        line
    }

    /// Writes a text and a space behind it.
    fn put(&mut self, column: usize, text: &str) {
        if text.is_empty() {
            return;
        }
        let end = column + text.chars().count();
        self.0.resize(self.0.len().max(end + 1), ' ');
        self.0.splice(column..=end, text.chars().chain([' ']));
    }

    fn with(mut self, column: usize, text: &str) -> Self {
        self.put(column, text);
        self
    }

    fn text(&self) -> String {
        self.0.iter().collect::<String>().trim_end().to_string()
    }
}
