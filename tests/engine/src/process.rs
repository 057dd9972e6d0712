//! What /proc tells of a process. See proc(5).

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use nix::unistd::{Pid, SysconfVar, sysconf};

use crate::user::acting_as;

/// The files stat and syscall of one task in /proc, kept open because they are read at each stop. None are open of
/// one that has ended.
#[derive(Default)]
pub struct Stat {
    stat: Option<File>,
    syscall: Option<File>,
}

impl Stat {
    /// Of this process or thread.
    pub fn of(pid: Pid) -> Self {
        // In task/, the kernel does not add up what all threads have used.
        let open = |name| File::open(format!("/proc/{pid}/task/{pid}/{name}")).ok();
        Self { stat: open("stat"), syscall: open("syscall") }
    }

    /// Whether this user's process has left the processor in its call. Its state alone does not tell: a call that looks
    /// whether there is something to wait for does so in state S, and may be interrupted there. If the kernel does not
    /// say, the state is believed.
    pub fn is_off(&self, user: u32) -> bool {
        let Some(file) = &self.syscall else { return true };
        let says = || {
            let mut bytes = [0; 8];
            let length = file.read_at(&mut bytes, 0)?;
            io::Result::Ok(!bytes[..length].starts_with(b"running"))
        };
        // Root in a container may not read another user's.
        let said = says().or_else(|_| acting_as(user, says).unwrap_or(Ok(true)));
        said.unwrap_or(true)
    }

    /// Its state, as ps(1) shows it: R, S, D, T, t, Z, X; X also where there is nothing any more.
    pub fn state(&self) -> char {
        let mut bytes = [0; 512];
        let length = self.read(&mut bytes).min(64); // the number and the name take no more
        after_name(&bytes[..length]).first().map_or('X', |&state| char::from(state))
    }

    /// What it has used of the processor.
    pub fn time(&self) -> Duration {
        let ticks = self.field(11).saturating_add(self.field(12));
        let second =
            sysconf(SysconfVar::CLK_TCK).ok().flatten().unwrap_or(100).unsigned_abs().max(1);
        Duration::from_millis(ticks.saturating_mul(1000) / second)
    }

    /// How many bytes it has in memory.
    pub fn memory(&self) -> u64 {
        let page = sysconf(SysconfVar::PAGE_SIZE).ok().flatten().unwrap_or(4096).unsigned_abs();
        self.field(21).saturating_mul(page)
    }

    /// A number, by its place after the state.
    fn field(&self, place: usize) -> u64 {
        let mut bytes = [0; 512];
        let length = self.read(&mut bytes);
        let fields = String::from_utf8_lossy(after_name(&bytes[..length])).into_owned();
        fields.split(' ').nth(place).and_then(|field| field.parse().ok()).unwrap_or(0)
    }

    fn read(&self, bytes: &mut [u8]) -> usize {
        self.stat.as_ref().and_then(|file| file.read_at(bytes, 0).ok()).unwrap_or(0)
    }
}

/// The fields of stat after the process's name, which may hold anything but ends with the last bracket.
fn after_name(stat: &[u8]) -> &[u8] {
    let end = stat.iter().rposition(|&byte| byte == b')');
    end.and_then(|end| stat.get(end + 2..)).unwrap_or_default()
}

/// Whether there is such a process that has not ended, as far as one can tell. (Number 0 is one in another PID
/// namespace.)
pub fn is_running(pid: Pid) -> bool {
    match fs::read(format!("/proc/{pid}/stat")) {
        Ok(stat) => !matches!(after_name(&stat).first(), Some(b'Z' | b'X')),
        Err(error) => pid.as_raw() == 0 || error.kind() != io::ErrorKind::NotFound,
    }
}

/// Whether there is such a process, be it one that has ended and was not waited for yet.
pub fn exists(pid: Pid) -> bool {
    pid.as_raw() == 0 || Path::new(&format!("/proc/{pid}")).exists()
}

/// Whether a process has the writing end of a pipe open. The links in /proc/PID/fd have the mode in which the
/// descriptors were opened.
pub fn can_write(pid: Pid, pipe: &Path) -> bool {
    let entries = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    let mut own = entries.filter(|entry| fs::read_link(entry.path()).is_ok_and(|to| to == pipe));
    own.any(|entry| entry.metadata().is_ok_and(|link| link.permissions().mode() & 0o200 != 0))
}

