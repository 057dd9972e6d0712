//! A segment: `shmget` and `shmctl`.

use std::fmt;
use std::mem::MaybeUninit;
use std::ptr;

use libc::{IPC_CREAT, IPC_EXCL, IPC_PRIVATE, IPC_RMID, IPC_STAT, c_int, key_t, shmid_ds};
use nix::errno::Errno;

use crate::Failure;

/// The ID of a shared memory segment, as `shmget` returns it and `ipcs -m` lists it.
///
/// It is a number and owns nothing: a segment lives until it is removed, even if no process uses it.
///
/// ```
/// use common::Segment;
///
/// // A segment without a key, which no shmget finds.
/// let segment = Segment::private(100)?;
/// let memory = segment.attach()?;
/// // It is marked for removal: it goes with its last attachment, even if the process is killed.
/// segment.remove()?;
/// memory.store(format_args!("I am number {segment}"));
/// memory.detach()?;
/// assert!(segment.attach().is_err());
/// # Ok::<(), common::Failure>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    pub(crate) id: c_int,
}

impl Segment {
    /// `shmget(key, size, IPC_CREAT | 0666)` — finds the segment of `key`, or makes one of `size`
    /// bytes, all zero, which every user may read and write.
    ///
    /// `size` is an `int`, as in the course's programs. A negative one reaches the kernel as a huge
    /// `size_t`, as in C.
    ///
    /// # Errors
    /// `EINVAL`: `size` is 0 for a new segment, or larger than the limit `shmmax` or than the segment
    /// that is there. `EACCES`: this user may not read and write the segment. `ENOSPC`: the limit
    /// `shmmni` or `shmall` is reached. `ENOMEM`: no memory. `ENFILE`: too many files are open in
    /// the whole system. See shmget(2).
    pub fn create(key: key_t, size: c_int) -> Result<Self, Failure> {
        Self::get(key, size, IPC_CREAT | 0o666)
    }

    /// `shmget(key, size, 0)` — finds the segment of `key`, which must be there and hold at least
    /// `size` bytes. It asks for no permissions; [`Segment::attach`] does.
    ///
    /// # Errors
    /// `ENOENT`: the key has no segment. `EINVAL`: it is smaller than `size`. See shmget(2).
    pub fn open(key: key_t, size: c_int) -> Result<Self, Failure> {
        Self::get(key, size, 0)
    }

    /// `shmget(key, size, IPC_CREAT | IPC_EXCL | 0666)` — makes a new segment, so that this process
    /// is its maker. `None`: the key has a segment already (`EEXIST`).
    ///
    /// # Errors
    /// Those of [`Segment::create`] for a new segment. See shmget(2).
    pub fn create_new(key: key_t, size: c_int) -> Result<Option<Self>, Failure> {
        match Self::get(key, size, IPC_CREAT | IPC_EXCL | 0o666) {
            Err(Failure::Call(_, Errno::EEXIST)) => Ok(None),
            made => made.map(Some),
        }
    }

    /// `shmget(IPC_PRIVATE, size, 0600)` — makes a segment without a key, which no other process
    /// finds and only this user may attach.
    ///
    /// # Errors
    /// Those of [`Segment::create`] for a new segment. See shmget(2).
    pub fn private(size: c_int) -> Result<Self, Failure> {
        Self::get(IPC_PRIVATE, size, 0o600)
    }

    /// `shmget(key, size, shmflg)` — the call itself. `shmflg` combines `IPC_CREAT`, `IPC_EXCL` and
    /// the permissions in octal.
    ///
    /// # Errors
    /// Those of [`Segment::create`] and [`Segment::open`]; `EEXIST` with `IPC_EXCL`. See shmget(2).
    pub fn get(key: key_t, size: c_int, shmflg: c_int) -> Result<Self, Failure> {
        #[expect(clippy::cast_sign_loss, reason = "C passes an int as size_t just so")]
        let size = size as usize;
        // SAFETY: shmget takes three numbers and touches no memory of this process.
        let id = unsafe { libc::shmget(key, size, shmflg) };
        Errno::result(id).map(|id| Self { id }).map_err(Failure::of(c"shmget"))
    }

    /// `shmctl(shmid, IPC_RMID, NULL)` — marks the segment for removal. Its key is free at once, its
    /// memory when the last process detaches it. Until then others can still attach it by its ID.
    /// (Linux does so; POSIX leaves it open.)
    ///
    /// # Errors
    /// `EPERM`: it belongs to another user. `EINVAL`, `EIDRM`: it is gone. See shmctl(2).
    pub fn remove(self) -> Result<(), Failure> {
        // SAFETY: IPC_RMID ignores the buffer, and memory that is mapped stays mapped.
        let result = unsafe { libc::shmctl(self.id, IPC_RMID, ptr::null_mut()) };
        Errno::result(result).map(drop).map_err(Failure::of(c"shmctl"))
    }

    /// `shmctl(shmid, IPC_STAT, …)` — returns what the kernel knows about the segment.
    pub(crate) fn stat(self) -> Result<shmid_ds, Failure> {
        let mut stat = MaybeUninit::uninit();
        // SAFETY: IPC_STAT writes one shmid_ds, and `stat` has room for one.
        let result = unsafe { libc::shmctl(self.id, IPC_STAT, stat.as_mut_ptr()) };
        Errno::result(result).map_err(Failure::of(c"shmctl"))?;
        // SAFETY: shmctl succeeded, so it has written all of `stat`.
        Ok(unsafe { stat.assume_init() })
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.id.fmt(formatter)
    }
}
