//! Standard streams that fail: closed, full, a terminal that is gone. A clear line or the death that
//! C would have died; never lost output with status 0, and never a text in a file or a socket that
//! took a closed stream's number.

use super::prelude::*;

const BAD_OUTPUT: &str = "write: Bad file descriptor\n";
const BAD_INPUT: &str = "read: Bad file descriptor\n";
const LOST: &str = "write: Input/output error\n";
const NO_NUMBER: &str = "size: no whole number on standard input\n";

/// Only shm-dynamic reads. Each of shm-fork's processes reports its own lost lines.
pub fn cases(program: &'static str) -> Vec<Case> {
    let reads = program == "shm-dynamic";
    let times = if program == "shm-fork" { 2 } else { 1 };
    let lost = |line: &str| line.repeat(times);
    let no_input = if reads { BAD_INPUT } else { "" };
    let both = [no_input, &lost(BAD_OUTPUT)].concat();
    // Who cannot write a line or the question stops there. A student's may go on, and report the size.
    let hung_up = [if reads && may(May::NoticeLater) { NO_NUMBER } else { "" }, LOST].concat();
    let (output, unwritable) = (lost(BAD_OUTPUT), lost(BAD_OUTPUT));
    cases! {
        "standard_output_is_closed": fails(program, ">&-", &output);
        "standard_output_cannot_be_written": fails(program, "1</dev/null", &unwritable);
        "standard_input_and_output_are_closed": fails(program, "<&- >&-", &both);
        "all_three_are_closed": fails(program, "<&- >&- 2>&-", "");
        "standard_input_is_closed":
            if reads { fails(program, "<&-", BAD_INPUT) } else { agrees(program, "<&-") };
        "standard_error_is_closed": agrees(program, "2>&-");
        "the_reader_is_gone_and_sigpipe_ignored": {
            let ignoring = Scene::usual(program).under(&["sh", "-c", "trap '' PIPE; exec \"$0\""]);
            ignoring.only(Channel::ReaderGone).holds(|seen, _| ignores_sigpipe(&seen.last, times))
        };
        "the_terminal_was_hung_up": {
            let scene = Scene::usual(program).only(Channel::HungUp);
            let told = scene.holds(|seen, _| tells(&seen.last, &hung_up));
            told.map_err(|report| {
                report.with_headline(
                    "the terminal was hung up before it began: writing gives EIO. On a terminal printf itself\n\
                     writes each line, and fflush has nothing left: look at printf's result, or ferror.",
                )
            })
        };
    }
}

/// What it prints finds no place. The C version does not notice.
pub fn full(program: &'static str) -> Vec<Case> {
    if program == "shm-fork" {
        return Vec::new();
    }
    let ready = move || Scene::ready(program);
    let gone = case("the_reader_is_gone", move || {
        let scene = ready().only(Channel::ReaderGone);
        let told = scene.holds(|seen, _| tells(&seen.last, "write: Broken pipe\n"));
        if may(May::ChooseAboutSigpipe) && told.is_ok() { Ok(()) } else { scene.agrees() }
    });
    // A student's may flush the question before it makes the segment.
    let gone = if program == "shm-dynamic" { gone.needs(Need::Ours) } else { gone };
    let (c_ends, says) = ("exit status 0", "write: No space left on device");
    let expected = Expectation { c_ends, prints: "", says, leaves_as_c: true };
    let disk = move || ready().redirected(">/dev/full").differs(&expected);
    vec![gone, case("the_disk_is_full", disk)]
}

/// The program ends with status 1, having written just this on standard error.
fn fails(program: &'static str, shell: &'static str, says: &str) -> Verdict {
    Scene::usual(program).redirected(shell).holds(|seen, _| tells(&seen.last, says))
}

fn ignores_sigpipe(outcome: &Outcome, times: usize) -> Verdict {
    // A language that ignores SIGPIPE itself may have let it be as it is by default.
    if may(May::ChooseAboutSigpipe) && in_words(outcome.status) == "died by SIGPIPE" {
        return Ok(());
    }
    // The process that finds it out first may keep the other from its turn.
    let lines = String::from_utf8_lossy(&outcome.stderr).lines().count();
    tells(outcome, &"write: Broken pipe\n".repeat(lines.clamp(1, times)))
}

/// A stream that the program has no use for is not missed.
fn agrees(program: &'static str, shell: &'static str) -> Verdict {
    Scene::usual(program).redirected(shell).agrees()
}
