//! A program that has been started, and what it prints.

use std::io::{self, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus};
use std::thread::{self, JoinHandle};

use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::channel::Channel;
use super::ends::Ends;
use super::limits::{self, MOST_OUTPUT, Watch};
use super::outcome::Outcome;
use super::processes::{self, LOOK, Process};
use super::report::{Report, Verdict};
use super::segment_table::spawn_unattached;
use super::tracer::{self, Step, Trace};

pub struct Running {
    channel: Channel,
    group: Pid,
    child: Child,
    ends: Ends,
    watch: Watch,
    stdout: Option<Content>,
    stderr: Option<Content>,
}

impl Running {
    /// Starts a program in a process group of its own, and sends it its input.
    pub fn start(channel: Channel, mut command: Command, input: &[u8]) -> Result<Self, Report> {
        let is_file = channel == Channel::OneFile;
        let mut ends = Ends::new(if is_file { input } else { b"" })?;
        channel.connect_input(&mut command, &mut ends, input)?;
        channel.connect_output(&mut command, &ends)?;
        let mut child = spawn_unattached(command.process_group(0))?;
        drop(command); // it holds copies of the program's ends
        let group = Pid::from_raw(child.id().try_into()?);
        let watch = Watch::over(group);
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let stderr = stderr.map(|stream| read_in_thread(stream, group));
        let mut stdout = stdout.map(|stream| read_in_thread(stream, group));
        if channel.prints_on_terminal() {
            stdout = Some(read_in_thread(ends.terminal.user_alone(), group));
        }
        if let Some(mut stdin) = child.stdin.take() {
            let _ = stdin.write_all(input); // a program may end without reading all of it
        }
        Ok(Self {
            channel,
            group,
            child,
            ends,
            watch,
            stdout,
            stderr,
        })
    }

    /// The program's process and, by the same number, its process group.
    pub fn group(&self) -> Pid {
        self.group
    }

    /// Waits until a program that was started behind `STOPPED` is.
    pub fn wait_until_stopped(&self) -> Verdict {
        waitpid(self.group, Some(WaitPidFlag::WUNTRACED))?;
        Ok(())
    }

    pub fn go_on(&self) -> Verdict {
        Ok(killpg(self.group, Signal::SIGCONT)?)
    }

    /// Waits for the program and all that it started, and reads its output streams to their ends.
    pub fn finish(mut self) -> Result<Outcome, Report> {
        let status = self.child.wait()?;
        self.finish_with(status)
    }

    /// The same under the tracer, in the thread that started the program, behind `STOPPED`.
    pub fn trace(self, steps: &[Step]) -> Result<(Trace, Outcome), Report> {
        let trace = tracer::trace(self.group, steps)?;
        let outcome = self.finish_with(trace.status)?;
        Ok((trace, outcome))
    }

    fn finish_with(self, status: ExitStatus) -> Result<Outcome, Report> {
        wait_for_group(self.group);
        let ended = has_ended();
        let mut outcome = Outcome {
            stdout: content(self.stdout)?,
            stderr: content(self.stderr)?,
            status,
            unread: None,
        };
        let watched = self.watch.end();
        if self.channel == Channel::OneFile {
            (outcome.stdout, outcome.unread) = self.ends.of_files()?;
        }
        let verdict = keeps_to_limits(&outcome).and(watched).and(ended);
        verdict.map_err(|why| stopped(&why.text, &outcome, self.channel))?;
        Ok(outcome)
    }
}

/// Waits for a program's orphans, which this process adopts: when none is left, waitpid fails. One
/// that leaves the group meanwhile would not end a wait for it.
fn wait_for_group(group: Pid) {
    let (any, flags) = (Pid::from_raw(-group.as_raw()), Some(WaitPidFlag::WNOHANG));
    while let Ok(status) = waitpid(any, flags) {
        if status == WaitStatus::StillAlive {
            thread::sleep(LOOK);
        }
    }
}

/// What a stream brought, once it has ended.
type Content = JoinHandle<io::Result<Vec<u8>>>;

/// Reads a program's stream; one that prints without end is killed.
fn read_in_thread(stream: impl Read + Send + 'static, group: Pid) -> Content {
    thread::spawn(move || {
        let content = limits::read(stream)?;
        if content.len() as u64 > MOST_OUTPUT {
            let _ = killpg(group, Signal::SIGKILL);
        }
        Ok(content)
    })
}

fn content(reader: Option<Content>) -> io::Result<Vec<u8>> {
    let panicked = |_| Err(io::Error::other("the reader panicked"));
    reader.map_or(Ok(Vec::new()), |reader| {
        reader.join().unwrap_or_else(panicked)
    })
}

/// A program that has ended has no process any more: a daemon would go on for ever.
fn has_ended() -> Verdict {
    let left: Vec<String> = processes::strays().iter().map(Process::name).collect();
    if left.is_empty() {
        return Ok(());
    }
    processes::kill_strays();
    let left = left.join(", ");
    Err(Report::stopped(format!(
        "it has ended, and left running: {left}"
    )))
}

/// Those that the watch does not see, for the kernel or the reader stops the program.
fn keeps_to_limits(outcome: &Outcome) -> Verdict {
    let longest = outcome.stdout.len().max(outcome.stderr.len()) as u64;
    let signal = outcome.status.signal().map(Signal::try_from);
    Err(Report::stopped(match signal {
        _ if longest > MOST_OUTPUT => "it prints without end (more than 1 MiB)",
        Some(Ok(Signal::SIGXCPU)) => "it uses the processor without end (more than 5 seconds)",
        Some(Ok(Signal::SIGXFSZ)) => "it writes a file without end (more than 64 MiB)",
        _ => return Ok(()),
    }))
}

/// Why a program was stopped, and what it had printed until then.
fn stopped(why: &str, outcome: &Outcome, channel: Channel) -> Report {
    let printed = |bytes: &[u8]| bytes[..bytes.len().min(300)].to_vec();
    let begins = Outcome {
        stdout: printed(&outcome.stdout),
        stderr: printed(&outcome.stderr),
        ..outcome.clone()
    };
    let printed = begins.describe(channel);
    Report::stopped(format!("{why}\nUntil it was stopped:\n{printed}"))
}
