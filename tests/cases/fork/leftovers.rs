//! The key's segment is there already: left over by a dead maker, or a living process's own.

use common::{FORK_KEY, FORK_SIZE};

use super::{fork, runs_right, says, traced};
use crate::harness::{
    Act, At, Case, Channel, Leaves, NOBODY, Need, Stage, THE_C_VERSIONS_ORDER, Verdict, Version,
    c_version, case, expect, found, four_lines, in_own_table, step,
};

pub fn cases() -> Vec<Case> {
    vec![
        // The C version uses it, cannot remove it, and leaves its last text there.
        case("another_users_leftover", || {
            let segment = found(FORK_KEY, FORK_SIZE).filled_with("x");
            let right = says("shmctl: Operation not permitted", Leaves::AllAsItWas);
            let scene = fork().on(segment).only(Channel::Pipes);
            scene.run_by(NOBODY).differs(&right)
        })
        .needs(Need::OtherUsers),
        case("a_living_processs_segment", || a_living_processs("x")),
        case("a_living_processs_segment_not_attached_yet", || {
            a_living_processs("")
        }),
        case("beside_a_c_version_that_has_just_begun", || {
            beside_the_c_version(0, At::From("clone", 0))
        })
        .needs(Need::Ptrace),
        case("beside_a_c_version_that_is_under_way", || {
            beside_the_c_version(1, At::Awake)
        })
        .needs(Need::Ptrace),
    ]
}

/// The C version writes over it, and removes it; ours leaves it as it is.
fn a_living_processs(text: &'static str) -> Verdict {
    let tables = |run: fn(&mut Stage) -> Verdict| {
        in_own_table(|| {
            let mut stage = Stage::empty()?;
            stage.make(&found(FORK_KEY, FORK_SIZE).filled_with(text).held())?;
            let before = stage.describe_table()?;
            run(&mut stage)?;
            Ok((before, stage.describe_table()?))
        })
    };
    let c = |stage: &mut Stage| {
        let running = stage.start(Channel::Pipes, c_version("shm-fork", &[]), b"")?;
        running.finish().map(drop)
    };
    let (before, after) = tables(c)?;
    let wanted = "the C version does not leave it as it is";
    expect(wanted, after != before, &after)?;
    let (before, after) = tables(|stage| runs_right(stage, Channel::Pipes).map(drop))?;
    let wanted = format!("the segment as it was:\n{before}");
    expect(&wanted, after == before, &after)
}

/// Ours runs from begin to end while a process of the C version is held: both are right.
fn beside_the_c_version(who: usize, at: At) -> Verdict {
    in_own_table(|| {
        let meanwhile = || runs_right(&mut Stage::empty()?, Channel::Pipes).map(drop);
        let mut steps = vec![step(who, at, Act::Meanwhile(&meanwhile))];
        steps.extend(THE_C_VERSIONS_ORDER);
        let mut stage = Stage::empty()?;
        let (_, outcome) = traced(&mut stage, Version::C, &steps)?;
        let right = four_lines(&outcome, Channel::Pipes);
        right.map_err(|report| report.with_headline("the C version beside it:"))?;
        stage.expect_no_segment()
    })
}
