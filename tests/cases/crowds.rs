//! Many at once, and a machine that has more to do: shm-fork's four lines stay the same.

use crate::harness::{
    Channel, Report, Stage, busy_machine, expect, four_lines, in_own_table, ours, repeat,
};

const CROWD: usize = 64;

/// Each has a segment of its own, and leaves none.
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
    let mut ids = Vec::new();
    for running in crowd {
        ids.push(four_lines(&running.finish()?, Channel::Pipes)?);
    }
    ids.sort_unstable();
    ids.dedup();
    expect("64 segments", ids.len() == CROWD, &format!("{ids:?}"))?;
    let left = stage.describe_table()?;
    expect("no segment", left.contains("no segment"), &left)
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
        let running = Stage::new(false)?.start(channel, ours("shm-fork", &[])?, b"")?;
        four_lines(&running.finish()?, channel).map(drop)
    })
}
