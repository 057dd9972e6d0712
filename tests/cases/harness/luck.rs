//! The C version of shm-fork orders its processes by two sleeps, and by luck.

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

use super::report::Report;

/// How often the C version may try.
const TRIES: usize = 5;

/// Plays a scene again while it gives an inner error: the C version's bad luck. An outer error is
/// nobody's luck, and final.
pub fn with_luck<T>(
    mut scene: impl FnMut() -> Result<Result<T, Report>, Report>,
) -> Result<T, Report> {
    let tries = || {
        let mut last = Report(String::new());
        for _ in 0..TRIES {
            match scene()? {
                Ok(result) => return Ok(result),
                Err(report) => last = report,
            }
        }
        Err(last.under(&format!(
            "the C version had no luck in {TRIES} runs; the last:"
        )))
    };
    on_one_processor(tries)
}

/// Keeps this thread, and what it starts, on one processor. There the C version mostly has the luck
/// that it needs: its first child runs before the second.
fn on_one_processor<T>(task: impl FnOnce() -> Result<T, Report>) -> Result<T, Report> {
    let this_thread = Pid::from_raw(0);
    let allowed = sched_getaffinity(this_thread)?;
    let first = (0..CpuSet::count()).find(|&number| allowed.is_set(number) == Ok(true));
    let mut one = CpuSet::new();
    one.set(first.unwrap_or(0))?;
    sched_setaffinity(this_thread, &one)?;
    let result = task();
    sched_setaffinity(this_thread, &allowed)?;
    result
}
