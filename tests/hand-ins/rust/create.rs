//! shm-create: makes a shared memory segment.

use std::ffi::c_int;
use std::io::{Error, Write, stdout};
use std::process::ExitCode;

const IPC_CREAT: c_int = 0o1000;

unsafe extern "C" {
    fn shmget(key: c_int, size: usize, flags: c_int) -> c_int;
}

fn main() -> ExitCode {
    // SAFETY: shmget takes numbers and touches no memory of ours.
    let id = unsafe { shmget(9990, 1024, IPC_CREAT | 0o666) };
    if id < 0 {
        eprintln!("shmget failed: {}", Error::last_os_error());
        return ExitCode::FAILURE;
    }
    if let Err(error) = writeln!(stdout(), "Shared memory segment created with ID : {id}") {
        eprintln!("write: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
