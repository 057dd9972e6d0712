//! What the engine makes of a system call: keys and IDs are translated, sleeps take no time, and what
//! could escape it is refused.

use std::io::{IoSlice, IoSliceMut};

use libc::{IPC_PRIVATE, IPC_RMID, IPC_SET, IPC_STAT};
use nix::errno::Errno;
use nix::sys::uio::{RemoteIoVec, process_vm_readv, process_vm_writev};
use nix::time::ClockId;
use nix::unistd::Pid;

use super::calls;
use super::keys::{Keys, Kind};
use super::sys::{self, Call};
use super::task::Plan;

/// An `int` among the arguments: the register's upper half may hold anything.
#[expect(clippy::cast_possible_truncation, reason = "so does the kernel")]
fn int(argument: u64) -> i32 {
    i32::from_ne_bytes((argument as u32).to_ne_bytes())
}

/// The process, or the group if it is below zero, that a call sends a signal to.
pub fn receiver(call: &Call) -> Option<i32> {
    let is_sent = ["kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"];
    let name = calls::name(call[0]);
    is_sent.contains(&name.as_str()).then(|| int(call[1]))
}

/// At the entry of a call.
pub fn plan(keys: &mut Keys, pid: Pid, call: &Call) -> nix::Result<Plan> {
    let others = |kind| {
        let has = keys.has(kind, int(call[1]));
        if has { Ok(Plan::AsIs) } else { refuse(pid, Errno::EINVAL) }
    };
    let first = match calls::name(call[0]).as_str() {
        "pidfd_send_signal" => Err(Errno::EPERM),
        "shmget" | "semget" | "msgget" if int(call[1]) == IPC_PRIVATE => return Ok(Plan::AsIs),
        "shmget" | "semget" | "msgget" => keys.translate(int(call[1])).ok_or(Errno::ENOSPC),
        "shmctl" if ![IPC_RMID, IPC_SET, IPC_STAT].contains(&(int(call[2]) & 0xff)) => {
            Err(Errno::EINVAL) // it would look at the whole machine's table
        }
        "shmat" | "shmctl" => keys.id(call[1]).ok_or(Errno::EINVAL),
        // Its flags lie in memory, out of sight: C libraries then use clone.
        "clone3" => Err(Errno::ENOSYS),
        "clone" => {
            let flags = call[1] & !(libc::CLONE_UNTRACED as u64);
            sys::set_first(pid, flags)?;
            return Ok(Plan::Translated);
        }
        "semop" | "semtimedop" | "semctl" => return others(Kind::Semaphores),
        "msgsnd" | "msgrcv" | "msgctl" => return others(Kind::Queue),
        name => {
            move_to_own_folder(pid, name, call);
            return Ok(Plan::AsIs);
        }
    };
    match first {
        Ok(first) => {
            sys::set_first(pid, sys::bits(first.into()))?;
            Ok(Plan::Translated)
        }
        Err(errno) => refuse(pid, errno),
    }
}

fn refuse(pid: Pid, errno: Errno) -> nix::Result<Plan> {
    sys::skip(pid)?;
    Ok(Plan::Skipped(-i64::from(errno as i32)))
}

/// Where the C library's named semaphores and segments are, and the programs' own folder, as long.
const SHARED: &[u8; 9] = b"/dev/shm/";
const OWN: &[u8; 9] = b"././././/";

/// Has files of /dev/shm, which is everybody's, in the programs' own folder.
fn move_to_own_folder(pid: Pid, name: &str, call: &Call) {
    let paths: &[usize] = match name {
        "open" | "unlink" | "stat" => &[1],
        "link" | "rename" => &[1, 2],
        "openat" | "unlinkat" | "newfstatat" => &[2],
        "linkat" | "renameat2" => &[2, 4],
        _ => return,
    };
    for &path in paths {
        let mut start = [0; SHARED.len()];
        if read(pid, call[path], &mut start) == Some(()) && &start == SHARED {
            let _ = write(pid, call[path], OWN);
        }
    }
}

