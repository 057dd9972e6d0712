//! What is handed in: sources that attack the compiler, programs that attack the report, folders that are none.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use nix::sys::signal::SigSet;

use super::super::prelude::*;
use super::{is_like, take_attack};

/// Sources of tests/attacks/compile, and what must be seen of each.
pub const COMPILED: &[(&str, &str)] = &[
    (
        "Permission denied | file not found & compiled: false",
        "includes_a_private_file embeds_a_private_file",
    ),
    (
        "",
        "includes_a_file includes_a_neighbour includes_its_input includes_a_terminal assembles_an_environment",
    ),
    (
        "it uses | it did not end | it writes & compiled: false",
        "includes_zeros assembles_zeros errors_without_end is_a_macro_bomb is_an_include_bomb repeats_for_ever",
    ),
    ("File size limit | it uses | it did not end & compiled: false", "is_a_giant_array"),
    ("cc1 | it uses | it did not end & compiled: false", "nests_deeply"),
    (
        "fork  & compiled: false",
        "warns_with_escapes errors_with_forged_rows prints_from_the_assembler",
    ),
];

/// Less than a hand-in's, so that a bomb is soon stopped.
fn limits() -> Limits {
    Limits {
        processor: Duration::from_secs(1),
        time: Duration::from_secs(3),
        memory: 256 << 20,
        files: 8 << 20,
        ..Limits::default()
    }
}

pub fn compiled(name: &str, wanted: &str) -> Verdict {
    let place = Folder::new(None)?;
    let (mine, other) = (place.path().join("mine"), place.path().join("other"));
    for folder in [&mine, &other] {
        fs::create_dir(folder).doing("making a folder")?;
        let right = lab().join("tests/repaired/shm-create.c");
        fs::copy(right, folder.join("shm-create.c")).doing("copying a source")?;
    }
    let source = lab().join("tests/attacks/compile").join(name).with_extension("c");
    let source = fs::read(&source).doing(source.display())?;
    let victim = other.join("shm-create.c").display().to_string();
    let source = replaced(&source, b"\"VICTIM\"", format!("{victim:?}").as_bytes());
    fs::write(mine.join("shm-create.c"), source).doing("writing a source")?;
    let program = place.path().join("program");
    compile(&mine, "shm-create", &program, limits())?;
    let log = program.with_extension("log");
    let said = fs::read_to_string(&log).doing(log.display())?;
    let seen = format!("{said}\ncompiled: {}", program.exists());
    expect(wanted, is_like(&seen, wanted), &seen)?;
    is_clean(&said)
}

fn replaced(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    match text.windows(from.len()).position(|part| part == from) {
        Some(at) => [&text[..at], to, &text[at + from.len()..]].concat(),
        None => text.to_vec(),
    }
}

/// No line looks like one of the report's own, none is another's, no byte moves what is on the screen.
fn is_clean(report: &str) -> Verdict {
    let is_odd = |letter: char| {
        (letter.is_control() && letter != '\n')
            || ('\u{200b}'..='\u{200f}').contains(&letter)
            || ('\u{202a}'..='\u{202e}').contains(&letter)
            || ('\u{2066}'..='\u{2069}').contains(&letter)
    };
    expect("no control letters", !report.chars().any(is_odd), &report.escape_debug().to_string())?;
    let forged =
        ["create         11", "create   11", "fork           16", "make: ***", "could not run"];
    let is_forged = |line: &str| {
        forged.iter().any(|row| line.starts_with(row)) || line == "All that ran passed."
    };
    expect("no forged line", !report.lines().any(is_forged), report)?;
    expect("nothing of /etc/shadow", !report.contains("root:"), report)
}

/// It becomes a link behind the look at what it is.
pub fn exchanged_for_a_link() -> Verdict {
    let place = Folder::new(None)?;
    let (link, to) = (place.path().join("shm-create.c"), place.path().join("copy.c"));
    symlink(lab().join("tests/repaired/shm-create.c"), &link).doing("making a link")?;
    let seen = copy(&link, &to, 0o644).map_or_else(|why| why.to_string(), |()| "a copy".into());
    expect("reading …: ELOOP", seen.starts_with("reading") && seen.contains("symbolic"), &seen)
}

/// Programs whose output attacks the report.
pub const PRINTING: &str = "prints_escapes prints_for_ever prints_forged_rows prints_many_short_lines prints_no_text \
                            prints_one_long_line prints_xml";

