//! tests/hand-ins: what the check says of each, word for word. `make reports` writes it anew, for review in
//! `git diff`.

use std::env::current_exe;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use super::prelude::*;

/// Whether reports are written, and not compared.
static WRITES: OnceLock<bool> = OnceLock::new();

/// From here on reports are written.
pub fn write_reports() {
    WRITES.get_or_init(|| true);
}

pub fn cases() -> Vec<Case> {
    let folders = fs::read_dir(lab().join(HAND_INS)).into_iter().flatten().flatten();
    let is_folder = |entry: &fs::DirEntry| entry.path().is_dir();
    let names = folders.filter(is_folder).filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.collect();
    names.sort();
    let of = |name: String| case(&name.clone(), move || is_reported(&name)).needs(Need::Ours);
    exercise("hand-ins", &[], [(Basic, names.into_iter().map(of).collect())])
}

const HAND_INS: &str = "tests/hand-ins";

/// What stands in what.txt.
struct What {
    text: String,
}

impl What {
    fn of(folder: &Path) -> Result<Self, Report> {
        let file = folder.join("what.txt");
        Ok(Self { text: fs::read_to_string(&file).doing(file.display())? })
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// Why this machine cannot show what is wrong.
    fn cannot_be_shown(&self, folder: &Path) -> Option<String> {
        let is_about_rights = self.get("about") == Some("rights");
        let unmet = is_about_rights && !Need::OrdinaryUser.is_met_here();
        let reason = unmet.then(|| Need::OrdinaryUser.reason().to_string());
        reason.or_else(|| self.missing(folder).map(|tool| format!("needs {tool}")))
    }

    /// What runs or compiles the hand-in, if this machine does not have it.
    fn missing(&self, folder: &Path) -> Option<String> {
        let script =
            self.get("program").and_then(|name| fs::read_to_string(folder.join(name)).ok());
        let interpreter =
            script.as_deref().and_then(|text| text.lines().next()?.split('/').next_back());
        let compiler = self.get("build").and_then(|command| command.split(' ').next());
        let words = [interpreter, compiler].into_iter().flatten();
        let mut tools = words.filter_map(|tool| tool.rsplit(' ').next());
        tools.find(|tool| !has_tool(tool)).map(String::from)
    }
}

/// Whether the shell finds a command.
pub fn has_tool(name: &str) -> bool {
    let mut looks = Command::new("sh");
    looks.args(["-c", "command -v \"$0\"", name]).stdout(Stdio::null());
    looks.status().is_ok_and(|status| status.success())
}

fn is_reported(name: &str) -> Verdict {
    let folder = lab().join(HAND_INS).join(name);
    let what = What::of(&folder)?;
    if let Some(why) = what.cannot_be_shown(&folder) {
        return Err(Report::not_run(why));
    }
    let shown = stable(&report_on(name, &folder, &what)?);
    let (file, is_red) = (folder.join("report.txt"), shown.starts_with("FAILED"));
    expect(&what.text, is_red == (what.get("wanted") == Some("red")), &shown)?;
    if WRITES.get().is_some() {
        return Ok(fs::write(&file, shown).doing(format!("writing {}", file.display()))?);
    }
    let wanted = fs::read_to_string(&file).doing(format!("reading {}", file.display()))?;
    let [wanted, shown] = [wanted, shown].map(as_this_user_sees_it);
    expect_same("the report is another one: make reports writes it", &wanted, &shown, ["was", "is"])
}

/// The report on it: of its own exercise alone, at its level; or of one case, where the others take their time.
fn report_on(name: &str, folder: &Path, what: &What) -> Result<String, Report> {
    let copy = Folder::new(None)?;
    let (mut place, mut yours) = (lab().to_path_buf(), format!("{HAND_INS}/{name}"));
    if let Some(build) = what.get("build") {
        (place, yours) = (copy.path().to_path_buf(), name.to_string());
        typed(&format!("cp -R '{}' .; cd '{name}'; {build}", folder.display()), &place)?;
    }
    let check = current_exe().doing("looking for the check")?;
    let exercise = what.get("program").and_then(|program| program.strip_prefix("shm-"));
    let mut command = Command::new(check);
    match what.get("case") {
        Some(case) => command.args(["--exact", case]),
        None => command.arg(exercise.unwrap_or_default()),
    };
    command.current_dir(place).stdin(Stdio::null());
    for variable in ["CC", "CFLAGS", "ORIGINALS", "RESULTS", "CASE", "SIZE"] {
        command.env_remove(variable);
    }
    if let Some(flags) = what.get("flags") {
        command.env("CFLAGS", format!("-O2 {flags}"));
    }
    command.env("YOURS", yours).env("LEVEL", what.get("level").unwrap_or("hard"));
    let output = command.output().doing(format!("checking {name}"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    // Wherever make builds, the reports call it target.
    Ok(said
        .replace(&format!("{}/", copy.path().display()), "")
        .replace(&format!("{}/", built()), "target/"))
}

fn typed(commands: &str, place: &Path) -> Verdict {
    let output = Command::new("sh").args(["-ec", commands]).current_dir(place).output();
    let output = output.doing(format!("typing {commands}"))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    expect(commands, output.status.success(), &said)
}

/// Without what differs from one machine to the next, such as a compiler's own words.
fn stable(report: &str) -> String {
    let is_of_compiler = report.starts_with("FAILED ") && report.contains("::compiles\n");
    let mut lines: Vec<&str> = Vec::new();
    for line in report.lines() {
        let line = match line {
            line if line.starts_with("The compiler warns: ") => "The compiler warns: ...",
            // Of two bounds, which is met first depends on how busy the machine is.
            line if line.starts_with("it did not end in")
                || line.starts_with("it uses the processor") =>
            {
                "..."
            }
            line if is_of_compiler && line.starts_with("    ") => "...",
            line => line,
        };
        if line != "..." || lines.last() != Some(&line) {
            lines.push(line);
        }
    }
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}

/// The reports are root's, who can act as two users: another user has fewer cases, which show less. Then what has to
/// be the same is what is wrong, and the hint.
fn as_this_user_sees_it(report: String) -> String {
    if Need::TwoUsers.is_met_here() {
        return report;
    }
    report
        .lines()
        .take_while(|line| line.starts_with("FAILED") || line.starts_with("Hint"))
        .collect()
}
