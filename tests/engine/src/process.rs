//! What /proc tells of a process. See proc(5).

use std::fs::{self, File};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::Path;

use nix::unistd::{Pid, SysconfVar, sysconf};

/// The file /proc/PID/stat of one process or thread, kept open because it is read at each stop.
pub struct Stat(Option<File>);

/// What it says.
pub struct Facts {
    /// As ps(1) shows it: R, S, D, T, t, Z, X; X also where there is nothing any more.
    pub state: char,
    /// How many bytes it has in memory.
    pub memory: u64,
}

impl Stat {
    /// Of this process or thread.
    pub fn of(pid: Pid) -> Self {
        Self(File::open(format!("/proc/{pid}/stat")).ok())
    }

    /// As it is now.
    pub fn read(&self) -> Facts {
        let mut bytes = [0; 512];
        let length = self.0.as_ref().and_then(|file| file.read_at(&mut bytes, 0).ok()).unwrap_or(0);
        let text = String::from_utf8_lossy(&bytes[..length]);
        // After the name, which may hold anything.
        let mut fields = text.rsplit_once(") ").map_or("", |(_, fields)| fields).split(' ');
        let state = fields.next().and_then(|field| field.chars().next()).unwrap_or('X');
        let pages = fields.nth(20).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
        let page = sysconf(SysconfVar::PAGE_SIZE).ok().flatten().unwrap_or(4096).unsigned_abs();
        Facts { state, memory: pages.saturating_mul(page) }
    }
}

/// Whether there is such a process that has not ended. (Number 0 is one in another PID namespace.)
pub fn is_running(pid: Pid) -> bool {
    pid.as_raw() == 0 || !matches!(Stat::of(pid).read().state, 'Z' | 'X')
}

/// Whether there is such a process, be it one that has ended and was not waited for yet.
pub fn exists(pid: Pid) -> bool {
    pid.as_raw() == 0 || Path::new(&format!("/proc/{pid}")).exists()
}

/// Whether a process has the writing end of a pipe open. The links in /proc/PID/fd have the mode in which the
/// descriptors were opened.
pub fn can_write(pid: Pid, pipe: &Path) -> bool {
    let entries = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    let mut own = entries.filter(|entry| fs::read_link(entry.path()).is_ok_and(|to| to == pipe));
    own.any(|entry| entry.metadata().is_ok_and(|link| link.permissions().mode() & 0o200 != 0))
}
