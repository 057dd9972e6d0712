//! Keys and IDs of a world's own. The machine has one table of segments, for everybody: the keys that
//! programs ask for are translated into a range that one world has claimed, and the IDs that they get
//! are numbered by their first appearance. So the C version and ours see the same numbers, and nobody
//! meets a stranger's segment.

use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{self, Command};
use std::sync::atomic::Ordering::Relaxed;

use common::Segment;
use libc::{IPC_CREAT, IPC_EXCL};
use nix::errno::Errno;
use nix::unistd::Pid;

use super::outcome::visible;
use super::report::Report;
use super::task::is_running;

/// Ranges of keys begin here.
const FIRST: i32 = 0x4000_0000;

/// The number of keys in a range. The segment of the last key claims the range for its maker.
const LENGTH: i32 = 256;

/// No more of a segment than its first bytes is compared.
const MOST_BYTES: usize = 16 * 4096;

pub struct Keys {
    base: i32,
    claim: Segment,
    /// The keys that programs have asked for, in the order of the range.
    known: Vec<i32>,
    /// Those of them that were asked for by shmget.
    pub asked: Vec<i32>,
    /// The machine's IDs; a program sees the place.
    ids: Vec<i32>,
    /// Semaphore sets and message queues that the programs have got: the kind, and the ID.
    others: Vec<(Kind, i32)>,
}

/// What System V has beside segments. Their IDs are the machine's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Semaphores,
    Queue,
}

impl Kind {
    /// What the report calls it, its table in /proc/sysvipc, and its option of ipcrm.
    const fn names(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Semaphores => ("a semaphore set", "sem", "-s"),
            Self::Queue => ("a message queue", "msg", "-q"),
        }
    }
}

impl Keys {
    /// Claims a range: `IPC_EXCL` lets one process have it.
    pub fn claim() -> Result<Self, Report> {
        let start = process::id().wrapping_mul(97) % (1 << 18);
        for number in (start..1 << 18).chain(0..start) {
            let base = FIRST + i32::try_from(number)? * LENGTH;
            let flags = IPC_CREAT | IPC_EXCL | 0o600;
            match Segment::get(base + LENGTH - 1, 1, flags) {
                Err(common::Failure::Call(_, Errno::EEXIST)) => {}
                Err(failure) => return Err(Report::of_call(failure)),
                Ok(claim) => {
                    return Ok(Self {
                        base,
                        claim,
                        known: Vec::new(),
                        asked: Vec::new(),
                        ids: Vec::new(),
                        others: Vec::new(),
                    });
                }
            }
        }
        Err(Report::trouble("every range of keys is taken"))
    }

    /// The machine's key for a program's; none if it asks for too many.
    pub fn translate(&mut self, key: i32) -> Option<i32> {
        let known = self.known.iter().position(|&known| known == key);
        let place = known.unwrap_or_else(|| {
            self.known.push(key);
            self.known.len() - 1
        });
        let place = i32::try_from(place).ok()?;
        (place < LENGTH - 1).then(|| self.base + place)
    }

    /// A program's key for the machine's.
    pub fn key_of(&self, machines: i32) -> i32 {
        let place = usize::try_from(machines - self.base).ok();
        let key = place.and_then(|place| self.known.get(place));
        key.copied().unwrap_or(machines)
    }

    /// The number that programs see for an ID of the machine's.
    pub fn number(&mut self, id: i32) -> i64 {
        let known = self.ids.iter().position(|&known| known == id);
        let number = known.unwrap_or_else(|| {
            self.ids.push(id);
            self.ids.len() - 1
        });
        number.try_into().unwrap_or(i64::MAX)
    }

    /// The machine's ID for such a number.
    pub fn id(&self, number: u64) -> Option<i32> {
        self.ids.get(usize::try_from(number).ok()?).copied()
    }

    /// Programs may use a semaphore set or a queue that they have got themselves.
    pub fn add(&mut self, kind: Kind, id: i32) {
        if !self.has(kind, id) {
            self.others.push((kind, id));
        }
    }

    pub fn has(&self, kind: Kind, id: i32) -> bool {
        self.others.contains(&(kind, id))
    }

    /// Those that are still there.
    fn others_left(&self) -> impl Iterator<Item = (Kind, i32)> {
        let is_left = |&(kind, id): &(Kind, i32)| {
            let table = fs::read_to_string(format!("/proc/sysvipc/{}", kind.names().1));
            let table = table.unwrap_or_default();
            let mut ids = table.lines().map(|row| row.split_whitespace().nth(1));
            ids.any(|field| field == Some(&id.to_string()))
        };
        self.others.iter().copied().filter(is_left)
    }

