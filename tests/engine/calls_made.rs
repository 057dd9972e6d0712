//! What the engine makes of a system call: keys and IDs are translated, sleeps take no time, and what
//! could escape it is refused.

use std::fs;
use std::ptr;

use libc::{IPC_PRIVATE, IPC_RMID, IPC_SET, IPC_STAT, c_long};
use nix::errno::Errno;
use nix::sys::ptrace::{self, AddressType};
use nix::time::ClockId;
use nix::unistd::Pid;

use super::calls::Call;
use super::keys::Keys;
use super::sys;
use super::task::Plan;

/// An `int` among the arguments: the register's upper half may hold anything.
#[expect(clippy::cast_possible_truncation, reason = "so does the kernel")]
fn int(argument: u64) -> i32 {
    i32::from_ne_bytes((argument as u32).to_ne_bytes())
}

/// The process, or the group if it is below zero, that a call sends a signal to, or sets a limit of.
pub fn receiver(call: &Call) -> Option<i32> {
    match call.name {
        "kill" | "tkill" | "tgkill" | "rt_sigqueueinfo" | "rt_tgsigqueueinfo" | "prlimit64" => {
            Some(int(call.words[1]))
        }
        "fcntl" if int(call.words[2]) == libc::F_SETOWN => Some(int(call.words[3])),
        _ => None,
    }
}

/// At the entry of a call.
pub fn plan(keys: &mut Keys, pid: Pid, call: &Call) -> nix::Result<Plan> {
    match first_argument(keys, call) {
        Some(Ok(first)) => sys::set(pid, first, None)?,
        Some(Err(errno)) => return refuse(pid, errno),
        None => move_to_own_folder(pid, call),
    }
    Ok(Plan::Made)
}

/// What a call gets as its first argument in place of what the program gives, or why it fails.
fn first_argument(keys: &mut Keys, call: &Call) -> Option<nix::Result<u64>> {
    let key = int(call.words[1]);
    let first = match call.name {
        _ if is_get(call) && key == IPC_PRIVATE => return None,
        _ if is_get(call) => keys.translate(call.name, key).ok_or(Errno::ENOSPC),
        "shmctl" if ![IPC_RMID, IPC_SET, IPC_STAT].contains(&(int(call.words[2]) & 0xff)) => {
            Err(Errno::EINVAL) // it would look at the whole machine's table
        }
        "shmat" | "shmctl" | "semop" | "semtimedop" | "semctl" | "msgsnd" | "msgrcv" | "msgctl" => {
            keys.id(call.name, call.words[1]).ok_or(Errno::EINVAL)
        }
        "pidfd_send_signal" => Err(Errno::EPERM),
        // Whom a descriptor sends signals to, lies in memory.
        "fcntl" if int(call.words[2]) == SETOWN_EX => Err(Errno::EPERM),
        "ioctl" if OWNERS.contains(&int(call.words[2])) => Err(Errno::EPERM),
        // Its flags lie in memory, out of sight: C libraries then use clone.
        "clone3" => Err(Errno::ENOSYS),
        "clone" => return Some(Ok(call.words[1] & !(libc::CLONE_UNTRACED as u64))),
        _ => return None,
    };
    Some(first.map(|first| sys::bits(first.into())))
}

/// `F_SETOWN_EX` of fcntl(2), and `FIOSETOWN` and `SIOCSPGRP` of ioctl(2).
const SETOWN_EX: i32 = 15;
const OWNERS: [i32; 2] = [0x8901, 0x8902];

fn is_get(call: &Call) -> bool {
    ["shmget", "semget", "msgget"].contains(&call.name)
}

/// The call is not made, and fails.
pub fn refuse(pid: Pid, errno: Errno) -> nix::Result<Plan> {
    sys::skip(pid)?;
    Ok(Plan::Skipped(-i64::from(errno as i32)))
}

/// Where the C library's named semaphores and segments are, and the programs' own folder, as long.
const SHARED: &[u8; 9] = b"/dev/shm/";
const OWN: &[u8; 9] = b"././././/";

/// Has files of /dev/shm, which is everybody's, in the programs' own folder. A path is the first argument, or
/// the second; another path the second or the fourth.
fn move_to_own_folder(pid: Pid, call: &Call) {
    let with_paths = "open link unlink rename stat openat linkat unlinkat renameat2 newfstatat";
    if with_paths.split(' ').any(|name| name == call.name) {
        for address in [1, 2, 4].map(|argument| call.words[argument]) {
            if read(pid, address).as_ref() == Some(SHARED) {
                let _ = write(pid, address, OWN);
            }
        }
    }
}

/// At its exit.
pub fn finish(keys: &mut Keys, pid: Pid, call: &Call, plan: Plan, result: i64) -> nix::Result<()> {
    let id = i32::try_from(result).ok().filter(|&id| id >= 0);
    let seen = match plan {
        Plan::Later => return sys::rewind(pid, call),
        Plan::Skipped(result) => result,
        // Some calls are never made again.
        Plan::TimesOut if is_made_again(result) || result == -i64::from(libc::EINTR) => {
            timed_out(call.name)
        }
        _ if is_get(call) && id.is_some() => keys.number(call.name, id.unwrap_or_default()),
        _ if first_argument(keys, call).is_none() => return Ok(()), // its registers are as they were
        Plan::Made | Plan::TimesOut => result,
    };
    if call.name == "shmctl" && seen == 0 && int(call.words[2]) & 0xff == IPC_STAT {
        translate_key_back(keys, pid, call.words[3])?;
    }
    sys::set(pid, call.words[1], Some(seen))
}