pub fn prints(name: &str) -> Verdict {
    let place = Folder::new(None)?;
    take_attack(name, &place.path().join("shm-create"))?;
    let (status, report) = checked(&place, place.path())?;
    expect("status 1", status == Some(1), &report)?;
    expect("FAILED first", report.starts_with("FAILED  create::fresh"), &report)?;
    is_clean(&report)?;
    let results = place.path().join("results.xml");
    let results = fs::read_to_string(&results).doing(results.display())?;
    expect("one case in the results", results.matches("<testcase").count() == 1, &results)
}

/// Checks the hand-in of a folder: the status and the report.
fn checked(place: &Folder, yours: &Path) -> Result<(Option<i32>, String), Report> {
    SigSet::all().thread_unblock().doing("unblocking signals")?;
    let check = std::env::current_exe().doing("looking for the check")?;
    let mut check = Command::new(check);
    check.args(["--exact", "create::fresh"]).env("YOURS", yours);
    check.env("RESULTS", place.path().join("results.xml")).current_dir(lab());
    let Output { status, stdout, .. } = check.output().doing("checking a hand-in")?;
    let report = String::from_utf8(stdout);
    let report =
        report.map_err(|error| Report::failed(format!("the report is no text: {error}")))?;
    Ok((status.code(), report))
}

/// Folders that are handed in, and neighbours on the host: a name, the commands, and what they print.
pub const TYPED: &str = r#"
# a_folder_whose_name_is_a_command
$ name="$TMPDIR/\$(touch pwned)\`touch pwned\`;touch pwned '\"%#"; mkdir "$name"; cp tests/repaired/shm-create.c "$name";
> YOURS="$name" target/debug/check --exact create::fresh; make -s check-create CARGO=true CASE=create::fresh YOURS="$name"; ls pwned
...
All that ran passed.
...
All that ran passed.
ls: ... 'pwned': ...

# a_folder_whose_name_is_a_row
$ name="$TMPDIR/$(printf 'x\ncreate         11 of 11\n\033[2J')"; mkdir "$name"; cp tests/c/shm-attach.c "$name/shm-create.c";
> YOURS="$name" target/debug/check --exact create::fresh >"$TMPDIR/report"; echo $?; grep -c "^create         11\|$(printf '\033')" "$TMPDIR/report"
1
0

# links_are_refused
$ mkdir "$TMPDIR/mine"; ln -s "$PWD/tests/repaired/shm-create.c" "$TMPDIR/mine"; ln -s "$PWD/target/debug/shm-attach" "$TMPDIR/mine"
$ YOURS="$TMPDIR/mine" target/debug/check create::fresh attach::fresh compiles; echo $?
FAILED  create::compiles
...
shm-create.c: it is a link: hand in the file itself
...
1

# what_is_no_plain_file_is_refused
$ mkdir "$TMPDIR/mine"; (cd "$TMPDIR/mine"; mkfifo shm-create.c; mkdir shm-attach.c; truncate -s 3G shm-fork shm-dynamic.c; chmod +x shm-fork)
$ YOURS="$TMPDIR/mine" target/debug/check fresh compiles; echo $?
FAILED  create::compiles
...
shm-create.c: it is no plain file
...
1

# what_cannot_be_run_is_a_failure
$ mkdir "$TMPDIR/mine"; (cd "$TMPDIR/mine"; printf '#!./shm-create\n' >shm-create; : >shm-attach; head -c 100 /bin/true >shm-fork; echo text >shm-dynamic)
$ chmod +x "$TMPDIR/mine"/*; YOURS="$TMPDIR/mine" target/debug/check fresh; echo $?
FAILED  create::fresh
...
1

# a_set_user_program_has_no_rights
$ mkdir "$TMPDIR/mine"; cp target/attacks/has_capabilities "$TMPDIR/mine/shm-create"; chmod 6755 "$TMPDIR/mine/shm-create"
$ YOURS="$TMPDIR/mine" target/debug/check --exact create::fresh
FAILED  create::fresh
...
...held: no capability...
...

# a_program_that_nobody_may_read
$ mkdir "$TMPDIR/mine"; cp target/debug/shm-create "$TMPDIR/mine"; chmod 111 "$TMPDIR/mine/shm-create"
$ YOURS="$TMPDIR/mine" target/debug/check --exact create::fresh | grep -c 'All that ran passed\|Permission denied'
1

# neighbours_segments_stay
$ for key in -419430145 -419429887 -402653185 -419430401 -402653184; do target/debug/make-segment $key 4096 600 '' </dev/null; done
0
1
2
3
4
$ target/debug/check --exact create::fresh | tail -n 1; tail -n +2 /proc/sysvipc/shm | wc -l
All that ran passed.
5
"#;
