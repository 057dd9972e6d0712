//! Many runs at once: each has its own four lines, and leaves nothing.

use std::sync::Mutex;

use common::{FORK_KEY, FORK_SIZE};

use super::traced;
use crate::harness::{
    Act, At, Case, Channel, Need, Outcome, Stage, Step, Verdict, Version, c_version, case, expect,
    found, four_lines, in_own_table, ours, repeat,
};

const CROWD: usize = 64;

pub fn cases() -> Vec<Case> {
    vec![
        case(
            "two_c_versions_share_a_segment",
            two_c_versions_share_a_segment,
        )
        .needs(Need::Ptrace),
        case("two_of_which_one_has_just_begun", || {
            two(At::Named("shmat"))
        })
        .needs(Need::Ptrace),
        case("two_of_which_one_has_attached", || two(At::Named("shmctl"))).needs(Need::Ptrace),
        case("two_of_which_one_has_marked_its_segment", || {
            two(At::Named("socketpair"))
        })
        .needs(Need::Ptrace)
        .needs(Need::Ours),
        case("two_of_which_one_has_forked", || two(At::Named("wait4"))).needs(Need::Ptrace),
        case("many_times_on_a_terminal", || {
            repeat(10, |_| in_own_table(|| alone(Channel::Terminal)))
        })
        .stress(),
        case("many_times_through_pipes", || {
            repeat(10, |_| in_own_table(|| alone(Channel::Pipes)))
        })
        .stress(),
        case("sixty_four_at_once", || {
            repeat(3, |_| in_own_table(|| crowd(&mut Stage::empty()?)))
        })
        .stress(),
        case("sixty_four_at_once_on_a_leftover", || {
            repeat(3, |_| {
                in_own_table(|| {
                    let mut stage = Stage::empty()?;
                    stage.make(&found(FORK_KEY, FORK_SIZE).filled_with("x"))?;
                    crowd(&mut stage)
                })
            })
        })
        .stress(),
    ]
}

fn alone(channel: Channel) -> Verdict {
    let outcome = Stage::empty()?
        .start(channel, ours("shm-fork", &[]), b"")?
        .finish()?;
    four_lines(&outcome, channel).map(drop)
}

fn crowd(stage: &mut Stage) -> Verdict {
    let mut crowd = Vec::new();
    for _ in 0..CROWD {
        crowd.push(stage.start(Channel::Pipes, ours("shm-fork", &[]), b"")?);
    }
    for running in crowd {
        four_lines(&running.finish()?, Channel::Pipes)?;
    }
    stage.expect_no_segment()
}

/// One run is held before a call of its parent, while a second runs from begin to end.
fn two(at: At) -> Verdict {
    in_own_table(|| {
        let meanwhile = || {
            let mut stage = Stage::empty()?;
            let outcome = stage
                .start(Channel::Pipes, ours("shm-fork", &[]), b"")?
                .finish()?;
            let right = four_lines(&outcome, Channel::Pipes).map(drop);
            right.map_err(|report| report.under("the second of two runs, while the first is held:"))
        };
        let mut stage = Stage::empty()?;
        let step = Step {
            who: 0,
            at,
            act: Act::Meanwhile(&meanwhile),
        };
        let (_, outcome) = traced(&mut stage, Version::Ours, &[step])?;
        let right = four_lines(&outcome, Channel::Pipes);
        right.map_err(|report| report.under("the first of two runs:"))?;
        stage.expect_no_segment()
    })
}

/// The C versions meet in one segment: the second takes the first one's for its own.
fn two_c_versions_share_a_segment() -> Verdict {
    in_own_table(|| {
        let others = Mutex::new(Vec::new());
        let meanwhile = || {
            let mut stage = Stage::empty()?;
            let second = stage.start(Channel::Pipes, c_version("shm-fork", &[]), b"")?;
            *others.lock()? = ids(&second.finish()?);
            Ok(())
        };
        let mut stage = Stage::empty()?;
        let step = Step {
            who: 1,
            at: At::Awake,
            act: Act::Meanwhile(&meanwhile),
        };
        let (_, first) = traced(&mut stage, Version::C, &[step])?;
        let (one, other) = (ids(&first), others.lock()?.clone());
        let seen = format!("{} and {}", one.join(", "), other.join(", "));
        expect(
            "both name one segment",
            one.len() == 1 && one == other,
            &seen,
        )
    })
}

/// The IDs that a run names, each once.
fn ids(outcome: &Outcome) -> Vec<String> {
    let printed = String::from_utf8_lossy(&outcome.stdout);
    let ids = printed.lines().filter_map(|line| line.rsplit_once("ID : "));
    let mut ids: Vec<String> = ids.map(|(_, id)| id.to_string()).collect();
    ids.dedup();
    ids
}
