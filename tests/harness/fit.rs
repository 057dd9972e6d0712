//! Whether this machine is fit for the check at all. It is asked before any program runs: what a machine forbids is no
//! program's fault.

use std::fs;

use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit, setrlimit};
use nix::unistd::geteuid;

use super::play::world;
use super::report::{Report, Verdict};
use engine::{Launch, Trouble};

/// What the check needs at least, and what shows and sets that limit in a shell.
const NEEDS: [Need; 5] = [
    Need(Resource::RLIMIT_NOFILE, 64, 1, "open files", 'n'),
    Need(Resource::RLIMIT_NPROC, 30, 1, "processes of yours", 'u'),
    Need(Resource::RLIMIT_AS, 512 * MIB, MIB, "MiB of address space", 'v'),
    Need(Resource::RLIMIT_DATA, 128 * MIB, MIB, "MiB of data", 'd'),
    Need(Resource::RLIMIT_FSIZE, 80 * MIB, MIB, "MiB in a file", 'f'),
];

/// Of what, how much, in which unit that is said, what it is called, and ulimit's letter for it.
#[derive(Clone, Copy)]
struct Need(Resource, u64, u64, &'static str, char);

const MIB: u64 = 1 << 20;

/// As many are taken as sixty-four programs at once need.
const MOST_FILES: u64 = 1024;

/// Raises this process's own limits as far as they may be.
///
/// # Errors
/// That is not far enough.
pub fn takes_room() -> Verdict {
    NEEDS.into_iter().try_for_each(takes)
}

/// Root has as many processes as there are.
fn takes(Need(what, least, unit, words, letter): Need) -> Verdict {
    let (mut now, most) = getrlimit(what).unwrap_or((RLIM_INFINITY, RLIM_INFINITY));
    let wanted = if what == Resource::RLIMIT_NOFILE { MOST_FILES.min(most) } else { least };
    if now < wanted && setrlimit(what, wanted, most).is_ok() {
        now = wanted;
    }
    if now >= least || (what == Resource::RLIMIT_NPROC && geteuid().is_root()) {
        return Ok(());
    }
    let (needed, allowed) = (least / unit, now / unit);
    Err(Report::trouble(format!(
        "it needs {needed} {words}, and {allowed} are allowed here (ulimit -{letter})"
    )))
}

/// Whether programs can be run and judged here.
///
/// # Errors
/// It is not, with what would make it so.
pub fn is_fit() -> Verdict {
    keeps_segments()?;
    follows_programs()
}

/// With this setting the kernel removes each segment that nobody has attached, so none is ever left behind.
fn keeps_segments() -> Verdict {
    let forced = fs::read_to_string("/proc/sys/kernel/shm_rmid_forced").unwrap_or_default();
    if forced.trim() != "1" {
        return Ok(());
    }
    Err(Report::trouble(
        "kernel.shm_rmid_forced is 1 here: the kernel removes each segment that nobody has attached.\n\
         Type make shell, and the check in it: there it is 0. Or sysctl -w kernel.shm_rmid_forced=0",
    ))
}

/// Every case follows its programs with ptrace.
fn follows_programs() -> Verdict {
    let followed = world().and_then(|mut world| world.run(Launch::of(["true"])));
    followed.map(drop).map_err(|trouble: Trouble| {
        let why = trouble.to_string();
        if !why.contains("ptrace") {
            return Report::trouble(format!("no program can be run here:\n{why}"));
        }
        Report::trouble(format!(
            "ptrace is not allowed here.\n\
             It is allowed if /proc/sys/kernel/yama/ptrace_scope is 0 or 1, make does not\n\
             run under strace or gdb, and a container's seccomp profile allows it.\n({why})"
        ))
    })
}
