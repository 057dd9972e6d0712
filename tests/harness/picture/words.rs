//! System calls, in a student's words.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use engine::Called;
use nix::errno::Errno;
use nix::sys::signal::Signal;

use super::steps::Kind;

/// How much a call says about the lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rank {
    Shown,
    /// Many of them in a row are shown as one.
    Minor,
    /// It lets time go by.
    Idle,
    /// The C library's own.
    Hidden,
}

/// A step in words, in parts: where there is no room, first the arguments are left out, then the middle of
/// what is quoted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// `shmget`.
    pub does: String,
    /// `1001, 512, IPC_CREAT|0666`.
    pub words: String,
    /// ` → 0`.
    pub gives: String,
    /// What it prints.
    pub quoted: Option<Vec<u8>>,
    /// More about it.
    pub more: String,
}

impl<T: Into<String>> From<T> for Said {
    fn from(does: T) -> Self {
        Self { does: does.into(), ..Self::default() }
    }
}

impl Said {
    /// A call by its name and arguments.
    pub fn call(call: &Called, gives: &str) -> Self {
        let gives = if gives.is_empty() { String::new() } else { format!(" → {gives}") };
        Self { words: call.words.clone(), gives, ..Self::from(call.name) }
    }

    /// In so many columns.
    pub fn in_line(&self, room: usize) -> String {
        match &self.quoted {
            Some(text) => {
                let left = room.saturating_sub(self.does.chars().count() + 1);
                cut(&format!("{} {}", self.does, quote(text, left)), room)
            }
            None => cut(&(self.does.clone() + &self.gives), room),
        }
    }

    /// In so many columns; if it does not fit, what it prints, and more about it, in lines of their own.
    pub fn in_lines(
        &self,
        room: usize,
        most_lines: usize,
        columns: usize,
    ) -> (String, Vec<String>) {
        let whole = self.whole();
        if whole.chars().count() <= room {
            return (whole, Vec::new());
        }
        let mut below = self.printed_lines(most_lines, columns);
        let does = if below.is_empty() {
            self.does.clone() + &self.gives
        } else {
            self.does.clone() + ":"
        };
        below.extend((!self.more.is_empty()).then(|| cut(&self.more, columns)));
        (cut(&does, room), below)
    }

    /// Whether what must be said fits.
    pub fn is_short_within(&self, room: usize) -> bool {
        self.quoted.is_none() && self.does.chars().count() + self.gives.chars().count() <= room
    }

    /// What it prints: so many of its lines, each in quotes and so many columns.
    pub fn printed_lines(&self, most: usize, columns: usize) -> Vec<String> {
        let Some(text) = &self.quoted else { return Vec::new() };
        let mut lines: Vec<String> =
            text.split(|&byte| byte == b'\n').map(|line| quote(line, columns)).collect();
        let rest = lines.split_off(lines.len().min(most)).len();
        lines.extend((rest > 0).then(|| format!("… and {rest} lines more")));
        lines
    }

    /// With all that there is.
    pub fn whole(&self) -> String {
        match &self.quoted {
            Some(quoted) => format!("{} {}", self.does, quote(quoted, usize::MAX)),
            None if !self.more.is_empty() => format!("{}; {}", self.does, self.more),
            None if self.words.is_empty() => self.does.clone() + &self.gives,
            None => format!("{} {}{}", self.does, escaped(self.words.as_bytes()), self.gives),
        }
    }
}

/// Bytes as a C string would spell them: a terminal gets nothing else.
fn escaped(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string().replace("\\\"", "\"").replace("\\'", "'")
}

