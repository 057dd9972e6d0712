//! What is not on the list of calls is refused, by the kernel, and told.

use engine::{Kind, Launch, in_words};

use crate::programs::{Program, run, run_launch, said};

crate::tests! {
    a_call_that_nobody_knows_is_refused
    a_call_that_is_not_on_the_list_is_refused
    clone3_is_refused_and_threads_are_made_all_the_same
    arguments_decide
    an_ioctl_may_ask_but_not_act
    upper_halves_of_ints_do_not_count
    fcntl_may_not_have_others_signalled
    limits_of_others_are_refused
    a_refused_call_is_told_once
    a_call_of_another_architecture_ends_the_program
    a_call_of_x32_is_refused
    a_compiler_may_change_modes_and_a_program_not
    a_compiler_may_not_use_segments
    a_compilers_sleep_is_real
}

const REFUSED: &str = "Function not implemented";

/// What is called, and how the call is named that is refused.
fn is_refused(calls: &[(&str, &str)]) {
    let lines = calls.iter().map(|(call, _)| format!("tell(\"it\", syscall({call}));"));
    let lines = lines.collect::<Vec<_>>().concat();
    let ran = run(&format!("int main(void) {{ int ends[2]; {lines} }}"));
    assert_eq!(said(&ran), format!("it: {REFUSED}\n").repeat(calls.len()));
    let mut names: Vec<&str> = calls.iter().map(|&(_, name)| name).collect();
    names.dedup();
    assert_eq!(ran.refused(), names);
}

fn a_call_that_nobody_knows_is_refused() {
    is_refused(&[("9999", "call number 9999")]);
}

fn a_call_that_is_not_on_the_list_is_refused() {
    is_refused(&[
        ("SYS_socket, AF_INET, SOCK_STREAM, 0", "socket"),
        ("SYS_ptrace, 0, 0, 0, 0", "ptrace"),
        ("SYS_unshare, 0", "unshare"),
        ("SYS_memfd_create, \"x\", 0", "memfd_create"),
        ("SYS_setuid, getuid()", "setuid"),
        ("SYS_io_uring_setup, 1, 0", "io_uring_setup"),
    ]);
}

