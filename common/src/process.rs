//! Processes: `fork`, `wait` and `exit`.

use std::process;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use libc::{WEXITSTATUS, WIFSIGNALED, WTERMSIG, c_int, pid_t};
use nix::errno::Errno;
use nix::sys::signal::{SigHandler, Signal, signal};

use crate::start::end;
use crate::{Failure, Stdout};

/// `signal(SIGCHLD, SIG_DFL)` — makes the kernel keep how children end, for [`wait`]. It would not
/// if the program that started this one ignored SIGCHLD.
///
/// # Errors
/// None that can occur. See signal(2), and waitpid(2) under ECHILD.
pub fn keep_exit_statuses() -> Result<(), Failure> {
    // SAFETY: SIG_DFL is no function, so nothing of this process runs when the signal comes.
    let old = unsafe { signal(Signal::SIGCHLD, SigHandler::SigDfl) };
    old.map(drop).map_err(Failure::of(c"signal"))
}

unsafe extern "C" {
    /// Not 0: this process has one thread. See `<sys/single_threaded.h>`.
    static __libc_single_threaded: AtomicU8;
}

/// `fork()` — makes a second process, a copy of this one. Both continue here: the parent gets the
/// child's number; the child gets 0, and ends with [`exit`]. What `Stdout` has buffered is copied
/// too, and would be printed twice: flush it first.
///
/// # Errors
/// `EAGAIN`: the user's limit of processes is reached. `ENOMEM`: no memory. See fork(2).
///
/// # Panics
/// If this process has several threads. The child has only the one that forked: what another thread
/// was changing stays half done, and the locks that it held stay locked for ever.
///
/// ```should_panic
/// std::thread::spawn(std::thread::park);
/// let _ = common::fork();
/// ```
pub fn fork() -> Result<pid_t, Failure> {
    // SAFETY: it is the C library's, a byte that others at most store to.
    let single_threaded = unsafe { &__libc_single_threaded };
    assert_ne!(single_threaded.load(Relaxed), 0, "fork: this process has several threads");
    // SAFETY: this process has one thread, so all of it is copied.
    let pid = unsafe { libc::fork() };
    Errno::result(pid).map_err(Failure::of(c"fork"))
}

/// `waitpid(pid, …)` — waits until the child has ended. A failure names it by `name`.
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

/// `exit(status)` — ends a child process as returning from `main` ends the parent: reports a
/// failure, writes what `out` has buffered. The status is 0, or 1 after a failure. See exit(3).
pub fn exit(out: &mut Stdout, result: Result<(), Failure>) -> ! {
    process::exit(end(out, result))
}
