//! The standard streams of a run. Nothing here blocks: the loop comes by again.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, Command, ExitStatus, Stdio};

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

#[derive(Default)]
struct Output {
    stream: Option<File>,
    bytes: Vec<u8>,
}

impl Streams {
    /// Starts a program whose streams are connected in this way.
    pub fn start(
        mut command: Command,
        channel: Channel,
        input: &[u8],
    ) -> Result<(Self, Child), Report> {
        let mut streams = Self::connect(&mut command, channel, input)?;
        let mut child = command.spawn()?;
        drop(command); // it holds copies of the program's ends
        streams.stdin = own(child.stdin.take())?;
        streams.stdout.stream = own(child.stdout.take())?;
        streams.stderr.stream = own(child.stderr.take())?;
        if channel.prints_on_terminal() {
            streams.stdout.stream = own(streams.user.take())?;
        }
        Ok((streams, child))
    }

    fn connect(command: &mut Command, channel: Channel, input: &[u8]) -> Result<Self, Report> {
        let (mut files, mut user) = (None, None);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        match channel {
            Channel::Pipes => {}
            Channel::OneFile => {
                let (input, output) = (memory_file(input)?, memory_file(b"")?);
                command.stdin(input.try_clone()?);
                command.stdout(output.try_clone()?).stderr(output.try_clone()?);
                files = Some((input, output));
            }
            Channel::Terminal | Channel::TerminalInput | Channel::TerminalOutput => {
                let (users, program) = terminal()?;
                if channel.is_typed() {
                    type_in(&users, input)?;
                    command.stdin(program.try_clone()?);
                }
                if channel.prints_on_terminal() {
                    command.stdout(program.try_clone()?).stderr(program);
                }
                user = Some(users);
            }
            Channel::ReaderGone => {
                let (_, gone) = pipe2(OFlag::O_CLOEXEC)?;
                command.stdout(gone);
            }
            Channel::HungUp => {
                let (_, gone) = terminal()?;
                command.stdin(gone.try_clone()?).stdout(gone);
            }
        }
        Ok(Self {
            channel,
            keeps_input: false,
            input: input.to_vec(),
            written: 0,
            stdin: None,
            stdout: Output::default(),
            stderr: Output::default(),
            files,
            user,
        })
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

/// A stream that does not block.
fn own(stream: Option<impl Into<OwnedFd>>) -> Result<Option<File>, Report> {
    let Some(stream) = stream else {
        return Ok(None);
    };
    let stream: OwnedFd = stream.into();
    fcntl(stream.as_fd(), FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    Ok(Some(File::from(stream)))
}
