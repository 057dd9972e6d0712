//! The Makefile.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::{Command, Output, Stdio};

use common::{CREATE_KEY, CREATE_SIZE, DYNAMIC_KEY, FORK_KEY};

use crate::engine::{Folder, Report, Verdict, expect};
use crate::harness::{Case, Found, Need, case, exercise, found, in_own_table, lab};

pub fn cases() -> Vec<Case> {
    // It removes the segments of the lab's keys, whoever's of this user they are.
    let of = |name, play: fn() -> Verdict| case(name, play).needs(Need::Ours).needs(Need::OwnTable);
    let kept = of("clean_shm_keeps_another_users_segment", anothers_is_kept);
    let all = vec![
        of("its_keys_are_those_of_the_programs", its_keys),
        of("help_names_every_target", help_names_every_target),
        of("run_shows_the_segments_and_removes_them", run_shows_all),
        of("run_takes_a_size_by_itself", run_after_a_leftover),
        of("run_removes_the_segments_after_a_bad_size", run_after_a_bad_size),
        of("clean_shm_is_silent_where_there_is_nothing", nothing_is_silent),
        kept.needs(Need::OtherUsers),
        of("a_missing_tool_is_named", a_missing_tool_is_named),
        of("c_versions_in_a_folder_with_a_space_in_its_name", a_space),
    ];
    exercise("makefile", &[], [all])
}

fn make(arguments: &[&str]) -> Command {
    let mut make = Command::new("make");
    make.arg("--no-print-directory").args(arguments).current_dir(lab());
    for variable in ["MAKEFLAGS", "MAKELEVEL", "CASE", "LEVEL", "SIZE", "ORIGINALS", "RESULTS"] {
        make.env_remove(variable);
    }
    make
}

/// Runs a command that is to end with this exit status; gives what it printed.
fn run(mut command: Command, status: i32) -> Result<(String, String), Report> {
    let Output { status: actual, stdout, stderr } = command.output()?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let (stdout, stderr) = (text(stdout), text(stderr));
    let seen = format!("{command:?}\n{stdout}{stderr}{actual}");
    expect(&format!("exit status {status}"), actual.code() == Some(status), &seen)?;
    Ok((stdout, stderr))
}

fn keys_in_table() -> Result<Vec<i32>, Report> {
    let table = fs::read_to_string("/proc/sysvipc/shm")?;
    let rows = table.lines().skip(1);
    let keys = rows.filter_map(|row| row.split_whitespace().next()?.parse().ok());
    Ok(keys.collect())
}

fn no_segment_is_left() -> Verdict {
    let keys = [CREATE_KEY, FORK_KEY, DYNAMIC_KEY];
    let left = keys_in_table()?.iter().any(|key| keys.contains(key));
    expect("no segment is left", !left, "some are")
}

/// A segment of the real key, whose maker has ended.
fn make_segment(found: &Found) -> Verdict {
    let mut maker = found.maker();
    if let Some(owner) = found.owner {
        maker.uid(owner).gid(owner);
    }
    let made = maker.stdin(Stdio::null()).output()?;
    let why = String::from_utf8_lossy(&made.stderr).into_owned();
    expect("a segment", made.status.success(), &why)
}

fn its_keys() -> Verdict {
    let (keys, _) = run(make(&["--eval=keys:; @echo $(KEYS)", "keys"]), 0)?;
    let right = format!("{CREATE_KEY} {FORK_KEY} {DYNAMIC_KEY}\n");
    expect(&right, keys == right, &keys)
}

/// By itself or with its family: `check-fork` as `check-…`.
fn help_names_every_target() -> Verdict {
    let (help, _) = run(make(&["help"]), 0)?;
    let (rules, _) = run(make(&["--print-data-base", "--dry-run", "help"]), 0)?;
    let targets = rules.lines().find_map(|line| line.strip_prefix(".PHONY:"));
    let targets = targets.unwrap_or_default();
    expect("a list of targets", targets.contains("run-create"), &rules)?;
    for target in targets.split_whitespace() {
        let family = ["create", "attach", "fork", "dynamic"];
        let member = family.iter().find_map(|name| target.strip_suffix(name));
        let line = member.map_or(format!("make {target} "), |stem| format!("make {stem}… "));
        let is_named =
            ["all", "ours", "check-program", "help"].contains(&target) || help.contains(&line);
        expect(&format!("a line for {target}"), is_named, &help)?;
    }
    Ok(())
}

fn run_shows_all() -> Verdict {
    in_own_table(|| {
        let (shown, _) = run(make(&["run", "SIZE=4097"]), 0)?;
        for line in ["0x00002706", "0x000007d4", "Process 1 : Responce -> Yes", " 4097 "] {
            expect(line, shown.contains(line), &shown)?;
        }
        no_segment_is_left()
    })
}

/// A leftover that is too small would stand in the way.
fn run_after_a_leftover() -> Verdict {
    in_own_table(|| {
        make_segment(&found(DYNAMIC_KEY, 5))?;
        let (shown, _) = run(make(&["run"]), 0)?;
        let line = "Shared memory : We have accessed";
        expect(line, shown.contains(line), &shown)?;
        no_segment_is_left()
    })
}

fn run_after_a_bad_size() -> Verdict {
    in_own_table(|| {
        let (_, error) = run(make(&["run", "SIZE=none"]), 2)?;
        let line = "size: no whole number on standard input";
        expect(line, error.contains(line), &error)?;
        no_segment_is_left()
    })
}

fn nothing_is_silent() -> Verdict {
    in_own_table(|| {
        let (stdout, stderr) = run(make(&["clean-shm"]), 0)?;
        let printed = stdout + &stderr;
        expect("nothing printed", printed.is_empty(), &printed)
    })
}

fn anothers_is_kept() -> Verdict {
    in_own_table(|| {
        let segment = found(CREATE_KEY, CREATE_SIZE).owned_by_ordinary_user();
        make_segment(&segment)?;
        let (_, error) = run(make(&["clean-shm"]), 2)?;
        let name = "belongs to nobody";
        expect(name, error.contains(name), &error)?;
        let stays = keys_in_table()?.contains(&CREATE_KEY);
        expect("the segment stays", stays, &error)
    })
}

fn a_missing_tool_is_named() -> Verdict {
    let folder = Folder::new("no-tools")?;
    let target = format!("TARGET={}", folder.path().display());
    for (arguments, says) in [
        (["ours", "CARGO=no-cargo", "-s"], "make: no-cargo is missing: "),
        (["all", "CC=no-cc", "CARGO=true"], "make: no-cc is missing: "),
        (["clean-shm", "PATH=/nowhere", "-s"], "make: ipcrm is missing: "),
    ] {
        let mut make = make(&arguments);
        make.arg(&target);
        let (_, error) = run(make, 2)?;
        expect(says, error.starts_with(says), &error)?;
    }
    Ok(())
}

fn a_space() -> Verdict {
    let folder = Folder::new("a lab")?;
    let mut copy = Command::new("cp");
    copy.args(["-R", "Makefile", "Cargo.toml", "Cargo.lock", ".cargo", "common", "tests"])
        .args(["shm-create", "shm-attach", "shm-fork", "shm-dynamic"])
        .arg(folder.path())
        .current_dir(lab());
    run(copy, 0)?;
    fs::create_dir(folder.path().join("target"))?;
    let mut make = make(&["CARGO=true"]);
    make.current_dir(folder.path()).env_remove("CARGO_TARGET_DIR");
    run(make, 0)?;
    let built = folder.path().join("target/c/shm-create");
    expect("a C version", built.exists(), "none")
}
