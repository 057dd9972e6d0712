//! How a student sees it without the check: commands to type.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::str;

use super::compiled::compiler;
use super::programs::{built, from_lab, lab, yours};
use engine::{Act, At, Channel, Step};

/// A word as the shell has to be given it.
pub fn quoted(word: impl AsRef<OsStr>) -> String {
    let bytes = word.as_ref().as_bytes();
    let text = str::from_utf8(bytes).unwrap_or_default();
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_=/.,".contains(letter);
    let is_seen = |letter: char| matches!(letter, ' '..='~') || letter.is_alphanumeric();
    match text {
        text if !text.is_empty() && text.chars().all(is_plain) => text.into(),
        text if text.len() == bytes.len() && text.chars().all(is_seen) => {
            format!("'{}'", text.replace('\'', "'\\''"))
        }
        // Also a terminal is to stay as it is, whatever a stranger's folder is called.
        _ => format!("$'{}'", bytes.iter().copied().map(spelt).collect::<String>()),
    }
}

fn spelt(byte: u8) -> String {
    match byte {
        b'\'' | b'\\' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).into(),
        _ => format!("\\{byte:03o}"),
    }
}

/// Words that make another user run the command after them.
pub fn as_user(user: Option<u32>) -> String {
    user.map_or(String::new(), |user| {
        format!("setpriv --reuid={user} --regid={user} --clear-groups ")
    })
}

/// What a student types to run the program, and before that to make it of a C file.
pub fn by_hand(program: &str) -> (String, String) {
    let Some(folder) = yours() else {
        return (String::new(), format!("{}/debug/{program}", built()));
    };
    let folder = from_lab(&folder);
    let source = folder.join(format!("{program}.c"));
    if lab().join(&source).is_file() {
        let (source, built) = (quoted(&source), built());
        let compile = format!("    {} -o {built}/{program} {source}\n", compiler());
        return (compile, format!("{built}/{program}"));
    }
    (String::new(), quoted(folder.join(program)))
}

/// Lines of a report: the program between words.
pub fn lines_by_hand(before: &str, program: &str, after: &str) -> String {
    let (compile, program) = by_hand(program);
    format!("By hand, in a new `make shell`:\n{compile}    {before}{program}{after}\n")
}

/// The words that have strace do what a step does, in each process that makes the call.
pub fn strace(step: &Step) -> Option<String> {
    let &(_, at, act) = step;
    let (At::Call(call, number) | At::After(call, number)) = at else { return None };
    let act = match (act, at) {
        (Act::Fail(errno), _) => format!("error={errno:?}"),
        (Act::Send(signal) | Act::SendAll(signal), _) => format!("signal={signal}"),
        (Act::Hold | Act::Pause, At::After(..)) => "delay_exit=300000".to_string(),
        (Act::Hold | Act::Pause, _) => "delay_enter=300000".to_string(),
    };
    Some(format!("strace -f -o /dev/null -e inject={call}:{act}:when={number} "))
}

/// What feeds a program its input: a pipe, or the user.
pub fn input_by_hand(input: &[u8], channel: Channel) -> (String, String) {
    if let Some(printf) = wide_number(input).filter(|_| !channel.is_typed()) {
        return (printf, String::new());
    }
    let mut text = String::new();
    for &byte in input {
        text += &match byte {
            b'\n' => "\\n".to_string(),
            b'%' => "%%".to_string(),
            b'\\' | b'\'' | 0..0x20 | 0x7f.. => format!("\\{byte:03o}"),
            _ => char::from(byte).to_string(),
        };
    }
    if input.is_empty() {
        (String::new(), String::new())
    } else if channel.is_typed() {
        (String::new(), format!("   # type {}", text.replace("\\n", " and Enter ").trim_end()))
    } else {
        (format!("printf -- '{text}' | "), String::new())
    }
}

/// A number behind many zeros or spaces is not spelt out.
fn wide_number(input: &[u8]) -> Option<String> {
    let line = str::from_utf8(input).ok()?.strip_suffix('\n')?;
    let filling = if line.starts_with('0') { '0' } else { ' ' };
    let number = line.trim_start_matches(filling);
    let is_wide = line.len() > number.len() + 40;
    let number: u32 = number.parse().ok().filter(|_| is_wide)?;
    let flag = if filling == '0' { "0" } else { "" };
    Some(format!("printf '%{flag}{}d\\n' {number} | ", line.len()))
}

/// What a student makes of a command, to have the streams like this and to see the exit status.
pub fn connected(channel: Channel, command: &str) -> String {
    match channel {
        Channel::Pipes | Channel::TerminalInput => format!("({command}; echo $?) | cat"),
        Channel::OneFile => format!("({command}; echo $?) 2>&1 | cat"),
        Channel::ReaderGone => format!("({command}; echo $? >&2) | :"),
        Channel::Terminal | Channel::TerminalOutput | Channel::HungUp => {
            format!("{command}; echo $?")
        }
    }
}
