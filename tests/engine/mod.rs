//! The engine: it runs programs in a world of their own, follows all their processes with ptrace, and
//! tells what they did. Of the exercises it knows only `THE_C_VERSIONS_ORDER`.
//!
//! Read its files in this order: `step` is what a case can ask for, and `task` what is known of a process;
//! `world` holds the loop, `world::follow` handles each stop, `world::bounds` ends what goes too far;
//! `calls_made` decides what becomes of a system call, and `keys` translates keys and IDs; `launch` is how a
//! program begins, `landlock` which files it can reach.

mod world;

mod calls;
mod calls_made;
mod keys;
mod landlock;
mod launch;
mod step;
mod sys;
mod task;

// The streams of a program, and what came of it.
mod channel;
mod files;
mod outcome;
mod report;
mod streams;

pub use channel::Channel;
pub use files::{Folder, memory_file};
pub use launch::Launch;
pub use outcome::{Outcome, in_words};
pub use report::{Kind, Report, Verdict, diff, expect, expect_of_c, expect_same};
pub use step::{Act, At, Step, THE_C_VERSIONS_ORDER, Who};
pub use sys::{landlock_version, reset_signals, wait};
pub use world::{Running, Trace, World};

/// Removes what checks that were killed have left.
pub fn remove_stale() -> std::io::Result<()> {
    files::remove_stale()?;
    keys::remove_stale()
}
