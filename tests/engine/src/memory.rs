//! The memory of a process that has stopped, a word at a time: root in a container may reach it so by ptrace
//! alone, if the process is another user's.

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
    let mut bytes = [0; LENGTH];
    fill(pid, address, &mut bytes).ok()?;
    Some(bytes)
}

/// At most so many bytes, as far as there are any.
pub fn read_some(pid: Pid, address: u64, most: usize) -> Vec<u8> {
    let mut bytes = vec![0; most];
    match fill(pid, address, &mut bytes) {
        Ok(()) => bytes,
        Err(filled) => bytes[..filled].to_vec(),
    }
}

/// Fills them, or says how many it has filled.
fn fill(pid: Pid, address: u64, bytes: &mut [u8]) -> Result<(), usize> {
    let mut filled = 0;
    for part in bytes.chunks_mut(WORD) {
        let word =
            pointer(address, filled).and_then(|at| ptrace::read(pid, at)).map_err(|_| filled)?;
        part.copy_from_slice(&word.to_ne_bytes()[..part.len()]);
        filled += part.len();
    }
    Ok(())
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

/// The same in one call, where the kernel permits that.
pub fn read_at_once(pid: Pid, address: u64, most: usize) -> Vec<u8> {
    let mut bytes = vec![0; most];
    let base = usize::try_from(address).unwrap_or(0);
    let remote = RemoteIoVec { base, len: most };
    match process_vm_readv(pid, &mut [IoSliceMut::new(&mut bytes)], &[remote]) {
        Ok(length) => {
            bytes.truncate(length);
            bytes
        }
        Err(_) => read_some(pid, address, most),
    }
}
