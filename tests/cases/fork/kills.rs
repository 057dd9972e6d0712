//! A process of shm-fork is killed, or interrupted, at its birth and before each of its system calls.
//! Afterwards no process runs, no segment stays but at two moments, and a parent that survives names who
//! died, of what.

use super::super::prelude::*;
use super::order::{ANSWER, QUESTION};
use super::{at_each, in_place, places, runs_right, traced, undisturbed};

/// A child dies, and its parent notices.
pub fn careful() -> Vec<Case> {
    cases! {
        "process_1_is_killed": killed(1, Signal::SIGKILL);
        "process_2_is_killed": killed(2, Signal::SIGKILL);
    }
}

pub fn hard() -> Vec<Case> {
    cases! {
        "the_parent_is_killed": killed(0, Signal::SIGKILL);
        "process_1_is_interrupted": killed(1, Signal::SIGINT);
        "process_2_is_interrupted": killed(2, Signal::SIGINT);
        "the_parent_is_interrupted": killed(0, Signal::SIGINT);
        "control_c_is_typed": control_c_is_typed();
        "two_deaths_leave_the_segment" needs Ours: two_deaths_leave(&[]);
        "two_deaths_leave_a_segment_without_a_key" needs Ours:
            two_deaths_leave(&[preset(FORK_KEY, FORK_SIZE).maker_runs()]);
        "a_death_in_the_c_version" needs Ours: a_death_in_the_c_version();
        "the_parents_death_in_the_c_version" needs Ours: the_parents_death_in_the_c_version();
    }
}

fn killed(who: Who, signal: Signal) -> Verdict {
    signalled(who, Act::Send(signal), |outcome, is_last| survived(outcome, who, signal, is_last))
}

/// A terminal sends SIGINT to all three: they die of it, or have ended already.
fn control_c_is_typed() -> Verdict {
    signalled(1, Act::SendAll(Signal::SIGINT), |outcome, _| {
        let ends = in_words(outcome.status);
        expect("died by SIGINT", ends == "died by SIGINT", &describe(outcome, Channel::Pipes))
    })
}

fn signalled(who: Who, act: Act, check: impl Fn(&Outcome, bool) -> Verdict) -> Verdict {
    let places = places(who, &undisturbed()?);
    at_each(who, &places, act, |at, world, ran| {
        let outcome = &ran.outcome;
        if ran.reached.contains(&false) {
            return four_lines(outcome, Channel::Pipes).map(drop);
        }
        check(outcome, places.last() == Some(&at))?;
        let sleeper = ran.sleeper.map(name_of);
        let seen = format!("{} sleeps", sleeper.as_deref().unwrap_or("nobody"));
        let is_so = sleeper.is_none() || may(May::Poll); // a program that polls notices in time
        expect("the others end at once", is_so, &seen)?;
        leaves_nothing(world, ran)
    })
}

/// The parent died itself, or it alone tells which process died.
fn survived(outcome: &Outcome, who: usize, signal: Signal, is_last: bool) -> Verdict {
    let seen = describe(outcome, Channel::Pipes);
    // A signal before the very last call may come too late.
    if is_last && outcome.succeeded() {
        return four_lines(outcome, Channel::Pipes).map(drop);
    }
    if who == 0 {
        let wanted = format!("died by {signal}");
        return expect(&wanted, in_words(outcome.status) == wanted, &seen);
    }
    if may(May::TellADeathOtherwise) {
        let noticed = outcome.status.code().is_some_and(|code| code != 0);
        let wanted = "the parent's exit status is not 0";
        expect(wanted, noticed, &seen).map_err(|report| {
            report.with_headline(
                "wait(&status) says how a child has ended: see WIFSIGNALED in wait(2).",
            )
        })?;
        let wanted = "the other process ends, and prints nothing that it has not got";
        expect(wanted, has_got_what_it_prints(outcome), &seen)?;
        let is_success = String::from_utf8_lossy(&outcome.stderr).contains(": Success");
        return expect("no message that says Success: end of file is no errno", !is_success, &seen);
    }
    tells(outcome, &format!("{}: killed by {signal}\n", name_of(who)))
}

/// Whether what is said to have come from the other is what that has to send. (A line that is cut off may go on with
/// another's.)
fn has_got_what_it_prints(outcome: &Outcome) -> bool {
    let printed = String::from_utf8_lossy(&outcome.stdout);
    let lines = [("Process 2 : Received : ", QUESTION), ("Process 1 : Responce -> ", ANSWER)];
    lines.iter().all(|(line, text)| {
        let rests = printed.lines().filter_map(|printed| printed.split_once(line));
        rests.into_iter().all(|(_, rest)| rest.starts_with(text) || rest.starts_with("Process "))
    })
}

/// No segment stays. If the parent died before it marked the segment for removal, the next run removes
/// it.
fn leaves_nothing(world: &mut World, ran: &Ran) -> Verdict {
    let next = if may(May::MarkLater) { "clone" } else { "socketpair" }; // what comes after the removal
    let is_marked = ran.calls[0].iter().any(|call| call.starts_with(next));
    if !is_marked && world.tells_left()?.trim() != "none" {
        runs_right(world, Channel::Pipes)?;
        let left = world.tells_left()?;
        return expect(
            "the next run removes the segment that was left",
            left.trim() == "none",
            &left,
        );
    }
    world.expect_no_segment()
}

/// Nobody can remove a segment that only the dead process knew: between shmget and shmat, and between shmat
/// and `IPC_RMID`.
fn two_deaths_leave(presets: &[Preset]) -> Verdict {
    let whole = undisturbed()?;
    let mut leaving = Vec::new();
    for at in places(0, &whole) {
        let mut world = world_with(presets)?;
        let before = world.tells_left()?;
        let death = (0, at, Act::Send(Signal::SIGKILL));
        traced(&mut world, Version::Ours, &[death])?;
        if world.tells_left()? != before {
            leaving.push(in_place(0, at));
        }
    }
    let seen = leaving.join("\n");
    expect("two such moments", leaving.len() == 2, &seen)
}

/// The other process goes on alone, and all looks well.
fn a_death_in_the_c_version() -> Verdict {
    let mut world = world()?;
    let death = (2, At::Awake, Act::Send(Signal::SIGKILL));
    let outcome = traced(&mut world, Version::C, &[death])?.outcome;
    let seen = describe(&outcome, Channel::Pipes);
    expect_of_c("exit status 0", outcome.succeeded(), &seen)?;
    world.expect_no_segment()
}

/// Nobody is left to remove the segment.
fn the_parents_death_in_the_c_version() -> Verdict {
    let mut world = world()?;
    let death = (0, At::Call("wait4", 1), Act::Send(Signal::SIGKILL));
    let outcome = traced(&mut world, Version::C, &[death])?.outcome;
    let ends = in_words(outcome.status);
    expect_of_c("died by SIGKILL", ends == "died by SIGKILL", &ends)?;
    let left = world.tells_left()?;
    let is_left = left.contains(" 0 attached");
    expect_of_c("a segment that nobody uses", is_left, &left)
}