/// At its exit.
pub fn finish(keys: &mut Keys, pid: Pid, call: &Call, plan: Plan, result: i64) -> nix::Result<()> {
    let name = calls::name(call[0]);
    let id = i32::try_from(result).ok().filter(|&id| id >= 0);
    match (name.as_str(), id) {
        ("semget", Some(id)) => keys.add(Kind::Semaphores, id),
        ("msgget", Some(id)) => keys.add(Kind::Queue, id),
        _ => {}
    }
    let seen = match plan {
        Plan::Skipped(result) => result,
        Plan::Slept => 0,
        _ if name == "shmget" && id.is_some() => keys.number(id.unwrap_or_default()),
        Plan::Translated => result,
        Plan::AsIs => return Ok(()),
    };
    if name == "shmctl" && seen == 0 && int(call[2]) & 0xff == IPC_STAT {
        translate_key_back(keys, pid, call[3])?;
    }
    sys::set_result(pid, seen, call[1])
}

/// A `shmid_ds` begins with the segment's key.
fn translate_key_back(keys: &Keys, pid: Pid, address: u64) -> nix::Result<()> {
    let mut bytes = [0; 4];
    match read(pid, address, &mut bytes) {
        Some(()) => write(pid, address, &keys.key_of(i32::from_ne_bytes(bytes)).to_ne_bytes()),
        None => Ok(()),
    }
}

fn write(pid: Pid, address: u64, bytes: &[u8]) -> nix::Result<()> {
    let there = [RemoteIoVec {
        base: usize::try_from(address).map_err(|_| Errno::EFAULT)?,
        len: bytes.len(),
    }];
    process_vm_writev(pid, &[IoSlice::new(bytes)], &there).map(drop)
}

fn read(pid: Pid, address: u64, bytes: &mut [u8]) -> Option<()> {
    let length = bytes.len();
    let there = [RemoteIoVec { base: usize::try_from(address).ok()?, len: length }];
    let count = process_vm_readv(pid, &mut [IoSliceMut::new(bytes)], &there).ok()?;
    (count == length).then_some(())
}

/// For a call that lets time go by and does nothing else: for how long, in milliseconds.
pub fn sleeps_for(pid: Pid, call: &Call) -> Option<u64> {
    let is_absolute = call[2] & libc::TIMER_ABSTIME as u64 != 0;
    match calls::name(call[0]).as_str() {
        "nanosleep" => milliseconds(pid, call[1], 1_000_000),
        "clock_nanosleep" if is_absolute => {
            let now = ClockId::from_raw(int(call[1])).now().ok()?;
            let now = now.tv_sec().unsigned_abs() * 1000 + now.tv_nsec().unsigned_abs() / 1_000_000;
            Some(milliseconds(pid, call[3], 1_000_000)?.saturating_sub(now))
        }
        "clock_nanosleep" => milliseconds(pid, call[3], 1_000_000),
        "poll" if call[2] == 0 => u64::try_from(int(call[3])).ok(),
        "ppoll" if call[2] == 0 => milliseconds(pid, call[3], 1_000_000),
        "select" if call[1] == 0 => milliseconds(pid, call[5], 1000),
        "pselect6" if call[1] == 0 => milliseconds(pid, call[5], 1_000_000),
        _ => None,
    }
}

/// A `timespec` or `timeval`: seconds, and parts of one.
fn milliseconds(pid: Pid, address: u64, parts: u64) -> Option<u64> {
    let mut bytes = [0; 16];
    read(pid, address, &mut bytes)?;
    let (seconds, rest) = bytes.split_at(8);
    let number = |bytes: &[u8]| bytes.try_into().ok().map(u64::from_ne_bytes);
    let seconds = number(seconds)?.saturating_mul(1000);
    Some(seconds.saturating_add(number(rest)?.div_ceil(parts)))
}

/// Whether a call makes a thread of the process that makes it.
pub fn is_thread(call: &Call) -> bool {
    calls::name(call[0]) == "clone" && call[1] & libc::CLONE_THREAD as u64 != 0
}
