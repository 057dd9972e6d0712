//! Who runs a program that is judged: never root.

use std::fs;
use std::ops::Range;
use std::process;
use std::sync::{Mutex, PoisonError};

use nix::sys::prctl::set_dumpable;
use nix::unistd::{Gid, Uid, getegid, geteuid, setegid, seteuid, setgid, setgroups, setuid};

use crate::sys;
use crate::trouble::{Trouble, While};

/// The user in root's place.
pub const NOBODY: u32 = 65_534;

/// `CAP_CHOWN`, `CAP_KILL`, `CAP_SETGID`, `CAP_SETUID` of capabilities(7): what it takes to have programs run as
/// another user.
const NEEDED: u64 = 1 << 0 | 1 << 5 | 1 << 6 | 1 << 7;

/// The user that a program runs as, if not as the caller: whom the case asks for, or nobody in root's place. None
/// also where root cannot become another user: programs then run without capabilities.
#[must_use]
pub fn user_for(asked: Option<u32>) -> Option<u32> {
    let user = asked.or_else(|| geteuid().is_root().then_some(NOBODY));
    user.filter(|&user| can_become(user))
}

/// Whether this process may have a program run as this user: it is root, has what it takes, and the user exists in
/// its namespace. A process that enters another namespace does that before it asks.
#[must_use]
pub fn can_become(user: u32) -> bool {
    static KNOWN: Mutex<Option<Means>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let own = known.take().filter(|means| means.process == process::id());
    let means = known.insert(own.unwrap_or_else(Means::read));
    geteuid().is_root()
        && means.has_capabilities
        && means.users.iter().any(|users| users.contains(&user.into()))
}

/// This process becomes this user, or stays who it is, for good, and has no capabilities.
pub fn become_user(user: Option<u32>) -> Result<(), Trouble> {
    if let Some(user) = user {
        let become_user = || -> nix::Result<()> {
            setgroups(&[])?;
            setgid(Gid::from_raw(user))?;
            setuid(Uid::from_raw(user))
        };
        become_user().doing(format!("becoming user {user}"))?;
    } else if geteuid().is_root() {
        sys::keep_capabilities(0).doing("giving up capabilities")?;
    }
    Ok(())
}

/// What /proc tells of that. A process that was forked may have entered another namespace.
struct Means {
    process: u32,
    has_capabilities: bool,
    users: Vec<Range<u64>>,
}

impl Means {
    fn read() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
        let effective = effective.and_then(|text| u64::from_str_radix(text.trim(), 16).ok());
        let map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
        Self {
            process: process::id(),
            has_capabilities: effective.unwrap_or(0) & NEEDED == NEEDED,
            users: map.lines().map(users).collect(),
        }
    }
}

/// The users of a line of `/proc/self/uid_map`. See `user_namespaces(7)`.
fn users(line: &str) -> Range<u64> {
    let mut numbers = line.split_whitespace().map(|word| word.parse().unwrap_or(0));
    let (first, _, count) = (numbers.next(), numbers.next(), numbers.next());
    let first: u64 = first.unwrap_or(0);
    first..first.saturating_add(count.unwrap_or(0))
}

/// Does `work` with this user's rights to what System V and /proc keep: root in a container may have none to another
/// user's.
///
/// # Errors
/// Those of seteuid(2), in words.
pub fn acting_as<T>(user: u32, work: impl FnOnce() -> T) -> Result<T, Trouble> {
    let (own, group) = (geteuid(), getegid());
    if own.as_raw() == user || !can_become(user) {
        return Ok(work());
    }
    let become_user = setegid(Gid::from_raw(user)).and_then(|()| seteuid(Uid::from_raw(user)));
    become_user.doing(format!("acting as user {user}"))?;
    let done = work();
    seteuid(own).and_then(|()| setegid(group)).doing("acting as root again")?;
    // The kernel hides the memory of a process whose user has changed, and of those that it forks: root in a container
    // could not follow these.
    set_dumpable(true).doing("showing one's memory again")?;
    Ok(done)
}
