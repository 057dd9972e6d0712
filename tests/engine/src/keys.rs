//! Keys and IDs of a world's own. The machine has one table of segments, for everybody: the keys that programs
//! ask for are translated into a range that one world has claimed, and the IDs that they get are numbered by their
//! first appearance. So two versions see the same numbers, and nobody meets a stranger's segment.

use libc::{IPC_CREAT, IPC_PRIVATE};
use nix::errno::Errno;

use crate::claims::Claim;
use crate::sys::{self, Table};
use crate::tables::{Row, rows, table_of};
use crate::trouble::Trouble;
use crate::user::acting_as;

/// So many segments, semaphore sets and queues are enough for one world.
const MOST_IDS: usize = 16;

/// The keys and IDs of a world.
pub struct Keys {
    claim: Claim,
    /// What programs have asked for, in the order of the range: by which call, and the key. `IPC_PRIVATE` is asked for
    /// anew by each call.
    asked: Vec<(&'static str, i32)>,
    /// What programs have got. They see its place among those of its table, counted from `first`.
    ids: Vec<Got>,
    /// The first number that programs see.
    first: i32,
    /// How many IDs they may have.
    pub most: usize,
    /// The tables that its programs have asked for something.
    tables: Vec<Table>,
}

/// An ID of the machine's that a program of the world got, and as which user.
#[derive(Clone, Copy)]
pub struct Got {
    pub table: Table,
    pub id: i32,
    pub user: u32,
}

impl Keys {
    /// Those of a new range, with IDs from `first` on.
    pub fn new(first: i32) -> Result<Self, Trouble> {
        Ok(Self {
            claim: Claim::take()?,
            asked: Vec::new(),
            ids: Vec::new(),
            first,
            most: MOST_IDS,
            tables: vec![Table::Segments],
        })
    }

    /// The machine's key for a program's: a new one, if the call has not asked for it before.
    ///
    /// # Errors
    /// `ENOSPC`: it asks for too many.
    pub fn claim(&mut self, call: &'static str, key: i32, flags: i32) -> nix::Result<i32> {
        self.tables.extend(table_of(call).filter(|table| !self.tables.contains(table)));
        if self.ids.len() >= self.most && (key == IPC_PRIVATE || flags & IPC_CREAT != 0) {
            return Err(Errno::ENOSPC);
        }
        let is_known = |&asked: &(&str, i32)| asked == (call, key) && key != IPC_PRIVATE;
        let known = self.asked.iter().position(is_known);
        let machines = self.claim.key(known.unwrap_or(self.asked.len())).ok_or(Errno::ENOSPC)?;
        if known.is_none() {
            self.asked.push((call, key));
        }
        Ok(machines)
    }

    /// A program's key for the machine's.
    #[must_use]
    pub fn key_of(&self, machines: i32) -> i32 {
        let asked = self.claim.place(machines).and_then(|place| self.asked.get(place));
        asked.map_or(machines, |&(_, key)| key)
    }

    /// The keys that a call was asked for, but for `IPC_PRIVATE`.
    #[must_use]
    pub fn asked(&self, call: &str) -> Vec<i32> {
        let keys = self.asked.iter().filter(|(by, _)| *by == call).map(|&(_, key)| key);
        keys.filter(|&key| key != IPC_PRIVATE).collect()
    }

    /// The number that programs see for an ID of the machine's, which a call has given to this user.
    pub fn number(&mut self, call: &str, id: i32, user: u32) -> i32 {
        let table = table_of(call).unwrap_or(Table::Segments);
        if !self.has(table, id) {
            self.ids.push(Got { table, id, user });
        }
        let number = self.numbered(table).find(|(got, _)| got.id == id).map(|(_, number)| number);
        number.unwrap_or(-1)
    }

    /// The machine's ID for such a number.
    #[must_use]
    pub fn id(&self, call: &str, number: i32) -> Option<i32> {
        let mut own = self.numbered(table_of(call)?);
        own.find(|&(_, own)| own == number).map(|(got, _)| got.id)
    }

    /// What its programs have got of a table, each with its number.
    pub fn numbered(&self, table: Table) -> impl Iterator<Item = (&Got, i32)> {
        self.ids.iter().filter(move |got| got.table == table).zip(self.first..)
    }

    /// Whether its programs have got it.
    pub fn has(&self, table: Table, id: i32) -> bool {
        self.ids.iter().any(|got| (got.table, got.id) == (table, id))
    }

    /// Removes all that its programs have got.
    pub fn remove_all(&self) {
        for got in &self.ids {
            let _ = acting_as(got.user, || sys::remove(got.table, got.id)); // it may be gone
        }
    }

    /// Removes what processes may have made that were killed before a call told them so.
    pub fn remove_lost(&self) {
        let rows = rows(&self.tables).unwrap_or_default();
        let is_own = |row: &&Row| self.claim.place(row.key).is_some() && !self.claim.is(row);
        rows.iter().filter(is_own).for_each(Row::remove);
    }
}
