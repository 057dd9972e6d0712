//! Time is virtual: a sleep takes none, and a wait for a while ends when nobody else can go on.

use engine::in_words;

use crate::programs::{lines, run, said, stopped};

crate::tests! {
    a_sleep_for_ever_is_the_longest
    a_signal_ends_a_sleep
    a_signal_that_does_nothing_ends_none
    a_childs_end_ends_a_sleep_if_it_is_caught
    an_alarm_ends_a_wait_for_a_signal
    an_alarm_kills_by_default
    an_alarm_ends_a_sleep_and_the_rest_is_told
    an_alarm_ends_what_would_wait_for_ever
    an_alarm_is_set_anew_asked_for_and_taken_back
    an_alarm_that_does_nothing_ends_no_sleep
    an_alarm_that_is_due_is_still_set
    an_alarm_that_the_kernel_refuses_is_refused
    an_alarm_comes_again_and_again
    an_alarm_is_no_childs_and_stays_with_another_program
    alarms_and_sleeps_end_in_order
    an_alarm_comes_beside_one_that_spins
    sleeps_end_in_order_and_take_no_time
    a_sleep_is_over_for_the_program_too
    every_call_that_only_sleeps_takes_no_time
    a_sleep_until_a_time_takes_none
    a_sleep_that_the_kernel_refuses_is_refused
    a_sleeper_is_told
    poll_times_out
    select_times_out
    epoll_times_out
    sem_timedwait_times_out
    a_condition_times_out
    semtimedop_times_out
    sigtimedwait_times_out
    a_timed_wait_ends_by_what_it_waits_for
    a_timed_wait_and_a_sleep_end_in_order
}

fn an_alarm_ends_a_wait_for_a_signal() {
    for waits in ["pause()", "sigsuspend(&none)", "sigwaitinfo(&none, NULL)"] {
        let source = [
            "int main(void) { sigset_t none; sigemptyset(&none); handle(SIGALRM, say_handled, 0); alarm(1000); tell(\"wait\", ",
            waits,
            "); }",
        ];
        let ran = run(&source.concat());
        assert_eq!(said(&ran), "handled wait: Interrupted system call\n", "{waits}");
        assert_eq!(ran.log.events().last().map(|event| event.time), Some(1_000_000));
        assert_eq!(ran.sleeper, Some(0));
    }
}

/// An unsigned int fills half a register.
fn an_alarm_kills_by_default() {
    let ran = run("int main(void) { syscall(SYS_alarm, (1L << 32) + 5); pause(); }");
    assert_eq!(in_words(ran.outcome.status), "died by SIGALRM");
    assert_eq!(ran.log.events().last().map(|event| event.time), Some(5000));
}

fn an_alarm_ends_a_sleep_and_the_rest_is_told() {
    let ran = run(
        r#"int main(void) { handle(SIGALRM, say_handled, 0); alarm(10); tell("sleep", sleep(50)); tell("sleep", sleep(50)); }"#,
    );
    assert_eq!(said(&ran), "handled sleep: 40\nsleep: 0\n");
}

