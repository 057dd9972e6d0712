//! Which calls are a program's own: not its loader's, and not what another program made in its process.

use engine::{Act, At};
use nix::errno::Errno;

use crate::programs::{Program, count, lines, run, run_launch, said};

crate::tests! {
    a_loaders_calls_are_not_the_programs
    a_static_program_has_no_loader
    places_are_those_of_the_program
    another_program_counts_anew
    another_program_has_nothing_attached
    a_birth_is_of_a_process_and_not_of_a_program
    vfork_is_waited_for
    a_child_in_its_parents_memory_attaches_nothing
    a_shell_runs_commands
}

/// Its loader reads the C library, too.
const READS: &str = r#"
    int main(void) {
        char byte;
        tell("read", read(0, &byte, 1));
        tell("read", read(0, &byte, 1));
    }"#;

fn fails_at_its_first_read(options: &[&str]) {
    let program = Program::compiled(READS, options);
    let steps = [(0, At::Call("read", 1), Act::Fail(Errno::EIO))];
    let ran = run_launch(program.with_steps(&steps));
    assert_eq!(said(&ran), "read: Input/output error\nread: 0\n");
    assert_eq!(count(&ran, 0, "read"), 2);
    assert_eq!(ran.reached, [true]);
}

fn a_loaders_calls_are_not_the_programs() {
    fails_at_its_first_read(&["-Wl,-z,now"]);
    fails_at_its_first_read(&[]);
}

fn a_static_program_has_no_loader() {
    fails_at_its_first_read(&["-static"]);
}

fn places_are_those_of_the_program() {
    let places = run(READS).places(0);
    let reads: Vec<&At> =
        places.iter().filter(|at| matches!(at, At::Call("read" | "write", _))).collect();
    let wanted =
        [At::Call("read", 1), At::Call("write", 1), At::Call("read", 2), At::Call("write", 2)];
    assert_eq!(reads, wanted.iter().collect::<Vec<_>>());
    assert!(!places.iter().any(|at| matches!(at, At::Call("openat", _))));
}

fn another_program_counts_anew() {
    let source = r#"
    int main(int count, char **words) {
        say(count == 1 ? "first " : "second ");
        if (count == 1)
            execl(words[0], words[0], "again", NULL);
    }"#;
    let program = Program::of(source);
    let steps = [(0, At::Call("write", 1), Act::Hold)];
    let ran = run_launch(program.with_steps(&steps));
    assert_eq!(said(&ran), "first second ");
    let numbers: Vec<String> =
        lines(&ran).into_iter().filter(|line| line.contains("calls write")).collect();
    assert_eq!(numbers, ["0 0.0 calls write 1(1) first", "0 0.0 calls write 1(1) second"]);
    assert_eq!(count(&ran, 0, "write"), 1);
}

fn another_program_has_nothing_attached() {
    let ran = run(r#"
    int main(int count, char **words) {
        if (count > 1)
            return 0;
        shmat(shmget(1, 10, IPC_CREAT | 0600), NULL, 0);
        execl(words[0], words[0], "again", NULL);
    }"#);
    said(&ran);
    let wanted = ["0 attached", "1 attached", "0 attached"];
    let all: Vec<String> =
        lines(&ran).into_iter().filter(|line| line.contains("segment 0")).collect();
    assert!(
        all.len() == 3 && all.iter().zip(wanted).all(|(line, wanted)| line.ends_with(wanted)),
        "{all:#?}"
    );
}

fn a_birth_is_of_a_process_and_not_of_a_program() {
    let ran = run_launch(
        Program::of("int main(void) {}")
            .with_steps(&[(0, At::Birth, Act::Fail(Errno::EIO)), (0, At::Birth, Act::Hold)]),
    );
    said(&ran);
}

fn vfork_is_waited_for() {
    let ran = run(r#"
    int main(void) {
        if (vfork() == 0) {
            execlp("echo", "echo", "child", NULL);
            _exit(1);
        }
        wait(NULL);
        say("parent");
    }"#);
    assert_eq!(said(&ran), "child\nparent");
    assert!(
        lines(&ran)
            .iter()
            .any(|line| line.contains("waits in vfork") || line.contains("waits in clone")),
        "{:#?}",
        lines(&ran)
    );
}

fn a_child_in_its_parents_memory_attaches_nothing() {
    let ran = run(r"
    int main(void) {
        shmat(shmget(1, 10, IPC_CREAT | 0600), NULL, 0);
        if (vfork() == 0)
            _exit(0);
        wait(NULL);
    }");
    said(&ran);
    let all = lines(&ran).into_iter().filter(|line| line.contains("segment 0"));
    let counts: Vec<String> =
        all.filter_map(|line| Some(line.rsplit_once(", ")?.1.to_string())).collect();
    assert_eq!(counts, ["0 attached", "1 attached", "0 attached"]);
}

fn a_shell_runs_commands() {
    let ran = run_launch(engine::Launch::of([
        "sh",
        "-c",
        "echo one | cat; (sleep 100; echo three) & echo two; wait; exit 4",
    ]));
    assert_eq!(said(&ran), "one\ntwo\nthree\n");
    assert_eq!(engine::in_words(ran.outcome.status), "exit status 4");
}
