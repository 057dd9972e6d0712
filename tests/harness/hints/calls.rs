//! The segment's calls: what they were asked, and what was made of their failures.

use engine::{Called, What};
use nix::errno::Errno;

use super::turns::question_was_never_stored;
use super::{Done, Hint, Run};
use crate::harness::exercises::{CREATE_KEY, DYNAMIC_KEY, FORK_KEY};
use crate::harness::expectation::blamed_instead;
use crate::harness::four_lines::name_of;
use crate::harness::words::in_perrors_words;

pub const HINTS: &[Hint] = &[
    sanitizer,
    no_segment_call,
    never_attached,
    wrong_key,
    decimal_mode,
    other_mode,
    wrong_size,
    not_created,
    must_not_exist,
    makes_the_segment,
    removes_the_old_segment,
    message_on_standard_output,
    status_0_after_a_failure,
    failure_leaves_the_segment,
    looked_at_too_late,
    another_call_is_named,
    reason_not_told,
    fork_failed,
    nothing_failed,
    nothing_is_stored,
    another_address,
    ignored_failure,
    address_of_a_failed_shmat,
    unknown_id,
    lost_output,
    unlooked_at,
];

fn sanitizer(run: &Run) -> Option<String> {
    let told = [run.stderr(), run.stdout()].concat();
    let line = told.lines().find(|line| {
        line.starts_with("AddressSanitizer: ") || line.contains(": runtime error: ")
    })?;
    Some(line.trim_end().into())
}

fn no_segment_call(run: &Run) -> Option<String> {
    let is_whole = run.ends_well() && run.exercise == "fork";
    (is_whole && run.done("shmget").is_empty())
        .then(|| "no call of shmget: the texts have to be in a segment".into())
}

fn never_attached(run: &Run) -> Option<String> {
    let gets = run.done("shmget").iter().any(|done| done.result >= 0);
    let has_to = run.exercise != "create" && run.is_undisturbed() && run.ran.stopped.is_none();
    let is_never = has_to && run.done("shmat").is_empty() && run.failed(FORKS).is_empty();
    (gets && is_never).then(|| "no call of shmat: the text has to be in the segment".into())
}

fn wrong_key(run: &Run) -> Option<String> {
    let right = match run.exercise {
        "fork" => FORK_KEY,
        "dynamic" => DYNAMIC_KEY,
        _ => CREATE_KEY,
    };
    run.done("shmget").iter().find_map(|done| {
        if run.exercise != "fork" && done.call.words.starts_with("IPC_PRIVATE") {
            return Some(format!("IPC_PRIVATE makes a segment without a key: write {right}"));
        }
        let key = done.call.words.strip_prefix("key ")?.split(',').next()?;
        let hint = || format!("shmget was asked for key {key}: it has to be {right}");
        (key != right.to_string()).then(hint)
    })
}

fn decimal_mode(run: &Run) -> Option<String> {
    let is_decimal = |done: &Done| done.call.words.ends_with("0232");
    run.done("shmget")
        .iter()
        .any(is_decimal)
        .then(|| "666 is decimal, which is 01232 in octal: write 0666".into())
}

fn other_mode(run: &Run) -> Option<String> {
    let asked = run.done("shmget");
    let mode =
        asked.first()?.call.words.split_once("IPC_CREAT|")?.1.trim_start_matches("IPC_EXCL|");
    let is_fixed = ["create", "dynamic"].contains(&run.exercise);
    (is_fixed && mode != "0666")
        .then(|| format!("shmget was asked for the permissions {mode}: they have to be 0666"))
}

fn wrong_size(run: &Run) -> Option<String> {
    let asked = run.done("shmget");
    let size = asked.first()?.call.words.split(", ").nth(1)?;
    let is_fixed = ["create", "attach"].contains(&run.exercise);
    let any = if size == "0" { " (0 finds a segment of any size)" } else { "" };
    (is_fixed && size != "1024")
        .then(|| format!("shmget was asked for {size} bytes{any}: it has to be 1024"))
}

fn not_created(run: &Run) -> Option<String> {
    let asked = run.done("shmget");
    let is_missing =
        |done: &Done| done.errno() == Some(Errno::ENOENT) && !done.call.words.contains("IPC_CREAT");
    let is_so = run.exercise != "attach" && run.is_undisturbed();
    let has_or = asked.last()?.call.words.ends_with(", 01"); // what || makes of any two
    let joined = if has_or { " (flags are joined by |, and || makes 1 of them)" } else { "" };
    (is_so && asked.iter().all(is_missing))
        .then(|| format!("without IPC_CREAT shmget makes no segment where there is none{joined}"))
}

fn must_not_exist(run: &Run) -> Option<String> {
    let done = run.done("shmget");
    let last = done.last()?;
    (last.call.words.contains("IPC_EXCL") && last.errno() == Some(Errno::EEXIST))
        .then(|| "IPC_EXCL makes shmget fail where the segment is there already".into())
}

