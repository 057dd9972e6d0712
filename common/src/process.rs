//! Processes: `fork`, `wait` and `exit`.

use libc::{WEXITSTATUS, WIFSIGNALED, WTERMSIG, c_int, pid_t};
use nix::errno::Errno;
use nix::sys::signal::{SigHandler, Signal, signal};
use nix::unistd::{self, ForkResult};

use crate::start::end;
use crate::{Failure, Stdout};

/// A child process that has not been waited for.
#[derive(Debug)]
#[must_use = "a child that nobody waits for stays as a zombie"]
pub struct Child {
    pid: pid_t,
}

/// `signal(SIGCHLD, SIG_DFL)` — has the kernel keep how children end, for [`Child::wait`]. Where the
/// program that started this one ignores SIGCHLD, it would forget.
///
/// # Errors
/// None that can occur. See signal(2), and waitpid(2) under ECHILD.
pub fn keep_exit_statuses() -> Result<(), Failure> {
    // SAFETY: SIG_DFL is no function, so nothing of this process runs when the signal comes.
    let old = unsafe { signal(Signal::SIGCHLD, SigHandler::SigDfl) };
    old.map(drop).map_err(Failure::of(c"signal"))
}

/// `fork()` — makes a second process, a copy of this one. Both go on from here: the parent gets
/// the child, the child gets `None`, and ends with [`exit`]. What `Stdout` holds is copied too, and
/// would come out twice: flush first.
///
/// # Errors
/// `EAGAIN`: the user's limit of processes is reached. `ENOMEM`: no memory. See fork(2).
pub fn fork() -> Result<Option<Child>, Failure> {
    // SAFETY: the exercises start no thread, so the child's memory is as one thread left it.
    match unsafe { unistd::fork() } {
        Ok(ForkResult::Parent { child }) => Ok(Some(Child {
            pid: child.as_raw(),
        })),
        Ok(ForkResult::Child) => Ok(None),
        Err(errno) => Err(Failure::of(c"fork")(errno)),
    }
}

/// `_exit(status)` — ends a child process as returning from `main` ends the parent: reports a
/// failure, writes what `out` holds; the status is 0, or 1 after a failure. See _exit(2).
pub fn exit(out: &mut Stdout, result: Result<(), Failure>) -> ! {
    let status = end(out, result);
    // SAFETY: _exit runs nothing more in this process.
    unsafe { libc::_exit(status) }
}

impl Child {
    /// `waitpid(pid, …)` — waits until the child has ended. `name` is for the user.
    ///
    /// # Errors
    /// The child's own failure: it was killed by a signal, or its exit status is not 0.
    /// `ECHILD`: there is no such child. See waitpid(2).
    pub fn wait(self, name: &'static str) -> Result<(), Failure> {
        let mut status: c_int = 0;
        // SAFETY: waitpid writes one int, and `status` is one.
        let result = unsafe { libc::waitpid(self.pid, &raw mut status, 0) };
        Errno::result(result).map_err(Failure::of(c"wait"))?;
        if WIFSIGNALED(status) {
            return Err(Failure::Killed(name, WTERMSIG(status)));
        }
        if WEXITSTATUS(status) != 0 {
            Err(Failure::Reported)
        } else {
            Ok(())
        }
    }
}
