//! A segment table of its own, for what works on the lab's real keys or sets the kernel's limits.

use std::fs;
use std::io;
use std::process::{Command, Stdio};

use nix::errno::Errno;
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{getegid, geteuid};

use crate::engine::Report;

/// Whether the kernel gives this user a segment table of its own.
pub fn has_own_tables() -> bool {
    succeeds("unshare --ipc true") || succeeds("unshare --user --map-current-user --ipc true")
}

/// Whether a command of the shell does.
pub fn succeeds(command: &str) -> bool {
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    shell.status().is_ok_and(|status| status.success())
}

/// A namespace in which every ID is still the user's own: nothing looks different inside.
fn enter_user_namespace() -> io::Result<()> {
    let (user, group) = (geteuid(), getegid());
    unshare(CloneFlags::CLONE_NEWUSER)?;
    fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/gid_map", format!("{group} {group} 1"))
}

/// Runs what works on the lab's real keys in a new and empty segment table. This process has no threads,
/// and stays there.
pub fn in_own_table<T>(work: impl FnOnce() -> Result<T, Report>) -> Result<T, Report> {
    if unshare(CloneFlags::CLONE_NEWIPC) == Err(Errno::EPERM) {
        enter_user_namespace()?;
        unshare(CloneFlags::CLONE_NEWIPC)?;
    }
    work()
}
