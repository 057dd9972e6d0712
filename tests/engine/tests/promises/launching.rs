//! How a program begins: as whom, with what; and what keeps it from beginning.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use engine::{Folder, Launch, NOBODY, World, can_become, user_for};
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sched::{CloneFlags, unshare};
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{SigHandler, SigSet, Signal, signal};
use nix::unistd::{Gid, geteuid, setgroups};

use crate::programs::{Program, become_ordinary, run, run_launch, said};
use crate::skip;

crate::tests! {
    a_name_alone_is_looked_up_where_programs_are
    no_descriptor_is_inherited
    the_environment_is_the_engines
    the_case_adds_to_the_environment
    words_are_passed_as_they_are
    it_begins_in_a_folder_of_its_own
    it_leads_a_session_of_its_own
    signals_act_by_default_and_none_is_blocked
    the_kernel_holds_it_to_its_limits
    no_program_brings_new_rights
    roots_programs_run_as_nobody
    roots_programs_run_as_whom_the_case_wants
    a_root_that_can_become_nobody_gives_up_its_rights
    an_ordinary_user_stays_who_he_is
    an_ordinary_user_becomes_nobody
    a_missing_program_is_trouble_that_names_it
    a_program_that_may_not_be_executed_is_trouble
    a_program_without_words_is_trouble
    a_word_with_a_null_is_trouble
    no_descriptor_left_is_trouble
    no_process_is_left_by_trouble
}

/// Here 10 and above are open, and go to every program that nobody keeps from it.
fn no_descriptor_is_inherited() {
    let file = File::open("/dev/null").expect("a file");
    let copy = fcntl(&file, FcntlArg::F_DUPFD(10)).expect("a copy");
    let flags = fcntl(&file, FcntlArg::F_SETFD(FdFlag::empty()));
    flags.expect("a flag");
    assert!(copy >= 10);
    let ran = run(
        r#"int main(void) { for (int one = 0; one < 256; one++) if (fcntl(one, F_GETFD) >= 0) tell("open", one); }"#,
    );
    assert_eq!(said(&ran), "open: 0\nopen: 1\nopen: 2\n");
}

const ENVIRONMENT: &str = r"
    extern char **environ;
    int main(void) { for (char **one = environ; *one; one++) puts(*one); }";

fn the_environment_is_the_engines() {
    assert_eq!(
        said(&run(ENVIRONMENT)),
        "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nTMPDIR=.\n"
    );
}

fn the_case_adds_to_the_environment() {
    let program = Program::of(ENVIRONMENT);
    let ran = run_launch(Launch { environment: vec![("WHO", "me".into())], ..program.launch() });
    assert!(said(&ran).ends_with("\nWHO=me\n"));
}

fn words_are_passed_as_they_are() {
    let ran = run_launch(Launch::of(["printf", "[%s]", "a b", "", "ü", "$HOME"]));
    assert_eq!(said(&ran), "[a b][][ü][$HOME]");
}

