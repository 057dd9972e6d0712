//! Where a case runs: among processes of its own, which can signal nothing outside, and in a segment
//! table of its own, where the kernel gives these.

use std::env;
use std::fs::{self, File};
use std::io;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use common::{CREATE_KEY, DYNAMIC_KEY, FORK_KEY};
use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{getegid, geteuid};

use super::cgroup;
use super::machine::{Need, has, succeeds};
use super::report::Report;
use super::segment_table;

/// Words before a command: all that it starts ends with it, and sees no process outside. As root,
/// and as anybody.
const SHELTERS: [&str; 2] = [
    "unshare --pid --fork --kill-child --mount-proc",
    "unshare --user --map-current-user --pid --fork --kill-child --mount-proc",
];

/// The words that do it here; none where the kernel allows neither.
pub fn shelter() -> &'static [&'static str] {
    static FOUND: OnceLock<Vec<&str>> = OnceLock::new();
    FOUND.get_or_init(|| {
        let is_allowed = |words: &&str| succeeds(&format!("{words} true"));
        let words = SHELTERS.into_iter().find(is_allowed).unwrap_or_default();
        words.split_whitespace().collect()
    })
}

/// Whether each case can have a segment table. `SHARED_TABLE=1` keeps them in the machine's.
pub fn has_own_tables() -> bool {
    let is_shared = env::var("SHARED_TABLE").is_ok_and(|value| !value.is_empty());
    let shelter = shelter().join(" ");
    let works = |words: &str| succeeds(&format!("{shelter} {words} true"));
    !is_shared && (works("unshare --ipc") || works("unshare --user --map-current-user --ipc"))
}

/// Prepares a process that plays a case, before it has threads: with threads it could not enter a
/// user namespace. Root needs none.
pub fn enter() -> Result<(), Report> {
    if has(Need::OwnTable) && unshare(CloneFlags::CLONE_NEWIPC) == Err(Errno::EPERM) {
        enter_user_namespace()?;
        cgroup::limit_user()?;
    }
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
pub fn take_the_machines_table() -> io::Result<()> {
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
