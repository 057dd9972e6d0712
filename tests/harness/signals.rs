//! The signals by which a user ends a check.

use std::fs;
use std::io;

use nix::sys::signal::{SigSet, Signal};

/// The signals that end a program. One that is ignored, as nohup ignores SIGHUP, is not among them: once blocked, it
/// would be delivered all the same.
pub fn user_signals() -> io::Result<SigSet> {
    let status = fs::read_to_string("/proc/self/status")?;
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    let all = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP];
    Ok(all.into_iter().filter(|&signal| ignored >> (signal as u32 - 1) & 1 == 0).collect())
}
