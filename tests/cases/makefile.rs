//! The Makefile.

use std::process::{Command, Output};

use common::{CREATE_KEY, CREATE_SIZE, DYNAMIC_KEY, FORK_KEY};

use crate::harness::{Folder, NOBODY, Report, Stage, expect, found, in_own_table, root, rows};

fn make(arguments: &[&str]) -> Command {
    let mut make = Command::new("make");
    make.arg("--no-print-directory")
        .args(arguments)
        .current_dir(root())
        .env_remove("MAKEFLAGS");
    make
}

/// Runs a command that is to end with this exit status; gives what it printed.
fn run(mut command: Command, status: i32) -> Result<(String, String), Report> {
    let Output {
        status: actual,
        stdout,
        stderr,
    } = command.output()?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let (stdout, stderr) = (text(stdout), text(stderr));
    if actual.code() == Some(status) {
        return Ok((stdout, stderr));
    }
    Err(Report(format!(
        "{command:?}\n{actual}, not status {status}\n{stdout}{stderr}"
    )))
}

fn segments_are_left() -> Result<bool, Report> {
    Ok(rows()?
        .iter()
        .any(|row| [CREATE_KEY, FORK_KEY, DYNAMIC_KEY].contains(&row.key)))
}

#[test]
fn its_keys_are_those_of_the_programs() -> Result<(), Report> {
    let (keys, _) = run(make(&["--eval=keys:; @echo $(KEYS)", "keys"]), 0)?;
    let expected = format!("{CREATE_KEY} {FORK_KEY} {DYNAMIC_KEY}\n");
    expect(&expected, keys == expected, &keys)
}

#[test]
fn help_names_every_target() -> Result<(), Report> {
    let (help, _) = run(make(&["help"]), 0)?;
    let (rules, _) = run(make(&["--print-data-base", "--dry-run", "help"]), 0)?;
    let targets = rules.lines().find_map(|line| line.strip_prefix(".PHONY:"));
    for target in targets.unwrap_or_default().split_whitespace() {
        let line = format!("make {target} ");
        let is_named = ["all", "ours", "FORCE"].contains(&target) || help.contains(&line);
        expect(&format!("a line for {target}"), is_named, &help)?;
    }
    expect("a list of targets", targets.is_some(), &rules)
}

#[test]
#[cfg_attr(
    not(any(ipc_namespace, user_namespace)),
    ignore = "needs a segment table of its own: it removes the segments of your keys"
)]
fn run_shows_the_segments_and_removes_them() -> Result<(), Report> {
    in_own_table(|| {
        let (shown, _) = run(make(&["run", "SIZE=4097"]), 0)?;
        for line in [
            "0x00002706",
            "0x000007d4",
            "Process 1 : Responce -> Yes",
            " 4097 ",
        ] {
            expect(line, shown.contains(line), &shown)?;
        }
        expect("no segment left", !segments_are_left()?, &shown)
    })
}

#[test]
#[cfg_attr(
    not(any(ipc_namespace, user_namespace)),
    ignore = "needs a segment table of its own: it removes the segments of your keys"
)]
fn run_removes_the_segments_after_a_bad_size_too() -> Result<(), Report> {
    in_own_table(|| {
        let (_, error) = run(make(&["run", "SIZE=none"]), 2)?;
        let line = "size: no whole number on standard input";
        expect(line, error.contains(line), &error)?;
        expect("no segment left", !segments_are_left()?, &error)
    })
}

#[test]
#[cfg_attr(
    not(any(ipc_namespace, user_namespace)),
    ignore = "needs a segment table of its own: it removes the segments of your keys"
)]
fn clean_shm_is_silent_where_there_is_nothing() -> Result<(), Report> {
    in_own_table(|| {
        let (stdout, stderr) = run(make(&["clean-shm"]), 0)?;
        expect("nothing printed", (stdout + &stderr).is_empty(), "")
    })
}

#[test]
#[cfg_attr(
    not(all(other_users, ipc_namespace)),
    ignore = "needs root and a segment table of its own"
)]
fn clean_shm_keeps_another_users_segment() -> Result<(), Report> {
    in_own_table(|| {
        let mut stage = Stage::new(true)?;
        stage.make(&found(CREATE_KEY, CREATE_SIZE).owned_by(NOBODY))?;
        let (_, error) = run(make(&["clean-shm"]), 2)?;
        expect(
            "the owner's name",
            error.contains("belongs to nobody"),
            &error,
        )?;
        expect("the segment stays", segments_are_left()?, &error)
    })
}

#[test]
fn a_missing_tool_is_named_with_what_to_install() -> Result<(), Report> {
    let folder = Folder::new("no-tools")?;
    let c = format!("C={}", folder.path().display());
    for (arguments, says) in [
        (
            ["ours", "CARGO=no-cargo", "-s"],
            "make: cargo is missing: apt install cargo",
        ),
        (
            ["all", "CC=no-cc", "CARGO=true"],
            "make: a C compiler is missing: apt install gcc",
        ),
        (
            ["clean-shm", "PATH=/nowhere", "-s"],
            "make: ipcrm is missing: apt install util-linux",
        ),
    ] {
        let mut make = make(&arguments);
        make.arg(&c);
        let (_, error) = run(make, 2)?;
        expect(says, error.starts_with(says), &error)?;
    }
    Ok(())
}

#[test]
fn it_works_in_a_folder_with_a_space_in_its_name() -> Result<(), Report> {
    let folder = Folder::new("a lab")?;
    run(copy(&["Makefile", "tests"], &folder), 0)?;
    let mut make = make(&["CARGO=true"]);
    make.current_dir(folder.path())
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("ORIGINALS");
    run(make, 0)?;
    expect(
        "a C version",
        folder.path().join("target/c/shm-create").exists(),
        "none",
    )
}

fn copy(what: &[&str], folder: &Folder) -> Command {
    let mut cp = Command::new("cp");
    cp.arg("-R")
        .args(what)
        .arg(folder.path())
        .current_dir(root());
    cp
}
