//! Folders and files of the engine's own.

use std::cell::Cell;
use std::env;
use std::fs::{self, File, Permissions};
use std::io::{self, Seek, Write};
use std::mem;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Once, OnceLock};

use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::statvfs::{FsFlags, statvfs};
use nix::unistd::{Pid, geteuid, mkdtemp};

use crate::process::is_running;
use crate::sys;
use crate::trouble::{Trouble, While};
use crate::user::{acting_as, user_for};

/// An empty folder. Removed when dropped, whatever is in it; a world's, in which nothing was done, serves the next.
pub struct Folder {
    path: PathBuf,
    /// The process that made it. One that is forked has a copy of this, which is nothing to it.
    maker: u32,
    /// What it was when it was new, if it may serve another world.
    unused: Option<Look>,
}

/// What tells whether anything was done in a folder: its permissions, and when an entry was made or removed.
type Look = (u32, i64, i64);

thread_local! {
    /// One in which nothing was done: disks take their time to make folders and to remove them.
    static SPARE: Cell<Option<Folder>> = const { Cell::new(None) };
}

impl Folder {
    /// One that this user alone may enter; none: the caller.
    ///
    /// # Errors
    /// No place is there for it: in words.
    pub fn new(owner: Option<u32>) -> Result<Self, Trouble> {
        let letters = "X".repeat(6); // which mkdtemp replaces
        let template = place()?.join(format!("{}{}-{letters}", prefix(), process::id()));
        let path = mkdtemp(&template).doing(format!("making the folder {}", template.display()))?;
        let folder = Self { path, maker: process::id(), unused: None }; // of mode 0700
        if let Some(owner) = owner {
            let changed = chown(folder.path(), Some(owner), Some(owner));
            changed.doing(format!("giving {} to user {owner}", folder.path().display()))?;
        }
        Ok(folder)
    }

    /// One for the programs of a world: that of a world before, if nothing was done in it.
    ///
    /// # Errors
    /// As those of [`Folder::new`].
    pub(crate) fn for_programs() -> Result<Self, Trouble> {
        let spare = SPARE.take().filter(|spare| spare.maker == process::id());
        let mut folder = spare.map_or_else(|| Self::new(user_for(None)), Ok)?;
        folder.unused = folder.look();
        Ok(folder)
    }

    fn look(&self) -> Option<Look> {
        let data = self.path.symlink_metadata().ok()?;
        Some((data.mode(), data.mtime(), data.mtime_nsec()))
    }

    fn is_unused(&self) -> bool {
        let is_empty = || self.path.read_dir().is_ok_and(|mut entries| entries.next().is_none());
        self.unused.is_some() && self.unused == self.look() && is_empty()
    }

    /// Lets programs of other users through to the files in it whose names they know. Root's programs run as
    /// another user.
    ///
    /// # Errors
    /// Those of chmod(2), in words.
    pub fn let_others_through(&self) -> Result<(), Trouble> {
        let mode = if geteuid().is_root() { 0o711 } else { 0o700 };
        let changed = fs::set_permissions(self.path(), Permissions::from_mode(mode));
        changed.doing(format!("opening {}", self.path().display()))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.maker != process::id() {
            return;
        }
        if self.is_unused() {
            static AT_EXIT: Once = Once::new();
            AT_EXIT.call_once(|| sys::at_exit(remove_spare));
            let path = mem::take(&mut self.path);
            SPARE.set(Some(Self { path, unused: None, ..*self }));
        } else if let Err(why) = remove_as_owner(&self.path) {
            let _ = writeln!(io::stderr(), "{}: it stays: {why}", self.path.display());
        }
    }
}

/// What belongs to the first thread is not dropped when the process ends.
extern "C" fn remove_spare() {
    drop(SPARE.try_with(Cell::take));
}

/// Removes a folder, and what is in it with its owner's rights, not root's: that may be exchanged for links meanwhile.
fn remove_as_owner(folder: &Path) -> Result<(), Trouble> {
    let removing = || format!("removing {}", folder.display());
    let owner = folder.symlink_metadata().doing(removing())?.uid();
    acting_as(owner, || empty(folder))?.doing(removing())?;
    fs::remove_dir(folder).doing(removing())
}

