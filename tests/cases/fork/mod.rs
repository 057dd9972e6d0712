//! shm-fork.

mod crowds;
mod kills;
mod leftovers;
mod order;
mod places;

use super::prelude::*;
use places::places;

/// The system calls of the parent, of process 1 and of process 2.
const CALLS: [&str; 3] = [
    "shmget shmat shmctl shmctl socketpair rt_sigaction \
     clone close clone close wait4 wait4 shmdt exit_group",
    "close sendto read shmdt write exit_group",
    "read write sendto shmdt exit_group",
];

pub fn cases() -> Vec<Case> {
    let all = [
        (Basic, cases! { "fresh": fork().agrees(); }),
        (Basic, order::cases()),
        (Basic, prints()),
        (Basic, refuses()),
        (Careful, kills::careful()),
        (Hard, waits()),
        (Hard, kills::hard()),
        (Hard, leftovers::cases()),
        (Hard, crowds::cases()),
    ];
    super::exercise_of(&["shm-fork"], &CALLS, all)
}

fn fork() -> Scene {
    Scene::of("shm-fork")
}

/// The key's segment, when whoever made it has died before it removed it.
fn leftover() -> Preset {
    preset(FORK_KEY, FORK_SIZE).filled_with("x")
}

/// One channel is enough for these, because `fresh` is played on all.
fn prints() -> Vec<Case> {
    let piped = || fork().only(Channel::Pipes);
    cases! {
        "run_twice": piped().then("shm-fork").agrees();
        "a_larger_segment_is_there": piped().on(preset(FORK_KEY, 3 * 4096 + 1)).agrees();
        "old_bytes_are_there": old_bytes_are_there(&piped().on(leftover()));
    }
}

/// Process 2 does not take them for the text, even if process 1 has not begun.
fn old_bytes_are_there(scene: &Scene) -> Verdict {
    scene.agrees()?;
    let held = scene.clone().with(&[(1, At::Birth, Act::Hold)]);
    held.holds(|seen, channel| four_lines(&seen.last, channel).map(drop)).map_err(|report| {
        report.with_headline(
            "process 1, before its first call, was held until the others waited or ended:",
        )
    })
}

fn waits() -> Vec<Case> {
    cases! {
        // The program that starts it does not care how children end.
        "sigchld_is_ignored": fork().only(Channel::Pipes).under(&["env", "--ignore-signal=CHLD"]).agrees();
        "nobody_spins_while_waiting": order::nobody_is_busy();
    }
}

fn refuses() -> Vec<Case> {
    let denied = says("shmget: Permission denied");
    cases! {
        "a_smaller_segment_is_there":
            fork().on(preset(FORK_KEY, FORK_SIZE - 1))
                .differs(&says("shmget: Invalid argument"));
        "another_users_private_segment" needs TwoUsers:
            fork().on(leftover().mode(0o600)).run_by(ANOTHER).differs(&denied);
        "a_read_only_segment" needs OrdinaryUser:
            fork().on(preset(FORK_KEY, FORK_SIZE).mode(0o444))
                .run_by_ordinary_user().differs(&denied);
        "as_many_segments_as_the_kernel_allows":
            fork().always_failing("shmget", Errno::ENOSPC)
                .differs(&says("shmget: No space left on device"));
        "no_room_in_the_address_space":
            fork().on(preset(FORK_KEY, 64 << 20)).under(&["prlimit", "--as=33554432"])
                .differs(&Expectation { leaves_as_c: true, ..says("shmat: Cannot allocate memory") });
        "no_process_can_be_made" needs OrdinaryUser:
            fork().run_by_ordinary_user().under(&["prlimit", "--nproc=0"])
                .differs(&says("fork: Resource temporarily unavailable"));
    }
}

/// The C version's parent notices nothing.
fn says(says: &str) -> Expectation<'_> {
    Expectation { c_ends: "exit status 0", prints: "", says, leaves_as_c: false }
}

/// Runs a version of shm-fork, with steps.
fn traced(world: &mut World, version: Version, steps: &[Step]) -> Result<Ran, Report> {
    let played = world.plays(launch(version, steps))?;
    comes_there(version, &played)?;
    Ok(played)
}

