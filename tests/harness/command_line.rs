//! What `check` is asked to do. Its exit status: 0, all is well; 1, a program is wrong; 2, the check
//! could not do its work.

use std::env;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use super::beside;
use super::case::{Case, Level};
use super::colour;
use super::grade;
use super::junit;
use super::programs;
use super::report::{Kind, Report};
use super::runner::{Played, play_all};
use super::show;
use super::summary;
use super::trace;

const USAGE: &str = "\
usage: check [--list | --diff EXERCISE | --trace EXERCISE | --show EXERCISE | --show-case NAME
              | --grade | --lab | --reports [NAME…] | --exact NAME | NAME…]";

/// Without an argument it plays all cases of the exercises. `write_reports` has those of tests/hand-ins
/// write what they find.
pub fn main(cases: &[Case], write_reports: fn()) -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["--list"] => Ok(say(cases.iter().map(|case| case.name.clone()))),
        ["--exact", name] => check(cases, true, |case| case.name == *name),
        ["--diff", exercise] => beside::diff(exercise).map(|(text, differ)| {
            say(colour::lines(text.lines().map(String::from).collect())).max(u8::from(differ))
        }),
        ["--trace", exercise] => trace::trace(exercise).map(|text| say([text])),
        ["--show", exercise] => show::show(exercise).map(|text| say([text])),
        ["--show-case", name] => show_case(cases, name),
        ["--grade"] => level().and_then(|_| grade::grade().map_err(Report::trouble)),
        ["--be-graded"] => grade::be_graded()
            .map_err(Report::trouble)
            .and_then(|()| check(cases, false, Case::is_of_exercises)),
        ["--lab"] => check(cases, false, |case| !case.is_of_exercises()),
        ["--reports", names @ ..] => {
            write_reports();
            let is_named = |case: &Case| names.iter().any(|name| case.name.ends_with(name));
            check(cases, false, |case| {
                case.exercise() == "hand-ins" && (names.is_empty() || is_named(case))
            })
        }
        ["--help"] => Ok(say([USAGE.to_string()])),
        names if names.iter().any(|name| name.starts_with('-')) => Err(Report::trouble(USAGE)),
        [] => check(cases, false, Case::is_of_exercises),
        names => check(cases, false, |case| names.iter().any(|name| is_meant(name, case))),
    };
    ExitCode::from(done.unwrap_or_else(|why| {
        let (text, status) = match why.kind {
            Kind::Failed | Kind::Stopped => (why.text, 1),
            _ => (format!("The check could not run: {}", why.text), 2),
        };
        say([text.trim_end().to_string()]).max(status)
    }))
}

/// Prints lines, and returns the exit status: 2 if they cannot be written. It is no failure if the reader is gone.
pub fn say(lines: impl IntoIterator<Item = String>) -> u8 {
    let text: String = lines.into_iter().map(|line| line.trim_end().to_string() + "\n").collect();
    match io::stdout().write_all(text.as_bytes()) {
        Err(why) if why.kind() != ErrorKind::BrokenPipe => {
            let _ = writeln!(io::stderr(), "The check could not write its report: {why}");
            2
        }
        _ => 0,
    }
}

fn show_case(cases: &[Case], name: &str) -> Result<u8, Report> {
    let case = cases.iter().find(|case| case.name == name);
    let case = case.ok_or_else(|| Report::trouble(NO_CASE))?;
    show::show_case(case).map(|(text, has_passed)| say([text]) | u8::from(!has_passed))
}

const NO_CASE: &str = "there is no such case. Next: target/debug/check --list";

/// An exercise is called by its name, a case by any part of its own.
fn is_meant(name: &str, case: &Case) -> bool {
    let is_exercise = ["create", "attach", "fork", "dynamic"].contains(&name);
    if is_exercise { case.exercise() == name } else { case.name.contains(name) }
}

/// `LEVEL=basic` stops there.
fn level() -> Result<Level, Report> {
    let name = programs::given("LEVEL").unwrap_or_else(|| "hard".into());
    let level = Level::ALL.into_iter().find(|level| level.name() == name);
    level.ok_or_else(|| Report::trouble("LEVEL is basic, careful or hard"))
}

/// Plays the chosen cases, prints the report, and returns the exit status.
fn check(cases: &[Case], in_full: bool, is_chosen: impl Fn(&Case) -> bool) -> Result<u8, Report> {
    let level = level()?;
    let is_chosen =
        |case: &&Case| is_chosen(case) && case.is_asked() && (case.level <= level || in_full);
    let chosen: Vec<&Case> = cases.iter().filter(is_chosen).collect();
    if chosen.is_empty() {
        return Err(Report::trouble(NO_CASE));
    }
    junit::write(&[])?; // whether it can be written, is better known before
    let played = play_all(&chosen)?;
    let said = say(colour::lines(summary::lines(&played, in_full)));
    junit::write(&played)?;
    if said > 0 {
        return Ok(said);
    }
    let is_trouble = |played: &Played| played.is(Kind::Trouble);
    let any_passed = played.iter().any(|played| played.verdict.is_ok());
    Ok(match () {
        () if played.iter().any(Played::is_wrong) => 1,
        () if played.iter().any(is_trouble) || !any_passed => 2,
        () => 0,
    })
}
