//! Which files a program that is judged can reach: it reads what programs need, and writes in its
//! own folder. See landlock(7).

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::sys::prctl::set_no_new_privs;

use super::sys;

/// What a program needs of the machine: its library, its interpreter, their settings.
const MACHINES: [&str; 8] = ["/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc", "/proc", "/dev"];

/// Streams that a program may open.
const STREAMS: [&str; 4] = ["/dev/null", "/dev/full", "/dev/tty", "/dev/pts"];

/// Execute, and read files and folders.
const READ: u64 = EXECUTE | 1 << 2 | 1 << 3;
const EXECUTE: u64 = 1;

/// Execute, write, read, truncate: a rule on a file must name no other right.
const OF_FILES: u64 = EXECUTE | 1 << 1 | 1 << 2 | 1 << 14;

/// Nobody may make device files.
const DEVICES: u64 = 1 << 6 | 1 << 11;

/// Confines this process and all that it starts, for good. `own` is its folder, `programs` are the files
/// that it may read and execute beside those of the machine. Where there is no Landlock, nothing happens.
pub fn confine(own: &Path, programs: &[&Path]) -> nix::Result<()> {
    // The first version knows 13 rights; the second renames too, the third truncates.
    let handled = match sys::landlock_version() {
        0 => return Ok(()),
        version => (1 << (12 + version.min(3))) - 1,
    };
    let readable = MACHINES.iter().map(Path::new).chain(programs.iter().copied());
    let streams = STREAMS.iter().map(|path| (Path::new(path), !DEVICES & !EXECUTE));
    let all = readable.map(|path| (path, READ)).chain(streams).chain([(own, !DEVICES)]);
    // What is not there needs no rule.
    let open = |(path, rights)| {
        let place = File::options().read(true).custom_flags(libc::O_PATH).open(path).ok()?;
        let is_folder = place.metadata().is_ok_and(|place| place.is_dir());
        Some((place, rights & if is_folder { handled } else { handled & OF_FILES }))
    };
    set_no_new_privs()?;
    sys::landlock(handled, all.filter_map(open))
}