fn launch(version: Version, steps: &[Step]) -> Launch {
    Launch { steps: steps.to_vec(), ..version.launch("shm-fork") }
}

/// Which calls a student's program makes may differ from run to run: then that run says nothing more.
fn comes_there(version: Version, ran: &Ran) -> Verdict {
    let wanted = "it comes to each place where something is to be done to it";
    let (comes, made) = (!ran.reached.contains(&false), ran.calls.concat().join(" "));
    match version {
        Version::C => expect_of_c(wanted, comes, &made),
        Version::Ours => expect(wanted, comes || may(May::MakeOtherCalls), &made),
    }
}

/// Runs the C version and, while one of its processes pauses, another version from begin to end; gives both.
fn beside_c(world: &mut World, who: Who, at: At, other: Version) -> Result<[Outcome; 2], Report> {
    let c = launch(Version::C, &[]);
    let running = world.start_paused(c, who, at)?;
    let other = world.plays(launch(other, &[]))?;
    let c = world.ends(running)?;
    comes_there(Version::C, &c)?;
    Ok([c.outcome, other.outcome])
}

/// "process 1, before its second read".
fn in_place(who: Who, at: At) -> String {
    let name = name_of(who);
    match at {
        At::Call("newfstatat" | "fstat", 1) | At::After("newfstatat" | "fstat", 1) => {
            format!("{name}, in its first printf")
        }
        At::Call(name_of_call, number) => {
            format!("{name}, before its {}", call(name_of_call, number))
        }
        At::After(name_of_call, number) => {
            format!("{name}, after its {}", call(name_of_call, number))
        }
        At::Birth => format!("{name}, before its first call"),
        At::Awake => format!("{name}, after its first sleep"),
    }
}

/// One run for each of these places of a process, with an act there; each is judged.
fn at_each(
    who: Who,
    places: &[At],
    act: Act,
    judge: impl Fn(At, &mut World, &Ran) -> Verdict,
) -> Verdict {
    places.iter().try_for_each(|&at| {
        let (mut world, step) = (world()?, (who, at, act));
        let played = traced(&mut world, Version::Ours, &[step]);
        let judged = played.and_then(|ran| judge(at, &mut world, &ran));
        judged.map_err(|report| {
            let place = in_place(who, at);
            let headline = match act {
                Act::Send(signal) | Act::SendAll(signal) => {
                    format!("{signal} was sent to {place}:")
                }
                _ => format!("{place}, was held until the others waited or ended:"),
            };
            let strace = strace(&step).filter(|_| comes_first(who, at));
            let by_hand = strace.map(|strace| lines_by_hand(&strace, "shm-fork", "; echo $?"));
            report.with_headline(&headline).with_advice(&by_hand.unwrap_or_default())
        })
    })
}

/// Whether in the last run no other process came to this place before: strace does the same to each that comes there.
fn comes_first(who: Who, at: At) -> bool {
    let is_there = |event: &&Event| match (at, &event.what) {
        (At::Call(call, number) | At::After(call, number), What::Calls(called)) => {
            (called.name, called.number) == (call, number)
        }
        _ => false,
    };
    let first = with_last(|ran, _| ran.log.events().iter().find(is_there).map(|event| event.who));
    first.flatten().is_none_or(|first| first == who) // who is killed there, does not call
}

/// What one run does when nobody disturbs it.
fn undisturbed() -> Result<Ran, Report> {
    let ran = traced(&mut world()?, Version::Ours, &[])?;
    let children = ran.calls.len() - 1;
    let seen = match children {
        0 => "fork was not called".into(),
        1 => "one child: the parent itself prints some of them".into(),
        _ => format!("{children} children"),
    };
    expect("two children, which print the lines of process 1 and process 2", children == 2, &seen)?;
    Ok(ran)
}

/// One run from begin to end; gives the ID in its four lines.
fn runs_right(world: &mut World, channel: Channel) -> Result<String, Report> {
    let ran = world.plays(Launch { channel, ..Version::Ours.launch("shm-fork") })?;
    four_lines(&ran.outcome, channel)
}
