//! `check --trace EXERCISE`: the system calls of the C version and of the Rust version, each run through pipes and from
//! the same fresh start. They come from the log of the run.

use engine::{Called, Channel, Event, Log, What, Who};
use nix::errno::Errno;

use super::beside;
use super::programs::Version;
use super::report::Report;

/// Nobody reads more lines than these.
const MOST_LINES: usize = 100;

/// What there is to print.
pub fn trace(exercise: &str) -> Result<String, Report> {
    let (scene, mut text, _folder) = beside::prepared(exercise)?;
    for version in [Version::C, Version::Ours] {
        let ran = scene.play(version, Channel::Pipes)?.ran;
        let name = version.name();
        text += &format!("{name}:\n{}\n", lines(&ran.log).join("\n"));
        text += if version == Version::C { "\n" } else { "" };
    }
    Ok(text)
}

/// A line for each call of the program's own, where it begins; its result, where it returns at once.
fn lines(log: &Log) -> Vec<String> {
    let events = log.events();
    let has_children = events.iter().any(|event| event.who > 0);
    let own = events.iter().enumerate().filter_map(|(index, event)| {
        let text = in_words(event, &events[index + 1..])?;
        Some(if has_children { format!("{:10} {text}", name(event.who)) } else { text })
    });
    let mut lines: Vec<String> = own.collect();
    if lines.len() > MOST_LINES {
        lines.truncate(MOST_LINES);
        lines.push("... and more".into());
    }
    lines
}

fn name(who: Who) -> String {
    if who == 0 { "parent".into() } else { format!("process {who}") }
}

fn in_words(event: &Event, later: &[Event]) -> Option<String> {
    match &event.what {
        What::Calls(Called { name, words, text, is_own: true, .. }) => {
            let text = if text.is_empty() {
                String::new()
            } else {
                format!(", \"{}\"", text.escape_ascii())
            };
            let mut own =
                later.iter().filter(|next| next.who == event.who && next.thread == event.thread);
            let result = match own
                .find(|next| !matches!(next.what, What::Segment { .. } | What::Stores { .. }))
            {
                Some(Event { what: What::Returns { result, .. }, .. }) => {
                    format!(" = {}", result_in_words(*result))
                }
                _ => String::new(),
            };
            Some(format!("{name}({words}{text}){result}"))
        }
        What::Waits { call, reason } => Some(format!("   waits in {call} {reason}")),
        What::Sleeps(time) => Some(format!("   sleeps {} s", time / 1000)),
        What::Signal(signal) if signal != "SIGCHLD" => Some(format!("   {signal}")),
        What::Stores { segment, .. } => Some(format!("   (stores in segment {segment})")),
        _ => None,
    }
}

fn result_in_words(result: i64) -> String {
    match i32::try_from(result) {
        Ok(errno @ ..0) => format!("-1 {:?}", Errno::from_raw(-errno)),
        _ => result.to_string(),
    }
}
