//! What programs did and left, in words: line ends and control bytes visible.

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

fn stream(name: &str, bytes: &[u8]) -> String {
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

fn segment(segment: &Segment) -> String {
    let Segment { id, key, mode, size, attached, owner: (user, group), bytes } = segment;
    let line = format!(
        "    key {key}, ID : {id}, mode 0{mode:o}, {size} bytes, {attached} attached, owner {user}:{group}\n"
    );
    if bytes.is_empty() {
        return line;
    }
    let length = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    let (text, rest) = bytes.split_at(length);
    format!("{line}    its bytes:\n{}{}", visible(text), visible(rest))
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
            vec![format!("[{} times {}]", run.len(), byte.escape_ascii())]
        }
        few => few.iter().map(|byte| byte.escape_ascii().to_string()).collect(),
    }
}
