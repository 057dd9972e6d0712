//! How a program's standard streams are connected.

use std::fmt;
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};

use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;

use super::broken;
use super::limits::{self, MOST_OUTPUT, Watch};
use super::outcome::Outcome;
use super::processes::{self, Process};
use super::report::{Report, Verdict};
use super::segment_table::spawn_unattached;
use super::terminal::Terminal;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Three pipes.
    Pipes,
    /// Standard output and standard error go to one file, standard input is another.
    OneFile,
    /// All three are a terminal.
    Terminal,
    /// Standard input is a pipe, the other two are a terminal.
    TerminalOutput,
    /// Standard input is a terminal, the other two are pipes.
    TerminalInput,
    /// Standard output is a pipe that nobody reads any more.
    ReaderGone,
    /// Standard input and standard output are a terminal that was hung up.
    HungUp,
}

impl fmt::Display for Channel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Pipes => "through pipes",
            Self::OneFile => "with both outputs in one file",
            Self::Terminal => "on a terminal",
            Self::TerminalOutput => "with a piped input, on a terminal",
            Self::TerminalInput => "with a typed input, through pipes",
            Self::ReaderGone => "into a pipe whose reader is gone",
            Self::HungUp => "on a terminal that was hung up",
        })
    }
}

impl Channel {
    /// What a student adds to the command, to have the streams and the exit status like this.
    pub fn by_hand(self) -> &'static str {
        match self {
            Self::Pipes | Self::TerminalInput => " | cat",
            Self::OneFile => " >output 2>&1; echo $?; cat output",
            Self::ReaderGone => " | :",
            Self::Terminal | Self::TerminalOutput | Self::HungUp => "; echo $?",
        }
    }

    /// Whether the user types the input.
    pub fn is_typed(self) -> bool {
        matches!(self, Self::Terminal | Self::TerminalInput)
    }

    /// Whether standard output and standard error end in the same place.
    pub fn is_merged(self) -> bool {
        matches!(self, Self::OneFile | Self::Terminal | Self::TerminalOutput)
    }

    pub fn shows_prompt_first(self) -> bool {
        self == Self::Terminal
    }

    /// What a terminal makes of a program's `\n`.
    pub fn line_end(self) -> &'static [u8] {
        if self.prints_on_terminal() {
            b"\r\n"
        } else {
            b"\n"
        }
    }

    fn prints_on_terminal(self) -> bool {
        matches!(self, Self::Terminal | Self::TerminalOutput)
    }

    /// Starts a program in a process group of its own, and sends it its input.
    pub fn start(self, mut command: Command, input: &[u8]) -> Result<Running, Report> {
        let mut ends = Ends::new(if self == Self::OneFile { input } else { b"" })?;
        self.connect_input(&mut command, &mut ends, input)?;
        self.connect_output(&mut command, &ends)?;
        let mut child = spawn_unattached(command.process_group(0))?;
        drop(command); // it holds copies of the program's ends
        let group = group_of(&child)?;
        let watch = Watch::over(group);
        let stdout = if self.prints_on_terminal() {
            Some(read_in_thread(ends.terminal.user_alone(), group))
        } else {
            child
                .stdout
                .take()
                .map(|stdout| read_in_thread(stdout, group))
        };
        let stderr = child
            .stderr
            .take()
            .map(|stderr| read_in_thread(stderr, group));
        if let Some(mut stdin) = child.stdin.take() {
            // A program may end without reading all of it.
            let _ = stdin.write_all(input);
        }
        Ok(Running {
            channel: self,
            group,
            child,
            ends,
            watch,
            input: input.len(),
            stdout,
            stderr,
        })
    }

    fn connect_input(
        self,
        command: &mut Command,
        ends: &mut Ends,
        input: &[u8],
    ) -> Result<(), Report> {
        command.stdin(match self {
            Self::OneFile => ends.input.try_clone()?.into(),
            Self::Terminal | Self::TerminalInput => {
                ends.terminal.type_in(input)?;
                ends.terminal.stream()?
            }
            Self::Pipes | Self::TerminalOutput | Self::ReaderGone => Stdio::piped(),
            Self::HungUp => broken::terminal()?,
        });
        Ok(())
    }

    fn connect_output(self, command: &mut Command, ends: &Ends) -> Result<(), Report> {
        let (stdout, stderr) = match self {
            Self::OneFile => (
                ends.output.try_clone()?.into(),
                ends.output.try_clone()?.into(),
            ),
            Self::Terminal | Self::TerminalOutput => {
                (ends.terminal.stream()?, ends.terminal.stream()?)
            }
            Self::Pipes | Self::TerminalInput => (Stdio::piped(), Stdio::piped()),
            Self::ReaderGone => (broken::pipe()?, Stdio::piped()),
            Self::HungUp => (broken::terminal()?, Stdio::piped()),
        };
        command.stdout(stdout).stderr(stderr);
        Ok(())
    }
}

