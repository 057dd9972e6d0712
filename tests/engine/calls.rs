//! System calls: their names, and whether they end by themselves. See syscalls(2).

use std::fs;

use nix::unistd::Pid;

macro_rules! table {
    ($($name:ident $constant:ident)*) => {
        const NAMES: &[(i64, &str)] = &[$((libc::$constant, stringify!($name)),)*];
    };
}

table! {
    read SYS_read write SYS_write close SYS_close fstat SYS_fstat lseek SYS_lseek mmap SYS_mmap
    mprotect SYS_mprotect munmap SYS_munmap brk SYS_brk rt_sigaction SYS_rt_sigaction
    rt_sigprocmask SYS_rt_sigprocmask ioctl SYS_ioctl readv SYS_readv writev SYS_writev
    shmget SYS_shmget shmat SYS_shmat shmctl SYS_shmctl shmdt SYS_shmdt semget SYS_semget
    semop SYS_semop semctl SYS_semctl semtimedop SYS_semtimedop msgget SYS_msgget
    msgsnd SYS_msgsnd msgrcv SYS_msgrcv msgctl SYS_msgctl linkat SYS_linkat
    unlinkat SYS_unlinkat renameat2 SYS_renameat2 eventfd2 SYS_eventfd2 nanosleep SYS_nanosleep
    clock_nanosleep SYS_clock_nanosleep getpid SYS_getpid socketpair SYS_socketpair
    sendto SYS_sendto recvfrom SYS_recvfrom sendmsg SYS_sendmsg recvmsg SYS_recvmsg
    accept SYS_accept connect SYS_connect clone SYS_clone clone3 SYS_clone3 execve SYS_execve
    exit SYS_exit exit_group SYS_exit_group wait4 SYS_wait4 waitid SYS_waitid kill SYS_kill
    fcntl SYS_fcntl flock SYS_flock openat SYS_openat pipe2 SYS_pipe2 dup SYS_dup dup3 SYS_dup3
    prctl SYS_prctl futex SYS_futex set_tid_address SYS_set_tid_address
    set_robust_list SYS_set_robust_list rseq SYS_rseq prlimit64 SYS_prlimit64
    getrandom SYS_getrandom ppoll SYS_ppoll pselect6 SYS_pselect6 epoll_pwait SYS_epoll_pwait
    rt_sigtimedwait SYS_rt_sigtimedwait rt_sigsuspend SYS_rt_sigsuspend
    restart_syscall SYS_restart_syscall sched_yield SYS_sched_yield getppid SYS_getppid
    tkill SYS_tkill rt_sigqueueinfo SYS_rt_sigqueueinfo
    rt_tgsigqueueinfo SYS_rt_tgsigqueueinfo pidfd_send_signal SYS_pidfd_send_signal
    tgkill SYS_tgkill gettid SYS_gettid newfstatat SYS_newfstatat readlinkat SYS_readlinkat
    mremap SYS_mremap msync SYS_msync madvise SYS_madvise uname SYS_uname
}

#[cfg(target_arch = "x86_64")]
const OLD_NAMES: &[(i64, &str)] = &[
    (libc::SYS_poll, "poll"),
    (libc::SYS_select, "select"),
    (libc::SYS_pause, "pause"),
    (libc::SYS_epoll_wait, "epoll_wait"),
    (libc::SYS_pipe, "pipe"),
    (libc::SYS_open, "open"),
    (libc::SYS_stat, "stat"),
    (libc::SYS_link, "link"),
    (libc::SYS_unlink, "unlink"),
    (libc::SYS_rename, "rename"),
    (libc::SYS_fork, "fork"),
    (libc::SYS_vfork, "vfork"),
    (libc::SYS_arch_prctl, "arch_prctl"),
    (libc::SYS_readlink, "readlink"),
    (libc::SYS_dup2, "dup2"),
];

/// Newer machines leave them out.
#[cfg(not(target_arch = "x86_64"))]
const OLD_NAMES: &[(i64, &str)] = &[];

pub fn name(number: u64) -> String {
    let mut names = NAMES.iter().chain(OLD_NAMES);
    let known = names.find(|&&(known, _)| u64::try_from(known) == Ok(number));
    known.map_or_else(|| format!("call {number}"), |&(_, name)| name.to_string())
}

/// Whether the call ends by itself when its time is up.
pub fn is_timed(call: &[u64]) -> bool {
    let has_limit = |argument: usize| call[argument] != 0;
    // An int: -1 is no limit.
    let has_count = |argument: usize| call[argument] & (1 << 31) == 0;
    match name(call[0]).as_str() {
        "nanosleep" | "clock_nanosleep" | "restart_syscall" => true,
        "poll" => has_count(3),
        "epoll_wait" | "epoll_pwait" => has_count(4),
        "ppoll" | "rt_sigtimedwait" => has_limit(3),
        "select" | "pselect6" => has_limit(5),
        "futex" | "semtimedop" => has_limit(4),
        _ => false,
    }
}

/// "waits in read, for its turn": the call and, if known, what it waits for.
pub fn describe(pid: Pid, call: &[u64]) -> String {
    let name = name(call[0]);
    let what = match name.as_str() {
        "read" | "readv" | "recvfrom" | "recvmsg" => reads(pid, call[1]),
        "write" | "writev" | "sendto" | "sendmsg" => ", for somebody to read",
        "wait4" | "waitid" => ", for a child to end",
        "futex" | "semop" | "semtimedop" => ", for a semaphore or lock",
        "pause" | "rt_sigsuspend" | "rt_sigtimedwait" => ", for a signal",
        "nanosleep" | "clock_nanosleep" | "restart_syscall" => return format!("sleeps in {name}"),
        _ => "",
    };
    format!("waits in {name}{what}")
}

fn reads(pid: Pid, descriptor: u64) -> &'static str {
    let link = fs::read_link(format!("/proc/{pid}/fd/{descriptor}")).unwrap_or_default();
    let link = link.to_string_lossy();
    if descriptor == 0 {
        ", for its input"
    } else if link.starts_with("socket:") || link.starts_with("pipe:") {
        ", for its turn"
    } else {
        ""
    }
}
