//! Much to do: many rounds.

use std::time::{Duration, Instant};

use super::programs::given;
use crate::engine::Verdict;

/// Does `round` at least `rounds` times, with the number of the round; `make stress` goes on until
/// its time is up.
pub fn repeat(rounds: u32, mut round: impl FnMut(u32) -> Verdict) -> Verdict {
    let seconds = given("STRESS").and_then(|text| text.parse().ok());
    let (start, time) = (Instant::now(), Duration::from_secs(seconds.unwrap_or(0)));
    let goes_on = |done: &u32| *done < rounds || start.elapsed() < time;
    (0..).take_while(goes_on).try_for_each(|number| {
        round(number).map_err(|report| report.with_headline(&format!("in round {number}:")))
    })
}
