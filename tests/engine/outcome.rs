//! What a program did, in words.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use nix::sys::signal::Signal;

use super::channel::Channel;

/// What a program did, as far as its parent can see.
#[derive(Clone)]
pub struct Outcome {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub status: ExitStatus,
    /// How much of the input is left for the next program, where the input is a file.
    pub unread: Option<u64>,
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
            text += &format!("  bytes of the input that are left: {unread}\n");
        }
        text
    }

    pub fn succeeded(&self) -> bool {
        self.status.success()
    }
}

fn stream(name: &str, bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return format!("  {name}: nothing\n");
    }
    let lines = bytes.split_inclusive(|&byte| byte == b'\n');
    format!("  {name}:\n{}", lines.map(visible).collect::<String>())
}

/// What fits on a line of 80 columns, indented and behind the mark of a difference.
const WIDTH: usize = 72;

/// Bytes as a C string would spell them, a long run of one byte by its length; indented lines.
pub fn visible(bytes: &[u8]) -> String {
    let mut lines = vec![String::new()];
    for piece in bytes.chunk_by(|one, next| one == next).flat_map(spelt) {
        match lines.last_mut() {
            Some(line) if line.len() + piece.len() <= WIDTH => *line += &piece,
            _ => lines.push(piece),
        }
    }
    lines.retain(|line| !line.is_empty());
    let indented = lines.iter().map(|line| ["    ", line, "\n"].concat());
    indented.collect()
}

/// A run of one byte, in pieces that fit on a line.
fn spelt(run: &[u8]) -> Vec<String> {
    match run {
        [byte, ..] if run.len() > 8 => {
            vec![format!("[{} times {}]", run.len(), byte.escape_ascii())]
        }
        few => few.iter().map(|byte| byte.escape_ascii().to_string()).collect(),
    }
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
