//! A program to be run, and `check --launch ENGINE USER PROGRAM …`: what becomes the program. It stops before
//! it does anything, so that the engine can take hold of it, and then takes its bounds, its user and its
//! place upon itself.

use std::env;
use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{self, Command, ExitCode};

use super::channel::Channel;
use super::landlock;
use super::step::Step;
use nix::errno::Errno;
use nix::sys::prctl::set_pdeathsig;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, raise, sigprocmask};
use nix::unistd::{Gid, Uid, getppid, setgid, setgroups, setsid, setuid};

/// A program to be run.
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
        Self {
            words: words.into_iter().map(Into::into).collect(),
            user: None,
            channel: Channel::Pipes,
            input: Vec::new(),
            steps: Vec::new(),
            keeps_input: false,
            ignores_calls: false,
        }
    }

    pub fn on(self, channel: Channel) -> Self {
        Self { channel, ..self }
    }

    pub fn by(self, user: Option<u32>) -> Self {
        Self { user, ..self }
    }

    pub fn reading(self, input: impl Into<Vec<u8>>) -> Self {
        let input = input.into();
        Self { input, ..self }
    }

    pub fn with(self, steps: &[Step]) -> Self {
        let steps = steps.to_vec();
        Self { steps, ..self }
    }

    pub fn keeping_input(self) -> Self {
        let keeps_input = true;
        Self { keeps_input, ..self }
    }
}

/// The check's own argument for it.
pub const LAUNCH: &str = "--launch";

/// A command of these words, launched in a folder, as another user or as the one who runs the check (`-`). Its
/// environment is its own: locale and stdio settings of the caller would change what C prints.
pub fn command(words: &[OsString], user: Option<u32>, folder: &Path) -> io::Result<Command> {
    let mut command = Command::new(env::current_exe()?);
    command
        .args([LAUNCH, &process::id().to_string()])
        .arg(user.map_or("-".to_string(), |user| user.to_string()))
        .args(words)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .env("TMPDIR", ".")
        .current_dir(folder);
    Ok(command)
}

pub fn launch(mut words: impl Iterator<Item = OsString>) -> ExitCode {
    let mut word = || words.next().unwrap_or_default().to_string_lossy().into_owned();
    let (engine, user) = (word(), word());
    let words: Vec<OsString> = words.collect();
    let error = match (prepare(&engine, &user, &words), words.split_first()) {
        (Ok(()), Some((program, words))) => Command::new(program).args(words).exec(),
        (Err(errno), _) => errno.into(),
        (Ok(()), None) => io::ErrorKind::InvalidInput.into(),
    };
    eprintln!("check: {words:?}: {error}");
    ExitCode::from(127)
}

fn prepare(engine: &str, user: &str, words: &[OsString]) -> nix::Result<()> {
    sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None)?;
    super::sys::reset_signals();
    setsid()?; // a signal to its group reaches nobody else
    // Until the engine has taken hold of it, it would outlive the engine, stopped for ever.
    set_pdeathsig(Signal::SIGKILL)?;
    if getppid().to_string() != engine {
        return Err(Errno::ESRCH);
    }
    raise(Signal::SIGSTOP)?;
    set_pdeathsig(None)?;
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    setrlimit(Resource::RLIMIT_DATA, 512 << 20, 512 << 20)?;
    setrlimit(Resource::RLIMIT_FSIZE, 64 << 20, 64 << 20)?;
    if let Ok(user) = user.parse() {
        setgroups(&[])?;
        setgid(Gid::from_raw(user))?;
        setuid(Uid::from_raw(user))?;
    }
    // Another program may run it, such as sh: then it is among the arguments.
    let programs: Vec<&Path> =
        words.iter().map(Path::new).filter(|word| word.is_absolute()).collect();
    landlock::confine(Path::new("."), &programs)
}
