//! `check --play NAME`: the process that plays one case. Its exit status says what came of it.

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
use super::limits;
use super::namespaces;
use super::processes;
use super::report::{Kind, Verdict};
use super::stress;

/// A case takes seconds; one that takes longer than this is stopped.
const LONGEST: Duration = Duration::from_secs(150);

/// Plays one case in this process, and leaves nothing of it running.
pub fn play(cases: &[Case], name: &str) -> ExitCode {
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
    exit(report.kind as i32)
}

/// Of a panic. Where a program makes processes without end, no thread can be started any more: that
/// is no fault of the check's.
fn tell(panic: &str) {
    if panic.contains("failed to spawn thread") {
        end(Kind::Stopped, &limits::endless_processes())
    }
    end(Kind::Failed, &format!("the check itself panicked: {panic}"))
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
    thread::sleep(LONGEST);
    let seconds = LONGEST.as_secs();
    end(
        Kind::Stopped,
        &format!("the case took longer than {seconds} seconds"),
    )
}

/// Ends this process, from any thread: no other can print any more.
fn end(kind: Kind, why: &str) -> ! {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{why}");
    processes::kill_all();
    exit(kind as i32)
}
