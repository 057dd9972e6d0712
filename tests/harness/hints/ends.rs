//! What was printed and stored in the end, and how the program died.

use std::os::unix::process::ExitStatusExt;

use engine::What;
use nix::libc::SIGSEGV;

use super::turns::copied_text;
use super::{Hint, Run};
use crate::harness::compiled::warning;
use crate::harness::four_lines::name_of;

pub const HINTS: &[Hint] =
    &[another_id, no_newline, appended, no_zero_byte, bad_address, bad_descriptor, status_of_main];

fn another_id(run: &Run) -> Option<String> {
    let given = run.done("shmget").last()?.result;
    let stdout = run.stdout();
    let (_, rest) = stdout.split_once("ID : ")?;
    let printed = rest.split_whitespace().next()?;
    if run.exercise != "create" || given < 0 || printed == given.to_string() {
        return None;
    }
    if printed.trim_start_matches("0x") == format!("{given:x}") {
        return Some(format!("the ID printed is hexadecimal: %d prints it as {given}"));
    }
    printed.parse::<i64>().ok()?;
    Some(format!("the ID printed is {printed}, but shmget gave {given}: print shmget's result"))
}

fn no_newline(run: &Run) -> Option<String> {
    let stdout = run.stdout();
    let is_copied = copied_text(run).is_some(); // that has a hint of its own
    (run.ends_well() && !is_copied && !stdout.is_empty() && !stdout.ends_with('\n'))
        .then(|| "the last line does not end with \\n".into())
}

/// What follows the first of the exercises' texts in the segment, as it was stored last.
fn behind_the_text<'a>(run: &'a Run) -> Option<&'a [u8]> {
    let last = run.events().iter().rev().find_map(|event| match &event.what {
        What::Stores { bytes, .. } => Some(bytes),
        _ => None,
    })?;
    let texts = ["shared memory segment.", "shared memory ID : "];
    let end = texts.iter().find_map(|text| {
        let mut parts = last.windows(text.len());
        parts.position(|part| part == text.as_bytes()).map(|place| place + text.len())
    })?;
    let digits = last[end..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    last.get(end + digits..)
}

fn appended(run: &Run) -> Option<String> {
    let is_answer = behind_the_text(run)?.starts_with(b"Yes, This is");
    is_answer.then(|| "the answer was stored behind the question: it has to take its place".into())
}

fn no_zero_byte(run: &Run) -> Option<String> {
    let is_there = behind_the_text(run)?.first().is_none_or(|&byte| byte == 0);
    (!is_there).then(|| "the zero byte after the text was not stored: old bytes follow".into())
}

fn bad_address(run: &Run) -> Option<String> {
    let ended = |status: std::process::ExitStatus| status.signal() == Some(SIGSEGV);
    let died = run
        .events()
        .iter()
        .find(|event| matches!(event.what, What::Ended(status) if ended(status)));
    let who = died?.who;
    let is_own = |names| run.done(names).iter().any(|done| done.who == who && done.result >= 0);
    let name = if run.exercise == "fork" { name_of(who) } else { "it".into() };
    if is_own("shmdt") {
        return Some(format!("{name} died by SIGSEGV: it used the segment after shmdt"));
    }
    let is_attached = run.done("shmat").iter().any(|done| done.result >= 0);
    let is_warned = warning(&format!("shm-{}", run.exercise)).is_some(); // that says more
    (is_attached && !is_warned).then(|| {
        format!(
            "{name} died by SIGSEGV after shmat: it used another address than shmat gave, \
             or wrote where it may only read (SHM_RDONLY)"
        )
    })
}

fn bad_descriptor(run: &Run) -> Option<String> {
    let failed = run.failed("read write sendto recvfrom");
    let is_bad = |done: &&super::Done| done.errno() == Some(nix::errno::Errno::EBADF);
    let done = failed.iter().find(is_bad).filter(|_| run.is_undisturbed())?;
    let (name, file) = (name_of(done.who), &done.call.words);
    let is_turn = run.exercise == "fork" && file.parse::<i32>().is_ok_and(|file| file > 2);
    is_turn.then(|| {
        let call = done.call.name;
        format!("{name}: {call} gave EBADF: descriptor {file} was closed, or never opened")
    })
}

fn status_of_main(run: &Run) -> Option<String> {
    let code = run.ran.outcome.status.code()?;
    let is_quiet = run.stderr().is_empty() && run.failed("shmget shmat shmdt write").is_empty();
    (run.exercise != "fork" && code > 0 && is_quiet && run.is_undisturbed()).then(|| {
        format!("the exit status is {code}, though nothing has failed: end main with return 0")
    })
}
