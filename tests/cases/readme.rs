//! The pages. What a lab sheet shows is what a student sees: the commands of its `console` blocks are run in
//! order, in a segment table of the sheet's own, and what they print is compared. Each link leads somewhere.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

use nix::sys::signal::Signal;
use nix::unistd::geteuid;

use crate::engine::{Report, Verdict, expect};
use crate::harness::{Case, Need, case, exercise, in_own_table, lab};

pub fn cases() -> Vec<Case> {
    let whole = |name: &'static str| case(name, move || sheet(name, "console"));
    let denied = || {
        if geteuid().is_root() {
            return Err(Report::not_run(Need::OrdinaryUser.reason()));
        }
        sheet("shm-attach", "console user")
    };
    let sheets = ["shm-create", "shm-attach", "shm-fork", "shm-dynamic"].map(whole);
    let denied = case("shm-attach-as-an-ordinary-user", denied);
    let all = sheets.into_iter().chain([denied]);
    let all = all.map(|case| case.needs(Need::Ours).needs(Need::OwnTable).needs(Need::Strace));
    let links = case("links_lead_somewhere", links).needs(Need::Ours);
    exercise("readme", &[], [all.chain([links]).collect()])
}

const PAGES: [&str; 8] = [
    "README.md",
    "INSTRUCTOR.md",
    "CONTRIBUTING.md",
    "common/README.md",
    "shm-create/README.md",
    "shm-attach/README.md",
    "shm-fork/README.md",
    "shm-dynamic/README.md",
];

fn links() -> Verdict {
    for page in PAGES.map(|page| lab().join(page)) {
        let text = fs::read_to_string(&page)?;
        let folder = page.parent().unwrap_or(lab());
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.contains("://")) {
            let page = page.display().to_string();
            expect(link, folder.join(link).exists(), &format!("{page}: it leads nowhere"))?;
        }
    }
    Ok(())
}

/// A command, and what it prints.
struct Typed {
    command: String,
    shown: Vec<String>,
}

fn sheet(name: &str, kind: &str) -> Verdict {
    let sheet = fs::read_to_string(lab().join(name).join("README.md"))?;
    let typed = typed(&sheet, kind);
    expect("console blocks", !typed.is_empty(), &sheet)?;
    in_own_table(|| typed.iter().try_for_each(Typed::shows))
}

/// What is typed in the blocks of this kind. A block may be part of a list, and indented.
fn typed(sheet: &str, kind: &str) -> Vec<Typed> {
    let mut typed: Vec<Typed> = Vec::new();
    let mut indent = None;
    for line in sheet.lines() {
        let text = line.trim_start();
        match (text.strip_prefix("```"), indent) {
            (Some(language), None) => indent = (language == kind).then(|| line.len() - text.len()),
            (Some(_), Some(_)) => indent = None,
            (None, None) => {}
            (None, Some(indent)) => add(&mut typed, line.get(indent..).unwrap_or_default()),
        }
    }
    typed
}

fn add(typed: &mut Vec<Typed>, line: &str) {
    if let Some(command) = line.strip_prefix("$ ") {
        let (command, shown) = (command.to_string(), Vec::new());
        typed.push(Typed { command, shown });
    } else if let Some(last) = typed.last_mut() {
        last.shown.push(line.to_string());
    }
}

impl Typed {
    fn shows(&self) -> Verdict {
        let output = Command::new("sh")
            .args(["-c", &format!("exec 2>&1; {}", self.command)])
            .current_dir(lab())
            .stdin(Stdio::null())
            .output()?;
        let mut printed = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.signal() == Some(Signal::SIGSEGV as i32) {
            printed += "Segmentation fault\n"; // a shell at a prompt says so
        }
        let lines: Vec<&str> = printed.lines().map(str::trim_end).collect();
        let shown: Vec<&str> = self.shown.iter().map(String::as_str).collect();
        let wanted = format!("$ {}\n{}", self.command, shown.join("\n"));
        expect(&wanted, is_like(&lines, &shown), &printed)
    }
}

/// `...` on a line of its own stands for any lines, in a line for any text.
fn is_like(printed: &[&str], shown: &[&str]) -> bool {
    match (printed, shown) {
        ([], []) => true,
        (_, ["...", rest @ ..]) => {
            (0..=printed.len()).any(|start| is_like(&printed[start..], rest))
        }
        ([one, printed @ ..], [other, shown @ ..]) => {
            is_line_like(one, other) && is_like(printed, shown)
        }
        _ => false,
    }
}

fn is_line_like(printed: &str, shown: &str) -> bool {
    match shown.split_once("...") {
        None => printed == shown,
        Some((start, rest)) => printed.strip_prefix(start).is_some_and(|printed| {
            let mut ends = (0..=printed.len()).filter_map(|end| printed.get(end..));
            ends.any(|printed| is_line_like(printed, rest))
        }),
    }
}
