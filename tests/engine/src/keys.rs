//! Keys and IDs of a world's own. The machine has one table of segments, for everybody: the keys that programs
//! ask for are translated into a range that one world has claimed, and the IDs that they get are numbered by their
//! first appearance. So two versions see the same numbers, and nobody meets a stranger's segment.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::process;

use libc::{IPC_CREAT, IPC_EXCL, IPC_PRIVATE, SHM_RDONLY};
use nix::errno::Errno;
use nix::unistd::{Pid, geteuid};

use crate::process::is_running;
use crate::sys::{self, Attached, Table};
use crate::tables::{Row, TABLES, rows, table_of};
use crate::trouble::{Trouble, While};
use crate::user::acting_as;

/// Ranges of keys begin here: 0xe7000000. ftok(3) takes a letter or a small number for a key's first byte.
const FIRST: i32 = -0x1900_0000;

/// So many ranges there are, of so many keys. The segment of the last key claims the range for its maker.
const RANGES: i32 = 1 << 16;
const LENGTH: i32 = 256;

/// What a claim's segment begins with. The IDs follow that the claim's world has got, each with its table.
const MARK: [u8; 8] = *b"shm-lab\0";
const CLAIM_SIZE: usize = 4096;

/// So many of a segment's first bytes are looked at.
const MOST_BYTES: u64 = 16 * 4096;

/// So many segments, semaphore sets and queues are enough for one world.
const MOST_IDS: usize = 16;

/// The keys and IDs of a world.
pub struct Keys {
    base: i32,
    claim: Claim,
    /// What programs have asked for, in the order of the range: by which call, and the key.
    asked: Vec<(&'static str, i32)>,
    /// What they got. Programs see the place among those of its table.
    ids: Vec<Got>,
    /// The first number that programs see.
    first: i32,
    /// How many IDs they may have.
    pub most: usize,
    /// How many calls have asked for something without a key.
    private: usize,
    /// The tables that its programs have asked for something.
    tables: Vec<Table>,
}

/// A segment in the memory of the engine: the one that claims a range, or one that is looked at.
struct Claim {
    id: i32,
    attached: Attached,
    memory: File,
}

/// An ID of the machine's that a program of the world got, and as which user.
#[derive(Clone, Copy)]
struct Got {
    table: Table,
    id: i32,
    user: u32,
}

impl Got {
    fn is(&self, table: Table, id: i32) -> bool {
        (self.table, self.id) == (table, id)
    }
}

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
    /// Claims a range: `IPC_EXCL` lets one process have it. IDs are numbered from `first` on.
    pub fn claim(first: i32) -> Result<Self, Trouble> {
        let start =
            i32::try_from(process::id() % RANGES.unsigned_abs()).unwrap_or(0).wrapping_mul(97)
                % RANGES;
        for number in (start..RANGES).chain(0..start) {
            let base = FIRST + number * LENGTH;
            match sys::shmget(base + LENGTH - 1, CLAIM_SIZE, IPC_CREAT | IPC_EXCL | 0o600) {
                Err(Errno::EEXIST) => {}
                Err(errno) => return Err(Trouble::new("shmget, for a range of keys", errno)),
                Ok(id) => {
                    let claim = Claim::of(id, 0, geteuid().as_raw())?;
                    claim.write(0, &MARK).doing("marking a range of keys")?;
                    let (asked, ids) = (Vec::new(), Vec::new());
                    return Ok(Self {
                        base,
                        claim,
                        asked,
                        ids,
                        first,
                        most: MOST_IDS,
                        private: 0,
                        tables: vec![Table::Segments],
                    });
                }
            }
        }
        Err(Trouble::new("claiming a range of keys", "every one is taken"))
    }

    /// The machine's key for a program's.
    ///
    /// # Errors
    /// `ENOSPC`: it asks for too many.
    pub fn translate(&mut self, call: &'static str, key: i32, flags: i32) -> nix::Result<i32> {
        self.tables.extend(table_of(call).filter(|table| !self.tables.contains(table)));
        if self.ids.len() >= self.most && (key == IPC_PRIVATE || flags & IPC_CREAT != 0) {
            return Err(Errno::ENOSPC);
        }
        if key == IPC_PRIVATE {
            self.private += 1;
            return if self.private > 4 * self.most { Err(Errno::ENOSPC) } else { Ok(key) };
        }
        let known = self.asked.iter().position(|&asked| asked == (call, key));
        let place = known.unwrap_or_else(|| {
            self.asked.push((call, key));
            self.asked.len() - 1
        });
        let place = i32::try_from(place).ok().filter(|&place| place < LENGTH - 1);
        place.map(|place| self.base + place).ok_or(Errno::ENOSPC)
    }

