//! The segments of a world as its log tells of them: who has attached what, and what changes in their bytes.

use std::collections::{BTreeMap, BTreeSet};

use nix::unistd::Pid;

use crate::log::{SegmentNow, What};
use crate::memory;

/// So many of a segment's first bytes are watched.
pub const WATCHED: usize = 512;

/// One shmat of a process: where, and the segment's number.
pub type Attachment = (u64, i32);

/// All of them.
#[derive(Default)]
pub struct Segments(BTreeMap<i32, Segment>);

struct Segment {
    now: SegmentNow,
    bytes: Vec<u8>,
}

impl Segments {
    /// shmget has given it for the first time.
    pub fn made(&mut self, id: i32, key: i32, size: u64, mode: u32) -> What {
        let now = SegmentNow { key, size, mode, attached: 0, is_marked: false, is_gone: false };
        self.0.insert(id, Segment { now: now.clone(), bytes: Vec::new() });
        What::Segment { id: id.into(), now, is_found: false }
    }

    /// How many bytes those have that are there.
    pub fn size(&self) -> u64 {
        let there = self.0.values().filter(|segment| !segment.now.is_gone);
        there.map(|segment| segment.now.size).fold(0, u64::saturating_add)
    }

    /// The case has stored these bytes in it.
    pub fn changed(&mut self, id: i32, offset: u64, bytes: &[u8]) {
        let Some(segment) = self.0.get_mut(&id) else { return };
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        for (place, byte) in segment.bytes.iter_mut().skip(offset).zip(bytes) {
            *place = *byte;
        }
    }

    /// It has been marked for removal.
    pub fn marked(&mut self, id: i32) -> Option<What> {
        let segment = self.0.get_mut(&id)?;
        (segment.now.is_marked, segment.now.key) = (true, 0);
        segment.now.is_gone = segment.now.attached == 0;
        Some(What::Segment { id: id.into(), now: segment.now.clone(), is_found: false })
    }

    /// Its permissions were set.
    pub fn has_mode(&mut self, id: i32, mode: u32) -> Option<What> {
        let segment = self.0.get_mut(&id)?;
        segment.now.mode = mode;
        Some(What::Segment { id: id.into(), now: segment.now.clone(), is_found: false })
    }

    /// shmget has given it once more.
    pub fn found(&self, id: i32) -> Option<What> {
        let now = self.0.get(&id)?.now.clone();
        Some(What::Segment { id: id.into(), now, is_found: true })
    }

    /// So many attachments of it are there now: what has changed.
    pub fn counted(&mut self, attachments: &[Attachment]) -> Vec<What> {
        let mut changes = Vec::new();
        for (&id, segment) in &mut self.0 {
            let attached = attachments.iter().filter(|&&(_, of)| of == id).count();
            if attached != segment.now.attached {
                segment.now.attached = attached;
                segment.now.is_gone |= segment.now.is_marked && attached == 0;
                changes.push(What::Segment {
                    id: id.into(),
                    now: segment.now.clone(),
                    is_found: false,
                });
            }
        }
        changes
    }

    /// What a process has just stored, as its own memory shows it. The first look at a segment, when it has just
    /// been attached, shows nothing new.
    pub fn stored(&mut self, pid: Pid, attachments: &[Attachment]) -> Vec<What> {
        let mut stores = Vec::new();
        let mut seen = BTreeSet::new();
        for &(address, id) in attachments.iter().filter(|(_, id)| seen.insert(*id)).take(4) {
            let Some(segment) = self.0.get_mut(&id) else { continue };
            let most = usize::try_from(segment.now.size).unwrap_or(WATCHED).clamp(64, WATCHED);
            let bytes = memory::read_some(pid, address, most);
            if bytes.is_empty() || bytes == segment.bytes {
                continue;
            }
            let is_first_look = segment.bytes.is_empty();
            segment.bytes.clone_from(&bytes);
            if !is_first_look {
                stores.push(What::Stores { segment: id.into(), bytes });
            }
        }
        stores
    }
}
