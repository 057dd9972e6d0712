//! Reading shm-dynamic's size, as `scanf("%d")` does.

use libc::c_int;
use nix::errno::Errno;

use crate::Failure;
use crate::stdio::{Input, question_was_written};

#[cfg(test)]
mod tests;

const NO_NUMBER: Failure = Failure::Input("size: no whole number on standard input");
const OUT_OF_RANGE: Failure = Failure::Call(c"size", Errno::ERANGE);

/// More digits than this can only be zeros, from a stream that has no end.
const MOST_DIGITS: u32 = 1 << 20;

/// `scanf("%d", &size)` — reads an `int` from standard input: skips white space, reads an optional sign and digits,
/// and leaves the rest to the next reader. If input and output are terminals, the question is written first.
///
/// # Errors
/// Where C's result is undefined, this fails: there is no number, or one that no `int` holds (`ERANGE`).
/// Otherwise those of `read`: `EBADF` (closed), `EISDIR`, `EIO` and others. See scanf(3).
pub fn read_size() -> Result<c_int, Failure> {
    let size = scan_int(&mut Input::stdin());
    question_was_written()?;
    size
}

/// Reads nothing after the end of the input: a terminal would ask the user again.
fn scan_int(input: &mut Input) -> Result<c_int, Failure> {
    let mut byte = input.next()?;
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
        if digits > MOST_DIGITS {
            return Err(OUT_OF_RANGE);
        }
        number = Some(append(number.unwrap_or(0), digit, negative).ok_or(OUT_OF_RANGE)?);
        byte = input.next()?;
    }
    if let Some(byte) = byte {
        input.give_back(byte);
    }
    number.ok_or(NO_NUMBER)
}

/// Appends a digit. A negative number grows downwards, because there is no positive counterpart of `INT_MIN`.
fn append(number: c_int, digit: u8, negative: bool) -> Option<c_int> {
    let digit = c_int::from(digit - b'0');
    let shifted = number.checked_mul(10)?;
    if negative { shifted.checked_sub(digit) } else { shifted.checked_add(digit) }
}
