//! shm-fork's four lines.

use std::process::ExitStatus;

use super::judge::{May, may};
use super::programs::Version;
use super::report::{Report, expect_same};
use super::words::describe;
use engine::{Channel, Outcome};

const RECEIVED: &str = "Process 2 : Received : Is this the shared memory ID : ";

/// Checks that shm-fork succeeded and printed its four lines, in the order of the channel; gives
/// the ID in them.
pub fn four_lines(outcome: &Outcome, channel: Channel) -> Result<String, Report> {
    let printed = String::from_utf8_lossy(&outcome.stdout).replace("\r\n", "\n");
    let id = printed.lines().find_map(|line| line.strip_prefix(RECEIVED));
    let id = id.filter(|id| id.parse::<u32>().is_ok()).unwrap_or(any_id(&printed));
    let lines = [
        "Process 1 : Written data to shared memory\n".to_string(),
        format!("{RECEIVED}{id}\n"),
        "Process 2 : Responced to process 1 in shared memory\n".to_string(),
        format!("Process 1 : Responce -> Yes, This is shared memory ID : {id}\n"),
    ];
    // Not on a terminal, process 2 flushes before it passes the turn, process 1 writes at its end. A
    // student's processes may print when it happens, or at their ends.
    let order = if channel.prints_on_terminal() { [0, 1, 2, 3] } else { [1, 2, 0, 3] };
    let places = lines.each_ref().map(|line| printed.find(line));
    let are_there = printed.len() == lines.concat().len() && !places.contains(&None);
    let is_any_order = may(May::PrintInAnyOrder) && places[0] < places[3] && places[1] < places[2];
    let is_right = are_there && (is_any_order || order.is_sorted_by_key(|&line| places[line]));
    if is_right && outcome.succeeded() {
        return Ok(id.to_string());
    }
    let order = nearest(order, &places);
    let headline = if is_right {
        "the four lines are right, but not all else:"
    } else if are_there && outcome.succeeded() {
        "the four lines are right, but in another order: the order of the calls of fflush?"
    } else if outcome.stderr.ends_with(b": Invalid argument\n") {
        "the four lines are not right (EINVAL: was the segment removed by another process?):"
    } else {
        "the four lines are not right:"
    };
    let (stdout, status) = (order.map(|line| lines[line].as_str()).concat(), ExitStatus::default());
    let right = Outcome { stdout: stdout.into(), stderr: vec![], status, unread: None };
    let seen = Outcome { stdout: printed.as_str().into(), unread: None, ..outcome.clone() };
    let [right, seen] = [right, seen].map(|outcome| describe(&outcome, channel));
    expect_same(headline, &right, &seen, ["right", Version::Ours.name()]).map(|()| id.to_string())
}

/// Of the orders that a student's lines may have, the one that they have, as far as they are there.
fn nearest(order: [usize; 4], places: &[Option<usize>; 4]) -> [usize; 4] {
    const ORDERS: [[usize; 4]; 6] =
        [[0, 1, 2, 3], [1, 2, 0, 3], [1, 0, 2, 3], [0, 1, 3, 2], [0, 3, 1, 2], [1, 0, 3, 2]];
    let is_theirs = |order: &&[usize; 4]| {
        order.iter().filter_map(|&line| places[line]).is_sorted_by(|one, next| one < next)
    };
    let all = [order].into_iter().chain(ORDERS.into_iter().filter(|_| may(May::PrintInAnyOrder)));
    let all: Vec<[usize; 4]> = all.collect();
    *all.iter().find(is_theirs).unwrap_or(&order)
}

/// The first ID in a text, for a line that has none. Where there is none at all, nobody knows it.
fn any_id(text: &str) -> &str {
    let mut rests = text.split("memory ID : ").skip(1);
    let digits = |rest: &str| rest.find(|letter: char| !letter.is_ascii_digit());
    rests.find_map(|rest| rest.get(..digits(rest)?).filter(|id| !id.is_empty())).unwrap_or("...")
}

/// Which of shm-fork's processes it is: process 1 is the one that is forked first. A student's may print the lines
/// of process 2.
pub fn name_of(who: usize) -> String {
    if who == 0 { "the parent".into() } else { format!("process {who}") }
}
