//! A segment in this process's address space: `shmat` and `shmdt`.

use std::fmt::{self, Write};
use std::mem;
use std::ptr;
use std::slice;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};
use std::thread;

use libc::{c_void, pid_t, shmatt_t};
use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::{Pid, SysconfVar, sysconf};

use crate::{Failure, Segment};

/// One `shmat`: the segment's memory, as long as this value lives.
///
/// The memory is shared: another process may write to it at any moment, and Rust's `&[u8]` and
/// `&mut [u8]` promise that nobody does. So it is a slice of atomic bytes, which promises nothing
/// about the others, and texts are copied in and out a byte at a time.
///
/// ```
/// use common::Segment;
///
/// let segment = Segment::get(libc::IPC_PRIVATE, 1, 0o600)?;
/// let memory = segment.attach()?;
/// segment.remove()?;
/// // One byte was asked for; the kernel maps whole pages.
/// assert!(memory.bytes().len() >= 4096);
/// memory.store("more than one byte");
/// assert!(memory.text().eq(*b"more than one byte"));
/// memory.detach()?;
/// # Ok::<(), common::Failure>(())
/// ```
#[derive(Debug)]
pub struct Attachment {
    segment: Segment,
    address: *const c_void,
    length: usize,
    attach_count: shmatt_t,
    /// The process that made the segment, where that is another one.
    maker: Option<pid_t>,
}

impl Attachment {
    pub(crate) fn new(segment: Segment) -> Result<Self, Failure> {
        // SAFETY: with a null address the kernel chooses a free range, so no mapping is replaced.
        let address = unsafe { libc::shmat(segment.id(), ptr::null(), 0) };
        let address = Errno::result(address).map_err(Failure::of(c"shmat"))?;
        // From here on it is detached if another call fails.
        let mut attachment = Self {
            segment,
            address,
            length: 0,
            attach_count: 0,
            maker: None,
        };
        let stat = segment.stat()?;
        attachment.length = whole_pages(stat.shm_segsz)?;
        attachment.attach_count = stat.shm_nattch;
        // The last to attach is this process.
        attachment.maker = Some(stat.shm_cpid).filter(|&maker| maker != stat.shm_lpid);
        Ok(attachment)
    }

    /// The segment that is attached.
    #[must_use]
    pub fn segment(&self) -> Segment {
        self.segment
    }

    /// `shmctl(shmid, IPC_STAT, …)` — whether nobody else has the segment attached, or is about to:
    /// a process that made it and goes on running is given a moment, for it may have it still to do.
    ///
    /// As long as the attachment lives, nobody who asks for his own later is told that he is alone.
    ///
    /// # Errors
    /// `EACCES`: it may not be read any more. See shmctl(2).
    pub fn stays_alone(&self) -> Result<bool, Failure> {
        if !self.maker.is_some_and(is_running) {
            return Ok(self.attach_count == 1);
        }
        for _ in 0..A_MOMENT {
            if self.segment.stat()?.shm_nattch != 1 {
                return Ok(false);
            }
            thread::yield_now();
        }
        Ok(true)
    }

    /// The segment's bytes: its size, rounded up to whole pages, for the kernel maps no less.
    #[must_use]
    pub fn bytes(&self) -> &[AtomicU8] {
        // SAFETY: shmat mapped these bytes to read and write, they stay mapped until `self` is
        // dropped, and an atomic byte may be written by others at any time.
        unsafe { slice::from_raw_parts(self.address.cast(), self.length) }
    }

    /// `sprintf(memory, …)` — stores a text and the NUL after it at the start of the segment; what
    /// does not fit is cut off.
    pub fn store(&self, text: impl fmt::Display) {
        let mut room = Room(self.bytes());
        // It fails only where there is no more room.
        let _ = write!(room, "{text}");
        if let Some(byte) = room.0.first() {
            byte.store(0, Relaxed);
        }
    }

    /// The C string at the start of the segment: its bytes up to the first NUL, or all of them.
    pub fn text(&self) -> impl Iterator<Item = u8> {
        self.bytes()
            .iter()
            .map(|byte| byte.load(Relaxed))
            .take_while(|&byte| byte != 0)
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
        // Where nobody calls `detach`, another failure is on its way to the user.
        let _ = detach(self.address);
    }
}

fn detach(address: *const c_void) -> Result<(), Errno> {
    // SAFETY: both callers own the attachment and end it here; slices of it borrowed it.
    let result = unsafe { libc::shmdt(address) };
    Errno::result(result).map(drop)
}

/// So many turns on the processor for others: about a millisecond on an idle machine.
const A_MOMENT: usize = 2000;

/// `kill(pid, 0)` — whether there is such a process. See kill(2).
fn is_running(process: pid_t) -> bool {
    kill(Pid::from_raw(process), None) != Err(Errno::ESRCH)
}

/// Rounds a size up to whole pages: a page's size is a power of two.
fn whole_pages(size: usize) -> Result<usize, Failure> {
    let page = sysconf(SysconfVar::PAGE_SIZE).map_err(Failure::of(c"sysconf"))?;
    let page = page.and_then(|page| usize::try_from(page).ok());
    let last = page.map_or(0, |page| page - 1);
    Ok((size + last) & !last)
}

/// The room that is left for a text.
///
/// The bytes are in no order (`Relaxed`) for other processes: whose turn it is, is told elsewhere.
struct Room<'a>(&'a [AtomicU8]);

impl Write for Room<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            let [next, rest @ ..] = self.0 else {
                return Err(fmt::Error);
            };
            if rest.is_empty() {
                return Err(fmt::Error); // the last byte is the NUL's
            }
            next.store(byte, Relaxed);
            self.0 = rest;
        }
        Ok(())
    }
}
