//! The standard streams of a run. Nothing here blocks: the loop comes by again.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::process::ExitStatus;

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags};
use nix::unistd::pipe2;

use super::channel::Channel;
use super::ends::{memory_file, terminal, type_in};
use super::outcome::Outcome;
use super::report::Report;

/// More output than this has no end.
const MOST_OUTPUT: usize = 1 << 20;

pub struct Streams {
    pub channel: Channel,
    /// The program's input stays open when all of it is written.
    pub keeps_input: bool,
    /// What is still to be written, from `written` on.
    input: Vec<u8>,
    written: usize,
    stdin: Option<File>,
    stdout: Output,
    stderr: Output,
    /// The input and the output, where they are files.
    files: Option<(File, File)>,
    /// The user's end, where there is a terminal.
    user: Option<File>,
}

struct Output {
    stream: Option<File>,
    bytes: Vec<u8>,
}

impl Streams {
    /// Connects them in this way; gives the program's ends.
    pub fn connect(channel: Channel, input: &[u8]) -> Result<(Self, [OwnedFd; 3]), Report> {
        let [(stdin, writes), (reads, stdout), (errors, stderr)] = [pipe()?, pipe()?, pipe()?];
        let mut programs = [stdin, stdout, stderr];
        let mut streams = Self {
            channel,
            keeps_input: false,
            input: input.to_vec(),
            written: 0,
            stdin: Some(own(writes)?),
            stdout: Output { stream: Some(own(reads)?), bytes: Vec::new() },
            stderr: Output { stream: Some(own(errors)?), bytes: Vec::new() },
            files: None,
            user: None,
        };
        match channel {
            Channel::Pipes => {}
            Channel::OneFile => {
                let (input, output) = (memory_file(input)?, memory_file(b"")?);
                let copies = [input.try_clone()?, output.try_clone()?, output.try_clone()?];
                programs = copies.map(OwnedFd::from);
                streams.files = Some((input, output));
            }
            Channel::Terminal | Channel::TerminalInput | Channel::TerminalOutput => {
                let (user, program) = terminal()?;
                if channel.is_typed() {
                    type_in(&user, input)?;
                    programs[0] = program.try_clone()?;
                }
                if channel.prints_on_terminal() {
                    [programs[1], programs[2]] = [program.try_clone()?, program];
                    streams.stdout.stream = Some(own(user)?);
                } else {
                    streams.user = Some(user);
                }
            }
            Channel::ReaderGone => programs[1] = pipe()?.1,
            Channel::HungUp => {
                let (_, gone) = terminal()?;
                [programs[0], programs[1]] = [gone.try_clone()?, gone];
            }
        }
        Ok((streams, programs))
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
        if let Some((input, output)) = &mut self.files {
            unread = input.metadata()?.len().checked_sub(input.stream_position()?);
            output.rewind()?;
            output.read_to_end(&mut stdout)?;
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

/// Its reading and its writing end.
fn pipe() -> nix::Result<(OwnedFd, OwnedFd)> {
    pipe2(OFlag::O_CLOEXEC)
}

/// A stream that does not block.
fn own(stream: impl Into<OwnedFd>) -> nix::Result<File> {
    let stream: OwnedFd = stream.into();
    fcntl(stream.as_fd(), FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    Ok(File::from(stream))
}
