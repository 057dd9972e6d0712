//! Every moment may be shm-fork's last: the parent, a child or all three are killed at each system
//! call, and at any moment. Then nothing of it goes on running, no segment stays, and a parent that
//! lives names the process that died, and the signal.

use std::fs;
use std::hint;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use crate::harness::{
    Channel, Outcome, Report, Running, Stage, busy_machine, c_version, expect, expect_soon,
    four_lines, in_own_table, in_words, injected, ours, repeat,
};

const SIGNALS: [Signal; 2] = [Signal::SIGKILL, Signal::SIGINT];

/// The calls of shm-fork's three processes, and how often one of them makes each at the most.
const CALLS: [(&str, usize); 12] = [
    ("shmget", 1),
    ("shmat", 1),
    ("shmctl", 3),
    ("socketpair", 1),
    ("clone,clone3", 2),
    ("close", 2),
    ("sendto", 1),
    ("read", 1),
    ("write", 1),
    ("wait4", 2),
    ("shmdt", 1),
    ("exit_group", 1),
];

/// After these calls there is a segment that is not marked for removal: a parent that dies there
/// leaves it to the next run.
const UNMARKED: [&str; 3] = ["shmget", "shmat", "shmctl"];

#[test]
#[cfg_attr(not(strace), ignore = "needs strace, to kill at a system call")]
fn at_every_system_call() -> Result<(), Report> {
    for (call, times) in CALLS {
        for time in 1..=times {
            for signal in SIGNALS {
                let fault = format!("{call}:signal={signal}:when={time}");
                let killed = in_own_table(|| at(call, &fault, signal));
                killed.map_err(|report| {
                    report.under(&format!(
                        "strace -f -e inject={fault} target/release/shm-fork"
                    ))
                })?;
            }
        }
    }
    Ok(())
}

fn at(call: &str, fault: &str, signal: Signal) -> Result<(), Report> {
    let mut stage = Stage::new(false)?;
    let command = injected("shm-fork", fault)?;
    let outcome = stage.start(Channel::Pipes, command, b"")?.finish()?;
    survived(&outcome, signal)?;
    // A signal that comes with the last call of all may come too late.
    let killed = !outcome.status.success() || call == "exit_group";
    expect(
        "a process killed",
        killed,
        &outcome.describe(Channel::Pipes),
    )?;
    let died = outcome.status.code().is_none();
    is_left_clean(&mut stage, died && UNMARKED.contains(&call))
}

/// Whoever is killed: seen from outside, the parent died, or it tells who did, and nobody else does.
fn survived(outcome: &Outcome, signal: Signal) -> Result<(), Report> {
    let seen = outcome.describe(Channel::Pipes);
    let killed = [1, 2].map(|number| format!("process {number}: killed by {signal}"));
    let is_killed = |line: &str| killed.iter().any(|killed| killed == line);
    let says = String::from_utf8_lossy(&outcome.stderr);
    expect(
        &format!("only {}", killed.join(" or ")),
        says.lines().all(is_killed),
        &seen,
    )?;
    let ends = in_words(outcome.status);
    match outcome.status.code() {
        None => expect(
            "a death by that signal",
            ends.ends_with(signal.as_str()),
            &seen,
        ),
        Some(0) => four_lines(outcome, Channel::Pipes).map(drop),
        Some(1) => expect(&killed.join(" or "), says.lines().any(is_killed), &seen),
        Some(_) => expect("exit status 0 or 1", false, &seen),
    }
}

/// No segment stays; where one may, the next run takes it away.
fn is_left_clean(stage: &mut Stage, may_leave: bool) -> Result<(), Report> {
    let left = stage.describe_table()?;
    if may_leave && !left.contains("no segment") {
        let next = stage
            .start(Channel::Pipes, ours("shm-fork", &[])?, b"")?
            .finish()?;
        four_lines(&next, Channel::Pipes)?;
    }
    let left = stage.describe_table()?;
    expect("no segment", left.contains("no segment"), &left)
}

/// Both processes are held up before they pass the turn.
const HELD_UP: &str = "sendto:delay_enter=300000:when=1";

/// Process 1 waits for the answer when it is killed, and process 2 is about to give it.
#[test]
#[cfg_attr(not(strace), ignore = "needs strace, to hold a process up")]
fn the_turn_cannot_be_passed_to_a_dead_process_1() -> Result<(), Report> {
    killed_when(Target::Process1, Running::wait_for_output)
}

#[test]
#[cfg_attr(not(strace), ignore = "needs strace, to hold a process up")]
fn the_turn_cannot_be_passed_to_a_dead_process_2() -> Result<(), Report> {
    killed_when(Target::Process2, |running| {
        expect_soon("two children", || Ok(children(running.group()).len() == 2))
    })
}