    /// A program's key for the machine's.
    #[must_use]
    pub fn key_of(&self, machines: i32) -> i32 {
        let place = machines.checked_sub(self.base).and_then(|place| usize::try_from(place).ok());
        let asked = place.and_then(|place| self.asked.get(place));
        asked.map_or(machines, |&(_, key)| key)
    }

    /// The keys that a call was asked for.
    #[must_use]
    pub fn asked(&self, call: &str) -> Vec<i32> {
        self.asked.iter().filter(|(by, _)| *by == call).map(|&(_, key)| key).collect()
    }

    /// The number that programs see for an ID of the machine's, which a call has given to this user.
    pub fn number(&mut self, call: &str, id: i32, user: u32) -> i32 {
        let table = table_of(call).unwrap_or(Table::Segments);
        if !self.ids.iter().any(|got| got.is(table, id)) {
            self.ids.push(Got { table, id, user });
            self.claim.note(self.ids.len(), table, id);
        }
        self.number_of(table, id).unwrap_or(-1)
    }

    fn number_of(&self, table: Table, id: i32) -> Option<i32> {
        let mut own = self.ids.iter().filter(|got| got.table == table);
        let place = own.position(|got| got.id == id)?;
        i32::try_from(place).ok()?.checked_add(self.first)
    }

    /// The machine's ID for such a number.
    #[must_use]
    pub fn id(&self, call: &str, number: i32) -> Option<i32> {
        let table = table_of(call)?;
        let place = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.ids.iter().filter(|got| got.table == table).nth(place).map(|got| got.id)
    }

    /// What is there of it, with the segments' bytes.
    pub fn left(&self) -> Result<Left, Trouble> {
        let mut left = Left::default();
        for (got, number) in
            self.ids.iter().filter(|got| got.table == Table::Segments).zip(self.first..)
        {
            left.segments.extend(self.segment(got, number)?);
        }
        let others = if self.tables.len() > 1 { rows(&self.tables)? } else { Vec::new() };
        for row in others.iter().filter(|row| self.has(row)) {
            left.semaphores += usize::from(row.table == Table::Semaphores);
            left.queues += usize::from(row.table == Table::Queues);
        }
        Ok(left)
    }

    fn has(&self, row: &Row) -> bool {
        self.ids.iter().any(|got| got.is(row.table, row.id))
    }

