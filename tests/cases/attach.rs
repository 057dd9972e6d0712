//! shm-attach.

use std::sync::atomic::Ordering::Relaxed;

use nix::unistd::{SysconfVar, sysconf};

use super::prelude::*;
use super::{built, checked, streams};

const TEXT: &str = "This is our shared memory segment.";

pub const PRINTS: &str =
    "Written data to shared memory.\nShared memory : This is our shared memory segment.\n";

/// Its system calls.
const CALLS: &str = "shmget shmat shmctl ioctl shmdt write exit_group";

pub fn cases() -> Vec<Case> {
    let all = [
        (Basic, prints()),
        (Basic, refuses()),
        (Careful, full()),
        (Careful, checked::cases("shm-attach")),
        (Hard, streams::cases("shm-attach")),
        (Hard, built::cases("shm-attach", &[CALLS])),
    ];
    exercise("attach", &["shm-attach"], all)
}

fn prints() -> Vec<Case> {
    vec![
        case("fresh", || attach().on(there()).agrees()),
        case("run_twice", || attach().on(there()).then("shm-attach").agrees()),
        case("a_larger_segment_is_there", || attach().on(found(CREATE_KEY, 3 * 4096 + 1)).agrees()),
        case("the_bytes_after_the_text_stay", || attach().on(there().filled_with("x")).agrees()),
        case("another_process_is_attached", || {
            attach().on(there().filled_with("x").held()).agrees()
        }),
        case("another_users_segment", || attach().on(there()).run_by(NOBODY).agrees())
            .needs(Need::OtherUsers),
        case("another_process_overwrites_the_text", overwritten).needs(Need::Ours),
    ]
}

/// There is no NUL any more when the text is read back: it ends where the last page ends.
fn overwritten() -> Verdict {
    let mut world = Found::world(&[there()])?;
    // Between the two: whether standard output is a terminal.
    let pause = step(0, At::Named("ioctl", 1), Act::Hold(Until::Told));
    let program =
        world.start(Launch { steps: vec![pause], ..Version::Ours.launch("shm-attach") })?;
    world.wait_until_paused(program)?;
    fill(&mut world)?;
    let (outcome, _) = world.finish(program)?;
    let page = sysconf(SysconfVar::PAGE_SIZE)?.map_or(Ok(0), usize::try_from)?;
    let right = PRINTS.replace(TEXT, &"x".repeat(page));
    let is_so = outcome.succeeded() && outcome.stdout == right.as_bytes();
    let wanted = format!("exit status 0, and {page} times x for the text");
    expect(&wanted, is_so, &outcome.describe(Channel::Pipes))
}

fn fill(world: &mut World) -> Verdict {
    let memory = Segment::open(world.machines_key(CREATE_KEY), 0).and_then(Segment::attach);
    let memory = memory.map_err(|failure| Report::failed(format!("{failure:?}")))?;
    memory.bytes().iter().for_each(|byte| byte.store(b'x', Relaxed));
    Ok(())
}

fn refuses() -> Vec<Case> {
    vec![
        case("no_segment_is_there", || {
            attach().differs(&says("shmget: No such file or directory"))
        }),
        case("a_smaller_segment_is_there", || {
            let segment = found(CREATE_KEY, CREATE_SIZE - 1).filled_with("x");
            attach().on(segment).differs(&says("shmget: Invalid argument"))
        }),
        case("a_read_only_segment", || {
            let segment = there().mode(0o444).owned_by_ordinary_user();
            let right = says("shmat: Permission denied");
            attach().on(segment).run_by_ordinary_user().differs(&right)
        })
        .needs(Need::OrdinaryUser),
        case("another_users_private_segment", || {
            let scene = attach().on(there().mode(0o600).filled_with("x"));
            scene.run_by(NOBODY).differs(&says("shmat: Permission denied"))
        })
        .needs(Need::OtherUsers),
        case("no_room_in_the_address_space", || {
            let scene = attach().on(found(CREATE_KEY, 64 << 20));
            let right = says("shmat: Cannot allocate memory");
            scene.under(&["prlimit", "--as=33554432"]).differs(&right)
        }),
    ]
}

/// What it prints finds no place.
fn full() -> Vec<Case> {
    vec![
        case("the_reader_is_gone", || attach().on(there()).only(Channel::ReaderGone).agrees()),
        case("the_disk_is_full", the_disk_is_full),
    ]
}

fn attach() -> Scene {
    Scene::of("shm-attach")
}

/// The segment that shm-create makes.
fn there() -> Found {
    found(CREATE_KEY, CREATE_SIZE)
}

/// The C version ignores that shmget or shmat failed, and stores its text nowhere.
fn says(says: &str) -> Right<'_> {
    Right { c_ends: &["died by SIGSEGV"], prints: "", says, leaves: Leaves::AllAsItWas }
}

fn the_disk_is_full() -> Verdict {
    attach().on(there()).redirected(">/dev/full").differs(&Right {
        c_ends: &["exit status 0"],
        leaves: Leaves::AsC,
        ..says("write: No space left on device")
    })
}
