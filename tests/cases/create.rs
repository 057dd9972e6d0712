//! shm-create.

use common::{CREATE_KEY, CREATE_SIZE};

use crate::harness::{Case, Channel, Leaves, NOBODY, Report, Right, found};

fn create() -> Case {
    Case::of("shm-create")
}

#[test]
fn fresh() -> Result<(), Report> {
    create().agrees()
}

#[test]
fn run_twice() -> Result<(), Report> {
    create().then("shm-create").agrees()
}

#[test]
fn a_larger_segment_is_there() -> Result<(), Report> {
    create().on(found(CREATE_KEY, CREATE_SIZE + 1)).agrees()
}

#[test]
fn a_smaller_segment_is_there() -> Result<(), Report> {
    create().on(found(CREATE_KEY, CREATE_SIZE - 1)).agrees()
}

#[test]
fn old_bytes_stay() -> Result<(), Report> {
    create()
        .on(found(CREATE_KEY, CREATE_SIZE).filled_with("x"))
        .agrees()
}

#[test]
fn another_process_is_attached() -> Result<(), Report> {
    create().on(found(CREATE_KEY, CREATE_SIZE).held()).agrees()
}

#[test]
#[cfg_attr(not(other_users), ignore = "needs root, to act as two users")]
fn another_users_segment() -> Result<(), Report> {
    create()
        .on(found(CREATE_KEY, CREATE_SIZE))
        .run_by(NOBODY)
        .agrees()
}

#[test]
#[cfg_attr(not(other_users), ignore = "needs root, to act as two users")]
fn another_users_private_segment() -> Result<(), Report> {
    create()
        .on(found(CREATE_KEY, CREATE_SIZE).mode(0o600))
        .run_by(NOBODY)
        .agrees()
}

#[test]
#[cfg_attr(
    not(ordinary_user),
    ignore = "needs an ordinary user: root may do everything"
)]
fn a_read_only_segment() -> Result<(), Report> {
    let segment = found(CREATE_KEY, CREATE_SIZE)
        .mode(0o444)
        .owned_by_ordinary_user();
    create().on(segment).run_by_ordinary_user().agrees()
}

#[test]
#[cfg_attr(
    not(any(ipc_namespace, user_namespace)),
    ignore = "needs a segment table of its own: it fills it"
)]
fn shmmni_is_reached() -> Result<(), Report> {
    create().on_a_full_table().agrees()
}

#[test]
#[cfg_attr(not(kernel_limits), ignore = "needs root, to set kernel.shmmax")]
fn shmmax_is_smaller() -> Result<(), Report> {
    create().with_kernel_limit("shmmax", 1023).agrees()
}

#[test]
#[cfg_attr(not(kernel_limits), ignore = "needs root, to set kernel.shmall")]
fn shmall_is_reached() -> Result<(), Report> {
    create().with_kernel_limit("shmall", 0).agrees()
}

#[test]
fn the_reader_is_gone() -> Result<(), Report> {
    create().only(Channel::ReaderGone).agrees()
}

#[test]
fn the_disk_is_full() -> Result<(), Report> {
    create()
        .under(&["sh", "-c", "exec \"$0\" >/dev/full"])
        .differs(&Right {
            c_ends: &["exit status 0"],
            prints: "",
            says: "write: No space left on device",
            leaves: Leaves::AsC,
        })
}
