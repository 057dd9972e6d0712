//! What the cases are made of: see [`Case`].

mod case;
mod channel;
mod outcome;
mod program;
mod report;
mod scene;
mod segment_table;
mod terminal;
mod world;

pub use case::{Case, Leaves, NOBODY, Right};
pub use channel::Channel;
pub use report::Report;
pub use scene::found;
pub use world::enter;
