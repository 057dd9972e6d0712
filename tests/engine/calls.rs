//! System calls by name. See syscalls(2).

macro_rules! table {
    ($table:ident: $($call:ident)*) => {
        const $table: &[(i64, &str)] = &[$((libc::$call, stringify!($call)),)*];
    };
}

table! { NAMES:
    SYS_read SYS_write SYS_close SYS_fstat SYS_lseek SYS_mmap SYS_mprotect SYS_munmap SYS_brk
    SYS_rt_sigaction SYS_rt_sigprocmask SYS_ioctl SYS_readv SYS_writev SYS_shmget SYS_shmat
    SYS_shmctl SYS_shmdt SYS_semget SYS_semop SYS_semctl SYS_semtimedop SYS_msgget SYS_msgsnd
    SYS_msgrcv SYS_msgctl SYS_linkat SYS_unlinkat SYS_renameat2 SYS_eventfd2 SYS_nanosleep
    SYS_clock_nanosleep SYS_getpid SYS_socketpair SYS_sendto SYS_recvfrom SYS_sendmsg SYS_recvmsg
    SYS_accept SYS_connect SYS_clone SYS_clone3 SYS_execve SYS_exit SYS_exit_group SYS_wait4
    SYS_waitid SYS_kill SYS_fcntl SYS_flock SYS_openat SYS_pipe2 SYS_dup SYS_dup3 SYS_prctl
    SYS_futex SYS_set_tid_address SYS_set_robust_list SYS_rseq SYS_prlimit64 SYS_getrandom
    SYS_ppoll SYS_pselect6 SYS_epoll_pwait SYS_rt_sigtimedwait SYS_rt_sigsuspend
    SYS_restart_syscall SYS_sched_yield SYS_getppid SYS_tkill SYS_rt_sigqueueinfo
    SYS_rt_tgsigqueueinfo SYS_pidfd_send_signal SYS_tgkill SYS_gettid SYS_newfstatat SYS_readlinkat
    SYS_mremap SYS_msync SYS_madvise SYS_uname
    SYS_mknodat SYS_mq_open SYS_mq_timedsend SYS_mq_timedreceive SYS_mq_unlink
    SYS_setitimer SYS_timer_settime SYS_timerfd_settime
}

// Newer machines leave them out.
#[cfg(target_arch = "x86_64")]
table! { OLD_NAMES:
    SYS_poll SYS_select SYS_pause SYS_epoll_wait SYS_pipe SYS_open SYS_stat SYS_link SYS_unlink
    SYS_rename SYS_fork SYS_vfork SYS_arch_prctl SYS_readlink SYS_dup2
    SYS_mknod SYS_alarm
}
#[cfg(not(target_arch = "x86_64"))]
table! { OLD_NAMES: }

/// A call under way: its words are its number, then its arguments.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    pub name: &'static str,
    pub words: [u64; 7],
}

impl Call {
    pub fn of(words: [u64; 7]) -> Self {
        let mut names = NAMES.iter().chain(OLD_NAMES);
        let known = names.find(|&&(number, _)| u64::try_from(number) == Ok(words[0]));
        Self { name: known.map_or("another call", |(_, name)| &name["SYS_".len()..]), words }
    }
}