/// Removes what is in a folder. Modes and depth are a program's doing: links are not followed, the modes of folders are
/// changed, and what lies deep is moved up first, because a path may be too long.
fn empty(folder: &Path) -> io::Result<()> {
    let mut moved = 0;
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(next) = waiting.pop() {
        fs::set_permissions(&next, Permissions::from_mode(0o700))?;
        for entry in fs::read_dir(&next)? {
            let entry = entry?;
            if !entry.file_type()?.is_dir() {
                fs::remove_file(entry.path())?;
            } else if fs::remove_dir_all(entry.path()).is_err() {
                fs::set_permissions(entry.path(), Permissions::from_mode(0o700))?;
                let up = unused_name(folder, &mut moved);
                fs::rename(entry.path(), &up)?;
                waiting.push(up);
            }
        }
        if next != folder {
            fs::remove_dir(&next)?;
        }
    }
    Ok(())
}

/// A program may have used any name.
fn unused_name(folder: &Path, number: &mut u32) -> PathBuf {
    loop {
        *number += 1;
        let name = folder.join(format!(".removed-{number}"));
        if name.symlink_metadata().is_err() {
            return name;
        }
    }
}

/// Where programs can be put and run: in TMPDIR, or the next place. It may be mounted without exec, or be closed to
/// the user that root's programs run as.
fn place() -> Result<&'static Path, Trouble> {
    static PLACE: OnceLock<PathBuf> = OnceLock::new();
    if let Some(place) = PLACE.get() {
        return Ok(place);
    }
    let own = env::temp_dir();
    let places = [own.clone(), "/tmp".into(), "/var/tmp".into(), "/dev/shm".into()];
    let will_do = |place: &&PathBuf| {
        let is_open = !geteuid().is_root()
            || place.ancestors().all(|folder| mode(folder).is_some_and(|mode| mode & 0o001 != 0));
        let runs = statvfs(*place).is_ok_and(|place| !place.flags().contains(FsFlags::ST_NOEXEC));
        let probe = place.join(format!("{}{}-probe", prefix(), process::id()));
        let writes = fs::DirBuilder::new().mode(0o700).create(&probe);
        let _ = fs::remove_dir(&probe);
        is_open && runs && writes.is_ok()
    };
    let found = places.iter().find(will_do).cloned().ok_or_else(|| {
        let why = "none is there that may be written, and from which programs may be run";
        Trouble::new(format!("looking for a folder such as {} (TMPDIR=…)", own.display()), why)
    })?;
    Ok(PLACE.get_or_init(|| found))
}

fn mode(path: &Path) -> Option<u32> {
    path.metadata().ok().map(|data| data.mode())
}

/// The same for all processes that see each other's numbers.
fn prefix() -> String {
    let namespace = fs::metadata("/proc/self/ns/pid").map_or(0, |namespace| namespace.ino());
    format!("shm-lab-{namespace}-")
}

/// Removes the folders of checks that were killed.
pub fn remove_stale() -> Result<(), Trouble> {
    let (prefix, place) = (prefix(), place()?);
    let reading = || format!("reading the folder {}", place.display());
    for entry in fs::read_dir(place).doing(reading())? {
        let entry = entry.doing(reading())?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let maker = name.strip_prefix(&prefix).and_then(|rest| rest.split('-').next());
        let maker = maker.and_then(|number| number.parse().ok()).map(Pid::from_raw);
        let is_own = |data: fs::Metadata| {
            let owners = [Some(geteuid().as_raw()), user_for(None)];
            data.is_dir() && owners.contains(&Some(data.uid()))
        };
        if maker.is_some_and(|maker| !is_running(maker)) && entry.metadata().is_ok_and(is_own) {
            let _ = remove_as_owner(&entry.path()); // another check may be doing it
        }
    }
    Ok(())
}

/// A file with this content, in memory.
///
/// # Errors
/// `EMFILE`, `ENFILE`, `ENOMEM`. See `memfd_create(2)`.
pub fn memory_file(content: &[u8]) -> io::Result<File> {
    let mut file = File::from(memfd_create(c"shm-lab", MFdFlags::MFD_CLOEXEC)?);
    file.write_all(content)?;
    file.rewind()?;
    Ok(file)
}
