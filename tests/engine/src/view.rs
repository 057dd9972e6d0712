//! A segment in the engine's own memory. Its bytes are read and written through /proc/self/mem: no reference is ever to
//! memory that others may change.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use crate::sys::{self, Attached};
use crate::trouble::{Trouble, While};
use crate::user::acting_as;

/// It is attached until this is dropped.
pub struct View {
    attached: Attached,
    memory: File,
}

impl View {
    /// Of the machine's segment of this ID, with its maker's rights; `flags` as in shmat(2).
    pub fn of(id: i32, flags: i32, maker: u32) -> Result<Self, Trouble> {
        let why = || format!("attaching the segment of ID {id}");
        // The caller's own memory is open to the caller alone.
        let memory = File::options().read(true).write(true).open("/proc/self/mem").doing(why())?;
        let attached = acting_as(maker, || sys::attach(id, flags))?.doing(why())?;
        Ok(Self { attached, memory })
    }

    /// Stores bytes from this offset on.
    pub fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.memory.write_all_at(bytes, self.attached.address().saturating_add(offset))
    }

    /// Its first bytes.
    pub fn read(&self, bytes: &mut [u8]) -> io::Result<()> {
        self.memory.read_exact_at(bytes, self.attached.address())
    }
}
