//! What the cases are made of.
//!
//! A [`Case`] is a promise: a name, and a function that returns a `Verdict`. Most play a [`Scene`]:
//! programs, the segments that they find ([`preset()`]), the channels that they are run on; the C version
//! and ours play it, each in a world of its own, and what they do is compared. For example:
//!
//! ```text
//! cases! { "run_twice": Scene::of("shm-create").then("shm-create").agrees(); }
//! ```
//!
//! Others run a program in a `World` of the engine with steps: a step is an act on one process, at a
//! place in its life. Here process 2 is held at its birth, until the others wait or have ended:
//!
//! ```text
//! let mut world = world()?;
//! let held = (2, At::Birth, Act::Hold);
//! let ran = world.plays(Launch { steps: vec![held], ..Version::Ours.launch("shm-fork") })?;
//! four_lines(&ran.outcome, Channel::Pipes)?;
//! world.expect_no_segment()
//! ```

// What a case is made of.
mod by_hand;
mod case;
mod compiled;
mod denied;
mod elf;
mod exercises;
mod expectation;
mod four_lines;
mod judge;
mod play;
mod presets;
mod programs;
mod report;
mod sanitizers;
mod scene;
mod taken;
mod typed;
mod words;

// What the machine allows.
mod fit;
mod machine;

// How the cases are played, and what the user is told.
mod beside;
mod browser;
mod budget;
mod case_process;
mod colour;
mod command_line;
mod grade;
mod hints;
mod junit;
mod page;
mod picture;
mod refused;
mod runner;
mod show;
mod signals;
mod summary;
mod trace;

pub use by_hand::{lines_by_hand, strace};
pub use case::{Case, Level, case, exercise};
pub use command_line::main;
pub use compiled::compile;
pub use exercises::*;
pub use expectation::{Expectation, Seen, blamed_instead, tells};
pub use four_lines::{four_lines, name_of};
pub use judge::{May, in_usual_words, lacks_address_space, may};
pub use machine::Need;
pub use play::{ANOTHER, Plays, world};
pub use presets::{preset, preset_by_hand, world_with};
pub use programs::{PROGRAMS, Version, built, lab};
pub use report::{Report, Verdict, expect, expect_of_c, expect_same};
pub use scene::{Scene, by_hand_shows};
pub use show::{browser_shows, with_last};
pub use taken::copy;
pub use typed::{shows, shows_but_for_numbers};
pub use words::{call, describe, in_perrors_words};