fn it_begins_in_a_folder_of_its_own() {
    let mut world = World::new(0).unwrap();
    let said = said(&world.run(Launch::of(["pwd"])).unwrap());
    assert_eq!(PathBuf::from(said.trim()), world.folder().path());
    let mode = world.folder().path().metadata().expect("its mode").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

fn it_leads_a_session_of_its_own() {
    let ran =
        run(r#"int main(void) { tell("leads", getsid(0) == getpid() && getpgrp() == getpid()); }"#);
    assert_eq!(said(&ran), "leads: 1\n");
}

fn signals_act_by_default_and_none_is_blocked() {
    for ignored in [Signal::SIGHUP, Signal::SIGINT, Signal::SIGTERM, Signal::SIGPIPE] {
        // SAFETY: SIG_IGN is no function.
        unsafe { signal(ignored, SigHandler::SigIgn) }.expect("a signal");
    }
    SigSet::from(Signal::SIGUSR1).thread_block().expect("a signal");
    let ran = run_launch(Launch::of(["grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"]));
    // Those from 32 on are real-time signals.
    let is_none = |line: &str| line.ends_with("00000000") || line.ends_with("80000000");
    assert!(said(&ran).lines().all(is_none), "{}", said(&ran));
}

fn the_kernel_holds_it_to_its_limits() {
    let limit = |name: &str, number: &str| {
        format!("tell(\"{name}\", (getrlimit({number}, &limit), limit.rlim_max));")
    };
    let limits = [
        ("core", "RLIMIT_CORE"),
        ("file", "RLIMIT_FSIZE"),
        ("queues", "RLIMIT_MSGQUEUE"),
        ("descriptors", "RLIMIT_NOFILE"),
    ];
    let limits: String = limits.iter().map(|(name, number)| limit(name, number)).collect();
    let ran = run(&format!("int main(void) {{ struct rlimit limit; {limits} }}"));
    assert_eq!(said(&ran), "core: 0\nfile: 67108864\nqueues: 0\ndescriptors: 256\n");
}

fn no_program_brings_new_rights() {
    let ran = run_launch(Launch::of(["grep", "NoNewPrivs", "/proc/self/status"]));
    assert_eq!(said(&ran), "NoNewPrivs:\t1\n");
}

/// Its users, groups and capabilities.
const WHO: &str =
    r"grep -E '^(Uid|Gid|Groups|CapPrm|CapEff|CapInh|CapAmb)' /proc/self/status | tr -d '\n\t '";

fn who(launch: Launch) -> String {
    said(&run_launch(launch))
}

fn by_shell(user: Option<u32>) -> Launch {
    Launch { user, ..Launch::of(["sh", "-c", WHO]) }
}

fn wanted(user: u32) -> String {
    let none = "0".repeat(16);
    let four = user.to_string().repeat(4);
    format!("Uid:{four}Gid:{four}Groups:CapInh:{none}CapPrm:{none}CapEff:{none}CapAmb:{none}")
}

fn needs_root() {
    if !can_become(NOBODY) {
        skip("only root can have a program run as another user");
    }
}

fn roots_programs_run_as_nobody() {
    needs_root();
    setgroups(&[Gid::from_raw(0), Gid::from_raw(6)]).expect("groups");
    assert_eq!(user_for(None), Some(NOBODY));
    assert_eq!(who(by_shell(None)), wanted(NOBODY));
}

fn roots_programs_run_as_whom_the_case_wants() {
    needs_root();
    assert_eq!(user_for(Some(12_345)), Some(12_345));
    assert_eq!(who(by_shell(Some(12_345))), wanted(12_345));
}

/// In a namespace with no user but root.
fn a_root_that_can_become_nobody_gives_up_its_rights() {
    let (user, group) = (geteuid(), nix::unistd::getegid());
    let alone = unshare(CloneFlags::CLONE_NEWUSER).is_ok()
        && fs::write("/proc/self/setgroups", "deny").is_ok()
        && fs::write("/proc/self/uid_map", format!("0 {user} 1")).is_ok()
        && fs::write("/proc/self/gid_map", format!("0 {group} 1")).is_ok();
    if !alone {
        skip("no namespace of users can be made");
    }
    assert!(geteuid().is_root() && !can_become(NOBODY));
    assert_eq!(user_for(None), None);
    let seen = who(by_shell(None));
    let rights = |text: &str| text.find("Cap").map(|from| text[from..].to_string());
    assert_eq!(rights(&seen), rights(&wanted(0)));
    let reads = "head -c 1 /etc/shadow || grep -c root: /etc/passwd";
    assert_eq!(said(&run_launch(Launch::of(["sh", "-c", reads]))), "1\n");
}

fn an_ordinary_user_stays_who_he_is() {
    become_ordinary();
    assert_eq!(user_for(None), None);
    let user = geteuid();
    assert!(who(by_shell(None)).starts_with(&format!("Uid:{}", user.to_string().repeat(4))));
}

fn an_ordinary_user_becomes_nobody() {
    become_ordinary();
    assert!(!can_become(NOBODY) && !can_become(0));
    assert_eq!(user_for(Some(12_345)), None);
}

fn trouble(launch: Launch) -> String {
    match World::new(0).expect("a world").run(launch) {
        Err(trouble) => trouble.to_string(),
        Ok(ran) => panic!("it ran: {:?}", ran.outcome),
    }
}

fn a_missing_program_is_trouble_that_names_it() {
    let wanted = r#"starting ["/no/such/program"]: starting /no/such/program: ENOENT: No such file or directory"#;
    assert_eq!(trouble(Launch::of(["/no/such/program"])), wanted);
    let text = trouble(Launch::of(["no-such-program"]));
    assert!(
        text.starts_with(r#"starting ["no-such-program"]: starting no-such-program: E"#),
        "{text}"
    );
}

fn a_program_that_may_not_be_executed_is_trouble() {
    let folder = Folder::new(None).unwrap();
    folder.let_others_through().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "text").expect("a file");
    fs::set_permissions(&file, Permissions::from_mode(0o644)).expect("its mode");
    let text = trouble(Launch::of([&file]));
    assert!(
        text.ends_with(&format!("starting {}: EACCES: Permission denied", file.display())),
        "{text}"
    );
}

fn a_program_without_words_is_trouble() {
    assert_eq!(trouble(Launch::default()), "starting []: a command: it has no words");
}

fn a_word_with_a_null_is_trouble() {
    assert!(trouble(Launch::of(["echo", "a\0b"])).contains("reading the command"));
}

fn no_descriptor_left_is_trouble() {
    for most in 0..40 {
        let mut world = World::new(0).unwrap();
        setrlimit(Resource::RLIMIT_NOFILE, most, 1024).expect("a limit");
        let ran = world.run(Launch::of(["echo", "text"]));
        setrlimit(Resource::RLIMIT_NOFILE, 1024, 1024).expect("a limit");
        match ran {
            Ok(ran) => return assert_eq!(said(&ran), "text\n"),
            Err(trouble) => {
                let text = trouble.to_string();
                assert!(
                    text.contains("Too many open files") && text.contains("echo"),
                    "{most}: {text}"
                );
            }
        }
    }
    panic!("40 descriptors are enough")
}

fn no_process_is_left_by_trouble() {
    trouble(Launch::of(["/no/such/program"]));
    assert_eq!(nix::sys::wait::wait(), Err(nix::errno::Errno::ECHILD));
}

/// Not where the caller looks.
fn a_name_alone_is_looked_up_where_programs_are() {
    let folder = Folder::new(None).expect("a folder");
    folder.let_others_through().expect("its mode");
    let script = folder.path().join("own-program");
    fs::write(&script, "#!/bin/sh\n").expect("a script");
    fs::set_permissions(&script, Permissions::from_mode(0o755)).expect("its mode");
    // SAFETY: this process has one thread.
    unsafe { std::env::set_var("PATH", folder.path()) };
    let text = trouble(Launch::of(["own-program"]));
    assert!(text.ends_with("starting own-program: ENOENT: No such file or directory"), "{text}");
    assert_eq!(said(&run_launch(Launch::of(["echo", "found"]))), "found\n");
}
