//! Standard streams that fail: closed, full, a directory, a terminal that is gone. A clear line or
//! the death that C would have died; never lost output with status 0, and never a text in a file or
//! a socket that took a closed stream's number.

use common::{CREATE_KEY, CREATE_SIZE};

use crate::harness::{
    Channel, Outcome, Report, Stage, expect, found, in_own_table, in_words, ours,
};

const ALL: [&str; 4] = ["shm-create", "shm-attach", "shm-fork", "shm-dynamic"];

const NO_NUMBER: &str = "size: no whole number on standard input\n";

/// Runs a program of ours under a shell that first does something to its streams.
fn under(shell: &str, program: &str) -> Result<Outcome, Report> {
    let wrapper = ["sh", "-c", &format!("exec \"$0\" {shell}")];
    run(Channel::Pipes, program, &wrapper)
}

fn run(channel: Channel, program: &str, wrapper: &[&str]) -> Result<Outcome, Report> {
    in_own_table(|| {
        let mut stage = Stage::new(false)?;
        if program == "shm-attach" {
            stage.make(&found(CREATE_KEY, CREATE_SIZE))?;
        }
        stage
            .start(channel, ours(program, wrapper)?, b"100\n")?
            .finish()
    })
}

/// The program ends with status 1, having written just these lines, whichever of them.
fn says(shell: &str, program: &str, allowed: &[&str]) -> Result<(), Report> {
    let outcome = under(shell, program)?;
    let seen = format!("{program} {shell}\n{}", outcome.describe(Channel::Pipes));
    expect(
        "exit status 1",
        in_words(outcome.status) == "exit status 1",
        &seen,
    )?;
    let text = String::from_utf8_lossy(&outcome.stderr);
    let clear = !text.is_empty() && text.lines().all(|line| allowed.contains(&line));
    expect(
        &format!("{allowed:?}"),
        clear && outcome.stdout.is_empty(),
        &seen,
    )
}

#[test]
fn a_full_disk() -> Result<(), Report> {
    ALL.iter()
        .try_for_each(|program| says(">/dev/full", program, &["write: No space left on device"]))
}

#[test]
fn a_closed_standard_output() -> Result<(), Report> {
    ALL.iter()
        .try_for_each(|program| says(">&-", program, &["write: Bad file descriptor"]))
}

#[test]
fn closed_standard_input_and_output() -> Result<(), Report> {
    for program in ["shm-create", "shm-attach", "shm-fork"] {
        says("<&- >&-", program, &["write: Bad file descriptor"])?;
    }
    says(
        "<&- >&-",
        "shm-dynamic",
        &["read: Bad file descriptor", "write: Bad file descriptor"],
    )
}

#[test]
fn a_standard_output_that_cannot_be_written() -> Result<(), Report> {
    ALL.iter()
        .try_for_each(|program| says("1</dev/null", program, &["write: Bad file descriptor"]))
}

/// Nowhere is left to say so but the status.
#[test]
fn all_three_closed() -> Result<(), Report> {
    ALL.iter().try_for_each(|program| {
        let outcome = under("<&- >&- 2>&-", program)?;
        let seen = outcome.describe(Channel::Pipes);
        let silent = outcome.stdout.is_empty() && outcome.stderr.is_empty();
        expect(
            "exit status 1",
            outcome.status.code() == Some(1) && silent,
            &seen,
        )
    })
}

/// A program that has nothing to read runs as ever.
#[test]
fn a_closed_standard_input() -> Result<(), Report> {
    for program in ["shm-create", "shm-attach", "shm-fork"] {
        let outcome = under("<&-", program)?;
        let seen = outcome.describe(Channel::Pipes);
        expect(
            "exit status 0",
            outcome.status.success() && outcome.stderr.is_empty() && !outcome.stdout.is_empty(),
            &seen,
        )?;
    }
    reads("<&-", "read: Bad file descriptor\n")
}

#[test]
fn a_directory_as_standard_input() -> Result<(), Report> {
    reads("</", "read: Is a directory\n")
}

fn reads(shell: &str, says: &str) -> Result<(), Report> {
    let outcome = under(shell, "shm-dynamic")?;
    let seen = outcome.describe(Channel::Pipes);
    expect("exit status 1", outcome.status.code() == Some(1), &seen)?;
    expect(says, outcome.stderr == says.as_bytes(), &seen)
}

#[test]
fn a_closed_standard_error() -> Result<(), Report> {
    ALL.iter().try_for_each(|program| {
        let outcome = under("2>&-", program)?;
        let seen = outcome.describe(Channel::Pipes);
        expect(
            "exit status 0",
            outcome.status.success() && !outcome.stdout.is_empty(),
            &seen,
        )
    })
}

/// A reader that is gone, and a shell that has SIGPIPE ignored: the write fails.
#[test]
fn a_reader_that_is_gone_with_sigpipe_ignored() -> Result<(), Report> {
    for program in ["shm-create", "shm-fork"] {
        let ignoring = ["sh", "-c", "trap '' PIPE; exec \"$0\""];
        let outcome = run(Channel::ReaderGone, program, &ignoring)?;
        let seen = outcome.describe(Channel::ReaderGone);
        let text = String::from_utf8_lossy(&outcome.stderr);
        let clear = text.lines().all(|line| line == "write: Broken pipe");
        expect(
            "write: Broken pipe",
            clear && !text.is_empty() && outcome.status.code() == Some(1),
            &seen,
        )?;
    }
    Ok(())
}

/// Both children die as C's do, and the parent tells.
#[test]
fn a_reader_that_is_gone_kills_the_children_of_shm_fork() -> Result<(), Report> {
    let outcome = run(Channel::ReaderGone, "shm-fork", &[])?;
    let seen = outcome.describe(Channel::ReaderGone);
    let says = "process 1: killed by SIGPIPE\nprocess 2: killed by SIGPIPE\n";
    expect(says, outcome.stderr == says.as_bytes(), &seen)?;
    expect("exit status 1", outcome.status.code() == Some(1), &seen)
}

/// The user closes the window: reading gives the end of the input, writing EIO.
#[test]
fn a_terminal_that_was_hung_up() -> Result<(), Report> {
    for program in ALL {
        let outcome = run(Channel::HungUp, program, &[])?;
        let seen = format!("{program}\n{}", outcome.describe(Channel::HungUp));
        expect("exit status 1", outcome.status.code() == Some(1), &seen)?;
        let lost = "write: Input/output error\n";
        let says = match program {
            "shm-dynamic" => [NO_NUMBER, lost].concat(),
            "shm-fork" => lost.repeat(2), // each process tells of its own lines
            _ => lost.to_string(),
        };
        expect(&says, outcome.stderr == says.as_bytes(), &seen)?;
    }
    Ok(())
}
