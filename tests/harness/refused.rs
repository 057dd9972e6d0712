//! The calls that a hand-in tried and may not make, from the logs of all its runs.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::sync::OnceLock;

use engine::{Ran, Trouble, While, memory_file};

/// Of all cases, each a process of its own: a line for each refused call of a run.
static REFUSED: OnceLock<File> = OnceLock::new();

/// C libraries try these first, and have another way.
const TRIED_FIRST: [&str; 5] = ["clone3", "close_range", "epoll_pwait2", "faccessat2", "openat2"];

/// More bytes than these are not kept.
const MOST: u64 = 1 << 20;

/// From here on they are kept.
pub fn begin() -> Result<(), Trouble> {
    let file = memory_file(b"").doing("making a file for what is refused")?;
    REFUSED.get_or_init(|| file);
    Ok(())
}

/// What was refused in a run.
pub fn keep(ran: &Ran) -> Result<(), Trouble> {
    let Some(mut file) = REFUSED.get() else { return Ok(()) };
    // Who has had a call of its own fail, or a process die, may well signal one that is no longer there.
    let is_disturbed = !ran.reached.is_empty();
    let may_be_right = |call: &str| TRIED_FIRST.contains(&call) || (is_disturbed && call == "kill");
    let calls = ran.refused().into_iter().filter(|call| !may_be_right(call));
    let lines: String = calls.flat_map(|call| [call, "\n"]).collect();
    let is_room = file.metadata().is_ok_and(|data| data.len() < MOST);
    if lines.is_empty() || !is_room {
        return Ok(());
    }
    file.write_all(lines.as_bytes()).doing("writing down what is refused")
}

/// All of them, each once, sorted.
pub fn all() -> Vec<String> {
    let mut text = String::new();
    let Some(mut file) = REFUSED.get() else { return Vec::new() };
    if file.rewind().and_then(|()| file.read_to_string(&mut text)).is_err() {
        return Vec::new();
    }
    let calls: BTreeSet<&str> = text.lines().collect();
    calls.into_iter().map(String::from).collect()
}