fn makes_the_segment(run: &Run) -> Option<String> {
    let creates = |done: &Done| done.call.words.contains("IPC_CREAT");
    (run.exercise == "attach" && run.done("shmget").iter().any(creates))
        .then(|| "IPC_CREAT made the segment: without it shmget fails where there is none".into())
}

fn removes_the_old_segment(run: &Run) -> Option<String> {
    let removes = |done: &Done| done.call.words.contains("IPC_RMID");
    (run.exercise != "fork" && run.done("shmctl").iter().any(removes))
        .then(|| "the segment was removed (IPC_RMID): it has to stay".into())
}

pub const FORKS: &str = "clone fork vfork";

/// The calls whose failure has to be reported.
const REPORTED: &str =
    "shmget shmat shmdt shmctl clone fork vfork pipe pipe2 socketpair semget semop msgget";

fn message_on_standard_output(run: &Run) -> Option<String> {
    let failed = run.failed(REPORTED);
    let text = in_perrors_words(failed.last()?.errno()?);
    (!run.is_on_terminal && run.stderr().is_empty() && run.stdout().contains(&text))
        .then(|| "the message is on standard output: perror, or fprintf(stderr, …)".into())
}

fn status_0_after_a_failure(run: &Run) -> Option<String> {
    let (failed, lost) = (run.failed(REPORTED), run.failed_output());
    let mut told =
        [failed.last(), lost.last()].into_iter().flatten().filter(|done| tells(run, done));
    let who = told.next().filter(|_| run.ends_well())?.who;
    Some(match run.status_of(who) {
        Some(code) if code > 0 => format!(
            "{} ends with status {code}, and the parent with 0 all the same: see WEXITSTATUS in wait(2)",
            name_of(who)
        ),
        _ => "the failure is reported, but the exit status is 0".into(),
    })
}

fn failure_leaves_the_segment(run: &Run) -> Option<String> {
    let failed = run.failed(&format!("{REPORTED} wait4 waitid read write"));
    let is_left = run.report.contains("no segment is left") || run.report.contains("\n+    key ");
    let is_so = run.exercise == "fork" && run.ended_with_a_failure() && is_left;
    (is_so && tells(run, failed.last()?)).then(|| {
        "the failure is reported, but the segment stays: remove it before that exit, too".into()
    })
}

/// Whether the failure of a call was reported, wherever.
fn tells(run: &Run, done: &Done) -> bool {
    let text = done.errno().map_or(String::new(), in_perrors_words);
    [run.stdout(), run.stderr()].iter().any(|told| told.contains(&text))
}

/// Of the calls that failed because the check had them fail, or because there was nothing to find, the first of which
/// nobody said so.
fn untold<'a>(run: &'a Run, names: &str) -> Option<Done<'a>> {
    let failed = run.failed(names);
    let is_untold = |done: &Done| {
        let may_be_tried = [Some(Errno::EEXIST), Some(Errno::ENOENT)].contains(&done.errno());
        let is_try = may_be_tried && run.exercise == "fork" && done.call.name == "shmget";
        let is_other_input = done.call.name == "read" && done.call.words != "0";
        !tells(run, done) && !is_try && !is_other_input
    };
    failed.into_iter().find(is_untold)
}

fn looked_at_too_late(run: &Run) -> Option<String> {
    let first = untold(run, "shmget shmat")?;
    let later = run.failed("shmat shmdt shmctl");
    let later = later.iter().find(|later| later.index > first.index && tells(run, later))?;
    let (name, later) = (first.call.name, later.call.name);
    run.ended_with_a_failure().then(|| {
        format!("{name} gave -1, and it was noticed after {later} only: then errno is that call's")
    })
}

fn another_call_is_named(run: &Run) -> Option<String> {
    let told = [run.stdout(), run.stderr()].concat();
    let [blamed, failed] = blamed_instead(run.ran, &told)?;
    run.ended_with_a_failure()
        .then(|| format!("the message says that {blamed} failed, but it was {failed}"))
}

fn reason_not_told(run: &Run) -> Option<String> {
    let failed = untold(run, "shmget shmat shmdt shmctl read");
    let done = failed.or_else(|| run.failed_output().into_iter().find(|done| !tells(run, done)))?;
    let told = [run.stdout(), run.stderr()].concat();
    let (name, why) = (done.call.name, in_perrors_words(done.errno()?));
    let what = match name {
        "read" => "read gave -1 (ferror(stdin) tells)".into(),
        "write" | "writev" => "the output was not written".into(),
        name => format!("{name} gave -1"),
    };
    let is_quiet = told.is_empty() && !name.starts_with("write");
    let is_heard = !run.report.contains("standard error is closed");
    (run.ended_with_a_failure() && is_heard && !is_quiet).then(|| {
        format!("{what}, and no message on standard error says why ({why}): see perror(3)")
    })
}

