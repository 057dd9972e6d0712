//! What a program may use, and for how long.

use std::time::Duration;

use nix::sys::signal::Signal;

use super::World;
use super::run::Run;
use super::turns::processor_time;
use crate::calls::{Call, Trait};
use crate::launch::LARGEST_FILE;
use crate::step::Who;

/// What a program may use, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// So many living processes and threads. Ten times as many may be born.
    pub processes: usize,
    /// So many system calls.
    pub calls: usize,
    /// So many times virtual time may go by for them: for one that sleeps again and again.
    pub naps: u64,
    /// So long they may wait.
    pub time: Duration,
    /// So much of the processor, its processes together, those too that have ended.
    pub processor: Duration,
    /// So much memory, they and their segments together, in bytes.
    pub memory: u64,
    /// So much written, by all its calls, in bytes.
    pub files: u64,
    /// So many files and folders.
    pub names: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            processes: 300,
            calls: 100_000,
            naps: 10_000,
            time: Duration::from_secs(10),
            processor: Duration::from_secs(5),
            memory: 1 << 30,
            files: LARGEST_FILE,
            names: 4000,
        }
    }
}

/// What a run's calls have ever asked for: memory and disk that nobody is seen to use are in it, such as files without
/// a name, what is in pipes and sockets, and shared memory that he who filled it has left.
#[derive(Default)]
pub(super) struct Consumed {
    /// Memory that is shared, in bytes.
    shared: u64,
    /// Written, in bytes, also to pipes.
    written: u64,
    /// Names of files and folders.
    names: usize,
    /// Segments, semaphore sets and queues: more than it may have.
    pub too_many_ids: bool,
}

impl Consumed {
    /// A call has given a result.
    pub fn add(&mut self, call: &Call, result: i64) {
        if result < 0 {
            return;
        }
        match call.name {
            "mmap" => self.shared = self.shared.saturating_add(call.words[2]), // followed if shared
            "truncate" | "ftruncate" => self.written = self.written.saturating_add(call.words[2]),
            "open" if call.int(2) & libc::O_CREAT == 0 => {}
            "openat" if call.int(3) & libc::O_CREAT == 0 => {}
            "sendfile" | "copy_file_range" => self.writes(result),
            _ if call.is(Trait::Write) => self.writes(result),
            _ if call.is(Trait::MakesFile) => self.names += 1,
            _ => {}
        }
    }

    fn writes(&mut self, bytes: i64) {
        self.written = self.written.saturating_add(bytes.unsigned_abs());
    }
}

/// The longest that it may take, however busy the machine is.
const LAST_WORD: Duration = Duration::from_secs(300);

/// All programs of a world together may use so many times as much of the processor as one.
const CROWD: u32 = 3;

/// How often the engine looks at how much they use: each time its loop has gone round so often, not by the clock,
/// because on a busy machine there would be a look at each stop.
const ROUNDS: u32 = 64;

impl Run {
    /// A process has ended, and used so much of the processor with its children that have ended.
    pub(super) fn counts_time(&mut self, who: Who, used: Duration) {
        let process = &self.processes[who];
        self.used = self.used.saturating_add(used.saturating_sub(process.childrens_time));
        if let Some(parent) = process.parent {
            let time = &mut self.processes[parent].childrens_time;
            *time = time.saturating_add(used);
        }
    }
}

impl World {
    /// Stops the programs that exceed a bound.
    pub(super) fn bound(&mut self) {
        for run in 0..self.runs.len() {
            if let Some(why) = self.exceeds(run) {
                self.cut_off(run, &why);
            }
        }
        self.rounds = self.rounds.wrapping_add(1);
        if self.rounds % ROUNDS == 0 {
            self.bound_what_is_used();
        }
    }

    /// Bounds that have to be looked up.
    fn bound_what_is_used(&mut self) {
        let times: Vec<Duration> = (0..self.runs.len()).map(|run| self.time_of(run)).collect();
        let of_all = times.iter().copied().fold(Duration::ZERO, Duration::saturating_add);
        let is_too_much = of_all > self.limits.processor * CROWD;
        for (run, &time) in times.iter().enumerate() {
            let most = self.limits.processor;
            if self.is_going_on(run) && (time > most || is_too_much) {
                self.cut_off(run, &uses_processor(most));
            } else if self.is_going_on(run) && self.has_too_much_memory(run) {
                self.cut_off(run, &uses_memory(&self.limits));
            } else if self.is_going_on(run) && self.runs[run].begun.elapsed() > LAST_WORD {
                self.cut_off(run, "it did not end in five minutes");
            }
        }
    }

    fn is_going_on(&self, run: usize) -> bool {
        self.runs[run].cut_off.is_none() && !self.has_ended(run)
    }

    /// What a program's processes have used of the processor, those too that have ended.
    fn time_of(&self, run: usize) -> Duration {
        let processes = self.alive(run).filter(|task| task.thread == 0);
        let times = processes.map(|task| processor_time(task.pid));
        times.fold(self.runs[run].used, Duration::saturating_add)
    }

    /// Whether a program's processes and the world's segments have too much in memory. How much that is of a segment
    /// stands in the machine's table, which is long where many are at work: it is read only if it matters.
    fn has_too_much_memory(&self, run: usize) -> bool {
        let processes = self.alive(run).filter(|task| task.thread == 0);
        let used = processes.map(|task| task.stat.memory()).fold(0, u64::saturating_add);
        let is_too_much = |segments| used.saturating_add(segments) > self.limits.memory;
        is_too_much(self.segments.size()) && is_too_much(self.keys.memory())
    }

    /// Bounds that are only numbers.
    fn exceeds(&self, run: usize) -> Option<String> {
        if !self.is_going_on(run) {
            return None;
        }
        let (this, most) = (&self.runs[run], &self.limits);
        let is_late =
            !this.launch.keeps_input && self.clock.waited.saturating_sub(this.start) > most.time;
        let is_bomb =
            this.births > most.processes.saturating_mul(10) || this.alive > most.processes;
        match () {
            () if this.streams.is_too_long() => {
                Some("it prints without end (more than 1 MiB)".into())
            }
            () if this.calls > most.calls => {
                Some(format!("it makes system calls without end (more than {})", most.calls))
            }
            () if this.naps > most.naps => Some(format!(
                "it sleeps again and again without end (more than {} times)",
                most.naps
            )),
            () if is_bomb => {
                Some(format!("it makes processes without end (more than {})", most.processes))
            }
            () if this.consumed.written > most.files => Some(writes_too_much(most)),
            () if this.consumed.names > most.names => {
                Some(format!("it makes files without end (more than {})", most.names))
            }
            () if this.consumed.shared > most.memory => Some(uses_memory(most)),
            () if is_late => Some(format!("it did not end in {} seconds", most.time.as_secs_f32())),
            () => None,
        }
    }

    /// Ends a program, and all that it started.
    pub(super) fn cut_off(&mut self, run: usize, why: &str) {
        self.runs[run].cut_off.get_or_insert(why.to_string());
        self.unnamed.kill(Duration::ZERO); // their parents are killed too, and will never name them
        self.signal(run, Signal::SIGKILL);
    }
}

fn uses_processor(most: Duration) -> String {
    format!("it uses the processor without end (more than {} seconds)", most.as_secs_f32())
}

fn writes_too_much(most: &Limits) -> String {
    format!("it writes without end (more than {} MiB)", most.files >> 20)
}

fn uses_memory(most: &Limits) -> String {
    format!("it uses more than {} MiB of memory", most.memory >> 20)
}
