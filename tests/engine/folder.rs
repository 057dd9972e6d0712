//! A folder of a case's own.

use std::env;
use std::fs::{self, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use nix::unistd::Pid;

use super::task::is_running;

/// A new, empty folder that every user may enter. Removed when dropped.
pub struct Folder(PathBuf);

impl Folder {
    /// `name` is the end of its name.
    pub fn new(name: &str) -> io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Relaxed);
        // Process numbers come again; an interrupted run may have left its folder.
        let folder = format!("{}{}-{number}-{name}", prefix(), process::id());
        let folder = env::temp_dir().join(folder);
        match fs::create_dir(&folder) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Self::new(name),
            made => made?,
        }
        fs::set_permissions(&folder, Permissions::from_mode(0o755))?;
        Ok(Self(folder))
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
pub fn remove_stale_folders() -> io::Result<()> {
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
