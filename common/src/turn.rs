//! Whose turn it is: two processes that work one after the other.

use std::ffi::CStr;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use libc::{AF_UNIX, MSG_NOSIGNAL, SOCK_STREAM, c_int, pollfd};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg::F_DUPFD, fcntl};

use crate::Failure;

/// One end of a connection over which two processes pass the turn: a byte is the turn.
///
/// When every copy of the other end is closed, as the kernel does for a process that dies, there
/// is nobody left to wait for. So each process closes the end that is not its own (`drop`): a copy
/// of that one would keep it waiting for itself.
#[derive(Debug)]
pub struct Turn {
    /// By its number in the calls: Rust 1.85 checks a borrowed descriptor with a panic, and a panic that
    /// can be reached makes the file a third larger.
    end: OwnedFd,
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
        let [one, other] = ends.map(|end| own(end, c"socketpair"));
        Ok((Self::apart(one?)?, Self::apart(other?)?))
    }

    /// Keeps an end apart from the standard streams. Where one of them was closed at the start, the
    /// kernel gives its number away again, and what is printed would go to the other process.
    fn apart(mut end: OwnedFd) -> Result<Self, Failure> {
        if end.as_raw_fd() <= 2 {
            let copy = fcntl(&end, F_DUPFD(3)).map_err(Failure::of(c"fcntl"))?;
            end = own(copy, c"fcntl")?;
        }
        Ok(Self { end })
    }

    /// `send(fd, …, 1, MSG_NOSIGNAL)` — passes the turn to the other process.
    ///
    /// # Errors
    /// [`Failure::Reported`]: the other process has ended, and its parent tells of it. See send(2).
    pub fn pass(&self) -> Result<(), Failure> {
        let (end, turn) = (self.end.as_raw_fd(), [1_u8]);
        // SAFETY: `turn` holds as many bytes as the call is told.
        let sent = unsafe { libc::send(end, turn.as_ptr().cast(), turn.len(), MSG_NOSIGNAL) };
        Errno::result(sent).map(drop).map_err(|errno| self.failure(c"send", errno))
    }

    /// `read(fd, …, 1)` — waits until the other process passes the turn.
    ///
    /// # Errors
    /// [`Failure::Reported`]: the other process has ended, and its parent tells of it. See read(2).
    pub fn wait(&self) -> Result<(), Failure> {
        let (end, mut turn) = (self.end.as_raw_fd(), [0_u8]);
        // SAFETY: `turn` has room for as many bytes as the call is told.
        let length = unsafe { libc::read(end, turn.as_mut_ptr().cast(), turn.len()) };
        match Errno::result(length) {
            Ok(0) => Err(Failure::Reported),
            Ok(_) => Ok(()),
            Err(errno) => Err(self.failure(c"read", errno)),
        }
    }

    /// A call may fail because the other process has ended. Then the parent reports that, and this
    /// process reports nothing. `poll` tells whether the other has ended.
    fn failure(&self, call: &'static CStr, errno: Errno) -> Failure {
        let fd = self.end.as_raw_fd();
        let (events, revents) = (0, 0); // POLLHUP needs no asking: see poll(2)
        let mut end = pollfd { fd, events, revents };
        // SAFETY: poll reads and writes one pollfd, and is told of one.
        let has_ended = unsafe { libc::poll(&raw mut end, 1, 0) } > 0;
        match errno {
            Errno::EPIPE | Errno::ECONNRESET if has_ended => Failure::Reported,
            _ => Failure::Call(call, errno),
        }
    }
}

/// Owns a new descriptor, the result of `call`. ([`OwnedFd`] asserts that it is not
/// -1. This checks it before, so the programs hold no code for a panic.)
fn own(descriptor: c_int, call: &'static CStr) -> Result<OwnedFd, Failure> {
    let new = Errno::result(descriptor).map_err(Failure::of(call))?;
    // SAFETY: the kernel has just given this number, and nobody else closes it.
    Ok(unsafe { OwnedFd::from_raw_fd(new) })
}
