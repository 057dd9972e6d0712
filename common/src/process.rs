//! Processes: `fork`, `wait` and `exit`.

use libc::{WEXITSTATUS, WIFSIGNALED, WTERMSIG, c_int, pid_t};
use nix::errno::Errno;
use nix::sys::signal::{SigHandler, Signal, signal};

use crate::start::end;
use crate::{Failure, Stdout};

/// `signal(SIGCHLD, SIG_DFL)` — has the kernel keep how children end, for [`wait`]. Where the
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
/// the child's number; the child gets 0, and ends with [`exit`]. What `Stdout` holds is copied too,
/// and would come out twice: flush first.
///
/// **The caller's obligation**: this process has one thread. A child has only the thread that forked:
/// what another was changing stays half done in it, and locks stay held for ever. The signature does
/// not enforce this, so that the exercises can forbid unsafe code; none of them starts a thread.
///
/// # Errors
/// `EAGAIN`: the user's limit of processes is reached. `ENOMEM`: no memory. See fork(2).
pub fn fork() -> Result<pid_t, Failure> {
    // SAFETY: this process has one thread, by the caller's obligation above.
    let pid = unsafe { libc::fork() };
    Errno::result(pid).map_err(Failure::of(c"fork"))
}

/// `waitpid(pid, …)` — waits until the child has ended. `name` is for the user.
///
/// # Errors
/// The child's own failure: it was killed by a signal, or its exit status is not 0.
/// `ECHILD`: there is no such child. `EINTR`: a signal came. See waitpid(2).
pub fn wait(pid: pid_t, name: &'static str) -> Result<(), Failure> {
    let mut status: c_int = 0;
    // nix's waitpid fails with EINVAL where a real-time signal killed: it has no name for that.
    // SAFETY: waitpid writes one int, and `status` is one.
    let ended = unsafe { libc::waitpid(pid, &raw mut status, 0) };
    Errno::result(ended).map_err(Failure::of(c"wait"))?;
    if WIFSIGNALED(status) {
        Err(Failure::Killed(name, WTERMSIG(status)))
    } else if WEXITSTATUS(status) != 0 {
        Err(Failure::Reported)
    } else {
        Ok(())
    }
}

/// `_exit(status)` — ends a child process as returning from `main` ends the parent: reports a
/// failure, writes what `out` holds; the status is 0, or 1 after a failure. See _exit(2).
pub fn exit(out: &mut Stdout, result: Result<(), Failure>) -> ! {
    let status = end(out, result);
    // SAFETY: _exit runs nothing more in this process.
    unsafe { libc::_exit(status) }
}
