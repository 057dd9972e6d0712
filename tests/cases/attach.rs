//! shm-attach.

use common::{CREATE_KEY, CREATE_SIZE};

use super::failing::{After, Failing, SHMAT, SHMCTL, SHMDT, SHMGET, WRITE};
use super::{built, streams};
use crate::harness::{
    Case, Channel, Leaves, NOBODY, Need, Right, Scene, Verdict, case, exercise, found,
};

pub const PRINTS: &str =
    "Written data to shared memory.\nShared memory : This is our shared memory segment.\n";

pub fn cases() -> Vec<Case> {
    let streams = streams::cases("shm-attach");
    let built = built::cases(
        "shm-attach",
        &[&[
            "shmget",
            "shmat",
            "shmctl",
            "ioctl",
            "shmdt",
            "write",
            "exit_group",
        ]],
    );
    let all = [prints(), refuses(), streams, failing(), built];
    exercise(
        "attach",
        &["shm-attach"],
        all.into_iter().flatten().collect(),
    )
}

fn prints() -> Vec<Case> {
    vec![
        case("fresh", || {
            attach().on(found(CREATE_KEY, CREATE_SIZE)).agrees()
        }),
        case("run_twice", || {
            attach()
                .on(found(CREATE_KEY, CREATE_SIZE))
                .then("shm-attach")
                .agrees()
        }),
        case("a_larger_segment_is_there", || {
            attach().on(found(CREATE_KEY, 3 * 4096 + 1)).agrees()
        }),
        case("the_bytes_after_the_text_stay", || {
            attach()
                .on(found(CREATE_KEY, CREATE_SIZE).filled_with("x"))
                .agrees()
        }),
        case("another_process_is_attached", || {
            attach()
                .on(found(CREATE_KEY, CREATE_SIZE).filled_with("x").held())
                .agrees()
        }),
        case("another_users_segment", || {
            attach()
                .on(found(CREATE_KEY, CREATE_SIZE))
                .run_by(NOBODY)
                .agrees()
        })
        .needs(Need::OtherUsers),
    ]
}

fn refuses() -> Vec<Case> {
    vec![
        case("no_segment_is_there", || {
            attach().differs(&says("shmget: No such file or directory"))
        }),
        case("a_smaller_segment_is_there", || {
            let segment = found(CREATE_KEY, CREATE_SIZE - 1).filled_with("x");
            attach()
                .on(segment)
                .differs(&says("shmget: Invalid argument"))
        }),
        case("a_read_only_segment", || {
            let segment = found(CREATE_KEY, CREATE_SIZE)
                .mode(0o444)
                .owned_by_ordinary_user();
            let right = says("shmat: Permission denied");
            attach().on(segment).run_by_ordinary_user().differs(&right)
        })
        .needs(Need::OrdinaryUser),
        case("another_users_private_segment", || {
            let segment = found(CREATE_KEY, CREATE_SIZE).mode(0o600).filled_with("x");
            attach()
                .on(segment)
                .run_by(NOBODY)
                .differs(&says("shmat: Permission denied"))
        })
        .needs(Need::OtherUsers),
        case("no_room_in_the_address_space", || {
            let scene = attach().on(found(CREATE_KEY, 64 << 20));
            let right = says("shmat: Cannot allocate memory");
            scene.under(&["prlimit", "--as=33554432"]).differs(&right)
        }),
        case("the_reader_is_gone", || {
            attach()
                .on(found(CREATE_KEY, CREATE_SIZE))
                .only(Channel::ReaderGone)
                .agrees()
        }),
        case("the_disk_is_full", the_disk_is_full),
    ]
}

fn failing() -> Vec<Case> {
    let of = |call, errnos| Failing::of("shm-attach", call, errnos);
    vec![
        of("shmget", SHMGET)
            .says("shmget: ")
            .leaves(After::AsItWas)
            .case(),
        of("shmat", SHMAT)
            .says("shmat: ")
            .leaves(After::AsItWas)
            .case(),
        of("shmctl", SHMCTL)
            .says("shmctl: ")
            .by_any_name()
            .leaves(After::AsItWas)
            .case(),
        of("shmdt", SHMDT)
            .says("shmdt: ")
            .prints(PRINTS)
            .leaves(After::Text)
            .case(),
        of("write", WRITE)
            .says("write: ")
            .leaves(After::Text)
            .case(),
    ]
}

fn attach() -> Scene {
    Scene::of("shm-attach")
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

fn the_disk_is_full() -> Verdict {
    let scene = attach().on(found(CREATE_KEY, CREATE_SIZE));
    scene.onto_a_full_disk().differs(&Right {
        c_ends: &["exit status 0"],
        leaves: Leaves::AsC,
        ..says("write: No space left on device")
    })
}
