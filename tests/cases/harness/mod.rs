//! What the cases are made of: see [`Case`].

mod broken;
mod case;
mod channel;
mod folder;
mod four_lines;
mod load;
mod luck;
mod outcome;
mod program;
mod report;
mod scene;
mod segment_table;
mod setting;
mod terminal;
mod world;

pub use case::{Case, Leaves, Right};
pub use channel::{Channel, Running};
pub use folder::Folder;
pub use four_lines::four_lines;
pub use load::{busy_machine, repeat};
pub use luck::with_luck;
pub use outcome::{Outcome, in_words};
pub use report::{Report, expect, expect_soon};
pub use scene::{Stage, c_version, injected, ours};
pub use segment_table::rows;
pub use setting::{NOBODY, found};
pub use world::{enter, in_own_table, root};
