//! Who runs a program that is judged: never root.

use std::fs;

use nix::unistd::{Uid, geteuid, seteuid};

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
/// its namespace.
#[must_use]
pub fn can_become(user: u32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let effective = effective.and_then(|text| u64::from_str_radix(text.trim(), 16).ok());
    let map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    let is_mapped = map.lines().any(|line| {
        let mut numbers = line.split_whitespace().map(|word| word.parse::<u64>().unwrap_or(0));
        let (first, _, count) = (numbers.next(), numbers.next(), numbers.next());
        let first = first.unwrap_or(0);
        (first..first.saturating_add(count.unwrap_or(0))).contains(&user.into())
    });
    geteuid().is_root() && is_mapped && effective.unwrap_or(0) & NEEDED == NEEDED
}

/// Does `work` with this user's rights to what System V keeps: root in a container may have none to another
/// user's.
pub fn acting_as<T>(user: u32, work: impl FnOnce() -> T) -> Result<T, Trouble> {
    let own = geteuid();
    if own.as_raw() == user || !can_become(user) {
        return Ok(work());
    }
    seteuid(Uid::from_raw(user)).doing(format!("acting as user {user}"))?;
    let done = work();
    seteuid(own).doing("acting as root again")?;
    Ok(done)
}
