//! What was printed and stored in the end, and how the program died.

use std::os::unix::process::ExitStatusExt;

use engine::What;
use nix::libc::SIGSEGV;

use super::turns::{copied_text, grandchild};
use super::{Done, Hint, Run};
use crate::harness::compiled::warning;
use crate::harness::four_lines::name_of;

pub const HINTS: &[Hint] = &[
    on_standard_error,
    another_id,
    no_newline,
    appended,
    no_zero_byte,
    bad_address,
    bad_descriptor,
    status_of_main,
];

/// How the lines begin that belong on standard output.
const OUTPUT: [&str; 7] = [
    "Shared memory segment created with ID : ",
    "Written data to shared memory.",
    "Enter the size of shared memory : ",
    "Process 1 : Written data to shared memory",
    "Process 1 : Responce -> ",
    "Process 2 : Received : ",
    "Process 2 : Responced to process 1 in shared memory",
];

fn on_standard_error(run: &Run) -> Option<String> {
    let told = run.stderr();
    let is_output = |line: &str| OUTPUT.iter().any(|begin| line.starts_with(begin));
    told.lines().any(is_output).then(|| {
        "a line of the output is on standard error: printf prints on standard output".into()
    })
}

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
    let name = if run.exercise == "fork" { name_of(who) } else { "it".into() };
    // What the parent did before the fork, it has done, too.
    let done = run.done("shmat shmdt");
    let is_its = |done: &&Done| done.result >= 0 && run.is_of(done, who);
    if done.iter().rfind(is_its).is_some_and(|done| done.call.name == "shmdt") {
        return Some(format!("{name} died by SIGSEGV: it used the segment after shmdt"));
    }
    let is_attached = done.iter().any(|done| done.call.name == "shmat" && done.result >= 0);
    let is_warned = warning(&format!("shm-{}", run.exercise)).is_some(); // that says more
    let is_of_two = grandchild(run).is_none(); // that says more, too
    (is_attached && !is_warned && is_of_two).then(|| {
        format!(
            "{name} died by SIGSEGV after shmat: it used another address than shmat gave, \
             or wrote where it may only read (SHM_RDONLY)"
        )
    })
}

fn bad_descriptor(run: &Run) -> Option<String> {
    let failed = run.failed("read write sendto recvfrom");
    let is_bad = |done: &&Done| done.errno() == Some(nix::errno::Errno::EBADF);
    let is_meant = run.report.contains(" fails with EBADF"); // by the case
    let done = failed.iter().find(is_bad).filter(|_| !is_meant)?;
    let (name, file) = (name_of(done.who), &done.call.words);
    let is_turn = run.exercise == "fork" && file.parse::<i32>().is_ok_and(|file| file > 2);
    let is_closed = run.done("close").iter().any(|close| {
        close.call.words == *file && close.index < done.index && run.is_of(close, done.who)
    });
    let (call, end) = match done.call.name {
        call @ ("read" | "recvfrom") => (call, "reading"),
        call => (call, "writing"),
    };
    (is_turn && grandchild(run).is_none()).then(|| match () {
        () if is_closed => format!("{name}: {call} gave EBADF: it has closed descriptor {file}"),
        () => format!(
            "{name}: {call} gave EBADF: descriptor {file} is not open for {end}. \
             Of a pipe, [0] is for reading, [1] for writing"
        ),
    })
}

fn status_of_main(run: &Run) -> Option<String> {
    let code = run.ran.outcome.status.code()?;
    let is_quiet = run.stderr().is_empty() && run.failed("shmget shmat shmdt write").is_empty();
    (run.exercise != "fork" && code > 0 && is_quiet && run.is_undisturbed()).then(|| {
        format!("the exit status is {code}, though nothing has failed: end main with return 0")
    })
}
