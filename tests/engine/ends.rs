//! What a program's standard streams can be connected to, beside pipes.

use std::fs::File;
use std::io::{Read, Seek, Write};

use nix::sys::memfd::{MFdFlags, memfd_create};

use super::report::Report;
use super::terminal::Terminal;

pub struct Ends {
    pub input: File,
    pub output: File,
    pub terminal: Terminal,
}

impl Ends {
    /// The input file has this content.
    pub fn new(input: &[u8]) -> Result<Self, Report> {
        Ok(Self {
            input: memory_file(input)?,
            output: memory_file(b"")?,
            terminal: Terminal::new()?,
        })
    }

    /// What has been written to the output file, and how much of the input file is left.
    pub fn of_files(&mut self) -> Result<(Vec<u8>, Option<u64>), Report> {
        let (length, read) = (self.input.metadata()?.len(), self.input.stream_position()?);
        self.output.rewind()?;
        let mut written = Vec::new();
        self.output.read_to_end(&mut written)?;
        Ok((written, length.checked_sub(read)))
    }
}

fn memory_file(content: &[u8]) -> Result<File, Report> {
    let mut file = File::from(memfd_create(c"shm-lab", MFdFlags::MFD_CLOEXEC)?);
    file.write_all(content)?;
    file.rewind()?;
    Ok(file)
}
