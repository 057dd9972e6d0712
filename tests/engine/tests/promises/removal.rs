//! A world leaves nothing; and what checks left that were killed is removed, and nobody else's.

use std::env::temp_dir;
use std::fs::{self, Permissions};
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use engine::{At, Folder, Kind, Launch, NewSegment, World, remove_stale};
use nix::errno::Errno;
use nix::sys::prctl::set_child_subreaper;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitStatus, wait, waitpid};
use nix::unistd::{Pid, getpid};

use crate::programs::{Program, become_ordinary, said};

crate::tests! {
    segments_sets_and_queues_are_removed
    what_has_no_key_has_one_of_the_range
    its_range_is_given_back
    a_range_with_a_strangers_segment_is_not_taken
    processes_are_ended
    processes_are_ended_that_were_held_or_stopped
    processes_end_with_the_engine
    deep_folders_are_removed
    names_that_the_engine_would_use_are_no_hindrance
    a_folder_in_a_place_of_roots_is_removed
    closed_folders_are_removed
    links_are_not_followed
    an_unused_folder_serves_the_next_world
    a_used_folder_serves_no_other_world
    an_unused_folder_goes_with_its_process
    what_a_killed_check_left_is_removed
    what_a_living_check_has_is_not_removed
    look_alikes_are_not_removed
}

/// The lines of a table with this word in them.
fn rows(table: &str, word: &str) -> Vec<String> {
    let text = fs::read_to_string(format!("/proc/sysvipc/{table}")).expect("a table");
    let has_word = |line: &&str| line.split_whitespace().any(|other| other == word);
    text.lines().filter(has_word).map(String::from).collect()
}

/// Makes two of each, and prints its number, by which they are found again.
const MAKES: &str = r#"
    int main(void) {
        long message[2] = {1};
        shmget(1, 10, IPC_CREAT | 0600);
        shmget(IPC_PRIVATE, 10, 0600);
        semget(1, 1000 + getpid() % 30000, IPC_CREAT | 0600);
        semget(IPC_PRIVATE, 1000 + getpid() % 30000, 0600);
        msgsnd(msgget(1, IPC_CREAT | 0600), message, 8, 0);
        msgsnd(msgget(IPC_PRIVATE, 0600), message, 8, 0);
        mkdir("folder", 0700);
        dprintf(1, "%d", getpid());
    }"#;

/// The number of the process that made them in this world.
fn make(world: &mut World, program: &Program) -> i32 {
    said(&world.run(program.launch()).unwrap()).parse().expect("a number")
}

/// How many of them are there.
fn made(maker: i32) -> [usize; 3] {
    let count = |table, number: i32| rows(table, &number.to_string()).len();
    [segments(maker, "10"), count("sem", 1000 + maker % 30_000), count("msg", maker)]
}

/// How many segments of this size a process has made, or used last.
fn segments(maker: i32, size: &str) -> usize {
    let is_of_size = |row: &&String| row.split_whitespace().nth(3) == Some(size);
    rows("shm", &maker.to_string()).iter().filter(is_of_size).count()
}

fn segments_sets_and_queues_are_removed() {
    let program = Program::of(MAKES);
    let mut world = World::new(0).unwrap();
    let maker = make(&mut world, &program);
    assert_eq!(made(maker), [2, 2, 2]);
    let left = world.left().unwrap();
    assert_eq!((left.segments.len(), left.semaphores, left.queues), (2, 2, 2));
    drop(world);
    assert_eq!(made(maker), [0, 0, 0]);
}

/// So that it is found where its maker is killed before it is told of it.
fn what_has_no_key_has_one_of_the_range() {
    let mut world = World::new(0).unwrap();
    let maker = make(&mut world, &Program::of(MAKES));
    let claim = claimed();
    let numbers = [("shm", maker), ("sem", 1000 + maker % 30_000), ("msg", maker)];
    for (table, number) in numbers {
        for row in rows(table, &number.to_string()) {
            let key: i32 = row.split_whitespace().next().expect("a key").parse().expect("a number");
            assert!((claim - 255..claim).contains(&key), "{table}: {row}");
        }
    }
}

/// The claims of ranges of keys that a process has made.
fn claims_of(maker: Pid) -> usize {
    segments(maker.as_raw(), "7563373")
}

fn its_range_is_given_back() {
    let world = World::new(0).unwrap();
    assert_eq!(claims_of(getpid()), 1);
    drop(world);
    assert_eq!(claims_of(getpid()), 0);
}

/// The key of this process's claim.
fn claimed() -> i32 {
    let claims = rows("shm", &std::process::id().to_string());
    let claim = claims.iter().find(|row| row.contains(" 7563373 ")).expect("a claim");
    claim.split_whitespace().next().expect("a key").parse().expect("a number")
}

/// It would meet the program's own, which has its key.
fn a_range_with_a_strangers_segment_is_not_taken() {
    let world = World::new(0).expect("a world");
    let first = claimed();
    drop(world);
    let strangers = NewSegment::make(first - 255, 77, 0o600, b"").expect("a segment");
    let world = World::new(0).expect("a world");
    let second = claimed();
    drop(world);
    let id = strangers.id().to_string();
    assert!(Command::new("ipcrm").args(["-m", &id]).status().expect("ipcrm").success());
    assert_ne!(first, second);
}

