//! The segment's calls: what they were asked, and what was made of their failures.

use engine::Called;
use nix::errno::Errno;

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
    ignored_failure,
    address_of_a_failed_shmat,
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
    (is_so && !asked.is_empty() && asked.iter().all(is_missing))
        .then(|| "without IPC_CREAT shmget makes no segment where there is none".into())
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

const FORKS: &str = "clone fork vfork";

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
    let failed = run.failed(REPORTED);
    (run.ends_well() && tells(run, failed.last()?))
        .then(|| "the failure is reported, but the exit status is 0".into())
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
        format!("{name} gave -1, and was looked at after {later} only: then errno is that call's")
    })
}

fn another_call_is_named(run: &Run) -> Option<String> {
    let told = [run.stdout(), run.stderr()].concat();
    let [blamed, failed] = blamed_instead(run.ran, &told)?;
    run.ended_with_a_failure()
        .then(|| format!("the message says that {blamed} failed, but it was {failed}"))
}

fn reason_not_told(run: &Run) -> Option<String> {
    let done = untold(run, "shmget shmat shmdt shmctl read")?;
    let told = [run.stdout(), run.stderr()].concat();
    let (name, why) = (done.call.name, in_perrors_words(done.errno()?));
    let reads = if name == "read" { " (ferror(stdin) tells)" } else { "" };
    (run.ended_with_a_failure() && !told.is_empty()).then(|| {
        format!("{name} gave -1{reads}, and no message on standard error says why ({why}): see perror(3)")
    })
}

fn fork_failed(run: &Run) -> Option<String> {
    let failed = run.failed(FORKS);
    (run.exercise == "fork" && !tells(run, failed.first()?))
        .then(|| "fork gave -1 (no process could be made), and nobody looked".into())
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
    (is_ignored && !tells(run, done))
        .then(|| format!("{name} gave -1 in {who}, and nobody looked at it"))
}

fn lost_output(run: &Run) -> Option<String> {
    let failed = run.failed("write writev");
    let is_output = |done: &&Done| done.call.words == "1";
    let is_lost = run.ends_well() && failed.iter().any(|done| is_output(&done));
    let flushes = run.is_linked_with("fflush");
    is_lost.then(|| match () {
        () if flushes => {
            "the output was not written, and fflush gave EOF: look at its result".into()
        }
        () => "the output was not written, and nobody looked: printf only fills a buffer, \
                  see fflush(3) and its result"
            .into(),
    })
}
