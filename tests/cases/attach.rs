//! shm-attach.

use super::prelude::*;
use super::read_back::{Text, is_read_back};

/// Its system calls.
const CALLS: &str = "shmget shmat shmctl shmdt write exit_group";

pub fn cases() -> Vec<Case> {
    super::exercise_of(&["shm-attach"], &[CALLS], [(Basic, prints()), (Basic, refuses())])
}

fn prints() -> Vec<Case> {
    cases! {
        "fresh": attach().on(there()).agrees();
        "run_twice": attach().on(there()).then("shm-attach").agrees();
        "a_larger_segment_is_there": attach().on(preset(CREATE_KEY, 3 * 4096 + 1)).agrees();
        "the_bytes_after_the_text_stay": attach().on(there().filled_with("x")).agrees();
        "what_is_in_the_segment_is_printed": attach_reads_back();
        "another_process_is_attached": attach().on(there().filled_with("x").maker_runs()).agrees();
        "another_users_segment" needs TwoUsers: attach().on(there()).run_by(ANOTHER).agrees();
        "another_process_overwrites_the_text" needs Ours: overwritten();
    }
}

fn refuses() -> Vec<Case> {
    cases! {
        "no_segment_is_there": attach().differs(&says("shmget: No such file or directory"));
        "a_smaller_segment_is_there":
            attach().on(preset(CREATE_KEY, CREATE_SIZE - 1).filled_with("x"))
                .differs(&says("shmget: Invalid argument"));
        "a_read_only_segment" needs OrdinaryUser:
            attach().on(there().mode(0o444)).run_by_ordinary_user()
                .differs(&says("shmat: Permission denied"));
        "another_users_private_segment" needs TwoUsers:
            attach().on(there().mode(0o600).filled_with("x")).run_by(ANOTHER)
                .differs(&says("shmat: Permission denied"));
        "no_room_in_the_address_space":
            attach().on(preset(CREATE_KEY, 64 << 20)).under(&["prlimit", "--as=33554432"])
                .differs(&says("shmat: Cannot allocate memory"));
    }
}

fn attach() -> Scene {
    Scene::of("shm-attach")
}

/// The segment that shm-create makes.
fn there() -> Preset {
    preset(CREATE_KEY, CREATE_SIZE)
}

/// The C version ignores that shmget or shmat failed, and stores its text nowhere.
fn says(says: &str) -> Expectation<'_> {
    Expectation { c_ends: "died by SIGSEGV", prints: "", says, leaves_as_c: false }
}

/// The text is read back from the segment.
fn attach_reads_back() -> Verdict {
    let text = Text {
        words: "This is our shared memory segment.",
        ends_with_id: false,
        after: "Shared memory : ",
        told_by: "Written data to shared memory.",
    };
    is_read_back(&[there()], &Version::Ours.launch("shm-attach"), &text)
}

/// There is no NUL any more when the text is read back: it ends where the last page ends.
fn overwritten() -> Verdict {
    let mut world = world_with(&[there()])?;
    // Between the two, on a terminal, it writes the first line.
    let program = Launch { channel: Channel::Terminal, ..Version::Ours.launch("shm-attach") };
    let program = world.start_paused(program, 0, At::Call("write", 1))?;
    let segments = world.left()?.segments;
    let segment = segments.first().ok_or_else(|| Report::failed("the segment is gone"))?;
    let page = segment.bytes.len(); // it is smaller than one
    world.store(segment.id, 0, &vec![b'x'; page])?;
    let outcome = world.ends(program)?.outcome;
    let text = "x".repeat(page);
    let right = format!("Written data to shared memory.\r\nShared memory : {text}\r\n");
    let is_so = outcome.succeeded() && outcome.stdout == right.as_bytes();
    let wanted = format!("exit status 0, and {page} times x for the text");
    expect(&wanted, is_so, &describe(&outcome, Channel::Terminal))
}
