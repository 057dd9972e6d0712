//! The programs under comparison: the C versions and ours.

use std::fmt;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::OnceLock;
use std::thread;

use super::report::Report;
use super::world::{root, target};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    C,
    Ours,
}

impl Version {
    /// The program's path, once make has built both versions.
    pub fn path(self, program: &str) -> Result<PathBuf, Report> {
        static BUILT: OnceLock<Result<(), String>> = OnceLock::new();
        BUILT.get_or_init(build).clone().map_err(Report)?;
        let folder = match self {
            Self::C => "c",
            Self::Ours => "release",
        };
        Ok(target().join(folder).join(program))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::C => "C version",
            Self::Ours => "ours",
        })
    }
}

fn build() -> Result<(), String> {
    let mut make = Command::new("make");
    make.arg("--silent")
        .current_dir(root())
        .env_remove("MAKEFLAGS");
    let output = make
        .output()
        .map_err(|error| format!("make: {error}: install make"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "make failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    ))
}

/// A folder with copies of programs that every user can reach, for the lab may lie where only its
/// owner may enter. Removed when dropped.
pub struct Copies(PathBuf);

impl Copies {
    pub fn new() -> Result<Self, Report> {
        let name = format!("shm-lab-{}-{:?}", process::id(), thread::current().id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir(&folder)?;
        fs::set_permissions(&folder, Permissions::from_mode(0o755))?;
        Ok(Self(folder))
    }

    /// Copies with `cp`: a file that this process held open for writing could not be run while
    /// another thread starts a program.
    pub fn of(&self, program: &Path) -> Result<PathBuf, Report> {
        let copied = Command::new("cp").arg(program).arg(&self.0).status()?;
        let copy = self.0.join(program.file_name().unwrap_or_default());
        fs::set_permissions(&copy, Permissions::from_mode(0o755))?;
        if copied.success() {
            Ok(copy)
        } else {
            Err(Report(format!("cp: {copied}")))
        }
    }
}

impl Drop for Copies {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
