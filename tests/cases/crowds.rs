//! Many at once, and a machine that has more to do: shm-fork's four lines stay the same.

use crate::harness::{
    Channel, Outcome, Report, Stage, busy_machine, c_version, expect, expect_soon, four_lines,
    in_own_table, injected, ours, repeat, with_luck,
};

const CROWD: usize = 64;

/// Each has its own four lines, and leaves no segment. (Its ID may serve again once it is gone.)
#[test]
fn sixty_four_at_once() -> Result<(), Report> {
    repeat(10, |_| in_own_table(crowd))
}

fn crowd() -> Result<(), Report> {
    let mut stage = Stage::new(false)?;
    let mut crowd = Vec::new();
    for _ in 0..CROWD {
        crowd.push(stage.start(Channel::Pipes, ours("shm-fork", &[])?, b"")?);
    }
    for running in crowd {
        four_lines(&running.finish()?, Channel::Pipes)?;
    }
    let left = stage.describe_table()?;
    expect("no segment", left.contains("no segment"), &left)
}

/// Two runs get one segment: the first has made and attached it, so the second leaves it alone.
#[test]
#[cfg_attr(not(strace), ignore = "needs strace, to hold a run up")]
fn two_that_attach_one_segment() -> Result<(), Report> {
    beside_one_that_is_held_up("shmctl", 2, " 1 attached")
}

/// Two runs get one segment: the first has made and not attached it, so the second leaves it alone.
#[test]
#[cfg_attr(not(strace), ignore = "needs strace, to hold a run up")]
fn two_of_which_one_has_not_attached_yet() -> Result<(), Report> {
    beside_one_that_is_held_up("shmat", 1, " 0 attached")
}

/// strace holds the first run up before a call, long enough for a second to run from begin to end.
fn beside_one_that_is_held_up(call: &str, time: u32, until: &str) -> Result<(), Report> {
    in_own_table(|| {
        let mut stage = Stage::new(false)?;
        let held_up = injected(
            "shm-fork",
            &format!("{call}:delay_enter=500000:when={time}"),
        )?;
        let first = stage.start(Channel::Pipes, held_up, b"")?;
        expect_soon("its segment", || {
            Ok(stage.describe_table()?.contains(until))
        })?;
        let second = stage
            .start(Channel::Pipes, ours("shm-fork", &[])?, b"")?
            .finish()?;
        let id = four_lines(&second, Channel::Pipes)?;
        expect(
            "two IDs",
            four_lines(&first.finish()?, Channel::Pipes)? != id,
            &id,
        )?;
        let left = stage.describe_table()?;
        expect("no segment", left.contains("no segment"), &left)
    })
}

/// The C versions meet in one segment, and both report the one answer in it.
#[test]
fn two_c_versions_share_a_segment() -> Result<(), Report> {
    in_own_table(|| {
        let mut stage = Stage::new(false)?;
        let one = stage.start(Channel::Pipes, c_version("shm-fork", &[])?, b"")?;
        let other = stage.start(Channel::Pipes, c_version("shm-fork", &[])?, b"")?;
        let answers = [answer(&one.finish()?), answer(&other.finish()?)];
        expect(
            "the same ID in both",
            answers[0] == answers[1] && answers[0].starts_with("Yes, This is"),
            &answers.concat(),
        )
    })
}

fn answer(outcome: &Outcome) -> String {
    let printed = String::from_utf8_lossy(&outcome.stdout);
    printed
        .rsplit("Responce -> ")
        .next()
        .unwrap_or_default()
        .to_string()
}

/// Ours runs from begin to end while the C version's processes are attached.
#[test]
fn one_beside_the_c_version() -> Result<(), Report> {
    with_luck(|| {
        in_own_table(|| {
            let mut stage = Stage::new(false)?;
            let c = stage.start(Channel::Pipes, c_version("shm-fork", &[])?, b"")?;
            expect_soon("both attached", || {
                Ok(stage.describe_table()?.contains(" 2 attached"))
            })?;
            let ours = stage
                .start(Channel::Pipes, ours("shm-fork", &[])?, b"")?
                .finish()?;
            let id = four_lines(&ours, Channel::Pipes)?;
            let c = four_lines(&c.finish()?, Channel::Pipes);
            Ok(c.map(|c_id| (c_id, id)))
        })
    })
    .and_then(|(c_id, id)| expect("two IDs", c_id != id, &id))
}

#[test]
fn through_pipes_on_a_busy_machine() -> Result<(), Report> {
    busy_machine(|| repeat(500, |_| alone(Channel::Pipes)))
}

#[test]
fn on_a_terminal_on_a_busy_machine() -> Result<(), Report> {
    busy_machine(|| repeat(500, |_| alone(Channel::Terminal)))
}

fn alone(channel: Channel) -> Result<(), Report> {
    in_own_table(|| {
        let mut stage = Stage::new(false)?;
        let running = stage.start(channel, ours("shm-fork", &[])?, b"")?;
        four_lines(&running.finish()?, channel).map(drop)
    })
}