/// Neither a session of its own nor ignored signals help the third process.
const DAEMON: &str = r"
    int main(void) {
        if (fork() == 0) {
            setsid();
            for (int signal = 1; signal < 32; signal++)
                handle(signal, SIG_IGN, 0);
            if (fork() == 0) {
                getppid();
                for (int times = 0; times < 600; times++)
                    sleep(1);
            }
            _exit(0);
        }
        wait(NULL);
    }";

/// Whether it goes on. What has ended may be there until its parent has heard of it.
fn goes_on(process: &Path) -> bool {
    let text = fs::read_to_string(process.join("stat")).unwrap_or_default();
    text.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

/// The processes of this program, when the third has come to call getppid.
fn processes(world: &mut World, launch: Launch) -> Vec<PathBuf> {
    let program = PathBuf::from(&launch.words[0]);
    let run = world.start_paused(launch, 2, At::Call("getppid", 1)).expect("a run");
    assert!(!world.has_ended(run));
    let is_it = |process: &PathBuf| {
        let words = fs::read(process.join("cmdline")).unwrap_or_default();
        words.split(|&byte| byte == 0).next() == Some(program.as_os_str().as_bytes())
    };
    let all = fs::read_dir("/proc").expect("a folder").flatten().map(|entry| entry.path());
    all.filter(is_it).collect()
}

fn processes_are_ended() {
    let program = Program::of(DAEMON);
    let mut world = World::new(0).unwrap();
    let processes = processes(&mut world, program.launch());
    assert!(!processes.is_empty());
    drop(world);
    assert!(!processes.iter().any(|process| goes_on(process)), "{processes:?}");
}

fn processes_are_ended_that_were_held_or_stopped() {
    let program = Program::of(
        r"
        int main(void) {
            if (fork() == 0) {
                kill(getpid(), SIGSTOP);
                _exit(0);
            }
            if (fork() == 0) {
                getppid();
                _exit(0);
            }
            pause();
        }",
    );
    let mut world = World::new(0).unwrap();
    let processes = processes(&mut world, program.launch());
    assert_eq!(processes.len(), 3);
    drop(world);
    assert!(!processes.iter().any(|process| goes_on(process)), "{processes:?}");
}

/// Also if it is killed itself. Orphans come to this process here: if one goes on, the test does not end.
fn processes_end_with_the_engine() {
    let program = Program::of(DAEMON);
    set_child_subreaper(true).expect("a setting");
    let engine = engine::fork().expect("a process");
    if engine.as_raw() == 0 {
        let mut world = World::new(0).expect("a world");
        let count = processes(&mut world, program.launch()).len();
        engine::exit(i32::from(count == 0)) // the world is not dropped
    }
    assert_eq!(waitpid(engine, None), Ok(WaitStatus::Exited(engine, 0)));
    loop {
        match wait() {
            Ok(WaitStatus::Signaled(_, Signal::SIGKILL, _) | WaitStatus::Exited(..)) => {}
            Err(Errno::ECHILD) => break,
            other => panic!("{other:?}"),
        }
    }
    remove_stale().unwrap();
}

/// Their path is longer than a path may be. (Root needs no rights to remove them.)
fn deep_folders_are_removed() {
    become_ordinary();
    let program = Program::of(
        r#"
        int main(void) {
            char name[101] = {0};
            memset(name, 'x', 100);
            for (int depth = 0; depth < 1000; depth++) {
                mkdir(name, 0700);
                chdir(name);
            }
            close(open("file", O_CREAT | O_WRONLY, 0600));
            tell("at the end", mkdir("closed", 0));
        }"#,
    );
    let mut world = World::new(0).unwrap();
    assert_eq!(said(&world.run(program.launch()).unwrap()), "at the end: 0\n");
    let folder = world.folder().path().to_path_buf();
    drop(world);
    assert!(!folder.exists());
}

/// In whatever order they are met.
fn names_that_the_engine_would_use_are_no_hindrance() {
    become_ordinary();
    let names =
        "for n in 1 2 3 4 5 6 7 8 9; do mkdir -p .removed-$n/a deep-$n/a; echo > deep-$n/a/b; done";
    assert!(!after(&format!("{names}; chmod 0 deep-*/a deep-*")).exists());
}

fn a_folder_in_a_place_of_roots_is_removed() {
    let place = temp_dir().join(format!("place-{}", std::process::id()));
    fs::create_dir(&place).expect("a folder");
    fs::set_permissions(&place, Permissions::from_mode(0o755)).expect("its mode");
    // SAFETY: this process has one thread.
    unsafe { std::env::set_var("TMPDIR", &place) };
    let folder = after("mkdir a");
    let (is_there, stays) = (folder.starts_with(&place), folder.exists());
    fs::remove_dir_all(&place).expect("no folder any more");
    assert_eq!((is_there, stays), (true, false));
}

/// A shell's command in a new world, as compilers may do more; the world's folder when it has been dropped.
fn after(command: &str) -> PathBuf {
    let mut world = World::new(0).expect("a world");
    let launch = Launch { kind: Kind::Compiler, ..Launch::of(["sh", "-c", command]) };
    said(&world.run(launch).expect("a run"));
    world.folder().path().to_path_buf()
}

fn closed_folders_are_removed() {
    become_ordinary();
    assert!(!after("mkdir -p a/b a/c && echo > a/b/file && chmod 0 a/b a/c a").exists());
}

fn links_are_not_followed() {
    become_ordinary();
    let others = Folder::new(None).unwrap();
    let file = others.path().join("file");
    fs::write(&file, "text").expect("a file");
    let path = others.path().display();
    assert!(
        !after(&format!("mkdir a && ln -s {path} a/link && ln -s {path} link && chmod 0 a"))
            .exists()
    );
    assert!(file.exists());
}

/// Disks take their time for new ones.
fn an_unused_folder_serves_the_next_world() {
    assert_eq!(after("cat /dev/null"), after("true"));
}

/// What is seen in it would tell a program that it is not the first.
fn a_used_folder_serves_no_other_world() {
    let hides = "time=$(stat -c %.9Y .); echo >file; touch -d @$time .";
    for use_it in ["echo >file", "chmod 777 .", "mkdir a; rmdir a", "touch .", hides] {
        let used = after(use_it);
        assert!(!used.exists(), "{use_it}");
        assert_ne!(used, after("true"), "{use_it}");
    }
}

fn an_unused_folder_goes_with_its_process() {
    let path = after("true");
    assert!(path.exists());
    let maker = getpid();
    let child = engine::fork().expect("a process");
    if child.as_raw() == 0 {
        let own = after("true");
        std::process::exit((own == path).into());
    }
    assert_eq!(waitpid(child, None), Ok(WaitStatus::Exited(child, 0)));
    assert_eq!((folders_of(child), folders_of(maker)), (0, 1));
}

/// A check that says who has made what, and then ends or waits; its world is not dropped.
fn check(waits: bool) -> (Pid, i32) {
    let program = Program::of(MAKES);
    let (mut hears, mut tells) = UnixStream::pair().expect("two streams");
    let check = engine::fork().expect("a process");
    if check.as_raw() == 0 {
        drop(hears);
        let mut world = World::new(0).unwrap();
        let maker = make(&mut world, &program);
        assert_eq!(made(maker), [2, 2, 2]);
        tells.write_all(maker.to_string().as_bytes()).expect("its word");
        drop(tells);
        if waits {
            nix::sys::signal::SigSet::empty().suspend().expect("a signal that kills it");
        }
        engine::exit(0);
    }
    drop(tells);
    let mut maker = String::new();
    hears.read_to_string(&mut maker).expect("its word");
    (check, maker.parse().expect("a number"))
}

fn what_a_killed_check_left_is_removed() {
    let (check, maker) = check(false);
    assert_eq!(waitpid(check, None), Ok(WaitStatus::Exited(check, 0)));
    remove_stale().unwrap();
    assert_eq!((claims_of(check), made(maker), folders_of(check)), (0, [0, 0, 0], 0));
}

fn folders_of(maker: Pid) -> usize {
    let name = format!("-{maker}-");
    let all = fs::read_dir(temp_dir()).expect("a folder").flatten();
    all.filter(|entry| entry.file_name().to_string_lossy().contains(&name)).count()
}

fn what_a_living_check_has_is_not_removed() {
    let (check, maker) = check(true);
    remove_stale().unwrap();
    let left = (claims_of(check), made(maker), folders_of(check));
    kill(check, Signal::SIGKILL).and_then(|()| waitpid(check, None)).expect("its end");
    remove_stale().unwrap();
    assert_eq!(left, (1, [2, 2, 2], 1));
    assert_eq!((claims_of(check), made(maker), folders_of(check)), (0, [0, 0, 0], 0));
}

/// Each differs from a claim of a check that was killed in one thing.
fn look_alikes_are_not_removed() {
    const CLAIM: i32 = -0x1900_0000 + 256 * 22_222 + 255;
    const SIZE: i32 = 7_563_373;
    let alike = [
        (CLAIM, SIZE, 0o644),
        (CLAIM + 256, SIZE + 1, 0o600),
        (CLAIM + 257, SIZE, 0o600),
        (255, SIZE, 0o600),
    ];
    let maker = engine::fork().expect("a process");
    if maker.as_raw() == 0 {
        for (key, size, mode) in alike {
            NewSegment::make(key, size, mode, b"").expect("a segment");
        }
        engine::exit(0);
    }
    let made = waitpid(maker, None);
    remove_stale().unwrap();
    let left = alike.map(|(key, ..)| !rows("shm", &key.to_string()).is_empty());
    for (key, ..) in alike {
        let script = format!("shmctl(shmget({key}, 0, 0), 0, 0)");
        Command::new("perl").args(["-e", &script]).status().expect("perl");
    }
    assert_eq!(made, Ok(WaitStatus::Exited(maker, 0)));
    assert_eq!(left, [true; 4]);
}
