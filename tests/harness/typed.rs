//! Commands as they are typed in the lab's folder, and what they print.

use std::fs::{self, File};
use std::iter;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, Stdio};

use nix::sys::signal::{SigSet, Signal, killpg};
use nix::unistd::Pid;

use super::programs::{built, lab};
use super::report::{Report, Verdict, expect};
use engine::{Folder, While};

/// Types commands, and returns what they print on both streams. No process of theirs goes on running.
pub fn typed(commands: &str, folder: &Folder) -> Result<String, Report> {
    typed_in_group(commands, folder).map(|(shown, _)| shown)
}

/// What a command has left running, until this is dropped.
struct Group(u32);

impl Drop for Group {
    fn drop(&mut self) {
        let _ = killpg(Pid::from_raw(self.0.try_into().unwrap_or(0)), Signal::SIGKILL);
    }
}

fn typed_in_group(commands: &str, folder: &Folder) -> Result<(String, Group), Report> {
    let file = folder.path().join("shown");
    let built = built() + "/";
    // Pages call it target; what a report prints has its name already.
    let has_name = commands.contains(&built);
    let commands = if has_name { commands.into() } else { commands.replace("target/", &built) };
    // The runner has blocked some, and children inherit that.
    SigSet::all().thread_unblock().doing("unblocking signals")?;
    // A program may be wrong, and hang; the check may be killed.
    let mut shell = Command::new("setpriv");
    shell.args(["--pdeathsig", "TERM", "timeout", "--kill-after=1", "30"]);
    shell.args(["sh", "-c", &format!("exec 2>&1; {commands}")]);
    shell.current_dir(lab()).process_group(0).env("TMPDIR", folder.path());
    shell.env("LC_ALL", "C"); // pages are in English, and so is what commands print there
    for set in ["MAKEFLAGS", "MAKELEVEL", "CASE", "LEVEL", "SIZE", "ORIGINALS", "RESULTS"] {
        shell.env_remove(set);
    }
    let typing = || format!("typing {commands}");
    let output = File::create(&file).doing(typing())?;
    let mut shell = shell.stdin(Stdio::null()).stdout(output).spawn().doing(typing())?;
    let group = Group(shell.id());
    let status = shell.wait().doing(typing())?;
    let mut shown = String::from_utf8_lossy(&fs::read(file).doing(typing())?).into_owned();
    if status.signal() == Some(Signal::SIGSEGV as i32) {
        shown += "Segmentation fault\n"; // a shell at a prompt says so
    }
    Ok((shown, group))
}

/// Types each command, behind a `$`, and compares what is shown with the lines below it.
pub fn shows(text: &str) -> Verdict {
    shows_as(text, lines)
}

/// The same, but for numbers, and for how many spaces stand before them.
pub fn shows_but_for_numbers(text: &str) -> Verdict {
    shows_as(text, |text| without_numbers(&lines(text)))
}

fn shows_as(text: &str, compared: fn(&str) -> String) -> Verdict {
    let folder = Folder::new(None)?;
    let mut left_running = Vec::new();
    text.split("\n$ ").skip(1).try_for_each(|text| {
        let text = text.replace("\n> ", " "); // a command may have more lines
        let (command, wanted) = text.split_once('\n').unwrap_or((&text, ""));
        let (shown, group) = typed_in_group(command, &folder)?;
        left_running.push(group);
        expect(&text, is_like(&compared(&shown), &compared(wanted)), &shown)
    })
}

/// Each number, and the spaces before it, as ` 0`.
fn without_numbers(text: &str) -> String {
    let mut kept = String::new();
    for letter in text.chars() {
        if !letter.is_ascii_digit() {
            kept.push(letter);
        } else if !kept.ends_with(" 0") {
            kept.truncate(kept.trim_end_matches(' ').len());
            kept += " 0";
        }
    }
    kept
}

/// Without spaces at their ends.
fn lines(text: &str) -> String {
    text.lines().map(|line| line.trim_end().to_string() + "\n").collect()
}

/// `...` on a line of its own stands for any lines, in a line for any text.
fn is_like(shown: &str, wanted: &str) -> bool {
    let Some((start, rest)) = wanted.split_once("...") else { return shown == wanted };
    let Some(shown) = shown.strip_prefix(start) else { return false };
    let begins_line = start.is_empty() || start.ends_with('\n');
    if let Some(rest) = rest.strip_prefix('\n').filter(|_| begins_line) {
        let ends = shown.match_indices('\n').map(|(end, _)| end + 1);
        iter::once(0).chain(ends).any(|from| is_like(&shown[from..], rest))
    } else {
        let line = shown.find('\n').unwrap_or(shown.len());
        let mut rests = (0..=line).filter_map(|from| shown.get(from..));
        rests.any(|shown| is_like(shown, rest))
    }
}
