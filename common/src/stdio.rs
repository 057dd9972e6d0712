//! The standard streams: the C library's own, so that they are buffered and written as a C program's.

use std::fmt;

use libc::{EOF, FILE, c_int};

use crate::Failure;

unsafe extern "C" {
    // SAFETY (of all three): the C library opens them before main, and nobody assigns to them.
    safe static stdin: *mut FILE;
    safe static stdout: *mut FILE;
    safe static stderr: *mut FILE;
}

/// Standard output. On a terminal C writes it at the end of each line, and before it waits for what
/// the user types; otherwise when its buffer is full, and at exit. See setvbuf(3).
///
/// # Errors
/// All its methods fail as `write` does: `ENOSPC` (disk full), `EBADF` (closed), `EIO` (terminal
/// gone), `EAGAIN` (not blocking) and others. If its reader is gone, SIGPIPE ends the process.
/// See write(2).
#[derive(Debug)]
pub struct Stdout(());

impl Stdout {
    pub(crate) fn new() -> Self {
        Self(())
    }

    /// `printf(…)` — prints a text; `write!` and `writeln!` call it.
    ///
    /// # Errors
    /// Those of `write`: see [`Stdout`].
    pub fn write_fmt(&mut self, text: fmt::Arguments<'_>) -> Result<(), Failure> {
        fmt::write(self, text).map_err(|fmt::Error| Failure::last(c"write"))
    }

    /// `printf("%s%s\n", label, text)` — prints a line that ends with a text from shared memory.
    ///
    /// # Errors
    /// Those of `write`: see [`Stdout`].
    pub fn print_line(
        &mut self,
        label: &str,
        text: impl Iterator<Item = u8>,
    ) -> Result<(), Failure> {
        label.bytes().chain(text).chain([b'\n']).try_for_each(put)
    }

    /// `fflush(stdout)` — writes what has been printed so far.
    ///
    /// # Errors
    /// Those of `write`: see [`Stdout`].
    pub fn flush(&mut self) -> Result<(), Failure> {
        // SAFETY: stdout is an open stream.
        written(unsafe { libc::fflush(stdout) })
    }
}

impl fmt::Write for Stdout {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.bytes().try_for_each(put).map_err(|_| fmt::Error)
    }
}

/// `putchar(c)` — prints a byte. It reports each write that fails; fwrite does not at the end of a line.
fn put(byte: u8) -> Result<(), Failure> {
    // SAFETY: putchar takes a number and touches no memory but its stream's.
    written(unsafe { libc::putchar(byte.into()) })
}

/// Makes a result of what a function of stdio returned, and of the errno that a failed write left.
fn written(result: c_int) -> Result<(), Failure> {
    if result == EOF { Err(Failure::last(c"write")) } else { Ok(()) }
}

/// `fprintf(stderr, "%s\n", line)` — prints a line on standard error. If that fails, there is nowhere left to
/// say so.
pub(crate) fn say(line: &str) {
    let length = c_int::try_from(line.len()).unwrap_or(c_int::MAX);
    // SAFETY: `%.*s` takes an int and reads at most so many bytes: `line` has as many.
    unsafe { libc::fprintf(stderr, c"%.*s\n".as_ptr(), length, line.as_ptr()) };
}

/// An open stream of the C library, to read from.
#[derive(Debug)]
pub(crate) struct Input(pub(crate) *mut FILE);

impl Input {
    pub(crate) fn stdin() -> Self {
        Self(stdin)
    }

    /// `getc(stream)` — returns the next byte; `None` at the end.
    ///
    /// # Errors
    /// Those of `read`.
    pub(crate) fn next(&mut self) -> Result<Option<u8>, Failure> {
        // SAFETY: it is an open stream.
        match unsafe { libc::fgetc(self.0) } {
            EOF if has_failed(self.0) => Err(Failure::last(c"read")),
            byte => Ok(u8::try_from(byte).ok()),
        }
    }

    /// `ungetc(byte, stream)` — gives a byte back to the next reader. If the input is a file, that may be
    /// the next program.
    pub(crate) fn give_back(&mut self, byte: u8) {
        // SAFETY: it is an open stream. One byte that has just been read finds room.
        unsafe { libc::ungetc(byte.into(), self.0) };
    }
}

/// To read from a terminal writes the question first. C does not report if that fails; this does.
///
/// # Errors
/// Those of `write`: see [`Stdout`].
pub(crate) fn question_was_written() -> Result<(), Failure> {
    if has_failed(stdout) { Err(Failure::last(c"write")) } else { Ok(()) }
}

/// `ferror(stream)`
fn has_failed(stream: *mut FILE) -> bool {
    // SAFETY: both callers have an open stream.
    unsafe { libc::ferror(stream) != 0 }
}
