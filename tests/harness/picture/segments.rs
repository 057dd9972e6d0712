//! What happens to segments, in words.

use std::collections::{BTreeMap, BTreeSet};

use engine::{Event, SegmentNow, What};

/// How the segments of a run are.
#[derive(Default)]
pub struct Segments {
    now: BTreeMap<i64, SegmentNow>,
    bytes: BTreeMap<i64, Vec<u8>>,
    /// More than one: then each is named.
    are_many: bool,
}

/// The segments that a run has to do with.
pub fn ids(events: &[Event]) -> BTreeSet<i64> {
    let id = |event: &Event| match event.what {
        What::Segment { id, .. } | What::Stores { segment: id, .. } => Some(id),
        _ => None,
    };
    events.iter().filter_map(id).collect()
}

/// The C string that bytes begin with.
pub fn text(bytes: &[u8]) -> &[u8] {
    bytes.split(|&byte| byte == 0).next().unwrap_or_default()
}

impl Segments {
    pub fn of(events: &[Event]) -> Self {
        Self { are_many: ids(events).len() > 1, ..Self::default() }
    }

    fn named(&self, id: i64, note: String) -> String {
        if self.are_many && !note.is_empty() { format!("{id}: {note}") } else { note }
    }

    /// What has changed since it was last seen: "made, 512 bytes". `first` says how it has come in sight.
    pub fn changed(&mut self, id: i64, now: &SegmentNow, first: &str) -> String {
        let before = self.now.insert(id, now.clone());
        let mut notes = Vec::new();
        match &before {
            _ if now.is_gone => return self.named(id, "gone".into()),
            None => notes.push(format!("{first}{} bytes", now.size)),
            Some(before) if before.mode != now.mode => notes.push(format!("mode {:04o}", now.mode)),
            Some(_) => {}
        }
        let before = before.as_ref();
        if now.is_marked && !before.is_some_and(|before| before.is_marked) {
            notes.push("marked: no key".into());
        }
        if now.attached != before.map_or(0, |before| before.attached) {
            notes.push(format!("{} attached", now.attached));
        }
        self.named(id, notes.join(", "))
    }

    /// A process has left these bytes there.
    pub fn stored(&mut self, id: i64, bytes: &[u8]) -> Stored {
        let before = self.bytes.insert(id, bytes.to_vec()).unwrap_or_default();
        let new = text(bytes);
        if new == text(&before) {
            let byte = |bytes: &[u8], place: usize| bytes.get(place).copied().unwrap_or(0);
            let first = (0..bytes.len()).find(|&place| byte(&before, place) != byte(bytes, place));
            let note = first.map_or(String::new(), |first| format!("changed from byte {first} on"));
            return Stored { does: "stores bytes", text: None, note: self.named(id, note) };
        }
        let does = match new {
            [] => "clears the text",
            _ if new.iter().any(u8::is_ascii_control) => "stores bytes",
            _ => "stores a text",
        };
        let note = if self.are_many { format!("{id}:") } else { String::new() };
        Stored { does, text: Some(new.to_vec()), note }
    }
}

/// A store, in words.
pub struct Stored {
    pub does: &'static str,
    /// The segment's text, if that is new.
    pub text: Option<Vec<u8>>,
    pub note: String,
}
