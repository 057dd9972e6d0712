//! What our programs are made of: linked statically, and no system call but the exercise's own and those that a C
//! library makes for its memory and settings.

use std::process::Command;

use super::prelude::*;

/// The calls of each process.
pub type Calls = &'static [&'static str];

pub fn cases(program: &'static str, calls: Calls) -> Vec<Case> {
    cases! {
        "is_linked_statically" needs Ours: is_linked_statically(program);
        "makes_these_system_calls" needs Ours: makes_these(program, calls);
    }
}

fn is_linked_statically(program: &str) -> Verdict {
    let output = Command::new("ldd")
        .arg(Version::Ours.path(program))
        .env("LC_ALL", "C")
        .output()
        .doing("running ldd")?;
    let says = [output.stdout, output.stderr].concat();
    let says = String::from_utf8_lossy(&says);
    // A static file that may lie anywhere, or one that may not, as on aarch64.
    let is_static = ["statically linked", "not a dynamic executable"];
    let wanted = "a static program (RUSTFLAGS in the environment, or a configuration of cargo's\n\
                  elsewhere, takes the place of the flags in .cargo/config.toml)";
    expect(wanted, is_static.iter().any(|text| says.contains(text)), &says)
}

/// What a C library does before it buffers a stream.
const LIBRARYS: [&str; 2] = ["fstat", "newfstatat"];

fn makes_these(program: &'static str, wanted: Calls) -> Verdict {
    let made = calls(Version::Ours, program)?;
    let seen = format!("{} processes", made.len());
    expect("as many processes", made.len() == wanted.len(), &seen)?;
    for (number, (made, wanted)) in made.iter().zip(wanted).enumerate() {
        let promise = format!("process {number} makes: {wanted}");
        expect(&promise, made.join(" ") == *wanted, &made.join(" "))?;
    }
    // The C version's parent leaves the segment to its children.
    if program == "shm-fork" {
        return Ok(());
    }
    let [made, c] = [count(Version::Ours, program)?, count(Version::C, program)?];
    let seen = format!("{made}, the C version {c}");
    expect("fewer calls than the C version", made < c, &seen)
}

fn calls(version: Version, program: &'static str) -> Result<Vec<Vec<&'static str>>, Report> {
    let mut calls = Scene::usual(program).play(version, Channel::Pipes)?.ran.calls;
    for calls in &mut calls {
        calls.retain(|call| !LIBRARYS.contains(call));
    }
    Ok(calls)
}

/// How many system calls it makes, with its loader's.
fn count(version: Version, program: &'static str) -> Result<usize, Report> {
    let ran = Scene::usual(program).play(version, Channel::Pipes)?.ran;
    Ok(ran.log.events().iter().filter(|event| matches!(event.what, What::Calls(_))).count())
}
