//! Bounds: whoever goes too far is stopped, and it is said why.

use std::time::Duration;

use engine::{Kind, Launch, Ran, World, in_words};
use nix::sys::resource::{Resource, setrlimit};

use crate::programs::{Program, run, run_long, said, stopped};

crate::tests! {
    a_time
    virtual_time_is_not_waited_for
    births
    more_births_than_descriptors
    processor_time_of_those_that_live_and_of_those_that_have_ended
    processor_time_of_a_crowd
    system_calls
    sleeps_timed_waits_and_alarms
    memory_of_all_processes
    memory_of_segments
    a_large_segment_takes_no_memory_until_it_is_filled
    memory_that_was_ever_shared
    bytes_of_files
    number_of_files
    living_processes
    output
    errors
    the_size_of_a_file
    a_bound_that_is_not_reached
}

fn births() {
    let ran = run_long("int main(void) { for (;;) { if (vfork() == 0) _exit(0); wait(NULL); } }");
    assert_eq!(stopped(&ran), "it makes processes without end (more than 300)");
}

/// What has ended keeps no descriptor of the engine's.
fn more_births_than_descriptors() {
    setrlimit(Resource::RLIMIT_NOFILE, 100, 100).expect("a limit");
    let ran = run(r#"
    int main(void) {
        int ends[2];
        char byte;
        pipe(ends);
        for (int count = 0; count < 100; count++) {
            if (fork() == 0) {
                read(ends[0], &byte, 1);
                _exit(0);
            }
            usleep(1);
            write(ends[1], "x", 1);
            wait(NULL);
        }
        say("all");
    }"#);
    assert_eq!(said(&ran), "all");
}

fn living_processes() {
    let ran = run_long(
        "int main(void) { for (int count = 0; count < 400; count++) if (fork() == 0) { pause(); _exit(0); } }",
    );
    assert_eq!(stopped(&ran), "it makes processes without end (more than 300)");
}

/// Nor is the time that the engine takes to let it go by.
fn virtual_time_is_not_waited_for() {
    let program =
        Program::of("int main(void) { for (int naps = 0; naps < 3000; naps++) usleep(1000); }");
    let mut world = World::new(0).expect("a world");
    world.limits.time = Duration::from_millis(150);
    assert_eq!(said(&world.run(program.launch()).expect("a run")), "");
}

/// A compiler's sleeps take their time.
fn a_time() {
    let mut world = World::new(0).expect("a world");
    world.limits.time = Duration::from_secs(1);
    let ran = world.run(Launch { kind: Kind::Compiler, ..Launch::of(["sleep", "100"]) });
    assert_eq!(stopped(&ran.expect("a run")), "it did not end in 1 seconds");
}

/// Three seconds each: none alone is too much.
fn processor_time_of_those_that_live_and_of_those_that_have_ended() {
    let ran = run_long(
        r"
    void burn(void) {
        struct rusage used;
        do {
            for (volatile int times = 0; times < 30000000; times++)
                ;
            getrusage(RUSAGE_SELF, &used);
        } while (used.ru_utime.tv_sec < 3);
    }
    int main(void) {
        if (fork() == 0) {
            burn();
            _exit(0);
        }
        wait(NULL);
        burn();
    }",
    );
    assert_eq!(stopped(&ran), "it uses the processor without end (more than 5 seconds)");
}

/// Each stays below the bound of one.
fn processor_time_of_a_crowd() {
    let spins =
        Program::of("int main(void) { while (clock() < 0.8 * CLOCKS_PER_SEC); say(\"ended\"); }");
    let mut world = World::new(0).expect("a world");
    world.limits.processor = Duration::from_secs(1);
    let launch = || Launch { keeps_input: true, ..spins.launch() };
    let runs: Vec<_> = (0..8).map(|_| world.start(launch()).expect("a run")).collect();
    world.wait_until_all_wait().expect("a wait");
    let ended: Vec<_> = runs.into_iter().map(|run| world.finish(run).expect("a run")).collect();
    let is_cut_off = |ran: &&Ran| {
        ran.stopped.as_deref() == Some("it uses the processor without end (more than 1 seconds)")
    };
    assert!(ended.iter().filter(is_cut_off).count() > 2);
}

fn system_calls() {
    let ran =
        run_long("int main(void) { for (int times = 0; times < 101000; times++) getppid(); }");
    assert_eq!(stopped(&ran), "it makes system calls without end (more than 100000)");
}

fn sleeps_timed_waits_and_alarms() {
    let wanted = "it sleeps again and again without end (more than 10000 times)";
    let sleeps = run("int main(void) { for (;;) usleep(1000); }");
    assert_eq!(stopped(&sleeps), wanted);
    let waits = run(
        "int main(void) { int ends[2]; pipe(ends); struct pollfd one = {ends[0], POLLIN}; for (;;) poll(&one, 1, 1); }",
    );
    assert_eq!(stopped(&waits), wanted);
    let rings = run(
        "int main(void) { handle(SIGALRM, do_nothing, 0); for (ualarm(1000, 1000); ; ) pause(); }",
    );
    assert_eq!(stopped(&rings), wanted);
}

fn memory_of_all_processes() {
    let ran = run_long(
        r"
    int main(void) {
        long size = 600L << 20;
        fork();
        memset(malloc(size), 1, size);
        for (;;)
            ;
    }",
    );
    assert_eq!(stopped(&ran), "it uses more than 1024 MiB of memory");
}

fn a_large_segment_takes_no_memory_until_it_is_filled() {
    let ran = run(r#"
    int main(void) {
        if (shmget(IPC_PRIVATE, 2L << 30, 0600) == -1)
            perror("shmget");
        for (int times = 0; times < 200; times++)
            getppid();
        say("ended");
    }"#);
    assert_eq!((said(&ran), &ran.stopped), ("ended".into(), &None));
}

/// None of them is attached when it is looked at.
fn memory_of_segments() {
    let ran = run_long(
        r"
    int main(void) {
        long size = 300L << 20;
        for (int count = 0; count < 4; count++) {
            char *memory = shmat(shmget(IPC_PRIVATE, size, 0600), NULL, 0);
            memset(memory, 1, size);
            shmdt(memory);
        }
        for (;;)
            ;
    }",
    );
    assert_eq!(stopped(&ran), "it uses more than 1024 MiB of memory");
}

/// Each file is small enough.
/// What is mapped for others, and left to them, nobody is seen to use. What is mapped for oneself is seen.
fn memory_that_was_ever_shared() {
    let maps = |flags: &str| {
        run(&format!(
            r#"
    int main(void) {{
        for (int times = 0; times < 20; times++)
            munmap(mmap(NULL, 64 << 20, PROT_READ, {flags} | MAP_ANONYMOUS, -1, 0), 64 << 20);
        say("all");
    }}"#
        ))
    };
    assert_eq!(stopped(&maps("MAP_SHARED")), "it uses more than 1024 MiB of memory");
    assert_eq!(said(&maps("MAP_PRIVATE")), "all");
}

fn bytes_of_files() {
    let ran = run_long(
        r#"
    int main(void) {
        long size = 12 << 20;
        char *bytes = malloc(size), name[9];
        memset(bytes, 1, size);
        mkdir("below", 0700);
        for (int count = 0; count < 6; count++) {
            sprintf(name, "below/%d", count);
            write(open(name, O_CREAT | O_WRONLY, 0600), bytes, size);
        }
        for (;;)
            ;
    }"#,
    );
    assert_eq!(stopped(&ran), "it writes without end (more than 64 MiB)");
}

fn number_of_files() {
    let ran = run_long(
        r#"
    int main(void) {
        char name[9];
        for (int count = 0; count < 4100; count++) {
            sprintf(name, "%d", count);
            close(open(name, O_CREAT | O_WRONLY, 0600));
        }
        for (;;)
            ;
    }"#,
    );
    assert_eq!(stopped(&ran), "it makes files without end (more than 4000)");
}

fn output() {
    let ran = run_long(
        "int main(void) { for (int times = 0; times < 500; times++) write(1, malloc(4096), 4096); }",
    );
    assert_eq!(stopped(&ran), "it prints without end (more than 1 MiB)");
}

fn errors() {
    let ran = run_long(
        "int main(void) { for (int times = 0; times < 500; times++) write(2, malloc(4096), 4096); }",
    );
    assert_eq!(stopped(&ran), "it prints without end (more than 1 MiB)");
}

/// Nothing is written: the kernel sees to it.
fn the_size_of_a_file() {
    let ran = run_long(
        r#"int main(void) { ftruncate(open("file", O_CREAT | O_WRONLY, 0600), (64 << 20) + 1); }"#,
    );
    assert_eq!(stopped(&ran), "it writes a file without end (more than 64 MiB)");
    assert_eq!(in_words(ran.outcome.status), "died by SIGXFSZ");
}

fn a_bound_that_is_not_reached() {
    let ran = run_long(
        "int main(void) { for (int times = 0; times < 200; times++) write(1, calloc(1, 4096), 4096); }",
    );
    assert_eq!(said(&ran).len(), 200 * 4096);
}
