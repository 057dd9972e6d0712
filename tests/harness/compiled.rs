//! A student's C file is compiled, under the same guards as programs run.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use nix::errno::Errno;

use super::play::world;
use super::programs::{Version, given};
use super::report::{Report, Verdict};
use super::taken::copy;
use super::words::{in_perrors_words, only_visible};
use engine::{Kind, Launch, Limits, Ran, Trouble, While, World};

/// Compiles in a world, where the compiler reads copies of the folder's sources, and no other folder: what it says is
/// shown.
///
/// # Errors
/// A source cannot be read, or the disk is full. What does not compile is no error.
pub fn compile(folder: &Path, program: &str, to: &Path, limits: Limits) -> Result<(), Trouble> {
    let mut world = world()?;
    world.limits = limits;
    let inside = world.folder().path().to_path_buf();
    let source = format!("{program}.c");
    copy(&folder.join(&source), &inside.join(&source), 0o644)?;
    for header in headers(folder) {
        copy(&folder.join(&header), &inside.join(&header), 0o644)?;
    }
    let ran = run(&mut world, &source)?;
    let (is_compiled, said) = (ran.outcome.status.success(), said(&ran));
    if let Some(why) = said.lines().find(|line| !is_compiled && tells_of_a_full_disk(line)) {
        return Err(Trouble::new(format!("compiling {source}"), why.trim()));
    }
    let log = to.with_extension("log");
    fs::write(&log, said).doing(format!("writing {}", log.display()))?;
    let _ = fs::remove_file(to); // that of the folder before
    if is_compiled { copy(&inside.join("program"), to, 0o755) } else { Ok(()) }
}

/// At its end: a line of a source may have these words, too.
fn tells_of_a_full_disk(line: &str) -> bool {
    let is_end = |errno| line.trim_end_matches('\'').ends_with(&in_perrors_words(errno));
    [Errno::ENOSPC, Errno::EDQUOT].into_iter().any(is_end)
}

/// The smallest program that needs what all need.
const SMALLEST: &str = "#include <stdio.h>\n#include <sys/shm.h>\nint main(void) { return 0; }\n";

/// Whether anything can be compiled here.
///
/// # Errors
/// Nothing can: it is not the source's fault.
pub fn works() -> Verdict {
    let mut world = world()?;
    let source = world.folder().path().join("smallest.c");
    fs::write(&source, SMALLEST).doing("writing a C file")?;
    let ran = run(&mut world, "smallest.c")?;
    if ran.outcome.status.success() {
        return Ok(());
    }
    let (compiler, said) = (compiler(), said(&ran));
    Err(Report::trouble(format!(
        "{compiler} does not compile here, not even the smallest program:\n{said}"
    )))
}

fn run(world: &mut World, source: &str) -> Result<Ran, Trouble> {
    let words = format!("{} {WARNINGS} -o program {source}", compiler());
    world.run(Launch { kind: Kind::Compiler, ..Launch::of(words.split_whitespace()) })
}

/// Why it was stopped, or what it said.
fn said(ran: &Ran) -> String {
    let told = [&ran.outcome.stdout[..], &ran.outcome.stderr].concat();
    ran.stopped.clone().unwrap_or_else(|| shown(&told))
}

/// The command that compiles a C file, without what is compiled to what.
pub fn compiler() -> String {
    let set = |name, default: &str| given(name).unwrap_or_else(|| default.into());
    format!("{} {}", set("CC", "cc"), set("CFLAGS", "-O2"))
}

/// What a compiler is asked to warn of: what is no matter of taste.
const WARNINGS: &str = "-Wimplicit -Wint-conversion -Wformat -Wuninitialized -Wreturn-type -Wparentheses \
                        -Wunused-value -Wsizeof-pointer-memaccess";

/// What the compiler has warned of first, where it has compiled the program.
pub fn warning(program: &str) -> Option<String> {
    let log = Version::Ours.path(program).with_extension("log");
    let words = fs::read_to_string(log).ok()?;
    let warning = words.lines().find(|line| line.contains("warning: "))?;
    Some(format!("The compiler warns: {}", warning.trim().replace("warning: ", "")))
}

/// The headers beside a source, a bounded number of them.
pub fn headers(folder: &Path) -> Vec<OsString> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_header = |entry: &fs::DirEntry| {
        entry.path().extension().is_some_and(|end| end == "h")
            && entry.file_type().is_ok_and(|kind| kind.is_file())
    };
    entries.filter(is_header).take(16).map(|entry| entry.file_name()).collect()
}

/// So many lines of a compiler are enough, and so many letters of a line.
const MOST_LINES: usize = 100;
const MOST_LETTERS: usize = 160;

/// What a compiler says: no control byte reaches a terminal, and its lines are indented, so that none looks like the
/// report's own.
fn shown(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let cut = |line: &str| only_visible(&line.chars().take(MOST_LETTERS).collect::<String>());
    let lines = text.lines().take(MOST_LINES).map(cut);
    lines.flat_map(|line| ["    ".into(), line, "\n".into()]).collect()
}
