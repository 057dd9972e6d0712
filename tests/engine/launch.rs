//! `check --launch USER PROGRAM …`: what becomes the program. It stops before it does anything, so that
//! the engine can take hold of it, and then takes its bounds, its user and its place upon itself.

use std::env;
use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, raise, sigprocmask};
use nix::unistd::{Gid, Uid, setgid, setgroups, setsid, setuid};

/// The check's own argument for it.
pub const LAUNCH: &str = "--launch";

/// The same command, launched, as another user or as the one who runs the check (`-`).
pub fn command(program: &Command, user: Option<u32>) -> io::Result<Command> {
    let mut command = Command::new(env::current_exe()?);
    command
        .args([
            LAUNCH,
            &user.map_or("-".to_string(), |user| user.to_string()),
        ])
        .arg(program.get_program())
        .args(program.get_args())
        .env_clear();
    for (name, value) in program.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    if let Some(folder) = program.get_current_dir() {
        command.current_dir(folder);
    }
    Ok(command)
}

pub fn launch(mut words: impl Iterator<Item = OsString>) -> ExitCode {
    let user = words.next().unwrap_or_default();
    let program = words.next().unwrap_or_default();
    if let Err(errno) = prepare(&user.to_string_lossy()) {
        eprintln!("check: {}: {errno}", program.to_string_lossy());
        return ExitCode::from(127);
    }
    let error = Command::new(&program).args(words).exec();
    eprintln!("check: {}: {error}", program.to_string_lossy());
    ExitCode::from(127)
}

fn prepare(user: &str) -> nix::Result<()> {
    sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None)?;
    super::sys::reset_signals();
    setsid()?; // a signal to its group reaches nobody else
    raise(Signal::SIGSTOP)?;
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    setrlimit(Resource::RLIMIT_CPU, 5, 6)?; // seconds
    setrlimit(Resource::RLIMIT_DATA, 512 << 20, 512 << 20)?;
    setrlimit(Resource::RLIMIT_FSIZE, 64 << 20, 64 << 20)?;
    if let Ok(user) = user.parse() {
        setgroups(&[])?;
        setgid(Gid::from_raw(user))?;
        setuid(Uid::from_raw(user))?;
    }
    Ok(())
}
