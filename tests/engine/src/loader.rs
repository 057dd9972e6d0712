//! Where a program's loader lies: calls that it makes are not the program's own.

use std::iter;
use std::ops::Range;

use nix::unistd::Pid;

use crate::{memory, sys};

/// No loader is larger.
const LARGEST: u64 = 4 << 20;

/// So many bytes of a stack hold the arguments, the environment and the vector behind them.
const MOST_BYTES: usize = 32 << 10;

/// The loader's addresses in a process that has just become a program, by the auxiliary vector on its stack; an
/// empty range if it has none. See getauxval(3), `AT_BASE`.
pub fn of(pid: Pid) -> Range<u64> {
    let base = base(pid).unwrap_or(0);
    base..if base == 0 { 0 } else { base.saturating_add(LARGEST) }
}

fn base(pid: Pid) -> Option<u64> {
    let bytes = memory::read_some(pid, sys::stack(pid).ok()?, MOST_BYTES);
    let words =
        bytes.chunks_exact(8).filter_map(|word| Some(u64::from_ne_bytes(word.try_into().ok()?)));
    // The number of arguments, they and a null, the environment and a null, then pairs.
    let mut behind_arguments = words.skip(1).skip_while(|&word| word != 0).skip(1);
    behind_arguments.find(|&word| word == 0)?;
    let pairs = iter::from_fn(|| Some((behind_arguments.next()?, behind_arguments.next()?)));
    let mut pairs = pairs.take_while(|&(kind, _)| kind != libc::AT_NULL);
    pairs.find(|&(kind, _)| kind == libc::AT_BASE).map(|(_, base)| base)
}
