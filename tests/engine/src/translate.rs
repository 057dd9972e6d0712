//! What becomes of a call's first argument: keys and IDs are translated into the machine's at the entry, and back
//! at the exit.

use libc::{IPC_CREAT, IPC_EXCL, IPC_PRIVATE, IPC_RMID, IPC_SET, IPC_STAT};
use nix::errno::Errno;
use nix::unistd::Pid;

use crate::calls::Call;
use crate::keys::Keys;
use crate::memory;
use crate::sys;

/// What a program's first argument becomes; none if it stays. An error: the call is not made.
///
/// # Errors
/// `EINVAL`: an ID that the world has not got, or a command that looks at the whole machine. `ENOSPC`: too many
/// keys or IDs.
pub fn at_entry(keys: &mut Keys, call: &Call) -> nix::Result<Option<u64>> {
    let first = match call.name {
        "shmget" | "semget" => keys.claim(call.name, call.int(1), call.int(3))?,
        "msgget" => keys.claim(call.name, call.int(1), call.int(2))?,
        "shmctl" | "msgctl" if !is_about_one(call.int(2)) => return Err(Errno::EINVAL),
        "semctl" if !is_about_one(call.int(3)) && !SEMAPHORES.contains(&call.int(3)) => {
            return Err(Errno::EINVAL);
        }
        "shmat" | "shmctl" | "semop" | "semtimedop" | "semctl" | "msgsnd" | "msgrcv" | "msgctl" => {
            keys.id(call.name, call.int(1)).ok_or(Errno::EINVAL)?
        }
        _ => return Ok(None),
    };
    Ok(Some(sys::bits(first.into())))
}

/// What asks for a segment, a set or a queue without a key makes one of a new key in the range: it can be found and
/// removed where the maker is killed before it is told the ID. Returns the flags for that, and which argument they are.
pub fn flags(call: &Call) -> Option<(usize, u64)> {
    let argument = match call.name {
        "shmget" | "semget" => 3,
        "msgget" => 2,
        _ => return None,
    };
    let flags = call.int(argument) | IPC_CREAT | IPC_EXCL;
    (call.int(1) == IPC_PRIVATE).then(|| (argument, sys::bits(flags.into())))
}

/// Commands about one segment, set or queue. Most others look at the whole machine's.
fn is_about_one(command: i32) -> bool {
    [IPC_RMID, IPC_SET, IPC_STAT].contains(&(command & 0xff))
}

/// `GETPID` to `SETALL` of semctl(2).
const SEMAPHORES: std::ops::RangeInclusive<i32> = 11..=17;

/// What the program, of this user, sees as the result.
pub fn at_exit(keys: &mut Keys, user: u32, pid: Pid, call: &Call, result: i64) -> nix::Result<i64> {
    if result < 0 {
        return Ok(result);
    }
    if let "shmget" | "semget" | "msgget" = call.name {
        let id = i32::try_from(result).unwrap_or(-1);
        return Ok(keys.number(call.name, id, user).into());
    }
    let buffer = match call.name {
        "shmctl" | "msgctl" if call.int(2) & 0xff == IPC_STAT => call.words[3],
        "semctl" if call.int(3) & 0xff == IPC_STAT => call.words[4],
        _ => return Ok(result),
    };
    // What the kernel has filled begins with the key.
    if let Some(key) = memory::read(pid, buffer).map(i32::from_ne_bytes) {
        memory::write(pid, buffer, &keys.key_of(key).to_ne_bytes())?;
    }
    Ok(result)
}

/// Where the C library's named semaphores and segments are, and the programs' own folder, as long.
const SHARED: &[u8; 9] = b"/dev/shm/";
const OWN: &[u8; 9] = b"././././/";

/// Has files of /dev/shm, which is everybody's, in the programs' own folder: the path in the program's memory is
/// changed. A path is the first argument, or the second; another path the second or the fourth.
pub fn move_to_own_folder(pid: Pid, call: &Call) {
    let with_paths = "open creat link unlink rename stat lstat access truncate openat linkat unlinkat renameat2 \
                      newfstatat statx faccessat faccessat2";
    if with_paths.split(' ').any(|name| name == call.name) {
        for address in [1, 2, 4].map(|argument| call.words[argument]) {
            if memory::read(pid, address).as_ref() == Some(SHARED) {
                let _ = memory::write(pid, address, OWN);
            }
        }
    }
}
