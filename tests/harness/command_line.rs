//! What `check` is asked to do.

use std::env;
use std::io::{self, Write};
use std::panic;
use std::process::{ExitCode, exit};
use std::thread;
use std::time::Duration;

use nix::sys::prctl::{set_child_subreaper, set_pdeathsig};
use nix::sys::signal::Signal;

use super::broken;
use super::case::Case;
use super::cgroup;
use super::junit;
use super::limits;
use super::namespaces;
use super::processes;
use super::report::{Kind, Report, Verdict};
use super::runner::{STATUSES, play_all};
use super::stress;
use super::summary;

const USAGE: &str = "usage: check [--list | --stress | --exact NAME | NAME…]";

/// A case takes seconds; one that takes longer than this is stopped.
const LONGEST_CASE: Duration = Duration::from_secs(150);

/// With no word for what to do, all cases are played.
pub fn main(cases: &[Case]) -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["--play", name] => return play_here(cases, name),
        ["--list"] => {
            say(cases.iter().map(|case| case.name.clone()));
            return ExitCode::SUCCESS;
        }
        ["--exact", name] => check(cases, true, |case| case.name == *name),
        ["--stress"] => check(cases, false, |case| case.is_stress),
        names if names.iter().any(|name| name.starts_with('-')) => Err(Report::failed(USAGE)),
        [] => check(cases, false, |_| true),
        names => check(cases, false, |case| {
            names.iter().any(|name| is_meant(name, case))
        }),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            say([format!("The checks cannot run: {}", why.text.trim_end())]);
            ExitCode::FAILURE
        }
    }
}

/// Prints lines. Whoever reads them may have seen enough.
fn say(lines: impl IntoIterator<Item = String>) {
    let text: String = lines.into_iter().map(|line| line + "\n").collect();
    let _ = io::stdout().write_all(text.as_bytes());
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
    let is_right = !played.iter().any(super::runner::Played::is_wrong);
    let any_ran = !played.iter().all(|played| played.is(Kind::NotRun));
    Ok(is_right && any_ran)
}

/// Plays one case in this process, and leaves nothing of it running.
fn play_here(cases: &[Case], name: &str) -> ExitCode {
    let Some(case) = cases.iter().find(|case| case.name == name) else {
        return ExitCode::FAILURE;
    };
    panic::set_hook(Box::new(|panic| tell(&panic.to_string())));
    let verdict = prepare(name).and_then(|()| case.play());
    processes::kill_all();
    let Err(report) = verdict else {
        return ExitCode::SUCCESS;
    };
    println!("{}", report.text.trim_end());
    let status = STATUSES.iter().find(|(kind, _)| *kind == report.kind);
    exit(status.map_or(1, |&(_, status)| status))
}

/// Of a panic. Where a program makes processes without end, no thread can be started any more: that
/// is no fault of the check's.
fn tell(panic: &str) {
    if panic.contains("failed to spawn thread") {
        println!("{}", limits::endless_processes());
        exit(STATUSES[1].1)
    }
    println!("the check itself panicked: {panic}");
    exit(STATUSES[0].1)
}

/// Before there are threads: what a program leaves running becomes this process's.
fn prepare(name: &str) -> Verdict {
    set_pdeathsig(Signal::SIGKILL)?;
    set_child_subreaper(true)?;
    limits::set()?;
    broken::make()?;
    cgroup::enter(name);
    namespaces::enter()?;
    if env::var_os(stress::UNTIL).is_none() {
        thread::spawn(stop_when_it_takes_too_long);
    }
    Ok(())
}

fn stop_when_it_takes_too_long() {
    thread::sleep(LONGEST_CASE);
    println!(
        "the case took longer than {} seconds",
        LONGEST_CASE.as_secs()
    );
    processes::kill_all();
    exit(1)
}
