//! Which files a program that is judged can reach: it reads what programs need, and writes in its
//! own folder. See landlock(7).

use std::fs::File;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use libc::c_long;
use nix::errno::Errno;
use nix::sys::prctl::set_no_new_privs;

use super::sys::{landlock_call, own};

/// What a program needs of the machine: its library, its interpreter, their settings.
const READ: [&str; 8] = ["/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc", "/proc", "/dev"];

/// Streams that a program may open.
const WRITE: [&str; 4] = ["/dev/null", "/dev/full", "/dev/tty", "/dev/pts"];

const EXECUTE: u64 = 1;
const WRITE_FILE: u64 = 1 << 1;
const READ_FILE: u64 = 1 << 2;
const READ_FOLDER: u64 = 1 << 3;
const TRUNCATE: u64 = 1 << 14;

/// The rights that a file can have; a rule on one must name no other.
const OF_FILES: u64 = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE;

/// All rights of the first version; later ones know renames, and truncation.
const FIRST: u64 = (1 << 13) - 1;
const RENAME: u64 = 1 << 13;

/// Nobody may make device files.
const DEVICES: u64 = 1 << 6 | 1 << 11;

struct Rules {
    rules: OwnedFd,
    handled: u64,
}

/// The version of the kernel's Landlock, 0 where it has none.
pub fn version() -> c_long {
    landlock_call(libc::SYS_landlock_create_ruleset, &[], 0, 1).unwrap_or(0)
}

/// Confines this process and all that it starts, for good. `own` is its folder, `programs` are the files
/// that it may read and execute beside those of the machine. Where there is no Landlock, nothing happens.
pub fn confine(own: &Path, programs: &[&Path]) -> nix::Result<()> {
    let Some(rules) = Rules::new()? else {
        return Ok(());
    };
    let read = EXECUTE | READ_FILE | READ_FOLDER;
    for path in READ.iter().map(Path::new).chain(programs.iter().copied()) {
        rules.allow(path, read)?;
    }
    for path in WRITE.map(Path::new) {
        rules.allow(path, FIRST & !DEVICES & !EXECUTE | TRUNCATE)?;
    }
    rules.allow(own, !DEVICES)?;
    set_no_new_privs()?;
    let rules = c_long::from(rules.rules.as_raw_fd());
    landlock_call(libc::SYS_landlock_restrict_self, &[], rules, 0).map(drop)
}

impl Rules {
    fn new() -> nix::Result<Option<Self>> {
        let handled = match version() {
            0 => return Ok(None),
            1 => FIRST,
            2 => FIRST | RENAME,
            _ => FIRST | RENAME | TRUNCATE,
        };
        let attribute = handled.to_ne_bytes();
        let made = landlock_call(libc::SYS_landlock_create_ruleset, &attribute, 0, 0)?;
        let rules = own(RawFd::try_from(made).map_err(|_| Errno::EBADF)?);
        Ok(Some(Self { rules, handled }))
    }

    /// Allows what is below a path. What is not there needs no rule.
    fn allow(&self, path: &Path, access: u64) -> nix::Result<()> {
        let Ok(place) = File::options().read(true).custom_flags(libc::O_PATH).open(path) else {
            return Ok(());
        };
        let is_folder = place.metadata().is_ok_and(|place| place.is_dir());
        let access = access & self.handled & if is_folder { u64::MAX } else { OF_FILES };
        // struct landlock_path_beneath_attr, which is packed.
        let rule = [&access.to_ne_bytes()[..], &place.as_raw_fd().to_ne_bytes()].concat();
        let rules = c_long::from(self.rules.as_raw_fd());
        landlock_call(libc::SYS_landlock_add_rule, &rule, rules, 1).map(drop)
    }
}
