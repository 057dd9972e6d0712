//! What a program did, in words.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use nix::sys::signal::Signal;

use super::channel::Channel;

/// What a program did, as far as its parent can see.
pub struct Outcome {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub status: ExitStatus,
    /// How much of the input is left for the next program, where the input is a file.
    pub unread: Option<usize>,
}

impl Outcome {
    /// The outcome in words, line ends and control bytes visible.
    pub fn describe(&self, channel: Channel) -> String {
        let mut text = String::new();
        if channel.is_merged() {
            text += &stream("standard output and standard error", &self.stdout);
        } else {
            text += &stream("standard output", &self.stdout);
            text += &stream("standard error", &self.stderr);
        }
        text += &format!("  {}\n", in_words(self.status));
        if let Some(unread) = self.unread {
            text += &format!("  {unread} bytes of the input are left\n");
        }
        text
    }
}

fn stream(name: &str, bytes: &[u8]) -> String {
    let mut text = format!("  {name}:\n");
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        text += &format!("    {}\n", line.escape_ascii());
    }
    text
}

/// The exit status in words: a signal by its name.
pub fn in_words(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => match Signal::try_from(signal) {
            Ok(signal) => format!("died by {signal}"),
            Err(_) => format!("died by signal {signal}"),
        },
        (None, None) => status.to_string(),
    }
}
