//! A program to be run, and its beginning: a process waits until the engine has taken hold of it, and then
//! takes its bounds, its user and its place upon itself.

use std::convert::Infallible;
use std::ffi::OsString;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, exit};

use super::channel::Channel;
use super::landlock;
use super::step::Step;
use super::sys;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::SigSet;
use nix::unistd::setsid;

/// A program to be run.
#[derive(Default)]
pub struct Launch {
    pub words: Vec<OsString>,
    pub user: Option<u32>,
    pub channel: Channel,
    pub input: Vec<u8>,
    pub steps: Vec<Step>,
    /// Its input stays open when all of it is written.
    pub keeps_input: bool,
    /// Its system calls are its own affair: a linker makes tens of thousands.
    pub ignores_calls: bool,
}

impl Launch {
    /// Runs a command through pipes, with no input.
    pub fn of(words: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        Self { words: words.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// In a process that has just been forked: it becomes the program, in this folder and with these streams,
    /// as soon as a byte tells it to go.
    pub fn begin(&self, go: UnixStream, folder: &Path, streams: [OwnedFd; 3]) -> ! {
        let Err(error) = self.become_program(go, folder, streams);
        eprintln!("check: {:?}: {error}", self.words);
        exit(127)
    }

    fn become_program(
        &self,
        mut go: UnixStream,
        folder: &Path,
        [stdin, stdout, stderr]: [OwnedFd; 3],
    ) -> io::Result<Infallible> {
        SigSet::all().thread_unblock()?;
        sys::reset_signals();
        setsid()?; // a signal to its group reaches nobody else
        go.read_exact(&mut [0])?; // there is nothing to read if the engine has died
        setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
        setrlimit(Resource::RLIMIT_DATA, 512 << 20, 512 << 20)?;
        setrlimit(Resource::RLIMIT_FSIZE, 64 << 20, 64 << 20)?;
        // Another program may run it, such as sh: then it is among the arguments.
        let programs = self.words.iter().map(Path::new).filter(|word| word.is_absolute());
        landlock::confine(folder, &programs.collect::<Vec<_>>())?;
        let (program, words) = self.words.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        // Locale and stdio settings of the caller would change what C prints.
        let mut command = Command::new(program);
        command.args(words).env_clear().env("TMPDIR", ".");
        command.env("PATH", "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        if let Some(user) = self.user {
            command.uid(user).gid(user); // and no other groups
        }
        Err(command.current_dir(folder).stdin(stdin).stdout(stdout).stderr(stderr).exec())
    }
}
