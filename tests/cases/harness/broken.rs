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

static STREAMS: OnceLock<[OwnedFd; 2]> = OnceLock::new();

pub fn make() -> Result<(), Report> {
    let (_, pipe) = pipe2(OFlag::O_CLOEXEC)?;
    let terminal = Terminal::new()?.hang_up();
    STREAMS.get_or_init(|| [pipe, terminal]);
    Ok(())
}

/// A pipe that nobody reads any more.
pub fn pipe() -> Result<Stdio, Report> {
    copy(0)
}

/// A terminal that was hung up.
pub fn terminal() -> Result<Stdio, Report> {
    copy(1)
}

fn copy(index: usize) -> Result<Stdio, Report> {
    let streams = STREAMS
        .get()
        .ok_or_else(|| Report("made at the start".to_string()))?;
    Ok(streams[index].try_clone()?.into())
}
