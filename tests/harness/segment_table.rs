//! The kernel's table of segments, as `ipcs -m` shows it. See proc(5), `/proc/sysvipc/shm`.

use std::fs;
use std::io;
use std::process::{Child, Command};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, PoisonError};

use common::Segment;

use super::machine::{Need, has};
use super::outcome::visible;
use super::processes;

/// The table of the reader's own IPC namespace.
pub const PATH: &str = "/proc/sysvipc/shm";

/// A case compares no more of a segment than its first pages.
const MOST_BYTES: usize = 16 * 4096;

/// No exercise stores a longer text.
const LONGEST_TEXT: usize = 64;

/// One segment.
pub struct Row {
    pub key: i32,
    pub id: String,
    /// Permissions in octal, as the kernel prints them; 1000 stands for "marked for removal".
    permissions: String,
    size: String,
    /// The process that made it.
    pub creator: u32,
    attached: String,
    pub owner: u32,
    pub group: u32,
}

pub fn rows() -> io::Result<Vec<Row>> {
    let table = fs::read_to_string(PATH)?;
    table
        .lines()
        .skip(1)
        .map(|line| row(line).ok_or_else(|| io::Error::other(line)))
        .collect()
}

fn row(line: &str) -> Option<Row> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let field = |index: usize| fields.get(index).copied();
    Some(Row {
        key: field(0)?.parse().ok()?,
        id: field(1)?.to_string(),
        permissions: field(2)?.to_string(),
        size: field(3)?.to_string(),
        creator: field(4)?.parse().ok()?,
        attached: field(6)?.to_string(),
        owner: field(7)?.parse().ok()?,
        group: field(8)?.parse().ok()?,
    })
}

impl Row {
    /// The segment in words, with its bytes.
    pub fn describe(&self) -> String {
        let Self {
            key,
            id,
            permissions,
            size,
            attached,
            owner,
            group,
            ..
        } = self;
        let mut text = format!(
            "    key {key}, ID : {id}, mode 0{permissions}, {size} bytes, {attached} attached, \
             owner {owner}:{group}\n"
        );
        // A segment without a key is marked for removal, or only there to fill the table.
        if *key != 0 {
            text += &contents(*key);
        }
        text
    }
}

/// Held while this process has a segment attached.
static ATTACHED: Mutex<()> = Mutex::new(());

/// Starts a process while this one has nothing attached. To become another user it is forked, and
/// until it becomes the program, the copy would count as attached too.
pub fn spawn_unattached(command: &mut Command) -> io::Result<Child> {
    let _unattached = ATTACHED.lock().unwrap_or_else(PoisonError::into_inner);
    processes::start(command)
}

fn contents(key: i32) -> String {
    let _attached = ATTACHED.lock().unwrap_or_else(PoisonError::into_inner);
    let memory = match Segment::open(key, 0).and_then(Segment::attach) {
        Ok(memory) => memory,
        Err(failure) => return format!("    ({failure:?})\n"),
    };
    let bytes = memory.bytes().iter().take(MOST_BYTES);
    let bytes: Vec<u8> = bytes.map(|byte| byte.load(Relaxed)).collect();
    let length = bytes.iter().position(|&byte| byte == 0);
    let (text, mut rest) = bytes.split_at(length.unwrap_or(bytes.len()));
    // How far a text reaches depends on its ID, and those differ in the machine's own table.
    if !has(Need::OwnTable) {
        let skipped = LONGEST_TEXT.saturating_sub(text.len());
        rest = rest.get(skipped..).unwrap_or_default();
    }
    format!("    its bytes:\n{}{}", visible(text), visible(rest))
}

/// Semaphores and message queues, which no exercise leaves. In the machine's own tables nobody
/// knows whose they are.
pub fn semaphores_and_queues() -> io::Result<String> {
    let mut text = String::new();
    for (table, what) in [("sem", "semaphores"), ("msg", "message queue")] {
        let table = fs::read_to_string(format!("/proc/sysvipc/{table}"))?;
        for line in table.lines().skip(1).filter(|_| has(Need::OwnTable)) {
            let key = line.split_whitespace().next().unwrap_or_default();
            text += &format!("    {what}, key {key}\n");
        }
    }
    Ok(text)
}

/// `id` knows every user that the machine knows; a number has to do for the others.
pub fn user_name(user: u32) -> String {
    let output = Command::new("id").args(["-nu", &user.to_string()]).output();
    let name = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_string());
    name.ok()
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| format!("user {user}"))
}
