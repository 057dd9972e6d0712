//! Ranges of keys in the machine's table, each claimed by one world. The segment of a range's last key is the claim.
//! All that a world makes has a key of its range, so that the next check can remove what a killed one has left.

use std::process;

use libc::{IPC_CREAT, IPC_EXCL};
use nix::errno::Errno;
use nix::unistd::{Pid, geteuid};

use crate::process::is_running;
use crate::sys::{self, Table};
use crate::tables::{Row, TABLES, rows};
use crate::trouble::Trouble;

/// Ranges begin here: 0xe7000000. ftok(3) takes a letter or a small number for a key's first byte.
const FIRST: i32 = -0x1900_0000;

/// So many ranges there are, of so many keys.
const RANGES: i32 = 1 << 16;
const LENGTH: i32 = 256;

/// Its size, in bytes, tells a claim: "shm" as a number. It has it from its first moment on, and takes no memory,
/// because nobody attaches it.
const SIZE: usize = 0x0073_686d;

/// A range that this process has claimed.
pub struct Claim {
    base: i32,
    id: i32,
}

impl Claim {
    /// Claims a range: `IPC_EXCL` lets one process have it.
    pub fn take() -> Result<Self, Trouble> {
        let number = i32::try_from(process::id() % RANGES.unsigned_abs()).unwrap_or(0);
        let start = number.wrapping_mul(97) % RANGES;
        for number in (start..RANGES).chain(0..start) {
            let base = FIRST + number * LENGTH;
            match sys::shmget(base + LENGTH - 1, SIZE, IPC_CREAT | IPC_EXCL | 0o600) {
                Err(Errno::EEXIST) => {}
                Err(errno) => return Err(Trouble::new("shmget, for a range of keys", errno)),
                Ok(id) if !is_empty(base) => {
                    let _ = sys::remove(Table::Segments, id); // a stranger's range
                }
                Ok(id) => return Ok(Self { base, id }),
            }
        }
        Err(Trouble::new("claiming a range of keys", "every one is taken"))
    }

    /// The machine's key of this place in the range; none behind its end.
    pub fn key(&self, place: usize) -> Option<i32> {
        let place = i32::try_from(place).ok().filter(|&place| place < LENGTH - 1);
        place.map(|place| self.base + place)
    }

    /// The place of a key of the machine's.
    pub fn place(&self, key: i32) -> Option<usize> {
        let place = key.checked_sub(self.base).filter(|place| (0..LENGTH).contains(place))?;
        usize::try_from(place).ok()
    }

    /// Whether it is the claim's own row.
    pub fn is(&self, row: &Row) -> bool {
        row.table == Table::Segments && row.id == self.id
    }
}

/// Whether nobody has left a segment among a range's first keys, which are given to programs first.
fn is_empty(base: i32) -> bool {
    (base..base + 4).all(|key| sys::shmget(key, 0, 0) == Err(Errno::ENOENT))
}

impl Drop for Claim {
    /// It goes last: until then another check can tell what to remove.
    fn drop(&mut self) {
        let _ = sys::remove(Table::Segments, self.id);
    }
}

/// Removes the claims of checks that were killed, and what their worlds had: what has a key of the range and was made
/// after the claim. Nobody else's.
pub fn remove_stale() -> Result<(), Trouble> {
    let stale: Vec<Row> = rows(&[Table::Segments])?.into_iter().filter(is_stale).collect();
    if stale.is_empty() {
        return Ok(());
    }
    // Only now: one that has just been killed may have made something since.
    let rows = rows(&TABLES.map(|(table, _)| table))?;
    for claim in &stale {
        let is_left = |other: &&Row| {
            let is_in_range = (claim.key - LENGTH + 1..=claim.key).contains(&other.key);
            is_in_range && other.changed >= claim.changed
        };
        rows.iter().filter(is_left).for_each(Row::remove);
        claim.remove();
    }
    Ok(())
}

/// Whether it may be a claim of this user's whose maker runs no more.
fn is_stale(row: &Row) -> bool {
    let is_in_ranges = (FIRST..FIRST + RANGES * LENGTH).contains(&row.key);
    let is_last = is_in_ranges && (row.key - FIRST) % LENGTH == LENGTH - 1;
    let is_of_size = row.size == SIZE as u64 && row.mode & 0o777 == 0o600;
    let is_claim = row.table == Table::Segments && is_last && is_of_size;
    is_claim && row.maker == geteuid().as_raw() && !is_running(Pid::from_raw(row.maker_pid))
}
