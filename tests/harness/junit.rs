//! `RESULTS=file.xml`: the results as `JUnit`'s XML, for an instructor's scripts.

use std::fs;
use std::io;

use super::programs::given;
use super::runner::Played;
use crate::engine::{Kind, Report};

/// Writes the file, where one is asked for.
pub fn write(played: &[Played]) -> io::Result<()> {
    let Some(file) = given("RESULTS") else {
        return Ok(());
    };
    let named = |error| io::Error::other(format!("RESULTS={file}: {error}"));
    fs::write(&file, xml(played)).map_err(named)
}

fn xml(played: &[Played]) -> String {
    let count = |kind| played.iter().filter(|played| played.is(kind)).count();
    let failures = count(Kind::Failed) + count(Kind::Stopped);
    let seconds: f64 = played.iter().map(|played| played.time.as_secs_f64()).sum();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites>\n<testsuite name=\"shm-lab\" tests=\"{}\" failures=\"{failures}\" errors=\"{}\" \
         skipped=\"{}\" time=\"{seconds:.3}\">\n{}</testsuite>\n</testsuites>\n",
        played.len(),
        count(Kind::Trouble),
        count(Kind::NotRun),
        played.iter().map(case).collect::<String>(),
    )
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
