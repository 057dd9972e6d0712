//! Calls that a signal interrupts, held or not.

use engine::{Act, At, Ran};

use crate::programs::{count, lines, run, run_with_steps, said};

crate::tests! {
    a_held_call_is_made_after_a_handler_with_sa_restart
    a_held_call_is_made_after_a_handler_without_sa_restart
    a_held_call_is_in_the_log_once
    a_handler_that_makes_the_same_call_is_another_call
    a_held_process_can_be_killed
    a_waiting_call_is_made_again_with_sa_restart
    a_waiting_call_is_interrupted_without_sa_restart
    a_call_that_an_ignored_signal_interrupts_is_no_new_call
    a_timed_call_that_is_made_again_keeps_its_name
}

/// The parent waits to read while its child sends it a signal, and then a byte.
fn while_it_reads(flags: &str, steps: &[engine::Step]) -> Ran {
    let source = format!(
        r#"
        int main(void) {{
            int ends[2];
            char byte;
            pipe(ends);
            handle(SIGUSR1, say_handled, {flags});
            if (fork() == 0) {{
                kill(getppid(), SIGUSR1);
                sleep(1);
                write(ends[1], "x", 1);
                _exit(0);
            }}
            tell("read", read(ends[0], &byte, 1));
            wait(NULL);
        }}"#
    );
    run_with_steps(&source, steps)
}

const HELD: &[engine::Step] = &[(0, At::Call("read", 1), Act::Hold)];

fn a_held_call_is_made_after_a_handler_with_sa_restart() {
    let ran = while_it_reads("SA_RESTART", HELD);
    assert_eq!(said(&ran), "handled read: 1\n");
    assert_eq!(count(&ran, 0, "read"), 1);
}

/// The signal comes before the call, which so is not interrupted.
fn a_held_call_is_made_after_a_handler_without_sa_restart() {
    let ran = while_it_reads("0", HELD);
    assert_eq!(said(&ran), "handled read: 1\n");
    assert_eq!(count(&ran, 0, "read"), 1);
}

fn a_held_call_is_in_the_log_once() {
    let ran = while_it_reads("0", HELD);
    let all = lines(&ran);
    let reads: Vec<&str> =
        all.iter().filter(|line| line.contains("read")).map(|line| &line[..]).collect();
    let wanted = [
        "0 0.0 is held before its read number 1",
        "1000 0.0 calls read 1(3)",
        "1000 0.0 read returns 1",
    ];
    let reads: Vec<&str> = reads.into_iter().filter(|line| !line.contains("write")).collect();
    assert_eq!(reads, wanted);
}

fn a_handler_that_makes_the_same_call_is_another_call() {
    let source = r#"
    int main(void) {
        handle(SIGUSR1, say_handled, 0);
        if (fork() == 0) {
            kill(getppid(), SIGUSR1);
            _exit(0);
        }
        say("once");
        wait(NULL);
    }"#;
    let ran = run_with_steps(source, &[(0, At::Call("write", 1), Act::Hold)]);
    assert_eq!(said(&ran), "handled once");
    assert_eq!(count(&ran, 0, "write"), 2);
}

fn a_held_process_can_be_killed() {
    let source = r#"
    int main(void) {
        if (fork() == 0) {
            kill(getppid(), SIGKILL);
            _exit(0);
        }
        say("not reached");
    }"#;
    let ran = run_with_steps(source, &[(0, At::Call("write", 1), Act::Hold)]);
    assert_eq!(said(&ran), "");
    assert!(lines(&ran).contains(&"0 0.0 died by SIGKILL".to_string()), "{:#?}", lines(&ran));
}

fn a_waiting_call_is_made_again_with_sa_restart() {
    let ran = while_it_reads("SA_RESTART", &[]);
    assert_eq!(said(&ran), "handled read: 1\n");
    assert_eq!(count(&ran, 0, "read"), 1);
}

fn a_waiting_call_is_interrupted_without_sa_restart() {
    assert_eq!(said(&while_it_reads("0", &[])), "handled read: Interrupted system call\n");
}

/// SIGCHLD is ignored: only who is traced has it interrupt a call.
fn a_call_that_an_ignored_signal_interrupts_is_no_new_call() {
    let source = r#"
    int main(void) {
        int ends[2];
        char byte;
        pipe(ends);
        if (fork() == 0)
            _exit(0);
        if (fork() == 0) {
            sleep(1);
            write(ends[1], "x", 1);
            _exit(0);
        }
        tell("read", read(ends[0], &byte, 1));
    }"#;
    let ran = run(source);
    assert_eq!(said(&ran), "read: 1\n");
    assert!(lines(&ran).iter().any(|line| line.ends_with("gets SIGCHLD")));
    assert_eq!(count(&ran, 0, "read"), 1);
}

/// The kernel calls it `restart_syscall`.
fn a_timed_call_that_is_made_again_keeps_its_name() {
    let source = r#"
    int main(void) {
        int ends[2];
        pipe(ends);
        if (fork() == 0)
            _exit(0);
        if (fork() == 0) {
            sleep(1);
            write(ends[1], "x", 1);
            _exit(0);
        }
        struct pollfd one = {ends[0], POLLIN};
        tell("poll", poll(&one, 1, 5000));
    }"#;
    let ran = run(source);
    assert_eq!(said(&ran), "poll: 1\n");
    assert!(lines(&ran).iter().any(|line| line.ends_with("gets SIGCHLD")));
    assert_eq!(count(&ran, 0, "restart_syscall"), 0);
    assert_eq!(count(&ran, 0, "poll") + count(&ran, 0, "ppoll"), 1);
}