/// Nobody else can go on then.
fn an_alarm_ends_what_would_wait_for_ever() {
    let ran = run(r#"
    int main(void) {
        int ends[2];
        char byte;
        pipe(ends);
        handle(SIGALRM, say_handled, 0);
        alarm(1000);
        tell("read", read(ends[0], &byte, 1));
        tell("read", read(ends[0], &byte, 1));
    }"#);
    assert_eq!(ran.outcome.stdout, b"handled read: Interrupted system call\n");
    assert!(stopped(&ran).starts_with("it hangs"));
}

fn an_alarm_is_set_anew_asked_for_and_taken_back() {
    let ran = run(r#"
    int main(void) {
        struct itimerval timer = {{5, 0}, {10, 500000}}, before;
        tell("alarm", alarm(100));
        sleep(30);
        tell("setitimer", setitimer(ITIMER_REAL, &timer, &before));
        tell("before", before.it_value.tv_sec);
        tell("interval", before.it_interval.tv_sec);
        sleep(1);
        getitimer(ITIMER_REAL, &before);
        tell("value", before.it_value.tv_sec * 10 + before.it_value.tv_usec / 100000);
        tell("interval", before.it_interval.tv_sec);
        tell("alarm", alarm(0));
        ualarm(1000, 0);
        tell("alarm", alarm(0));
        sleep(1000);
    }"#);
    let wanted = "alarm: 0\nsetitimer: 0\nbefore: 70\ninterval: 0\nvalue: 95\ninterval: 5\nalarm: 10\nalarm: 1\n";
    assert_eq!(said(&ran), wanted);
}

fn an_alarm_that_does_nothing_ends_no_sleep() {
    let ran =
        run(r#"int main(void) { signal(SIGALRM, SIG_IGN); alarm(10); tell("sleep", sleep(50)); }"#);
    assert_eq!(said(&ran), "sleep: 0\n");
    assert_eq!(ran.log.events().last().map(|event| event.time), Some(50_000));
}

/// Nobody has waited for it.
fn an_alarm_that_is_due_is_still_set() {
    let ran = run(r#"
    int main(void) {
        struct itimerval before;
        alarm(1);
        if (fork() == 0) {
            sleep(5);
            _exit(0);
        }
        wait(NULL);
        getitimer(ITIMER_REAL, &before);
        tell("is set", timerisset(&before.it_value) != 0);
    }"#);
    assert_eq!(said(&ran), "is set: 1\n");
}

fn an_alarm_that_the_kernel_refuses_is_refused() {
    let ran = run(r#"
    int main(void) {
        struct itimerval large = {{0, 0}, {1, 1000000}}, second = {{0, 0}, {1, 0}};
        tell("large", setitimer(ITIMER_REAL, &large, NULL));
        tell("nowhere", setitimer(ITIMER_REAL, (void *)1, NULL));
        tell("to nowhere", setitimer(ITIMER_REAL, &second, (void *)1));
    }"#);
    assert_eq!(
        said(&ran),
        "large: Invalid argument\nnowhere: Bad address\nto nowhere: Bad address\n"
    );
}

fn an_alarm_comes_again_and_again() {
    let ran = run(r"
    int main(void) {
        handle(SIGALRM, say_handled, 0);
        ualarm(1000, 1000);
        for (int times = 0; times < 3; times++)
            pause();
        ualarm(0, 0);
    }");
    assert_eq!(said(&ran), "handled handled handled ");
}

/// fork(2), execve(2).
fn an_alarm_is_no_childs_and_stays_with_another_program() {
    let ran = run(r#"
    int main(void) {
        alarm(1000);
        if (fork() == 0) {
            tell("child", alarm(0));
            _exit(0);
        }
        wait(NULL);
        execlp("sleep", "sleep", "2000", NULL);
    }"#);
    assert_eq!(
        (said(&ran), in_words(ran.outcome.status)),
        ("child: 0\n".into(), "died by SIGALRM".into())
    );
}

fn alarms_and_sleeps_end_in_order() {
    let ran = run(r#"
    int main(void) {
        handle(SIGALRM, say_handled, 0);
        if (fork() == 0) {
            sleep(5);
            say("slept ");
            _exit(0);
        }
        alarm(3);
        pause();
        alarm(3);
        pause();
        wait(NULL);
    }"#);
    assert_eq!(said(&ran), "handled slept handled ");
}

/// Both can go on only when it comes.
fn an_alarm_comes_beside_one_that_spins() {
    let ran = run(r"
    int main(void) {
        char *flag = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (fork() == 0) {
            handle(SIGALRM, say_handled, 0);
            alarm(1000);
            pause();
            *flag = 1;
            _exit(0);
        }
        while (!*(volatile char *)flag)
            getppid();
        wait(NULL);
    }");
    assert_eq!((said(&ran), ran.is_busy), ("handled ".into(), true));
}

fn sleeps_end_in_order_and_take_no_time() {
    let source = r#"
    int main(void) {
        int times[] = {3000, 1000, 2000, 1500};
        for (int child = 0; child < 4; child++)
            if (fork() == 0) {
                sleep(times[child]);
                tell("slept", times[child]);
                _exit(0);
            }
        while (wait(NULL) > 0)
            ;
    }"#;
    let ran = run(source);
    assert_eq!(said(&ran), "slept: 1000\nslept: 1500\nslept: 2000\nslept: 3000\n");
    assert_eq!(ran.log.events().last().map(|event| event.time), Some(3_000_000));
}

fn a_sleep_is_over_for_the_program_too() {
    let source = r#"int main(void) { tell("sleep", sleep(1000)); tell("usleep", usleep(10)); }"#;
    assert_eq!(said(&run(source)), "sleep: 0\nusleep: 0\n");
}

fn every_call_that_only_sleeps_takes_no_time() {
    let source = r#"
    int main(void) {
        struct timespec time = {1000, 0};
        struct timeval other = {1000, 0};
        tell("nanosleep", syscall(SYS_nanosleep, &time, NULL));
        tell("clock_nanosleep", syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &time, NULL));
        tell("poll", poll(NULL, 0, 1000000));
        tell("ppoll", ppoll(NULL, 0, &time, NULL));
        tell("select", select(0, NULL, NULL, NULL, &other));
    }"#;
    let ran = run(source);
    let names = ["nanosleep", "clock_nanosleep", "poll", "ppoll", "select"];
    let wanted: String = names.map(|name| format!("{name}: 0\n")).concat();
    assert_eq!(said(&ran), wanted);
    let slept = lines(&ran).iter().filter(|line| line.ends_with("sleeps 1000000")).count();
    assert_eq!(slept, 5, "{:#?}", lines(&ran));
}

fn a_sleep_until_a_time_takes_none() {
    let source = r#"
    int main(void) {
        struct timespec time;
        clock_gettime(CLOCK_REALTIME, &time);
        time.tv_sec += 1000;
        tell("clock_nanosleep", clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &time, NULL));
        tell("the same again", clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &time, NULL));
    }"#;
    assert_eq!(said(&run(source)), "clock_nanosleep: 0\nthe same again: 0\n");
}

fn a_sleep_that_the_kernel_refuses_is_refused() {
    let source = r#"
    int main(void) {
        struct timespec negative = {-1, 0}, large = {0, 2000000000};
        tell("negative", nanosleep(&negative, NULL));
        tell("large", nanosleep(&large, NULL));
        tell("nowhere", nanosleep((void *)1, NULL));
    }"#;
    let wanted = "negative: Invalid argument\nlarge: Invalid argument\nnowhere: Bad address\n";
    assert_eq!(said(&run(source)), wanted);
}

fn a_sleeper_is_told() {
    let ran = run("int main(void) { if (fork() == 0) { sleep(1); _exit(0); } wait(NULL); }");
    assert_eq!(ran.sleeper, Some(1));
    assert_eq!(run("int main(void) {}").sleeper, None);
}

fn poll_times_out() {
    let source = r#"
    int main(void) {
        int ends[2];
        pipe(ends);
        struct pollfd one = {ends[0], POLLIN};
        struct timespec time = {1000, 0};
        tell("poll", poll(&one, 1, 1000000));
        tell("ppoll", ppoll(&one, 1, &time, NULL));
    }"#;
    assert_eq!(said(&run(source)), "poll: 0\nppoll: 0\n");
}

fn select_times_out() {
    let source = r#"
    int main(void) {
        int ends[2];
        pipe(ends);
        fd_set set;
        FD_ZERO(&set);
        FD_SET(ends[0], &set);
        struct timeval time = {1000, 0};
        tell("select", select(ends[0] + 1, &set, NULL, NULL, &time));
        struct timespec other = {1000, 0};
        FD_SET(ends[0], &set);
        tell("pselect", pselect(ends[0] + 1, &set, NULL, NULL, &other, NULL));
    }"#;
    assert_eq!(said(&run(source)), "select: 0\npselect: 0\n");
}

fn epoll_times_out() {
    let source = r#"
    int main(void) {
        struct epoll_event event;
        tell("epoll_wait", epoll_wait(epoll_create1(0), &event, 1, 1000000));
    }"#;
    assert_eq!(said(&run(source)), "epoll_wait: 0\n");
}

fn sem_timedwait_times_out() {
    let source = r#"
    int main(void) {
        sem_t lock;
        struct timespec time;
        sem_init(&lock, 0, 0);
        clock_gettime(CLOCK_REALTIME, &time);
        time.tv_sec += 1000;
        tell("sem_timedwait", sem_timedwait(&lock, &time));
    }"#;
    assert_eq!(said(&run(source)), "sem_timedwait: Connection timed out\n");
}

fn a_condition_times_out() {
    let source = r"
    int main(void) {
        pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
        pthread_condattr_t kind;
        pthread_cond_t condition;
        struct timespec time;
        pthread_condattr_init(&kind);
        pthread_condattr_setclock(&kind, CLOCK_MONOTONIC);
        pthread_cond_init(&condition, &kind);
        clock_gettime(CLOCK_MONOTONIC, &time);
        time.tv_sec += 1000;
        pthread_mutex_lock(&mutex);
        say(strerror(pthread_cond_timedwait(&condition, &mutex, &time)));
    }";
    assert_eq!(said(&run(source)), "Connection timed out");
}

fn semtimedop_times_out() {
    let source = r#"
    int main(void) {
        struct timespec time = {1000, 0};
        struct sembuf down = {0, -1};
        tell("semtimedop", semtimedop(semget(IPC_PRIVATE, 1, 0600), &down, 1, &time));
    }"#;
    assert_eq!(said(&run(source)), "semtimedop: Resource temporarily unavailable\n");
}

fn sigtimedwait_times_out() {
    let source = r#"
    int main(void) {
        struct timespec time = {1000, 0};
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGUSR1);
        tell("sigtimedwait", sigtimedwait(&set, NULL, &time));
    }"#;
    assert_eq!(said(&run(source)), "sigtimedwait: Resource temporarily unavailable\n");
}

fn a_timed_wait_ends_by_what_it_waits_for() {
    let source = r#"
    int main(void) {
        int ends[2];
        pipe(ends);
        if (fork() == 0) {
            for (volatile int times = 0; times < 1000000; times++)
                ;
            write(ends[1], "x", 1);
            _exit(0);
        }
        struct pollfd one = {ends[0], POLLIN};
        tell("poll", poll(&one, 1, 1000000));
        wait(NULL);
    }"#;
    assert_eq!(said(&run(source)), "poll: 1\n");
}

fn a_timed_wait_and_a_sleep_end_in_order() {
    let source = r#"
    int main(void) {
        int ends[2];
        pipe(ends);
        if (fork() == 0) {
            sleep(1000);
            write(ends[1], "x", 1);
            _exit(0);
        }
        struct pollfd one = {ends[0], POLLIN};
        tell("poll for 900 s", poll(&one, 1, 900000));
        tell("for 99 more", poll(&one, 1, 99000));
        tell("for 2 more", poll(&one, 1, 2000));
        wait(NULL);
    }"#;
    assert_eq!(said(&run(source)), "poll for 900 s: 0\nfor 99 more: 0\nfor 2 more: 1\n");
}

/// A child sleeps for an hour, its parent for a second.
fn beside_a_sleeper(begins: &str, signal: &str) -> engine::Ran {
    run(&format!(
        r#"
    int main(void) {{
        int child = fork();
        if (child == 0) {{
            {begins}
            struct timespec hour = {{3600, 0}};
            tell("sleep", nanosleep(&hour, NULL));
            return 0;
        }}
        sleep(1);
        kill(child, {signal});
        sleep(1);
        say("parent ");
        wait(NULL);
    }}"#
    ))
}

fn a_signal_ends_a_sleep() {
    let ran = beside_a_sleeper("handle(SIGUSR1, say_handled, SA_RESTART);", "SIGUSR1");
    assert_eq!(said(&ran), "handled sleep: Interrupted system call\nparent ");
    let ran = beside_a_sleeper("", "SIGTERM");
    assert_eq!(said(&ran), "parent ");
    assert!(lines(&ran).contains(&"1000 1.0 died by SIGTERM".to_string()), "{:#?}", lines(&ran));
}

fn a_signal_that_does_nothing_ends_none() {
    for (begins, signal) in [("", "SIGWINCH"), ("signal(SIGUSR1, SIG_IGN);", "SIGUSR1")] {
        assert_eq!(said(&beside_a_sleeper(begins, signal)), "parent sleep: 0\n");
    }
    let blocked = "sigset_t all; sigfillset(&all); sigprocmask(SIG_BLOCK, &all, NULL);";
    assert_eq!(said(&beside_a_sleeper(blocked, "SIGUSR1")), "parent sleep: 0\n");
}

fn a_childs_end_ends_a_sleep_if_it_is_caught() {
    let sleeps = |begins: &str| {
        run(&format!(
            r#"
    int main(void) {{
        {begins}
        if (fork() == 0)
            _exit(0);
        struct timespec hour = {{3600, 0}};
        tell("sleep", nanosleep(&hour, NULL));
    }}"#
        ))
    };
    let caught = sleeps("handle(SIGCHLD, say_handled, SA_RESTART);");
    assert_eq!(said(&caught), "handled sleep: Interrupted system call\n");
    assert_eq!(said(&sleeps("")), "sleep: 0\n");
}

fn a_sleep_for_ever_is_the_longest() {
    let ran = run(r#"
    int main(void) {
        struct timespec for_ever = {__LONG_MAX__, 0}, a_year = {365 * 86400, 0};
        if (fork() == 0) {
            nanosleep(&for_ever, NULL);
            nanosleep(&for_ever, NULL);
            say("for ever ");
            _exit(0);
        }
        nanosleep(&a_year, NULL);
        say("a year ");
        wait(NULL);
    }"#);
    assert_eq!(said(&ran), "a year for ever ");
}
