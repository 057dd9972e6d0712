//! Much to do: many rounds.

use std::env;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::engine::Verdict;

/// When the time of `make stress` is up, in seconds since 1970.
pub const UNTIL: &str = "CHECK_UNTIL";

/// Does `round` at least `rounds` times, with the number of the round; `make stress` goes on until
/// its time is up.
pub fn repeat(rounds: u32, mut round: impl FnMut(u32) -> Verdict) -> Verdict {
    let until = env::var(UNTIL).ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut done = 0;
    while done < rounds || now() < until {
        round(done).map_err(|report| report.with_headline(&format!("in round {done}:")))?;
        done += 1;
    }
    Ok(())
}

pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}
