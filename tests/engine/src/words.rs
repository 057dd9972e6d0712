//! A system call's arguments in words: of the calls that a course meets.

use nix::unistd::Pid;

use crate::calls::Call;
use crate::memory;
use crate::outcome::signal_name;

/// At most so much of a text is kept.
const MOST_TEXT: usize = 256;

/// What a call writes, for those that do.
pub fn text(pid: Pid, call: &Call) -> Vec<u8> {
    let is_write = ["write", "pwrite64", "sendto", "msgsnd"].contains(&call.name);
    let (address, length) = match call.name {
        "writev" => match memory::read::<16>(pid, call.words[2]) {
            Some(first) => {
                let word =
                    |from: usize| first[from..from + 8].try_into().map_or(0, u64::from_ne_bytes);
                (word(0), word(8))
            }
            None => return Vec::new(),
        },
        _ if is_write => (call.words[2], call.words[3]),
        _ => return Vec::new(),
    };
    memory::read_some(pid, address, usize::try_from(length).unwrap_or(MOST_TEXT).min(MOST_TEXT))
}

/// Its arguments, without those that a reader does not ask for.
pub fn arguments(pid: Pid, call: &Call) -> String {
    let int = |argument: usize| call.int(argument);
    match call.name {
        "shmget" => format!("{}, {}, {}", key(int(1)), call.words[2], flags(int(3))),
        "semget" => format!("{}, {}, {}", key(int(1)), int(2), flags(int(3))),
        "msgget" => format!("{}, {}", key(int(1)), flags(int(2))),
        "shmctl" | "msgctl" => format!("{}, {}", int(1), command(int(2))),
        "semctl" => format!("{}, {}, {}", int(1), int(2), command(int(3))),
        "shmat" | "semop" | "semtimedop" | "msgsnd" | "msgrcv" | "close" | "dup" | "read"
        | "readv" | "write" | "writev" | "sendto" | "recvfrom" | "sendmsg" | "recvmsg"
        | "fcntl" | "lseek" | "ioctl" | "exit" | "exit_group" | "newfstatat" | "fstat" => {
            int(1).to_string()
        }
        "dup2" | "dup3" => format!("{}, {}", int(1), int(2)),
        "kill" | "tkill" => signal_name(int(2)),
        "tgkill" => signal_name(int(3)),
        "open" | "stat" | "unlink" | "mkdir" | "execve" | "chdir" => path(pid, call.words[1]),
        "openat" | "unlinkat" | "mkdirat" | "statx" => path(pid, call.words[2]),
        _ => String::new(),
    }
}

fn key(key: i32) -> String {
    if key == libc::IPC_PRIVATE { "IPC_PRIVATE".into() } else { format!("key {key}") }
}

fn flags(flags: i32) -> String {
    let names = [(libc::IPC_CREAT, "IPC_CREAT|"), (libc::IPC_EXCL, "IPC_EXCL|")];
    let names = names.iter().filter(|(bit, _)| flags & bit != 0).map(|&(_, name)| name);
    let mode = match flags & 0o777 {
        0 => "0".to_string(),
        mode => format!("0{mode:o}"),
    };
    format!("{}{mode}", names.collect::<String>())
}

fn command(command: i32) -> String {
    match command & 0xff {
        libc::IPC_RMID => "IPC_RMID".into(),
        libc::IPC_SET => "IPC_SET".into(),
        libc::IPC_STAT => "IPC_STAT".into(),
        other => other.to_string(),
    }
}

fn path(pid: Pid, address: u64) -> String {
    let bytes = memory::read_some(pid, address, MOST_TEXT);
    let text = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    text.escape_ascii().to_string()
}
