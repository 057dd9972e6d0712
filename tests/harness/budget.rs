//! How much the check of one hand-in may cost in all. Each run has bounds of its own; but there are thousands of runs,
//! and a hand-in could stay just below its bounds in each.

use std::fs::File;
use std::io::Write;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;

use super::programs::is_yours;
use super::report::{Kind, Report, Verdict};
use engine::{Trouble, While, memory_file};

/// In tenths of a second. A case that takes less than a tenth costs nothing, so that nobody pays for a slow machine.
const MOST: u64 = 600;

/// Of all cases, each a process of its own: a byte for each tenth of a second.
static SPENT: OnceLock<File> = OnceLock::new();

/// From here on it counts, if a hand-in is checked.
pub fn begin() -> Result<(), Trouble> {
    if is_yours() {
        let file = memory_file(b"").doing("making a file for what a hand-in costs")?;
        SPENT.get_or_init(|| file);
    }
    Ok(())
}

/// A run has cost what this case has used of the processor, beyond what its earlier runs have cost.
///
/// # Errors
/// It is too much in all.
pub fn spend() -> Verdict {
    /// How many tenths of a second are written down, of this case.
    static CASE: Mutex<u128> = Mutex::new(0);
    let Some(mut spent) = SPENT.get() else { return Ok(()) };
    let mut case = CASE.lock().unwrap_or_else(PoisonError::into_inner);
    let cost = used().as_millis() / 100;
    let new = usize::try_from(cost.saturating_sub(*case)).unwrap_or(usize::MAX).min(1000);
    *case = cost;
    spent.write_all(&vec![0; new]).doing("writing down what a hand-in costs")?;
    is_left()
}

/// # Errors
/// Nothing is left.
pub fn is_left() -> Verdict {
    let spent = SPENT.get().and_then(|spent| spent.metadata().ok()).map_or(0, |data| data.len());
    let text = "the check of this hand-in took more than 60 seconds of the processor: it computes";
    if spent <= MOST { Ok(()) } else { Err(Report { kind: Kind::Stopped, text: text.into() }) }
}

/// The processor time that this process and those that it has waited for have used.
fn used() -> Duration {
    let time = |of: TimeVal| {
        Duration::from_secs(of.tv_sec().unsigned_abs())
            .saturating_add(Duration::from_micros(of.tv_usec().unsigned_abs()))
    };
    let all = [UsageWho::RUSAGE_SELF, UsageWho::RUSAGE_CHILDREN];
    let used = all.iter().filter_map(|&who| getrusage(who).ok());
    used.fold(Duration::ZERO, |sum, of| {
        sum.saturating_add(time(of.user_time())).saturating_add(time(of.system_time()))
    })
}
