//! What the cases are made of.
//!
//! A [`Case`] is a promise with a name, and a function that gives a [`Verdict`]. Most play a [`Scene`]:
//! programs, the segments that they find ([`found()`]), the channels that they are run on; the C version
//! and ours play it, each in a world of its own, and what they do is compared. For example:
//!
//! ```text
//! case("run_twice", || Scene::of("shm-create").then("shm-create").agrees())
//! ```
//!
//! Others run a program in a `World` of the engine with steps: a step is an act on one process, at a
//! place in its life. Here process 2 is held at its birth, until the others wait or have ended:
//!
//! ```text
//! let mut world = World::new()?;
//! let held = step(2, At::Birth, Act::Hold);
//! let (_, outcome) = traced(&mut world, Version::Ours, vec![held])?;
//! four_lines(&outcome, Channel::Pipes)?;
//! world.expect_no_segment()
//! ```

// What a case is made of.
mod case;
mod found;
mod four_lines;
mod outcome;
mod report;
mod scene;

// The programs, and what they are run on.
mod broken;
mod channel;
mod ends;
mod folder;
mod programs;
mod terminal;

// What they do, and what the machine allows.
pub mod calls;
mod machine;
mod namespaces;

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
pub use ends::Ends;
pub use folder::Folder;
pub use found::{Found, found};
pub use four_lines::four_lines;
pub use machine::Need;
pub use namespaces::in_own_table;
pub use outcome::{Outcome, in_words, visible};
pub use programs::{Version, c_version, is_yours, lab, lines_by_hand, ours, wrapped};
pub use report::{Report, Verdict, expect};
pub use scene::{Leaves, NOBODY, Right, Scene};
pub use stress::repeat;

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
