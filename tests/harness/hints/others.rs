//! Deaths, other runs and other programs: what shm-fork has to withstand at level hard.

use nix::errno::Errno;

use super::{Done, Hint, Run};

pub const HINTS: &[Hint] = &[
    stays_after_a_death,
    is_marked_late,
    strangers_segment,
    shared_by_runs,
    takes_a_streams_number,
];

/// Whether the report says that something was left after a signal.
fn is_left_by_a_death(run: &Run) -> bool {
    let is_after_signal = run.report.contains(" was sent to ");
    run.exercise == "fork" && is_after_signal && run.report.contains("is left")
}

fn stays_after_a_death(run: &Run) -> Option<String> {
    let what = ["a semaphore set", "a message queue"];
    let what = what.into_iter().find(|what| run.report.contains(&format!("    {what}\n")))?;
    is_left_by_a_death(run).then(|| {
        format!(
            "{what} stays when who would have removed it is dead: a pipe goes with its processes"
        )
    })
}

fn is_marked_late(run: &Run) -> Option<String> {
    let is_there = run.report.contains("    key 1001, ");
    (is_left_by_a_death(run) && is_there).then(|| {
        "a segment that is marked for removal (IPC_RMID) right after shmat goes with the last process, \
         however that dies"
            .into()
    })
}

fn strangers_segment(run: &Run) -> Option<String> {
    let words =
        ["a process that still runs has made the segment of key 1001", "the C version beside it"];
    let is_about = words.iter().any(|words| run.report.contains(words));
    let is_refused =
        |done: &Done| done.call.words == "signal 0" && done.errno() == Some(Errno::EPERM);
    (run.exercise == "fork" && is_about).then(|| match () {
        () if run.failed("kill").iter().any(is_refused) => {
            "kill gave EPERM: that process is there, and may not be signalled. Take a segment without \
             a key (IPC_PRIVATE)"
                .into()
        }
        () => "another program uses the key's segment (IPC_EXCL tells that it was there, shm_cpid whose \
               it is): take one without a key (IPC_PRIVATE)"
            .into(),
    })
}

/// The turn is passed through a descriptor that is a standard stream's.
fn takes_a_streams_number(run: &Run) -> Option<String> {
    let is_stream = |done: &Done| ["0", "1", "2"].contains(&done.call.words.as_str());
    let is_turn = |done: &Done| match done.call.name {
        "write" => is_stream(done) && done.call.text.len() <= 8 && done.result > 0,
        _ => is_stream(done),
    };
    let passes = run.done("write read").iter().any(is_turn);
    let is_closed = run.report.contains("is closed, ") || run.report.contains("is closed (");
    (run.exercise == "fork" && is_closed && passes).then(|| {
        "a pipe has got the number of the stream that is closed, and what is printed goes there: \
         before it, open /dev/null until 0, 1 and 2 are taken"
            .into()
    })
}

fn shared_by_runs(run: &Run) -> Option<String> {
    let is_about = run.report.contains("for i in $(seq ");
    (run.exercise == "fork" && is_about).then(|| {
        "runs at once meet in the segment of key 1001: each has to have its own. IPC_EXCL tells who has \
         made it; the others take one without a key (IPC_PRIVATE)"
            .into()
    })
}
