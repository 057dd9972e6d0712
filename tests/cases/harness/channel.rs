//! How a program's standard streams are connected.

use std::fmt;
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::waitpid;
use nix::unistd::Pid;

use super::broken;
use super::outcome::Outcome;
use super::report::Report;
use super::segment_table::spawn_unattached;
use super::terminal::Terminal;

/// A program that runs longer than this hangs.
pub const LIMIT: Duration = Duration::from_secs(20);

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
            Self::OneFile => "with standard output and standard error in one file",
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
            Self::OneFile => " >output 2>&1; echo $?",
            Self::ReaderGone => " | :",
            Self::Terminal | Self::TerminalOutput | Self::HungUp => "; echo $?",
        }
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

    /// Starts a program, and sends it its input.
    pub fn start(self, mut command: Command, input: &[u8]) -> Result<Running, Report> {
        let mut ends = Ends::new(input)?;
        self.connect_input(&mut command, &mut ends, input)?;
        self.connect_output(&mut command, &ends)?;
        let mut child = spawn_unattached(command.process_group(0))?;
        let watchdog = Watchdog::over(group_of(&child));
        if let Some(mut stdin) = child.stdin.take() {
            // A program may end without reading all of it.
            let _ = stdin.write_all(input);
        }
        Ok(Running {
            channel: self,
            child,
            ends,
            watchdog,
            input: input.len(),
            head: Vec::new(),
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

/// A program that has been started, in a process group of its own.
pub struct Running {
    channel: Channel,
    child: Child,
    ends: Ends,
    watchdog: Watchdog,
    input: usize,
    /// What has been read from standard output so far.
    head: Vec<u8>,
}

impl Running {
    pub fn group(&self) -> Pid {
        group_of(&self.child)
    }

    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Waits until something comes through the pipe that is standard output.
    pub fn wait_for_output(&mut self) -> Result<(), Report> {
        let mut chunk = [0; 4096];
        let stdout = self.child.stdout.as_mut();
        let length = stdout.map_or(Ok(0), |stdout| stdout.read(&mut chunk))?;
        self.head.extend_from_slice(&chunk[..length]);
        Ok(())
    }

    /// Reads both output streams to their ends, and waits for the program and all that it started.
    pub fn finish(mut self) -> Result<Outcome, Report> {
        let group = self.group();
        let mut stdout = match self.child.stdout.take() {
            Some(stdout) => [self.head, to_end(stdout)?].concat(),
            None if self.channel.prints_on_terminal() => self.ends.terminal.read_to_end(),
            None => Vec::new(),
        };
        let stderr = self.child.stderr.take().map_or(Ok(Vec::new()), to_end)?;
        let status = self.child.wait()?;
        // This process adopts orphans: when there are none left, waitpid fails.
        while waitpid(Pid::from_raw(-group.as_raw()), None).is_ok() {}
        if self.channel == Channel::OneFile {
            stdout = from_start(self.ends.output)?;
        }
        let unread = self.input - usize::try_from(self.ends.input.stream_position()?)?;
        let outcome = Outcome {
            stdout,
            stderr,
            status,
            unread: (self.channel == Channel::OneFile).then_some(unread),
        };
        if self.watchdog.call_off() {
            let seen = outcome.describe(self.channel);
            return Err(Report(format!(
                "it hung, and was killed after {LIMIT:?}:\n{seen}"
            )));
        }
        Ok(outcome)
    }
}

fn group_of(child: &Child) -> Pid {
    Pid::from_raw(
        child
            .id()
            .try_into()
            .expect("process numbers are positive ints"),
    )
}

fn to_end(mut stream: impl Read) -> Result<Vec<u8>, Report> {
    let mut content = Vec::new();
    stream.read_to_end(&mut content)?;
    Ok(content)
}

fn from_start(mut file: File) -> Result<Vec<u8>, Report> {
    file.rewind()?;
    to_end(file)
}

fn memory_file(content: &[u8]) -> Result<File, Report> {
    let mut file = File::from(memfd_create(c"shm-lab", MFdFlags::MFD_CLOEXEC)?);
    file.write_all(content)?;
    file.rewind()?;
    Ok(file)
}

/// Kills a process group when the time is up, or nobody waits for it any more.
struct Watchdog {
    done: mpsc::Sender<()>,
    thread: thread::JoinHandle<bool>,
}

impl Watchdog {
    fn over(group: Pid) -> Self {
        let (done, wait) = mpsc::channel();
        let thread = thread::spawn(move || {
            // The time is up, or the case has failed and waits no more.
            let hangs = wait.recv_timeout(LIMIT).is_err();
            if hangs {
                let _ = killpg(group, Signal::SIGKILL);
            }
            hangs
        });
        Self { done, thread }
    }

    /// Tells whether the time was up.
    fn call_off(self) -> bool {
        let _ = self.done.send(());
        self.thread.join().unwrap_or(true)
    }
}
