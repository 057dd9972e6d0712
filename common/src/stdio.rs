//! The standard streams as C's stdio has them.

use std::fmt;
use std::mem;

use libc::{SEEK_CUR, c_int};
use nix::errno::Errno;

use crate::Failure;

// By their numbers: a standard stream may be closed, and Rust's borrowed descriptors must be open.
const STDIN: c_int = 0;
const STDOUT: c_int = 1;
const STDERR: c_int = 2;

/// glibc's buffer for a terminal; its larger one for files is more than the exercises' lines fill.
const SIZE: usize = 1024;

/// Standard output, written when C would write it: on a terminal at the end of each line, else
/// when the buffer is full and at exit. So the lines of two processes, and of the two output
/// streams, come in the order that the C programs give them. See setvbuf(3).
///
/// # Errors
/// All its methods fail as `write` does: `ENOSPC` (disk full), `EBADF` (closed), `EIO` (terminal
/// gone), `EAGAIN` (not blocking) and others. A reader that is gone ends the process by SIGPIPE.
/// See write(2).
#[derive(Debug)]
pub struct Stdout {
    buffer: Buffer,
    is_terminal: Option<bool>,
}

impl Stdout {
    pub(crate) fn new() -> Self {
        Self { buffer: Buffer::new(STDOUT), is_terminal: None }
    }

    /// `printf(…)` — what `write!` and `writeln!` call.
    ///
    /// # Errors
    /// Those of `write`: see [`Stdout`].
    pub fn write_fmt(&mut self, text: fmt::Arguments<'_>) -> Result<(), Failure> {
        // It does not fail: a write that did is kept for `result`.
        let _ = fmt::write(self, text);
        self.buffer.result()
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
        for byte in label.bytes().chain(text).chain([b'\n']) {
            self.put(byte);
        }
        self.buffer.result()
    }

    /// `fflush(stdout)` — writes what has been printed so far.
    ///
    /// # Errors
    /// Those of `write`: see [`Stdout`].
    pub fn flush(&mut self) -> Result<(), Failure> {
        self.buffer.empty();
        self.buffer.result()
    }

    /// Flushes if both streams are terminals, as C does before it waits for the user's answer.
    pub(crate) fn flush_for_terminal(&mut self) -> Result<(), Failure> {
        if self.is_terminal() && is_terminal(STDIN) { self.flush() } else { Ok(()) }
    }

    fn is_terminal(&mut self) -> bool {
        *self.is_terminal.get_or_insert_with(|| is_terminal(STDOUT))
    }

    fn put(&mut self, byte: u8) {
        self.buffer.put(byte);
        if byte == b'\n' && self.is_terminal() {
            self.buffer.empty();
        }
    }
}

impl fmt::Write for Stdout {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.bytes().for_each(|byte| self.put(byte));
        Ok(())
    }
}

fn is_terminal(descriptor: c_int) -> bool {
    // SAFETY: isatty takes a number; if no file is open there, it says EBADF.
    unsafe { libc::isatty(descriptor) == 1 }
}

fn write(descriptor: c_int, bytes: &[u8]) -> Result<usize, Errno> {
    // SAFETY: `bytes` holds as many bytes as the call is told.
    let written = unsafe { libc::write(descriptor, bytes.as_ptr().cast(), bytes.len()) };
    Errno::result(written).map(isize::unsigned_abs)
}

fn read(descriptor: c_int, bytes: &mut [u8]) -> Result<usize, Errno> {
    // SAFETY: `bytes` has room for as many bytes as the call is told.
    let length = unsafe { libc::read(descriptor, bytes.as_mut_ptr().cast(), bytes.len()) };
    Errno::result(length).map(isize::unsigned_abs)
}

/// Writes a line on standard error, at once. If that fails there is nowhere left to say so.
pub(crate) fn say(line: fmt::Arguments<'_>) {
    let mut buffer = Buffer::new(STDERR);
    let _ = fmt::write(&mut buffer, line);
    buffer.put(b'\n');
    buffer.empty();
}

/// Bytes on their way to a descriptor, and the first error there until somebody asks for it.
#[derive(Debug)]
struct Buffer {
    descriptor: c_int,
    bytes: [u8; SIZE],
    length: usize,
    failed: Option<Errno>,
}

impl Buffer {
    fn new(descriptor: c_int) -> Self {
        Self { descriptor, bytes: [0; SIZE], length: 0, failed: None }
    }

    fn put(&mut self, byte: u8) {
        if self.length == SIZE {
            self.empty();
        }
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte;
            self.length += 1;
        }
    }

    /// Empties the buffer even where the write fails: what is lost is reported once.
    #[inline(never)] // every byte goes through `put`, which stays small without it
    fn empty(&mut self) {
        let length = mem::take(&mut self.length);
        let mut rest = self.bytes.get(..length).unwrap_or_default();
        while !rest.is_empty() {
            match write(self.descriptor, rest) {
                Ok(written @ 1..) => rest = rest.get(written..).unwrap_or_default(),
                Ok(0) => return self.fail(Errno::EIO),
                Err(errno) => return self.fail(errno),
            }
        }
    }

    fn fail(&mut self, errno: Errno) {
        self.failed.get_or_insert(errno);
    }

    fn result(&mut self) -> Result<(), Failure> {
        self.failed.take().map_or(Ok(()), |errno| Err(Failure::Call(c"write", errno)))
    }
}

impl fmt::Write for Buffer {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.bytes().for_each(|byte| self.put(byte));
        Ok(())
    }
}

/// What is read a byte at a time.
pub(crate) trait Input {
    /// The next byte, which stays there; `None` is the end. Errors are those of `read`.
    fn peek(&mut self) -> Result<Option<u8>, Failure>;

    /// Takes the byte that was peeked at.
    fn take(&mut self);

    /// Takes that byte, and peeks at the one after it.
    fn next(&mut self) -> Result<Option<u8>, Failure> {
        self.take();
        self.peek()
    }
}

/// Standard input.
#[derive(Debug)]
pub(crate) struct Stdin {
    bytes: [u8; SIZE],
    next: usize,
    length: usize,
}

impl Stdin {
    pub(crate) fn new() -> Self {
        Self { bytes: [0; SIZE], next: 0, length: 0 }
    }

    /// Gives back what has been read and not taken: where the input is a file, the next program
    /// that reads it goes on there. A pipe or a terminal takes nothing back. See lseek(2).
    pub(crate) fn give_back(self) {
        if let Ok(unread @ 1..) = i64::try_from(self.length - self.next) {
            // SAFETY: lseek takes three numbers and touches no memory of this process.
            let _ = unsafe { libc::lseek(STDIN, -unread, SEEK_CUR) };
        }
    }
}

impl Input for Stdin {
    fn peek(&mut self) -> Result<Option<u8>, Failure> {
        if self.next == self.length {
            (self.next, self.length) = (0, 0);
            self.length = read(STDIN, &mut self.bytes).map_err(Failure::of(c"read"))?;
        }
        let unread = self.bytes.get(self.next..self.length).unwrap_or_default();
        Ok(unread.first().copied())
    }

    fn take(&mut self) {
        self.next += 1;
    }
}
