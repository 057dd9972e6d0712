//! Who goes on: one task at a time.
//!
//! The one that ran goes on until it waits, sleeps or ends, or has used up its turn. Then the others that can go on
//! have theirs: those first that have used up fewer turns, of these the one that was born first. When nobody else
//! can go on, the sleeper has its turn that wakes first, and then whoever is held. One that never waits lets none of
//! these come; so they go on, too, when each of those has used up so many turns.

use crate::task::{Hold, State, Task};

/// Who is to go on, and whether that is because others spin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    /// The task's place among all.
    pub index: usize,
    /// Others could go on, but do not get anywhere.
    pub is_beside_spinners: bool,
}

/// A held task goes on before others wake, if time has gone by for others so often since: they poll.
const LONGEST_HOLD: u64 = 600;

/// The next of those that can go on now, and need not be last.
pub fn next(tasks: &[Task], current: Option<usize>, naps: u64) -> Option<Next> {
    let stands = |task: &Task| matches!(task.state, State::Stands(_));
    if let Some(index) = current.filter(|&index| stands(&tasks[index])) {
        return Some(Next { index, is_beside_spinners: false });
    }
    let standing = tasks.iter().enumerate().filter(|(_, task)| stands(task));
    let (turns, index) = standing.map(|(index, task)| (task.turns, index)).min()?;
    let impatient = last(tasks, naps, Some(turns));
    let next = impatient.map(|index| Next { index, is_beside_spinners: true });
    next.or(Some(Next { index, is_beside_spinners: false }))
}

/// The next of those that are last: who sleeps, waits for a while or is held. If others have used up so many
/// turns, only those whose patience is at its end.
pub fn last(tasks: &[Task], naps: u64, turns: Option<u32>) -> Option<usize> {
    let is_long = |hold: Hold| naps.saturating_sub(hold.naps) >= LONGEST_HOLD;
    let rank = |task: &Task| {
        let (rank, last) = match task.state {
            State::Held(hold, _) if hold.is_pause => return None,
            State::Held(hold, last) => ((if is_long(hold) { 0 } else { 2 }, hold.naps), last),
            State::Sleeps(until, last) => ((1, until), last),
            State::Waits(last) => ((1, task.under?.until?), last),
            _ => return None,
        };
        turns.is_none_or(|turns| turns >= last.patience).then_some(rank)
    };
    let ranks = tasks.iter().enumerate();
    ranks.filter_map(|(index, task)| Some((rank(task)?, index))).min().map(|(_, index)| index)
}
