//! Red and green, where a terminal shows them.

use std::env;
use std::io::{self, IsTerminal};

/// Whether standard output is a terminal, and its user has not asked for no colour. See
/// <https://no-color.org>.
pub fn is_wanted() -> bool {
    let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
    io::stdout().is_terminal() && !is_set("NO_COLOR") && !is_dumb
}

const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const END: &str = "\x1b[0m";

/// A line of a report, in its colour if it has one: FAILED, passed, and the lines of a comparison.
pub fn coloured(line: &str) -> String {
    let colour = match line {
        _ if line.starts_with("FAILED") => RED,
        _ if line == "All that ran passed." => GREEN,
        _ if is_marked(line, '-') => RED,
        _ if is_marked(line, '+') => GREEN,
        _ => return line.into(),
    };
    format!("{colour}{line}{END}")
}

/// Whether a comparison has put its mark before the line.
fn is_marked(line: &str, mark: char) -> bool {
    let rest = line.trim_start().strip_prefix(mark);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}
