//! shm-fork.

use common::{FORK_KEY, FORK_SIZE};

use crate::harness::{Case, Leaves, NOBODY, Report, Right, found};

/// The C version orders its processes by two sleeps and luck.
fn fork() -> Case {
    Case::of("shm-fork").with_luck()
}

/// The C version's parent notices nothing.
fn says(says: &str, leaves: Leaves) -> Right<'_> {
    Right {
        c_ends: &["exit status 0"],
        prints: "",
        says,
        leaves,
    }
}

#[test]
fn fresh() -> Result<(), Report> {
    fork().agrees()
}

#[test]
fn run_twice() -> Result<(), Report> {
    fork().then("shm-fork").agrees()
}

#[test]
fn a_larger_segment_is_there() -> Result<(), Report> {
    fork().on(found(FORK_KEY, 3 * 4096 + 1)).agrees()
}

#[test]
fn old_bytes_are_there() -> Result<(), Report> {
    fork()
        .on(found(FORK_KEY, FORK_SIZE).filled_with("x"))
        .agrees()
}

#[test]
fn a_smaller_segment_is_there() -> Result<(), Report> {
    let right = says("shmget: Invalid argument", Leaves::AllAsItWas);
    fork().on(found(FORK_KEY, FORK_SIZE - 1)).differs(&right)
}

#[test]
#[cfg_attr(not(other_users), ignore = "needs root, to act as two users")]
fn another_users_private_segment() -> Result<(), Report> {
    let segment = found(FORK_KEY, FORK_SIZE).mode(0o600).filled_with("x");
    let right = says("shmget: Permission denied", Leaves::AllAsItWas);
    fork().on(segment).run_by(NOBODY).differs(&right)
}

/// The C version uses it, cannot remove it, and leaves its last text there.
#[test]
#[cfg_attr(not(other_users), ignore = "needs root, to act as two users")]
fn another_users_segment() -> Result<(), Report> {
    let segment = found(FORK_KEY, FORK_SIZE).filled_with("x");
    let right = says("shmctl: Operation not permitted", Leaves::AllAsItWas);
    fork().on(segment).run_by(NOBODY).differs(&right)
}

#[test]
#[cfg_attr(
    not(ordinary_user),
    ignore = "needs an ordinary user: root may do everything"
)]
fn a_read_only_segment() -> Result<(), Report> {
    let segment = found(FORK_KEY, FORK_SIZE)
        .mode(0o444)
        .owned_by_ordinary_user();
    let right = says("shmget: Permission denied", Leaves::AllAsItWas);
    fork().on(segment).run_by_ordinary_user().differs(&right)
}

#[test]
#[cfg_attr(
    not(any(ipc_namespace, user_namespace)),
    ignore = "needs a segment table of its own: it fills it"
)]
fn shmmni_is_reached() -> Result<(), Report> {
    let right = says("shmget: No space left on device", Leaves::AllAsItWas);
    fork().on_a_full_table().differs(&right)
}

#[test]
#[cfg_attr(not(kernel_limits), ignore = "needs root, to set kernel.shmmax")]
fn shmmax_is_smaller() -> Result<(), Report> {
    let right = says("shmget: Invalid argument", Leaves::Nothing);
    fork().with_kernel_limit("shmmax", 511).differs(&right)
}

#[test]
#[cfg_attr(not(kernel_limits), ignore = "needs root, to set kernel.shmall")]
fn shmall_is_reached() -> Result<(), Report> {
    let right = says("shmget: No space left on device", Leaves::Nothing);
    fork().with_kernel_limit("shmall", 0).differs(&right)
}

#[test]
fn no_room_in_the_address_space() -> Result<(), Report> {
    let right = says("shmat: Cannot allocate memory", Leaves::AsC);
    fork()
        .on(found(FORK_KEY, 64 << 20))
        .under(&["prlimit", "--as=33554432"])
        .differs(&right)
}

#[test]
#[cfg_attr(
    not(ordinary_user),
    ignore = "needs an ordinary user: root has no limit of processes"
)]
fn no_process_can_be_made() -> Result<(), Report> {
    let right = says("fork: Resource temporarily unavailable", Leaves::Nothing);
    fork()
        .run_by_ordinary_user()
        .under(&["prlimit", "--nproc=0"])
        .differs(&right)
}

/// The program that starts it does not care how children end.
#[test]
fn sigchld_is_ignored() -> Result<(), Report> {
    fork().under(&["env", "--ignore-signal=CHLD"]).agrees()
}