/// What a program's streams can be connected to, beside pipes.
struct Ends {
    input: File,
    output: File,
    terminal: Terminal,
}

impl Ends {
    fn new(input: &[u8]) -> Result<Self, Report> {
        Ok(Self {
            input: memory_file(input)?,
            output: memory_file(b"")?,
            terminal: Terminal::new()?,
        })
    }
}

/// What a stream brought, once it has ended.
type Content = JoinHandle<std::io::Result<Vec<u8>>>;

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

/// A program that has been started.
pub struct Running {
    channel: Channel,
    group: Pid,
    child: Child,
    ends: Ends,
    watch: Watch,
    input: usize,
    stdout: Option<Content>,
    stderr: Option<Content>,
}

impl Running {
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

    /// The same, where somebody else has waited for the program.
    pub fn finish_with(self, status: ExitStatus) -> Result<Outcome, Report> {
        // This process adopts orphans: when there are none left, waitpid fails.
        while waitpid(Pid::from_raw(-self.group.as_raw()), None).is_ok() {}
        let left = left_running();
        let mut stdout = content(self.stdout)?;
        let stderr = content(self.stderr)?;
        let watched = self.watch.end();
        if self.channel == Channel::OneFile {
            stdout = from_start(self.ends.output)?;
        }
        let unread = self
            .input
            .checked_sub(usize::try_from((&self.ends.input).stream_position()?)?);
        let is_file = self.channel == Channel::OneFile;
        let unread = unread.filter(|_| is_file);
        let endless = stdout.len().max(stderr.len()) as u64 > MOST_OUTPUT;
        let outcome = Outcome {
            stdout,
            stderr,
            status,
            unread,
        };
        if endless {
            return Err(stopped(
                "it prints without end (more than 1 MiB)",
                &outcome,
                self.channel,
            ));
        }
        let verdict = watched.and(left);
        verdict.map_err(|why| stopped(&why.text, &outcome, self.channel))?;
        Ok(outcome)
    }
}

/// A program that has ended has no process any more: a daemon would go on for ever.
fn left_running() -> Result<(), Report> {
    let left: Vec<String> = processes::strays().iter().map(Process::name).collect();
    if left.is_empty() {
        return Ok(());
    }
    processes::kill_strays();
    Err(Report::stopped(format!(
        "it has ended, and left running: {}",
        left.join(", ")
    )))
}

/// Why a program was stopped, and what it had printed until then.
fn stopped(why: &str, outcome: &Outcome, channel: Channel) -> Report {
    let printed = |bytes: &[u8]| bytes[..bytes.len().min(300)].to_vec();
    let begins = Outcome {
        stdout: printed(&outcome.stdout),
        stderr: printed(&outcome.stderr),
        ..outcome.clone()
    };
    Report::stopped(format!(
        "{why}\nUntil it was stopped:\n{}",
        begins.describe(channel)
    ))
}

fn group_of(child: &Child) -> Result<Pid, Report> {
    Ok(Pid::from_raw(child.id().try_into()?))
}

fn content(reader: Option<Content>) -> Result<Vec<u8>, Report> {
    let Some(reader) = reader else {
        return Ok(Vec::new());
    };
    let content = reader.join();
    Ok(content.unwrap_or_else(|_| Err(std::io::Error::other("the reader panicked")))?)
}

fn from_start(mut file: File) -> Result<Vec<u8>, Report> {
    file.rewind()?;
    Ok(limits::read(file)?)
}

fn memory_file(content: &[u8]) -> Result<File, Report> {
    let mut file = File::from(memfd_create(c"shm-lab", MFdFlags::MFD_CLOEXEC)?);
    file.write_all(content)?;
    file.rewind()?;
    Ok(file)
}
