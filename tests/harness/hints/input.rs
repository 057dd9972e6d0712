//! The size: how it was read, and what became of it.

use std::os::unix::process::ExitStatusExt;

use engine::What;
use nix::libc::SIGSEGV;

use super::{Hint, Run};

pub const HINTS: &[Hint] = &[
    goes_on_at_the_end,
    question_is_late,
    never_read,
    message_on_standard_output,
    no_number,
    out_of_range,
    cut_in_two,
    not_asked,
    unsigned,
    hexadecimal,
    another_size,
    cut_text,
];

/// Of shm-dynamic's runs alone.
fn of_dynamic(run: &Run) -> Option<()> {
    (run.exercise == "dynamic").then_some(())
}

/// For how many bytes shmget was asked last.
fn asked(run: &Run) -> Option<String> {
    let done = run.done("shmget");
    Some(done.last()?.call.words.split(", ").nth(1)?.into())
}

/// Whether the report's input begins with these letters.
fn reads(run: &Run, input: &str) -> bool {
    run.report.contains(&format!("the input is \"{input}"))
}

fn goes_on_at_the_end(run: &Run) -> Option<String> {
    of_dynamic(run)?;
    let is_stopped = run.ran.stopped.is_some() && !run.hangs();
    let is_over = run.done("read").iter().any(|done| done.call.words == "0" && done.result == 0);
    (is_stopped && is_over).then(|| {
        "the input has ended, and a loop goes on: getchar and scanf give EOF then, for ever".into()
    })
}

/// The C library writes what a terminal's user is asked before it reads; other languages do not.
fn question_is_late(run: &Run) -> Option<String> {
    of_dynamic(run)?;
    let is_read =
        |what: &What| matches!(what, What::Calls(call) if call.name == "read" && call.words == "0");
    let is_asked =
        |what: &What| matches!(what, What::Calls(call) if call.text.starts_with(b"Enter the size"));
    let place = |is: &dyn Fn(&What) -> bool| run.events().iter().position(|event| is(&event.what));
    let is_late = place(&is_asked)? > place(&is_read)?;
    (run.is_on_terminal && is_late).then(|| {
        "the question comes after the answer was read: write it before, fflush(stdout)".into()
    })
}

fn never_read(run: &Run) -> Option<String> {
    of_dynamic(run)?;
    let reads = |what: &What| matches!(what, What::Calls(call) if call.name.starts_with("read") && call.words == "0");
    let is_read = run.events().iter().any(|event| reads(&event.what));
    let is_crash = run.ran.outcome.status.signal() == Some(SIGSEGV);
    (run.is_undisturbed() && !is_read && (asked(run).is_some() || is_crash))
        .then(|| "nothing was read from standard input: the size has to come from there".into())
}

/// Whether the report says that the input should have been refused.
fn has_to_refuse(run: &Run) -> bool {
    run.report.contains("any message on standard error")
}

fn message_on_standard_output(run: &Run) -> Option<String> {
    of_dynamic(run)?;
    let is_quiet = run.stderr().is_empty() && !run.is_on_terminal;
    let is_told = run.stdout().trim_end().len() > "Enter the size of shared memory :".len();
    (has_to_refuse(run) && is_quiet && is_told && run.ended_with_a_failure())
        .then(|| "the message is on standard output: perror, or fprintf(stderr, …)".into())
}

fn no_number(run: &Run) -> Option<String> {
    of_dynamic(run)?;
    let size = asked(run)?;
    let is_about = run.report.contains("size: no whole number") && has_to_refuse(run);
    is_about.then(|| match () {
        () if run.is_linked_with("scanf") && !run.is_linked_with("strtol") => format!(
            "there is no number, so scanf gives 0 (or EOF) and leaves the size as it was ({size}): \
             look at what scanf gives"
        ),
        () if size == "0" => {
            "there is no number: atoi gives 0 then, which could be one: see strtol(3)".into()
        }
        () => format!("there is no number, but shmget was asked for {size} bytes"),
    })
}

fn out_of_range(run: &Run) -> Option<String> {
    of_dynamic(run)?;
    let size = asked(run)?;
    let is_about = run.report.contains("size: Numerical result out of range") && has_to_refuse(run);
    is_about.then(|| {
        format!(
            "no int holds that number, and shmget was asked for {size} bytes: read a long (strtol) \
             and compare it with INT_MIN and INT_MAX before it becomes an int"
        )
    })
}

fn cut_in_two(run: &Run) -> Option<String> {
    of_dynamic(run)?;
    reads(run, "0000000000")
        .then(|| "many zeros come first: the number is longer than the buffer, and was cut".into())
}

fn not_asked(run: &Run) -> Option<String> {
    of_dynamic(run)?;
    let is_refused = asked(run).is_none() && run.ended_with_a_failure() && !run.stderr().is_empty();
    let is_number = !has_to_refuse(run) && run.is_undisturbed();
    let numbers = ["0\\n", "-"];
    let followed = ["12abc", "12.75", "0x10", "99\"", "64 128", "64\\n128", "16\\xff"];
    match () {
        () if !is_refused || !is_number => None,
        () if numbers.iter().any(|input| reads(run, input)) => {
            Some("shmget was not asked: whether a size will do is for shmget to say".into())
        }
        () if followed.iter().any(|input| reads(run, input)) => Some(
            "%d takes the number and leaves what follows: that is no fault of the input".into(),
        ),
        () => None,
    }
}

fn unsigned(run: &Run) -> Option<String> {
    of_dynamic(run)?;
    let size: u64 = asked(run)?.parse().ok()?;
    let is_wrapped = (1 << 31..1 << 32).contains(&size);
    (is_wrapped && reads(run, "-")).then(|| {
        format!("the negative number became {size}: read an int (%d), not an unsigned one")
    })
}

fn hexadecimal(run: &Run) -> Option<String> {
    of_dynamic(run)?;
    (reads(run, "0x10") && asked(run)? == "16").then(|| {
        "0x10 was read as 16: %d reads the 0 and stops at the x, %i and base 0 do not".into()
    })
}

/// Only of an input that is a number and the end of its line.
fn another_size(run: &Run) -> Option<String> {
    of_dynamic(run)?;
    let (_, input) = run.report.split_once("the input is \"")?;
    let (number, _) = input.split_once("\\n\"")?;
    let number: i32 = number.parse().ok()?;
    let size = asked(run)?;
    (run.is_undisturbed() && number > 0 && size != number.to_string())
        .then(|| format!("shmget was asked for {size} bytes, but the input says {number}"))
}

fn cut_text(run: &Run) -> Option<String> {
    of_dynamic(run)?;
    let stdout = run.stdout();
    let shown = stdout.split_once("Shared memory : ")?.1.trim_end();
    let is_cut = "We have accessed shared memory ID : ".starts_with(shown) && !has_to_refuse(run);
    (is_cut && run.ends_well()).then(|| {
        "the text was cut to the size: the kernel gives whole pages, where all of it fits".into()
    })
}
