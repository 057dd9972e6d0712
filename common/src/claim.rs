//! A segment that a dead process has left over, for this run alone.

use libc::{c_int, key_t};
use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;

use crate::{Attachment, Failure, Segment};

impl Segment {
    /// `shmget(key, size, 0666)`, `shmctl(shmid, IPC_STAT, …)` — finds the key's segment. If its
    /// maker is dead, attaches it, marks it for removal, and returns it unless another process has
    /// it attached.
    ///
    /// `None`: its maker runs, and the segment is left as it is; another process has it attached; or
    /// it is gone. A maker counts as running while a process with its number exists. That may be a
    /// zombie, or a stranger that has got the number since.
    ///
    /// # Errors
    /// `EINVAL`: it is smaller than `size`. `EACCES`: this user may not read and write it. `EPERM`:
    /// another user left it over. Otherwise those of [`Segment::attach_and_remove`].
    pub fn claim_leftover(key: key_t, size: c_int) -> Result<Option<Attachment>, Failure> {
        let segment = match Self::get(key, size, 0o666) {
            Err(Failure::Call(_, Errno::ENOENT)) => return Ok(None),
            found => found?,
        };
        match segment.claim() {
            Err(Failure::Call(_, Errno::EINVAL | Errno::EIDRM)) => Ok(None), // gone meanwhile
            claimed => claimed,
        }
    }

    /// `None`: its maker runs, or another process has it attached.
    fn claim(self) -> Result<Option<Attachment>, Failure> {
        // Number 0 is a maker in another PID namespace. It counts as running: kill(0, 0) is about
        // this process's own group.
        let maker = Pid::from_raw(self.stat()?.shm_cpid);
        if kill(maker, None) != Err(Errno::ESRCH) {
            return Ok(None);
        }
        let memory = self.attach_and_remove()?;
        if self.stat()?.shm_nattch > 1 {
            return memory.detach().map(|()| None);
        }
        Ok(Some(memory))
    }
}
