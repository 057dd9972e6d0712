//! The programs under comparison: the C versions and ours.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::folder::Folder;
use super::report::Report;
use super::world::{root, target};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    C,
    Ours,
}

impl Version {
    pub fn path(self, program: &str) -> Result<PathBuf, Report> {
        match self {
            Self::C if std::env::var("ORIGINALS").is_ok_and(|folder| !folder.is_empty()) => {
                built("originals", program)
            }
            Self::C => built("c", program),
            Self::Ours => built("release", program),
        }
    }
}

/// The path of a program in a folder of `target`, once make has built all.
pub fn built(folder: &str, program: &str) -> Result<PathBuf, Report> {
    static BUILT: OnceLock<Result<(), String>> = OnceLock::new();
    BUILT.get_or_init(build).clone().map_err(Report)?;
    Ok(target().join(folder).join(program))
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

/// Makes a copy that every user can reach: the lab may lie where only its owner may enter.
///
/// With `cp`, for a file that this process held open for writing could not be run while another
/// thread starts a program.
pub fn copy_for_all(program: &Path, folder: &Folder) -> Result<PathBuf, Report> {
    let copied = Command::new("cp")
        .arg(program)
        .arg(folder.path())
        .status()?;
    let copy = folder.path().join(program.file_name().unwrap_or_default());
    fs::set_permissions(&copy, Permissions::from_mode(0o755))?;
    if copied.success() {
        Ok(copy)
    } else {
        Err(Report(format!("cp: {copied}")))
    }
}
