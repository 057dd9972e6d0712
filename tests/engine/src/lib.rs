//! The engine: it runs programs in a [`World`] of their own, lets one of their processes go on at a time, and says
//! what they did. It knows nothing of the exercises. A process has one world at a time, because a world waits for all
//! children of its process.
//!
//! # The way of one run
//!
//! ```text
//! World::start   fork; the engine seizes the child (ptrace); the child takes its user, Landlock, bounds and the
//!                filters of calls upon itself, and becomes the program
//! World::finish  the loop, until all processes have ended:
//!                  each stop is handled (world::stops): a birth or an end (births), a call's entry or exit
//!                  (entry, exit), a signal; and what the case wants to be done there (steps)
//!                  a program that goes too far is cut off (world::bounds)
//!                  when all have settled, the next is let go (schedule, world::turns); if nobody can go on, that is
//!                  a hang (world::hang)
//! Ran            the outcome, and the log of all that happened
//! ```
//!
//! # The way of one call
//!
//! ```text
//! entry   the filter stops the program (but not at calls about its own memory and settings, which never wait)
//!         is there an act of a Step at this place?
//!           Hold, Pause, Send, SendAll: the call is postponed: skipped, the program set back before the
//!                   instruction, and the act done there; then the program makes the call again, which is no new one
//!           Fail:   it is skipped, and gives the errno
//!         else: a signal to a stranger is refused (EPERM); a sleep is skipped, but the task stays at the entry until
//!         its time has come; a key or an ID is translated; a time-out becomes for ever, because time is virtual
//! exit    a signal has interrupted it:
//!           with a handler, the call gives EINTR, or is made again when the handler returns
//!           without one, it is made again: that is no new call
//!         else: the result is translated back, and written in the log
//! SIGSYS  the filter has refused the call: in the signal's place, it fails with ENOSYS
//! ```
//!
//! # What a program cannot do
//!
//! | guard | file |
//! |---|---|
//! | make a call that is not on the list | `calls`, `filter` |
//! | reach a file or a device | `landlock` |
//! | reach the network | `calls`, `filter` |
//! | be root | `user`, `launch` |
//! | use descriptors of the caller's | `launch` |
//! | signal a process of another run | `world::entry`, `filter`, `landlock` |
//! | use a segment that is not its world's, or leave one | `keys`, `translate`, `claims` |
//! | go on for ever, fill the machine | `world::bounds` |
//!
//! Read the files in this order: `step`, `log`, `task`, `schedule`, `world`; then what they use.

mod world;

mod calls;
mod claims;
mod filter;
mod keys;
mod landlock;
mod launch;
mod left;
mod loader;
mod memory;
mod new_segment;
mod process;
mod schedule;
mod segments;
mod sleeps;
mod step;
mod sys;
mod tables;
mod task;
mod translate;
mod user;
mod view;
mod words;

// The streams of a program, and what came of it.
mod channel;
mod files;
mod log;
mod outcome;
mod streams;
mod trouble;

pub use calls::Kind;
pub use channel::Channel;
pub use files::{Folder, memory_file};
pub use launch::{Launch, PATH};
pub use left::{Left, Segment};
pub use log::{Called, Event, Log, SegmentNow, What};
pub use new_segment::NewSegment;
pub use outcome::{Outcome, in_words, signal_name};
pub use step::{Act, At, Step, Who};
pub use sys::{exit, fork};
pub use trouble::{Trouble, While};
pub use user::{NOBODY, acting_as, can_become, user_for};
pub use world::{Limits, Preset, Ran, Running, World};

/// What this kernel does not hold a program back from, in words; nothing where it holds all.
#[must_use]
pub fn not_held() -> Option<&'static str> {
    let has_landlock = sys::landlock_version() > 0;
    (!has_landlock).then_some("no Landlock: what is checked can read and write your files")
}

/// The next child of this process, or what such a child has left to it, that has ended or stopped; its status as
/// waitpid(2) gives it.
#[must_use]
pub fn wait() -> Option<(nix::unistd::Pid, i32)> {
    sys::wait().map(|(pid, status, _)| (pid, status))
}

/// Has SIGINT, SIGQUIT and SIGCHLD act as they do by default, which the shell that starts the check may have changed.
pub fn reset_signals() {
    sys::reset_signals(&[libc::SIGINT, libc::SIGQUIT, libc::SIGCHLD]);
}

/// Removes what checks that were killed have left: folders, segments, semaphores, queues.
///
/// # Errors
/// A table or a folder cannot be read.
pub fn remove_stale() -> Result<(), Trouble> {
    files::remove_stale()?;
    claims::remove_stale()
}
