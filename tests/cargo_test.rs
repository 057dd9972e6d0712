//! `cargo test` runs the checks as `make check` does: it builds all first. `cargo test NAME` plays
//! the cases with NAME in their names. `--list` and `--exact` do what they do with Rust's own tests;
//! options about output and threads change nothing.

use std::env;
use std::error::Error;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, exit};

const CHECK: &str = env!("CARGO_BIN_EXE_check");

/// What Rust's own tests take, and these have no use for; and what of it has a value.
const NO_USE: [&str; 6] =
    ["--nocapture", "--no-capture", "--show-output", "--quiet", "-q", "--include-ignored"];
const NO_USE_WITH_VALUE: [&str; 3] = ["--test-threads", "--color", "--format"];

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = Vec::new();
    let mut given = env::args().skip(1);
    while let Some(word) = given.next() {
        let (option, value) = word.split_once('=').unwrap_or((&word, ""));
        if NO_USE_WITH_VALUE.contains(&option) && value.is_empty() {
            given.next();
        } else if ![&NO_USE[..], &NO_USE_WITH_VALUE].concat().contains(&option) {
            words.push(word);
        }
    }
    if words.iter().any(|word| word == "--list") {
        return list(&words);
    }
    let lab = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let built =
        Command::new("make").arg("--silent").current_dir(lab).env_remove("MAKEFLAGS").status()?;
    if !built.success() {
        exit(1);
    }
    words.sort_by_key(|word| word != "--exact");
    Err(Command::new(CHECK).args(words).exec().into())
}

/// One line a case, as editors read it.
fn list(words: &[String]) -> Result<(), Box<dyn Error>> {
    let all = String::from_utf8(Command::new(CHECK).arg("--list").output()?.stdout)?;
    let names: Vec<_> = words.iter().filter(|word| !word.starts_with('-')).collect();
    let is_meant = |case: &&str| names.is_empty() || names.iter().any(|name| case.contains(*name));
    let is_ignored = words.iter().any(|word| word == "--ignored"); // none is
    let cases: Vec<_> = all.lines().filter(is_meant).filter(|_| !is_ignored).collect();
    for case in &cases {
        println!("{case}: test");
    }
    println!("\n{} tests, 0 benchmarks", cases.len());
    Ok(())
}
