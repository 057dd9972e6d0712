//! `check --play NAME RUNNER`: the process that plays one case. Its exit status says what came of it.

use std::process::{ExitCode, exit};

use nix::sys::prctl::{set_child_subreaper, set_pdeathsig};
use nix::sys::signal::Signal;
use nix::unistd::getppid;

use super::case::Case;
use crate::engine::{Report, Verdict};

/// Plays one case in this process, and leaves nothing of it running.
pub fn play(cases: &[Case], name: &str, runner: &str) -> ExitCode {
    let Some(case) = cases.iter().find(|case| case.name == name) else {
        return ExitCode::FAILURE;
    };
    let verdict = prepare(runner).and_then(|()| case.play());
    let Err(report) = verdict else {
        return ExitCode::SUCCESS;
    };
    println!("{}", report.text.trim_end());
    exit(report.kind as i32)
}

/// What a program leaves running becomes this process's, and all ends with the runner.
fn prepare(runner: &str) -> Verdict {
    set_pdeathsig(Signal::SIGKILL)?;
    if getppid().to_string() != runner {
        return Err(Report::trouble("the runner has ended"));
    }
    Ok(set_child_subreaper(true)?)
}
