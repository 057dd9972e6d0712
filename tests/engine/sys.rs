//! What nix leaves out of ptrace(2), waitpid(2) and landlock(7), and signal(2): the only unsafe code of the
//! checks.

use std::fs::File;
use std::os::fd::AsRawFd;

use libc::{c_int, c_long};
use nix::errno::Errno;
use nix::sys::ptrace::{getregs, setregs};
use nix::unistd::Pid;

use super::calls::Call;

/// Where a process stands that has stopped at a system call.
pub enum Side {
    Entry(Call),
    /// What the call gives: a result, or an errno below zero.
    Exit(i64),
}

/// `waitpid(-1, …)` — the next process, or thread, that has stopped or ended, with its status. nix
/// knows no real-time signals, and returns an error instead of the process.
pub fn wait() -> Option<(Pid, c_int)> {
    let mut status = 0;
    // SAFETY: waitpid writes one int, and `status` is one.
    let pid = unsafe { libc::waitpid(-1, &raw mut status, libc::__WALL | libc::WNOHANG) };
    (pid > 0).then(|| (Pid::from_raw(pid), status))
}

/// Lets a stopped process go on with a signal (0: none), to its next system call if `traced`, else to
/// its next event. ESRCH: it was killed meanwhile.
pub fn resume(pid: Pid, signal: c_int, traced: bool) -> nix::Result<()> {
    let request = if traced { libc::PTRACE_SYSCALL } else { libc::PTRACE_CONT };
    ask(request, pid, signal.into())
}

/// Leaves a process in the stop that a signal like SIGSTOP brought: SIGCONT ends it.
pub fn listen(pid: Pid) -> nix::Result<()> {
    ask(libc::PTRACE_LISTEN, pid, 0)
}

fn ask(request: libc::c_uint, pid: Pid, data: c_long) -> nix::Result<()> {
    // SAFETY: these requests take a number, and touch no memory of this process.
    let done = unsafe { libc::ptrace(request, pid.as_raw(), 0, data) };
    Errno::result(done).map(drop)
}

/// The architecture of this program's own system calls, as the kernel's audit names it.
const ARCHITECTURE: u32 = if cfg!(target_arch = "aarch64") { 0xc000_00b7 } else { 0xc000_003e };

/// The number of no system call.
const NONE: u64 = u64::MAX;

/// `PTRACE_GET_SYSCALL_INFO` — what a process that has stopped at a system call is about to do, or has
/// done. A call of another architecture has the number of none.
pub fn side(pid: Pid) -> nix::Result<Side> {
    let info = nix::sys::ptrace::syscall_info(pid)?;
    match info.op {
        libc::PTRACE_SYSCALL_INFO_ENTRY => {
            // SAFETY: at an entry, the kernel fills this member of the union.
            let entry = unsafe { info.u.entry };
            let is_own = info.arch == ARCHITECTURE;
            let mut words = [if is_own { entry.nr } else { NONE }; 7];
            words[1..].copy_from_slice(&entry.args);
            Ok(Side::Entry(Call::of(words)))
        }
        libc::PTRACE_SYSCALL_INFO_EXIT => {
            // SAFETY: at an exit, the kernel fills this member of the union.
            Ok(Side::Exit(unsafe { info.u.exit }.sval))
        }
        _ => Err(Errno::ESRCH), // it stands at none any more: it was killed
    }
}

/// A number as a register has it.
pub fn bits(number: i64) -> u64 {
    u64::from_ne_bytes(number.to_ne_bytes())
}

/// Gives the call another first argument at its entry; at its exit, another result, and the first argument
/// again, which compilers take to be as it was.
#[cfg(target_arch = "x86_64")]
pub fn set(pid: Pid, first: u64, result: Option<i64>) -> nix::Result<()> {
    let mut registers = getregs(pid)?;
    registers.rdi = first;
    registers.rax = result.map_or(registers.rax, bits);
    setregs(pid, registers)
}

/// At the entry: the call is not made.
#[cfg(target_arch = "x86_64")]
pub fn skip(pid: Pid) -> nix::Result<()> {
    let mut registers = getregs(pid)?;
    registers.orig_rax = NONE;
    setregs(pid, registers)
}

/// At the exit: the program makes the call that was skipped, after its pending signals.
#[cfg(target_arch = "x86_64")]
pub fn rewind(pid: Pid, call: &Call) -> nix::Result<()> {
    let mut registers = getregs(pid)?;
    (registers.rax, registers.rdi) = (call.words[0], call.words[1]);
    registers.rip -= 2; // the length of the instruction `syscall`
    setregs(pid, registers)
}

/// The first argument and the result share a register.
#[cfg(target_arch = "aarch64")]
pub fn set(pid: Pid, first: u64, result: Option<i64>) -> nix::Result<()> {
    let mut registers = getregs(pid)?;
    registers.regs[0] = result.map_or(first, bits);
    setregs(pid, registers)
}

/// `NT_ARM_SYSTEM_CALL` — aarch64 keeps the call's number in a register set of its own.
#[cfg(target_arch = "aarch64")]
pub fn skip(pid: Pid) -> nix::Result<()> {
    let mut number: c_int = -1;
    let mut set = libc::iovec { iov_base: (&raw mut number).cast(), iov_len: size_of::<c_int>() };
    // SAFETY: the kernel reads one int, which `set` points to.
    let done = unsafe {
        libc::ptrace(libc::PTRACE_SETREGSET, pid.as_raw(), 0x404 as c_long, &raw mut set)
    };
    Errno::result(done).map(drop)
}

#[cfg(target_arch = "aarch64")]
pub fn rewind(pid: Pid, call: &Call) -> nix::Result<()> {
    let mut registers = getregs(pid)?;
    registers.regs[0] = call.words[1];
    registers.pc -= 4; // the length of the instruction `svc`
    setregs(pid, registers)
}

/// Has signals act as they do by default, which the shell that starts the check may have changed for
/// all that it starts.
pub fn reset_signals() {
    for signal in [libc::SIGINT, libc::SIGQUIT, libc::SIGCHLD] {
        // SAFETY: SIG_DFL is no function, so nothing of this process runs when the signal comes.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
}

/// The version of the kernel's Landlock, 0 where it has none.
pub fn landlock_version() -> c_long {
    // SAFETY: with this flag the call reads nothing.
    unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, 0_usize, 0_usize, 1) }.max(0)
}

/// From here on this process, and all that it starts, has none of the rights that are handled but these, on
/// what is below these places.
pub fn landlock(handled: u64, allowed: impl Iterator<Item = (File, u64)>) -> nix::Result<()> {
    let call = libc::SYS_landlock_create_ruleset;
    // SAFETY: the call reads 8 bytes, and `handled` has them.
    let rules = unsafe { libc::syscall(call, &raw const handled, 8_usize, 0) };
    Errno::result(rules)?; // it is closed when this process becomes another program
    for (place, rights) in allowed {
        // struct landlock_path_beneath_attr, which is packed.
        let rule = [&rights.to_ne_bytes()[..], &place.as_raw_fd().to_ne_bytes()].concat();
        let call = libc::SYS_landlock_add_rule;
        // SAFETY: for a rule on a path (1) the call reads 12 bytes, and `rule` has them.
        let added = unsafe { libc::syscall(call, rules, 1, rule.as_ptr(), 0) };
        Errno::result(added)?;
    }
    // SAFETY: the call takes two numbers.
    let done = unsafe { libc::syscall(libc::SYS_landlock_restrict_self, rules, 0) };
    Errno::result(done).map(drop)
}