fn killed_when(
    target: Target,
    is_time: impl FnOnce(&mut Running) -> Result<(), Report> + Send,
) -> Result<(), Report> {
    in_own_table(|| {
        let mut stage = Stage::new(false)?;
        let mut running = stage.start(Channel::Pipes, injected("shm-fork", HELD_UP)?, b"")?;
        is_time(&mut running)?;
        send(Signal::SIGKILL, target, &running);
        let outcome = running.finish()?;
        let seen = outcome.describe(Channel::Pipes);
        expect("exit status 1", outcome.status.code() == Some(1), &seen)?;
        survived(&outcome, Signal::SIGKILL)
    })
}

/// The C version: the other process goes on alone, and all looks well.
#[test]
fn a_killed_process_goes_unnoticed_in_the_c_version() -> Result<(), Report> {
    kill_c_version(Target::Process2, |status, left| {
        expect("exit status 0", status == "exit status 0", status)?;
        expect("no segment", left.contains("no segment"), left)
    })
}

/// The C version: nobody is left to remove the segment.
#[test]
fn a_killed_parent_leaves_the_segment_in_the_c_version() -> Result<(), Report> {
    kill_c_version(Target::Parent, |status, left| {
        expect("died by SIGKILL", status == "died by SIGKILL", status)?;
        expect(
            "a segment that nobody uses",
            left.contains(" 0 attached"),
            left,
        )
    })
}

fn kill_c_version(
    target: Target,
    check: impl FnOnce(&str, &str) -> Result<(), Report> + Send,
) -> Result<(), Report> {
    in_own_table(|| {
        let mut stage = Stage::new(false)?;
        let running = stage.start(Channel::Pipes, c_version("shm-fork", &[])?, b"")?;
        expect_soon("both attached", || {
            Ok(stage.describe_table()?.contains(" 2 attached"))
        })?;
        send(Signal::SIGKILL, target, &running);
        let outcome = running.finish()?;
        check(&in_words(outcome.status), &stage.describe_table()?)
    })
}

#[derive(Clone, Copy, Debug)]
enum Target {
    Parent,
    Process1,
    Process2,
    Group,
}

const TARGETS: [Target; 4] = [
    Target::Parent,
    Target::Process1,
    Target::Process2,
    Target::Group,
];

#[test]
fn at_any_moment() -> Result<(), Report> {
    each_target_is_hit(800)
}

#[test]
fn at_any_moment_on_a_busy_machine() -> Result<(), Report> {
    busy_machine(|| each_target_is_hit(400))
}

fn each_target_is_hit(rounds: u32) -> Result<(), Report> {
    let mut hits = [0; TARGETS.len()];
    repeat(rounds, |round| {
        let target = round as usize % TARGETS.len();
        hits[target] += u32::from(at_moment(round, TARGETS[target])?);
        Ok(())
    })?;
    expect(
        "each target killed",
        hits.iter().all(|&hits| hits > 0),
        &format!("{hits:?} times"),
    )
}

/// Kills two microseconds later each time, up to well after the program's usual end; tells whether
/// it came in time.
fn at_moment(round: u32, target: Target) -> Result<bool, Report> {
    let moment = Duration::from_micros(u64::from(round % 800) * 2);
    let signal = SIGNALS[round as usize / TARGETS.len() % SIGNALS.len()];
    let killed = in_own_table(|| {
        let mut stage = Stage::new(false)?;
        let running = stage.start(Channel::Pipes, ours("shm-fork", &[])?, b"")?;
        let start = Instant::now();
        while start.elapsed() < moment {
            hint::spin_loop();
        }
        send(signal, target, &running);
        let outcome = running.finish()?;
        survived(&outcome, signal)?;
        is_left_clean(&mut stage, outcome.status.code().is_none())?;
        Ok(!outcome.status.success())
    });
    killed
        .map_err(|report: Report| report.under(&format!("{signal} to {target:?} after {moment:?}")))
}

/// A process that is not there any more, or not yet, is not there to be killed.
fn send(signal: Signal, target: Target, running: &Running) {
    let parent = running.group();
    let child = |number| children(parent).get(number).copied();
    let _ = match target {
        Target::Group => killpg(parent, signal),
        Target::Parent => kill(parent, signal),
        Target::Process1 => child(0).map_or(Ok(()), |process| kill(process, signal)),
        Target::Process2 => child(1).map_or(Ok(()), |process| kill(process, signal)),
    };
}

/// In the order in which they were made.
fn children(parent: Pid) -> Vec<Pid> {
    let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"));
    let numbers = children.unwrap_or_default();
    numbers
        .split_whitespace()
        .filter_map(|number| number.parse().ok().map(Pid::from_raw))
        .collect()
}
