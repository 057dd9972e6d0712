//! System calls: the one table of those that the engine knows by name. A row says who may make the call, and what
//! sets it apart from others. `filter` has the kernel enforce it. See syscalls(2).

use std::collections::BTreeMap;
use std::sync::OnceLock;

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

/// What sets a call apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trait {
    /// It is about its process's own memory or settings, and never waits. The kernel makes it without a stop, and
    /// it is in no log: most calls of a C library's start are so.
    Quiet,
    /// Its result is an address.
    Address,
    /// Its result is the number of a process.
    Process,
    /// It begins a process or a thread.
    Birth,
    /// It may send a signal.
    Signal,
    /// A process of another run may wait for what it does.
    EndsWaits,
    /// It reads from the descriptor that is its first argument.
    Read,
    /// It writes to the descriptor that is its first argument.
    Write,
    /// It makes a file or a folder.
    MakesFile,
}

/// A row of the table.
struct Row {
    number: u64,
    symbol: &'static str,
    allowed: Allowed,
    traits: &'static [Trait],
}

impl Row {
    /// `read` of `SYS_read`.
    fn name(&self) -> &'static str {
        &self.symbol["SYS_".len()..]
    }
}

macro_rules! table {
    ($table:ident: $($allowed:ident { $($call:ident $([$($trait:ident)+])?)* })*) => {
        const $table: &[Row] = &[$($(Row {
            number: libc::$call.unsigned_abs(),
            symbol: stringify!($call),
            allowed: Allowed::$allowed,
            traits: &[$($(Trait::$trait),+)?],
        },)*)*];
    };
}

table! { CALLS:
    Everyone {
        // Memory. mmap has a condition in `filter`: what is shared is followed.
        SYS_mmap[Quiet Address] SYS_mprotect[Quiet] SYS_munmap[Quiet] SYS_brk[Quiet] SYS_mremap[Quiet]
        SYS_madvise[Quiet] SYS_msync SYS_membarrier[Quiet]
        // Files and streams.
        SYS_read[Read] SYS_write[Write] SYS_close SYS_fstat SYS_lseek SYS_ioctl SYS_fcntl[EndsWaits] SYS_flock[EndsWaits]
        SYS_readv[Read] SYS_writev[Write] SYS_pread64 SYS_pwrite64[Write] SYS_dup SYS_dup3 SYS_pipe2 SYS_eventfd2
        SYS_openat[MakesFile] SYS_newfstatat SYS_statx SYS_statfs SYS_fstatfs SYS_readlinkat[Quiet] SYS_faccessat
        SYS_faccessat2 SYS_getdents64 SYS_getcwd[Quiet] SYS_chdir SYS_fchdir SYS_unlinkat SYS_linkat[MakesFile]
        SYS_renameat2 SYS_mkdirat[MakesFile] SYS_mknodat[MakesFile] SYS_ftruncate SYS_truncate SYS_umask[Quiet] SYS_fsync
        SYS_fdatasync SYS_close_range SYS_copy_file_range SYS_sendfile SYS_socketpair SYS_sendto[Write]
        SYS_recvfrom[Read] SYS_shutdown
        // Signals.
        SYS_rt_sigaction SYS_rt_sigprocmask[Quiet] SYS_rt_sigreturn SYS_rt_sigpending[Quiet] SYS_rt_sigsuspend
        SYS_rt_sigtimedwait SYS_sigaltstack[Quiet]
        // Processes.
        SYS_clone[Birth Process] SYS_execve SYS_exit SYS_exit_group SYS_wait4[Process] SYS_waitid[Process]
        SYS_getpid[Process] SYS_getppid[Process] SYS_gettid[Quiet] SYS_getpgid[Process] SYS_getsid[Process]
        SYS_setsid[Process] SYS_setpgid SYS_getuid[Quiet] SYS_geteuid[Quiet] SYS_getgid[Quiet] SYS_getegid[Quiet]
        SYS_getresuid[Quiet] SYS_getresgid[Quiet] SYS_getgroups[Quiet] SYS_uname[Quiet] SYS_sysinfo[Quiet]
        SYS_times[Quiet] SYS_getrusage[Quiet] SYS_prlimit64[Quiet] SYS_getpriority[Quiet] SYS_prctl[Quiet]
        SYS_set_tid_address[Quiet] SYS_set_robust_list[Quiet] SYS_get_robust_list[Quiet] SYS_rseq[Quiet]
        SYS_getrandom[Quiet] SYS_getcpu[Quiet] SYS_sched_yield SYS_sched_getaffinity[Quiet]
        SYS_sched_getparam[Quiet] SYS_sched_getscheduler[Quiet] SYS_sched_get_priority_max[Quiet]
        SYS_sched_get_priority_min[Quiet]
        // Time, and waiting.
        SYS_gettimeofday[Quiet] SYS_clock_gettime[Quiet] SYS_clock_getres[Quiet] SYS_nanosleep
        SYS_clock_nanosleep SYS_ppoll SYS_pselect6 SYS_futex SYS_restart_syscall SYS_epoll_create1 SYS_epoll_ctl
        SYS_epoll_pwait
    }
    Programs {
        SYS_shmget SYS_shmat[Address] SYS_shmctl SYS_shmdt SYS_semget SYS_semop[EndsWaits] SYS_semctl[EndsWaits]
        SYS_semtimedop[EndsWaits] SYS_msgget SYS_msgsnd[EndsWaits] SYS_msgrcv[EndsWaits] SYS_msgctl SYS_sendmsg[Write]
        SYS_recvmsg[Read] SYS_getsockopt SYS_getsockname SYS_getpeername SYS_kill[Signal] SYS_tgkill[Signal]
        SYS_tkill[Signal] SYS_rt_sigqueueinfo[Signal] SYS_rt_tgsigqueueinfo[Signal] SYS_setitimer
        SYS_getitimer SYS_signalfd4
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
        SYS_timerfd_create SYS_timerfd_settime SYS_timerfd_gettime
        SYS_mlock SYS_mlockall SYS_mbind SYS_set_mempolicy SYS_fanotify_init SYS_inotify_init1 SYS_kcmp
        SYS_process_madvise SYS_landlock_create_ruleset SYS_landlock_add_rule SYS_landlock_restrict_self
        SYS_syslog SYS_acct SYS_quotactl SYS_ioprio_set SYS_vmsplice SYS_tee SYS_splice
    }
}

