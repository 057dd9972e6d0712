//! Threads.

use engine::{Act, At, in_words};
use nix::errno::Errno;

use crate::programs::{count, lines, run, run_with_steps, said};

crate::tests! {
    threads_share_the_counts
    a_thread_has_a_number
    the_first_thread_may_end_first
    the_first_thread_of_a_child_that_sends_no_signal_may_end_first
    one_thread_becomes_another_program
    one_thread_ends_all
    one_thread_goes_on_while_another_waits
    a_birth_is_not_a_threads
}

const TWO: &str = r#"
    void *thread(void *nothing) { tell("getppid", getppid() > 0 ? 1 : getppid()); }
    int main(void) {
        pthread_t one;
        pthread_create(&one, NULL, thread, NULL);
        pthread_join(one, NULL);
        tell("getppid", syscall(SYS_getppid) < 0 ? -1 : 1);
    }"#;

fn threads_share_the_counts() {
    let ran = run_with_steps(TWO, &[(0, At::Call("getppid", 2), Act::Fail(Errno::EIO))]);
    assert_eq!(said(&ran), "getppid: 1\ngetppid: Input/output error\n");
    assert_eq!((count(&ran, 0, "getppid"), ran.calls.len()), (2, 1));
}

fn a_thread_has_a_number() {
    let all = lines(&run(TWO));
    for wanted in [
        "0 0.1 is born of 0",
        "0 0.1 calls getppid 1()",
        "0 0.0 calls getppid 2()",
        "0 0.1 exit status 0",
    ] {
        assert!(all.contains(&wanted.to_string()), "{wanted} is not in {all:#?}");
    }
}

fn the_first_thread_may_end_first() {
    let ran = run(r#"
    void *thread(void *nothing) { sleep(5); say("late"); exit(3); }
    int main(void) {
        pthread_t one;
        pthread_create(&one, NULL, thread, NULL);
        syscall(SYS_exit, 0);
    }"#);
    assert_eq!(said(&ran), "late");
    assert_eq!(in_words(ran.outcome.status), "exit status 3");
    assert!(!ran.is_outlived);
}

/// Its parent is told nothing of its end; nor is the engine.
fn the_first_thread_of_a_child_that_sends_no_signal_may_end_first() {
    let ran = run(r#"
    void *thread(void *nothing) { sleep(5); say("late"); syscall(SYS_exit, 0); }
    int main(void) {
        if (syscall(SYS_clone, 0, 0, 0, 0, 0) == 0) {
            pthread_t one;
            pthread_create(&one, NULL, thread, NULL);
            syscall(SYS_exit, 0);
        }
        tell("wait", waitpid(-1, NULL, __WALL) > 0);
    }"#);
    assert_eq!((said(&ran), &ran.stopped), ("latewait: 1\n".into(), &None));
}

fn one_thread_becomes_another_program() {
    let ran = run(r#"
    void *thread(void *nothing) { execlp("echo", "echo", "another", NULL); }
    int main(void) {
        pthread_t one;
        pthread_create(&one, NULL, thread, NULL);
        pause();
    }"#);
    assert_eq!(said(&ran), "another\n");
    assert_eq!(in_words(ran.outcome.status), "exit status 0");
}

fn one_thread_ends_all() {
    let ran = run(r"
    void *thread(void *nothing) { exit(5); }
    int main(void) {
        pthread_t one;
        pthread_create(&one, NULL, thread, NULL);
        pause();
    }");
    said(&ran);
    assert_eq!(in_words(ran.outcome.status), "exit status 5");
}

fn one_thread_goes_on_while_another_waits() {
    let ran = run(r#"
    int ends[2];
    void *thread(void *nothing) { write(ends[1], "x", 1); }
    int main(void) {
        pthread_t one;
        char byte;
        pipe(ends);
        pthread_create(&one, NULL, thread, NULL);
        tell("read", read(ends[0], &byte, 1));
        pthread_join(one, NULL);
    }"#);
    assert_eq!(said(&ran), "read: 1\n");
}

fn a_birth_is_not_a_threads() {
    let source = r#"
    void *thread(void *nothing) { say("thread"); }
    int main(void) {
        pthread_t one;
        pthread_create(&one, NULL, thread, NULL);
        pthread_join(one, NULL);
    }"#;
    let ran = run_with_steps(source, &[(0, At::Birth, Act::Hold), (0, At::Birth, Act::Hold)]);
    said(&ran);
    assert!(!lines(&ran).iter().any(|line| line.contains("0.1 is held")), "{:#?}", lines(&ran));
}
