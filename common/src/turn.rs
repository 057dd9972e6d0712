//! Whose turn it is: two processes that work one after the other.

use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;

use libc::MSG_NOSIGNAL;
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
    end: UnixStream,
}

impl Turn {
    /// `socketpair(AF_UNIX, SOCK_STREAM, 0, …)` — makes the two ends.
    ///
    /// # Errors
    /// `EMFILE`, `ENFILE`: too many files are open. `ENOMEM`: no memory. See socketpair(2).
    pub fn pair() -> Result<(Self, Self), Failure> {
        let made = UnixStream::pair().and_then(|(one, other)| Ok((apart(one)?, apart(other)?)));
        let (one, other) = made.map_err(|error| Failure::from_io(c"socketpair", error))?;
        Ok((Self { end: one }, Self { end: other }))
    }

    /// `send(fd, …, 1, MSG_NOSIGNAL)` — passes the turn to the other process.
    ///
    /// # Errors
    /// `EPIPE`: the other process has ended. See send(2).
    pub fn pass(&self) -> Result<(), Failure> {
        let turn = [1_u8];
        // SAFETY: `turn` holds as many bytes as the call is told.
        let sent = unsafe {
            libc::send(
                self.end.as_raw_fd(),
                turn.as_ptr().cast(),
                turn.len(),
                MSG_NOSIGNAL,
            )
        };
        Errno::result(sent).map(drop).map_err(Failure::of(c"send"))
    }

    /// `read(fd, …, 1)` — waits until the other process passes the turn.
    ///
    /// # Errors
    /// [`Failure::Reported`]: the other process has ended, and its parent tells of it.
    /// `ECONNRESET`: it has ended before it took the turn that it was passed. See read(2).
    pub fn wait(&self) -> Result<(), Failure> {
        match unistd::read(&self.end, &mut [0]).map_err(Failure::of(c"read"))? {
            0 => Err(Failure::Reported),
            _ => Ok(()),
        }
    }
}

/// Keeps an end apart from the standard streams. Where one of them was closed at the start, the
/// kernel gives its number away again, and what is printed would go to the other process.
fn apart(end: UnixStream) -> io::Result<UnixStream> {
    if end.as_raw_fd() > 2 {
        Ok(end)
    } else {
        end.try_clone()
    }
}
