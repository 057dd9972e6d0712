//! `RESULTS=file.xml`: the results as `JUnit`'s XML, for an instructor's scripts.

use std::env;
use std::fs;
use std::path::Path;

use super::refused;
use super::report::{Kind, Report};
use super::runner::Played;
use engine::{Trouble, While};

/// Writes the file, where one is asked for. While nothing is played, it says that the check has not ended.
pub fn write(played: &[Played]) -> Result<(), Trouble> {
    let Some(file) = env::var_os("RESULTS").filter(|file| !file.is_empty()) else {
        return Ok(());
    };
    fs::write(&file, xml(played)).doing(format!("writing RESULTS={}", Path::new(&file).display()))
}

/// Whether the text of such a file is that of a check that has ended.
pub fn is_whole(xml: &str) -> bool {
    xml.ends_with(END) && !xml.contains(NOT_ENDED)
}

const END: &str = "</testsuite>\n</testsuites>\n";

/// In place of the cases.
const NOT_ENDED: &str = "<testcase classname=\"check\" name=\"ends\" time=\"0.000\">\
                         <error message=\"the check has not ended\"/></testcase>\n";

/// From the text of such a file, the calls that were refused.
pub fn read_refused(xml: &str) -> impl Iterator<Item = &str> {
    xml.split(REFUSED).skip(1).filter_map(|rest| rest.split('"').next())
}

/// A property for each call that was refused.
const REFUSED: &str = "<property name=\"refused\" value=\"";

/// A case in such a file. Reports cannot forge one, because theirs are escaped.
pub struct Read<'a> {
    /// Such as `fork.basic`.
    pub class: &'a str,
    /// What it came to: `skipped`, `error` or `failure`; "" for passed.
    pub element: &'static str,
    /// Why, in one line.
    pub why: String,
}

/// From the text of such a file.
pub fn read(xml: &str) -> impl Iterator<Item = Read<'_>> {
    xml.split("<testcase ").skip(1).filter_map(|case| {
        let (_, rest) = case.split_once("classname=\"")?;
        let (class, rest) = rest.split_once('"')?;
        let mut elements = ["skipped", "error", "failure"].into_iter();
        let found = elements.find_map(|element| {
            let (_, rest) = rest.split_once(&format!("<{element} message=\""))?;
            Some((element, unescaped(rest.split('"').next()?)))
        });
        let (element, why) = found.unwrap_or_default();
        Some(Read { class, element, why })
    })
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&quot;", "\"").replace("&gt;", ">").replace("&lt;", "<");
    text.replace("&amp;", "&")
}

fn xml(played: &[Played]) -> String {
    let count = |kind| played.iter().filter(|played| played.is(kind)).count();
    let failures = count(Kind::Failed) + count(Kind::Stopped);
    let seconds: f64 = played.iter().fold(0.0, |sum, played| sum + played.time.as_secs_f64());
    let (has_not_ended, errors) = (usize::from(played.is_empty()), count(Kind::Trouble));
    let cases = played.iter().map(case).collect::<String>() + &NOT_ENDED.repeat(has_not_ended);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites>\n<testsuite name=\"shm-lab\" tests=\"{}\" failures=\"{failures}\" errors=\"{}\" \
         skipped=\"{}\" time=\"{seconds:.3}\">\n{}{cases}{END}",
        played.len() + has_not_ended,
        errors + has_not_ended,
        count(Kind::NotRun),
        refused_calls(),
    )
}

fn refused_calls() -> String {
    let calls = refused::all();
    let calls: Vec<String> =
        calls.iter().map(|call| format!("{REFUSED}{}\"/>\n", escaped(call))).collect();
    let calls = calls.concat();
    if calls.is_empty() { calls } else { format!("<properties>\n{calls}</properties>\n") }
}

fn case(Played { case, time, verdict }: &Played) -> String {
    let (exercise, name) = case.name.split_once("::").unwrap_or(("", &case.name));
    let (seconds, level) = (time.as_secs_f64(), case.level.name());
    let body = verdict.as_ref().err().map_or(String::new(), |Report { kind, text }| {
        let element = match kind {
            Kind::NotRun => "skipped",
            Kind::Trouble => "error",
            Kind::Failed | Kind::Stopped => "failure",
        };
        // That of the machine comes first: it is no hand-in's.
        let text = case.unmet().filter(|_| *kind == Kind::NotRun).unwrap_or(text);
        let headline = text.lines().next().unwrap_or_default();
        format!("<{element} message=\"{}\">{}</{element}>", escaped(headline), escaped(text))
    });
    format!(
        "<testcase classname=\"{exercise}.{level}\" name=\"{name}\" time=\"{seconds:.3}\">{body}</testcase>\n"
    )
}

/// XML has no place for most control characters, not even escaped.
fn escaped(text: &str) -> String {
    let is_none = |letter: char| {
        (letter.is_control() && letter != '\n') || ['\u{fffe}', '\u{ffff}'].contains(&letter)
    };
    let text = text.replace(is_none, "\u{fffd}").replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}
