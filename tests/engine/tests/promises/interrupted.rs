//! Calls that a signal interrupts, and what comes of them.

use engine::{Act, At};
use nix::errno::Errno;

use crate::programs::{count, lines, run, run_with_steps, said};

crate::tests! {
    a_signal_that_is_ignored_ends_no_wait
    a_handler_that_jumps_out_ends_the_call
    a_handlers_own_call_may_be_interrupted
    a_wait_that_is_made_again_keeps_its_end
    a_stop_ends_no_sleep
    what_is_left_of_a_sleep_is_told
    nothing_is_ready_when_a_time_is_up
    a_timed_wait_takes_no_real_time
    nothing_is_restarted_by_the_program_itself
    arguments_are_as_they_were
    a_signal_that_is_made_to_fail_is_not_told_as_refused
}

fn nothing_is_restarted_by_the_program_itself() {
    let ran = run(r#"int main(void) { tell("restart", syscall(SYS_restart_syscall)); }"#);
    assert_eq!(said(&ran), "restart: Interrupted system call\n");
}

/// SIGCHLD is one, and those that are followed are interrupted by it all the same.
fn a_signal_that_is_ignored_ends_no_wait() {
    let waits = [
        "struct timespec time = {5, 0}; tell(\"it\", semtimedop(set, &down, 1, &time));",
        "tell(\"it\", semop(set, &down, 1));",
    ];
    for wait in waits {
        let ran = run(&format!(
            r"
    int main(void) {{
        struct sembuf up = {{0, 1}}, down = {{0, -1}};
        int set = semget(1, 1, IPC_CREAT | 0600);
        if (fork() == 0)
            _exit(0);
        if (fork() == 0) {{
            sleep(1);
            semop(set, &up, 1);
            _exit(0);
        }}
        {wait}
    }}"
        ));
        assert_eq!(said(&ran), "it: 0\n");
    }
    let ran = run(r#"
    int main(void) {
        struct epoll_event event = {EPOLLIN};
        int ends[2], epoll = epoll_create1(0);
        pipe(ends);
        epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event);
        if (fork() == 0)
            _exit(0);
        if (fork() == 0) {
            sleep(1);
            write(ends[1], "x", 1);
            _exit(0);
        }
        tell("it", epoll_wait(epoll, &event, 1, 5000));
    }"#);
    assert_eq!(said(&ran), "it: 1\n");
    assert_eq!(count(&ran, 0, "epoll_wait") + count(&ran, 0, "epoll_pwait"), 1);
}

/// The next call is a new one, though it has the same words and place.
fn a_handler_that_jumps_out_ends_the_call() {
    let ran = run(r#"
    #include <setjmp.h>
    static sigjmp_buf before;
    static void jump(int signal) { siglongjmp(before, 1); }
    int main(void) {
        int ends[2];
        pipe(ends);
        handle(SIGUSR1, jump, SA_RESTART);
        if (fork() == 0) {
            for (int times = 0; times < 3; times++) {
                sleep(1);
                kill(getppid(), SIGUSR1);
            }
            sleep(1);
            write(ends[1], "x", 1);
            _exit(0);
        }
        sigsetjmp(before, 1);
        long got = syscall(SYS_read, ends[0], before, 1, 0, 0, 0);
        tell("read", got);
    }"#);
    assert_eq!(said(&ran), "read: 1\n");
    assert_eq!(count(&ran, 0, "read"), 4);
}

fn a_handlers_own_call_may_be_interrupted() {
    let ran = run(r#"
    static int ends[2];
    static void sleeps(int signal) { sleep(5); say("handled "); }
    int main(void) {
        pipe(ends);
        handle(SIGUSR1, sleeps, 0);
        handle(SIGUSR2, do_nothing, 0);
        if (fork() == 0) {
            sleep(1);
            kill(getppid(), SIGUSR1);
            sleep(1);
            kill(getppid(), SIGUSR2);
            _exit(0);
        }
        char byte;
        tell("read", read(ends[0], &byte, 1));
    }"#);
    assert_eq!(said(&ran), "handled read: Interrupted system call\n");
    let all = lines(&ran);
    let returns = ["1000 0.0 read returns -4", "2000 0.0 clock_nanosleep returns -4"];
    for line in returns {
        assert!(all.iter().any(|other| other.ends_with(&line[5..])), "{line}: {all:#?}");
    }
}

fn a_wait_that_is_made_again_keeps_its_end() {
    let ran = run(r#"
    int main(void) {
        int ends[2];
        pipe(ends);
        if (fork() == 0) {
            usleep(600000);
            kill(getppid(), SIGWINCH);
            usleep(600000);
            say("child ");
            _exit(0);
        }
        struct pollfd one = {ends[0], POLLIN};
        tell("poll", poll(&one, 1, 1000));
        wait(NULL);
    }"#);
    assert_eq!(said(&ran), "poll: 0\nchild ");
}

fn a_stop_ends_no_sleep() {
    let ran = run(r#"
    int main(void) {
        int child = fork();
        if (child == 0) {
            struct timespec time = {10, 0};
            tell("sleep", nanosleep(&time, NULL));
            return 0;
        }
        sleep(1);
        kill(child, SIGSTOP);
        sleep(1);
        kill(child, SIGCONT);
        wait(NULL);
    }"#);
    assert_eq!(said(&ran), "sleep: 0\n");
}

fn what_is_left_of_a_sleep_is_told() {
    let ran = run(r#"
    int main(void) {
        handle(SIGUSR1, do_nothing, 0);
        if (fork() == 0) {
            usleep(1500000);
            kill(getppid(), SIGUSR1);
            _exit(0);
        }
        struct timespec time = {10, 0};
        nanosleep(&time, &time);
        tell("seconds", time.tv_sec);
        tell("milliseconds", time.tv_nsec / 1000000);
    }"#);
    assert_eq!(said(&ran), "seconds: 8\nmilliseconds: 500\n");
}

fn nothing_is_ready_when_a_time_is_up() {
    let ran = run(r#"
    int main(void) {
        int ends[2];
        fd_set set;
        struct timeval time = {1, 0};
        pipe(ends);
        FD_ZERO(&set);
        FD_SET(ends[0], &set);
        tell("select", select(ends[0] + 1, &set, NULL, NULL, &time));
        tell("it", FD_ISSET(ends[0], &set));
    }"#);
    assert_eq!(said(&ran), "select: 0\nit: 0\n");
}

/// The child uses more of the processor than the parent waits for.
fn a_timed_wait_takes_no_real_time() {
    let waits = [
        "struct pollfd one = {ends[0], POLLIN}; got = poll(&one, 1, 10);",
        "fd_set set; struct timeval time = {0, 10000}; FD_ZERO(&set); FD_SET(ends[0], &set);
         got = select(ends[0] + 1, &set, NULL, NULL, &time);",
        "struct sembuf down = {0, -1}; struct timespec time = {0, 10000000};
         got = semtimedop(semaphores, &down, 1, &time) + 1;",
    ];
    for wait in waits {
        let ran = run(&format!(
            r#"
    int main(void) {{
        int ends[2], got, semaphores = semget(1, 1, IPC_CREAT | 0600);
        struct sembuf up = {{0, 1}};
        pipe(ends);
        if (fork() == 0) {{
            struct timespec used;
            do
                clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
            while (used.tv_sec == 0 && used.tv_nsec < 200000000);
            write(ends[1], "x", 1);
            semop(semaphores, &up, 1);
            _exit(0);
        }}
        {wait}
        tell("it", got);
    }}"#
        ));
        assert_eq!(said(&ran), "it: 1\n", "{wait}");
    }
}

/// Compilers take it that the kernel changes none.
fn arguments_are_as_they_were() {
    #[cfg(target_arch = "x86_64")]
    {
        let ran = run(r#"
    int main(void) {
        long number = SYS_poll, time = 5;
        __asm__ volatile("syscall" : "+a"(number), "+d"(time) : "D"(0), "S"(0) : "rcx", "r11", "memory");
        tell("slept", time);
        int ends[2];
        pipe(ends);
        write(ends[1], "x", 1);
        struct pollfd one = {ends[0], POLLIN};
        number = SYS_poll;
        __asm__ volatile("syscall" : "+a"(number), "+d"(time) : "D"(&one), "S"(1) : "rcx", "r11", "memory");
        tell("waited", time);
        long key = 77;
        number = SYS_shmget;
        __asm__ volatile("syscall" : "+a"(number), "+D"(key) : "S"(10), "d"(0) : "rcx", "r11", "memory");
        tell("asked", key);
    }"#);
        assert_eq!(said(&ran), "slept: 5\nwaited: 5\nasked: 77\n");
    }
}

fn a_signal_that_is_made_to_fail_is_not_told_as_refused() {
    let fails = [(0, At::Call("kill", 1), Act::Fail(Errno::EPERM))];
    let ran =
        run_with_steps(r#"int main(void) { tell("kill", kill(getpid(), SIGUSR1)); }"#, &fails);
    assert_eq!(said(&ran), "kill: Operation not permitted\n");
    assert_eq!(ran.refused(), Vec::<&str>::new());
}