/// The beginning of a text.
pub fn cut(text: &str, room: usize) -> String {
    match text.char_indices().nth(room) {
        None => text.into(),
        Some(_) => text.chars().take(room.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// A text in quotes: where it does not fit, its beginning and its end.
pub fn quote(bytes: &[u8], room: usize) -> String {
    let pieces: Vec<String> = bytes.iter().map(|&byte| escaped(&[byte])).collect();
    let room = room.saturating_sub(2);
    if pieces.iter().map(String::len).sum::<usize>() <= room {
        return format!("\"{}\"", pieces.concat());
    }
    let fits = |pieces: &mut dyn Iterator<Item = &String>, room: usize| {
        let mut left = room;
        pieces
            .take_while(|piece| left.checked_sub(piece.len()).map(|rest| left = rest).is_some())
            .count()
    };
    let end = fits(&mut pieces.iter().rev(), room.saturating_sub(1) / 3);
    let used: usize = pieces.iter().rev().take(end).map(String::len).sum();
    let start = fits(&mut pieces.iter(), room.saturating_sub(1 + used));
    format!("\"{}…{}\"", pieces[..start].concat(), pieces[pieces.len() - end..].concat())
}

/// `2 s`, `0.25 s`.
pub fn seconds(milliseconds: u64) -> String {
    let text = format!("{}.{:03}", milliseconds / 1000, milliseconds % 1000);
    format!("{} s", text.trim_end_matches('0').trim_end_matches('.'))
}

/// How a process, or a thread, ended.
pub fn end(status: ExitStatus, thread: usize) -> (Kind, String) {
    match (status.code(), status.signal()) {
        _ if thread > 0 => (Kind::Ends, "ends".into()),
        (Some(0), _) => (Kind::Ends, "ends".into()),
        (Some(code), _) => (Kind::Ends, format!("ends, status {code}")),
        (None, signal) => {
            let number = signal.unwrap_or_default();
            let name = Signal::try_from(number)
                .map_or(format!("signal {number}"), |known| known.to_string());
            (Kind::Dies, format!("dies by {name}"))
        }
    }
}

/// Whether it waits for a child's end.
pub fn is_wait(name: &str) -> bool {
    ["wait4", "waitid"].contains(&name)
}

pub fn is_fork(name: &str) -> bool {
    ["clone", "clone3", "fork", "vfork"].contains(&name)
}

pub fn makes_pipe(name: &str) -> bool {
    ["pipe", "pipe2", "socketpair", "eventfd2"].contains(&name)
}

/// The descriptor that a call is about: its first argument.
fn descriptor(call: &Called) -> Option<i32> {
    let digits =
        call.words.split(|letter: char| !letter.is_ascii_digit()).find(|word| !word.is_empty());
    digits?.parse().ok()
}

const WRITES: [&str; 5] = ["write", "writev", "sendto", "sendmsg", "pwrite64"];
const READS: [&str; 4] = ["read", "readv", "recvfrom", "recvmsg"];

fn is_output(call: &Called) -> bool {
    descriptor(call).is_some_and(|descriptor| (1..=2).contains(&descriptor))
}

/// What stdio asks about a stream, and where it sets an input back to.
fn is_about_stream(call: &Called) -> bool {
    let asks = ["fstat", "newfstatat", "ioctl", "lseek"].contains(&call.name);
    asks && descriptor(call).is_some_and(|descriptor| descriptor <= 2)
}

/// Whether it passes something to another process.
pub fn is_message(call: &Called) -> bool {
    WRITES.contains(&call.name) && !is_output(call)
}

pub fn reads_message(call: &Called) -> bool {
    READS.contains(&call.name) && descriptor(call).is_some_and(|descriptor| descriptor > 2)
}

/// Whether it asks what standard output is.
pub fn looks_at_output(call: &Called) -> bool {
    let looks = ["fstat", "newfstatat", "ioctl"].contains(&call.name);
    looks && descriptor(call) == Some(1)
}

const HIDDEN: &str = "brk mmap munmap mprotect mremap madvise getrandom set_robust_list set_tid_address rseq \
    prlimit64 rt_sigprocmask rt_sigreturn arch_prctl exit exit_group restart_syscall ioctl futex gettid \
    getpid sched_getaffinity";

const SHOWN: &str = "shmget shmat shmctl shmdt semget semop semctl semtimedop msgget msgsnd msgrcv msgctl \
    socketpair pipe pipe2 eventfd2 kill tgkill tkill wait4 waitid execve shutdown flock";

const PASSES: &str = "semop semtimedop msgsnd kill tgkill tkill";

fn is_in(list: &str, name: &str) -> bool {
    list.split(' ').any(|word| word == name)
}

/// What a call is that has returned at once.
pub fn of_call(call: &Called, result: i64, has_pipes: bool) -> (Kind, Said, Rank) {
    if let Some(errno) = errno(result) {
        return (Kind::Fails, Said::call(call, &format!("{errno:?}")), rank(call));
    }
    match call.name {
        name if is_fork(name) => (Kind::Call, call.name.into(), Rank::Hidden),
        name if WRITES.contains(&name) && is_output(call) => {
            (Kind::Print, printed(call), Rank::Shown)
        }
        name if WRITES.contains(&name) && has_pipes => {
            (Kind::Pass, "passes the turn".into(), Rank::Shown)
        }
        "futex" if result > 0 => (Kind::Pass, "lets another go on".into(), Rank::Shown),
        name if READS.contains(&name) && reads_message(call) && has_pipes => {
            let does =
                if result == 0 { "reads: the other end is closed" } else { "reads the turn" };
            (Kind::Call, does.into(), Rank::Shown)
        }
        "read" if descriptor(call) == Some(0) => {
            let does = if result == 0 { "reads: end of input" } else { "reads its input" };
            (Kind::Call, does.into(), Rank::Shown)
        }
        name => {
            let kind = if is_in(PASSES, name) { Kind::Pass } else { Kind::Call };
            (kind, shown(call, result), if is_in(HIDDEN, name) { Rank::Hidden } else { rank(call) })
        }
    }
}

/// The error that a result means.
fn errno(result: i64) -> Option<Errno> {
    let number = i32::try_from(result.checked_neg()?).ok();
    number.filter(|number| (1..4096).contains(number)).map(Errno::from_raw)
}

/// How much a call says that is not the C library's own.
fn rank(call: &Called) -> Rank {
    match call.name {
        _ if is_about_stream(call) => Rank::Hidden,
        "sched_yield" => Rank::Idle,
        name if is_in(SHOWN, name) || is_fork(name) || is_output(call) => Rank::Shown,
        _ => Rank::Minor,
    }
}

fn shown(call: &Called, result: i64) -> Said {
    let commands = ["IPC_RMID", "IPC_STAT", "IPC_SET"];
    let command = commands.into_iter().find(|command| call.words.contains(command));
    let command = command.filter(|_| call.name == "shmctl");
    let gives = match call.name {
        // An address is not the same in two runs.
        "shmat" | "shmdt" => return call.name.into(),
        _ if result == 0 && !call.name.ends_with("get") => String::new(),
        _ => result.to_string(),
    };
    match command {
        Some(command) => command.into(),
        None => Said::call(call, &gives),
    }
}

/// What is printed, without the end of its last line.
fn printed(call: &Called) -> Said {
    let text = call.text.strip_suffix(b"\n").unwrap_or(&call.text);
    let does = if descriptor(call) == Some(2) { "prints to stderr" } else { "prints" };
    Said { quoted: Some(text.to_vec()), ..Said::from(does) }
}

/// What a call is that has waited, and returns.
pub fn goes_on(call: &Called, result: i64, why: Option<String>) -> (Kind, Said) {
    let why = match errno(result) {
        Some(errno) => return (Kind::Fails, format!("{} → {errno:?}", call.name).into()),
        None if result == 0 && READS.contains(&call.name) => Some("the other end is closed".into()),
        None => why,
    };
    (Kind::GoesOn, why.map_or("goes on".into(), |why| format!("goes on: {why}")).into())
}
