//! The programs under comparison: the C versions, and the Rust programs or a student's.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{self, Path, PathBuf};
use std::sync::OnceLock;

use engine::Launch;

/// The folder of a run, where the programs are in `c` and in `ours`.
static RUN: OnceLock<PathBuf> = OnceLock::new();

/// All that there are.
pub const PROGRAMS: [&str; 4] = ["shm-create", "shm-attach", "shm-fork", "shm-dynamic"];

/// From here on the programs are looked for in this folder.
pub fn look_in(run: &Path) {
    RUN.get_or_init(|| run.to_path_buf());
}

/// That folder.
pub fn run() -> &'static Path {
    RUN.get().map_or(Path::new("."), PathBuf::as_path)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    C,
    /// The Rust program, or a student's in its place.
    Ours,
}

impl Version {
    pub fn path(self, program: &str) -> PathBuf {
        let folder = match self {
            Self::C => "c",
            Self::Ours => "ours",
        };
        run().join(folder).join(program)
    }

    /// Runs `program`, through pipes and with no input.
    pub fn launch(self, program: &str) -> Launch {
        self.launch_under(&[], program)
    }

    /// The same by a command, whose words come before it.
    pub fn launch_under(self, wrapper: &[&str], program: &str) -> Launch {
        let words = wrapper.iter().map(OsString::from);
        let launch = Launch::of(words.chain([self.path(program).into()]));
        // Leaks cannot be looked for in a program that is traced. Python asks a name service where there is no HOME.
        let options = [("ASAN_OPTIONS", "detect_leaks=0".to_string()), ("HOME", "/".to_string())];
        Launch { environment: if is_yours() { options.into() } else { vec![] }, ..launch }
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

/// The folder whose programs take the place of the Rust programs.
pub fn yours() -> Option<PathBuf> {
    folder("YOURS")
}

/// Where that folder is read: `make grade` has opened it, because somebody may put a link in its place.
pub fn opened() -> Option<PathBuf> {
    yours().map(|yours| folder("YOURS_OPENED").unwrap_or(yours))
}

/// Whether a student's programs take the place of the Rust programs.
pub fn is_yours() -> bool {
    yours().is_some()
}

/// A folder from the root on, without the slash at its end.
pub fn folder(variable: &str) -> Option<PathBuf> {
    let folder = env::var_os(variable).filter(|folder| !folder.is_empty())?;
    let folder = path::absolute(folder).ok()?;
    Some(folder.components().collect())
}

/// What the user of make has set.
pub fn given(variable: &str) -> Option<String> {
    let text = env::var_os(variable).filter(|text| !text.is_empty())?;
    Some(text.to_string_lossy().into_owned())
}

/// The lab's own folder.
pub fn lab() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// A folder as it is named in the lab's own.
pub fn from_lab(folder: &Path) -> PathBuf {
    folder.strip_prefix(lab()).unwrap_or(folder).to_path_buf()
}

/// The folder of what make has built, as a student names it. This program is in it, in a folder of its profile's name.
pub fn built() -> String {
    let check = env::current_exe().unwrap_or_default();
    let built = check.ancestors().nth(2).unwrap_or(Path::new("target"));
    // Where make builds elsewhere, it leaves a link.
    let is_target = fs::canonicalize(lab().join("target")).is_ok_and(|target| target == built);
    if is_target { "target".into() } else { built.display().to_string() }
}
