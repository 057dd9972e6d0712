//! The programs under comparison: the C versions, and ours or a student's.

use std::env;
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::engine::{Report, Verdict};

/// The folder of a run, where the programs are in `c` and in `ours`; the processes that play the
/// cases have it as their folder for temporary files.
static RUN: OnceLock<PathBuf> = OnceLock::new();

/// Takes into the folder of a run what make has built, or in its place what the user gives.
pub fn take(run: &Path) -> Result<(), Report> {
    let (c, ours) = (run.join("c"), run.join("ours"));
    match originals() {
        Some(folder) => {
            take_folder(&folder, &c, "")?;
            fill_up(&c)?;
        }
        None => copy_for_all(&target().join("c"), &c)?,
    }
    match yours() {
        // As ours are, so that a read that is to fail is the program's own, not its loader's.
        Some(folder) => take_folder(&folder, &ours, "-static")?,
        None => copy_for_all(&target().join("release"), &ours)?,
    }
    let tool = run.join("make-segment");
    fs::copy(target().join("release/make-segment"), &tool)?;
    fs::set_permissions(&tool, Permissions::from_mode(0o755))?;
    RUN.get_or_init(|| run.to_path_buf());
    Ok(())
}

const PROGRAMS: [&str; 4] = ["shm-create", "shm-attach", "shm-fork", "shm-dynamic"];

/// Copies, which every user can reach: the lab may lie where only its owner may enter.
fn copy_for_all(folder: &Path, into: &Path) -> Verdict {
    fs::create_dir(into)?;
    for program in PROGRAMS {
        fs::copy(folder.join(program), into.join(program))?;
        fs::set_permissions(into.join(program), Permissions::from_mode(0o755))?;
    }
    Ok(())
}

fn take_folder(folder: &Path, into: &Path, flag: &str) -> Verdict {
    let flags = env::var("CFLAGS").unwrap_or_else(|_| "-O2".into());
    let taken = Command::new(lab().join("tests/take.sh"))
        .env("CFLAGS", format!("{flags} {flag}"))
        .args([folder, into])
        .output()?;
    if taken.status.success() {
        return Ok(());
    }
    Err(Report::failed(String::from_utf8_lossy(&taken.stderr)))
}

/// What the originals do not hold comes from the lab's own C versions.
fn fill_up(originals: &Path) -> Verdict {
    for program in PROGRAMS {
        let original = originals.join(program);
        if original.exists() {
            continue;
        }
        if let Ok(words) = fs::read_to_string(original.with_extension("log")) {
            let what = format!("{program}.c of ORIGINALS does not compile");
            return Err(Report::failed(format!("{what}:\n{words}")));
        }
        symlink(target().join("c").join(program), original)?;
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    C,
    /// Ours, or a student's in its place.
    Ours,
}

impl Version {
    pub fn path(self, program: &str) -> PathBuf {
        let folder = match self {
            Self::C => "c",
            Self::Ours => "ours",
        };
        RUN.get_or_init(env::temp_dir).join(folder).join(program)
    }

    /// How a report calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::C => "C version",
            Self::Ours if is_yours() => "yours",
            Self::Ours => "Rust version",
        }
    }
}

/// The folder whose programs stand where ours do.
pub fn yours() -> Option<PathBuf> {
    folder("YOURS")
}

/// Whether a student's programs stand where ours do.
pub fn is_yours() -> bool {
    yours().is_some()
}

/// The folder whose C files stand where the lab's do.
pub fn originals() -> Option<PathBuf> {
    folder("ORIGINALS")
}

fn folder(variable: &str) -> Option<PathBuf> {
    let folder = env::var_os(variable).filter(|folder| !folder.is_empty())?;
    // Without the slash at its end.
    Some(Path::new(&folder).components().collect())
}

/// The lab's own folder.
pub fn lab() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
}

/// Where make has put what it built.
pub fn target() -> PathBuf {
    lab().join(folder("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// The tool that makes the segments that a case starts from.
pub fn make_segment() -> PathBuf {
    RUN.get_or_init(env::temp_dir).join("make-segment")
}

/// The program, run by the command whose words come before it.
pub fn behind(words: &[&str], program: &Path) -> Command {
    let mut words = words.iter().map(OsStr::new).chain([program.as_os_str()]);
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words);
    command
}

/// The same in an environment of its own: locale and stdio settings of the caller
/// would change what C prints.
pub fn wrapped(words: &[&str], program: &Path) -> Command {
    let mut command = behind(words, program);
    command
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .env("TMPDIR", ".");
    command
}

/// The C version of `program`, run by the command whose words come before it.
pub fn c_version(program: &str, wrapper: &[&str]) -> Command {
    wrapped(wrapper, &Version::C.path(program))
}

/// Our version of `program`, in the same way.
pub fn ours(program: &str, wrapper: &[&str]) -> Command {
    wrapped(wrapper, &Version::Ours.path(program))
}
