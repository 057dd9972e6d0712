//! What a world has in the machine's tables, as its programs would see it.

use libc::SHM_RDONLY;
use nix::errno::Errno;

use crate::keys::{Got, Keys};
use crate::sys::{self, Table};
use crate::tables::rows;
use crate::trouble::{Trouble, While};
use crate::user::acting_as;
use crate::view::View;

/// So many of a segment's first bytes are looked at.
const MOST_BYTES: u64 = 16 * 4096;

/// A segment of a world's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// As programs see it.
    pub id: i32,
    /// As programs see it.
    pub key: i32,
    /// Permissions, and 01000 where it is marked for removal.
    pub mode: u32,
    /// In bytes.
    pub size: u64,
    /// How many attachments it has.
    pub attached: u64,
    /// The owner's user and group.
    pub owner: (u64, u64),
    /// Its bytes, but for one without a key.
    pub bytes: Vec<u8>,
}

/// What a world has in the machine's tables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Segments by their IDs.
    pub segments: Vec<Segment>,
    /// How many semaphore sets.
    pub semaphores: usize,
    /// How many queues.
    pub queues: usize,
}

impl Keys {
    /// What is there of what its programs have got, with the segments' bytes.
    pub fn left(&self) -> Result<Left, Trouble> {
        let mut left = Left::default();
        for (got, number) in self.numbered(Table::Segments) {
            left.segments.extend(self.segment(got, number)?);
        }
        let others = [Table::Semaphores, Table::Queues];
        if others.iter().any(|&table| self.numbered(table).next().is_some()) {
            let rows = rows(&others)?;
            let count = |table| {
                rows.iter().filter(|row| row.table == table && self.has(row.table, row.id)).count()
            };
            (left.semaphores, left.queues) = (count(Table::Semaphores), count(Table::Queues));
        }
        Ok(left)
    }

    /// A segment, if it is still there.
    fn segment(&self, got: &Got, number: i32) -> Result<Option<Segment>, Trouble> {
        let stat = match acting_as(got.user, || sys::stat(got.id))? {
            Err(Errno::EINVAL | Errno::EIDRM) => return Ok(None),
            Err(Errno::EACCES) => return self.unreadable(got, number),
            stat => stat.doing(format!("asking for the segment of ID {}", got.id))?,
        };
        let (page, size) = (4096_u64, stat.shm_segsz as u64);
        let length = size.min(MOST_BYTES).div_ceil(page).saturating_mul(page);
        let key = self.key_of(stat.shm_perm.__key);
        let bytes = if key == 0 { Vec::new() } else { read(got.id, got.user, length) };
        Ok(Some(Segment {
            id: number,
            key,
            mode: u32::from(stat.shm_perm.mode),
            size,
            attached: stat.shm_nattch,
            owner: (stat.shm_perm.uid.into(), stat.shm_perm.gid.into()),
            bytes,
        }))
    }

    /// A segment that not even its maker may read: the machine's table shows it.
    fn unreadable(&self, got: &Got, number: i32) -> Result<Option<Segment>, Trouble> {
        let rows = rows(&[Table::Segments])?;
        let row = rows.iter().find(|row| row.id == got.id);
        Ok(row.map(|row| Segment {
            id: number,
            key: self.key_of(row.key),
            mode: row.mode,
            size: row.size,
            attached: row.attached,
            owner: row.owner,
            bytes: Vec::new(),
        }))
    }

    /// Stores bytes in the segment of this number, from this offset on, as if another process had.
    pub fn store(&self, number: i32, offset: u64, bytes: &[u8]) -> Result<(), Trouble> {
        let why = || format!("storing bytes in segment {number}");
        let own = self.numbered(Table::Segments).find(|&(_, own)| own == number);
        let (got, _) = own.ok_or_else(|| Trouble::new(why(), "there is none"))?;
        View::of(got.id, 0, got.user)?.write(offset, bytes).doing(why())
    }

    /// How many bytes of memory its segments take.
    pub fn memory(&self) -> u64 {
        if self.numbered(Table::Segments).next().is_none() {
            return 0;
        }
        let rows = rows(&[Table::Segments]).unwrap_or_default();
        let own = rows.iter().filter(|row| self.has(row.table, row.id));
        own.map(|row| row.memory).fold(0, u64::saturating_add)
    }
}

/// The first bytes of a segment; none of one that cannot be attached: it may be larger than memory.
fn read(id: i32, user: u32, length: u64) -> Vec<u8> {
    let Ok(view) = View::of(id, SHM_RDONLY, user) else { return Vec::new() };
    let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
    let filled = view.read(&mut bytes);
    filled.map_or_else(|_| Vec::new(), |()| bytes)
}
