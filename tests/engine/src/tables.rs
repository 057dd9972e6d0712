//! The machine's tables of segments, semaphores and queues: /proc/sysvipc. See proc(5).

use std::collections::HashMap;
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
    /// Which.
    pub table: Table,
    /// The machine's.
    pub key: i32,
    /// The machine's.
    pub id: i32,
    /// By the names in the table's head.
    fields: HashMap<String, String>,
}

impl Row {
    /// A number by its name in the table's head; 0 if there is none.
    pub fn number(&self, name: &str) -> u64 {
        self.fields.get(name).and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    /// The permissions, which the table has in octal.
    pub fn mode(&self) -> u32 {
        let text = self.fields.get("perms").map_or("", String::as_str);
        u32::from_str_radix(text, 8).unwrap_or(0)
    }

    /// The user who made it.
    pub fn maker(&self) -> u32 {
        u32::try_from(self.number("cuid")).unwrap_or(u32::MAX)
    }

    /// As its maker: root in a container may not remove another user's.
    pub fn remove(&self) {
        let _ = acting_as(self.maker(), || sys::remove(self.table, self.id)); // it may be gone
    }
}

/// All rows.
pub fn rows() -> Result<Vec<Row>, Trouble> {
    let mut rows = Vec::new();
    for (table, name) in TABLES {
        let path = format!("/proc/sysvipc/{name}");
        let text = fs::read_to_string(&path).doing(format!("reading {path}"))?;
        let mut lines = text.lines().map(|line| line.split_whitespace().map(String::from));
        let head: Vec<String> = lines.next().into_iter().flatten().collect();
        for line in lines {
            let line: Vec<String> = line.collect();
            let number = |field: usize| line.get(field).and_then(|text| text.parse().ok());
            let [Some(key), Some(id)] = [0, 1].map(number) else {
                return Err(Trouble::new(format!("reading {path}"), format!("{line:?}")));
            };
            let fields = head.iter().cloned().zip(line).collect();
            rows.push(Row { table, key, id, fields });
        }
    }
    Ok(rows)
}
