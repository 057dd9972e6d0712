//! Keys and IDs are a world's own.

use std::process::Command;

use engine::{NewSegment, World};

use crate::programs::{Program, run, run_launch, said};

crate::tests! {
    two_worlds_with_one_key_do_not_meet
    two_programs_of_a_world_meet
    ids_begin_where_the_case_wants
    each_table_has_numbers_of_its_own
    ipc_stat_has_the_programs_key
    segments_are_used
    semaphores_are_used
    queues_are_used
    upper_halves_of_registers_do_not_count
    the_first_argument_stays_in_its_register
    a_strangers_ids_are_none
    commands_about_the_whole_machine_are_refused
    too_many_ids_are_refused
    too_many_keys_are_refused
    named_semaphores_and_segments_are_in_the_own_folder
    the_case_sees_the_segments_and_stores_in_them
    too_many_calls_without_a_key_are_refused
    a_text_is_followed_until_it_is_stored
    so_many_keys_are_asked_for
    what_was_asked_for_is_told
}

fn two_worlds_with_one_key_do_not_meet() {
    let makes =
        Program::of(r#"int main(void) { tell("made", shmget(77, 10, IPC_CREAT | 0600)); }"#);
    let gets = Program::of(
        r#"int main(void) { tell("got", shmget(77, 0, 0)); tell("set", semget(77, 0, 0)); tell("queue", msgget(77, 0)); }"#,
    );
    let (mut one, mut other) = (World::new(0).unwrap(), World::new(0).unwrap());
    assert_eq!(said(&one.run(makes.launch()).unwrap()), "made: 0\n");
    let none = "No such file or directory\n";
    assert_eq!(
        said(&other.run(gets.launch()).unwrap()),
        format!("got: {none}set: {none}queue: {none}")
    );
    assert!(other.left().unwrap().segments.is_empty());
}

fn two_programs_of_a_world_meet() {
    let makes = Program::of(
        r#"int main(void) { strcpy(shmat(shmget(77, 10, IPC_CREAT | 0600), NULL, 0), "text"); }"#,
    );
    let gets = Program::of(r"int main(void) { say(shmat(shmget(77, 0, 0), NULL, SHM_RDONLY)); }");
    let mut world = World::new(0).unwrap();
    world.run(makes.launch()).unwrap();
    assert_eq!(said(&world.run(gets.launch()).unwrap()), "text");
}

fn ids_begin_where_the_case_wants() {
    let program = Program::of(
        r#"
    int main(void) {
        tell("one", shmget(1, 10, IPC_CREAT | 0600));
        tell("another", shmget(2, 10, IPC_CREAT | 0600));
        tell("the one", shmget(1, 0, 0));
        tell("attached", shmat(41, NULL, 0) == (void *)-1 ? -1 : 0);
        tell("none", shmat(0, NULL, 0) == (void *)-1 ? -1 : 0);
    }"#,
    );
    let said = said(&World::new(40).unwrap().run(program.launch()).unwrap());
    assert_eq!(said, "one: 40\nanother: 41\nthe one: 40\nattached: 0\nnone: Invalid argument\n");
}

fn each_table_has_numbers_of_its_own() {
    let program = Program::of(
        r#"
    int main(void) {
        tell("segment", shmget(1, 10, IPC_CREAT | 0600));
        tell("set", semget(1, 1, IPC_CREAT | 0600));
        tell("queue", msgget(1, IPC_CREAT | 0600));
    }"#,
    );
    assert_eq!(
        said(&World::new(5).unwrap().run(program.launch()).unwrap()),
        "segment: 5\nset: 5\nqueue: 5\n"
    );
}

fn ipc_stat_has_the_programs_key() {
    let ran = run(r#"
    int main(void) {
        struct shmid_ds segment;
        struct semid_ds set;
        struct msqid_ds queue;
        shmctl(shmget(11, 10, IPC_CREAT | 0600), IPC_STAT, &segment);
        semctl(semget(22, 1, IPC_CREAT | 0600), 0, IPC_STAT, &set);
        msgctl(msgget(33, IPC_CREAT | 0600), IPC_STAT, &queue);
        tell("segment", segment.shm_perm.__key);
        tell("set", set.sem_perm.__key);
        tell("queue", queue.msg_perm.__key);
        shmctl(shmget(IPC_PRIVATE, 10, 0600), IPC_STAT, &segment);
        tell("without", segment.shm_perm.__key);
    }"#);
    assert_eq!(said(&ran), "segment: 11\nset: 22\nqueue: 33\nwithout: 0\n");
}

fn segments_are_used() {
    let ran = run(r#"
    int main(void) {
        int id = shmget(1, 10, IPC_CREAT | IPC_EXCL | 0640);
        tell("again", shmget(1, 10, IPC_CREAT | IPC_EXCL | 0640));
        tell("larger", shmget(1, 9999, 0));
        char *text = shmat(id, NULL, 0);
        strcpy(text, "text\n");
        say(shmat(id, NULL, SHM_RDONLY));
        struct shmid_ds segment;
        shmctl(id, IPC_STAT, &segment);
        tell("attached", segment.shm_nattch);
        segment.shm_perm.mode = 0600;
        tell("IPC_SET", shmctl(id, IPC_SET, &segment));
        tell("detach", shmdt(text));
        tell("IPC_RMID", shmctl(id, IPC_RMID, NULL));
        tell("gone", shmget(1, 0, 0));
    }"#);
    let wanted = "again: File exists\nlarger: Invalid argument\ntext\nattached: 2\nIPC_SET: 0\ndetach: 0\n\
                  IPC_RMID: 0\ngone: No such file or directory\n";
    assert_eq!(said(&ran), wanted);
}

fn semaphores_are_used() {
    let ran = run(r#"
    int main(void) {
        int id = semget(1, 2, IPC_CREAT | 0600);
        struct sembuf up = {1, 5};
        tell("SETVAL", semctl(id, 0, SETVAL, 3));
        tell("semop", semop(id, &up, 1));
        tell("GETVAL", semctl(id, 0, GETVAL));
        tell("GETVAL", semctl(id, 1, GETVAL));
        tell("IPC_RMID", semctl(id, 0, IPC_RMID));
        tell("gone", semctl(id, 0, GETVAL));
    }"#);
    assert_eq!(
        said(&ran),
        "SETVAL: 0\nsemop: 0\nGETVAL: 3\nGETVAL: 5\nIPC_RMID: 0\ngone: Invalid argument\n"
    );
}

fn queues_are_used() {
    let ran = run(r#"
    int main(void) {
        struct { long kind; char text[8]; } message = {1, "text\n"}, got = {0};
        int id = msgget(1, IPC_CREAT | 0600);
        tell("msgsnd", msgsnd(id, &message, 6, 0));
        tell("msgrcv", msgrcv(id, &got, 8, 0, 0));
        say(got.text);
        tell("IPC_RMID", msgctl(id, IPC_RMID, NULL));
    }"#);
    assert_eq!(said(&ran), "msgsnd: 0\nmsgrcv: 6\ntext\nIPC_RMID: 0\n");
}

/// The kernel takes ints from the lower halves.
fn upper_halves_of_registers_do_not_count() {
    let ran = run(r#"
    #define DIRTY(number) (0x1234567800000000 | (unsigned)(number))
    int main(void) {
        struct shmid_ds segment;
        struct sembuf up = {0, 1};
        long id = syscall(SYS_shmget, DIRTY(9), 10, DIRTY(IPC_CREAT | 0600));
        tell("shmget", id);
        tell("the same", shmget(9, 0, 0));
        tell("shmat", syscall(SYS_shmat, DIRTY(id), 0, 0) == -1 ? -1 : 0);
        tell("IPC_STAT", syscall(SYS_shmctl, DIRTY(id), DIRTY(IPC_STAT), &segment));
        tell("its key", segment.shm_perm.__key);
        tell("IPC_RMID", syscall(SYS_shmctl, DIRTY(id), DIRTY(IPC_RMID), 0));
        tell("private", syscall(SYS_shmget, DIRTY(IPC_PRIVATE), 10, DIRTY(0600)));
        id = syscall(SYS_semget, DIRTY(9), DIRTY(1), DIRTY(IPC_CREAT | 0600));
        tell("semget", id);
        tell("semop", syscall(SYS_semop, DIRTY(id), &up, 1));
        tell("GETVAL", syscall(SYS_semctl, DIRTY(id), DIRTY(0), DIRTY(GETVAL)));
        tell("msgget", syscall(SYS_msgget, DIRTY(9), DIRTY(IPC_CREAT | 0600)));
    }"#);
    let wanted = "shmget: 0\nthe same: 0\nshmat: 0\nIPC_STAT: 0\nits key: 9\nIPC_RMID: 0\nprivate: 1\n\
                  semget: 0\nsemop: 0\nGETVAL: 1\nmsgget: 0\n";
    assert_eq!(said(&ran), wanted);
}

/// Compilers take it to be as it was.
fn the_first_argument_stays_in_its_register() {
    #[cfg(target_arch = "x86_64")]
    {
        let ran = run(r#"
        int main(void) {
            long first = 12345, result = SYS_shmget;
            register long flags __asm__("rdx") = IPC_CREAT | 0600;
            __asm__ volatile("syscall" : "+D"(first), "+a"(result), "+r"(flags) : "S"(10L) : "rcx", "r11", "memory");
            tell("shmget", result);
            tell("its key", first);
        }"#);
        assert_eq!(said(&ran), "shmget: 0\nits key: 12345\n");
    }
}

/// perl makes what is no world's.
fn perl(script: &str) -> String {
    let output = Command::new("perl").args(["-e", script]).output().expect("perl");
    String::from_utf8_lossy(&output.stdout).trim().to_string()
}

fn a_strangers_ids_are_none() {
    let segment = NewSegment::make(0, 100, 0o666, b"").expect("a segment").id();
    let set = perl("print semget(0, 1, 0666)");
    let queue = perl("print msgget(0, 0666)");
    let program = Program::of(
        r#"
    int main(int count, char **words) {
        int segment = atoi(words[1]), set = atoi(strchr(words[1], ' ')), queue = atoi(strrchr(words[1], ' '));
        struct shmid_ds buffer;
        struct sembuf up = {0, 1};
        struct { long kind; char text; } message = {1};
        tell("shmat", shmat(segment, NULL, 0) == (void *)-1 ? -1 : 0);
        tell("shmctl", shmctl(segment, IPC_STAT, &buffer));
        tell("semop", semop(set, &up, 1));
        tell("semctl", semctl(set, 0, GETVAL));
        tell("msgsnd", msgsnd(queue, &message, 1, 0));
        tell("msgrcv", msgrcv(queue, &message, 1, 0, IPC_NOWAIT));
        tell("msgctl", msgctl(queue, IPC_RMID, NULL));
    }"#,
    );
    let ran = run_launch(program.with(&format!("{segment} {set} {queue}")));
    let left = perl(&format!("print semctl({set}, 0, 0, 0), msgctl({queue}, 0, 0)"));
    perl(&format!("shmctl({segment}, 0, 0)"));
    let names = ["shmat", "shmctl", "semop", "semctl", "msgsnd", "msgrcv", "msgctl"];
    assert_eq!(said(&ran), names.map(|name| format!("{name}: Invalid argument\n")).concat());
    assert_eq!(left, "0 but true0 but true");
}

fn commands_about_the_whole_machine_are_refused() {
    let ran = run(r#"
    int main(void) {
        char buffer[1000];
        int segment = shmget(1, 10, IPC_CREAT | 0600), set = semget(1, 1, IPC_CREAT | 0600), queue = msgget(1, IPC_CREAT | 0600);
        tell("shm IPC_INFO", shmctl(segment, IPC_INFO, (void *)buffer));
        tell("SHM_INFO", shmctl(segment, SHM_INFO, (void *)buffer));
        tell("SHM_STAT", shmctl(segment, SHM_STAT, (void *)buffer));
        tell("sem IPC_INFO", semctl(set, 0, IPC_INFO, buffer));
        tell("SEM_INFO", semctl(set, 0, SEM_INFO, buffer));
        tell("SEM_STAT", semctl(set, 0, SEM_STAT, buffer));
        tell("msg IPC_INFO", msgctl(queue, IPC_INFO, (void *)buffer));
        tell("MSG_INFO", msgctl(queue, MSG_INFO, (void *)buffer));
        tell("MSG_STAT", msgctl(queue, MSG_STAT, (void *)buffer));
    }"#);
    let said = said(&ran);
    assert_eq!(said.matches(": Invalid argument\n").count(), 9, "{said}");
}

fn too_many_ids_are_refused() {
    let program = Program::of(
        r#"int main(void) { for (int key = 1; key < 19; key++) tell("id", shmget(key, 10, IPC_CREAT | 0600)); }"#,
    );
    let full = "id: No space left on device\n";
    let ran = run_launch(program.launch());
    assert_eq!((said(&ran).matches(full).count(), ran.asked_for_too_many), (2, true));
    let mut world = World::new(0).unwrap();
    world.for_a_crowd(18);
    assert_eq!(said(&world.run(program.launch()).unwrap()).matches(full).count(), 0);
    // What is removed at once counts, too.
    let removes = r#"int main(void) { for (int count = 1; count < 19; count++) { int id = shmget(IPC_PRIVATE, 10, 0600); tell("id", id); shmctl(id, IPC_RMID, NULL); } }"#;
    assert_eq!(said(&run(removes)).matches(full).count(), 2);
}

fn too_many_keys_are_refused() {
    let ran = run(r#"
    int main(void) {
        for (int key = 1; key <= 255; key++)
            shmget(key, 0, 0);
        tell("256", shmget(256, 0, 0));
        tell("255", shmget(255, 0, 0));
    }"#);
    assert_eq!(said(&ran), "256: No space left on device\n255: No such file or directory\n");
}

fn named_semaphores_and_segments_are_in_the_own_folder() {
    let program = Program::of(
        r#"
    int main(void) {
        sem_t *one = sem_open("/one-of-the-engines-tests", O_CREAT, 0600, 1);
        tell("sem_open", one == SEM_FAILED ? -1 : 0);
        tell("sem_wait", sem_wait(one));
        tell("shm_open", shm_open("/another-of-the-engines-tests", O_CREAT | O_RDWR, 0600) < 0 ? -1 : 0);
        tell("again", shm_open("/another-of-the-engines-tests", O_RDWR, 0) < 0 ? -1 : 0);
        tell("sem_unlink", sem_unlink("/one-of-the-engines-tests"));
    }"#,
    );
    let mut world = World::new(0).unwrap();
    let wanted = "sem_open: 0\nsem_wait: 0\nshm_open: 0\nagain: 0\nsem_unlink: 0\n";
    assert_eq!(said(&world.run(program.launch()).unwrap()), wanted);
    assert!(world.folder().path().join("another-of-the-engines-tests").exists());
    assert!(!world.folder().path().join("sem.one-of-the-engines-tests").exists());
    assert!(!std::path::Path::new("/dev/shm/another-of-the-engines-tests").exists());
}

fn the_case_sees_the_segments_and_stores_in_them() {
    let program = Program::of(
        r#"
    int main(void) {
        char *text = shmat(shmget(77, 100, IPC_CREAT | 0640), NULL, 0);
        strcpy(text, "by the program");
        getppid();
        say(text);
    }"#,
    );
    let mut world = World::new(7).unwrap();
    let run = world.start_paused(program.launch(), 0, engine::At::Call("getppid", 1)).unwrap();
    let left = world.left().unwrap();
    let segment = left.segments.first().expect("a segment");
    assert_eq!(
        (segment.id, segment.key, segment.mode, segment.size, segment.attached),
        (7, 77, 0o640, 100, 1)
    );
    assert!(segment.bytes.starts_with(b"by the program\0"));
    world.store(7, 3, b"somebody else\0").unwrap();
    assert!(world.store(8, 0, b"x").is_err());
    assert_eq!(said(&world.finish(run).unwrap()), "by somebody else");
}

/// Also those that fail: each takes a key of the range.
fn too_many_calls_without_a_key_are_refused() {
    let ran = run(r#"
    int main(void) {
        for (int count = 0; count < 255; count++)
            shmget(IPC_PRIVATE, 0, 0600);
        tell("it", shmget(IPC_PRIVATE, 10, 0600));
    }"#);
    assert_eq!(said(&ran), "it: No space left on device\n");
}

/// Memory is asked for on the way, and no stop is made there.
fn a_text_is_followed_until_it_is_stored() {
    let program = Program::of(
        r#"
    int main(void) {
        char *text = shmat(shmget(77, 100, IPC_CREAT | 0640), NULL, 0);
        syscall(SYS_getcwd, text + 50, 40);
        strcpy(text, "stored");
        text[0] = 'S';
        say(text);
    }"#,
    );
    let mut world = World::new(7).unwrap();
    let place = engine::At::After("shmat", 1);
    let run = world.start_paused(program.launch(), 0, place).unwrap();
    assert_eq!(world.run_until_stored(run, b"stored"), Ok(true));
    assert_eq!(world.run_until_stored(run, b"no such text"), Ok(false));
    assert_eq!(said(&world.finish(run).unwrap()), "Stored");
}

/// Those that are refused are not kept.
fn so_many_keys_are_asked_for() {
    let program =
        Program::of("int main(void) { for (int key = 1; key < 5000; key++) shmget(key, 10, 0); }");
    let mut world = World::new(0).unwrap();
    world.run(program.launch()).unwrap();
    assert_eq!(world.asked("shmget").len(), 255);
}

fn what_was_asked_for_is_told() {
    let program = Program::of(
        "int main(void) { shmget(5, 10, 0); shmget(6, 10, 0); shmget(5, 1, 0); semget(7, 1, 0); }",
    );
    let mut world = World::new(0).unwrap();
    world.run(program.launch()).unwrap();
    assert_eq!((world.asked("shmget"), world.asked("semget")), (vec![5, 6], vec![7]));
}
