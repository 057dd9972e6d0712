//! A segment that is there before a program starts: for `world::presets`, and the tool make-segment.

use libc::{IPC_CREAT, IPC_EXCL};

use crate::sys::{self, Attached, Table};

/// One that has just been made; attached, if it was filled, until this is dropped. It stays.
pub struct NewSegment {
    id: i32,
    _attached: Option<Attached>,
}

impl NewSegment {
    /// `shmget(key, size, IPC_CREAT | IPC_EXCL | mode)`, and a text all over it, if there is one.
    ///
    /// # Errors
    /// As perror writes it: `EEXIST`, `EINVAL`, `ENOSPC`, `EACCES`; it is removed then. See shmget(2), shmat(2).
    pub fn make(key: i32, size: i32, mode: i32, text: &[u8]) -> Result<Self, String> {
        let bytes = usize::try_from(size).unwrap_or(usize::MAX);
        let id = sys::shmget(key, bytes, IPC_CREAT | IPC_EXCL | mode)
            .map_err(|errno| told("shmget", errno))?;
        if text.is_empty() {
            return Ok(Self { id, _attached: None });
        }
        // A segment that cannot be filled is none to start from.
        match fill(id, bytes, text) {
            Ok(attached) => Ok(Self { id, _attached: Some(attached) }),
            Err(why) => {
                let _ = sys::remove(Table::Segments, id);
                Err(why)
            }
        }
    }

    /// Its ID.
    #[must_use]
    pub fn id(&self) -> i32 {
        self.id
    }
}

fn fill(id: i32, bytes: usize, text: &[u8]) -> Result<Attached, String> {
    let attached = sys::attach(id, 0).map_err(|errno| told("shmat", errno))?;
    // To the end of the last page.
    attached.fill(bytes.next_multiple_of(PAGE), text);
    Ok(attached)
}

/// Every page is a multiple of this, in bytes.
const PAGE: usize = 4096;

fn told(call: &str, errno: nix::errno::Errno) -> String {
    format!("{call}: {}", errno.desc())
}
