//! Where a program's loader lies: calls that it makes are not the program's own.

use std::fs;
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
    match base(pid) {
        Some(base) if base > 0 && !is_library(pid, base) => base..base.saturating_add(LARGEST),
        _ => 0..0,
    }
}

/// musl's loader is its C library, too: the program's own calls lie there.
fn is_library(pid: Pid, base: u64) -> bool {
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap_or_default();
    let start = format!("{base:x}-");
    let line = maps.lines().find(|line| line.starts_with(&start));
    let name = line.and_then(|line| line.rsplit('/').next()).unwrap_or_default();
    name.starts_with("libc.") || name.contains("musl")
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
