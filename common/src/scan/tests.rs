//! The reader against libc's own `sscanf("%d")`.

use std::ffi::CStr;

use libc::{c_int, c_longlong};

use super::{NO_NUMBER, OUT_OF_RANGE, scan_int};
use crate::Failure;
use crate::stdio::Input;

/// Every input is made of up to [`MOST_PIECES`] of these: 177,156 inputs.
const PIECES: [&str; 11] =
    [" ", "\n", "\x0b", "+", "-", "0", "7", "2147483647", "2147483648", "\u{e9}", "x"];
const MOST_PIECES: usize = 5;

#[test]
fn reads_as_sscanf_does_wherever_c_defines_it() {
    let mut inputs = vec![String::new()];
    for _ in 0..MOST_PIECES {
        let longer = inputs.iter().flat_map(|input| PIECES.map(|piece| format!("{input}{piece}")));
        inputs = longer.chain([String::new()]).collect();
    }
    for input in &inputs {
        check(input);
    }
    assert_eq!(inputs.len(), 177_156);
}

#[test]
fn reads_the_ends_of_the_int() {
    for input in ["2147483647", "2147483648", "-2147483648", "-2147483649", "-00000000000000001"] {
        check(input);
    }
}

#[test]
fn refuses_zeros_without_end() {
    let zeros = vec![b'0'; super::MOST_DIGITS as usize + 1];
    assert_eq!(scan(&zeros), (Err(OUT_OF_RANGE), zeros.len()));
    assert_eq!(scan(&zeros[1..]), (Ok(0), zeros.len() - 1));
}

/// Reads it as a stream; gives the number, and how many bytes that took.
fn scan(input: &[u8]) -> (Result<c_int, Failure>, usize) {
    // SAFETY: the stream reads so many bytes of `input`, which outlives it, and writes none.
    let stream =
        unsafe { libc::fmemopen(input.as_ptr().cast_mut().cast(), input.len(), c"r".as_ptr()) };
    let number = scan_int(&mut Input(stream));
    // SAFETY: the stream is open.
    let taken = unsafe { libc::ftell(stream) };
    // SAFETY: the stream is open, and not used any more.
    unsafe { libc::fclose(stream) };
    (number, usize::try_from(taken).unwrap())
}

/// Compares the number, and how much of the input is left for the next reader.
fn check(input: &str) {
    let (ours, taken) = scan(input.as_bytes());
    let text = format!("{input}\0");
    let text = CStr::from_bytes_with_nul(text.as_bytes()).unwrap();
    match strtoll(text) {
        None => assert_eq!(ours, Err(NO_NUMBER), "{input:?}"),
        Some(number) if c_int::try_from(number).is_err() => {
            assert_eq!(ours, Err(OUT_OF_RANGE), "{input:?}");
        }
        Some(_) => {
            let (number, all) = sscanf(text);
            assert_eq!((ours, taken), (Ok(number), all), "{input:?}");
        }
    }
}

/// What number is there, if any: strtoll's result is defined for every input.
fn strtoll(text: &CStr) -> Option<c_longlong> {
    let mut end = std::ptr::null_mut();
    // SAFETY: `text` ends in NUL, and `end` has room for one pointer.
    let number = unsafe { libc::strtoll(text.as_ptr(), &raw mut end, 10) };
    (end.cast_const() != text.as_ptr()).then_some(number)
}

/// The number and how many bytes it took.
fn sscanf(text: &CStr) -> (c_int, usize) {
    let (mut number, mut taken): (c_int, c_int) = (0, 0);
    // SAFETY: `text` and the format end in NUL, and %d and %n each write one int.
    let items =
        unsafe { libc::sscanf(text.as_ptr(), c"%d%n".as_ptr(), &raw mut number, &raw mut taken) };
    assert_eq!(items, 1, "{text:?}");
    (number, usize::try_from(taken).unwrap())
}
