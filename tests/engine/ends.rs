//! What a program's standard streams can be connected to, beside pipes.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::os::fd::OwnedFd;

use nix::fcntl::{OFlag, open};
use nix::pty::{grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::stat::Mode;
use nix::sys::termios::{self, LocalFlags, SetArg};

/// A file with this content.
pub fn memory_file(content: &[u8]) -> io::Result<File> {
    let mut file = File::from(memfd_create(c"shm-lab", MFdFlags::MFD_CLOEXEC)?);
    file.write_all(content)?;
    file.rewind()?;
    Ok(file)
}

/// A new terminal, the user's end and the program's. It does not echo, so that only the program's own
/// output is seen.
pub fn terminal() -> nix::Result<(File, OwnedFd)> {
    let flags = OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
    let user = posix_openpt(flags)?;
    grantpt(&user)?;
    unlockpt(&user)?;
    let program = open(ptsname_r(&user)?.as_str(), flags, Mode::empty())?;
    let mut settings = termios::tcgetattr(&program)?;
    settings.local_flags.remove(LocalFlags::ECHO);
    termios::tcsetattr(&program, SetArg::TCSANOW, &settings)?;
    Ok((File::from(OwnedFd::from(user)), program))
}

/// Types the input and, as a user would, Control-D: once to send an unfinished line, once to end the
/// input.
pub fn type_in(mut user: &File, input: &[u8]) -> io::Result<()> {
    user.write_all(input)?;
    user.write_all(if input.ends_with(b"\n") { b"\x04" } else { b"\x04\x04" })
}
