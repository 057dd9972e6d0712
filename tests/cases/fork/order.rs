//! Every order that the scheduler could choose: one process is held before and after each of its system calls
//! in turn, until the others can do no more.

use super::super::prelude::*;
use super::{Place, launch, places, traced, undisturbed};

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

fn held(who: usize) -> Verdict {
    let whole = undisturbed()?;
    let before = places(who, &whole);
    let returns = |place: &&Place| place.number > 0 && !place.describe(&whole).contains("exit");
    let after = before.iter().filter(returns).map(|&place| Place { is_after: true, ..place });
    for place in before.iter().copied().chain(after) {
        held_at(place).map_err(|report| {
            let act = if place.is_after { "delay_exit=1000000" } else { "delay_enter=1000000" };
            let by_hand = place.by_hand(&whole, act);
            let (sleeps, place) = (sleeps(&whole), place.describe(&whole));
            let headline = format!("{sleeps}{place}, was held until the others waited or ended:");
            report.with_headline(&headline).with_advice(&by_hand)
        })?;
    }
    Ok(())
}

fn held_at(place: Place) -> Verdict {
    let mut world = World::new()?;
    let held = place.step(Act::Hold(Until::OthersWait));
    let (trace, outcome) = traced(&mut world, Version::Ours, &[held])?;
    four_lines(&outcome, Channel::Pipes)?;
    let wanted = "the parent waits for both of its children";
    expect(wanted, !trace.is_outlived, "the parent has ended before one of them")?;
    world.expect_no_segment()
}

/// Who wants a segment without a key may have one.
fn the_key_is_1001() -> Verdict {
    let mut world = World::new()?;
    let pause = step(2, At::Birth, Act::Hold(Until::Told));
    let running = world.start(launch(Version::Ours, &[pause]))?;
    world.wait_until_paused(running)?;
    let (asked, table) = (world.asked_keys(), world.describe_table()?);
    let is_so = asked.iter().all(|&key| key == FORK_KEY);
    expect("shmget with key 1001, or IPC_PRIVATE", is_so, &format!("key {asked:?}"))?;
    let is_666 = asked.is_empty() || table.contains("666,"); // 01666 when it is marked for removal
    expect("the segment of key 1001 has mode 0666", is_666, &table)
}

/// While a child is held, at its birth or before its end, the other comes as far as it can: one of them has
/// stored a text by then.
fn the_text_is_in_the_segment() -> Verdict {
    let places = [At::Birth, At::Named("shmdt", 1), At::Named("exit_group", 1)];
    for (who, at) in places.into_iter().flat_map(|at| [(2, at), (1, at)]) {
        let mut world = World::new()?;
        let pause = step(who, at, Act::Hold(Until::Told));
        let running = world.start(launch(Version::Ours, &[pause]))?;
        world.wait_until_paused(running)?;
        world.wait_until_all_wait()?;
        if world.has_text("shared memory ID : 0") {
            return Ok(());
        }
    }
    let wanted = "a text in the segment, with the ID that shmget gave";
    expect(wanted, false, "none, at whatever place a child is held")
}

/// Process 1 is held at its birth: process 2 can only wait.
pub fn nobody_is_busy() -> Verdict {
    let held = step(1, At::Birth, Act::Hold(Until::OthersWait));
    let (trace, _) = traced(&mut World::new()?, Version::Ours, &[held])?;
    let wanted = "the others wait in a system call, such as read: a busy wait takes the processor\n\
                  from everybody else, even from the process that it waits for";
    expect(wanted, !trace.is_busy, "one of them computes all the while")
}

/// To sleep is to hope that the other has come far enough.
fn sleeps(trace: &Trace) -> String {
    trace.sleeper.map_or_else(String::new, |who| {
        let name = name_of(who);
        format!("{name} sleeps, but no sleep is long enough: let the other pass it the turn.\n")
    })
}

/// Process 2 of the C version reads what process 1 has not written yet.
fn the_c_version_is_held() -> Verdict {
    let held = step(1, At::Birth, Act::Hold(Until::OthersWait));
    let (_, played) = traced(&mut World::new()?, Version::C, &[held])?;
    let is_right = four_lines(&played, Channel::Pipes).is_ok();
    let seen = played.describe(Channel::Pipes);
    let wanted = "its lines are wrong, with process 1 held";
    expect_of_c(wanted, !is_right, &seen)
}
