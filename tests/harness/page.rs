//! A page for the browser: runs as pictures, step by step, with the segment's bytes. It is one file, and loads
//! nothing from elsewhere.

use std::fmt::Write;

use engine::{SegmentNow, Who};

use super::picture::{self, Change, Run, Step};

/// A run on the page.
pub struct Shown<'a> {
    /// Whose program: runs of one order stand side by side.
    pub version: &'a str,
    /// In which order its processes went on; empty if there is one order only.
    pub order: &'a str,
    pub run: Run<'a>,
}

impl Shown<'_> {
    /// What stands above its picture.
    pub fn title(&self) -> String {
        let order = if self.order.is_empty() { String::new() } else { format!(", {}", self.order) };
        format!("{}{order}:", self.version)
    }
}

/// More steps than a browser shows at ease, or than anybody reads: the middle is left out.
const MOST_STEPS: usize = 2000;

/// More bytes of one print are not shown.
const MOST_PRINTED: usize = 4096;

const MOST_LINES: usize = 20;

const TEMPLATE: &str = include_str!("page.html");

/// The whole page, with this title.
pub fn page(title: &str, runs: &[Shown]) -> String {
    let text =
        |shown: &Shown| format!("{}\n{}", shown.title(), picture::lines(shown.run).join("\n"));
    let texts: Vec<String> = runs.iter().map(text).collect();
    let data = list(runs.iter().map(run));
    let fill = |part: &str| match part {
        "title" => escaped(title),
        "text" => escaped(&texts.join("\n\n")),
        _ => data.clone(),
    };
    let mut page = String::new();
    for (index, part) in TEMPLATE.split("@@").enumerate() {
        page += &if index % 2 == 0 { part.to_string() } else { fill(part) };
    }
    page
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn run(Shown { version, order, run }: &Shown) -> String {
    let steps = picture::steps(*run);
    let all = picture::processes(&steps);
    let lane = |who: Who| all.iter().position(|&one| one == who).unwrap_or(0);
    let lanes = all.iter().map(|&who| string(&run.name(who)));
    let (count, half) = (steps.len(), MOST_STEPS / 2);
    let whole = |steps: &[Step], first: usize| -> Vec<String> {
        steps.iter().enumerate().map(|(index, one)| step(one, first + index + 1, &lane)).collect()
    };
    let shown = if count <= MOST_STEPS {
        whole(&steps, 0)
    } else {
        let left_out = step(&Step::in_place_of(&steps[half..count - half]), half + 1, &lane);
        [whole(&steps[..half], 0), vec![left_out], whole(&steps[count - half..], count - half)]
            .concat()
    };
    format!(
        "{{\"version\":{},\"order\":{},\"lanes\":{},\"steps\":{}}}",
        string(version),
        string(order),
        list(lanes),
        list(shown.into_iter())
    )
}

/// A step, by its number in the picture.
fn step(step: &Step, number: usize, lane: &dyn Fn(Who) -> usize) -> String {
    let kind = format!("{:?}", step.kind);
    let mut json = format!(
        "{{\"n\":{number},\"lane\":{},\"at\":{},\"kind\":{}",
        lane(step.who),
        step.time,
        string(&kind)
    );
    let mut add = |name: &str, value: String| json += &format!(",\"{name}\":{value}");
    let lines = step.said.printed_lines(MOST_LINES, usize::MAX);
    add("said", string(&if lines.is_empty() { step.said.whole() } else { step.said.does.clone() }));
    if !lines.is_empty() {
        add("lines", string(&lines.join("\n")));
    }
    if step.thread > 0 {
        add("thread", step.thread.to_string());
    }
    if !step.note.is_empty() {
        add("note", string(&step.note));
    }
    if let Some(text) = &step.text {
        add("text", string(&picture::quote(text, usize::MAX)));
    }
    if let Some(child) = step.child {
        add("child", lane(child).to_string());
    }
    if let Some(from) = step.from {
        add("from", (from + 1).to_string());
    }
    if !step.printed.is_empty() {
        let printed = &step.printed[..step.printed.len().min(MOST_PRINTED)];
        add("printed", string(&String::from_utf8_lossy(printed)));
    }
    let changes: Vec<String> = step.changes.iter().map(change).collect();
    if !changes.is_empty() {
        add("changes", list(changes.into_iter()));
    }
    json + "}"
}

fn change(change: &Change) -> String {
    match change {
        Change::Now(id, SegmentNow { key, size, mode, attached, is_marked, is_gone }) => format!(
            "{{\"id\":{id},\"key\":{key},\"size\":{size},\"mode\":{},\"attached\":{attached},\"marked\":{is_marked},\"gone\":{is_gone}}}",
            string(&format!("{mode:04o}"))
        ),
        Change::Bytes(id, bytes) => {
            let end = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
            let hex =
                bytes[..end].iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
            format!("{{\"id\":{id},\"bytes\":{}}}", string(&hex))
        }
    }
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}

/// A JSON string that can stand in a page: nothing in it ends a script, or begins a tag.
fn string(text: &str) -> String {
    let mut json = String::from("\"");
    for letter in text.chars() {
        match letter {
            ' ' | '!' | '#'..='%' | '\''..=';' | '=' | '?'..='[' | ']'..='~' => json.push(letter),
            _ => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    let _ = write!(json, "\\u{unit:04x}");
                }
            }
        }
    }
    json + "\""
}
