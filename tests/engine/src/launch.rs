//! A program to be run, and its beginning: a process waits until the engine has taken hold of it, takes its bounds,
//! its user and its place upon itself, and becomes the program.

use std::convert::Infallible;
use std::ffi::{CString, OsStr, OsString};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use nix::sys::prctl::set_no_new_privs;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::SigSet;
use nix::unistd::{
    AccessFlags, access, chdir, dup2_stderr, dup2_stdin, dup2_stdout, execve, setsid,
};

use crate::calls::Kind;
use crate::channel::Channel;
use crate::step::Step;
use crate::trouble::{Trouble, While};
use crate::user::become_user;
use crate::{filter, landlock, sys};

/// A program to be run.
#[derive(Clone, Default)]
pub struct Launch {
    /// The program and its arguments. A word that is an absolute path may be read and executed.
    pub words: Vec<OsString>,
    /// Another user than the caller, if root is to act as one. Root's programs never run as root.
    pub user: Option<u32>,
    /// How its streams are connected.
    pub channel: Channel,
    /// What it reads there.
    pub input: Vec<u8>,
    /// What is done to its processes.
    pub steps: Vec<Step>,
    /// Its input stays open when all of it is written.
    pub keeps_input: bool,
    /// What it may do.
    pub kind: Kind,
    /// Settings of its environment beside PATH and TMPDIR.
    pub environment: Vec<(&'static str, String)>,
}

impl Launch {
    /// Runs a command through pipes, with no input.
    #[must_use]
    pub fn of(words: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        Self { words: words.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// In a process that has just been forked: it becomes this user and the program, in this folder and with these
    /// streams, as soon as a byte tells it to go. What keeps it from that, it writes to `trouble`, which exec closes.
    pub(crate) fn begin(
        &self,
        user: Option<u32>,
        go: UnixStream,
        mut trouble: File,
        folder: &Path,
        streams: [OwnedFd; 3],
    ) -> ! {
        let Err(error) = self.become_program(user, go, folder, streams);
        let _ = trouble.write_all(error.to_string().as_bytes());
        sys::exit(127)
    }

    fn become_program(
        &self,
        user: Option<u32>,
        mut go: UnixStream,
        folder: &Path,
        streams: [OwnedFd; 3],
    ) -> Result<Infallible, Trouble> {
        leave_the_callers_session()?;
        go.read_exact(&mut [0]).doing("waiting for the engine")?;
        connect(streams)?;
        chdir(folder).doing(format!("entering {}", folder.display()))?;
        become_user(user)?;
        set_no_new_privs().doing("giving up new privileges")?;
        // Another program may run it, such as sh: then it is among the arguments.
        let readable = self.words.iter().map(Path::new).filter(|word| word.is_absolute());
        landlock::confine(folder, &readable.collect::<Vec<_>>())?;
        bound()?; // after Landlock, which opens files
        filter::set(self.kind)?;
        self.execute()
    }

    fn execute(&self) -> Result<Infallible, Trouble> {
        let words = self.words.iter().map(|word| CString::new(word.as_bytes()));
        let words: Vec<CString> = words.collect::<Result<_, _>>().doing("reading the command")?;
        let Some(word) = self.words.first() else {
            return Err(Trouble::new("a command", "it has no words"));
        };
        let file =
            CString::new(file_of(word).as_os_str().as_bytes()).doing("reading the command")?;
        execve(&file, &words, &self.environment()?)
            .doing(format!("starting {}", word.to_string_lossy()))
    }

    /// Locale and stdio settings of the caller would change what C prints.
    fn environment(&self) -> Result<Vec<CString>, Trouble> {
        let fixed = [("PATH", PATH.to_string()), ("TMPDIR", ".".to_string())];
        let all = fixed.iter().chain(&self.environment);
        let all = all.map(|(name, text)| CString::new(format!("{name}={text}")));
        all.collect::<Result<_, _>>().doing("setting the environment")
    }
}

/// Where programs are looked up, by the engine and by what it runs.
pub const PATH: &str = "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The file of a command's first word, which may be a name alone.
fn file_of(word: &OsStr) -> PathBuf {
    let is_name = !word.as_bytes().contains(&b'/');
    let mut places = PATH.split(':').filter(|_| is_name).map(|folder| Path::new(folder).join(word));
    let found = places.find(|file| access(file, AccessFlags::X_OK).is_ok());
    found.unwrap_or_else(|| word.into())
}

/// A signal to the program's group reaches nobody else, and acts as by default: Rust's own start ignores SIGPIPE,
/// nohup SIGHUP, and so on.
fn leave_the_callers_session() -> Result<(), Trouble> {
    SigSet::all().thread_unblock().doing("unblocking signals")?;
    sys::reset_signals(&(1..32).collect::<Vec<_>>());
    setsid().map(drop).doing("leaving the caller's session")
}

/// These are its standard streams, and it has no other descriptor.
fn connect([stdin, stdout, stderr]: [OwnedFd; 3]) -> Result<(), Trouble> {
    let connected =
        dup2_stdin(stdin).and_then(|()| dup2_stdout(stdout)).and_then(|()| dup2_stderr(stderr));
    connected.doing("connecting the streams")?;
    sys::keep_descriptors_from_the_next_program().doing("keeping descriptors from the program")
}

/// What the kernel holds it to. `world::bounds` has the rest.
fn bound() -> Result<(), Trouble> {
    let limits = [
        (Resource::RLIMIT_CORE, 0),
        (Resource::RLIMIT_FSIZE, LARGEST_FILE),
        (Resource::RLIMIT_MSGQUEUE, 0),
        (Resource::RLIMIT_NOFILE, 256),
    ];
    for (what, most) in limits {
        let (_, now) = nix::sys::resource::getrlimit(what).doing(format!("asking for {what:?}"))?;
        let most = now.min(most);
        setrlimit(what, most, most).doing(format!("setting {what:?}"))?;
    }
    Ok(())
}

/// In bytes.
pub(crate) const LARGEST_FILE: u64 = 64 << 20;
