//! Every order that the scheduler could choose: one process is held before and after each of its system calls
//! in turn, until the others can do no more.

use std::collections::BTreeMap;

use super::super::prelude::*;
use super::super::read_back::{Text, is_read_back};
use super::places::places_on_both_sides;
use super::{at_each, launch, traced, undisturbed};

pub fn cases() -> Vec<Case> {
    cases! {
        "each_process_does_its_own": each_does_its_own();
        "process_1_is_held": held(1);
        "process_2_is_held": held(2);
        "the_parent_is_held": held(0);
        "process_2_prints_what_is_in_the_segment": is_read(QUESTION, "Process 1 : Written data", "Process 2 : Received : ");
        "process_1_prints_what_is_in_the_segment": is_read(ANSWER, "Process 2 : Responced", "Process 1 : Responce -> ");
        "the_key_is_1001": the_key_is_1001();
        "the_c_version_is_held" needs Ours: the_c_version_is_held();
    }
}

fn held(who: Who) -> Verdict {
    let whole = undisturbed()?;
    let all = places_on_both_sides(who, &whole);
    let held = at_each(who, &all, Act::Hold, |_, world, ran| {
        four_lines(&ran.outcome, Channel::Pipes)?;
        let wanted = "the parent waits for both of its children";
        expect(wanted, !ran.is_outlived, "the parent has ended before one of them")?;
        world.expect_no_segment()
    });
    // To sleep is to hope that the other has come far enough.
    held.map_err(|report| match whole.sleeper.map(name_of) {
        Some(name) => report.with_headline(&format!(
            "{name} sleeps, but no sleep is long enough: let the other pass it the turn."
        )),
        None => report,
    })
}

/// Who wants a segment without a key may have one.
fn the_key_is_1001() -> Verdict {
    let mut world = world()?;
    world.start_paused(launch(Version::Ours, &[]), 2, At::Birth)?;
    let (asked, table) = (world.asked("shmget"), world.tells_left()?);
    let is_so = asked.iter().all(|&key| key == FORK_KEY);
    expect("shmget with key 1001, or IPC_PRIVATE", is_so, &format!("key {asked:?}"))?;
    let is_so = asked.is_empty() || table.contains(" mode 0666, 512 bytes,");
    expect("the segment of key 1001 has mode 0666 and 512 bytes", is_so, &table)
}

/// What each child has to print and to store.
const CHILDREN: [([&str; 2], &str); 2] = [
    (["Process 1 : Written data", "Process 1 : Responce -> "], QUESTION),
    (["Process 2 : Received : ", "Process 2 : Responced to"], ANSWER),
];
pub const QUESTION: &str = "Is this the shared memory ID : ";
pub const ANSWER: &str = "Yes, This is shared memory ID : ";

/// Two children: one prints the lines of process 1 and stores its text, the other those of process 2.
fn each_does_its_own() -> Verdict {
    let ran = undisturbed()?;
    let mut printers = Vec::new();
    for (lines, text) in CHILDREN {
        for line in lines {
            printers.push((format!("prints \"{line}…\""), who_prints(&ran, line)));
        }
        printers.push((format!("stores \"{text}…\""), who_stores(&ran, text)));
    }
    let all: Vec<Option<Who>> = printers.iter().map(|(_, who)| *who).collect();
    let is_one = |who: &[Option<Who>]| who.iter().all(|&one| one == who[0]);
    let is_so = is_one(&all[..3]) && is_one(&all[3..]) && all[0] != all[3];
    let is_so = is_so && all.iter().all(|who| matches!(who, Some(1..)));
    let seen = printers.iter().map(|(does, who)| {
        let name = who.map_or("nobody".into(), name_of);
        format!("  {name} {does}\n")
    });
    let wanted =
        "one child prints the lines of process 1 and stores its text, the other those of process 2";
    expect(wanted, is_so, &seen.collect::<String>())?;
    let wanted = "the parent forks both processes, and waits for them";
    let forked = ran.log.events().iter().find_map(|event| match event.what {
        What::Born(Some(parent @ 1..)) if event.thread == 0 => Some((event.who, parent)),
        _ => None,
    });
    let seen = forked.map(|(who, by)| format!("{} was forked by {}", name_of(who), name_of(by)));
    expect(wanted, seen.is_none(), &seen.unwrap_or_default())
}

/// The process whose writes hold this text, whatever else they hold.
fn who_prints(ran: &Ran, line: &str) -> Option<Who> {
    (0..ran.calls.len()).find(|&who| {
        let mut written: BTreeMap<&str, Vec<u8>> = BTreeMap::new(); // by descriptor
        for event in ran.log.events().iter().filter(|event| event.who == who) {
            if let What::Calls(called) = &event.what {
                written.entry(&called.words).or_default().extend(&called.text);
            }
        }
        written.values().any(|text| String::from_utf8_lossy(text).contains(line))
    })
}

fn who_stores(ran: &Ran, text: &str) -> Option<Who> {
    ran.log.events().iter().find_map(|event| match &event.what {
        What::Stores { bytes, .. } if String::from_utf8_lossy(bytes).contains(text) => {
            Some(event.who)
        }
        _ => None,
    })
}

/// Each prints what is in the segment.
fn is_read(words: &'static str, told_by: &'static str, after: &'static str) -> Verdict {
    let text = Text { words, ends_with_id: true, after, told_by };
    is_read_back(&[], &Version::Ours.launch("shm-fork"), &text)
}

/// Process 1 is held at its birth: process 2 can only wait.
pub fn nobody_is_busy() -> Verdict {
    let held = (1, At::Birth, Act::Hold);
    let ran = traced(&mut world()?, Version::Ours, &[held])?;
    let wanted = "the others wait in a system call, such as read: a busy wait takes the processor\n\
                  from everybody else, even from the process that it waits for";
    let spins = |who: &Who| {
        ran.log.events().iter().any(|event| event.who == *who && event.what == What::Spins)
    };
    let who = (0..ran.calls.len()).rev().find(spins).unwrap_or(2);
    let other = if who == 0 { "its children".into() } else { name_of(3 - who.min(2)) };
    let seen = format!("{} spins while it waits for {other}", name_of(who));
    expect(wanted, !ran.is_busy, &seen)
}

/// Process 2 of the C version reads what process 1 has not written yet.
fn the_c_version_is_held() -> Verdict {
    let held = (1, At::Birth, Act::Hold);
    let played = traced(&mut world()?, Version::C, &[held])?;
    let is_right = four_lines(&played.outcome, Channel::Pipes).is_ok();
    let seen = describe(&played.outcome, Channel::Pipes);
    let wanted = "its lines are wrong, with process 1 held";
    expect_of_c(wanted, !is_right, &seen)
}
