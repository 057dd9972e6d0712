//! What is done to a process at a place: each act, at each place.

use engine::{Act, At, Ran, World};
use nix::errno::Errno;
use nix::sys::signal::Signal;

use crate::programs::{Program, count, lines, run_with_steps, said};

crate::tests! {
    a_process_is_held_before_a_call
    a_process_is_held_after_a_call
    a_process_is_held_at_its_birth
    a_process_is_held_after_its_first_sleep
    a_held_process_goes_on_when_the_others_can_do_no_more
    a_held_process_goes_on_after_many_naps_of_others
    a_held_process_goes_on_after_many_yields_of_others
    a_held_process_goes_on_after_an_alarm_of_others
    a_held_process_goes_on_before_an_alarm_for_which_nobody_waits
    a_held_process_goes_on_beside_one_that_spins
    a_held_process_goes_on_beside_one_that_polls
    what_spins_beside_a_held_process_is_told
    a_paused_process_stays_until_the_case_lets_it_go
    a_signal_is_sent_at_birth
    a_signal_is_sent_before_a_call
    a_signal_is_sent_after_a_call
    a_signal_is_sent_to_all
    a_call_fails_and_is_not_made
    one_call_fails_of_several
    two_acts_are_done_at_one_place
    an_act_is_done_once
    what_is_not_reached_is_told
    processes_are_numbered_by_birth
}

/// Its parent says p, its child c; the parent is first, if nothing is done.
const TWO: &str = r#"
int main(void) {
    if (fork() == 0) {
        say("c");
        _exit(0);
    }
    say("p");
    wait(NULL);
}"#;

/// The child is first, because the parent sleeps.
const SLEEPER: &str = r#"
int main(void) {
    if (fork() == 0) {
        say("c");
        _exit(0);
    }
    sleep(1);
    say("p");
    wait(NULL);
}"#;

fn a_process_is_held_before_a_call() {
    assert_eq!(said(&run_with_steps(TWO, &[])), "pc");
    let ran = run_with_steps(TWO, &[(0, At::Call("write", 1), Act::Hold)]);
    assert_eq!(said(&ran), "cp");
    assert_eq!(count(&ran, 0, "write"), 1, "a call that was held is one call");
}

fn a_process_is_held_after_a_call() {
    assert_eq!(said(&run_with_steps(TWO, &[(0, At::After("clone", 1), Act::Hold)])), "cp");
}

fn a_process_is_held_at_its_birth() {
    assert_eq!(said(&run_with_steps(SLEEPER, &[])), "cp");
    assert_eq!(said(&run_with_steps(SLEEPER, &[(1, At::Birth, Act::Hold)])), "pc");
}

fn a_process_is_held_after_its_first_sleep() {
    let source = r#"
    int main(void) {
        if (fork() == 0) {
            sleep(2);
            say("c");
            _exit(0);
        }
        sleep(1);
        say("p");
        wait(NULL);
    }"#;
    assert_eq!(said(&run_with_steps(source, &[])), "pc");
    assert_eq!(said(&run_with_steps(source, &[(0, At::Awake, Act::Hold)])), "cp");
}

fn a_held_process_goes_on_when_the_others_can_do_no_more() {
    let source = r#"
    int main(void) {
        int ends[2];
        pipe(ends);
        if (fork() == 0) {
            char byte;
            say("waits ");
            read(ends[0], &byte, 1);
            say("c");
            _exit(0);
        }
        write(ends[1], "x", 1);
        say("p ");
        wait(NULL);
    }"#;
    let ran = run_with_steps(source, &[(0, At::Call("write", 1), Act::Hold)]);
    assert_eq!(said(&ran), "waits p c");
}

/// The child naps until the parent has come by, but no more than 2000 times.
fn a_held_process_goes_on_after_many_naps_of_others() {
    let source = r#"
    int main(void) {
        volatile int *flag = shared();
        if (fork() == 0) {
            int naps = 0;
            while (naps < 2000 && !*flag)
                usleep(1000), naps++;
            tell("naps", naps);
            _exit(0);
        }
        getppid();
        *flag = 1;
        wait(NULL);
    }"#;
    let ran = run_with_steps(source, &[(0, At::Call("getppid", 1), Act::Hold)]);
    let naps = said(&ran);
    assert!(naps.starts_with("naps: 60"), "{naps}");
}

