//! What came of a program.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use nix::sys::signal::Signal;

/// What a program did, as far as its parent can see.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// All that it wrote there.
    pub stdout: Vec<u8>,
    /// All that it wrote there, where that is another place.
    pub stderr: Vec<u8>,
    /// How its first process ended.
    pub status: ExitStatus,
    /// How many bytes of the input are left for the next program, where the input is a file.
    pub unread: Option<u64>,
}

impl Outcome {
    /// Whether its exit status is 0.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.status.success()
    }
}

/// The exit status in words: a signal by its name.
#[must_use]
pub fn in_words(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => format!("died by {}", signal_name(signal)),
        (None, None) => status.to_string(),
    }
}

/// `SIGINT`; a real-time signal has a number alone.
#[must_use]
pub fn signal_name(signal: i32) -> String {
    Signal::try_from(signal)
        .map_or_else(|_| format!("signal {signal}"), |signal| signal.to_string())
}
