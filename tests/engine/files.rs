//! A folder, and files, of a case's own.

use std::env;
use std::fs::{self, File, Permissions};
use std::io::{self, Seek, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process;

use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::unistd::{Pid, mkdtemp};

use super::task::is_running;

/// A new, empty folder that every user may enter. Removed when dropped.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> io::Result<Self> {
        let letters = "X".repeat(6); // which mkdtemp replaces
        let name = format!("{}{}-{letters}", prefix(), process::id());
        let folder = Self(mkdtemp(&env::temp_dir().join(name))?);
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
        Ok(folder)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

/// The same for all processes that see each other's numbers.
fn prefix() -> String {
    let namespace = fs::metadata("/proc/self/ns/pid").map_or(0, |namespace| namespace.ino());
    format!("shm-lab-{namespace}-")
}

/// Removes the folders of processes that were killed.
pub fn remove_stale() -> io::Result<()> {
    let prefix = prefix();
    for entry in fs::read_dir(env::temp_dir())? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let maker = name.strip_prefix(&prefix).and_then(|rest| rest.split('-').next());
        let maker = maker.and_then(|number| number.parse().ok()).map(Pid::from_raw);
        if maker.is_some_and(|maker| !is_running(maker)) {
            let _ = fs::remove_dir_all(entry.path()); // it may be another user's
        }
    }
    Ok(())
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A file with this content.
pub fn memory_file(content: &[u8]) -> io::Result<File> {
    let mut file = File::from(memfd_create(c"shm-lab", MFdFlags::MFD_CLOEXEC)?);
    file.write_all(content)?;
    file.rewind()?;
    Ok(file)
}
