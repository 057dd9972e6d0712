//! The log: what happened in a run, in order. Whatever tells of a run reads it.

use std::process::ExitStatus;

use crate::step::{At, Who};

/// More events than this are not kept: those in the middle of the run are left out.
const MOST_EVENTS: usize = 12_000;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When it happened, in virtual milliseconds since the world's beginning.
    pub time: u64,
    /// The process: 0 is the first, then its children in the order of their birth.
    pub who: Who,
    /// Which of its threads: 0 is the first.
    pub thread: usize,
    /// What happened to the process, or what it did.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// It was born: this process made it, or the check did.
    Born(Option<Who>),
    /// It has become the program (execve), and begins.
    Begins,
    /// It makes a system call.
    Calls(Called),
    /// It waits in that call, and another goes on.
    Waits {
        /// The call's name.
        call: &'static str,
        /// Such as "for its turn"; empty if that is not known.
        reason: String,
    },
    /// The call returns: a result, or an errno below zero.
    Returns {
        /// The call's name.
        call: &'static str,
        /// As the program sees it: IDs are the run's own.
        result: i64,
        /// As in [`Called`].
        is_own: bool,
    },
    /// It tried a call that is not allowed, and got ENOSYS or EPERM.
    Refused(String),
    /// It sleeps for so many milliseconds of virtual time.
    Sleeps(u64),
    /// Its sleep is over.
    Wakes,
    /// It has stored bytes in a segment since its last event.
    Stores {
        /// The segment's ID, as the run sees it.
        segment: i64,
        /// The segment's first bytes now.
        bytes: Vec<u8>,
    },
    /// A segment has changed by what it did, or was found by it.
    Segment {
        /// The segment's ID, as the run sees it.
        id: i64,
        /// How it is now.
        now: SegmentNow,
        /// shmget has given it, and it was there already.
        is_found: bool,
    },
    /// It is held there.
    Held(At),
    /// It is held no more.
    GoesOn,
    /// It used up its turn without waiting, and another goes on.
    Spins,
    /// A signal came, by name.
    Signal(String),
    /// It ended.
    Ended(ExitStatus),
    /// So many events are left out here.
    LeftOut(usize),
}

/// A system call as it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// The call's name, as in syscalls(2).
    pub name: &'static str,
    /// Its number among the process's calls of that name, from 1.
    pub number: usize,
    /// Its arguments, in words.
    pub words: String,
    /// What it writes, for write(2) and the like.
    pub text: Vec<u8>,
    /// Whether the program makes it, and not its loader.
    pub is_own: bool,
}

/// How a segment is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentNow {
    /// The key that the program asked for; 0 is `IPC_PRIVATE`, or marked for removal.
    pub key: i32,
    /// In bytes.
    pub size: u64,
    /// Permissions.
    pub mode: u32,
    /// How many attachments the world's processes have.
    pub attached: usize,
    /// Whether it is marked for removal.
    pub is_marked: bool,
    /// Whether it is gone.
    pub is_gone: bool,
}

/// All that happened in a run.
#[derive(Clone, Debug, Default)]
pub struct Log {
    events: Vec<Event>,
    left_out: usize,
}

impl Log {
    /// The events, in order.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Adds an event. Of a run that never ends, the middle is left out.
    pub(crate) fn add(&mut self, event: Event) {
        self.events.push(event);
        if self.events.len() > MOST_EVENTS {
            let (first, last) = (MOST_EVENTS / 2, MOST_EVENTS * 3 / 4);
            let is_first_time = self.left_out == 0;
            self.left_out += last - first - usize::from(!is_first_time);
            let event = Event { what: What::LeftOut(self.left_out), ..self.events[last].clone() };
            self.events.splice(first..last, [event]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log_of(count: usize) -> Log {
        let mut log = Log::default();
        for number in 0..count {
            log.add(Event { time: number as u64, who: 0, thread: 0, what: What::Wakes });
        }
        log
    }

    #[test]
    fn of_a_short_log_nothing_is_left_out() {
        assert_eq!(log_of(MOST_EVENTS).events().len(), MOST_EVENTS);
    }

    #[test]
    fn of_a_long_log_the_middle_is_left_out_and_counted() {
        for count in [MOST_EVENTS + 1, 5 * MOST_EVENTS] {
            let log = log_of(count);
            assert!(log.events().len() <= MOST_EVENTS);
            let left_out = |event: &Event| match event.what {
                What::LeftOut(count) => Some(count),
                _ => None,
            };
            let marks: Vec<usize> = log.events().iter().filter_map(left_out).collect();
            assert_eq!(marks, [count - (log.events().len() - 1)]);
            let times = [log.events().first(), log.events().last()]
                .map(|event| event.map(|event| event.time));
            assert_eq!(times, [Some(0), Some(count as u64 - 1)]);
        }
    }
}
