//! A segment in this process's address space: `shmat` and `shmdt`.

use std::fmt::{self, Write};
use std::mem;
use std::ptr;
use std::slice;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use libc::c_void;
use nix::errno::Errno;
use nix::unistd::{SysconfVar, sysconf};

use crate::{Failure, Segment};

/// One `shmat`: the segment's memory, as long as this value lives.
///
/// Another process may write to this memory at any moment, but Rust's `&[u8]` and `&mut [u8]` promise
/// that nobody does. So the memory is a slice of atomic bytes, and texts are copied in and out a byte
/// at a time.
///
/// This is sound because the compiler expects an atomic byte to be changed by others, the processor
/// loads and stores a byte whole, and any byte is a valid `u8`. A C program may write to the same
/// bytes without atomics: that only decides which byte is read. Atomics do not order its writes and
/// ours; for that, both need system calls (see [`Turn`](crate::Turn)).
///
/// ```
/// use common::Segment;
///
/// let segment = Segment::private(1)?;
/// let memory = segment.attach()?;
/// segment.remove()?;
/// // We asked for one byte; the kernel maps whole pages.
/// assert!(memory.bytes().len() >= 4096);
/// memory.store("more than one byte");
/// assert!(memory.text().eq(*b"more than one byte"));
/// drop(memory);
/// // The last attachment is gone, and the segment with it.
/// assert!(segment.attach().is_err());
/// # Ok::<(), common::Failure>(())
/// ```
#[derive(Debug)]
pub struct Attachment {
    segment: Segment,
    address: *const c_void,
    length: usize,
}

impl Segment {
    /// `shmat(shmid, NULL, 0)` — maps the segment into this process, to read and to write; then
    /// `shmctl(shmid, IPC_STAT, …)` — asks for its size, which bounds every access.
    ///
    /// # Errors
    /// `EACCES`: this user may not read and write it. `EINVAL`, `EIDRM`: it has been removed.
    /// `ENOMEM`: no room in the address space. See shmat(2).
    pub fn attach(self) -> Result<Attachment, Failure> {
        Attachment::at(self.map()?, self)
    }

    /// `shmat(shmid, NULL, 0)`, `shmctl(shmid, IPC_RMID, NULL)` — attaches a segment that nobody else
    /// needs, and marks it for removal at once: from here on the kernel frees it, however this process ends.
    ///
    /// # Errors
    /// Those of [`Segment::attach`] and [`Segment::remove`]. The segment is removed all the same,
    /// unless `IPC_RMID` fails twice.
    pub fn attach_and_remove(self) -> Result<Attachment, Failure> {
        let address = self.map();
        // It is removed even if it could not be attached: otherwise it would stay.
        let removed = self.remove().or_else(|failure| self.remove().and(Err(failure)));
        let memory = Attachment::at(address?, self);
        removed.and(memory)
    }

    /// `shmat` alone; returns where the segment is mapped.
    fn map(self) -> Result<*const c_void, Failure> {
        // SAFETY: with a null address the kernel chooses a free range, so no mapping is replaced.
        let address = unsafe { libc::shmat(self.id, ptr::null(), 0) };
        Errno::result(address).map(<*mut _>::cast_const).map_err(Failure::of(c"shmat"))
    }
}

impl Attachment {
    /// The segment that `map` has just mapped there. If its size cannot be read, it is detached.
    fn at(address: *const c_void, segment: Segment) -> Result<Self, Failure> {
        let stat = segment.stat().inspect_err(|_| {
            let _ = detach(address);
        })?;
        Ok(Self { segment, address, length: whole_pages(stat.shm_segsz) })
    }

    /// The segment that is attached.
    #[must_use]
    pub fn segment(&self) -> Segment {
        self.segment
    }

    /// The segment's bytes: its size, rounded up to whole pages, because the kernel maps whole pages.
    #[must_use]
    pub fn bytes(&self) -> &[AtomicU8] {
        // SAFETY: shmat mapped them, to read and write, until `self` is dropped; IPC_STAT told the
        // length later, when nothing could change it: a segment keeps its size, and its ID while
        // it is attached. Others may write to an atomic byte at any time, plainly too.
        unsafe { slice::from_raw_parts(self.address.cast(), self.length) }
    }

    /// `sprintf(memory, …)` — stores a text, and a NUL after it, at the start of the segment. It cuts
    /// off what does not fit.
    pub fn store(&self, text: impl fmt::Display) {
        let mut room = Room(self.bytes().iter());
        let _ = write!(room, "{text}"); // it has no way to fail
        if let Some(byte) = room.0.next() {
            byte.store(0, Relaxed);
        }
    }

    /// The C string at the start of the segment: its bytes up to the first NUL, or all of them.
    pub fn text(&self) -> impl Iterator<Item = u8> {
        self.bytes().iter().map(|byte| byte.load(Relaxed)).take_while(|&byte| byte != 0)
    }

    /// `shmdt(shmaddr)` — takes the memory out of this process. The segment stays.
    ///
    /// # Errors
    /// `EINVAL`: nothing is attached there. See shmdt(2).
    pub fn detach(self) -> Result<(), Failure> {
        let address = self.address;
        mem::forget(self);
        detach(address).map_err(Failure::of(c"shmdt"))
    }
}

impl Drop for Attachment {
    fn drop(&mut self) {
        // If `detach` was not called, another failure is being returned already.
        let _ = detach(self.address);
    }
}

fn detach(address: *const c_void) -> Result<(), Errno> {
    // SAFETY: both callers own the attachment and end it here; slices of it borrowed it.
    let result = unsafe { libc::shmdt(address) };
    Errno::result(result).map(drop)
}

/// The bytes that the kernel maps for a segment of this size.
fn whole_pages(size: usize) -> usize {
    let page = sysconf(SysconfVar::PAGE_SIZE).ok().flatten();
    let page = page.and_then(|page| usize::try_from(page).ok());
    size.next_multiple_of(page.expect("every machine has a size of pages"))
}

/// The room that is left for a text.
///
/// Its bytes reach other processes in any order (`Relaxed`). That is enough: a system call (of a
/// [`Turn`](crate::Turn), or an exit) tells the reader when to read, and Linux orders memory there.
struct Room<'a>(slice::Iter<'a, AtomicU8>);

impl Write for Room<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self.0.len().saturating_sub(1); // the last byte is the NUL's
        for (byte, next) in text.bytes().zip(self.0.by_ref().take(room)) {
            next.store(byte, Relaxed);
        }
        Ok(())
    }
}
