//! Which files a program that is judged can reach: it reads what programs need, and writes in its own folder. It
//! reaches no network, no abstract socket, and signals nobody outside. See landlock(7).

use std::fs::File;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

use nix::unistd::geteuid;

use crate::sys;
use crate::trouble::{Trouble, While};

/// What a program needs of the machine: its library, its interpreter.
const MACHINES: [&str; 6] = ["/usr", "/lib", "/lib64", "/bin", "/sbin", "/proc"];

/// Of these the settings that a root who could become nobody else reads: the rest of /etc may be for root alone.
const ROOTS_SETTINGS: [&str; 4] =
    ["/etc/ld.so.cache", "/etc/nsswitch.conf", "/etc/passwd", "/etc/group"];

/// Devices without a user behind them.
const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

const EXECUTE: u64 = 1;
const WRITE: u64 = 1 << 1;
const READ: u64 = 1 << 2;
const READ_FOLDER: u64 = 1 << 3;
const TRUNCATE: u64 = 1 << 14;

/// All rights to a file; a rule on a file must name no other.
const OF_FILES: u64 = EXECUTE | WRITE | READ | TRUNCATE;

/// Nobody may make device files, or a socket that others can reach by its name.
const SPECIAL: u64 = 1 << 6 | 1 << 9 | 1 << 11;

/// To bind and to connect with TCP. (The filter of system calls refuses all sockets that have an address.)
const NETWORK: u64 = 1 << 0 | 1 << 1;

/// To reach abstract sockets, and to signal.
const OUTSIDE: u64 = 1 << 0 | 1 << 1;

/// Confines this process and all that it starts, for good. `own` is its folder, `readable` are the files and
/// folders that it may read and execute beside those of the machine. Where there is no Landlock, nothing happens.
pub fn confine(own: &Path, readable: &[&Path]) -> Result<(), Trouble> {
    let version = sys::landlock_version();
    if version == 0 {
        return Ok(());
    }
    let files = rights_to_files(version);
    let handled = [files, NETWORK, OUTSIDE];
    // The network comes with the fourth version, what is outside with the sixth.
    let known = if version < 4 {
        1
    } else if version < 6 {
        2
    } else {
        3
    };
    let settings: &[&str] = if geteuid().is_root() { &ROOTS_SETTINGS } else { &["/etc"] };
    let machines = MACHINES.iter().chain(settings).map(Path::new);
    let readable = machines.chain(readable.iter().copied());
    let readable = readable.map(|path| (path, EXECUTE | READ | READ_FOLDER));
    let devices = DEVICES.iter().map(|path| (Path::new(path), READ | WRITE | TRUNCATE));
    let places = readable.chain(devices).chain([(own, !SPECIAL)]);
    let rules = places.filter_map(|(path, rights)| rule(path, rights & files));
    let rules = rules.chain(own_terminals().map(|terminal| (terminal, READ | WRITE | TRUNCATE)));
    sys::landlock(&handled[..known], rules).doing("confining the program by Landlock")
}

/// The first version knows 13 rights to files; the second renames too, the third truncates, the fifth knows ioctl on
/// devices.
fn rights_to_files(version: i64) -> u64 {
    let count = match version {
        1..=3 => 12 + version,
        4 => 15,
        _ => 16,
    };
    (1 << count) - 1
}

/// The terminals among the program's streams, which it may open by their names: /dev/stdout is one of them.
fn own_terminals() -> impl Iterator<Item = File> {
    let streams = ["/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/fd/2"];
    let opened = streams.into_iter().filter_map(|stream| {
        File::options().read(true).custom_flags(libc::O_PATH).open(stream).ok()
    });
    opened.filter(|stream| stream.metadata().is_ok_and(|data| data.file_type().is_char_device()))
}

/// A place, and the rights that a rule may name for it. What is not there needs no rule; nor does a link into what is.
fn rule(path: &Path, rights: u64) -> Option<(File, u64)> {
    let flags = libc::O_PATH | libc::O_NOFOLLOW;
    let place = File::options().read(true).custom_flags(flags).open(path).ok()?;
    let is_folder = place.metadata().is_ok_and(|place| place.is_dir());
    Some((place, if is_folder { rights } else { rights & OF_FILES }))
}
