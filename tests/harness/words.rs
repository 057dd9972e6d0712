//! What programs did and left, in words: line ends and control bytes visible.

use std::io;
use std::path::Path;

use nix::errno::Errno;

use engine::{Channel, Left, Outcome, Segment, in_words};

/// The outcome of a program.
pub fn describe(outcome: &Outcome, channel: Channel) -> String {
    let mut text = String::new();
    if channel.is_merged() {
        text += &stream("standard output and standard error", &outcome.stdout);
    } else {
        text += &stream("standard output", &outcome.stdout);
        text += &stream("standard error", &outcome.stderr);
    }
    text += &format!("  {}\n", in_words(outcome.status));
    if let Some(unread) = outcome.unread {
        text += &format!("  bytes of the input that are left: {unread}\n");
    }
    text
}

/// What was printed on a stream.
pub fn stream(name: &str, bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return format!("  {name}: nothing\n");
    }
    let lines = bytes.split_inclusive(|&byte| byte == b'\n');
    format!("  {name}:\n{}", lines.map(visible).collect::<String>())
}

/// The segments and what else is left, with their bytes.
pub fn describe_left(left: &Left) -> String {
    let segments = left.segments.iter().map(segment);
    let others = [(left.semaphores, "a semaphore set"), (left.queues, "a message queue")];
    let others = others.map(|(count, name)| format!("    {name}\n").repeat(count));
    let text = segments.chain(others).collect::<String>();
    if text.is_empty() { "    none\n".into() } else { text }
}

/// The kernel's bit in a mode, `SHM_DEST`.
const MARKED: u32 = 0o1000;

fn segment(segment: &Segment) -> String {
    let Segment { id, key, mode, size, attached, owner: (user, group), bytes } = segment;
    let key = if mode & MARKED == 0 { key.to_string() } else { "none (marked for removal)".into() };
    let line = format!(
        "    key {key}, ID : {id}, mode 0{:03o}, {size} bytes, {attached} attached, owner {user}:{group}\n",
        mode & !MARKED,
    );
    if bytes.is_empty() {
        return line;
    }
    let length = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    let (text, rest) = bytes.split_at(length);
    format!("{line}    its bytes, to the end of the page:\n{}{}", visible(text), visible(rest))
}

/// An input as a C string would spell it; of a long one the beginning.
pub fn visible_input(input: &[u8]) -> String {
    match input.escape_ascii().to_string() {
        text if text.is_empty() => "empty".into(),
        text if text.len() > 40 => format!("\"{}…\" ({} bytes)", &text[..30], input.len()),
        text => format!("\"{text}\""),
    }
}

/// A command's redirection, in words.
pub fn redirected(redirection: &str) -> String {
    let in_words = |word: &str| match word {
        "<&-" => "standard input is closed".to_string(),
        ">&-" => "standard output is closed".into(),
        "2>&-" => "standard error is closed".into(),
        "1</dev/null" => "standard output is open for reading only".into(),
        ">/dev/full" => "standard output is a full disk".into(),
        other => other.into(),
    };
    let words = redirection.split(' ').map(in_words);
    format!("{} ({redirection})", words.collect::<Vec<_>>().join(", "))
}

/// What a word of the command that runs a program does to it.
pub fn wrapped_by(word: &str) -> Option<String> {
    let fact = match word {
        "--ignore-signal=CHLD" => "SIGCHLD is ignored (env --ignore-signal=CHLD)".into(),
        "--nproc=0" => "it may make no process (prlimit --nproc=0)".into(),
        _ if word.contains("trap '' PIPE") => "SIGPIPE is ignored (trap '' PIPE)".into(),
        _ => {
            let bytes: u64 = word.strip_prefix("--as=")?.parse().ok()?;
            format!("it may use {} MiB of addresses (prlimit {word})", bytes >> 20)
        }
    };
    Some(fact)
}

/// A call of a process as the field names it: "second fork".
pub fn call(name: &str, number: usize) -> String {
    let name = match name {
        "clone" | "vfork" => "fork",
        "wait4" | "waitid" => "wait",
        "exit_group" => return "end".into(),
        name => name,
    };
    match number {
        1 => format!("first {name}"),
        2 => format!("second {name}"),
        number => format!("{name} number {number}"),
    }
}

/// What perror says of it. std's text is the C library's, and the number after it.
pub fn in_perrors_words(errno: Errno) -> String {
    let text = io::Error::from(errno).to_string();
    text.split(" (os error").next().unwrap_or(&text).into()
}

/// A stranger's text on one line: no control letters, no marks that turn the writing, no letters without width.
pub fn only_visible(text: &str) -> String {
    let spelt = |letter: char| match letter {
        ' '..='~' => letter.to_string(),
        letter => letter.escape_debug().collect(),
    };
    text.chars().map(spelt).collect()
}

/// A path of a stranger's.
pub fn on_one_line(path: &Path) -> String {
    only_visible(&path.to_string_lossy())
}

/// Lines of at most 80 columns.
pub fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => *line += word,
            Some(line) if line.chars().count() + 1 + word.chars().count() <= 80 => {
                *line += " ";
                *line += word;
            }
            _ => lines.push(word.into()),
        }
    }
    lines.join("\n")
}

/// What fits on a line of 80 columns, indented and behind the mark of a difference.
const WIDTH: usize = 72;

/// Bytes as a C string would spell them, a long run of one byte by its length; indented lines.
pub fn visible(bytes: &[u8]) -> String {
    let mut lines = vec![String::new()];
    for piece in bytes.chunk_by(|one, next| one == next).flat_map(spelt) {
        match lines.last_mut() {
            Some(line) if line.len() + piece.len() <= WIDTH => *line += &piece,
            _ => lines.push(piece),
        }
    }
    lines.retain(|line| !line.is_empty());
    let indented = lines.iter().map(|line| ["    ", line, "\n"].concat());
    indented.collect()
}

/// A run of one byte, in pieces that fit on a line.
fn spelt(run: &[u8]) -> Vec<String> {
    match run {
        [byte, ..] if run.len() > 8 => {
            vec![format!("[{} times {}]", run.len(), spelt_byte(*byte))]
        }
        few => few.iter().copied().map(spelt_byte).collect(),
    }
}

/// As in a C string; a quote of one letter needs no backslash there.
fn spelt_byte(byte: u8) -> String {
    if byte == b'\'' { "'".into() } else { byte.escape_ascii().to_string() }
}
