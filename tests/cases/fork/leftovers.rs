//! The key's segment is there already: left over by a dead maker, or a living process's own.

use super::super::checked::each_fails_on;
use super::super::prelude::*;
use super::{beside_c, fork, launch, leftover, says};

pub fn cases() -> Vec<Case> {
    // Until it is known to be a leftover, the segment is kept.
    let finds = [("shmget", 1), ("shmget", 2), ("shmctl", 1)];
    cases! {
        // The C version uses it, cannot remove it, and leaves its last text there.
        "another_users_leftover" needs TwoUsers:
            fork().on(leftover()).only(Channel::Pipes).run_by(ANOTHER)
                .differs(&says("shmctl: Operation not permitted"));
        "a_living_processs_segment": a_living_processs("x");
        "a_living_processs_segment_not_attached_yet": a_living_processs("");
        "a_call_fails_beside_a_living_process": each_fails_on(leftover().maker_runs(), |_| true);
        "a_call_fails_on_a_leftover" needs Ours:
            each_fails_on(leftover(), |call| finds.contains(call));
        "a_segment_without_a_key_is_its_owners_alone" needs Ours: is_its_owners_alone();
        "beside_a_c_version_that_has_just_begun": beside_the_c_version(0, At::Call("clone", 1));
        "beside_a_c_version_that_is_under_way": beside_the_c_version(1, At::Awake);
    }
}

/// The C version writes over it, and removes it; ours leaves it as it is.
fn a_living_processs(text: &'static str) -> Verdict {
    let segment = preset(FORK_KEY, FORK_SIZE).filled_with(text).maker_runs();
    let scene = fork().only(Channel::Pipes).on(segment);
    let c = scene.play(Version::C, Channel::Pipes)?;
    expect_of_c("it does not leave the segment as it is", c.after != c.before, &c.after)?;
    scene.holds(|Seen { last, before, after, .. }, channel| {
        four_lines(last, channel)?;
        expect(&format!("the segment as it was:\n{before}"), after == before, after)
    })
}

/// Nobody else can ask for it, and nobody else may look at it.
fn is_its_owners_alone() -> Verdict {
    let mut world = world_with(&[leftover().maker_runs()])?;
    world.start_paused(launch(Version::Ours, &[]), 2, At::Birth)?;
    let table = world.tells_left()?;
    let is_own = |line: &&str| line.contains("key none");
    let is_closed = table.lines().find(is_own).is_some_and(|line| line.contains("mode 0600,"));
    expect("a segment without a key, with mode 0600", is_closed, &table)
}

/// Ours runs from begin to end while a process of the C version is held: both are right.
fn beside_the_c_version(who: Who, at: At) -> Verdict {
    let mut world = world()?;
    let [c, ours] = beside_c(&mut world, who, at, Version::Ours)?;
    four_lines(&ours, Channel::Pipes)?;
    let right = four_lines(&c, Channel::Pipes);
    right.map_err(|report| report.with_headline("the C version beside it:"))?;
    world.expect_no_segment()
}
