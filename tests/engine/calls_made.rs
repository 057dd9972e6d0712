//! What the engine makes of a system call: keys and IDs are translated, sleeps take no time, and what
//! could escape it is refused.

use std::io::{IoSlice, IoSliceMut};

use libc::{IPC_PRIVATE, IPC_RMID, IPC_SET, IPC_STAT};
use nix::errno::Errno;
use nix::sys::uio::{RemoteIoVec, process_vm_readv, process_vm_writev};
use nix::unistd::Pid;

use super::keys::Keys;
use super::sys::{self, Call};
use super::task::Plan;
use crate::harness::{Report, calls};

/// An `int` among the arguments: the register's upper half may hold anything.
#[expect(clippy::cast_possible_truncation, reason = "so does the kernel")]
fn int(argument: u64) -> i32 {
    i32::from_ne_bytes((argument as u32).to_ne_bytes())
}

/// The process, or the group if it is below zero, that a call sends a signal to.
pub fn receiver(call: &Call) -> Option<i32> {
    let is_sent = [
        "kill",
        "tkill",
        "tgkill",
        "rt_sigqueueinfo",
        "rt_tgsigqueueinfo",
    ];
    let name = calls::name(call[0]);
    is_sent.contains(&name.as_str()).then(|| int(call[1]))
}

/// At the entry of a call.
pub fn plan(keys: &mut Keys, pid: Pid, call: &Call) -> Result<Plan, Report> {
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
        _ => return Ok(Plan::AsIs),
    };
    match first {
        Ok(first) => {
            sys::set_first(pid, sys::bits(first.into()))?;
            Ok(Plan::Translated)
        }
        Err(errno) => {
            sys::skip(pid)?;
            Ok(Plan::Skipped(-i64::from(errno as i32)))
        }
    }
}

/// At its exit.
pub fn finish(
    keys: &mut Keys,
    pid: Pid,
    call: &Call,
    plan: Plan,
    result: i64,
) -> Result<(), Report> {
    let name = calls::name(call[0]);
    let seen = match plan {
        Plan::Skipped(result) => result,
        _ if name == "shmget" && result >= 0 => keys.number(result.try_into()?),
        Plan::Translated => result,
        Plan::AsIs => return Ok(()),
    };
    if name == "shmctl" && seen == 0 && int(call[2]) & 0xff == IPC_STAT {
        translate_key_back(keys, pid, call[3])?;
    }
    Ok(sys::set_result(pid, seen, call[1])?)
}

/// A `shmid_ds` begins with the segment's key.
fn translate_key_back(keys: &Keys, pid: Pid, address: u64) -> Result<(), Report> {
    let mut bytes = [0; 4];
    if read(pid, address, &mut bytes).is_some() {
        let key = keys.key_of(i32::from_ne_bytes(bytes)).to_ne_bytes();
        let there = [RemoteIoVec {
            base: usize::try_from(address)?,
            len: key.len(),
        }];
        process_vm_writev(pid, &[IoSlice::new(&key)], &there)?;
    }
    Ok(())
}

fn read(pid: Pid, address: u64, bytes: &mut [u8]) -> Option<()> {
    let length = bytes.len();
    let there = [RemoteIoVec {
        base: usize::try_from(address).ok()?,
        len: length,
    }];
    let count = process_vm_readv(pid, &mut [IoSliceMut::new(bytes)], &there).ok()?;
    (count == length).then_some(())
}

/// For a call that lets time go by and does nothing else: for how long, in milliseconds.
pub fn sleeps_for(pid: Pid, call: &Call) -> Option<u64> {
    let address = match calls::name(call[0]).as_str() {
        "nanosleep" => call[1],
        "clock_nanosleep" if call[2] == 0 => call[3],
        "poll" if call[2] == 0 => return u64::try_from(int(call[3])).ok(),
        _ => return None,
    };
    let mut bytes = [0; 16];
    read(pid, address, &mut bytes)?;
    let (seconds, nanoseconds) = bytes.split_at(8);
    let number = |bytes: &[u8]| bytes.try_into().ok().map(u64::from_ne_bytes);
    let seconds = number(seconds)?.saturating_mul(1000);
    Some(seconds.saturating_add(number(nanoseconds)?.div_ceil(1_000_000)))
}

/// Whether a call makes a thread of the process that makes it.
pub fn is_thread(call: &Call) -> bool {
    calls::name(call[0]) == "clone" && call[1] & libc::CLONE_THREAD as u64 != 0
}
