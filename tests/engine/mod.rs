//! What runs a program that is to be judged: started, seized by ptrace before it does anything, and
//! followed with all its processes and threads to the last one's end, in the machine's own segment table.
//!
//! Read [`World`] first: its loop, and what becomes of each stop. A [`Step`] is an [`Act`] on one process
//! [`At`] a place in its life.

mod calls_made;
mod keys;
mod landlock;
mod launch;
mod step;
mod streams;
mod sys;
mod task;
mod world;

pub use keys::{is_running, remove_stale};
pub use landlock::version as landlock_version;
pub use launch::{LAUNCH, launch};
pub use step::{Act, At, EACH, Step, step, the_c_versions_order};
pub use world::{Launch, Trace, World};
