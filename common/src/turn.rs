//! The turn: two processes work one after the other.

use std::ffi::CStr;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;

use libc::MSG_NOSIGNAL;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::read;

use crate::Failure;

/// One end of a connection over which two processes pass the turn, which is a byte.
///
/// When every copy of the other end is closed, nobody is left to wait for: the kernel closes those of
/// a process that dies. So each process closes the end that is not its own (`drop`). If it kept a
/// copy of that one, it would wait for itself.
#[derive(Debug)]
pub struct Turn {
    end: OwnedFd,
}

impl Turn {
    /// `socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, …)` — makes the two ends.
    ///
    /// # Errors
    /// `EMFILE`, `ENFILE`: too many files are open. `ENOMEM`: no memory. See socketpair(2).
    pub fn pair() -> Result<(Self, Self), Failure> {
        let (one, other) = UnixStream::pair().map_err(|_| Failure::last(c"socketpair"))?;
        Ok((Self::apart(one.into())?, Self::apart(other.into())?))
    }

    /// Keeps an end apart from the standard streams. If one of them was closed at the start, the end
    /// may get its number, and what is printed would go to the other process.
    fn apart(mut end: OwnedFd) -> Result<Self, Failure> {
        if end.as_raw_fd() <= 2 {
            // Rust asks the kernel for a number from 3 on.
            end = end.try_clone().map_err(|_| Failure::last(c"fcntl"))?;
        }
        Ok(Self { end })
    }

    /// `send(fd, …, 1, MSG_NOSIGNAL)` — passes the turn to the other process.
    ///
    /// # Errors
    /// [`Failure::Reported`]: the other process has ended, and the parent reports it. See send(2).
    pub fn pass(&self) -> Result<(), Failure> {
        let (end, turn) = (self.end.as_raw_fd(), [1_u8]);
        // SAFETY: `turn` holds as many bytes as the call is told.
        let sent = unsafe { libc::send(end, turn.as_ptr().cast(), turn.len(), MSG_NOSIGNAL) };
        Errno::result(sent).map(drop).map_err(|errno| self.failure(c"send", errno))
    }

    /// `read(fd, …, 1)` — waits until the other process passes the turn.
    ///
    /// # Errors
    /// [`Failure::Reported`]: the other process has ended, and the parent reports it. See read(2).
    pub fn wait(&self) -> Result<(), Failure> {
        match read(&self.end, &mut [0]) {
            Ok(0) => Err(Failure::Reported),
            Ok(_) => Ok(()),
            Err(errno) => Err(self.failure(c"read", errno)),
        }
    }

    /// A call may fail because the other process has ended. Then the parent reports that, and this
    /// process reports nothing. `poll` says whether the other has ended.
    fn failure(&self, call: &'static CStr, errno: Errno) -> Failure {
        // POLLHUP needs no asking: see poll(2).
        let mut end = [PollFd::new(self.end.as_fd(), PollFlags::empty())];
        let has_ended = poll(&mut end, PollTimeout::ZERO).is_ok_and(|ends| ends > 0);
        match errno {
            Errno::EPIPE | Errno::ECONNRESET if has_ended => Failure::Reported,
            _ => Failure::Call(call, errno),
        }
    }
}
