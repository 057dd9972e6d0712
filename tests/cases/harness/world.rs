//! Where a case runs: in a segment table of its own, where the kernel gives one.

use std::fs::{self, File};
use std::io;
use std::panic;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Instant;

use common::{CREATE_KEY, DYNAMIC_KEY, FORK_KEY};
use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl::set_child_subreaper;
use nix::unistd::{getegid, geteuid};

use super::broken;
use super::channel::LIMIT;
use super::segment_table;

/// Whether each run has a segment table of its own, or all share the machine's.
pub const OWN_TABLE: bool = cfg!(any(ipc_namespace, user_namespace));

/// The lab's own folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ is in the lab's folder")
}

/// Where cargo and make put what they build.
pub fn target() -> PathBuf {
    let folder = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    root().join(folder)
}

/// Prepares the process, before the test runner starts its threads: with threads it could not
/// enter a user namespace any more.
pub fn enter() {
    if cfg!(user_namespace) {
        enter_user_namespace().unwrap_or_else(|error| stop(&format!("user namespace: {error}")));
    }
    // What a program leaves running becomes this process's, and is waited for.
    set_child_subreaper(true).unwrap_or_else(|errno| stop(&format!("prctl: {errno}")));
    broken::make().unwrap_or_else(|report| stop(&report.0));
    if !OWN_TABLE {
        take_the_machines_table().unwrap_or_else(|error| stop(&error.to_string()));
    }
}

/// Root of a namespace in which every ID is still the user's own: nothing looks different inside.
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
        eprintln!("waiting for another run of the checks to leave the machine's segment table");
        Flock::lock(table, FlockArg::LockExclusive)
    });
    let lock = lock.map_err(|(_, errno)| errno)?;
    LOCK.get_or_init(|| lock);
    for row in segment_table::rows()? {
        if [CREATE_KEY, FORK_KEY, DYNAMIC_KEY].contains(&row.key) {
            let owner = segment_table::user_name(row.owner);
            return Err(io::Error::other(format!(
                "key {} is taken by segment {} of {owner}: the checks need it, for this machine \
                 gives them no segment table of their own (ipcrm -m {} removes it)",
                row.key, row.id, row.id
            )));
        }
    }
    Ok(())
}

fn stop(why: &str) -> ! {
    eprintln!("the checks cannot run: {why}");
    process::exit(1)
}

/// Nothing of a scene may run if this fails: it would run among everybody's segments.
fn leave_the_machines_table() {
    // An older kernel frees the namespaces of those that have ended a little later.
    let start = Instant::now();
    loop {
        match unshare(CloneFlags::CLONE_NEWIPC) {
            Err(Errno::ENOSPC) if start.elapsed() < LIMIT => thread::yield_now(),
            result => return result.expect("an IPC namespace could be had at the start"),
        }
    }
}

/// Runs a scene in a new, empty segment table; without namespaces, alone in the machine's.
pub fn in_own_table<T: Send>(scene: impl FnOnce() -> T + Send) -> T {
    static ALONE: Mutex<()> = Mutex::new(());
    let in_thread = || {
        if OWN_TABLE {
            leave_the_machines_table();
            return scene();
        }
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        scene()
    };
    let result = thread::scope(|scope| scope.spawn(in_thread).join());
    result.unwrap_or_else(|panicked| panic::resume_unwind(panicked))
}
