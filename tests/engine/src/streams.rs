//! The standard streams of a run. Nothing here blocks: the loop comes by again.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::os::fd::{AsFd, OwnedFd};
use std::process::ExitStatus;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags};
use nix::pty::openpty;
use nix::sys::termios::{self, LocalFlags, SetArg};
use nix::unistd::{Uid, fchown, pipe2, read, write};

use crate::channel::Channel;
use crate::files::memory_file;
use crate::launch::Launch;
use crate::outcome::Outcome;
use crate::trouble::{Trouble, While};

/// More output than this has no end.
const MOST_OUTPUT: usize = 1 << 20;

pub struct Streams {
    /// What is still to be written, from `written` on.
    input: Vec<u8>,
    written: usize,
    stdin: Option<OwnedFd>,
    stdout: Output,
    stderr: Output,
    /// The input and the output, where they are files.
    files: Option<(File, File)>,
    /// What keeps the input open: the user's end of a terminal, or a copy of the writing end.
    keeps: Option<OwnedFd>,
}

struct Output {
    stream: Option<OwnedFd>,
    bytes: Vec<u8>,
}

impl Streams {
    /// Connects them as the launch asks; gives the program's ends.
    pub fn of(launch: &Launch) -> Result<(Self, [OwnedFd; 3]), Trouble> {
        Self::connect(launch).doing(format!("connecting the streams of {:?}", launch.words))
    }

    fn connect(launch: &Launch) -> io::Result<(Self, [OwnedFd; 3])> {
        let [(stdin, writes), (reads, stdout), (errors, stderr)] = [pipe()?, pipe()?, pipe()?];
        let mut streams = Self {
            input: launch.input.clone(),
            written: 0,
            keeps: launch.keeps_input.then(|| writes.try_clone()).transpose()?,
            stdin: Some(not_blocking(writes)?),
            stdout: Output { stream: Some(not_blocking(reads)?), bytes: Vec::new() },
            stderr: Output { stream: Some(not_blocking(errors)?), bytes: Vec::new() },
            files: None,
        };
        let pipes = [stdin, stdout, stderr];
        let programs = match launch.channel {
            Channel::Pipes => pipes,
            Channel::OneFile => streams.connect_files()?,
            Channel::Terminal | Channel::TerminalInput | Channel::TerminalOutput => {
                streams.connect_terminal(launch.channel, pipes)?
            }
            Channel::ReaderGone => {
                let [stdin, _, stderr] = pipes;
                [stdin, pipe()?.1, stderr]
            }
            Channel::HungUp => {
                let ([_, _, stderr], (_, gone)) = (pipes, terminal()?);
                [gone.try_clone()?, gone, stderr]
            }
        };
        Ok((streams, programs))
    }

    /// One file is the input, another both outputs.
    fn connect_files(&mut self) -> io::Result<[OwnedFd; 3]> {
        let (input, output) = (memory_file(&self.input)?, memory_file(b"")?);
        let copies = [input.try_clone()?, output.try_clone()?, output.try_clone()?];
        self.files = Some((input, output));
        Ok(copies.map(OwnedFd::from))
    }

    /// A terminal takes the place of some of the pipes.
    fn connect_terminal(
        &mut self,
        channel: Channel,
        mut programs: [OwnedFd; 3],
    ) -> io::Result<[OwnedFd; 3]> {
        let (user, program) = terminal()?;
        if channel.is_typed() {
            type_in(&user, &self.input)?;
            programs[0] = program.try_clone()?;
        }
        if channel.prints_on_terminal() {
            [programs[1], programs[2]] = [program.try_clone()?, program];
            self.stdout.stream = Some(not_blocking(user)?);
        } else {
            self.keeps = Some(user);
        }
        Ok(programs)
    }

    /// Writes and reads what there is; whether there was any.
    pub fn transfer(&mut self) -> Result<bool, Trouble> {
        let written = self.write();
        let read = self.stdout.read().and_then(|out| Ok(out | self.stderr.read()?));
        Ok(read.doing("reading what a program prints")? | written)
    }

    fn write(&mut self) -> bool {
        let Some(stdin) = &self.stdin else { return false };
        match write(stdin, &self.input[self.written..]) {
            Err(Errno::EAGAIN) => return false,
            Ok(count @ 1..) => self.written += count,
            // All is written; or the program has ended without reading all of it.
            Ok(0) | Err(_) => self.stdin = None,
        }
        true
    }

    /// What to wait for.
    pub fn to_wait_for(&self) -> impl Iterator<Item = PollFd<'_>> {
        let full = self.stdin.iter().map(|stdin| PollFd::new(stdin.as_fd(), PollFlags::POLLOUT));
        let outputs = self.stdout.stream.iter().chain(&self.stderr.stream);
        full.chain(outputs.map(|output| PollFd::new(output.as_fd(), PollFlags::POLLIN)))
    }

    pub fn is_too_long(&self) -> bool {
        self.stdout.bytes.len().max(self.stderr.bytes.len()) > MOST_OUTPUT
    }

    /// What the program did, when it has ended.
    pub fn outcome(&mut self, status: ExitStatus) -> Result<Outcome, Trouble> {
        self.read_all(status).doing("reading what a program has printed")
    }

    fn read_all(&mut self, status: ExitStatus) -> io::Result<Outcome> {
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
    fn read(&mut self) -> nix::Result<bool> {
        let Some(stream) = &self.stream else { return Ok(false) };
        let mut bytes = [0; 1 << 13];
        match read(stream, &mut bytes) {
            // A terminal's end is EIO.
            Ok(0) | Err(Errno::EIO) => self.stream = None,
            Ok(count) => self.bytes.extend_from_slice(&bytes[..count]),
            Err(Errno::EAGAIN) => return Ok(false),
            Err(errno) => return Err(errno),
        }
        Ok(true)
    }
}

/// Makes them the user's, who may then open /dev/stderr and the like: a shell's way to write there.
pub fn give(programs: &[OwnedFd; 3], user: Option<u32>) {
    for stream in programs.iter().filter(|_| user.is_some()) {
        let _ = fchown(stream, user.map(Uid::from_raw), None); // without that it can still be written to
    }
}

/// Its reading and its writing end.
fn pipe() -> nix::Result<(OwnedFd, OwnedFd)> {
    pipe2(OFlag::O_CLOEXEC)
}

fn not_blocking(stream: OwnedFd) -> nix::Result<OwnedFd> {
    fcntl(&stream, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    Ok(stream)
}

/// A new terminal, the user's end and the program's. It does not echo, so that only the program's own
/// output is seen.
fn terminal() -> nix::Result<(OwnedFd, OwnedFd)> {
    let pty = openpty(None, None)?;
    for end in [&pty.master, &pty.slave] {
        fcntl(end, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))?;
    }
    let mut settings = termios::tcgetattr(&pty.slave)?;
    settings.local_flags.remove(LocalFlags::ECHO);
    termios::tcsetattr(&pty.slave, SetArg::TCSANOW, &settings)?;
    Ok((pty.master, pty.slave))
}

/// Types the input and, as a user would, Control-D: once to send an unfinished line, once to end the
/// input.
fn type_in(user: &OwnedFd, input: &[u8]) -> nix::Result<()> {
    let end: &[u8] = if input.ends_with(b"\n") { b"\x04" } else { b"\x04\x04" };
    write(user, &[input, end].concat()).map(drop)
}
