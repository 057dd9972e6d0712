//! Keys and IDs of a world's own. The machine has one table of segments, for everybody: the keys that
//! programs ask for are translated into a range that one world has claimed, and the IDs that they get
//! are numbered by their first appearance. So the C version and ours see the same numbers, and nobody
//! meets a stranger's segment.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{self, Command};
use std::sync::atomic::Ordering::Relaxed;

use common::Segment;
use nix::unistd::{Pid, geteuid};

use super::outcome::visible;
use super::report::Report;
use super::task::is_running;

/// Ranges of keys begin here.
const FIRST: i32 = 0x4000_0000;

/// The number of keys in a range. The segment of the last key claims the range for its maker.
const LENGTH: i32 = 256;

/// So many of a segment's first bytes are compared.
const MOST_BYTES: usize = 16 * 4096;

pub struct Keys {
    base: i32,
    /// What programs have asked for, in the order of the range: by which call, and the key.
    asked: Vec<(&'static str, i32)>,
    /// The machine's IDs, by table; a program sees the place.
    ids: HashMap<&'static str, Vec<i32>>,
}

/// What System V has: its table in /proc/sysvipc, with which the names of its calls begin; its option of
/// ipcrm; what the report calls it.
const TABLES: [(&str, &str, &str); 3] = [
    ("shm", "-m", "a segment"),
    ("sem", "-s", "a semaphore set"),
    ("msg", "-q", "a message queue"),
];

impl Keys {
    /// Claims a range: `IPC_EXCL` lets one process have it.
    pub fn claim() -> Result<Self, Report> {
        let start = process::id().wrapping_mul(97) % (1 << 18);
        for number in (start..1 << 18).chain(0..start) {
            let base = FIRST + i32::try_from(number)? * LENGTH;
            let claim = Segment::create_new(base + LENGTH - 1, 1).map_err(Report::of_call)?;
            if claim.is_some() {
                return Ok(Self { base, asked: vec![], ids: HashMap::new() });
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

    /// The number that programs see for an ID of the machine's, which a call has given.
    pub fn number(&mut self, call: &'static str, id: i32) -> i64 {
        let ids = self.ids.entry(&call[..3]).or_default();
        place(ids, id).try_into().unwrap_or(i64::MAX)
    }

    /// The machine's ID for such a number.
    pub fn id(&self, call: &str, number: u64) -> Option<i32> {
        self.ids.get(&call[..3])?.get(usize::try_from(number).ok()?).copied()
    }

    /// Where a row's ID is among those of its table.
    fn place(&self, row: &Row) -> Option<usize> {
        self.ids.get(row.table)?.iter().position(|&id| id == row.id)
    }

    /// The segments in words, with their bytes, by the numbers of their IDs; then what else there is.
    pub fn describe(&self) -> Result<String, Report> {
        let place = |row: Row| Some((self.place(&row)?, row));
        let mut own: Vec<(usize, Row)> = rows()?.into_iter().filter_map(place).collect();
        own.sort_by_key(|&(number, ref row)| (row.table != "shm", number));
        let mut text = String::new();
        for (number, row) in own {
            if row.table != "shm" {
                text += &format!("    {}\n", row.name);
                continue;
            }
            let key = self.key_of(row.key);
            text += &format!("    key {key}, ID : {number}, {}\n", row.describe());
            if row.key != 0 {
                text += &contents(row.key);
            }
        }
        Ok(if text.is_empty() { "    none\n".into() } else { text })
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        // A program that is killed in its shmget has told nobody of its segment.
        let is_own = |row: &&Row| self.place(row).is_some() || row.range() == self.base;
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

/// A row of one of the machine's tables. See proc(5), `/proc/sysvipc`.
struct Row {
    table: &'static str,
    option: &'static str,
    name: &'static str,
    key: i32,
    id: i32,
    /// By the names in the table's head.
    fields: HashMap<String, String>,
}

impl Row {
    fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    fn describe(&self) -> String {
        let fields = ["perms", "size", "nattch", "uid", "gid"].map(|name| self.field(name));
        let [mode, size, attached, owner, group] = fields;
        format!("mode 0{mode}, {size} bytes, {attached} attached, owner {owner}:{group}")
    }

    /// Where the range of its key begins.
    fn range(&self) -> i32 {
        self.key - self.key % LENGTH
    }

    fn is_claim(&self) -> bool {
        self.table == "shm" && self.key >= FIRST && self.key == self.range() + LENGTH - 1
    }

    fn remove(&self) {
        let own = || Segment::open(self.key, 0).and_then(Segment::remove);
        if self.table == "shm" && own().is_ok() {
            return;
        }
        let mut ipcrm = Command::new("ipcrm");
        ipcrm.args([self.option, &self.id.to_string()]);
        // Root in a container may not remove another user's.
        let (owner, group) = (self.field("uid").parse(), self.field("gid").parse());
        if let (true, Ok(owner), Ok(group)) = (geteuid().is_root(), owner, group) {
            ipcrm.uid(owner).gid(group);
        }
        let _ = ipcrm.output();
    }
}

/// All rows. Claims come last, and are removed last: until then, others can tell what to remove.
fn rows() -> io::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (table, option, name) in TABLES {
        let text = fs::read_to_string(format!("/proc/sysvipc/{table}"))?;
        let mut lines = text.lines().map(|line| line.split_whitespace().map(String::from));
        let head: Vec<String> = lines.next().into_iter().flatten().collect();
        for line in lines {
            let line: Vec<String> = line.collect();
            let number = |field: usize| line.get(field).and_then(|text| text.parse().ok());
            let [Some(key), Some(id)] = [0, 1].map(number) else {
                return Err(io::Error::other(format!("/proc/sysvipc/{table}: {line:?}")));
            };
            let fields = head.iter().cloned().zip(line).collect();
            rows.push(Row { table, option, name, key, id, fields });
        }
    }
    rows.sort_by_key(Row::is_claim);
    Ok(rows)
}

/// Removes the ranges of keys whose claimer no longer runs.
pub fn remove_stale() -> io::Result<()> {
    let rows = rows()?;
    let is_stale = |row: &&Row| {
        let maker = row.field("cpid").parse().map(Pid::from_raw);
        row.is_claim() && maker.is_ok_and(|maker| !is_running(maker))
    };
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
