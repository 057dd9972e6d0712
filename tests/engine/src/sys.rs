//! What nix leaves out: parts of ptrace(2) and waitpid(2), landlock(7), System V's calls, fork(2), capset(2).
//! The only unsafe code of the checks.

use std::fs::File;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;
use std::ptr;
use std::slice;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};
use std::time::Duration;

use libc::{c_int, c_long};
use nix::errno::Errno;
use nix::sys::ptrace::{getregs, setregs};
use nix::unistd::Pid;

use crate::calls::Call;

/// `wait4(-1, …)` — the next process, or thread, that has stopped or ended; its status; and, if it has ended,
/// how much of the processor it has used. nix knows no real-time signals, and returns an error instead of the
/// process.
pub fn wait() -> Option<(Pid, c_int, Duration)> {
    let mut status = 0;
    // SAFETY: a rusage is numbers, for which zero is a value.
    let mut used: libc::rusage = unsafe { std::mem::zeroed() };
    let how = libc::__WALL | libc::WNOHANG;
    // SAFETY: wait4 writes one int and one rusage, and these are one each.
    let pid = unsafe { libc::wait4(-1, &raw mut status, how, &raw mut used) };
    let time = |of: libc::timeval| {
        Duration::from_secs(of.tv_sec.unsigned_abs())
            .saturating_add(Duration::from_micros(of.tv_usec.unsigned_abs()))
    };
    (pid > 0).then(|| {
        (Pid::from_raw(pid), status, time(used.ru_utime).saturating_add(time(used.ru_stime)))
    })
}

/// `fork()` — gives the child's number; in the child, 0.
///
/// # Errors
/// `EAGAIN`, `ENOMEM`. See fork(2).
pub fn fork() -> nix::Result<Pid> {
    // SAFETY: the check has one thread, so the child may do whatever its parent may.
    let pid = unsafe { libc::fork() };
    Errno::result(pid).map(Pid::from_raw)
}

/// `_exit(status)` — ends this process, which was forked, with nothing of its parent's undone or written.
pub fn exit(status: c_int) -> ! {
    // SAFETY: _exit takes a number, and runs nothing more in this process.
    unsafe { libc::_exit(status) }
}

/// `atexit(work)` — has this done when the process ends by exit(3).
pub fn at_exit(work: extern "C" fn()) {
    // SAFETY: atexit keeps the address of a function, and that of this program's stays what it is.
    unsafe { libc::atexit(work) };
}

/// Lets a stopped process go on with a signal (0: none) to its next stop: where it is in a call, that is the call's
/// exit. ESRCH: it was killed meanwhile.
pub fn resume(pid: Pid, signal: c_int, is_in_call: bool) -> nix::Result<()> {
    let request = if is_in_call { libc::PTRACE_SYSCALL } else { libc::PTRACE_CONT };
    ask(request, pid, signal.into())
}