fn fork_failed(run: &Run) -> Option<String> {
    let failed = run.failed(FORKS);
    (run.exercise == "fork" && !tells(run, failed.first()?))
        .then(|| "fork gave -1 (no process could be made), and nobody looked".into())
}

/// A message that tells of no failure: the condition before it is wrong.
fn nothing_failed(run: &Run) -> Option<String> {
    let is_told = run.stderr().contains(": Success") && run.ended_with_a_failure();
    let has_failed = !run.failed(&format!("{REPORTED} wait4 waitid read write")).is_empty();
    (is_told && !has_failed && run.is_undisturbed()).then(|| {
        "a failure is reported, but no call has failed: look at the condition before the message \
         (== compares, = sets)"
            .into()
    })
}

/// A text that should be in the segment was made elsewhere.
fn nothing_is_stored(run: &Run) -> Option<String> {
    let has_stored = run.events().iter().any(|event| matches!(event.what, What::Stores { .. }));
    let is_missing = |text: &str| run.report.contains(&format!("\n-    {text}"));
    let texts = ["This is our shared memory segment.", "We have accessed shared memory ID : "];
    let is_lost = !has_stored && run.ends_well() && texts.into_iter().any(is_missing);
    (is_lost || question_was_never_stored(run)).then(|| {
        "the text was not stored in the segment: copy it to the address that shmat gave (strcpy, sprintf)"
            .into()
    })
}

fn another_address(run: &Run) -> Option<String> {
    let failed = run.failed("shmdt");
    let done = failed.iter().find(|done| done.errno() == Some(Errno::EINVAL))?;
    let is_meant = run.report.contains(" shmdt fails with "); // by the case
    let is_attached = run.done("shmat").iter().any(|done| done.result >= 0);
    let is_second =
        run.done("shmdt").iter().any(|other| other.result == 0 && other.who == done.who);
    (is_attached && !is_meant && !is_second && run.exercise != "fork")
        .then(|| "shmdt takes the address that shmat gave, and got another one".into())
}

fn ignored_failure(run: &Run) -> Option<String> {
    let done = untold(run, "shmget shmat shmdt shmctl")?;
    if done.call.name == "shmat" {
        return None; // its address has a hint of its own
    }
    let Called { name, number, .. } = done.call;
    let which = if *number > 1 { format!(" number {number}") } else { String::new() };
    let thread = if done.thread > 0 { " in a thread" } else { "" };
    Some(format!("{name}{which} gave -1{thread}, and nobody looked at it"))
}

fn address_of_a_failed_shmat(run: &Run) -> Option<String> {
    let failed = run.failed("shmat");
    (!tells(run, failed.first()?)).then(|| {
        "shmat gave (void *) -1, which is not NULL, and nobody noticed: compare with that".into()
    })
}

fn unknown_id(run: &Run) -> Option<String> {
    let given: Vec<String> =
        run.done("shmget").iter().map(|done| done.result.to_string()).collect();
    let failed = run.failed("shmat");
    let is_unknown =
        |done: &&Done| done.errno() == Some(Errno::EINVAL) && !given.contains(&done.call.words);
    let asked = &failed.iter().find(is_unknown)?.call.words;
    let id = given.iter().find(|id| !id.starts_with('-'))?;
    (run.is_undisturbed() && asked != "-1")
        .then(|| format!("shmat was asked for the ID {asked}, but shmget gave {id}"))
}

/// Of shm-fork's other calls, one that the case had fail.
fn unlooked_at(run: &Run) -> Option<String> {
    let names = "wait4 waitid write read sendto recvfrom semop semtimedop msgsnd msgrcv pipe2 \
                 pipe socketpair kill msgctl semctl";
    let failed = run.failed(names);
    let is_meant = |done: &&Done| {
        done.errno().is_some_and(|errno| run.report.contains(&format!(" fails with {errno:?}")))
    };
    let done = failed.iter().find(is_meant).filter(|_| run.exercise == "fork")?;
    let name = if done.call.name.starts_with("wait") { "wait" } else { done.call.name };
    let who = name_of(done.who);
    let is_ignored = run.ran.stopped.is_some() || run.ran.outcome.succeeded();
    let why = in_perrors_words(done.errno()?);
    (!tells(run, done)).then(|| match () {
        () if is_ignored => format!("{name} gave -1 in {who}, and nobody looked at it"),
        () => format!("{name} gave -1 in {who}, and no message says why ({why}): see perror(3)"),
    })
}

/// Of a terminal the case says itself that printf writes there.
fn lost_output(run: &Run) -> Option<String> {
    let is_hung_up = run.report.contains("the terminal was hung up");
    let is_lost = run.ends_well() && !run.failed_output().is_empty() && !is_hung_up;
    let flushes = run.is_linked_with("fflush");
    is_lost.then(|| match () {
        () if flushes => {
            "the output was not written, and nobody noticed: fflush(stdout) gives EOF then".into()
        }
        () => "the output was not written, and nobody looked: printf only fills a buffer, \
                  see fflush(3) and its result"
            .into(),
    })
}