    /// The world's segments, by the numbers of their IDs.
    fn rows(&self) -> io::Result<Vec<(usize, Row)>> {
        let number = |row: Row| {
            let number = self.ids.iter().position(|&id| id == row.id)?;
            Some((number, row))
        };
        let mut rows: Vec<_> = rows()?.into_iter().filter_map(number).collect();
        rows.sort_by_key(|&(number, _)| number);
        Ok(rows)
    }

    /// The segments in words, with their bytes.
    pub fn describe(&self) -> Result<String, Report> {
        let mut text = String::new();
        for (number, row) in self.rows()? {
            let Row { permissions, size, attached, owner, group, .. } = &row;
            text += &format!(
                "    key {}, ID : {number}, mode 0{permissions}, {size} bytes, {attached} attached, \
                 owner {owner}:{group}\n",
                self.key_of(row.key),
            );
            if row.key != 0 {
                text += &contents(row.key);
            }
        }
        for (kind, _) in self.others_left() {
            text += &format!("    {}\n", kind.names().0);
        }
        Ok(if text.is_empty() { "    none\n".into() } else { text })
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        // A program that is killed in its shmget has told nobody of its segment.
        let is_own = |row: &&Row| self.ids.contains(&row.id) || row.range() == self.base;
        let rows = rows().unwrap_or_default();
        rows.iter().filter(is_own).filter(|row| !row.is_claim()).for_each(Row::remove);
        for (kind, id) in self.others_left() {
            let _ = Command::new("ipcrm").args([kind.names().2, &id.to_string()]).output();
        }
        let _ = self.claim.remove();
    }
}

/// One of the machine's segments. See proc(5), `/proc/sysvipc/shm`.
struct Row {
    key: i32,
    id: i32,
    permissions: String,
    size: String,
    maker: i32,
    attached: String,
    owner: u32,
    group: u32,
}

impl Row {
    /// Where the range of its key begins.
    fn range(&self) -> i32 {
        self.key - self.key % LENGTH
    }

    /// A claim is removed last: until then, others can tell what to remove.
    fn is_claim(&self) -> bool {
        self.key >= FIRST && self.key == self.range() + LENGTH - 1
    }

    fn remove(&self) {
        let own = Segment::open(self.key, 0).and_then(Segment::remove);
        if own.is_ok() {
            return;
        }
        // It has no key; or root in a container may not remove another user's.
        let mut ipcrm = Command::new("ipcrm");
        ipcrm.args(["-m", &self.id.to_string()]);
        if self.owner != nix::unistd::geteuid().as_raw() {
            ipcrm.uid(self.owner).gid(self.group);
        }
        let _ = ipcrm.output();
    }
}

fn rows() -> io::Result<Vec<Row>> {
    let table = fs::read_to_string("/proc/sysvipc/shm")?;
    let rows = table.lines().skip(1);
    rows.map(|line| row(line).ok_or_else(|| io::Error::other(line.to_string()))).collect()
}

fn row(line: &str) -> Option<Row> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let field = |index: usize| fields.get(index).copied();
    Some(Row {
        key: field(0)?.parse().ok()?,
        id: field(1)?.parse().ok()?,
        permissions: field(2)?.to_string(),
        size: field(3)?.to_string(),
        maker: field(4)?.parse().ok()?,
        attached: field(6)?.to_string(),
        owner: field(7)?.parse().ok()?,
        group: field(8)?.parse().ok()?,
    })
}

/// Removes the ranges of keys whose claimer no longer runs.
pub fn remove_stale() -> io::Result<()> {
    let mut rows = rows()?;
    rows.sort_by_key(Row::is_claim);
    let is_stale = |row: &&Row| row.is_claim() && !is_running(Pid::from_raw(row.maker));
    for claim in rows.iter().filter(is_stale) {
        let in_range = |row: &&Row| row.range() == claim.range();
        rows.iter().filter(in_range).for_each(Row::remove);
    }
    Ok(())
}

fn contents(key: i32) -> String {
    let memory = match Segment::open(key, 0).and_then(Segment::attach) {
        Ok(memory) => memory,
        Err(failure) => return format!("    ({failure:?})\n"),
    };
    let bytes = memory.bytes().iter().take(MOST_BYTES);
    let bytes: Vec<u8> = bytes.map(|byte| byte.load(Relaxed)).collect();
    let length = bytes.iter().position(|&byte| byte == 0);
    let (text, rest) = bytes.split_at(length.unwrap_or(bytes.len()));
    format!("    its bytes:\n{}{}", visible(text), visible(rest))
}
