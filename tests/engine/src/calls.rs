//! System calls: the one table of those that the engine knows by name, and of who may make them. See
//! syscalls(2), and `filter`, which has the kernel enforce it.

/// Who may make a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// Every program.
    Everyone,
    /// A program of the course's kind; a compiler has no need of it.
    Programs,
    /// A compiler.
    Compilers,
    /// Nobody. It is here to be called by its name in a report.
    Nobody,
}

/// The programs that a list of calls is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// One that is judged.
    #[default]
    Program,
    /// What makes one from a source that is not to be trusted. Its calls are not followed, because a linker
    /// makes tens of thousands.
    Compiler,
}

impl Allowed {
    /// Whether programs of this kind may make it.
    pub fn to(self, kind: Kind) -> bool {
        match self {
            Self::Everyone => true,
            Self::Programs => kind == Kind::Program,
            Self::Compilers => kind == Kind::Compiler,
            Self::Nobody => false,
        }
    }
}

macro_rules! table {
    ($table:ident: $($allowed:ident { $($call:ident)* })*) => {
        const $table: &[(i64, &str, Allowed)] =
            &[$($((libc::$call, stringify!($call), Allowed::$allowed),)*)*];
    };
}

table! { CALLS:
    Everyone {
        SYS_read SYS_write SYS_close SYS_fstat SYS_lseek SYS_mmap SYS_mprotect SYS_munmap SYS_brk SYS_mremap
        SYS_msync SYS_madvise SYS_rt_sigaction SYS_rt_sigprocmask SYS_rt_sigreturn SYS_rt_sigpending
        SYS_rt_sigsuspend SYS_rt_sigtimedwait SYS_sigaltstack SYS_ioctl SYS_fcntl SYS_flock SYS_readv
        SYS_writev SYS_pread64 SYS_pwrite64 SYS_dup SYS_dup3 SYS_pipe2 SYS_eventfd2 SYS_openat SYS_newfstatat
        SYS_statx SYS_statfs SYS_fstatfs SYS_readlinkat SYS_faccessat SYS_faccessat2 SYS_getdents64 SYS_getcwd
        SYS_chdir SYS_fchdir SYS_unlinkat SYS_linkat SYS_renameat2 SYS_mkdirat SYS_mknodat SYS_ftruncate
        SYS_truncate SYS_umask SYS_fsync SYS_fdatasync SYS_clone SYS_execve SYS_exit SYS_exit_group SYS_wait4
        SYS_waitid SYS_getpid SYS_getppid SYS_gettid SYS_getpgid SYS_getsid SYS_setsid SYS_setpgid SYS_getuid
        SYS_geteuid SYS_getgid SYS_getegid SYS_getresuid SYS_getresgid SYS_getgroups SYS_uname SYS_sysinfo
        SYS_times SYS_getrusage SYS_prlimit64 SYS_getpriority SYS_prctl SYS_futex SYS_set_tid_address
        SYS_set_robust_list SYS_get_robust_list SYS_rseq SYS_membarrier SYS_getrandom SYS_getcpu
        SYS_sched_yield SYS_sched_getaffinity SYS_sched_getparam SYS_sched_getscheduler
        SYS_sched_get_priority_max SYS_sched_get_priority_min SYS_gettimeofday SYS_clock_gettime
        SYS_clock_getres SYS_nanosleep SYS_clock_nanosleep SYS_ppoll SYS_pselect6 SYS_restart_syscall
        SYS_epoll_create1 SYS_epoll_ctl SYS_epoll_pwait SYS_close_range SYS_copy_file_range
        SYS_sendfile SYS_socketpair SYS_sendto SYS_recvfrom SYS_shutdown
    }
    Programs {
        SYS_shmget SYS_shmat SYS_shmctl SYS_shmdt SYS_semget SYS_semop SYS_semctl SYS_semtimedop SYS_msgget
        SYS_msgsnd SYS_msgrcv SYS_msgctl SYS_sendmsg SYS_recvmsg SYS_getsockopt SYS_getsockname SYS_getpeername SYS_kill SYS_tgkill SYS_tkill SYS_rt_sigqueueinfo
        SYS_rt_tgsigqueueinfo SYS_setitimer SYS_getitimer SYS_timerfd_create SYS_timerfd_settime
        SYS_timerfd_gettime SYS_signalfd4
    }
    Compilers { SYS_fchmod SYS_fchmodat SYS_utimensat SYS_fallocate SYS_fadvise64 SYS_symlinkat }
    Nobody {
        SYS_clone3 SYS_unshare SYS_setns SYS_seccomp SYS_ptrace SYS_process_vm_readv SYS_process_vm_writev
        SYS_socket SYS_connect SYS_bind SYS_listen SYS_accept SYS_accept4 SYS_setsockopt SYS_sendmmsg
        SYS_recvmmsg SYS_mq_open SYS_mq_unlink SYS_add_key SYS_request_key SYS_keyctl SYS_memfd_create
        SYS_memfd_secret SYS_io_uring_setup SYS_io_uring_enter SYS_io_setup SYS_userfaultfd SYS_bpf
        SYS_perf_event_open SYS_pidfd_open SYS_pidfd_getfd SYS_pidfd_send_signal SYS_open_by_handle_at
        SYS_name_to_handle_at SYS_openat2 SYS_mount SYS_umount2 SYS_pivot_root SYS_chroot SYS_execveat
        SYS_fchown SYS_fchownat SYS_setxattr SYS_lsetxattr SYS_fsetxattr SYS_removexattr SYS_setuid SYS_setgid
        SYS_setreuid SYS_setregid SYS_setresuid SYS_setresgid SYS_setgroups SYS_capset SYS_setpriority
        SYS_sched_setaffinity SYS_sched_setscheduler SYS_sched_setparam SYS_sched_setattr SYS_setrlimit
        SYS_sethostname SYS_setdomainname SYS_settimeofday SYS_clock_settime SYS_adjtimex SYS_reboot
        SYS_kexec_load SYS_init_module SYS_swapon SYS_personality SYS_timer_create SYS_timer_settime
        SYS_mlock SYS_mlockall SYS_mbind SYS_set_mempolicy SYS_fanotify_init SYS_inotify_init1 SYS_kcmp
        SYS_process_madvise SYS_landlock_create_ruleset SYS_landlock_add_rule SYS_landlock_restrict_self
        SYS_syslog SYS_acct SYS_quotactl SYS_ioprio_set SYS_vmsplice SYS_tee SYS_splice
    }
}