/// Lets a stopped process go on for one instruction; gives how it has stopped then, as waitpid(2) does.
pub fn step(pid: Pid) -> nix::Result<c_int> {
    ask(libc::PTRACE_SINGLESTEP, pid, 0)?;
    let mut status = 0;
    // SAFETY: waitpid writes one int, and `status` is one.
    let done = unsafe { libc::waitpid(pid.as_raw(), &raw mut status, libc::__WALL) };
    Errno::result(done).map(|_| status)
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

/// `PTRACE_GET_SYSCALL_INFO` — the call that a process is about to make, where the filter has stopped it.
pub fn call_at_entry(pid: Pid) -> nix::Result<Call> {
    let info = nix::sys::ptrace::syscall_info(pid)?;
    if info.op != libc::PTRACE_SYSCALL_INFO_SECCOMP {
        return Err(Errno::ESRCH); // it stands there no more: it was killed
    }
    // SAFETY: where a filter has stopped a process, the kernel fills this member of the union.
    let entry = unsafe { info.u.seccomp };
    let mut words = [entry.nr; 7];
    words[1..].copy_from_slice(&entry.args);
    Ok(Call::of(words, info.instruction_pointer))
}

/// `PTRACE_GET_SYSCALL_INFO` — what a call gives from which a process returns: a result, or an errno below zero.
pub fn result_at_exit(pid: Pid) -> nix::Result<i64> {
    let info = nix::sys::ptrace::syscall_info(pid)?;
    if info.op != libc::PTRACE_SYSCALL_INFO_EXIT {
        return Err(Errno::ESRCH); // it was killed
    }
    // SAFETY: at an exit, the kernel fills this member of the union.
    Ok(unsafe { info.u.exit }.sval)
}

/// The call that the filter has refused, if that is why a process gets SIGSYS.
pub fn refused(pid: Pid) -> nix::Result<Option<Call>> {
    const BY_FILTER: c_int = 1; // SYS_SECCOMP of sigaction(2)
    let is_refused = nix::sys::ptrace::getsiginfo(pid)?.si_code == BY_FILTER;
    if is_refused { words(pid).map(Some) } else { Ok(None) }
}

/// A number as a register has it.
pub fn bits(number: i64) -> u64 {
    u64::from_ne_bytes(number.to_ne_bytes())
}

/// Where its stack ends, and its instruction, of a process that has stopped.
#[cfg(target_arch = "x86_64")]
pub fn stack(pid: Pid) -> nix::Result<u64> {
    Ok(getregs(pid)?.rsp)
}

/// The call whose words are in the registers: it is not made yet, or was refused.
#[cfg(target_arch = "x86_64")]
fn words(pid: Pid) -> nix::Result<Call> {
    let r = getregs(pid)?;
    Ok(Call::of([r.rax, r.rdi, r.rsi, r.rdx, r.r10, r.r8, r.r9], r.rip))
}

/// At the entry: gives the call another argument, from 1.
#[cfg(target_arch = "x86_64")]
pub fn set_argument(pid: Pid, number: usize, value: u64) -> nix::Result<()> {
    let mut r = getregs(pid)?;
    let arguments = [&mut r.rdi, &mut r.rsi, &mut r.rdx, &mut r.r10, &mut r.r8, &mut r.r9];
    if let Some(argument) = arguments.into_iter().nth(number - 1) {
        *argument = value;
    }
    setregs(pid, r)
}

/// At the exit: the program gets this result, and its own arguments again, which compilers take to be as they were.
#[cfg(target_arch = "x86_64")]
pub fn set_result(pid: Pid, call: &Call, result: i64) -> nix::Result<()> {
    let mut registers = getregs(pid)?;
    registers.rax = bits(result);
    set_arguments(&mut registers, call);
    setregs(pid, registers)
}

#[cfg(target_arch = "x86_64")]
fn set_arguments(registers: &mut libc::user_regs_struct, call: &Call) {
    let r = registers;
    [r.rdi, r.rsi, r.rdx, r.r10, r.r8, r.r9] = call.arguments();
}

/// Gives an interrupted call its own arguments again: the kernel is to make it once more.
#[cfg(target_arch = "x86_64")]
pub fn restore_arguments(pid: Pid, call: &Call) -> nix::Result<()> {
    let mut registers = getregs(pid)?;
    set_arguments(&mut registers, call);
    setregs(pid, registers)
}

/// Where a stopped process goes on, and its result.
#[cfg(target_arch = "x86_64")]
pub fn position(pid: Pid) -> nix::Result<(u64, i64)> {
    let registers = getregs(pid)?;
    Ok((registers.rip, i64::from_ne_bytes(registers.rax.to_ne_bytes())))
}

/// At the entry: the call is not made.
#[cfg(target_arch = "x86_64")]
pub fn skip(pid: Pid) -> nix::Result<()> {
    let mut registers = getregs(pid)?;
    registers.orig_rax = u64::MAX; // the number of no call
    setregs(pid, registers)
}

/// At the exit: the program makes the call again, after its pending signals.
#[cfg(target_arch = "x86_64")]
pub fn rewind(pid: Pid, call: &Call) -> nix::Result<()> {
    let mut registers = getregs(pid)?;
    registers.rax = call.words[0];
    set_arguments(&mut registers, call);
    registers.rip -= 2; // the length of the instruction `syscall`
    setregs(pid, registers)
}

/// As on x86-64.
#[cfg(target_arch = "aarch64")]
pub fn stack(pid: Pid) -> nix::Result<u64> {
    Ok(getregs(pid)?.sp)
}

/// As on x86-64.
#[cfg(target_arch = "aarch64")]
fn words(pid: Pid) -> nix::Result<Call> {
    let registers = getregs(pid)?;
    let mut words = [registers.regs[8]; 7];
    words[1..].copy_from_slice(&registers.regs[..6]);
    Ok(Call::of(words, registers.pc))
}

/// As on x86-64.
#[cfg(target_arch = "aarch64")]
pub fn set_argument(pid: Pid, number: usize, value: u64) -> nix::Result<()> {
    let mut registers = getregs(pid)?;
    registers.regs[number - 1] = value;
    setregs(pid, registers)
}

/// The first argument and the result share a register.
#[cfg(target_arch = "aarch64")]
pub fn set_result(pid: Pid, call: &Call, result: i64) -> nix::Result<()> {
    let mut registers = getregs(pid)?;
    registers.regs[..6].copy_from_slice(&call.arguments());
    registers.regs[0] = bits(result);
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

/// The kernel has kept the first one apart.
#[cfg(target_arch = "aarch64")]
pub fn restore_arguments(pid: Pid, call: &Call) -> nix::Result<()> {
    let mut registers = getregs(pid)?;
    registers.regs[1..6].copy_from_slice(&call.arguments()[1..]);
    setregs(pid, registers)
}

/// As on x86-64.
#[cfg(target_arch = "aarch64")]
pub fn position(pid: Pid) -> nix::Result<(u64, i64)> {
    let registers = getregs(pid)?;
    Ok((registers.pc, i64::from_ne_bytes(registers.regs[0].to_ne_bytes())))
}

/// As on x86-64.
#[cfg(target_arch = "aarch64")]
pub fn rewind(pid: Pid, call: &Call) -> nix::Result<()> {
    let mut registers = getregs(pid)?;
    registers.regs[..6].copy_from_slice(&call.arguments());
    registers.pc -= 4; // the length of the instruction `svc`
    setregs(pid, registers)
}

/// Has signals act as they do by default, which the shell that starts the check may have changed for
/// all that it starts. See signal(2).
pub fn reset_signals(signals: &[c_int]) {
    for &signal in signals {
        // SAFETY: SIG_DFL is no function, so nothing of this process runs when the signal comes.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
}

/// `close_range(3, …)` — from here on no descriptor but the standard streams goes to the next program.
pub fn keep_descriptors_from_the_next_program() -> nix::Result<()> {
    let (first, last, cloexec) = (3_u32, u32::MAX, 4_u32);
    // SAFETY: the call takes three numbers; a flag of descriptors changes, none is closed.
    let done = unsafe { libc::syscall(libc::SYS_close_range, first, last, cloexec) };
    Errno::result(done).map(drop)
}

/// `capset(…)` — this process gives up all capabilities but these of the first 32. With `no_new_privs` no program brings
/// them back. See capabilities(7).
pub fn keep_capabilities(kept: u32) -> nix::Result<()> {
    let header = [0x2008_0522_u32, 0]; // _LINUX_CAPABILITY_VERSION_3, this process
    let sets = [kept, kept, 0, 0, 0, 0]; // effective, permitted, inheritable
    // SAFETY: the call reads 8 bytes and, of this version, 24: the two arrays have them.
    let done = unsafe { libc::syscall(libc::SYS_capset, header.as_ptr(), sets.as_ptr()) };
    Errno::result(done).map(drop)
}

/// `seccomp(SECCOMP_SET_MODE_FILTER, 0, …)` — from here on the kernel asks this filter about each call of this process,
/// and of all that it starts. See seccomp(2).
pub fn filter_calls(filter: &[libc::sock_filter]) -> nix::Result<()> {
    let len = libc::c_ushort::try_from(filter.len()).map_err(|_| Errno::EINVAL)?;
    let program = libc::sock_fprog { len, filter: filter.as_ptr().cast_mut() };
    let (call, set_mode_filter) = (libc::SYS_seccomp, 1_u32);
    // SAFETY: the call reads one sock_fprog and the `len` instructions that it points to, which are `filter`.
    let done = unsafe { libc::syscall(call, set_mode_filter, 0_u32, &raw const program) };
    Errno::result(done).map(drop)
}

/// The version of the kernel's Landlock, 0 where it has none.
pub fn landlock_version() -> c_long {
    // SAFETY: with this flag the call reads nothing.
    unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, 0_usize, 0_usize, 1) }.max(0)
}

/// From here on this process, and all that it starts, has none of the rights that are handled (to files, to
/// the network, to what is outside) but these, on what is below these places. An older kernel knows fewer of
/// the three.
pub fn landlock(handled: &[u64], allowed: impl Iterator<Item = (File, u64)>) -> nix::Result<()> {
    let call = libc::SYS_landlock_create_ruleset;
    // SAFETY: the call reads as many bytes as it is told, and `handled` has them.
    let rules = unsafe { libc::syscall(call, handled.as_ptr(), size_of_val(handled), 0) };
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

/// `shmget(key, size, flags)` — the ID of the machine's segment.
///
/// # Errors
/// `EEXIST`, `EACCES`, `ENOSPC` and others. See shmget(2).
pub fn shmget(key: c_int, size: usize, flags: c_int) -> nix::Result<c_int> {
    // SAFETY: shmget takes three numbers and touches no memory of this process.
    let id = unsafe { libc::shmget(key, size, flags) };
    Errno::result(id)
}

/// `shmctl(id, IPC_STAT, …)` — what the kernel keeps about a segment.
///
/// # Errors
/// `EACCES`: it may not be read. `EINVAL`, `EIDRM`: it is gone. See shmctl(2).
pub fn stat(id: c_int) -> nix::Result<libc::shmid_ds> {
    let mut stat = MaybeUninit::uninit();
    // SAFETY: IPC_STAT writes one shmid_ds, and `stat` has room for one.
    let done = unsafe { libc::shmctl(id, libc::IPC_STAT, stat.as_mut_ptr()) };
    Errno::result(done)?;
    // SAFETY: shmctl succeeded, so it has written all of `stat`.
    Ok(unsafe { stat.assume_init() })
}

/// Which of System V's three tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// Segments.
    Segments,
    /// Sets of semaphores.
    Semaphores,
    /// Queues of messages.
    Queues,
}

/// `shmctl(id, IPC_RMID, …)` and its like — removes what has this ID.
///
/// # Errors
/// `EPERM`: it is another user's. `EINVAL`, `EIDRM`: it is gone. See shmctl(2), semctl(2), msgctl(2).
pub fn remove(table: Table, id: c_int) -> nix::Result<()> {
    let done = match table {
        // SAFETY: IPC_RMID ignores the buffer.
        Table::Segments => unsafe { libc::shmctl(id, libc::IPC_RMID, ptr::null_mut()) },
        // SAFETY: IPC_RMID ignores which semaphore, and takes no fourth argument.
        Table::Semaphores => unsafe { libc::semctl(id, 0, libc::IPC_RMID) },
        // SAFETY: IPC_RMID ignores the buffer.
        Table::Queues => unsafe { libc::msgctl(id, libc::IPC_RMID, ptr::null_mut()) },
    };
    Errno::result(done).map(drop)
}

/// A segment in this process's memory, until this is dropped. Its bytes are read and written through
/// /proc/self/mem: no reference is ever to memory that others may change.
pub struct Attached(*mut libc::c_void);

/// `shmat(id, NULL, flags)`.
///
/// # Errors
/// `EACCES`, `EINVAL`, `ENOMEM`. See shmat(2).
pub fn attach(id: c_int, flags: c_int) -> nix::Result<Attached> {
    // SAFETY: with a null address the kernel chooses a free range, so no mapping is replaced.
    let address = unsafe { libc::shmat(id, ptr::null(), flags) };
    Errno::result(address).map(Attached)
}

impl Attached {
    /// Stores a text over and over, in so many of its bytes: no more than whole pages of it.
    pub(crate) fn fill(&self, bytes: usize, text: &[u8]) {
        // SAFETY: the caller's segment has so many bytes, which are attached as long as `self` is there; others may
        // write to an atomic byte at any time.
        let memory = unsafe { slice::from_raw_parts(self.0.cast::<AtomicU8>(), bytes) };
        memory
            .iter()
            .zip(text.iter().cycle())
            .for_each(|(byte, &letter)| byte.store(letter, Relaxed));
    }

    /// Where it begins.
    pub fn address(&self) -> u64 {
        self.0.addr() as u64
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        // SAFETY: it was attached by `attach`, is detached once, and nothing refers to it.
        unsafe { libc::shmdt(self.0) };
    }
}
