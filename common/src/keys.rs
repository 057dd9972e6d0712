//! The keys and sizes of the exercises. Programs that ask for the same key get the same segment.

use libc::{c_int, key_t};

/// Key of the segment that shm-create makes and shm-attach writes to.
pub const CREATE_KEY: key_t = 9990;

/// Size in bytes of shm-create's segment.
pub const CREATE_SIZE: c_int = 1024;

/// Key of the segment over which shm-fork's two processes talk.
pub const FORK_KEY: key_t = 1001;

/// Size in bytes of shm-fork's segment.
pub const FORK_SIZE: c_int = 512;

/// Key of the segment whose size shm-dynamic asks for.
pub const DYNAMIC_KEY: key_t = 2004;
