//! Every system call may fail: strace makes it. Each time, the program ends by itself with status 1
//! and says which call failed and why; shm-fork leaves no segment, and no process waiting.

use std::io;

use common::{CREATE_KEY, CREATE_SIZE};
use nix::errno::Errno;

use crate::harness::{Channel, Report, Stage, expect, found, in_own_table, injected};

/// A system call that `program` makes `times` times at the most in one process. Failing, with each
/// of `errnos`, it is to be reported as `says`.
struct Failing {
    program: &'static str,
    call: &'static str,
    says: &'static str,
    times: usize,
    errnos: &'static [&'static str],
}

const SHMGET: &[&str] = &[
    "EACCES", "EINVAL", "ENFILE", "ENOENT", "ENOMEM", "ENOSPC", "EPERM",
];
const SHMAT: &[&str] = &["EACCES", "EIDRM", "EINVAL", "ENOMEM"];
const SHMDT: &[&str] = &["EINVAL"];
const SHMCTL: &[&str] = &["EACCES", "EFAULT", "EIDRM", "EINVAL", "EPERM"];
const READ: &[&str] = &["EAGAIN", "EBADF", "EINTR", "EINVAL", "EIO", "EISDIR"];
const WRITE: &[&str] = &[
    "EAGAIN", "EBADF", "EDQUOT", "EFBIG", "EINTR", "EIO", "ENOSPC", "EPERM",
];

/// One case for each call of each program.
macro_rules! is_told {
    ($($name:ident: $program:literal, $call:literal x $times:literal, $errnos:expr => $says:literal,)*) => {
        $(
            #[test]
            #[cfg_attr(not(strace), ignore = "needs strace, to make system calls fail")]
            fn $name() -> Result<(), Report> {
                Failing {
                    program: $program,
                    call: $call,
                    says: $says,
                    times: $times,
                    errnos: $errnos,
                }
                .is_told()
            }
        )*
    };
}

is_told! {
    create_shmget: "shm-create", "shmget" x 1, SHMGET => "shmget failed: ",
    create_write: "shm-create", "write" x 1, WRITE => "write: ",
    attach_shmget: "shm-attach", "shmget" x 1, SHMGET => "shmget: ",
    attach_shmat: "shm-attach", "shmat" x 1, SHMAT => "shmat: ",
    attach_shmctl: "shm-attach", "shmctl" x 1, SHMCTL => "shmctl: ",
    attach_shmdt: "shm-attach", "shmdt" x 1, SHMDT => "shmdt: ",
    attach_write: "shm-attach", "write" x 1, WRITE => "write: ",
    dynamic_read: "shm-dynamic", "read" x 1, READ => "read: ",
    dynamic_shmget: "shm-dynamic", "shmget" x 1, SHMGET => "shmget: ",
    dynamic_shmat: "shm-dynamic", "shmat" x 1, SHMAT => "shmat: ",
    dynamic_shmctl: "shm-dynamic", "shmctl" x 1, SHMCTL => "shmctl: ",
    dynamic_shmdt: "shm-dynamic", "shmdt" x 1, SHMDT => "shmdt: ",
    dynamic_write: "shm-dynamic", "write" x 1, WRITE => "write: ",
    fork_shmget: "shm-fork", "shmget" x 1, SHMGET => "shmget: ",
    fork_shmat: "shm-fork", "shmat" x 1, SHMAT => "shmat: ",
    fork_shmctl: "shm-fork", "shmctl" x 3, SHMCTL => "shmctl: ",
    fork_socketpair: "shm-fork", "socketpair" x 1, &["EMFILE", "ENFILE", "ENOMEM"] => "socketpair: ",
    fork_fork: "shm-fork", "clone,clone3" x 2, &["EAGAIN", "ENOMEM"] => "fork: ",
    fork_send: "shm-fork", "sendto" x 1, &["ECONNRESET", "EINTR", "ENOBUFS", "EPIPE"] => "send: ",
    fork_read: "shm-fork", "read" x 1, &["EAGAIN", "ECONNRESET", "EINTR", "EIO"] => "read: ",
    fork_wait: "shm-fork", "wait4" x 2, &["ECHILD", "EINTR"] => "wait: ",
    fork_shmdt: "shm-fork", "shmdt" x 1, SHMDT => "shmdt: ",
    fork_write: "shm-fork", "write" x 1, WRITE => "write: ",
}

impl Failing {
    fn is_told(&self) -> Result<(), Report> {
        for errno in self.errnos {
            for time in 1..=self.times {
                let fault = format!("{}:error={errno}:when={time}", self.call);
                let told = in_own_table(|| self.once(&fault, errno));
                told.map_err(|report| {
                    report.under(&format!(
                        "strace -f -e inject={fault} target/release/{}",
                        self.program
                    ))
                })?;
            }
        }
        Ok(())
    }

    fn once(&self, fault: &str, errno: &str) -> Result<(), Report> {
        let mut stage = Stage::new(false)?;
        if self.program == "shm-attach" {
            stage.make(&found(CREATE_KEY, CREATE_SIZE).filled_with("x"))?;
        }
        let before = stage.describe_table()?;
        let command = injected(self.program, fault)?;
        let outcome = stage.start(Channel::Pipes, command, b"100\n")?.finish()?;
        let seen = outcome.describe(Channel::Pipes);
        expect("exit status 1", outcome.status.code() == Some(1), &seen)?;
        let says = String::from_utf8_lossy(&outcome.stderr);
        let right = format!("{}{}", self.says, text_of(errno)?);
        expect(&right, says.lines().any(|line| line == right), &seen)?;
        let after = stage.describe_table()?;
        if self.program == "shm-attach" && ["shmget", "shmat", "shmctl"].contains(&self.call) {
            expect("the segment untouched", after == before, &after)?;
        }
        if self.program == "shm-fork" {
            expect("no segment", after == before, &after)?;
        }
        Ok(())
    }
}

/// The C library's text for an errno, by its name.
fn text_of(errno: &str) -> Result<String, Report> {
    let number = (1..200).find(|&number| format!("{:?}", Errno::from_raw(number)) == errno);
    let number = number.ok_or_else(|| Report(format!("{errno} is no errno")))?;
    // std's text is the C library's, and the number after it.
    let text = io::Error::from_raw_os_error(number).to_string();
    Ok(text.replace(&format!(" (os error {number})"), ""))
}
