//! Whose segment it is: the key's segment may be one that another process works with.

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::{Pid, getpid};

use crate::{Attachment, Failure, Segment};

impl Segment {
    /// `shmctl(shmid, IPC_STAT, …)`, `shmat(shmid, NULL, 0)`, `shmctl(shmid, IPC_RMID, NULL)` —
    /// attaches the segment and marks it for removal, if this process may have it for itself.
    ///
    /// 1. Another process made it and runs: it is left as it is, attached yet or not.
    /// 2. Else it is attached and marked for removal: nobody needs it by its key, and it would stay.
    /// 3. It belongs to whoever is alone in it then: all who come later see one attachment more.
    ///
    /// `None`: it is another's, or has been removed since.
    ///
    /// # Errors
    /// `EPERM`: another user left it over. Else those of [`Segment::attach`] and
    /// [`Segment::remove`].
    pub fn claim(self) -> Result<Option<Attachment>, Failure> {
        self.attach_if_free()
            .or_else(|failure| match self.remove() {
                Err(Failure::Call(_, Errno::EINVAL | Errno::EIDRM)) => Ok(None), // it was gone
                _ => Err(failure),
            })
    }

    fn attach_if_free(self) -> Result<Option<Attachment>, Failure> {
        if self.is_anothers()? {
            return Ok(None);
        }
        let memory = self.attach()?;
        self.remove()?;
        if memory.attach_count == 1 {
            return Ok(Some(memory));
        }
        memory.detach()?;
        Ok(None)
    }

    /// Whether another process made it, and runs. A maker in another PID namespace has the number 0
    /// here: it counts as running, for `kill(0, 0)` asks after this process's own group.
    fn is_anothers(self) -> Result<bool, Failure> {
        let maker = Pid::from_raw(self.stat()?.shm_cpid);
        Ok(maker != getpid() && kill(maker, None) != Err(Errno::ESRCH))
    }
}
