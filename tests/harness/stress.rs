//! Much to do: many rounds.

use std::env;
use std::time::{Duration, Instant};

use crate::engine::Verdict;

/// Does `round` at least `rounds` times, with the number of the round; `make stress` goes on until
/// its time is up.
pub fn repeat(rounds: u32, mut round: impl FnMut(u32) -> Verdict) -> Verdict {
    let seconds = env::var("STRESS").ok().and_then(|text| text.parse().ok());
    let (start, time) = (Instant::now(), Duration::from_secs(seconds.unwrap_or(0)));
    let mut done = 0;
    while done < rounds || start.elapsed() < time {
        round(done).map_err(|report| report.with_headline(&format!("in round {done}:")))?;
        done += 1;
    }
    Ok(())
}