/// Signals that neither kill nor are seen by a process that does not catch them: those that are ignored, and those that
/// stop it or let it go on.
const UNSEEN: u64 = bit(libc::SIGCHLD)
    | bit(libc::SIGCONT)
    | bit(libc::SIGURG)
    | bit(libc::SIGWINCH)
    | bit(libc::SIGSTOP)
    | bit(libc::SIGTSTP)
    | bit(libc::SIGTTIN)
    | bit(libc::SIGTTOU);

const fn bit(signal: i32) -> u64 {
    1 << (signal - 1)
}

/// Which signals wait for a process or thread, and what it does with them. See proc(5), on status.
pub struct Signals {
    pending: u64,
    caught: u64,
}

impl Signals {
    /// Those that would be delivered now.
    pub fn of(pid: Pid) -> Self {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let set = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(":\t"));
            line.and_then(|text| u64::from_str_radix(text, 16).ok()).unwrap_or(0)
        };
        let pending = (set("SigPnd") | set("ShdPnd")) & !set("SigBlk") & !set("SigIgn");
        Self { pending, caught: set("SigCgt") }
    }

    /// Whether one waits that ends a call: it is caught, or kills.
    pub fn end_a_call(&self) -> bool {
        self.pending & (self.caught | !UNSEEN) != 0
    }

    /// Whether this one has a handler.
    pub fn are_caught(&self, signal: i32) -> bool {
        (1..=64).contains(&signal) && self.caught & bit(signal) != 0
    }
}

#[cfg(test)]
mod tests {
    use std::hint::spin_loop;
    use std::io::{Read, Write};
    use std::os::unix::net::UnixStream;
    use std::panic::catch_unwind;

    use nix::sys::prctl::set_dumpable;
    use nix::sys::resource::{Resource, setrlimit};
    use nix::sys::signal::{Signal, kill};
    use nix::sys::wait::{WaitStatus, waitpid};
    use nix::unistd::{geteuid, getpid};

    use super::*;
    use crate::sys;
    use crate::user::{become_user, user_for};

    /// Those that docker leaves to root.
    const OF_A_CONTAINER: u32 = 0xa804_25fb;

    /// Of the user that programs run as: it does nothing but compute.
    fn fork_one_that_computes() -> Pid {
        let (mut tells, mut told) = UnixStream::pair().expect("sockets");
        let child = sys::fork().expect("a process");
        if child.as_raw() == 0 {
            become_user(user_for(None)).expect("a user");
            set_dumpable(true).expect("a setting"); // as each program has it
            tells.write_all(b"!").expect("a byte");
            loop {
                spin_loop();
            }
        }
        told.read_exact(&mut [0]).expect("a byte");
        child
    }

    /// In a process of its own, which becomes root in a container where it was root.
    fn sees_one_that_computes() -> bool {
        if geteuid().is_root() {
            let _ = sys::keep_capabilities(OF_A_CONTAINER); // or it has fewer
        }
        let child = fork_one_that_computes();
        let is_off = Stat::of(child).is_off(user_for(None).unwrap_or(geteuid().as_raw()));
        kill(child, Signal::SIGKILL).expect("a signal");
        !is_off
    }

    /// What it has is removed if it does not run.
    #[test]
    fn one_that_cannot_be_looked_at_may_run() {
        let ended = sys::fork().expect("a process");
        if ended.as_raw() == 0 {
            setrlimit(Resource::RLIMIT_NOFILE, 0, 0).expect("a limit");
            sys::exit(i32::from(!is_running(getpid())))
        }
        assert_eq!(waitpid(ended, None), Ok(WaitStatus::Exited(ended, 0)));
        assert!(!is_running(ended) && is_running(getpid()) && is_running(Pid::from_raw(0)));
    }

    #[test]
    fn root_in_a_container_knows_who_computes() {
        let test = sys::fork().expect("a process");
        if test.as_raw() == 0 {
            let sees = catch_unwind(sees_one_that_computes);
            sys::exit(i32::from(!sees.unwrap_or(false)))
        }
        assert_eq!(waitpid(test, None), Ok(WaitStatus::Exited(test, 0)));
    }
}
