//! The two times of a world: the virtual one, which goes by while all sleep, and the real time in which programs
//! wait.

use std::mem;
use std::time::{Duration, Instant};

/// A pause between two looks counts no longer than this: the engine, too, may be kept from the processor.
const LONGEST: Duration = Duration::from_millis(5);

pub(super) struct Clock {
    /// Virtual time, in milliseconds.
    pub now: u64,
    /// How often it has gone by for one that slept or waited.
    pub naps: u64,
    /// Real time in which programs waited.
    pub waited: Duration,
    /// One of them could run, as the last look showed, or is to be let go.
    pub could_run: bool,
    last: Instant,
}

impl Clock {
    pub fn new() -> Self {
        Self { now: 0, naps: 0, waited: Duration::ZERO, could_run: false, last: Instant::now() }
    }

    /// Virtual time goes by, for one that slept or waited until then.
    pub fn pass_to(&mut self, until: u64) {
        self.now = self.now.max(until);
        self.naps += 1;
    }

    /// Counts the real time since the last look. While a program could run, a busy machine may keep it from the
    /// processor: what it uses of that has a bound of its own.
    pub fn tick(&mut self) {
        let passed = mem::replace(&mut self.last, Instant::now()).elapsed().min(LONGEST);
        if !mem::take(&mut self.could_run) {
            self.waited += passed;
        }
    }
}
