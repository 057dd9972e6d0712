//! Where a program's loader lies: calls that it makes are not the program's own.

use std::ops::Range;

use nix::unistd::Pid;

use crate::{memory, sys};

/// No loader is larger.
const LARGEST: u64 = 4 << 20;

/// More words than these are no arguments and no environment of ours.
const MOST_WORDS: u64 = 4096;

/// The loader's addresses in a process that has just become a program, by the auxiliary vector on its stack; an
/// empty range if it has none. See getauxval(3), `AT_BASE`.
pub fn of(pid: Pid) -> Range<u64> {
    let base = base(pid).unwrap_or(0);
    base..if base == 0 { 0 } else { base.saturating_add(LARGEST) }
}

fn base(pid: Pid) -> Option<u64> {
    let stack = sys::stack(pid).ok()?;
    let word = |index: u64| {
        let address = stack.checked_add(index.checked_mul(8)?)?;
        memory::read(pid, address).map(u64::from_ne_bytes)
    };
    // The number of arguments, they and a null, the environment and a null, then pairs.
    let mut index = word(0)?.checked_add(2)?;
    while index < MOST_WORDS && word(index)? != 0 {
        index += 1;
    }
    index += 1;
    while index < MOST_WORDS {
        match word(index)? {
            libc::AT_NULL => return None,
            libc::AT_BASE => return word(index + 1),
            _ => index += 2,
        }
    }
    None
}
