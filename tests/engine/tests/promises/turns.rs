//! One process at a time.

use engine::{Channel, Launch, World};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::waitpid;
use nix::unistd::Pid;

use crate::programs::{Program, count, lines, run, run_launch, said};

crate::tests! {
    another_program_gives_no_new_turn
    a_race_has_the_same_log_each_time
    a_race_has_the_same_log_beside_busy_loops
    a_process_goes_on_until_it_waits
    of_those_that_can_go_on_the_first_born_does
    a_process_that_waits_is_seen
    a_process_that_computes_uses_up_its_turn
    a_process_that_makes_calls_uses_up_its_turn
    a_process_that_only_gets_signals_uses_up_its_turn
    sched_yield_ends_a_turn
    in_a_crowd_a_turn_is_a_call
    two_programs_wait_for_each_other
}

/// Three processes add to a number without a lock, and say what they see.
const RACE: &str = r#"
int main(void) {
    volatile int *number = shared();
    int ends[2];
    char byte;
    pipe(ends);
    for (int child = 0; child < 3; child++)
        if (fork() == 0) {
            for (int times = 0; times < 20; times++) {
                int seen = *number;
                tell("saw", seen);
                *number = seen + 1;
                if (times % 5 == child)
                    write(ends[1], "x", 1);
                if (times % 7 == child)
                    read(ends[0], &byte, 1);
            }
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    tell("in all", *number);
}"#;

fn races(times: usize) {
    let program = Program::of(RACE);
    let mut first = None;
    for _ in 0..times {
        let ran = run_launch(Launch { channel: Channel::OneFile, ..program.launch() });
        said(&ran);
        let log = lines(&ran);
        let first: &mut Vec<String> = first.get_or_insert_with(|| log.clone());
        for (number, (line, other)) in first.iter().zip(&log).enumerate() {
            let around = |lines: &[String]| {
                lines[number.saturating_sub(5)..lines.len().min(number + 5)].join("\n")
            };
            assert!(line == other, "{}\n-- another time --\n{}", around(first), around(&log));
        }
        assert_eq!(first.len(), log.len());
    }
}

fn a_race_has_the_same_log_each_time() {
    races(20);
}

fn a_race_has_the_same_log_beside_busy_loops() {
    let busy: Vec<Pid> = (0..2)
        .map(|_| match engine::fork().expect("a process") {
            child if child.as_raw() == 0 => loop {
                std::hint::spin_loop();
            },
            child => child,
        })
        .collect();
    let same = std::panic::catch_unwind(|| races(5));
    for child in busy {
        kill(child, Signal::SIGKILL).and_then(|()| waitpid(child, None)).expect("its end");
    }
    same.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

fn a_process_goes_on_until_it_waits() {
    let source = r#"
    int main(void) {
        if (fork() == 0) {
            for (int times = 0; times < 20; times++)
                say("c");
            _exit(0);
        }
        for (int times = 0; times < 20; times++)
            say("p");
        wait(NULL);
    }"#;
    assert_eq!(said(&run(source)), ["p".repeat(20), "c".repeat(20)].concat());
}

fn of_those_that_can_go_on_the_first_born_does() {
    let source = r#"
    int main(void) {
        for (int child = 1; child < 6; child++)
            if (fork() == 0) {
                dprintf(1, "%d", child);
                _exit(0);
            }
        while (wait(NULL) > 0)
            ;
    }"#;
    assert_eq!(said(&run(source)), "12345");
}

fn a_process_that_waits_is_seen() {
    let source = r#"
    int main(void) {
        int ends[2];
        char byte;
        pipe(ends);
        if (fork() == 0) {
            write(ends[1], "x", 1);
            _exit(0);
        }
        tell("read", read(ends[0], &byte, 1));
        wait(NULL);
    }"#;
    let ran = run(source);
    assert_eq!(said(&ran), "read: 1\n");
    let wanted = "0 0.0 waits in read, for its turn; open for writing in: the parent, process 1";
    assert!(lines(&ran).contains(&wanted.to_string()), "{:#?}", lines(&ran));
}

fn a_process_that_computes_uses_up_its_turn() {
    let source = r#"
    int main(void) {
        volatile int *flag = shared();
        if (fork() == 0) {
            *flag = 1;
            _exit(0);
        }
        while (!*flag)
            ;
        say("seen");
    }"#;
    let ran = run(source);
    assert_eq!(said(&ran), "seen");
    assert_eq!(lines(&ran).iter().filter(|line| line.ends_with("spins")).count(), 1);
    assert!(!ran.is_busy);
}

/// Its child, which can go on at once, lets its loop end.
fn calls_in_vain(call: &str) -> usize {
    let source = [
        "int main(void) { volatile int *flag = shared(); if (fork() == 0) { *flag = 1; _exit(0); } while (!*flag) ",
        call,
        "(); }",
    ];
    let ran = run(&source.concat());
    said(&ran);
    count(&ran, 0, call)
}

fn a_process_that_makes_calls_uses_up_its_turn() {
    let calls = calls_in_vain("getppid");
    assert!((50..=100).contains(&calls), "{calls}");
}

fn a_process_that_only_gets_signals_uses_up_its_turn() {
    let source = r#"
    volatile int *flag;
    void faults(int signal) { if (*flag) { say("seen"); _exit(0); } }
    int main(void) {
        flag = shared();
        if (fork() == 0) {
            *flag = 1;
            _exit(0);
        }
        handle(SIGSEGV, faults, SA_NODEFER);
        *(volatile int *)NULL = 1;
    }"#;
    assert_eq!(said(&run(source)), "seen");
}

fn sched_yield_ends_a_turn() {
    assert_eq!(calls_in_vain("sched_yield"), 1);
}

fn in_a_crowd_a_turn_is_a_call() {
    let program = Program::of(
        r#"
    int main(void) {
        int ends[2];
        char byte;
        pipe(ends);
        for (int child = 0; child < 2; child++)
            if (fork() == 0) {
                read(ends[0], &byte, 1);
                for (int times = 0; times < 5; times++)
                    say(child ? "b" : "a");
                _exit(0);
            }
        sleep(1);
        write(ends[1], "xx", 2);
        while (wait(NULL) > 0)
            ;
    }"#,
    );
    let mut world = World::new(0).unwrap();
    world.for_a_crowd(100);
    let said = said(&world.run(program.launch()).unwrap());
    assert!(said.contains("ababab"), "{said}");
}

fn two_programs_wait_for_each_other() {
    let program = Program::of(
        r#"
    int main(int count, char **words) {
        int which = words[1][0] - '0';
        int set = semget(1234, 2, IPC_CREAT | 0600);
        for (int times = 0; times < 3; times++) {
            struct sembuf done = {which, 1}, turn = {1 - which, -1};
            semop(set, &done, 1);
            semop(set, &turn, 1);
        }
        say("done");
    }"#,
    );
    let mut world = World::new(0).unwrap();
    let (one, other) =
        (world.start(program.with("0")).unwrap(), world.start(program.with("1")).unwrap());
    assert_eq!(said(&world.finish(one).unwrap()), "done");
    assert_eq!(said(&world.finish(other).unwrap()), "done");
}

/// A child that becomes itself again and again lets its parent wake.
fn another_program_gives_no_new_turn() {
    let ran = run(r#"
    int main(int count, char **words) {
        if (count > 1)
            execl(words[0], words[0], "again", NULL);
        int child = fork();
        if (child == 0)
            execl(words[0], words[0], "again", NULL);
        sleep(1);
        kill(child, SIGKILL);
        wait(NULL);
        say("killed");
    }"#);
    assert_eq!(said(&ran), "killed");
}
