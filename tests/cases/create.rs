//! shm-create.

use super::prelude::*;
use super::{built, checked, streams};

pub fn cases() -> Vec<Case> {
    let all = [
        (Basic, prints()),
        (Basic, refuses()),
        (Careful, full()),
        (Careful, checked::cases("shm-create")),
        (Hard, streams::cases("shm-create")),
        (Hard, built::cases("shm-create", &["shmget ioctl write exit_group"])),
    ];
    exercise("create", &["shm-create"], all)
}

fn prints() -> Vec<Case> {
    vec![
        case("fresh", || create().agrees()),
        case("run_twice", || create().then("shm-create").agrees()),
        case("a_larger_segment_is_there", || {
            create().on(found(CREATE_KEY, CREATE_SIZE + 1)).agrees()
        }),
        case("old_bytes_stay", || create().on(there().filled_with("x")).agrees()),
        case("another_process_is_attached", || {
            create().on(there().filled_with("x").held()).agrees()
        }),
        case("another_users_segment", || create().on(there()).run_by(NOBODY).agrees())
            .needs(Need::OtherUsers),
    ]
}

fn refuses() -> Vec<Case> {
    vec![
        case("a_smaller_segment_is_there", || {
            create().on(found(CREATE_KEY, CREATE_SIZE - 1)).agrees()
        }),
        case("another_users_private_segment", || {
            create().on(there().mode(0o600)).run_by(NOBODY).agrees()
        })
        .needs(Need::OtherUsers),
        case("a_read_only_segment", || {
            let segment = there().mode(0o444).owned_by_ordinary_user();
            create().on(segment).run_by_ordinary_user().agrees()
        })
        .needs(Need::OrdinaryUser),
        case("as_many_segments_as_the_kernel_allows", || {
            create().failing(0, "shmget", 1, Errno::ENOSPC).agrees()
        }),
    ]
}

/// What it prints finds no place.
fn full() -> Vec<Case> {
    vec![
        case("the_reader_is_gone", || create().only(Channel::ReaderGone).agrees()),
        case("the_disk_is_full", the_disk_is_full),
    ]
}

/// The segment that shm-create makes.
fn there() -> Found {
    found(CREATE_KEY, CREATE_SIZE)
}

fn create() -> Scene {
    Scene::of("shm-create")
}

fn the_disk_is_full() -> Verdict {
    create().redirected(">/dev/full").differs(&Right {
        c_ends: &["exit status 0"],
        prints: "",
        says: "write: No space left on device",
        leaves: Leaves::AsC,
    })
}