// Newer machines leave them out.
#[cfg(target_arch = "x86_64")]
table! { OLD_CALLS:
    Everyone {
        SYS_poll SYS_select SYS_pause SYS_epoll_create SYS_epoll_wait SYS_pipe SYS_open[MakesFile] SYS_stat SYS_lstat
        SYS_access SYS_readlink[Quiet] SYS_link[MakesFile] SYS_unlink SYS_rename SYS_mkdir[MakesFile] SYS_rmdir
        SYS_mknod[MakesFile] SYS_fork[Birth Process] SYS_vfork[Birth Process] SYS_dup2 SYS_arch_prctl[Quiet]
        SYS_getpgrp[Process] SYS_time[Quiet] SYS_getrlimit[Quiet] SYS_alarm SYS_getdents SYS_creat[MakesFile]
        SYS_eventfd SYS_signalfd SYS_renameat
    }
    Compilers { SYS_chmod SYS_utime SYS_utimes SYS_symlink }
    Nobody {
        SYS_chown SYS_lchown SYS_ioperm SYS_iopl SYS_modify_ldt SYS_uselib SYS_futimesat
    }
}
#[cfg(not(target_arch = "x86_64"))]
table! { OLD_CALLS: }

fn all() -> impl Iterator<Item = &'static Row> {
    CALLS.iter().chain(OLD_CALLS)
}

/// The calls that programs of this kind may make: number, name, and whether it is [`Trait::Quiet`].
pub fn allowed(kind: Kind) -> impl Iterator<Item = (u32, &'static str, bool)> {
    let allowed = all().filter(move |row| row.allowed.to(kind));
    allowed.filter_map(|row| {
        let number = u32::try_from(row.number).ok()?;
        Some((number, row.name(), row.traits.contains(&Trait::Quiet)))
    })
}

/// A call under way: its words are its number, then its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// As in syscalls(2).
    pub name: &'static str,
    /// The number, then the six arguments, as the program gives them.
    pub words: [u64; 7],
    /// Where the instruction after the call lies.
    pub at: u64,
    traits: &'static [Trait],
}

impl Call {
    /// The call of these words, by its name.
    pub fn of(words: [u64; 7], at: u64) -> Self {
        static ROWS: OnceLock<BTreeMap<u64, &Row>> = OnceLock::new();
        let rows = ROWS.get_or_init(|| all().map(|row| (row.number, row)).collect());
        let row = rows.get(&words[0]);
        let (name, traits) =
            row.map_or(("an unknown call", &[][..]), |row| (row.name(), row.traits));
        Self { name, words, at, traits }
    }

    /// Whether its row says so.
    pub fn is(&self, what: Trait) -> bool {
        self.traits.contains(&what)
    }

    /// All six, as the program gives them.
    pub fn arguments(&self) -> [u64; 6] {
        let [_, arguments @ ..] = self.words;
        arguments
    }

    /// An `int` among the arguments, from 1: the register's upper half may hold anything.
    #[expect(clippy::cast_possible_truncation, reason = "so does the kernel")]
    pub fn int(&self, argument: usize) -> i32 {
        i32::from_ne_bytes((self.words[argument] as u32).to_ne_bytes())
    }

    /// The same under another's name: the kernel may call it `restart_syscall` when it makes a call again.
    pub fn named_as(self, other: &Self) -> Self {
        Self { name: other.name, traits: other.traits, ..self }
    }

    /// What a report calls it.
    pub fn in_words(&self) -> String {
        match self.name {
            "an unknown call" => format!("call number {}", self.words[0]),
            name => name.into(),
        }
    }
}

#[cfg(test)]
impl Call {
    /// The call of this name, with these arguments.
    pub fn named(name: &'static str, arguments: &[u64]) -> Self {
        let row = all().find(|row| row.name() == name);
        let mut words = [0; 7];
        words[0] = row.map_or(u64::MAX, |row| row.number);
        words[1..=arguments.len()].copy_from_slice(arguments);
        Self { name, ..Self::of(words, 0) } // aarch64 has not got all of them
    }
}