/// The parent, which is held, lets the child's loop end.
fn beside_a_loop(body: &str) -> Ran {
    let source = [
        "int main(void) { volatile int *flag = shared(); if (fork() == 0) { while (!*flag) ",
        body,
        "; say(\"c\"); _exit(0); } getppid(); *flag = 1; wait(NULL); }",
    ];
    run_with_steps(&source.concat(), &[(0, At::Call("getppid", 1), Act::Hold)])
}

fn a_held_process_goes_on_beside_one_that_spins() {
    assert_eq!(said(&beside_a_loop("")), "c");
}

fn a_held_process_goes_on_beside_one_that_polls() {
    assert_eq!(said(&beside_a_loop("sched_yield()")), "c");
    assert_eq!(said(&beside_a_loop("getpid()")), "c");
    assert_eq!(said(&beside_a_loop("usleep(1000)")), "c");
}

/// The child waits for its alarm, or for its parent, which is held.
fn beside_an_alarm(alarm: &str, waits: &str) -> Ran {
    let source = [
        "int main(void) { int ends[2]; char byte; pipe(ends); if (fork() == 0) { handle(SIGALRM, say_handled, 0); ",
        alarm,
        "; ",
        waits,
        "; say(\"c\"); _exit(0); } getppid(); say(\"p\"); write(ends[1], \"x\", 1); wait(NULL); }",
    ];
    run_with_steps(&source.concat(), &[(0, At::Call("getppid", 1), Act::Hold)])
}

/// To wait for it is to sleep.
fn a_held_process_goes_on_after_an_alarm_of_others() {
    assert_eq!(said(&beside_an_alarm("ualarm(100000, 0)", "pause()")), "handled cp");
    assert_eq!(said(&beside_an_alarm("alarm(60)", "pause()")), "handled cp");
}

/// It is a guard against waiting for ever.
fn a_held_process_goes_on_before_an_alarm_for_which_nobody_waits() {
    assert_eq!(said(&beside_an_alarm("alarm(1)", "read(ends[0], &byte, 1)")), "pc");
    assert_eq!(said(&beside_an_alarm("alarm(1), alarm(0)", "read(ends[0], &byte, 1)")), "pc");
}

/// The child gives up the processor until the parent has come by, but no more than 5000 times.
fn a_held_process_goes_on_after_many_yields_of_others() {
    let source = r#"
    int main(void) {
        volatile int *flag = shared();
        if (fork() == 0) {
            int yields = 0;
            while (yields < 5000 && !*flag)
                sched_yield(), yields++;
            tell("yields", yields);
            _exit(0);
        }
        getppid();
        *flag = 1;
        wait(NULL);
    }"#;
    let ran = run_with_steps(source, &[(0, At::Call("getppid", 1), Act::Hold)]);
    let yields = said(&ran);
    assert!(yields.starts_with("yields: 101"), "{yields}");
}

fn what_spins_beside_a_held_process_is_told() {
    assert!(beside_a_loop("sched_yield()").is_busy);
    assert!(!run_with_steps(TWO, &[(0, At::Call("write", 1), Act::Hold)]).is_busy);
}

fn a_paused_process_stays_until_the_case_lets_it_go() {
    let program = Program::of(TWO);
    let mut world = World::new(0).unwrap();
    let run = world.start_paused(program.launch(), 0, At::Call("write", 1)).unwrap();
    world.wait_until_all_wait().unwrap(); // the child has ended, and the parent stays
    assert!(!world.has_ended(run));
    let ran = world.finish(run).unwrap();
    assert_eq!(said(&ran), "cp");
    assert_eq!(ran.reached, [true]);
}

fn a_signal_is_sent_at_birth() {
    let ran = run_with_steps(TWO, &[(1, At::Birth, Act::Send(Signal::SIGTERM))]);
    assert_eq!(said(&ran), "p");
    assert!(lines(&ran).contains(&"0 1.0 died by SIGTERM".to_string()), "{:#?}", lines(&ran));
}

