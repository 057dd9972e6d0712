//! The cases, one file an exercise, the simplest first; and what several exercises are asked.

mod attach;
mod attacks;
mod built;
mod by_hand;
mod checked;
mod create;
mod dynamic;
mod fork;
mod grade;
pub mod hand_ins;
mod input;
mod machines;
mod makefile;
mod picture;
mod read_back;
mod readme;
mod streams;

/// What cases are written with.
mod prelude {
    pub use engine::*;
    pub use nix::errno::Errno;
    pub use nix::sys::signal::Signal;

    pub use crate::cases;
    pub use crate::harness::Level::{Basic, Careful, Hard};
    pub use crate::harness::*;
}

use prelude::*;

pub fn all() -> Vec<Case> {
    let four = Scene::of("shm-create").then("shm-attach").then("shm-fork").then("shm-dynamic");
    let four = four.reading("100\n").only(Channel::OneFile);
    let together = cases! { "four_in_a_row" needs Ours: four.agrees(); };
    [
        create::cases(),
        attach::cases(),
        fork::cases(),
        dynamic::cases(),
        exercise("together", &PROGRAMS, [(Basic, together)]),
        attacks::cases(),
        by_hand::cases(),
        grade::cases(),
        hand_ins::cases(),
        machines::cases(),
        makefile::cases(),
        picture::cases(),
        readme::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// An exercise's own cases, and those that every exercise is asked. Its system calls: see `built`.
fn exercise_of(
    program: &'static [&'static str; 1],
    calls: built::Calls,
    own: impl IntoIterator<Item = (Level, Vec<Case>)>,
) -> Vec<Case> {
    let [name] = program;
    let of_all = [
        (Careful, streams::full(name)),
        (Careful, checked::cases(name)),
        (Hard, streams::cases(name)),
        (Hard, built::cases(name, calls)),
    ];
    exercise(name.trim_start_matches("shm-"), program, own.into_iter().chain(of_all))
}