/// A `shmid_ds` begins with the segment's key.
fn translate_key_back(keys: &Keys, pid: Pid, address: u64) -> nix::Result<()> {
    let key = read(pid, address).map(i32::from_ne_bytes);
    key.map_or(Ok(()), |key| write(pid, address, &keys.key_of(key).to_ne_bytes()))
}

/// Writes into the memory of a process that has stopped, a word at a time.
fn write(pid: Pid, address: u64, bytes: &[u8]) -> nix::Result<()> {
    for (part, at) in bytes.chunks(WORD).zip((address..).step_by(WORD)) {
        let mut word = ptrace::read(pid, pointer(at)?)?.to_ne_bytes();
        word[..part.len()].copy_from_slice(part);
        ptrace::write(pid, pointer(at)?, c_long::from_ne_bytes(word))?;
    }
    Ok(())
}

/// Reads it. Root in a container may do so by ptrace alone, if the process is another user's.
fn read<const LENGTH: usize>(pid: Pid, address: u64) -> Option<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    for (part, at) in bytes.chunks_mut(WORD).zip((address..).step_by(WORD)) {
        let word = ptrace::read(pid, pointer(at).ok()?).ok()?.to_ne_bytes();
        part.copy_from_slice(&word[..part.len()]);
    }
    Some(bytes)
}

const WORD: usize = size_of::<c_long>();

fn pointer(address: u64) -> nix::Result<AddressType> {
    let address = usize::try_from(address).map_err(|_| Errno::EFAULT)?;
    Ok(ptr::without_provenance_mut(address)) // of the other process
}

/// Whether a segment that a process has attached holds this text. See proc(5), /proc/PID/maps.
pub fn has_text(pid: Pid, text: &str) -> bool {
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap_or_default();
    let segments = maps.lines().filter(|line| line.contains(" /SYSV"));
    let mut starts = segments.filter_map(|line| line.split('-').next());
    starts.any(|start| {
        let start = u64::from_str_radix(start, 16).unwrap_or(0);
        let bytes: Option<[u8; 512]> = read(pid, start); // shm-fork's segment has no more
        bytes.is_some_and(|bytes| bytes.windows(text.len()).any(|part| part == text.as_bytes()))
    })
}

/// The kernel's own results, which no program sees: it will make the call again.
pub fn is_made_again(result: i64) -> bool {
    (-516..=-512).contains(&result)
}

/// What a call gives when its time is up.
fn timed_out(name: &str) -> i64 {
    match name {
        "rt_sigtimedwait" | "semtimedop" => -i64::from(libc::EAGAIN),
        "futex" | "mq_timedsend" | "mq_timedreceive" => -i64::from(libc::ETIMEDOUT),
        _ => 0,
    }
}

/// Whether a call lets time go by and does nothing else.
pub fn is_sleep(call: &Call) -> bool {
    match call.name {
        "nanosleep" | "clock_nanosleep" => true,
        "poll" => call.words[2] == 0,
        "ppoll" => call.words[2] == 0 && call.words[4] == 0, // a mask may let a signal in
        "select" => call.words[1] == 0,
        "pselect6" => call.words[1] == 0 && call.words[6] == 0,
        _ => false,
    }
}

/// For a call that does not wait for ever: for how long, in milliseconds.
pub fn longest_wait(pid: Pid, call: &Call) -> Option<u64> {
    let count = |argument: usize| u64::try_from(int(call.words[argument])).ok(); // -1: for ever
    let time = |argument: usize| milliseconds(pid, call.words[argument], 1_000_000);
    let until = |argument: usize, clock| Some(time(argument)?.saturating_sub(now(clock)?));
    match call.name {
        "nanosleep" => time(1),
        "clock_nanosleep" if call.words[2] & libc::TIMER_ABSTIME as u64 != 0 => {
            until(3, int(call.words[1]))
        }
        "clock_nanosleep" | "ppoll" | "rt_sigtimedwait" => time(3),
        "poll" => count(3),
        "epoll_wait" | "epoll_pwait" => count(4),
        "select" => milliseconds(pid, call.words[5], 1000),
        "pselect6" => time(5),
        "semtimedop" => time(4),
        "mq_timedsend" | "mq_timedreceive" => until(5, libc::CLOCK_REALTIME),
        "futex" => match int(call.words[2]) {
            how if how & libc::FUTEX_CMD_MASK == libc::FUTEX_WAIT => time(4),
            how if how & libc::FUTEX_CLOCK_REALTIME != 0 => until(4, libc::CLOCK_REALTIME),
            _ => until(4, libc::CLOCK_MONOTONIC),
        },
        _ => None,
    }
}

fn now(clock: i32) -> Option<u64> {
    let now = ClockId::from_raw(clock).now().ok()?;
    Some(now.tv_sec().unsigned_abs() * 1000 + now.tv_nsec().unsigned_abs() / 1_000_000)
}

/// A `timespec` or `timeval`: seconds, and parts of one.
fn milliseconds(pid: Pid, address: u64, parts: u64) -> Option<u64> {
    let seconds = u64::from_ne_bytes(read(pid, address)?).saturating_mul(1000);
    let rest = u64::from_ne_bytes(read(pid, address + 8)?);
    Some(seconds.saturating_add(rest.div_ceil(parts)))
}

/// Whether a call makes a thread of the process that makes it.
pub fn is_thread(call: &Call) -> bool {
    call.name == "clone" && call.words[1] & libc::CLONE_THREAD as u64 != 0
}
