//! What stands in a log, to the letter.

use engine::What;

use crate::programs::{lines, run, said};

crate::tests! {
    a_program_is_told_event_by_event
    who_stores_what_is_told
    permissions_that_are_set_are_told
    a_long_log_leaves_out_its_middle
    calls_are_told_in_words
}

fn a_program_is_told_event_by_event() {
    let ran = run(r#"
    int main(void) {
        int id = shmget(1001, 512, IPC_CREAT | 0666);
        if (fork() == 0) {
            char *text = shmat(id, NULL, 0);
            sleep(1);
            strcpy(text, "from the child");
            shmdt(text);
            _exit(3);
        }
        wait(NULL);
        shmctl(id, IPC_RMID, NULL);
        write(1, "done", 4);
        kill(getpid(), SIGTERM);
    }"#);
    assert_eq!(said(&ran), "done");
    let wanted = "\
0 0.0 is born
0 0.0 begins
0 0.0 calls shmget 1(key 1001, 512, IPC_CREAT|0666)
0 0.0 segment 0: key 1001, 512 bytes, 666, 0 attached
0 0.0 shmget returns 0
0 0.0 calls clone 1()
0 1.0 is born of 0
0 0.0 clone returns 1
0 0.0 calls wait4 1()
0 0.0 waits in wait4, for a child to end
0 1.0 calls shmat 1(0)
0 1.0 shmat returns 0
0 1.0 segment 0: key 1001, 512 bytes, 666, 1 attached
0 1.0 calls clock_nanosleep 1()
0 1.0 sleeps 1000
1000 1.0 wakes
1000 1.0 clock_nanosleep returns 0
1000 1.0 stores in 0: from the child
1000 1.0 calls shmdt 1()
1000 1.0 shmdt returns 0
1000 1.0 segment 0: key 1001, 512 bytes, 666, 0 attached
1000 1.0 calls exit_group 1(3)
1000 1.0 exit status 3
1000 0.0 wait4 returns 1
1000 0.0 gets SIGCHLD
1000 0.0 calls shmctl 1(0, IPC_RMID)
1000 0.0 segment 0: key 0, 512 bytes, 666, 0 attached, marked, gone
1000 0.0 shmctl returns 0
1000 0.0 calls write 1(1) done
1000 0.0 write returns 4
1000 0.0 calls getpid 1()
1000 0.0 getpid returns 0
1000 0.0 calls kill 1(SIGTERM)
1000 0.0 kill returns 0
1000 0.0 gets SIGTERM
1000 0.0 died by SIGTERM";
    assert_eq!(lines(&ran).join("\n"), wanted);
}

fn who_stores_what_is_told() {
    let ran = run(r#"
    int main(void) {
        char *text = shmat(shmget(1, 100, IPC_CREAT | 0600), NULL, 0);
        if (fork() == 0) {
            strcpy(text, "child");
            getppid();
            _exit(0);
        }
        wait(NULL);
        getppid();
        strcpy(text, "parent");
        getppid();
    }"#);
    said(&ran);
    let all: Vec<String> = lines(&ran).into_iter().filter(|line| line.contains("stores")).collect();
    assert_eq!(all, ["0 1.0 stores in 0: child", "0 0.0 stores in 0: parent"]);
}

fn permissions_that_are_set_are_told() {
    let ran = run(r"
    int main(void) {
        struct shmid_ds now;
        int id = shmget(1, 100, IPC_CREAT | 0600);
        shmctl(id, IPC_STAT, &now);
        now.shm_perm.mode = 0444;
        shmctl(id, IPC_SET, &now);
    }");
    said(&ran);
    let all: Vec<String> =
        lines(&ran).into_iter().filter(|line| line.contains("segment 0")).collect();
    let wanted = [("600"), ("444")]
        .map(|mode| format!("0 0.0 segment 0: key 1, 100 bytes, {mode}, 0 attached"));
    assert_eq!(all, wanted);
}

/// Its beginning and its end are kept.
fn a_long_log_leaves_out_its_middle() {
    let ran = run(
        r#"int main(void) { say("begin"); for (int times = 0; times < 10000; times++) getppid(); say("end"); }"#,
    );
    assert_eq!(said(&ran), "beginend");
    let all = lines(&ran);
    assert!(all.len() <= 12_000);
    let left_out =
        ran.log.events().iter().filter(|event| matches!(event.what, What::LeftOut(_))).count();
    assert_eq!(left_out, 1);
    let has = |text: &str| all.iter().any(|line| line.ends_with(text));
    assert!(has("calls write 1(1) begin") && has("calls write 2(1) end") && has("getppid 10000()"));
}

fn calls_are_told_in_words() {
    let ran = run(r#"
    int main(void) {
        struct sembuf up = {0, 1};
        shmget(IPC_PRIVATE, 100, 0600);
        shmget(7, 0, IPC_CREAT | IPC_EXCL | 0640);
        syscall(SYS_semop, semget(8, 2, IPC_CREAT | 0600), &up, 1);
        semctl(0, 0, IPC_RMID);
        msgget(9, IPC_CREAT | 0600);
        shmctl(5, IPC_STAT, NULL);
        syscall(SYS_openat, AT_FDCWD, "file", O_RDONLY);
        syscall(SYS_unlinkat, AT_FDCWD, "folder/file", 0);
        close(77);
        syscall(SYS_dup3, 1, 5, 0);
        kill(getpid(), SIGCHLD);
        writev(1, &(struct iovec){"text", 4}, 1);
    }"#);
    said(&ran);
    let calls: Vec<String> = lines(&ran)
        .into_iter()
        .filter_map(|line| line.split_once("calls ").map(|(_, call)| call.to_string()))
        .collect();
    let wanted = [
        "shmget 1(IPC_PRIVATE, 100, 0600)",
        "shmget 2(key 7, 0, IPC_CREAT|IPC_EXCL|0640)",
        "semget 1(key 8, 2, IPC_CREAT|0600)",
        "semop 1(0)",
        "semctl 1(0, 0, IPC_RMID)",
        "msgget 1(key 9, IPC_CREAT|0600)",
        "shmctl 1(5, IPC_STAT)",
        "openat 1(file)",
        "unlinkat 1(folder/file)",
        "close 1(77)",
        "dup3 1(1, 5)",
        "getpid 1()",
        "kill 1(SIGCHLD)",
        "writev 1(1) text",
        "exit_group 1(0)",
    ];
    assert_eq!(calls, wanted);
}
