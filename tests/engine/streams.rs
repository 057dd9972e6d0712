//! The standard streams of a run. Nothing here blocks: the loop comes by again.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, Command, ExitStatus};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags};

use super::channel::Channel;
use super::ends::Ends;
use super::outcome::Outcome;
use super::report::Report;

/// More output than this has no end.
const MOST_OUTPUT: usize = 1 << 20;

pub struct Streams {
    pub channel: Channel,
    /// The program's input stays open when all of it is written.
    pub keeps_input: bool,
    ends: Ends,
    /// What is still to be written, from `written` on.
    input: Vec<u8>,
    written: usize,
    stdin: Option<File>,
    stdout: Output,
    stderr: Output,
}

#[derive(Default)]
struct Output {
    stream: Option<File>,
    bytes: Vec<u8>,
}

impl Streams {
    pub fn connect(command: &mut Command, channel: Channel, input: &[u8]) -> Result<Self, Report> {
        let is_file = channel == Channel::OneFile;
        let mut ends = Ends::new(if is_file { input } else { b"" })?;
        channel.connect(command, &mut ends, input)?;
        Ok(Self {
            channel,
            keeps_input: false,
            ends,
            input: input.to_vec(),
            written: 0,
            stdin: None,
            stdout: Output::default(),
            stderr: Output::default(),
        })
    }

    pub fn spawn(mut self, mut command: Command) -> Result<(Self, Child), Report> {
        let mut child = command.spawn()?;
        drop(command); // it holds copies of the program's ends
        self.stdin = own(child.stdin.take())?;
        self.stdout.stream = own(child.stdout.take())?;
        self.stderr.stream = own(child.stderr.take())?;
        let screen = self.ends.terminal.user_alone()?;
        if self.channel.prints_on_terminal() {
            self.stdout.stream = own(Some(screen))?;
        }
        Ok((self, child))
    }

    /// Writes and reads what there is; whether there was any.
    pub fn transfer(&mut self) -> Result<bool, Report> {
        let written = self.write();
        Ok(self.stdout.read()? | self.stderr.read()? | written)
    }

    fn write(&mut self) -> bool {
        let Some(stdin) = &mut self.stdin else {
            return false;
        };
        let rest = &self.input[self.written..];
        if !rest.is_empty() {
            match stdin.write(rest) {
                Ok(count) => self.written += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return false,
                // A program may end without reading all of it.
                Err(_) => self.written = self.input.len(),
            }
            return true;
        }
        if self.keeps_input {
            return false;
        }
        self.stdin = None;
        true
    }

    /// What to wait for.
    pub fn to_wait_for(&self) -> impl Iterator<Item = PollFd<'_>> {
        let full = self.stdin.iter().filter(|_| self.written < self.input.len());
        let full = full.map(|stdin| PollFd::new(stdin.as_fd(), PollFlags::POLLOUT));
        let outputs = self.stdout.stream.iter().chain(&self.stderr.stream);
        full.chain(outputs.map(|output| PollFd::new(output.as_fd(), PollFlags::POLLIN)))
    }

    pub fn has_line(&self) -> bool {
        self.stdout.bytes.contains(&b'\n')
    }

    pub fn is_too_long(&self) -> bool {
        self.stdout.bytes.len().max(self.stderr.bytes.len()) > MOST_OUTPUT
    }

    /// What the program did, when it has ended.
    pub fn outcome(&mut self, status: ExitStatus) -> Result<Outcome, Report> {
        while self.stdout.read()? | self.stderr.read()? {}
        let (mut stdout, stderr) = (self.stdout.bytes.clone(), self.stderr.bytes.clone());
        let mut unread = None;
        if self.channel == Channel::OneFile {
            (stdout, unread) = self.ends.of_files()?;
        }
        Ok(Outcome { stdout, stderr, status, unread })
    }
}

impl Output {
    fn read(&mut self) -> Result<bool, Report> {
        let Some(stream) = &mut self.stream else {
            return Ok(false);
        };
        let mut bytes = [0; 1 << 13];
        match stream.read(&mut bytes) {
            // A terminal's end is EIO; a program that has not begun has not opened it.
            Ok(0) => self.stream = None,
            Ok(count) => {
                self.bytes.extend_from_slice(&bytes[..count]);
                return Ok(true);
            }
            Err(error) if error.raw_os_error() == Some(libc::EIO) => self.stream = None,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
        Ok(false)
    }
}

/// A stream that does not block.
fn own(stream: Option<impl Into<OwnedFd>>) -> Result<Option<File>, Report> {
    let Some(stream) = stream else {
        return Ok(None);
    };
    let stream: OwnedFd = stream.into();
    fcntl(stream.as_fd(), FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    Ok(Some(File::from(stream)))
}
