//! How a program's standard streams are connected.

use std::fmt;

/// What they are connected to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Channel {
    /// Three pipes.
    #[default]
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
    /// Whether the user types the input.
    #[must_use]
    pub fn is_typed(self) -> bool {
        matches!(self, Self::Terminal | Self::TerminalInput)
    }

    /// Whether standard output and standard error end in the same place.
    #[must_use]
    pub fn is_merged(self) -> bool {
        matches!(self, Self::OneFile | Self::Terminal | Self::TerminalOutput)
    }

    /// Whether the user sees at once what it prints.
    #[must_use]
    pub fn prints_on_terminal(self) -> bool {
        matches!(self, Self::Terminal | Self::TerminalOutput)
    }
}
