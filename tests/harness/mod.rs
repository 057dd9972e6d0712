//! What the cases are made of.
//!
//! A [`Case`] is a promise with a name, and a function that gives a [`Verdict`]. Most play a [`Scene`]:
//! programs, the segments that they find ([`found()`]), the channels that they are run on; the C version
//! and ours play it, each on a [`Stage`] of its own, and what they do is compared. For example:
//!
//! ```text
//! case("run_twice", || Scene::of("shm-create").then("shm-create").agrees())
//! ```
//!
//! Cases of shm-fork run it under the tracer: a [`Step`] is an [`Act`] on one process, [`At`] a place in
//! its life. Here process 2 is held at its birth, until the others wait or have ended:
//!
//! ```text
//! in_own_table(|| {
//!     let mut stage = Stage::empty()?;
//!     let (_, outcome) = traced(&mut stage, Version::Ours, &[step(2, At::Birth, Act::Hold)])?;
//!     four_lines(&outcome, Channel::Pipes)?;
//!     stage.expect_no_segment()
//! })
//! ```

// What a case is made of.
mod case;
mod found;
mod four_lines;
mod outcome;
mod report;
mod scene;
mod stage;

// The programs, and what they are run on.
mod broken;
mod channel;
mod ends;
mod folder;
mod programs;
mod running;
mod segment_table;
mod terminal;

// What they do, and how it is bounded.
mod calls;
mod cgroup;
mod limits;
mod machine;
mod namespaces;
mod processes;
mod tracer;

// How the cases are played, and what the user is told.
mod command_line;
mod junit;
mod play;
mod runner;
mod stress;
mod summary;

pub use case::{Case, case, exercise};
pub use channel::Channel;
pub use command_line::main;
pub use folder::Folder;
pub use found::{Found, found};
pub use four_lines::four_lines;
pub use limits::Watch;
pub use machine::Need;
pub use namespaces::in_own_table;
pub use outcome::{Outcome, in_words};
pub use programs::{Version, c_version, injected, is_yours, lab, lines_by_hand, ours, wrapped};
pub use report::{Report, Verdict, expect};
pub use running::Running;
pub use scene::{Leaves, NOBODY, Right, Scene};
pub use segment_table::rows;
pub use stage::Stage;
pub use stress::repeat;
pub use tracer::{Act, At, STOPPED, Step, THE_C_VERSIONS_ORDER, Trace, step};

/// A word as the shell has to be given it.
pub fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_=/.,".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.into()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// Words that make another user run the command after them.
pub fn as_user(user: Option<u32>) -> String {
    user.map_or(String::new(), |user| {
        format!("setpriv --reuid={user} --regid={user} --clear-groups ")
    })
}
