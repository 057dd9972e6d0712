//! Every order that the scheduler could choose: one process is held before and after each of its system calls
//! in turn, until the others can do no more.

use super::super::prelude::*;
use super::{at_each, launch, places, traced, undisturbed};

pub fn cases() -> Vec<Case> {
    cases! {
        "process_1_is_held": held(1);
        "process_2_is_held": held(2);
        "the_parent_is_held": held(0);
        "the_text_is_in_the_segment": the_text_is_in_the_segment();
        "the_key_is_1001": the_key_is_1001();
        "the_c_version_is_held" needs Ours: the_c_version_is_held();
    }
}

fn held(who: Who) -> Verdict {
    let whole = undisturbed()?;
    let before = places(who, &whole);
    let after = before.iter().filter_map(|&at| match at {
        At::Call(call, number) if !call.contains("exit") => Some(At::After(call, number)),
        _ => None,
    });
    let all: Vec<At> = before.iter().copied().chain(after).collect();
    let held = at_each(who, &all, Act::Hold, |_, world, ran| {
        four_lines(&ran.outcome, Channel::Pipes)?;
        let wanted = "the parent waits for both of its children";
        expect(wanted, !ran.is_outlived, "the parent has ended before one of them")?;
        world.expect_no_segment()
    });
    // To sleep is to hope that the other has come far enough.
    held.map_err(|report| match whole.sleeper.map(name_of) {
        Some(name) => report.with_headline(&format!(
            "{name} sleeps, but no sleep is long enough: let the other pass it the turn."
        )),
        None => report,
    })
}

/// Who wants a segment without a key may have one.
fn the_key_is_1001() -> Verdict {
    let mut world = world()?;
    world.start_paused(launch(Version::Ours, &[]), 2, At::Birth)?;
    let (asked, table) = (world.asked("shmget"), world.tells_left()?);
    let is_so = asked.iter().all(|&key| key == FORK_KEY);
    expect("shmget with key 1001, or IPC_PRIVATE", is_so, &format!("key {asked:?}"))?;
    let is_666 = asked.is_empty() || table.contains("666,"); // 01666 when it is marked for removal
    expect("the segment of key 1001 has mode 0666", is_666, &table)
}

/// While a child is held, at its birth or before its end, the other comes as far as it can: one of them has
/// stored a text by then.
fn the_text_is_in_the_segment() -> Verdict {
    let places = [At::Birth, At::Call("shmdt", 1), At::Call("exit_group", 1)];
    for (who, at) in places.into_iter().flat_map(|at| [(2, at), (1, at)]) {
        let mut world = world()?;
        world.start_paused(launch(Version::Ours, &[]), who, at)?;
        world.wait_until_all_wait()?;
        if world.has_stored("shared memory ID : ") {
            return Ok(());
        }
    }
    let wanted = "a text in the segment, with the ID that shmget gave";
    expect(wanted, false, "none, at whatever place a child is held")
}

/// Process 1 is held at its birth: process 2 can only wait.
pub fn nobody_is_busy() -> Verdict {
    let held = (1, At::Birth, Act::Hold);
    let ran = traced(&mut world()?, Version::Ours, &[held])?;
    let wanted = "the others wait in a system call, such as read: a busy wait takes the processor\n\
                  from everybody else, even from the process that it waits for";
    expect(wanted, !ran.is_busy, "one of them computes all the while")
}

/// Process 2 of the C version reads what process 1 has not written yet.
fn the_c_version_is_held() -> Verdict {
    let held = (1, At::Birth, Act::Hold);
    let played = traced(&mut world()?, Version::C, &[held])?;
    let is_right = four_lines(&played.outcome, Channel::Pipes).is_ok();
    let seen = describe(&played.outcome, Channel::Pipes);
    let wanted = "its lines are wrong, with process 1 held";
    expect_of_c(wanted, !is_right, &seen)
}