fn a_signal_is_sent_before_a_call() {
    let source = r#"int main(void) { say("one "); say("two "); }"#;
    let ran = run_with_steps(source, &[(0, At::Call("write", 2), Act::Send(Signal::SIGTERM))]);
    assert_eq!(said(&ran), "one ");
    assert_eq!(lines(&ran).last().map(String::as_str), Some("0 0.0 died by SIGTERM"));
}

fn a_signal_is_sent_after_a_call() {
    let source = r#"int main(void) { say("one "); say("two "); }"#;
    let ran = run_with_steps(source, &[(0, At::After("write", 1), Act::Send(Signal::SIGKILL))]);
    assert_eq!(said(&ran), "one ");
}

fn a_signal_is_sent_to_all() {
    let source = r#"
    int main(void) {
        if (fork() == 0) pause();
        getppid();
        say("not reached");
    }"#;
    let ran = run_with_steps(source, &[(0, At::Call("getppid", 1), Act::SendAll(Signal::SIGINT))]);
    assert_eq!(said(&ran), "");
    let died = |who| lines(&ran).contains(&format!("0 {who}.0 died by SIGINT"));
    assert!(died(0) && died(1), "{:#?}", lines(&ran));
}

fn a_call_fails_and_is_not_made() {
    let source = r#"int main(void) { tell("chdir", chdir("/")); char folder[100]; say(getcwd(folder, 100)); }"#;
    let ran = run_with_steps(source, &[(0, At::Call("chdir", 1), Act::Fail(Errno::EIO))]);
    let said = said(&ran);
    assert!(said.starts_with("chdir: Input/output error\n") && said.len() > 30, "{said}");
}

fn one_call_fails_of_several() {
    let source =
        r#"int main(void) { for (int times = 0; times < 3; times++) tell("close", close(99)); }"#;
    let ran = run_with_steps(source, &[(0, At::Call("close", 2), Act::Fail(Errno::EINTR))]);
    let bad = "close: Bad file descriptor\n";
    assert_eq!(said(&ran), [bad, "close: Interrupted system call\n", bad].concat());
}

fn two_acts_are_done_at_one_place() {
    let at = At::Call("write", 1);
    let ran = run_with_steps(TWO, &[(0, at, Act::Hold), (0, at, Act::Fail(Errno::EIO))]);
    assert_eq!((said(&ran).as_str(), &ran.reached[..]), ("c", &[true, true][..]));
    let source = r#"
    int main(void) {
        handle(SIGUSR1, say_handled, 0);
        if (fork() == 0) {
            say("c ");
            _exit(0);
        }
        getppid();
        say("p");
        wait(NULL);
    }"#;
    let at = At::Call("getppid", 1);
    let steps = [(0, at, Act::Send(Signal::SIGUSR1)), (0, at, Act::Hold)];
    let ran = run_with_steps(source, &steps);
    assert_eq!((said(&ran).as_str(), &ran.reached[..]), ("c handled p", &[true, true][..]));
}

fn an_act_is_done_once() {
    let source =
        r#"int main(void) { handle(SIGUSR1, say_handled, 0); sleep(1); getppid(); say("p"); }"#;
    let ran = run_with_steps(source, &[(0, At::Awake, Act::Send(Signal::SIGUSR1))]);
    assert_eq!(said(&ran), "handled p");
}

fn what_is_not_reached_is_told() {
    let steps = [
        (0, At::Call("write", 2), Act::Hold),
        (0, At::Call("write", 1), Act::Hold),
        (9, At::Birth, Act::Hold),
    ];
    assert_eq!(run_with_steps(TWO, &steps).reached, [false, true, false]);
}

fn processes_are_numbered_by_birth() {
    let source = r"
    int main(void) {
        if (fork() == 0) {
            if (fork() == 0) sleep(1), _exit(3);
            sleep(2), _exit(1);
        }
        if (fork() == 0) sleep(3), _exit(2);
        sleep(4);
    }";
    let ran = run_with_steps(source, &[]);
    said(&ran);
    let ends: Vec<String> =
        lines(&ran).into_iter().filter(|line| line.contains("status")).collect();
    // The parent makes both of its children before it waits: its grandchild is the third.
    let wanted = [
        "1000 3.0 exit status 3",
        "2000 1.0 exit status 1",
        "3000 2.0 exit status 2",
        "4000 0.0 exit status 0",
    ];
    assert_eq!(ends, wanted);
}
