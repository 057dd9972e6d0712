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
    let Some(base) = base(pid).filter(|&base| base != 0) else { return 0..0 };
    match fs::read_to_string(format!("/proc/{pid}/maps")) {
        Ok(maps) => mapped(&maps, base).unwrap_or(0..0),
        // Root in a container may not read another user's.
        Err(_) => base..base.saturating_add(LARGEST),
    }
}

/// Where the file lies that is mapped at this address. musl's loader is its C library, too: the program's own calls
/// lie there. See proc(5), on maps.
fn mapped(maps: &str, base: u64) -> Option<Range<u64>> {
    let parts: Vec<_> = maps.lines().filter_map(part).collect();
    let (_, file) = parts.iter().find(|(range, _)| range.start == base)?;
    let name = file.rsplit('/').next()?;
    let is_library = name.starts_with("libc.") || name.contains("musl");
    let (last, _) = parts.iter().rfind(|(_, other)| other == file)?;
    (!is_library).then_some(base..last.end)
}

/// A line of maps: addresses, and the file that is mapped there.
fn part(line: &str) -> Option<(Range<u64>, &str)> {
    let (range, rest) = line.split_once(' ')?;
    let (start, end) = range.split_once('-')?;
    let address = |text| u64::from_str_radix(text, 16).ok();
    Some((address(start)?..address(end)?, rest.split_whitespace().nth(4)?))
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
