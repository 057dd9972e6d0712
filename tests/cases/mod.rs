//! The cases, one file an exercise, the simplest first; and what several exercises are asked.

mod attach;
mod built;
mod by_hand;
mod checked;
mod create;
mod dynamic;
mod fork;
mod input;
mod makefile;
mod readme;
mod streams;

/// What cases are written with.
mod prelude {
    pub use common::{CREATE_KEY, CREATE_SIZE, DYNAMIC_KEY, FORK_KEY, FORK_SIZE, Segment};
    pub use nix::errno::Errno;
    pub use nix::sys::signal::Signal;

    pub use crate::cases;
    pub use crate::engine::*;
    pub use crate::harness::Level::{Basic, Careful, Hard};
    pub use crate::harness::*;
}

use prelude::*;

const ALL: [&str; 4] = ["shm-create", "shm-attach", "shm-fork", "shm-dynamic"];

pub fn all() -> Vec<Case> {
    let four_in_a_row = case("four_in_a_row", four_in_a_row).needs(Need::Ours);
    [
        create::cases(),
        attach::cases(),
        dynamic::cases(),
        fork::cases(),
        exercise("together", &ALL, [(Basic, vec![four_in_a_row])]),
        by_hand::cases(),
        makefile::cases(),
        readme::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// As a student runs them. On which channels, each exercise's own cases ask.
fn four_in_a_row() -> Verdict {
    Scene::of("shm-create")
        .only(Channel::OneFile)
        .then("shm-attach")
        .then("shm-fork")
        .then("shm-dynamic")
        .reading("100\n")
        .agrees()
}
