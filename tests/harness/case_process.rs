//! A case in a process of its own. Its exit status says what came of it, and what it prints says why.

use std::fs::File;
use std::io::{Read, Seek};
use std::os::unix::process::ExitStatusExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{ExitStatus, exit};

use nix::sys::prctl::{set_child_subreaper, set_pdeathsig};
use nix::sys::signal::Signal;
use nix::unistd::{Pid, dup2_stderr, dup2_stdout, getpid, getppid};

use engine::{While, fork};

use super::play::not_followed;
use super::programs::is_yours;
use super::report::{Kind, Report, Verdict};

pub struct CaseProcess {
    pub pid: Pid,
    prints: File,
}

impl CaseProcess {
    pub fn begin(work: impl FnOnce() -> Verdict) -> Result<Self, Report> {
        let prints = engine::memory_file(b"").doing("making a file for a case's report")?;
        let runner = getpid();
        let pid = fork().doing("starting a case")?;
        if pid.as_raw() > 0 {
            return Ok(Self { pid, prints });
        }
        let work = || prepare(runner, &prints).and_then(|()| work());
        // Nothing of the runner's may be undone here.
        let verdict = catch_unwind(AssertUnwindSafe(work));
        let panicked =
            || if is_yours() { not_followed("see above") } else { Report::trouble("see above") };
        match verdict.unwrap_or_else(|_| Err(panicked())) {
            Ok(()) => exit(0),
            Err(report) => {
                println!("{}", report.text.trim_end());
                exit(report.kind as i32)
            }
        }
    }

    /// When it has ended.
    pub fn verdict(mut self, status: i32) -> Verdict {
        let status = ExitStatus::from_raw(status);
        let mut text = Vec::new();
        let read = self.prints.rewind().and_then(|()| self.prints.read_to_end(&mut text));
        read.doing("reading a case's report")?;
        let text = String::from_utf8_lossy(&text).into_owned();
        match (status.code(), status.code().and_then(Kind::of)) {
            (Some(0), _) => Ok(()),
            (_, Some(kind)) => Err(Report { kind, text }),
            _ => {
                let why = format!("{}\n{text}", engine::in_words(status));
                Err(if is_yours() { not_followed(why) } else { Report::trouble(why) })
            }
        }
    }
}

/// What a program leaves running becomes this process's, and all ends with the runner.
fn prepare(runner: Pid, prints: &File) -> Verdict {
    let prepared = set_pdeathsig(Signal::SIGKILL)
        .and_then(|()| dup2_stdout(prints))
        .and_then(|()| dup2_stderr(prints))
        .and_then(|()| set_child_subreaper(true));
    prepared.doing("preparing a case")?;
    if getppid() != runner {
        return Err(Report::trouble("the runner has ended"));
    }
    Ok(())
}
