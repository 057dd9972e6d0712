//! The memory of a process that has stopped. Root in a container may reach another user's by ptrace alone, a word at a
//! time.

use std::io::IoSliceMut;
use std::ptr;

use libc::c_long;
use nix::errno::Errno;
use nix::sys::ptrace::{self, AddressType};
use nix::sys::uio::{RemoteIoVec, process_vm_readv};
use nix::unistd::Pid;

const WORD: usize = size_of::<c_long>();

/// The bytes at an address of the other process; none if there is nothing.
pub fn read<const LENGTH: usize>(pid: Pid, address: u64) -> Option<[u8; LENGTH]> {
    read_some(pid, address, LENGTH).try_into().ok()
}

/// At most so many bytes, as far as there are any.
pub fn read_some(pid: Pid, address: u64, most: usize) -> Vec<u8> {
    let mut bytes = vec![0; most];
    let Ok(base) = usize::try_from(address) else { return Vec::new() };
    let remote = RemoteIoVec { base, len: most };
    let filled = match process_vm_readv(pid, &mut [IoSliceMut::new(&mut bytes)], &[remote]) {
        Err(Errno::EPERM) => read_words(pid, address, &mut bytes),
        filled => filled.unwrap_or(0),
    };
    bytes.truncate(filled);
    bytes
}

/// The same by ptrace: how many bytes it has read.
fn read_words(pid: Pid, address: u64, bytes: &mut [u8]) -> usize {
    let mut filled = 0;
    for part in bytes.chunks_mut(WORD) {
        let Ok(word) = pointer(address, filled).and_then(|at| ptrace::read(pid, at)) else { break };
        part.copy_from_slice(&word.to_ne_bytes()[..part.len()]);
        filled += part.len();
    }
    filled
}

/// Writes bytes there.
pub fn write(pid: Pid, address: u64, bytes: &[u8]) -> nix::Result<()> {
    for (index, part) in bytes.chunks(WORD).enumerate() {
        let at = pointer(address, index * WORD)?;
        let mut word = ptrace::read(pid, at)?.to_ne_bytes();
        word[..part.len()].copy_from_slice(part);
        ptrace::write(pid, at, c_long::from_ne_bytes(word))?;
    }
    Ok(())
}

/// An address of the other process. What a program gives may be any number.
fn pointer(address: u64, offset: usize) -> nix::Result<AddressType> {
    let address = usize::try_from(address).ok().and_then(|address| address.checked_add(offset));
    address.map(ptr::without_provenance_mut).ok_or(Errno::EFAULT)
}
