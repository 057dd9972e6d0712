//! `RESULTS=file.xml`: the results as `JUnit`'s XML, for an instructor's scripts.

use std::fs;
use std::io;

use super::programs::given;
use super::runner::Played;
use crate::engine::Kind;

/// Writes the file, where one is asked for.
pub fn write(played: &[Played]) -> io::Result<()> {
    let Some(file) = given("RESULTS") else {
        return Ok(());
    };
    let named = |error| io::Error::other(format!("RESULTS={file}: {error}"));
    fs::write(&file, xml(played)).map_err(named)
}

fn xml(played: &[Played]) -> String {
    let wrong = played.iter().filter(|played| played.is_wrong()).count();
    let errors = played.iter().filter(|played| played.is(Kind::Trouble));
    let errors = errors.count();
    let not_run = played.iter().filter(|played| played.is(Kind::NotRun)).count();
    let seconds: f64 = played.iter().map(|played| played.time.as_secs_f64()).sum();
    let cases: String = played.iter().map(case).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites>\n<testsuite name=\"shm-lab\" tests=\"{}\" failures=\"{wrong}\" errors=\"{errors}\" \
         skipped=\"{not_run}\" time=\"{seconds:.3}\">\n{cases}</testsuite>\n</testsuites>\n",
        played.len()
    )
}

fn case(played: &Played) -> String {
    let (exercise, name) = played.case.name.split_once("::").unwrap_or(("", &played.case.name));
    let body = match &played.verdict {
        Ok(()) => String::new(),
        Err(report) if report.kind == Kind::NotRun => {
            format!("<skipped message=\"{}\"/>", escaped(&report.text))
        }
        Err(report) => {
            let headline = report.text.lines().next().unwrap_or_default();
            let (headline, text) = (escaped(headline), escaped(&report.text));
            let is_error = report.kind == Kind::Trouble;
            let element = if is_error { "error" } else { "failure" };
            format!("<{element} message=\"{headline}\">{text}</{element}>")
        }
    };
    let seconds = played.time.as_secs_f64();
    let level = played.case.level.name();
    format!(
        "<testcase classname=\"{exercise}.{level}\" name=\"{name}\" time=\"{seconds:.3}\">{body}</testcase>\n"
    )
}

/// XML has no place for most control characters, not even escaped.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\n' => escaped.push(letter),
            control if control.is_control() => escaped.push('\u{fffd}'),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            letter => escaped.push(letter),
        }
    }
    escaped
}
