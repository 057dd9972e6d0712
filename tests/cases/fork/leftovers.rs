//! The key's segment is there already: left over by a dead maker, or a living process's own.

use common::{FORK_KEY, FORK_SIZE};

use super::{fork, runs_right, says, traced};
use crate::harness::{
    Act, At, Case, Channel, Leaves, NOBODY, Need, Report, Stage, Step, THE_C_VERSIONS_ORDER,
    Verdict, Version, c_version, case, expect, found, four_lines, in_own_table,
};

pub fn cases() -> Vec<Case> {
    vec![
        // The C version uses it, cannot remove it, and leaves its last text there.
        case("another_users_leftover", || {
            let segment = found(FORK_KEY, FORK_SIZE).filled_with("x");
            let right = says("shmctl: Operation not permitted", Leaves::AllAsItWas);
            fork().on(segment).run_by(NOBODY).differs(&right)
        })
        .needs(Need::OtherUsers),
        case("a_living_processs_segment", || a_living_processs("x")),
        case("a_living_processs_segment_not_attached_yet", || {
            a_living_processs("")
        }),
        case("beside_a_c_version_that_has_just_begun", || {
            beside_the_c_version(0, At::After("clone", 0))
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
    let alive = found(FORK_KEY, FORK_SIZE).filled_with(text).held();
    in_own_table(|| {
        let mut stage = Stage::empty()?;
        stage.make(&alive)?;
        let before = stage.describe_table()?;
        stage
            .start(Channel::Pipes, c_version("shm-fork", &[]), b"")?
            .finish()?;
        let after = stage.describe_table()?;
        expect(
            "the C version does not leave it as it is",
            after != before,
            &after,
        )
    })?;
    in_own_table(|| {
        let mut stage = Stage::empty()?;
        stage.make(&alive)?;
        let before = stage.describe_table()?;
        runs_right(&mut stage, Channel::Pipes)?;
        let after = stage.describe_table()?;
        expect(
            &format!("the segment as it was:\n{before}"),
            after == before,
            &after,
        )
    })
}

/// Ours runs from begin to end while a process of the C version is held: both are right.
fn beside_the_c_version(who: usize, at: At) -> Verdict {
    in_own_table(|| {
        let meanwhile = || runs_right(&mut Stage::empty()?, Channel::Pipes).map(drop);
        let mut steps = vec![Step {
            who,
            at,
            act: Act::Meanwhile(&meanwhile),
        }];
        steps.extend(THE_C_VERSIONS_ORDER);
        let mut stage = Stage::empty()?;
        let (_, outcome) = traced(&mut stage, Version::C, &steps)?;
        let right: Result<String, Report> = four_lines(&outcome, Channel::Pipes);
        right.map_err(|report| report.with_headline("the C version beside it:"))?;
        stage.expect_no_segment()
    })
}
