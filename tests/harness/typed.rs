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

/// Types commands; gives what is shown on both streams. Nothing of them goes on running.
pub fn typed(commands: &str, folder: &Folder) -> Result<String, Report> {
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
    for set in ["MAKEFLAGS", "MAKELEVEL", "CASE", "LEVEL", "SIZE", "ORIGINALS", "RESULTS"] {
        shell.env_remove(set);
    }
    let typing = || format!("typing {commands}");
    let output = File::create(&file).doing(typing())?;
    let mut shell = shell.stdin(Stdio::null()).stdout(output).spawn().doing(typing())?;
    let status = shell.wait().doing(typing())?;
    let _ = killpg(Pid::from_raw(shell.id().try_into().unwrap_or(0)), Signal::SIGKILL);
    let mut shown = String::from_utf8_lossy(&fs::read(file).doing(typing())?).into_owned();
    if status.signal() == Some(Signal::SIGSEGV as i32) {
        shown += "Segmentation fault\n"; // a shell at a prompt says so
    }
    Ok(shown)
}

/// Types each command, behind a `$`, and compares what is shown with the lines below it.
pub fn shows(text: &str) -> Verdict {
    let folder = Folder::new(None)?;
    text.split("\n$ ").skip(1).try_for_each(|text| {
        let text = text.replace("\n> ", " "); // a command may have a second line
        let (command, wanted) = text.split_once('\n').unwrap_or((&text, ""));
        let shown = typed(command, &folder)?;
        let [shown_lines, wanted_lines] = [&shown, wanted].map(lines);
        expect(&text, is_like(&shown_lines, &wanted_lines), &shown)
    })
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
