//! A program signals its own processes, and no others.

use engine::{NOBODY, Ran, user_for};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Gid, Pid, Uid, geteuid, setgid, setgroups, setuid};

use crate::programs::{Program, run, run_launch, said};

crate::tests! {
    a_stranger_is_not_signalled
    a_strangers_thread_or_group_is_not_signalled
    nobody_signals_all
    own_processes_are_signalled
    the_own_group_is_signalled
    a_process_that_is_not_there_is_none
    a_signal_to_a_stranger_is_told
    signal_0_is_none
}

/// A process of the same user as the programs', which waits until it is killed.
struct Victim(Pid);

impl Victim {
    fn new() -> Self {
        let victim = engine::fork().expect("a process");
        if victim.as_raw() == 0 {
            if geteuid().is_root() && user_for(None).is_some() {
                setgroups(&[]).and_then(|()| setgid(Gid::from_raw(NOBODY))).expect("its group");
                setuid(Uid::from_raw(NOBODY)).expect("its user");
            }
            nix::unistd::setsid().expect("its session");
            loop {
                nix::unistd::pause();
            }
        }
        Self(victim)
    }

    fn lives(&self) -> bool {
        waitpid(self.0, Some(WaitPidFlag::WNOHANG)) == Ok(WaitStatus::StillAlive)
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        let _ = kill(self.0, Signal::SIGKILL);
        let _ = waitpid(self.0, None);
    }
}

/// Makes this call, about a victim whose number is in the variable `victim`.
fn against(victim: &Victim, call: &str) -> Ran {
    let source = format!(
        "int main(int count, char **words) {{ int victim = atoi(words[1]); siginfo_t info = {{.si_code = SI_QUEUE}};
         tell(\"it\", {call}); }}"
    );
    run_launch(Program::of(&source).with(&victim.0.to_string()))
}

fn a_stranger_is_not_signalled() {
    let victim = Victim::new();
    assert_eq!(said(&against(&victim, "kill(victim, SIGKILL)")), "it: Operation not permitted\n");
    assert!(victim.lives());
}

fn a_strangers_thread_or_group_is_not_signalled() {
    let victim = Victim::new();
    let calls = [
        "kill(-victim, SIGKILL)",
        "syscall(SYS_tkill, victim, SIGKILL)",
        "syscall(SYS_tgkill, victim, victim, SIGKILL)",
        "syscall(SYS_rt_sigqueueinfo, victim, SIGKILL, &info)",
        "syscall(SYS_rt_tgsigqueueinfo, victim, victim, SIGKILL, &info)",
    ];
    for call in calls {
        let ran = against(&victim, call);
        assert_eq!(said(&ran), "it: Operation not permitted\n", "{call}");
        assert_eq!(ran.refused().len(), 1, "{call}");
    }
    assert!(victim.lives());
}

fn nobody_signals_all() {
    let victim = Victim::new();
    let ran = against(&victim, "kill(-1, SIGKILL)");
    assert_eq!(
        (said(&ran).as_str(), ran.refused()),
        ("it: Operation not permitted\n", vec!["kill"])
    );
    assert!(victim.lives());
}

fn own_processes_are_signalled() {
    let ran = run(r#"
    int main(void) {
        int status, child = fork();
        if (child == 0)
            pause();
        tell("signal 0", kill(child, 0));
        tell("kill", kill(child, SIGTERM));
        wait(&status);
        tell("died by", WTERMSIG(status));
        raise(SIGINT);
    }"#);
    assert_eq!(said(&ran), "signal 0: 0\nkill: 0\ndied by: 15\n");
    assert_eq!(engine::in_words(ran.outcome.status), "died by SIGINT");
    assert!(ran.refused().is_empty());
}

fn the_own_group_is_signalled() {
    for group in ["0", "-getpgrp()"] {
        let ran =
            run(&format!("int main(void) {{ if (fork() == 0) pause(); kill({group}, SIGTERM); }}"));
        assert_eq!((said(&ran).as_str(), ran.refused()), ("", vec![]), "{group}");
    }
}

fn a_process_that_is_not_there_is_none() {
    let ran = run(
        r#"int main(void) { tell("it", kill(0x7ffffff0, SIGTERM)); tell("it", kill(0x80000000, SIGTERM)); }"#,
    );
    assert!(said(&ran).starts_with("it: No such process\n"));
}

fn a_signal_to_a_stranger_is_told() {
    let ran = against(&Victim::new(), "kill(victim, SIGKILL)");
    assert_eq!(
        (said(&ran).as_str(), ran.refused()),
        ("it: Operation not permitted\n", vec!["kill"])
    );
}

/// Nothing is sent by it: the kernel answers.
fn signal_0_is_none() {
    let ran = against(&Victim::new(), "kill(victim, 0) < -1");
    assert_eq!((said(&ran).as_str(), ran.refused()), ("it: 0\n", vec![]));
}
