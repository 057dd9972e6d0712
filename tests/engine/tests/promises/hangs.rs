//! A hang is told, with who waits for what.

use engine::{At, Launch, World};

use crate::programs::{Program, run, said, stopped};

crate::tests! {
    who_waits_for_the_other_is_told
    who_has_a_pipe_open_is_told
    who_waits_for_input_is_told_when_no_more_comes
    who_waits_for_a_child_or_a_signal_is_told
    who_waits_for_a_reader_is_told
    a_thread_that_waits_is_told
    a_process_that_was_killed_is_told
    a_process_that_was_stopped_is_told
    who_waits_for_another_program_does_not_hang
    who_may_wait_does_not_hang
    a_call_that_waits_for_ever_is_told_by_its_name
}

fn who_waits_for_the_other_is_told() {
    let ran = run(r"
    int main(void) {
        int set = semget(IPC_PRIVATE, 2, 0600);
        struct sembuf one = {0, -1}, other = {1, -1};
        if (fork() == 0)
            semop(set, &one, 1);
        semop(set, &other, 1);
    }");
    let wanted = "it hangs:\n  the parent waits in semop, for a semaphore or lock\n  \
                  process 1 waits in semop, for a semaphore or lock";
    assert_eq!(stopped(&ran).replace("semtimedop", "semop"), wanted);
}

fn who_has_a_pipe_open_is_told() {
    let ran = run(r"
    int main(void) {
        int ends[2];
        char byte;
        pipe(ends);
        if (fork() != 0)
            close(ends[1]), wait(NULL);
        read(ends[0], &byte, 1);
    }");
    let wanted = "it hangs:\n  the parent waits in wait4, for a child to end\n  \
                  process 1 waits in read, for its turn; open for writing in: process 1";
    assert_eq!(stopped(&ran), wanted);
}

fn who_waits_for_input_is_told_when_no_more_comes() {
    let program = Program::of("int main(void) { char byte; read(0, &byte, 1); }");
    let mut world = World::new(0).unwrap();
    let run = world.start(Launch { keeps_input: true, ..program.launch() }).unwrap();
    world.wait_until_all_wait().unwrap();
    assert!(!world.has_ended(run));
    let ran = world.finish(run).unwrap();
    assert_eq!(stopped(&ran), "it hangs:\n  the parent waits in read, for its input");
}

fn who_waits_for_a_child_or_a_signal_is_told() {
    let ran = run(
        "int main(void) { if (fork() == 0) { sigset_t none; sigemptyset(&none); sigsuspend(&none); } wait(NULL); }",
    );
    let wanted = "it hangs:\n  the parent waits in wait4, for a child to end\n  \
                  process 1 waits in rt_sigsuspend, for a signal";
    assert_eq!(stopped(&ran), wanted);
}

fn who_waits_for_a_reader_is_told() {
    let ran = run(
        "char bytes[4096]; int main(void) { int ends[2]; pipe(ends); for (;;) write(ends[1], bytes, 4096); }",
    );
    assert_eq!(stopped(&ran), "it hangs:\n  the parent waits in write, for somebody to read");
}

fn a_thread_that_waits_is_told() {
    let ran = run(r"
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    void *wait_for_it(void *nothing) { pthread_mutex_lock(&mutex); }
    int main(void) {
        pthread_t thread;
        pthread_mutex_lock(&mutex);
        pthread_create(&thread, NULL, wait_for_it, NULL);
        pause();
    }");
    let wanted = "it hangs:\n  the parent waits in pause, for a signal\n  \
                  a thread of the parent waits in futex, for a semaphore or lock";
    assert_eq!(stopped(&ran).replace("ppoll", "pause"), wanted);
}

fn a_process_that_was_killed_is_told() {
    let ran = run(
        "int main(void) { if (fork() == 0) abort(); sigset_t none; sigemptyset(&none); sigsuspend(&none); }",
    );
    let wanted =
        "it hangs:\n  the parent waits in rt_sigsuspend, for a signal\n  process 1 died by SIGABRT";
    assert_eq!(stopped(&ran), wanted);
}

fn a_process_that_was_stopped_is_told() {
    let ran = run("int main(void) { kill(getpid(), SIGSTOP); }");
    assert_eq!(stopped(&ran), "it hangs:\n  the parent was stopped by a signal");
}

fn who_waits_for_another_program_does_not_hang() {
    let waits = Program::of(
        r#"
    int main(void) {
        struct sembuf down = {0, -1};
        semop(semget(1234, 1, IPC_CREAT | 0600), &down, 1);
        say("had it");
    }"#,
    );
    let posts = Program::of(
        r"
    int main(void) {
        char byte;
        struct sembuf up = {0, 1};
        read(0, &byte, 1);
        semop(semget(1234, 1, IPC_CREAT | 0600), &up, 1);
    }",
    );
    let mut world = World::new(0).unwrap();
    let (one, other) = (world.start(waits.launch()).unwrap(), world.start(posts.launch()).unwrap());
    assert_eq!(said(&world.finish(one).unwrap()), "had it");
    said(&world.finish(other).unwrap());
}

fn a_call_that_waits_for_ever_is_told_by_its_name() {
    let ran = run("int main(void) { poll(NULL, 0, -1); }");
    assert_eq!(stopped(&ran).replace("ppoll", "poll"), "it hangs:\n  the parent waits in poll");
}

/// One waits for input that may come, one is paused; only the third hangs.
fn who_may_wait_does_not_hang() {
    let pauses = Program::of("int main(void) { getppid(); pause(); }");
    let mut world = World::new(0).unwrap();
    let input = Launch { keeps_input: true, ..Launch::of(["cat"]) };
    let reader = world.start(input).unwrap();
    let at = At::Call("getppid", 1);
    let held = world.start_paused(pauses.launch(), 0, at).unwrap();
    let third = world.start(pauses.launch()).unwrap();
    assert!(stopped(&world.finish(third).unwrap()).starts_with("it hangs:"));
    assert!(!world.has_ended(reader) && !world.has_ended(held));
}
