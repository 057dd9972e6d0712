//! What this machine allows, and where a case runs: in a segment table of its own, where the kernel
//! gives one.

use std::env;
use std::fs::{self, File};
use std::io;
use std::process::{Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use common::{CREATE_KEY, DYNAMIC_KEY, FORK_KEY};
use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{getegid, geteuid};

use super::channel::Channel;
use super::programs::wrapped;
use super::report::Report;
use super::segment_table;
use super::tracer::{STOPPED, trace};

/// What a case needs beside the programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    OwnTable,
    KernelLimits,
    OtherUsers,
    OrdinaryUser,
    Strace,
    Ptrace,
    /// The programs are ours: the case is about how they are built, or what they alone promise.
    Ours,
}

impl Need {
    /// Why a case that needs it does not run where there is none.
    pub fn reason(self) -> &'static str {
        match self {
            Self::OwnTable => "needs a segment table of its own: this kernel gives you none",
            Self::KernelLimits => "needs root, to set the kernel's limits",
            Self::OtherUsers => "needs root, to act as two users",
            Self::OrdinaryUser => "needs an ordinary user: root may do everything",
            Self::Strace => "needs strace, to make system calls fail: apt install strace",
            Self::Ptrace => "needs ptrace, to hold a process: it is forbidden here",
            Self::Ours => "it is about our own programs alone",
        }
    }

    const ALL: [Self; 7] = [
        Self::OwnTable,
        Self::KernelLimits,
        Self::OtherUsers,
        Self::OrdinaryUser,
        Self::Strace,
        Self::Ptrace,
        Self::Ours,
    ];

    fn is_met(self) -> bool {
        let become_another = "setpriv --reuid=65534 --regid=65534 --clear-groups true";
        match self {
            Self::OwnTable => TABLE.get() != Some(&Table::Machines),
            Self::KernelLimits => {
                Self::OwnTable.is_met()
                    && succeeds("unshare --ipc sh -c 'echo 1024 >/proc/sys/kernel/shmmni'")
            }
            Self::OtherUsers => succeeds(become_another),
            Self::OrdinaryUser => !geteuid().is_root() || succeeds(become_another),
            Self::Strace => succeeds("strace -o /dev/null -e inject=shmget:error=ENOSPC true"),
            Self::Ptrace => can_trace().is_ok(),
            Self::Ours => super::programs::yours().is_none(),
        }
    }
}

fn succeeds(command: &str) -> bool {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", command])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    shell.status().is_ok_and(|status| status.success())
}

fn can_trace() -> Result<(), Report> {
    let mut words = STOPPED.to_vec();
    words.extend(["sh", "-c", "(:)"]);
    let running = Channel::Pipes.start(wrapped(&words, "sh".as_ref()), b"")?;
    let traced = trace(running.group(), &[]);
    if traced.is_err() {
        let _ = nix::sys::signal::killpg(running.group(), nix::sys::signal::Signal::SIGKILL);
    }
    running.finish_with(traced?.status).map(drop)
}

/// What the runner has found out, for the processes that play the cases.
pub const FACTS: &str = "CHECK_FACTS";

/// The needs that are met here, by their names.
pub fn facts() -> &'static str {
    static FOUND: OnceLock<String> = OnceLock::new();
    FOUND.get_or_init(|| {
        env::var(FACTS).unwrap_or_else(|_| {
            let met = Need::ALL.into_iter().filter(|need| need.is_met());
            met.map(|need| format!("{need:?} "))
                .collect::<Vec<_>>()
                .concat()
        })
    })
}

pub fn has(need: Need) -> bool {
    facts().contains(&format!("{need:?} "))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Table {
    Own,
    Machines,
}

static TABLE: OnceLock<Table> = OnceLock::new();

/// Prepares the runner, before it has threads: with threads it could not enter a user namespace.
/// `SHARED_TABLE=1` keeps it in the machine's own table.
pub fn enter() -> io::Result<()> {
    let is_shared = env::var("SHARED_TABLE").is_ok_and(|value| !value.is_empty());
    let table = if is_shared {
        Table::Machines
    } else if succeeds("unshare --ipc true") {
        Table::Own
    } else if succeeds("unshare --user --map-current-user --ipc true") {
        enter_user_namespace()?;
        Table::Own
    } else {
        Table::Machines
    };
    if table == Table::Machines {
        take_the_machines_table()?;
    }
    TABLE.get_or_init(|| table);
    Ok(())
}

/// A namespace in which every ID is still the user's own: nothing looks different inside.
fn enter_user_namespace() -> io::Result<()> {
    let (user, group) = (geteuid(), getegid());
    unshare(CloneFlags::CLONE_NEWUSER)?;
    fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/gid_map", format!("{group} {group} 1"))
}

/// Other runs of the checks wait until this one has ended; a key that anybody else uses stops it.
fn take_the_machines_table() -> io::Result<()> {
    static LOCK: OnceLock<Flock<File>> = OnceLock::new();
    let table = File::open(segment_table::PATH)?;
    let lock = Flock::lock(table, FlockArg::LockExclusiveNonblock).or_else(|(table, _)| {
        println!("Waiting for another run of the checks to leave the machine's segment table.");
        Flock::lock(table, FlockArg::LockExclusive)
    });
    let lock = lock.map_err(|(_, errno)| errno)?;
    LOCK.get_or_init(|| lock);
    for row in segment_table::rows()? {
        if [CREATE_KEY, FORK_KEY, DYNAMIC_KEY].contains(&row.key) {
            let owner = segment_table::user_name(row.owner);
            return Err(io::Error::other(format!(
                "key {} is taken by segment {} of {owner}, and this machine\ngives the checks no \
                 segment table of their own. Next: ipcrm -m {}",
                row.key, row.id, row.id
            )));
        }
    }
    Ok(())
}

/// Nothing of a scene may run if this fails: it would run among everybody's segments.
fn leave_the_machines_table() -> Result<(), Report> {
    // An older kernel frees the namespaces of those that have ended a little later.
    let start = Instant::now();
    loop {
        match unshare(CloneFlags::CLONE_NEWIPC) {
            Err(Errno::ENOSPC) if start.elapsed() < Duration::from_secs(20) => thread::yield_now(),
            result => return Ok(result?),
        }
    }
}

/// Runs a scene in a new, empty segment table; without namespaces, alone in the machine's.
pub fn in_own_table<T: Send>(
    scene: impl FnOnce() -> Result<T, Report> + Send,
) -> Result<T, Report> {
    static ALONE: Mutex<()> = Mutex::new(());
    let in_thread = || {
        if has(Need::OwnTable) {
            leave_the_machines_table()?;
            return scene();
        }
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        scene()
    };
    let result = thread::scope(|scope| scope.spawn(in_thread).join());
    result.unwrap_or_else(|_| Err(Report::failed("the check itself panicked: see above")))
}
