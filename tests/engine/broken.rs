//! Streams whose other end is gone.
//!
//! Made before there are threads: a program that another thread is just starting would have a copy
//! of the other end for a moment, and so keep it alive.

use std::os::fd::OwnedFd;
use std::process::Stdio;
use std::sync::OnceLock;

use nix::fcntl::OFlag;
use nix::unistd::pipe2;

use super::report::Report;
use super::terminal::Terminal;

static PIPE: OnceLock<OwnedFd> = OnceLock::new();
static TERMINAL: OnceLock<OwnedFd> = OnceLock::new();

pub fn make() -> Result<(), Report> {
    let (_, pipe) = pipe2(OFlag::O_CLOEXEC)?;
    PIPE.get_or_init(|| pipe);
    if let Some(terminal) = Terminal::new()?.hang_up() {
        TERMINAL.get_or_init(|| terminal);
    }
    Ok(())
}

/// A pipe that nobody reads any more.
pub fn pipe() -> Result<Stdio, Report> {
    copy(&PIPE)
}

/// A terminal that was hung up.
pub fn terminal() -> Result<Stdio, Report> {
    copy(&TERMINAL)
}

fn copy(stream: &OnceLock<OwnedFd>) -> Result<Stdio, Report> {
    let stream = stream.get().ok_or_else(|| Report::failed("broken::make was not called"))?;
    Ok(stream.try_clone()?.into())
}
