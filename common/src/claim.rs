//! A segment for one run alone: made here, or left over by a process that is dead.

use libc::{c_int, key_t};
use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;

use crate::{Attachment, Failure, Segment};

impl Segment {
    /// `shmat(shmid, NULL, 0)`, `shmctl(shmid, IPC_RMID, NULL)` — attaches a segment that nobody
    /// else needs, and marks it for removal at once: from here on every kind of death frees it.
    ///
    /// # Errors
    /// Those of [`Segment::attach`] and [`Segment::remove`]. The segment is removed all the same,
    /// unless `IPC_RMID` fails twice.
    pub fn attach_and_remove(self) -> Result<Attachment, Failure> {
        let attached = self.map();
        // Also if it could not be attached, because it would stay.
        let removed = self.remove();
        let removed = removed.or_else(|failure| self.remove().and(Err(failure)));
        let memory = attached?;
        removed?;
        memory.measured()
    }

    /// `shmget(key, size, 0666)`, `shmctl(shmid, IPC_STAT, …)` — finds the key's segment. If its
    /// maker is dead, attaches and marks it for removal. Keeps it if nobody else has attached it.
    ///
    /// `None`: its maker runs, and it is left as it is; another process has it attached; or it is
    /// gone. A maker runs as long as a process of its number exists: a zombie counts, and so does
    /// a stranger who has been given the number since.
    ///
    /// # Errors
    /// `EINVAL`: it is smaller than `size`. `EACCES`: it does not permit 0666 to this user. `EPERM`:
    /// another user left it over. Else those of [`Segment::attach_and_remove`].
    pub fn claim_leftover(key: key_t, size: c_int) -> Result<Option<Attachment>, Failure> {
        let segment = match Self::get(key, size, 0o666) {
            Err(Failure::Call(_, Errno::ENOENT)) => return Ok(None),
            found => found?,
        };
        let claimed = match segment.attach_if_left_over() {
            Err(Failure::Call(_, Errno::EINVAL | Errno::EIDRM)) => return Ok(None), // gone meanwhile
            claimed => claimed?,
        };
        match claimed {
            Some(memory) if memory.attach_count > 1 => memory.detach().map(|()| None),
            claimed => Ok(claimed),
        }
    }

    fn attach_if_left_over(self) -> Result<Option<Attachment>, Failure> {
        // Number 0 is a maker in another PID namespace. It counts as running: kill(0, 0) asks
        // after this process's own group.
        let maker = Pid::from_raw(self.stat()?.shm_cpid);
        if kill(maker, None) != Err(Errno::ESRCH) {
            return Ok(None);
        }
        self.attach_and_remove().map(Some)
    }
}
