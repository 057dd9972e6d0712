//! Whose turn it is: two processes that work one after the other.

use std::ffi::CStr;

use libc::{AF_UNIX, F_DUPFD, MSG_DONTWAIT, MSG_NOSIGNAL, SOCK_STREAM, c_int};
use nix::errno::Errno;
use nix::unistd;

use crate::Failure;

/// One end of a connection over which two processes pass the turn: a byte is the turn.
///
/// When every copy of the other end is closed, as the kernel does for a process that dies, there
/// is nobody left to wait for. So each process closes the end that is not its own: a copy of that
/// one would keep it waiting for itself.
#[derive(Debug)]
pub struct Turn {
    end: c_int,
}

impl Turn {
    /// `socketpair(AF_UNIX, SOCK_STREAM, 0, …)` — makes the two ends.
    ///
    /// # Errors
    /// `EMFILE`, `ENFILE`: too many files are open. `ENOMEM`: no memory. See socketpair(2).
    pub fn pair() -> Result<(Self, Self), Failure> {
        let mut ends = [0; 2];
        // SAFETY: socketpair writes two ints, and `ends` has room for two.
        let made = unsafe { libc::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.as_mut_ptr()) };
        Errno::result(made).map_err(Failure::of(c"socketpair"))?;
        let [one, other] = ends.map(|end| Self { end });
        Ok((one.apart()?, other.apart()?))
    }

    /// Keeps an end apart from the standard streams. Where one of them was closed at the start, the
    /// kernel gives its number away again, and what is printed would go to the other process.
    fn apart(self) -> Result<Self, Failure> {
        if self.end > 2 {
            return Ok(self);
        }
        // SAFETY: F_DUPFD takes and gives a descriptor's number, and touches no memory.
        let end = unsafe { libc::fcntl(self.end, F_DUPFD, 3) };
        Errno::result(end)
            .map(|end| Self { end })
            .map_err(Failure::of(c"fcntl"))
    }

    /// `send(fd, …, 1, MSG_NOSIGNAL)` — passes the turn to the other process.
    ///
    /// # Errors
    /// [`Failure::Reported`]: the other process has ended, and its parent tells of it. See send(2).
    pub fn pass(&self) -> Result<(), Failure> {
        let turn = [1_u8];
        // SAFETY: `turn` holds as many bytes as the call is told.
        let sent = unsafe { libc::send(self.end, turn.as_ptr().cast(), turn.len(), MSG_NOSIGNAL) };
        Errno::result(sent)
            .map(drop)
            .map_err(|errno| self.failure(c"send", errno))
    }

    /// `read(fd, …, 1)` — waits until the other process passes the turn.
    ///
    /// # Errors
    /// [`Failure::Reported`]: the other process has ended, and its parent tells of it. See read(2).
    pub fn wait(&self) -> Result<(), Failure> {
        let mut turn = [0_u8];
        // SAFETY: `turn` has room for as many bytes as the call is told.
        let length = unsafe { libc::read(self.end, turn.as_mut_ptr().cast(), turn.len()) };
        match Errno::result(length) {
            Ok(0) => Err(Failure::Reported),
            Ok(_) => Ok(()),
            Err(errno) => Err(self.failure(c"read", errno)),
        }
    }

    /// A call may fail because the other process has ended (`EPIPE`, `ECONNRESET`): then that is
    /// what the user is to be told, and the parent does.
    fn failure(&self, call: &'static CStr, errno: Errno) -> Failure {
        let mut turn = [0_u8];
        // SAFETY: `turn` has room for as many bytes as the call is told.
        let length =
            unsafe { libc::recv(self.end, turn.as_mut_ptr().cast(), turn.len(), MSG_DONTWAIT) };
        if length == 0 {
            Failure::Reported
        } else {
            Failure::Call(call, errno)
        }
    }
}

/// `close(fd)` — gives up this process's copy of the end.
impl Drop for Turn {
    fn drop(&mut self) {
        // It does nothing but release the number: no error means anything here.
        let _ = unistd::close(self.end);
    }
}
