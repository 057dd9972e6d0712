//! What the engine promises: each test is about one promise, and falls when what keeps it is taken out.
//!
//! A world waits for any child of its process, and ends with it, so each test must be a process of its own, of one
//! thread. libtest has threads; this runner forks instead. A test is a function that is named in its file's `TESTS`:
//! the compiler warns of one that is not. `cargo test -p engine --test promises NAME` plays those with NAME in their
//! names.
//!
//! No test rests on how long anything takes. Whoever needs a processor for a while counts what it did.

mod bounds;
mod calls;
mod hangs;
mod held;
mod interrupted;
mod landlock;
mod launching;
mod logs;
mod own_calls;
mod presets;
mod programs;
mod removal;
mod signals;
mod steps;
mod streams;
mod threads;
mod time;
mod translation;
mod turns;

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek};
use std::panic::catch_unwind;
use std::process::{ExitCode, exit};

use nix::sys::wait::{WaitStatus, wait};
use nix::unistd::{Pid, alarm, dup2_stderr, dup2_stdout};

/// Its name, and what it does.
type Test = (&'static str, fn());

/// The tests of a file, each with its name.
#[macro_export]
macro_rules! tests {
    ($($test:ident)*) => {
        pub const TESTS: &[$crate::Test] =
            &[$((concat!(module_path!(), "::", stringify!($test)), $test)),*];
    };
}

/// The long ones first.
const ALL: &[&[Test]] = &[
    bounds::TESTS,
    time::TESTS,
    turns::TESTS,
    hangs::TESTS,
    removal::TESTS,
    steps::TESTS,
    held::TESTS,
    interrupted::TESTS,
    calls::TESTS,
    signals::TESTS,
    translation::TESTS,
    landlock::TESTS,
    launching::TESTS,
    streams::TESTS,
    own_calls::TESTS,
    presets::TESTS,
    threads::TESTS,
    logs::TESTS,
];

/// So many at once: most of them wait.
const AT_ONCE: usize = 4;

/// A test that takes longer, in seconds, does not end.
const LONGEST: u32 = 300;

/// The exit status of a test that this machine cannot play.
const SKIPPED: i32 = 77;

fn main() -> ExitCode {
    let wanted = std::env::args().skip(1).find(|word| !word.starts_with('-')).unwrap_or_default();
    let mut waiting = ALL.iter().copied().flatten().filter(|(name, _)| name.contains(&wanted));
    let mut running: HashMap<Pid, (&str, File)> = HashMap::new();
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    loop {
        while running.len() < AT_ONCE {
            let Some(&(name, test)) = waiting.next() else { break };
            let printed = engine::memory_file(b"").expect("a file in memory");
            match engine::fork().expect("a process") {
                child if child.as_raw() == 0 => play(test, &printed),
                child => running.insert(child, (name, printed)),
            };
        }
        let Ok(status) = wait() else { break };
        let Some((name, mut printed)) = status.pid().and_then(|pid| running.remove(&pid)) else {
            continue;
        };
        let mut text = String::new();
        printed.rewind().and_then(|()| printed.read_to_string(&mut text)).expect("what it printed");
        let (count, word) = match status {
            WaitStatus::Exited(_, 0) => (&mut passed, "ok"),
            WaitStatus::Exited(_, SKIPPED) => (&mut skipped, "skipped"),
            WaitStatus::Signaled(..) => (&mut failed, "FAILED: it did not end"),
            _ => (&mut failed, "FAILED"),
        };
        *count += 1;
        println!("test {name} ... {word}");
        if word != "ok" {
            println!("    {}", text.trim_end().replace('\n', "\n    "));
        }
    }
    println!("\n{passed} passed; {failed} failed; {skipped} skipped\n");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// In a process of its own.
fn play(test: fn(), printed: &File) -> ! {
    dup2_stdout(printed).and_then(|()| dup2_stderr(printed)).expect("its streams");
    alarm::set(LONGEST);
    std::panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
    // What it panics with is printed where it happens; worlds are dropped on the way here.
    let passed = catch_unwind(test);
    exit(i32::from(passed.is_err()))
}

/// This machine cannot play the test.
fn skip(why: &str) -> ! {
    println!("{why}");
    exit(SKIPPED)
}
