//! Reading shm-dynamic's size, as `scanf("%d")` does.

use libc::c_int;
use nix::errno::Errno;

use crate::Failure;
use crate::stdio::{Input, Stdin, Stdout};

#[cfg(test)]
mod tests;

const NO_NUMBER: Failure = Failure::Input("size: no whole number on standard input");
const OUT_OF_RANGE: Failure = Failure::Call(c"size", Errno::ERANGE);

/// More digits than this can only be zeros, from a stream that has no end.
const MOST_DIGITS: u32 = 1 << 24;

/// `scanf("%d", &size)` — reads an `int` from standard input: white space, a sign or none, digits;
/// what follows is left alone. Where both ends are a terminal, what `out` holds is written first.
///
/// # Errors
/// Where C's result is undefined, this refuses: no number there, or one that no `int` holds
/// (`ERANGE`). Else those of `read`: `EBADF` (closed), `EISDIR`, `EIO` and others. See scanf(3).
pub fn read_size(out: &mut Stdout) -> Result<c_int, Failure> {
    out.flush_for_terminal()?;
    let mut input = Stdin::new();
    let number = scan_int(&mut input);
    input.give_back();
    number
}

/// Looks no further than the end of the input: a terminal would ask the user again.
fn scan_int(input: &mut impl Input) -> Result<c_int, Failure> {
    let mut byte = input.peek()?;
    while matches!(byte, Some(b' ' | b'\t'..=b'\r')) {
        byte = input.next()?;
    }
    let negative = byte == Some(b'-');
    if matches!(byte, Some(b'+' | b'-')) {
        byte = input.next()?;
    }
    let mut number = None;
    let mut digits = 0;
    while let Some(digit @ b'0'..=b'9') = byte {
        digits += 1;
        let longer = append(number.unwrap_or(0), digit, negative).ok_or(OUT_OF_RANGE)?;
        if digits > MOST_DIGITS {
            return Err(OUT_OF_RANGE);
        }
        number = Some(longer);
        byte = input.next()?;
    }
    number.ok_or(NO_NUMBER)
}

/// One digit more; a negative number grows downwards, because `INT_MIN` has no positive one.
fn append(number: c_int, digit: u8, negative: bool) -> Option<c_int> {
    let digit = c_int::from(digit - b'0');
    let shifted = number.checked_mul(10)?;
    if negative { shifted.checked_sub(digit) } else { shifted.checked_add(digit) }
}
