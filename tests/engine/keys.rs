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
    /// What programs have asked for, in the order of the range: by which call, and the key.
    asked: Vec<(&'static str, i32)>,
    /// The machine's IDs; a program sees the place.
    ids: Vec<i32>,
    /// Semaphore sets and message queues that the programs have got: the kind, and the ID.
    others: Vec<(Kind, i32)>,
}

/// What System V has beside segments: what the report calls it, its table in /proc/sysvipc, and its option of
/// ipcrm. Their IDs are the machine's own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Kind(&'static str, &'static str, &'static str);

pub const SEMAPHORES: Kind = Kind("a semaphore set", "sem", "-s");
pub const QUEUE: Kind = Kind("a message queue", "msg", "-q");

impl Keys {
    /// Claims a range: `IPC_EXCL` lets one process have it.
    pub fn claim() -> Result<Self, Report> {
        let start = process::id().wrapping_mul(97) % (1 << 18);
        for number in (start..1 << 18).chain(0..start) {
            let base = FIRST + i32::try_from(number)? * LENGTH;
            let claim = Segment::create_new(base + LENGTH - 1, 1).map_err(Report::of_call)?;
            if claim.is_some() {
                return Ok(Self { base, asked: vec![], ids: vec![], others: vec![] });
            }
        }
        Err(Report::trouble("every range of keys is taken"))
    }

    /// The machine's key for a program's; none if it asks for too many.
    pub fn translate(&mut self, call: &'static str, key: i32) -> Option<i32> {
        let place = i32::try_from(place(&mut self.asked, (call, key))).ok()?;
        (place < LENGTH - 1).then(|| self.base + place)
    }

    /// A program's key for the machine's.
    pub fn key_of(&self, machines: i32) -> i32 {
        let place = usize::try_from(machines - self.base).ok();
        let asked = place.and_then(|place| self.asked.get(place));
        asked.map_or(machines, |&(_, key)| key)
    }

    /// The keys that a call was asked for.
    pub fn asked(&self, call: &str) -> Vec<i32> {
        self.asked.iter().filter(|(by, _)| *by == call).map(|&(_, key)| key).collect()
    }

    /// The number that programs see for an ID of the machine's.
    pub fn number(&mut self, id: i32) -> i64 {
        place(&mut self.ids, id).try_into().unwrap_or(i64::MAX)
    }

    /// The machine's ID for such a number.
    pub fn id(&self, number: u64) -> Option<i32> {
        self.ids.get(usize::try_from(number).ok()?).copied()
    }

    /// Programs may use a semaphore set or a queue that they have got themselves.
    pub fn add(&mut self, kind: Kind, id: i32) {
        place(&mut self.others, (kind, id));
    }

    pub fn has(&self, kind: Kind, id: i32) -> bool {
        self.others.contains(&(kind, id))
    }

    /// Those that are still there.
    fn others_left(&self) -> impl Iterator<Item = (Kind, i32)> {
        let is_left = |&(Kind(_, table, _), id): &(Kind, i32)| {
            let table = fs::read_to_string(format!("/proc/sysvipc/{table}")).unwrap_or_default();
            table.lines().any(|row| row.split_whitespace().nth(1) == Some(&id.to_string()))
        };
        self.others.iter().copied().filter(is_left)
    }

    /// The segments in words, with their bytes, by the numbers of their IDs.
    pub fn describe(&self) -> Result<String, Report> {
        let (rows, mut text) = (rows()?, String::new());
        for (number, &id) in self.ids.iter().enumerate() {
            let Some(row) = rows.iter().find(|row| row.id == id) else { continue };
            let key = self.key_of(row.key);
            text += &format!("    key {key}, ID : {number}, {}\n", row.described);
            if row.key != 0 {
                text += &contents(row.key);
            }
        }
        for (Kind(name, ..), _) in self.others_left() {
            text += &format!("    {name}\n");
        }
        Ok(if text.is_empty() { "    none\n".into() } else { text })
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        for (Kind(_, _, option), id) in self.others_left() {
            let _ = Command::new("ipcrm").args([option, &id.to_string()]).output();
        }
        // A program that is killed in its shmget has told nobody of its segment.
        let is_own = |row: &&Row| self.ids.contains(&row.id) || row.range() == self.base;
        rows().unwrap_or_default().iter().filter(is_own).for_each(Row::remove);
    }
}

/// The place of an item in a list, to which it is added if it is new.
fn place<T: PartialEq>(list: &mut Vec<T>, item: T) -> usize {
    list.iter().position(|known| *known == item).unwrap_or_else(|| {
        list.push(item);
        list.len() - 1
    })
}

/// One of the machine's segments. See proc(5), `/proc/sysvipc/shm`.
struct Row {
    key: i32,
    id: i32,
    maker: i32,
    owner: u32,
    group: u32,
    described: String,
}

impl Row {
    fn read(line: &str) -> Option<Self> {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [key, id, mode, size, maker, _, attached, owner, group, ..] = fields[..] else {
            return None;
        };
        Some(Self {
            key: key.parse().ok()?,
            id: id.parse().ok()?,
            maker: maker.parse().ok()?,
            owner: owner.parse().ok()?,
            group: group.parse().ok()?,
            described: format!(
                "mode 0{mode}, {size} bytes, {attached} attached, owner {owner}:{group}"
            ),
        })
    }

    /// Where the range of its key begins.
    fn range(&self) -> i32 {
        self.key - self.key % LENGTH
    }

    fn is_claim(&self) -> bool {
        self.key >= FIRST && self.key == self.range() + LENGTH - 1
    }

    fn remove(&self) {
        let own = Segment::open(self.key, 0).and_then(Segment::remove);
        if own.is_ok() {
            return;
        }
        // It has no key; or root in a container may not remove another user's, as whom it is removed.
        let mut ipcrm = Command::new("ipcrm");
        ipcrm.args(["-m", &self.id.to_string()]);
        if self.owner != nix::unistd::geteuid().as_raw() {
            ipcrm.uid(self.owner).gid(self.group);
        }
        let _ = ipcrm.output();
    }
}

/// All of them. Claims come last, and are removed last: until then, others can tell what to remove.
fn rows() -> io::Result<Vec<Row>> {
    let table = fs::read_to_string("/proc/sysvipc/shm")?;
    let rows = table.lines().skip(1);
    let rows = rows.map(|line| Row::read(line).ok_or_else(|| io::Error::other(line.to_string())));
    let mut rows = rows.collect::<io::Result<Vec<Row>>>()?;
    rows.sort_by_key(Row::is_claim);
    Ok(rows)
}

/// Removes the ranges of keys whose claimer no longer runs.
pub fn remove_stale() -> io::Result<()> {
    let rows = rows()?;
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
