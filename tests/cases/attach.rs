//! shm-attach.

use common::{CREATE_KEY, CREATE_SIZE};

use crate::harness::{Case, Channel, Leaves, NOBODY, Report, Right, found};

fn attach() -> Case {
    Case::of("shm-attach")
}

/// The C version ignores that shmget or shmat failed, and stores its text nowhere.
fn says(says: &str) -> Right<'_> {
    Right {
        c_ends: &["died by SIGSEGV"],
        prints: "",
        says,
        leaves: Leaves::AllAsItWas,
    }
}

#[test]
fn fresh() -> Result<(), Report> {
    attach().on(found(CREATE_KEY, CREATE_SIZE)).agrees()
}

#[test]
fn run_twice() -> Result<(), Report> {
    attach()
        .on(found(CREATE_KEY, CREATE_SIZE))
        .then("shm-attach")
        .agrees()
}

#[test]
fn a_larger_segment_is_there() -> Result<(), Report> {
    attach().on(found(CREATE_KEY, 3 * 4096 + 1)).agrees()
}

#[test]
fn the_bytes_after_the_text_stay() -> Result<(), Report> {
    attach()
        .on(found(CREATE_KEY, CREATE_SIZE).filled_with("x"))
        .agrees()
}

#[test]
fn another_process_is_attached() -> Result<(), Report> {
    attach().on(found(CREATE_KEY, CREATE_SIZE).held()).agrees()
}

#[test]
#[cfg_attr(not(other_users), ignore = "needs root, to act as two users")]
fn another_users_segment() -> Result<(), Report> {
    attach()
        .on(found(CREATE_KEY, CREATE_SIZE))
        .run_by(NOBODY)
        .agrees()
}

#[test]
fn no_segment_is_there() -> Result<(), Report> {
    attach().differs(&says("shmget: No such file or directory"))
}

#[test]
fn a_smaller_segment_is_there() -> Result<(), Report> {
    let segment = found(CREATE_KEY, CREATE_SIZE - 1).filled_with("x");
    attach()
        .on(segment)
        .differs(&says("shmget: Invalid argument"))
}

#[test]
#[cfg_attr(not(other_users), ignore = "needs root, to act as two users")]
fn another_users_private_segment() -> Result<(), Report> {
    let segment = found(CREATE_KEY, CREATE_SIZE).mode(0o600).filled_with("x");
    attach()
        .on(segment)
        .run_by(NOBODY)
        .differs(&says("shmat: Permission denied"))
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
    attach()
        .on(segment)
        .run_by_ordinary_user()
        .differs(&says("shmat: Permission denied"))
}

#[test]
fn no_room_in_the_address_space() -> Result<(), Report> {
    attach()
        .on(found(CREATE_KEY, 64 << 20))
        .under(&["prlimit", "--as=33554432"])
        .differs(&says("shmat: Cannot allocate memory"))
}

#[test]
fn the_reader_is_gone() -> Result<(), Report> {
    attach()
        .on(found(CREATE_KEY, CREATE_SIZE))
        .only(Channel::ReaderGone)
        .agrees()
}

#[test]
fn the_disk_is_full() -> Result<(), Report> {
    let case = attach().on(found(CREATE_KEY, CREATE_SIZE));
    case.under(&["sh", "-c", "exec \"$0\" >/dev/full"])
        .differs(&Right {
            c_ends: &["exit status 0"],
            prints: "",
            says: "write: No space left on device",
            leaves: Leaves::AsC,
        })
}
