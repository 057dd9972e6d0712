//! Red and green, where a terminal shows them.

use std::env;
use std::io::{self, IsTerminal};

/// Whether standard output is a terminal that knows more than letters and lines.
pub fn has_terminal() -> bool {
    let term = env::var_os("TERM").unwrap_or_default();
    io::stdout().is_terminal() && !term.is_empty() && term != "dumb"
}

/// Whether its user has not asked for no colour. See <https://no-color.org>.
fn is_wanted() -> bool {
    has_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const END: &str = "\x1b[0m";

/// The lines of a report, each in its colour if it has one.
pub fn lines(lines: Vec<String>) -> Vec<String> {
    if is_wanted() { lines.iter().map(|line| coloured(line)).collect() } else { lines }
}

/// FAILED, passed, and the lines that a comparison has marked.
fn coloured(line: &str) -> String {
    let colour = match line.as_bytes() {
        [b'-' | b'+', b':', ..] => return line.into(), // it says what the marks mean
        [b'-', ..] => RED,
        [b'+', ..] => GREEN,
        _ if line.starts_with("FAILED") => RED,
        _ if line == "All that ran passed." => GREEN,
        _ => return line.into(),
    };
    format!("{colour}{line}{END}")
}
