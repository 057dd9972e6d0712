//! shm-fork's four lines.

use super::programs::is_yours;
use crate::engine::{Channel, Outcome, Report, Verdict};

const RECEIVED: &str = "Process 2 : Received : Is this the shared memory ID : ";

/// Checks that shm-fork succeeded and printed its four lines, in the order of the channel; gives
/// the ID in them.
pub fn four_lines(outcome: &Outcome, channel: Channel) -> Result<String, Report> {
    let printed = String::from_utf8_lossy(&outcome.stdout).replace("\r\n", "\n");
    let id = printed.lines().find_map(|line| line.strip_prefix(RECEIVED));
    let id = id.filter(|id| id.parse::<u32>().is_ok()).unwrap_or("0");
    let lines = [
        "Process 1 : Written data to shared memory\n".to_string(),
        format!("{RECEIVED}{id}\n"),
        "Process 2 : Responced to process 1 in shared memory\n".to_string(),
        format!("Process 1 : Responce -> Yes, This is shared memory ID : {id}\n"),
    ];
    if is_yours() && is_any_order(&printed, &lines) && outcome.succeeded() {
        return Ok(id.to_string());
    }
    // Not on a terminal, process 2 flushes before it passes the turn, process 1 writes at its end.
    let order = if channel.prints_on_terminal() { [0, 1, 2, 3] } else { [1, 2, 0, 3] };
    let wanted = order.map(|line| lines[line].as_str()).concat();
    same(outcome, channel, &wanted, &printed).map(|()| id.to_string())
}

/// Each process's own lines in their order, and those of the two in any: a student may print when it
/// happens, or at the end.
fn is_any_order(printed: &str, lines: &[String; 4]) -> bool {
    let place = |line: usize| printed.find(&lines[line]);
    let all: usize = lines.iter().map(String::len).sum();
    let [Some(writes), Some(receives), Some(responds), Some(reads)] = [0, 1, 2, 3].map(place)
    else {
        return false;
    };
    all == printed.len() && writes < reads && receives < responds
}

fn same(outcome: &Outcome, channel: Channel, wanted: &str, printed: &str) -> Verdict {
    if outcome.succeeded() && printed == wanted {
        return Ok(());
    }
    let right = Outcome {
        stdout: wanted.into(),
        stderr: Vec::new(),
        status: std::process::ExitStatus::default(),
        unread: None,
    };
    let outcome = Outcome { stdout: printed.into(), unread: None, ..outcome.clone() };
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(String::from).collect();
        lines.sort();
        lines
    };
    let headline = if sorted(printed) == sorted(wanted) && outcome.succeeded() {
        "the four lines are right, but in another order: the order of the calls of fflush?"
    } else if outcome.stderr.ends_with(b": Invalid argument\n") {
        "the four lines are not right (EINVAL: was the segment removed by another process?):"
    } else {
        "the four lines are not right:"
    };
    Err(Report::difference(
        headline,
        &right.describe(channel),
        &outcome.describe(channel),
        ["right", super::programs::Version::Ours.name()],
    ))
}

/// Which of shm-fork's processes it is. A student may make process 2 first.
pub fn name_of(who: usize) -> &'static str {
    match who {
        0 => "the parent",
        1 if is_yours() => "the first child",
        2 if is_yours() => "the second child",
        1 => "process 1",
        2 => "process 2",
        _ => "another process",
    }
}
