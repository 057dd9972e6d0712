//! The machine's tables of segments, semaphores and queues: /proc/sysvipc. See proc(5).

use std::fs;

use crate::sys::{self, Table};
use crate::trouble::{Trouble, While};
use crate::user::acting_as;

/// The three, with their files in /proc/sysvipc, which are also how the names of their calls begin.
pub const TABLES: [(Table, &str); 3] =
    [(Table::Segments, "shm"), (Table::Semaphores, "sem"), (Table::Queues, "msg")];

/// The table that a call is about.
pub fn table_of(call: &str) -> Option<Table> {
    TABLES.iter().find(|(_, name)| call.starts_with(name)).map(|&(table, _)| table)
}

/// A row of one of them.
pub struct Row {
    /// The table that it is a row of.
    pub table: Table,
    /// The key in the machine's table.
    pub key: i32,
    /// The ID in the machine's table.
    pub id: i32,
    /// Permissions, and 01000 where a segment is marked for removal.
    pub mode: u32,
    /// In bytes.
    pub size: u64,
    /// How many of the bytes are in memory.
    pub memory: u64,
    /// How many attachments a segment has.
    pub attached: u64,
    /// The owner's user and group.
    pub owner: (u64, u64),
    /// The user that made it.
    pub maker: u32,
    /// The process that made it.
    pub maker_pid: i32,
    /// When it was changed last, in seconds since 1970.
    pub changed: u64,
}

impl Row {
    /// As its maker: root in a container may not remove another user's.
    pub fn remove(&self) {
        let _ = acting_as(self.maker, || sys::remove(self.table, self.id)); // it may be gone
    }
}

/// The rows of these tables.
pub fn rows(of: &[Table]) -> Result<Vec<Row>, Trouble> {
    let mut rows = Vec::new();
    for &(table, name) in TABLES.iter().filter(|(table, _)| of.contains(table)) {
        let path = format!("/proc/sysvipc/{name}");
        let text = fs::read_to_string(&path).doing(format!("reading {path}"))?;
        let mut lines = text.lines();
        let head: Vec<&str> = lines.next().unwrap_or_default().split_whitespace().collect();
        for line in lines {
            let words: Vec<&str> = line.split_whitespace().collect();
            let row = row(table, &head, &words);
            rows.push(row.ok_or_else(|| Trouble::new(format!("reading {path}"), line))?);
        }
    }
    Ok(rows)
}

/// A row by the names in its table's head. What a table has not got is 0.
fn row(table: Table, head: &[&str], words: &[&str]) -> Option<Row> {
    let word = |name: &str| words.get(head.iter().position(|other| *other == name)?).copied();
    let number = |name: &str| word(name).and_then(|word| word.parse::<u64>().ok()).unwrap_or(0);
    Some(Row {
        table,
        key: words.first()?.parse().ok()?,
        id: words.get(1)?.parse().ok()?,
        mode: word("perms").and_then(|word| u32::from_str_radix(word, 8).ok()).unwrap_or(0),
        size: number("size"),
        memory: number("rss"),
        attached: number("nattch"),
        owner: (number("uid"), number("gid")),
        maker: u32::try_from(number("cuid")).ok()?,
        maker_pid: i32::try_from(number("cpid")).ok()?,
        changed: number("ctime"),
    })
}