    /// How many bytes of memory its segments take.
    pub fn memory(&self) -> u64 {
        if self.ids.is_empty() {
            return 0;
        }
        let rows = rows(&[Table::Segments]).unwrap_or_default();
        let own = rows.iter().filter(|row| self.has(row));
        own.map(|row| row.memory).fold(0, u64::saturating_add)
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
        let key = stat.shm_perm.__key;
        let bytes = if key == 0 { Vec::new() } else { read(got.id, got.user, length) };
        Ok(Some(Segment {
            id: number,
            key: self.key_of(key),
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
        let id = self.id("shm", number).ok_or_else(|| Trouble::new(why(), "there is none"))?;
        let got = self.ids.iter().find(|got| got.is(Table::Segments, id));
        let user = got.map_or(geteuid().as_raw(), |got| got.user);
        Claim::of(id, 0, user)?.write(offset, bytes).doing(why())
    }

    /// Removes all that it has got.
    pub fn remove_all(&self) {
        for got in &self.ids {
            let _ = acting_as(got.user, || sys::remove(got.table, got.id)); // it may be gone
        }
    }

    /// Removes what processes of these numbers may have made that were killed before a call told them so.
    pub fn remove_lost(&self, pids: &[Pid]) {
        let rows = rows(&self.tables).unwrap_or_default();
        let claim = |row: &&Row| row.table == Table::Segments && row.id == self.claim.id;
        let begun = rows.iter().find(claim).map_or(0, |row| row.changed);
        let is_own = |row: &&Row| {
            let is_of_process =
                pids.contains(&Pid::from_raw(row.maker_pid)) && row.changed >= begun;
            !claim(row) && (is_of_process || self.is_in_range(row.key))
        };
        rows.iter().filter(is_own).for_each(Row::remove);
    }

    fn is_in_range(&self, key: i32) -> bool {
        (self.base..self.base + LENGTH).contains(&key)
    }
}

impl Drop for Keys {
    /// The claim goes last: until then another check can tell what to remove.
    fn drop(&mut self) {
        let _ = sys::remove(Table::Segments, self.claim.id);
    }
}

impl Claim {
    /// A segment in this process's memory, attached with its maker's rights.
    fn of(id: i32, flags: i32, maker: u32) -> Result<Self, Trouble> {
        let why = || format!("attaching the segment of ID {id}");
        // The caller's own memory is open to the caller alone.
        let memory = File::options().read(true).write(true).open("/proc/self/mem").doing(why())?;
        let attached = acting_as(maker, || sys::attach(id, flags))?.doing(why())?;
        Ok(Self { id, attached, memory })
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> std::io::Result<()> {
        self.memory.write_all_at(bytes, self.attached.address().saturating_add(offset))
    }

    fn read(&self, bytes: &mut [u8]) -> std::io::Result<()> {
        self.memory.read_exact_at(bytes, self.attached.address())
    }

    /// Writes down what its world has got: if the check is killed, the next one removes that.
    fn note(&self, count: usize, table: Table, id: i32) {
        let entry = [(table as i32 + 1).to_ne_bytes(), id.to_ne_bytes()].concat(); // 0 is none
        let offset = count * entry.len();
        if offset + entry.len() <= CLAIM_SIZE {
            let _ = self.write(offset as u64, &entry);
        }
    }

    /// What it has written down: none if it is no claim.
    fn notes(&self) -> Vec<(i32, i32)> {
        let mut bytes = [0; CLAIM_SIZE];
        if self.read(&mut bytes).is_err() || bytes[..MARK.len()] != MARK {
            return Vec::new();
        }
        let number = |bytes: &[u8]| bytes.try_into().map_or(0, i32::from_ne_bytes);
        let entries =
            bytes[MARK.len()..].chunks(8).map(|entry| (number(&entry[..4]), number(&entry[4..])));
        entries.collect()
    }
}

/// The first bytes of a segment; none of one that cannot be attached: it may be larger than memory.
fn read(id: i32, user: u32, length: u64) -> Vec<u8> {
    let Ok(claim) = Claim::of(id, SHM_RDONLY, user) else { return Vec::new() };
    let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
    let filled = claim.read(&mut bytes);
    filled.map_or_else(|_| Vec::new(), |()| bytes)
}

/// Removes the claims of checks that were killed, and what their worlds had: what is written down in the claim,
/// and what has a key of its range and was made after it. Nobody else's.
pub fn remove_stale() -> Result<(), Trouble> {
    let is_stale = |row: &Row| {
        let is_in_ranges = (FIRST..FIRST + RANGES * LENGTH).contains(&row.key);
        let is_last = is_in_ranges && (row.key - FIRST) % LENGTH == LENGTH - 1;
        let is_of_size = row.size == CLAIM_SIZE as u64 && row.mode & 0o777 == 0o600;
        let is_claim = row.table == Table::Segments && is_last && is_of_size;
        is_claim && row.maker == geteuid().as_raw() && !is_running(Pid::from_raw(row.maker_pid))
    };
    let stale: Vec<Row> = rows(&[Table::Segments])?.into_iter().filter(is_stale).collect();
    if stale.is_empty() {
        return Ok(());
    }
    // Only now: one that has just been killed may have made something since.
    let rows = rows(&TABLES.map(|(table, _)| table))?;
    for row in &stale {
        let Ok(claim) = Claim::of(row.id, SHM_RDONLY, row.maker) else { continue };
        let mut mark = [0; MARK.len()];
        if claim.read(&mut mark).is_err() || mark != MARK {
            continue;
        }
        let notes = claim.notes();
        drop(claim);
        let is_left = |other: &&Row| {
            let is_noted = notes.contains(&(other.table as i32 + 1, other.id));
            let is_in_range = (row.key - LENGTH + 1..=row.key).contains(&other.key);
            (is_noted || is_in_range) && other.changed >= row.changed
        };
        rows.iter().filter(is_left).for_each(Row::remove);
        row.remove();
    }
    Ok(())
}
