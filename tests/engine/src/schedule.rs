//! Who goes on: one task at a time.
//!
//! The one that ran goes on until it waits, sleeps or ends, or has used up its turn. Then the others that are ready
//! have theirs: those first that have used up fewer turns, of these the one that was born first. When nobody is ready,
//! the one has its turn whose sleep, or wait for a while, ends first; and then the one that was held first. One that never waits lets none of these come;
//! so they go on, too, when each of those has made so many calls.

use crate::task::{Hold, Patience, State, Task};

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

/// The next of those that are ready.
pub fn next(tasks: &[Task], current: Option<usize>, naps: u64) -> Option<Next> {
    let is_ready = |task: &Task| matches!(task.state, State::Ready(_));
    if let Some(index) = current.filter(|&index| is_ready(&tasks[index])) {
        return Some(Next { index, is_beside_spinners: false });
    }
    let ready = tasks.iter().enumerate().filter(|(_, task)| is_ready(task));
    let (_, index) = ready.clone().map(|(index, task)| (task.turns_used, index)).min()?;
    let vain_calls = ready.map(|(_, task)| task.vain_calls).min();
    let impatient = deferred(tasks, naps, vain_calls);
    let next = impatient.map(|index| Next { index, is_beside_spinners: true });
    next.or(Some(Next { index, is_beside_spinners: false }))
}

/// The next of those that come last: who sleeps, waits for a while or is held. If others have made so many calls in vain,
/// only those whose patience is at its end.
pub fn deferred(tasks: &[Task], naps: u64, vain_calls: Option<u32>) -> Option<usize> {
    let is_long = |hold: Hold| naps.saturating_sub(hold.naps) >= LONGEST_HOLD;
    let rank = |task: &Task| {
        let (rank, patience) = match task.state {
            State::Held(hold, _) if hold.is_pause => return None,
            State::Held(hold, patience) => {
                ((if is_long(hold) { 0 } else { 2 }, hold.naps), patience)
            }
            State::Sleeps(patience) | State::Waits(patience) => {
                ((1, task.under?.ends()?), patience)
            }
            _ => return None,
        };
        vain_calls.is_none_or(|calls| Patience(calls) >= patience).then_some(rank)
    };
    let ranks = tasks.iter().enumerate();
    ranks.filter_map(|(index, task)| Some((rank(task)?, index))).min().map(|(_, index)| index)
}

#[cfg(test)]
mod tests {
    use nix::unistd::Pid;

    use super::*;
    use crate::calls::Call;
    use crate::step::At;
    use crate::task::{Fate, Underway};

    const PATIENCE: Patience = Patience(10);

    fn task(state: State) -> Task {
        Task { state, ..Task::new(Pid::from_raw(-1), 0, 0, 0) }
    }

    fn ready(turns_used: u32) -> Task {
        Task { turns_used, vain_calls: turns_used, ..task(State::Ready(0)) }
    }

    fn sleeps(until: u64) -> Task {
        Task { state: State::Sleeps(PATIENCE), ..waits(Some(until)) }
    }

    fn held(naps: u64) -> Task {
        task(State::Held(Hold { at: At::Birth, is_pause: false, naps }, PATIENCE))
    }

    fn paused() -> Task {
        task(State::Held(Hold { at: At::Birth, is_pause: true, naps: 0 }, PATIENCE))
    }

    fn waits(until: Option<u64>) -> Task {
        let call = Call::named("poll", &[]);
        let under = Underway {
            call,
            number: 1,
            fate: Fate::Made,
            until,
            alarm: None,
            is_own: true,
            has_lent: false,
        };
        Task { under: Some(under), ..task(State::Waits(PATIENCE)) }
    }

    /// Who goes on of these, when all have settled.
    fn goes_on(tasks: &[Task], current: Option<usize>, naps: u64) -> Option<usize> {
        next(tasks, current, naps).map(|next| next.index).or_else(|| deferred(tasks, naps, None))
    }

    #[test]
    fn the_one_that_ran_goes_on() {
        assert_eq!(goes_on(&[ready(0), ready(5)], Some(1), 0), Some(1));
    }

    #[test]
    fn else_the_first_that_is_ready() {
        assert_eq!(goes_on(&[waits(None), ready(0), ready(0)], Some(0), 0), Some(1));
        assert_eq!(goes_on(&[waits(None), ready(0), ready(0)], None, 0), Some(1));
    }

    #[test]
    fn of_those_the_one_with_the_fewest_turns() {
        assert_eq!(goes_on(&[ready(2), ready(1), ready(1)], None, 0), Some(1));
    }

    #[test]
    fn sleepers_and_held_ones_come_after_all_that_are_ready() {
        assert_eq!(goes_on(&[held(0), sleeps(1), waits(Some(1)), ready(9)], None, 0), Some(3));
    }

    #[test]
    fn of_sleepers_the_one_that_wakes_first() {
        assert_eq!(goes_on(&[sleeps(30), sleeps(10), sleeps(20)], None, 0), Some(1));
        assert_eq!(goes_on(&[sleeps(30), waits(Some(10)), sleeps(20)], None, 0), Some(1));
    }

    #[test]
    fn held_ones_come_last_the_first_that_was_held_first() {
        assert_eq!(goes_on(&[held(0), sleeps(1000)], None, 0), Some(1));
        assert_eq!(goes_on(&[held(7), held(3)], None, 0), Some(1));
    }

    #[test]
    fn one_that_is_held_long_comes_before_sleepers() {
        assert_eq!(goes_on(&[held(1), sleeps(1)], None, LONGEST_HOLD), Some(1));
        assert_eq!(goes_on(&[held(1), sleeps(1)], None, LONGEST_HOLD + 1), Some(0));
    }

    #[test]
    fn nobody_goes_on_of_those_that_wait_for_ever_are_paused_or_have_ended() {
        let tasks = [waits(None), paused(), task(State::Ended), task(State::Suspended)];
        assert_eq!(goes_on(&tasks, None, 10_000), None);
    }

    #[test]
    fn beside_spinners_the_patience_of_the_others_ends() {
        let is_beside = |turns| next(&[ready(turns), held(0)], None, 0);
        let wanted = |index, is_beside_spinners| Some(Next { index, is_beside_spinners });
        assert_eq!(is_beside(9), wanted(0, false));
        assert_eq!(is_beside(10), wanted(1, true));
    }
}
