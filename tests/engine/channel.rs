//! How a program's standard streams are connected.

use std::fmt;
use std::fs::File;
use std::process::{Command, Stdio};

use nix::fcntl::OFlag;
use nix::unistd::pipe2;

use super::ends::Ends;
use super::report::{Report, Verdict};
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
    /// What a student makes of a command, to have the streams like this and to see the exit status.
    pub fn by_hand(self, command: &str) -> String {
        match self {
            Self::Pipes | Self::TerminalInput => format!("({command}; echo $?) | cat"),
            Self::OneFile => format!("({command}; echo $?) 2>&1 | cat"),
            Self::ReaderGone => format!("({command}; echo $? >&2) | :"),
            Self::Terminal | Self::TerminalOutput | Self::HungUp => format!("{command}; echo $?"),
        }
    }

    /// What the three streams are.
    fn ends(self) -> [End; 3] {
        match self {
            Self::Pipes => [End::Pipe; 3],
            Self::OneFile => [End::File; 3],
            Self::Terminal => [End::Terminal; 3],
            Self::TerminalOutput => [End::Pipe, End::Terminal, End::Terminal],
            Self::TerminalInput => [End::Terminal, End::Pipe, End::Pipe],
            Self::ReaderGone => [End::Pipe, End::ReaderGone, End::Pipe],
            Self::HungUp => [End::HungUp, End::HungUp, End::Pipe],
        }
    }

    /// Whether the user types the input.
    pub fn is_typed(self) -> bool {
        self.ends()[0] == End::Terminal
    }

    /// Whether standard output and standard error end in the same place.
    pub fn is_merged(self) -> bool {
        let [_, stdout, stderr] = self.ends();
        stdout == stderr && stdout != End::Pipe
    }

    pub fn shows_prompt_first(self) -> bool {
        self == Self::Terminal
    }

    pub fn prints_on_terminal(self) -> bool {
        self.ends()[1] == End::Terminal
    }

    /// What a terminal makes of a program's `\n`.
    pub fn line_end(self) -> &'static [u8] {
        if self.prints_on_terminal() { b"\r\n" } else { b"\n" }
    }

    /// Connects a program's streams. What is to come through a pipe is written later.
    pub fn connect(self, command: &mut Command, ends: &mut Ends, input: &[u8]) -> Verdict {
        if self.is_typed() {
            ends.terminal.type_in(input)?;
        }
        let [stdin, stdout, stderr] = self.ends();
        command.stdin(stdin.connected(&ends.input, ends)?);
        command.stdout(stdout.connected(&ends.output, ends)?);
        command.stderr(stderr.connected(&ends.output, ends)?);
        Ok(())
    }
}

/// What a stream can be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Pipe,
    File,
    Terminal,
    /// A pipe that nobody reads any more.
    ReaderGone,
    /// A terminal that was hung up.
    HungUp,
}

impl End {
    fn connected(self, file: &File, ends: &Ends) -> Result<Stdio, Report> {
        Ok(match self {
            Self::Pipe => Stdio::piped(),
            Self::File => file.try_clone()?.into(),
            Self::Terminal => ends.terminal.stream()?,
            Self::ReaderGone => pipe2(OFlag::O_CLOEXEC)?.1.into(),
            Self::HungUp => Terminal::hung_up()?,
        })
    }
}
