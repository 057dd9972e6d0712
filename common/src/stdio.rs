//! Standard input and output as C's stdio has them.

use std::io::{self, Read, Write};
use std::mem;
use std::os::fd::BorrowedFd;

use nix::errno::Errno;
use nix::unistd;

use crate::Failure;

// SAFETY: nothing in this process closes descriptor 0; if it was closed at the start, calls give EBADF.
const STDIN: BorrowedFd<'static> = unsafe { BorrowedFd::borrow_raw(0) };

// SAFETY: nothing in this process closes descriptor 1; if it was closed at the start, calls give EBADF.
const STDOUT: BorrowedFd<'static> = unsafe { BorrowedFd::borrow_raw(1) };

/// glibc's buffer for a pipe or a file.
const BUFFER: usize = 4096;

/// Standard output, written when C would write it: on a terminal at the end of each line, else
/// when the buffer is full and at exit. So the lines of two processes, and of the two output
/// streams, come in the order that the C programs give them.
///
/// Errors are those of `write`: `ENOSPC` (disk full), `EBADF` (closed), `EIO` (terminal gone),
/// `EAGAIN` (not blocking) and others. A reader that is gone ends the process by SIGPIPE.
/// See write(2), setvbuf(3).
#[derive(Debug)]
pub struct Stdout {
    buffer: [u8; BUFFER],
    length: usize,
    terminal: Option<bool>,
}

impl Stdout {
    pub(crate) fn new() -> Self {
        Self {
            buffer: [0; BUFFER],
            length: 0,
            terminal: None,
        }
    }

    /// `printf("%s%s\n", label, text)` — writes a line that ends with a text from shared memory.
    ///
    /// # Errors
    /// Those of `write`: see [`Stdout`].
    pub fn print_line(
        &mut self,
        label: &str,
        text: impl Iterator<Item = u8>,
    ) -> Result<(), Failure> {
        self.write_all(label.as_bytes())?;
        for byte in text {
            self.push(byte)?;
        }
        self.push(b'\n')?;
        Ok(())
    }

    /// Writes what is in the buffer if both standard streams are terminals: C does so before it
    /// waits for the user, who is to see the question first.
    pub(crate) fn flush_for_terminal(&mut self) -> Result<(), Failure> {
        if self.is_terminal() && is_terminal(STDIN) {
            self.flush()?;
        }
        Ok(())
    }

    fn is_terminal(&mut self) -> bool {
        *self.terminal.get_or_insert_with(|| is_terminal(STDOUT))
    }

    fn push(&mut self, byte: u8) -> io::Result<()> {
        if self.length == BUFFER {
            self.flush()?;
        }
        self.buffer[self.length] = byte;
        self.length += 1;
        if byte == b'\n' && self.is_terminal() {
            self.flush()?;
        }
        Ok(())
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for &byte in bytes {
            self.push(byte)?;
        }
        Ok(bytes.len())
    }

    /// Empties the buffer even where it fails, so that a loss is reported once.
    fn flush(&mut self) -> io::Result<()> {
        let mut rest = &self.buffer[..mem::take(&mut self.length)];
        while !rest.is_empty() {
            match unistd::write(STDOUT, rest)? {
                0 => return Err(Errno::EIO.into()),
                written => rest = &rest[written..],
            }
        }
        Ok(())
    }
}

fn is_terminal(descriptor: BorrowedFd) -> bool {
    unistd::isatty(descriptor).unwrap_or(false)
}

/// Standard input, without a buffer. Errors are those of `read`: see read(2).
pub(crate) struct Stdin;

impl Stdin {
    /// Gives back the last `count` bytes read, where the input is a file: the next program that
    /// reads it goes on after the number. A pipe or a terminal cannot take them back.
    pub(crate) fn give_back(count: usize) {
        if let Ok(count @ 1..) = i64::try_from(count) {
            let _ = unistd::lseek(STDIN, -count, unistd::Whence::SeekCur);
        }
    }
}

impl Read for Stdin {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(unistd::read(STDIN, buffer)?)
    }
}
