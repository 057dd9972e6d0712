//! Much to do: many rounds, on a busy machine.

use std::hint;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use super::report::Report;

/// Does `round` at least `rounds` times, with the number of the round; `make stress` goes on until
/// its time is up.
pub fn repeat(rounds: u32, mut round: impl FnMut(u32) -> Result<(), Report>) -> Result<(), Report> {
    let seconds = std::env::var("STRESS_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok());
    let time = Duration::from_secs(seconds.unwrap_or(0));
    let start = Instant::now();
    let mut done = 0;
    while done < rounds || start.elapsed() < time {
        round(done).map_err(|report| report.under(&format!("in round {done}")))?;
        done += 1;
    }
    Ok(())
}

/// Does something while every processor is busy with something else.
pub fn busy_machine(task: impl FnOnce() -> Result<(), Report>) -> Result<(), Report> {
    let done = AtomicBool::new(false);
    let processors = thread::available_parallelism()?.get();
    thread::scope(|scope| {
        for _ in 0..processors {
            scope.spawn(|| {
                while !done.load(Relaxed) {
                    hint::spin_loop();
                }
            });
        }
        let _stop = Stop(&done);
        task()
    })
}

/// Says that all is done when it is dropped, be it by a panic.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}
