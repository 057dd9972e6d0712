//! What `check` is asked to do.

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;

use super::case::Case;
use super::junit;
use super::play::play;
use super::runner::{Played, play_all};
use super::stress;
use super::summary;
use crate::engine::{Kind, Report};

const USAGE: &str = "usage: check [--list | --stress | --exact NAME | NAME…]";

/// With no word for what to do, all cases are played.
pub fn main(cases: &[Case]) -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["--play", name] => return play(cases, name),
        ["--list"] => Ok(say(cases.iter().map(|case| case.name.clone()))),
        ["--exact", name] => check(cases, true, |case| case.name == *name),
        ["--stress"] => check(cases, false, |case| case.is_stress),
        ["--help"] => Ok(say([USAGE.to_string()])),
        names if names.iter().any(|name| name.starts_with('-')) => Err(Report::failed(USAGE)),
        names => check(cases, false, |case| {
            names.is_empty() || names.iter().any(|name| is_meant(name, case))
        }),
    };
    match done {
        Ok(is_right) => ExitCode::from(u8::from(!is_right)),
        Err(why) => {
            say([format!("The checks cannot run: {}", why.text.trim_end())]);
            ExitCode::from(2)
        }
    }
}

/// Prints lines; whoever reads them may have seen enough. Then all is well.
fn say(lines: impl IntoIterator<Item = String>) -> bool {
    let text: String = lines.into_iter().map(|line| line + "\n").collect();
    let _ = io::stdout().write_all(text.as_bytes());
    true
}

/// An exercise is called by its name, a case by any part of its own.
fn is_meant(name: &str, case: &Case) -> bool {
    let is_exercise = ["create", "attach", "dynamic", "fork"].contains(&name);
    if is_exercise {
        case.exercise() == name
    } else {
        case.name.contains(name)
    }
}

/// Plays the chosen cases, and tells whether all is well.
fn check(cases: &[Case], in_full: bool, is_chosen: impl Fn(&Case) -> bool) -> Result<bool, Report> {
    let chosen: Vec<&Case> = cases.iter().filter(|case| is_chosen(case)).collect();
    if chosen.is_empty() {
        return Err(Report::failed(
            "there is no such case. Next: target/debug/check --list",
        ));
    }
    let mut environment = Vec::new();
    if chosen.iter().all(|case| case.is_stress) && !in_full {
        let seconds = env::var("SECONDS").ok().and_then(|text| text.parse().ok());
        environment.push((
            stress::UNTIL,
            (stress::now() + seconds.unwrap_or(60)).to_string(),
        ));
    }
    junit::write(&[])?; // whether it can be written, is better known before
    let played = play_all(&chosen, environment)?;
    say(summary::lines(&played, in_full));
    junit::write(&played)?;
    let is_right = !played.iter().any(Played::is_wrong);
    let any_ran = !played.iter().all(|played| played.is(Kind::NotRun));
    Ok(is_right && any_ran)
}
