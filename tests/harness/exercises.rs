//! What the exercises are: the contract's keys and sizes, once more. The judge shares nothing with what it judges.

/// Key of the segment that shm-create makes and shm-attach writes to.
pub const CREATE_KEY: i32 = 9990;

/// Its size in bytes.
pub const CREATE_SIZE: i32 = 1024;

/// Key of the segment over which shm-fork's two processes talk.
pub const FORK_KEY: i32 = 1001;

/// Its size in bytes.
pub const FORK_SIZE: i32 = 512;

/// Key of the segment whose size shm-dynamic asks for.
pub const DYNAMIC_KEY: i32 = 2004;
