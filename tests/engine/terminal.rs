//! A terminal for a program to run on.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::process::Stdio;

use nix::fcntl::{OFlag, open};
use nix::pty::{grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::stat::Mode;
use nix::sys::termios::{self, LocalFlags, SetArg};

use super::report::Report;

/// The user's end, and the program's.
pub struct Terminal {
    user: File,
    program: Option<OwnedFd>,
}

impl Terminal {
    /// A new terminal that does not echo, so that only the program's own output is seen.
    pub fn new() -> Result<Self, Report> {
        let flags = OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
        let user = posix_openpt(flags)?;
        grantpt(&user)?;
        unlockpt(&user)?;
        let program = open(ptsname_r(&user)?.as_str(), flags, Mode::empty())?;
        let mut settings = termios::tcgetattr(&program)?;
        settings.local_flags.remove(LocalFlags::ECHO);
        termios::tcsetattr(&program, SetArg::TCSANOW, &settings)?;
        Ok(Self { user: File::from(OwnedFd::from(user)), program: Some(program) })
    }

    /// The program's end, for one of its standard streams.
    pub fn stream(&self) -> Result<Stdio, Report> {
        let program = self.program.as_ref();
        let program = program.ok_or_else(|| Report::failed("the terminal's end is given away"))?;
        Ok(program.try_clone()?.into())
    }

    /// Types the input and, as a user would, Control-D: once to send an unfinished line, once to
    /// end the input.
    pub fn type_in(&mut self, input: &[u8]) -> Result<(), Report> {
        self.user.write_all(input)?;
        self.user.write_all(if input.ends_with(b"\n") { b"\x04" } else { b"\x04\x04" })?;
        Ok(())
    }

    /// The program's end of a terminal whose window was closed.
    pub fn hung_up() -> Result<Stdio, Report> {
        let Self { user, program } = Self::new()?;
        drop(user);
        Ok(program.map_or_else(Stdio::null, Stdio::from))
    }

    /// The user's end, which comes to its end when no program has the other one open.
    pub fn user_alone(&mut self) -> io::Result<File> {
        self.program = None;
        self.user.try_clone()
    }
}
