//! Many runs at once: each has its own four lines, and leaves nothing.

use std::collections::HashSet;

use super::super::prelude::*;
use super::{beside_c, in_place, launch, leftover, places, traced};

const CROWD: usize = 64;

pub fn cases() -> Vec<Case> {
    cases! {
        "two_c_versions_share_a_segment" needs Ours: two_c_versions();
        "two_on_a_fresh_start": two(&[]);
        "two_on_a_leftover": two(&[leftover()]);
        "sixty_four_at_once" needs ManyProcesses: crowd(&[]);
        "sixty_four_at_once_on_a_leftover" needs ManyProcesses: crowd(&[leftover()]);
    }
}

/// All are started, and then go on together.
fn crowd(presets: &[Preset]) -> Verdict {
    let mut world = world_with(presets)?;
    world.for_a_crowd(4 * CROWD);
    let mut start = |_| world.start(launch(Version::Ours, &[]));
    let crowd: Vec<Running> = (0..CROWD).map(&mut start).collect::<Result<_, _>>()?;
    let right = each_its_own(&mut world, &crowd);
    right.map_err(|report| report.with_advice(&several_by_hand(CROWD, presets)))
}

/// Each run has its own four lines, with an ID of its own, and nothing is left.
fn each_its_own(world: &mut World, runs: &[Running]) -> Verdict {
    let mut ids = HashSet::new();
    for (number, &running) in runs.iter().enumerate() {
        let id = four_lines(&world.ends(running)?.outcome, Channel::Pipes);
        ids.insert(id.map_err(|report| report.with_headline(&format!("run {}:", number + 1)))?);
    }
    let wanted = format!("{} runs, each with an ID of its own", runs.len());
    expect(&wanted, ids.len() == runs.len(), &format!("{} IDs", ids.len()))?;
    world.expect_no_segment()
}

/// One run is held before each call of its parent in turn, while a second runs from begin to end, or comes to
/// one of the calls that find a segment: each has a segment of its own.
fn two(presets: &[Preset]) -> Verdict {
    let whole = traced(&mut world_with(presets)?, Version::Ours, &[])?;
    let is_fork = |at: &At| matches!(at, At::Call(call, _) if call.contains("clone"));
    for (index, &first) in places(0, &whole).iter().enumerate() {
        // What a run calls beside another one, it may not call alone.
        let mut world = world_with(presets)?;
        world.start_paused(launch(Version::Ours, &[]), 0, first)?;
        let beside = traced(&mut world, Version::Ours, &[])?;
        // Two that are held in the other order are the same pair.
        let seconds = places(0, &beside).into_iter().take_while(|at| !is_fork(at)).skip(index);
        for second in seconds.chain([TO_ITS_END]) {
            two_at(first, second, presets).map_err(|report| {
                let second = match second {
                    TO_ITS_END => "runs to its end".to_string(),
                    second => format!("is held: {}", in_place(0, second)),
                };
                let first = in_place(0, first);
                let both = format!("Of two runs, the first is held: {first}. The second {second}.");
                report.with_headline(&both).with_advice(&several_by_hand(2, presets))
            })?;
        }
    }
    Ok(())
}

/// A place to which no run comes.
const TO_ITS_END: At = At::Call("", 0);

fn two_at(first: At, second: At, presets: &[Preset]) -> Verdict {
    let mut world = world_with(presets)?;
    world.for_a_crowd(4 * CROWD);
    let mut start = |at| world.start_paused(launch(Version::Ours, &[]), 0, at);
    let runs = [start(first)?, start(second)?];
    each_its_own(&mut world, &runs)
}

/// Chance has to do what the check does.
fn several_by_hand(runs: usize, presets: &[Preset]) -> String {
    let makers = presets.iter().map(|preset| preset_by_hand(preset) + "; ");
    let before = format!("{}for i in $(seq {runs}); do ", makers.collect::<String>());
    lines_by_hand(&before, "shm-fork", " & done; wait; ipcs -m   # perhaps many times")
}

/// The C versions meet in one segment, of one ID: the second takes the first one's for its own.
fn two_c_versions() -> Verdict {
    let both = beside_c(&mut world()?, 1, At::Awake, Version::C)?;
    let received = both.map(|outcome| {
        let printed = String::from_utf8_lossy(&outcome.stdout).into_owned();
        printed.lines().find(|line| line.starts_with("Process 2 : Received")).map(String::from)
    });
    let is_one = received[0].is_some() && received[0] == received[1];
    expect_of_c("both name one segment", is_one, &format!("{received:?}"))
}