fn clone3_is_refused_and_threads_are_made_all_the_same() {
    is_refused(&[("SYS_clone3, 0, 0", "clone3")]);
    let ran = run(r#"
    void *thread(void *nothing) { say("thread"); }
    int main(void) {
        pthread_t one;
        pthread_create(&one, NULL, thread, NULL);
        pthread_join(one, NULL);
    }"#);
    assert_eq!(said(&ran), "thread");
}

fn arguments_decide() {
    is_refused(&[
        ("SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0", "clone"),
        ("SYS_clone, CLONE_NEWIPC | SIGCHLD, 0, 0, 0, 0", "clone"),
        ("SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0", "clone"),
        ("SYS_clone, 0x00800000 | SIGCHLD, 0, 0, 0, 0", "clone"), // CLONE_UNTRACED
        ("SYS_socketpair, AF_UNIX, SOCK_DGRAM, 0, ends", "socketpair"),
        ("SYS_socketpair, AF_INET, SOCK_STREAM, 0, ends", "socketpair"),
        ("SYS_sendto, 1, \"x\", 1, 0, \"name\", 4", "sendto"),
        ("SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0", "prctl"),
        ("SYS_prctl, PR_SET_PTRACER, -1, 0, 0, 0", "prctl"),
        ("SYS_mknodat, AT_FDCWD, \"device\", S_IFCHR | 0600, 0x103", "mknodat"),
        ("SYS_mknodat, AT_FDCWD, \"socket\", S_IFSOCK | 0600, 0", "mknodat"),
    ]);
    let ran = run(r#"
    int main(void) {
        int ends[2];
        tell("a pair of streams", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
        tell("send", send(ends[0], "x", 1, 0));
        tell("a FIFO", mkfifo("fifo", 0600));
        tell("a name", prctl(PR_SET_NAME, "name", 0, 0, 0));
    }"#);
    assert_eq!(said(&ran), "a pair of streams: 0\nsend: 1\na FIFO: 0\na name: 0\n");
}

fn an_ioctl_may_ask_but_not_act() {
    is_refused(&[
        ("SYS_ioctl, 0, TIOCSTI, \"x\"", "ioctl"),
        ("SYS_ioctl, 0, TIOCSCTTY, 0", "ioctl"),
    ]);
    let ran = run(r#"int main(void) { int bytes; tell("FIONREAD", ioctl(0, FIONREAD, &bytes)); }"#);
    assert_eq!(said(&ran), "FIONREAD: 0\n");
}

/// The kernel takes an int from half a register.
fn upper_halves_of_ints_do_not_count() {
    is_refused(&[("SYS_fcntl, 0x1234567800000000, 0x1234567800000008, 1", "fcntl")]);
    let ran = run(r#"
    int main(void) {
        tell("fcntl", syscall(SYS_fcntl, 0x1234567800000001, 0x1234567800000001, 0));
        tell("prlimit64", syscall(SYS_prlimit64, 0x1234567800000000, RLIMIT_CPU, NULL, NULL));
    }"#);
    assert_eq!(said(&ran), "fcntl: 0\nprlimit64: 0\n");
}

fn fcntl_may_not_have_others_signalled() {
    is_refused(&[
        ("SYS_fcntl, 0, F_SETOWN, 1", "fcntl"),
        ("SYS_fcntl, 0, F_SETSIG, 9", "fcntl"),
        ("SYS_fcntl, 0, F_NOTIFY, 0", "fcntl"),
    ]);
}

fn limits_of_others_are_refused() {
    is_refused(&[("SYS_prlimit64, getppid(), RLIMIT_CPU, 0, 0", "prlimit64")]);
    let ran = run(
        r#"int main(void) { struct rlimit limit; tell("own", getrlimit(RLIMIT_CPU, &limit)); }"#,
    );
    assert_eq!(said(&ran), "own: 0\n");
}

fn a_refused_call_is_told_once() {
    is_refused(&[("9999", "call number 9999"), ("9999", "call number 9999")]);
}

#[cfg(target_arch = "x86_64")]
const INT80: &str = r#"
    int main(void) {
        long number = 20; /* getpid of i386 */
        __asm__ volatile("int $0x80" : "+a"(number));
        say("it was made");
    }"#;

fn a_call_of_another_architecture_ends_the_program() {
    #[cfg(target_arch = "x86_64")]
    {
        let ran = run(INT80);
        assert_eq!(said(&ran), "");
        assert_eq!(in_words(ran.outcome.status), "died by SIGSYS");
        assert_eq!(ran.refused(), ["a call of another architecture"]);
    }
}

fn a_call_of_x32_is_refused() {
    #[cfg(target_arch = "x86_64")]
    is_refused(&[("0x40000000 + SYS_getpid", "call number 1073741863")]);
}

const CHMOD: &str = r#"
    int main(void) {
        close(open("file", O_CREAT | O_WRONLY, 0600));
        tell("chmod", syscall(SYS_fchmodat, AT_FDCWD, "file", 0700));
    }"#;

fn a_compiler_may_change_modes_and_a_program_not() {
    let program = Program::of(CHMOD);
    assert_eq!(said(&run_launch(program.launch())), format!("chmod: {REFUSED}\n"));
    let compiler = Launch { kind: Kind::Compiler, ..program.launch() };
    assert_eq!(said(&run_launch(compiler)), "chmod: 0\n");
}

fn a_compiler_may_not_use_segments() {
    let program =
        Program::of(r#"int main(void) { tell("shmget", shmget(1, 1, IPC_CREAT | 0600)); }"#);
    let compiler = Launch { kind: Kind::Compiler, ..program.launch() };
    assert_eq!(said(&run_launch(compiler)), format!("shmget: {REFUSED}\n"));
}

/// Its calls are not followed.
fn a_compilers_sleep_is_real() {
    let program = Program::of(r#"int main(void) { usleep(1000); say("slept"); }"#);
    let ran = run_launch(Launch { kind: Kind::Compiler, ..program.launch() });
    assert_eq!(said(&ran), "slept");
    assert_eq!((ran.sleeper, ran.calls), (None, vec![vec![]]));
}
