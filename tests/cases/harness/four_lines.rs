//! shm-fork's four lines.

use super::channel::Channel;
use super::outcome::Outcome;
use super::report::{Report, expect};

/// Checks that shm-fork succeeded and printed its four lines, in the order of the channel; gives
/// the ID in them.
pub fn four_lines(outcome: &Outcome, channel: Channel) -> Result<String, Report> {
    let seen = outcome.describe(channel);
    expect("exit status 0", outcome.status.success(), &seen)?;
    let printed = String::from_utf8_lossy(&outcome.stdout).replace("\r\n", "\n");
    let id = printed
        .lines()
        .find_map(|line| line.strip_prefix(RECEIVED))
        .unwrap_or_default();
    let lines = [
        "Process 1 : Written data to shared memory\n".to_string(),
        format!("{RECEIVED}{id}\n"),
        "Process 2 : Responced to process 1 in shared memory\n".to_string(),
        format!("Process 1 : Responce -> Yes, This is shared memory ID : {id}\n"),
    ];
    // Not on a terminal, each process writes when it has come to its end.
    let order = if channel == Channel::Terminal {
        [0, 1, 2, 3]
    } else {
        [1, 2, 0, 3]
    };
    let expected = order.map(|line| lines[line].as_str()).concat();
    expect(
        &format!("with one ID:\n{expected}"),
        printed == expected && !id.is_empty(),
        &seen,
    )?;
    Ok(id.to_string())
}

const RECEIVED: &str = "Process 2 : Received : Is this the shared memory ID : ";
