//! A folder of a case's own.

use std::fs::{self, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// A new, empty folder that every user may enter. Removed when dropped.
pub struct Folder(PathBuf);

impl Folder {
    /// `name` is the end of its name.
    pub fn new(name: &str) -> io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Relaxed);
        // Process numbers come again; an interrupted run may have left its folder.
        let folder =
            std::env::temp_dir().join(format!("shm-lab-{}-{number}-{name}", process::id()));
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

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
