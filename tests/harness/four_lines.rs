//! shm-fork's four lines.

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
    // Not on a terminal, process 2 flushes before it passes the turn, process 1 writes at its end.
    let order = if channel.prints_on_terminal() {
        [0, 1, 2, 3]
    } else {
        [1, 2, 0, 3]
    };
    let wanted = order.map(|line| lines[line].as_str()).concat();
    same(outcome, channel, &wanted, &printed).map(|()| id.to_string())
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
    let outcome = Outcome {
        stdout: printed.into(),
        unread: None,
        ..outcome.clone()
    };
    Err(Report::difference(
        "the four lines are not right:",
        &right.describe(channel),
        &outcome.describe(channel),
        ["right", super::programs::Version::Ours.name()],
    ))
}
