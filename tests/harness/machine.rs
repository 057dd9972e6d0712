//! What this machine allows.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use nix::sched::{CloneFlags, unshare};
use nix::sys::resource::{Resource, getrlimit};
use nix::unistd::{getegid, geteuid};

use super::browser;
use super::play::has_two_users;
use super::programs::yours;
use super::report::Verdict;
use engine::{NOBODY, While, can_become};

/// What a case needs beside the programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    OwnTable,
    /// To have programs run as two users.
    TwoUsers,
    /// The same in a segment table of its own: where that takes a namespace of users, it has one alone.
    TwoUsersInTable,
    /// That they do not run as root, not even without capabilities.
    OrdinaryUser,
    /// The user of the check is no root.
    NotRoot,
    Strace,
    /// Chromium, for the page of a run.
    Browser,
    /// To mount a disk of so little room that it is soon full.
    SmallDisk,
    /// 400 processes, twice those of sixty-four runs at once, and their streams.
    ManyProcesses,
    /// The programs are the Rust programs: the case is about how they are built, or what they alone promise.
    Ours,
}

impl Need {
    /// Why a case that needs this is not run where it is missing.
    pub fn reason(self) -> &'static str {
        match self {
            Self::OwnTable => "needs a segment table of its own, which the kernel does not give",
            Self::TwoUsers => "needs root, to act as two users",
            Self::TwoUsersInTable => {
                "needs root with CAP_SYS_ADMIN, to act as two users in a segment table of its own"
            }
            Self::OrdinaryUser | Self::NotRoot => "needs an ordinary user: root may do everything",
            Self::Strace => "needs strace, to make system calls fail: apt install strace",
            Self::Browser => "needs a browser: apt install chromium",
            Self::SmallDisk => "needs a disk of its own, which the kernel does not give",
            Self::ManyProcesses => "needs 400 processes and 512 open files: a limit here is lower",
            Self::Ours => "it is about our own programs alone",
        }
    }

    /// Whether this machine meets it.
    pub fn is_met_here(self) -> bool {
        has(self)
    }

    fn is_met(self) -> bool {
        match self {
            Self::OwnTable => {
                succeeds("unshare --ipc true || unshare --user --map-current-user --ipc true")
            }
            Self::TwoUsers => has_two_users(),
            Self::TwoUsersInTable => has_two_users() && succeeds("unshare --ipc true"),
            Self::OrdinaryUser => !geteuid().is_root() || can_become(NOBODY),
            Self::NotRoot => !geteuid().is_root(),
            Self::Strace => succeeds("strace -o /dev/null -e inject=shmget:error=ENOSPC true"),
            Self::Browser => browser::name().is_some(),
            Self::SmallDisk => {
                succeeds("unshare --user --map-root-user --mount mount -t tmpfs none /tmp")
            }
            Self::ManyProcesses => most_processes() >= 400 && most_files() >= 512,
            Self::Ours => yours().is_none(),
        }
    }
}

/// What the user's limit and the control group's leave. Root's programs run as another user, to whom the limit applies.
pub fn most_processes() -> u64 {
    let users = getrlimit(Resource::RLIMIT_NPROC).map_or(0, |(soft, _)| soft);
    users.min(groups_limit().unwrap_or(u64::MAX))
}

/// In the one tree of version 2, or in the tree of version 1 that counts processes. See cgroups(7).
fn groups_limit() -> Option<u64> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let limits = groups.lines().filter_map(|line| {
        let (controllers, group) = line.split_once(':')?.1.split_once(':')?;
        let tree = if controllers.is_empty() { "" } else { controllers };
        let group = Path::new("/sys/fs/cgroup").join(tree).join(group.trim_start_matches('/'));
        fs::read_to_string(group.join("pids.max")).ok()?.trim().parse().ok()
    });
    limits.min()
}

fn most_files() -> u64 {
    getrlimit(Resource::RLIMIT_NOFILE).map_or(0, |(soft, _)| soft)
}

pub fn has(need: Need) -> bool {
    // One for each need.
    static MET: [OnceLock<bool>; 10] = [const { OnceLock::new() }; 10];
    *MET[need as usize].get_or_init(|| need.is_met())
}

/// Moves this process to a segment table of its own, where the lab's real keys are free. An ordinary user needs
/// a user namespace for it. See namespaces(7).
pub fn enter_own_table() -> Verdict {
    if unshare(CloneFlags::CLONE_NEWIPC).is_ok() {
        return Ok(());
    }
    let (user, group) = (geteuid(), getegid());
    let entered = unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWIPC)
        .map_err(io::Error::from)
        .and_then(|()| fs::write("/proc/self/uid_map", format!("{user} {user} 1")))
        .and_then(|()| fs::write("/proc/self/setgroups", "deny"))
        .and_then(|()| fs::write("/proc/self/gid_map", format!("{group} {group} 1")));
    Ok(entered.doing("taking a segment table of one's own")?)
}

/// Whether a command of the shell succeeds.
fn succeeds(command: &str) -> bool {
    Command::new("sh").args(["-c", command]).output().is_ok_and(|output| output.status.success())
}
