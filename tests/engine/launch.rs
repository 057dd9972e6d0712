//! A program to be run, and its beginning: a process stops before it does anything, so that the engine can take
//! hold of it, and then takes its bounds, its user and its place upon itself.

use std::ffi::{OsStr, OsString};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, exit};

use super::channel::Channel;
use super::landlock;
use super::step::Step;
use super::sys;
use nix::errno::Errno;
use nix::sys::prctl::set_pdeathsig;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, raise, sigprocmask};
use nix::unistd::{
    Gid, Pid, Uid, chdir, dup2_stderr, dup2_stdin, dup2_stdout, getppid, setgid, setgroups, setsid,
    setuid,
};

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
}

/// In a process that has just been forked: what becomes the program. Its environment is its own, because locale
/// and stdio settings of the caller would change what C prints.
pub fn begin(launch: &Launch, engine: Pid, folder: &Path, streams: [OwnedFd; 3]) -> ! {
    let words = &launch.words;
    let error = match prepare(launch, engine, folder, streams) {
        Err(errno) => errno.into(),
        Ok(()) => Command::new(words.first().map_or(OsStr::new(""), OsString::as_os_str))
            .args(words.iter().skip(1))
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
            .env("TMPDIR", ".")
            .exec(),
    };
    eprintln!("check: {words:?}: {error}");
    exit(127)
}

fn prepare(
    launch: &Launch,
    engine: Pid,
    folder: &Path,
    [stdin, stdout, stderr]: [OwnedFd; 3],
) -> nix::Result<()> {
    dup2_stdin(stdin)?;
    dup2_stdout(stdout)?;
    dup2_stderr(stderr)?;
    chdir(folder)?;
    sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None)?;
    sys::reset_signals();
    setsid()?; // a signal to its group reaches nobody else
    // Until the engine has taken hold of it, it would outlive the engine, stopped for ever.
    set_pdeathsig(Signal::SIGKILL)?;
    if getppid() != engine {
        return Err(Errno::ESRCH);
    }
    raise(Signal::SIGSTOP)?;
    set_pdeathsig(None)?;
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    setrlimit(Resource::RLIMIT_DATA, 512 << 20, 512 << 20)?;
    setrlimit(Resource::RLIMIT_FSIZE, 64 << 20, 64 << 20)?;
    if let Some(user) = launch.user {
        setgroups(&[])?;
        setgid(Gid::from_raw(user))?;
        setuid(Uid::from_raw(user))?;
    }
    // Another program may run it, such as sh: then it is among the arguments.
    let programs: Vec<&Path> =
        launch.words.iter().map(Path::new).filter(|word| word.is_absolute()).collect();
    landlock::confine(Path::new("."), &programs)
}
