//! The small programs that the tests run, and how what they did is read.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use engine::{
    Called, Event, Folder, Launch, NOBODY, Ran, SegmentNow, Step, What, World, can_become, in_words,
};
use nix::sys::prctl::set_dumpable;
use nix::unistd::{Gid, Uid, geteuid, setgid, setgroups, setuid};

use crate::skip;

/// What all of them begin with.
const PRELUDE: &str = r#"
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* One write call. */
static void say(const char *text) { write(1, text, strlen(text)); }

/* "name result", or "name the error in words", on a line. */
static void tell(const char *name, long result) {
    const char *error = strerror(errno);
    char line[200];
    if (result == -1)
        snprintf(line, sizeof line, "%s: %s\n", name, error);
    else
        snprintf(line, sizeof line, "%s: %ld\n", name, result);
    say(line);
}

/* An int that children share. */
static volatile int *shared(void) {
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

/* A handler, with or without SA_RESTART. */
static void handle(int signal, void (*handler)(int), int flags) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigaction(signal, &action, NULL);
}
static void say_handled(int signal) { say("handled "); }
static void do_nothing(int signal) {}
"#;

/// A C program, compiled.
pub struct Program {
    folder: Folder,
}

impl Program {
    /// Of this source, after the prelude.
    pub fn of(source: &str) -> Self {
        Self::compiled(source, &[])
    }

    /// With these options of the compiler.
    pub fn compiled(source: &str, options: &[&str]) -> Self {
        let folder = Folder::new(None).expect("a folder");
        folder.let_others_through().expect("its mode");
        let program = Self { folder };
        let mut cc = Command::new("cc");
        cc.args(["-w", "-O0", "-pthread", "-x", "c", "-", "-o"]).arg(program.path()).args(options);
        let mut child = cc.stdin(Stdio::piped()).spawn().expect("cc");
        let mut stdin = child.stdin.take().expect("its input");
        stdin.write_all([PRELUDE, source].concat().as_bytes()).expect("the source");
        drop(stdin);
        assert!(child.wait().expect("cc").success(), "cc, of {source}");
        fs::set_permissions(program.path(), Permissions::from_mode(0o755)).expect("its mode");
        program
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("program")
    }

    pub fn launch(&self) -> Launch {
        Launch::of([self.path()])
    }

    /// With this argument.
    pub fn with(&self, argument: &str) -> Launch {
        Launch::of([self.path().into_os_string(), argument.into()])
    }

    pub fn with_steps(&self, steps: &[Step]) -> Launch {
        Launch { steps: steps.to_vec(), ..self.launch() }
    }
}

/// From here on this process is an ordinary user's.
pub fn become_ordinary() {
    if geteuid().is_root() {
        if !can_become(NOBODY) {
            skip("root cannot become another user");
        }
        setgroups(&[]).and_then(|()| setgid(Gid::from_raw(NOBODY))).expect("a group");
        setuid(Uid::from_raw(NOBODY)).expect("a user");
        set_dumpable(true).expect("a setting"); // it may see itself in /proc
    }
}

/// A run of a C program in a world of its own.
pub fn run(source: &str) -> Ran {
    run_with_steps(source, &[])
}

/// The same, with these steps.
pub fn run_with_steps(source: &str, steps: &[Step]) -> Ran {
    run_launch(Program::of(source).with_steps(steps))
}

/// A run in a world of its own. (The program is read while it begins.)
pub fn run_launch(launch: Launch) -> Ran {
    World::new(0).expect("a world").run(launch).expect("a run")
}

/// A run that needs a processor for seconds, which on a busy machine is a while: its input stays open, so no time is
/// too long.
pub fn run_long(source: &str) -> Ran {
    let program = Program::of(source);
    let mut world = World::new(0).expect("a world");
    let run = world.start(Launch { keeps_input: true, ..program.launch() }).expect("a run");
    world.wait_until_all_wait().expect("a wait");
    world.finish(run).expect("a run")
}

/// What it printed; it was not stopped.
pub fn said(ran: &Ran) -> String {
    let stdout = String::from_utf8_lossy(&ran.outcome.stdout).into_owned();
    assert_eq!(ran.stopped, None, "after {stdout:?}");
    stdout
}

/// Why it was stopped.
pub fn stopped(ran: &Ran) -> &str {
    ran.stopped.as_deref().unwrap_or_else(|| {
        let stdout = String::from_utf8_lossy(&ran.outcome.stdout);
        panic!("it was not stopped: {}, {stdout:?}", in_words(ran.outcome.status))
    })
}

/// How often a process has made a call.
pub fn count(ran: &Ran, who: usize, call: &str) -> usize {
    ran.calls[who].iter().filter(|&&name| name == call).count()
}

/// What happened, a line an event, but for what the C library and the loader do for themselves.
pub fn lines(ran: &Ran) -> Vec<String> {
    let is_own = |event: &&Event| match &event.what {
        What::Calls(Called { is_own, .. }) | What::Returns { is_own, .. } => *is_own,
        _ => true,
    };
    ran.log.events().iter().filter(is_own).map(line).collect()
}

fn line(event: &Event) -> String {
    let Event { time, who, thread, what } = event;
    format!("{time} {who}.{thread} {}", in_one_line(what))
}

fn in_one_line(what: &What) -> String {
    let text = |bytes: &[u8]| {
        bytes.split(|&byte| byte == 0).next().unwrap_or(&[]).escape_ascii().to_string()
    };
    match what {
        What::Born(None) => "is born".into(),
        What::Born(Some(parent)) => format!("is born of {parent}"),
        What::Begins => "begins".into(),
        What::Calls(Called { name, number, words, text: written, .. }) => {
            format!("calls {name} {number}({words}) {}", text(written)).trim_end().into()
        }
        What::Waits { call, reason } => format!("waits in {call}, {reason}"),
        What::Returns { call, result, .. } => format!("{call} returns {result}"),
        What::Refused(call) => format!("is refused {call}"),
        What::Sleeps(time) => format!("sleeps {time}"),
        What::Wakes => "wakes".into(),
        What::Stores { segment, bytes } => format!("stores in {segment}: {}", text(bytes)),
        What::Segment {
            id,
            now: SegmentNow { key, size, mode, attached, is_marked, is_gone },
            ..
        } => {
            let marked = if *is_marked { ", marked" } else { "" };
            let gone = if *is_gone { ", gone" } else { "" };
            format!(
                "segment {id}: key {key}, {size} bytes, {mode:o}, {attached} attached{marked}{gone}"
            )
        }
        What::Held(at) => format!("is held {at}"),
        What::GoesOn => "goes on".into(),
        What::Spins => "spins".into(),
        What::Signal(name) => format!("gets {name}"),
        What::Ended(status) => in_words(*status),
        What::LeftOut(count) => format!("{count} left out"),
    }
}
