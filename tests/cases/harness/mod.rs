//! What the cases are made of: see [`Case`].

mod case;
mod channel;
mod folder;
mod outcome;
mod program;
mod report;
mod scene;
mod segment_table;
mod terminal;
mod world;

pub use case::{Case, Leaves, NOBODY, Right};
pub use channel::Channel;
pub use folder::Folder;
pub use report::{Report, expect};
pub use scene::{Stage, found, ours};
pub use segment_table::rows;
pub use world::{enter, in_own_table, root};