// Newer machines leave them out.
#[cfg(target_arch = "x86_64")]
table! { OLD_CALLS:
    Everyone {
        SYS_poll SYS_select SYS_pause SYS_epoll_create SYS_epoll_wait SYS_pipe SYS_open SYS_stat SYS_lstat
        SYS_access SYS_readlink SYS_link SYS_unlink SYS_rename SYS_mkdir SYS_rmdir SYS_mknod SYS_fork SYS_vfork
        SYS_dup2 SYS_arch_prctl SYS_getpgrp SYS_time SYS_getrlimit SYS_alarm SYS_getdents SYS_creat
        SYS_eventfd SYS_signalfd SYS_renameat
    }
    Compilers { SYS_chmod SYS_utime SYS_utimes SYS_symlink }
    Nobody {
        SYS_chown SYS_lchown SYS_ioperm SYS_iopl SYS_modify_ldt SYS_uselib SYS_futimesat
    }
}
#[cfg(not(target_arch = "x86_64"))]
table! { OLD_CALLS: }

/// The calls that programs of this kind may make: number and name.
pub fn allowed(kind: Kind) -> impl Iterator<Item = (i64, &'static str)> {
    let all = CALLS.iter().chain(OLD_CALLS);
    let allowed = all.filter(move |(_, _, allowed)| allowed.to(kind));
    allowed.map(|&(number, symbol, _)| (number, name(symbol)))
}

/// `read` of `SYS_read`.
fn name(symbol: &'static str) -> &'static str {
    &symbol["SYS_".len()..]
}

/// A call under way: its words are its number, then its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// As in syscalls(2).
    pub name: &'static str,
    /// The number, then the six arguments, as the program gives them.
    pub words: [u64; 7],
    /// Where the instruction behind the call lies.
    pub at: u64,
}

impl Call {
    /// The call of these words, by its name.
    pub fn of(words: [u64; 7], at: u64) -> Self {
        let mut all = CALLS.iter().chain(OLD_CALLS);
        let known = all.find(|&&(number, ..)| u64::try_from(number) == Ok(words[0]));
        Self { name: known.map_or("an unknown call", |&(_, symbol, _)| name(symbol)), words, at }
    }

    /// An `int` among the arguments, from 1: the register's upper half may hold anything.
    #[expect(clippy::cast_possible_truncation, reason = "so does the kernel")]
    pub fn int(&self, argument: usize) -> i32 {
        i32::from_ne_bytes((self.words[argument] as u32).to_ne_bytes())
    }
}
