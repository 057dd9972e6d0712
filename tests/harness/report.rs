//! Why a case did not pass, in words that a student understands.

use std::os::fd::AsRawFd;
use std::process::{self, Command};

use super::programs::folder;
use engine::{Trouble, While, memory_file};

/// What a case finds: nothing, or why it does not pass.
pub type Verdict = Result<(), Report>;

/// Why it does not; the number is the exit status of the process that plays the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The program is wrong.
    Failed = 1,
    /// The program had to be stopped: it hung, or exceeded a bound.
    Stopped = 2,
    /// The check itself could not do its work, which says nothing about the program.
    Trouble = 3,
    /// The case cannot be run here.
    NotRun,
}

impl Kind {
    pub fn of(status: i32) -> Option<Self> {
        let all = [Self::Failed, Self::Stopped, Self::Trouble, Self::NotRun];
        all.into_iter().find(|&kind| kind as i32 == status)
    }
}

/// Why a case did not pass: one line that says it all, then what shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub kind: Kind,
    pub text: String,
}

impl Report {
    pub fn failed(text: impl Into<String>) -> Self {
        Self { kind: Kind::Failed, text: text.into() }
    }

    pub fn not_run(text: impl Into<String>) -> Self {
        Self { kind: Kind::NotRun, text: text.into() }
    }

    pub fn trouble(text: impl Into<String>) -> Self {
        Self { kind: Kind::Trouble, text: text.into() }
    }

    /// Puts a line above the reason. What is not run has one reason, whatever the situation.
    #[must_use]
    pub fn with_headline(mut self, headline: &str) -> Self {
        if self.kind == Kind::NotRun {
            return self;
        }
        self.text = format!("{headline}\n{}", self.text);
        self
    }

    /// Puts lines below the reason: what to do.
    #[must_use]
    pub fn with_advice(mut self, lines: &str) -> Self {
        if self.kind == Kind::NotRun {
            return self;
        }
        self.text = format!("{}\n{lines}", self.text.trim_end());
        self
    }
}

impl From<Trouble> for Report {
    fn from(trouble: Trouble) -> Self {
        Self::trouble(trouble.to_string())
    }
}

/// The differing lines and some around them, without the numbers of lines that nobody numbers.
pub fn diff(expected: &str, actual: &str, around: usize) -> Result<String, Trouble> {
    let file = |text: &str| memory_file(text.as_bytes()).doing("making a file for diff");
    let files = [file(expected)?, file(actual)?];
    let paths =
        files.each_ref().map(|file| format!("/proc/{}/fd/{}", process::id(), file.as_raw_fd()));
    let mut diff = Command::new("diff");
    diff.env("LC_ALL", "C");
    let output =
        diff.arg("-U").arg(around.to_string()).args(paths).output().doing("running diff")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines = text.split_inclusive('\n').skip(2);
    Ok(lines.filter(|line| !line.starts_with("@@")).collect())
}

/// The C version is not as the case knows it: the check can judge nothing by it.
pub fn expect_of_c(known: &str, holds: bool, seen: &str) -> Verdict {
    let why = || format!("the C version behaves unexpectedly.\nknown: {known}\nseen:\n{seen}");
    match folder("ORIGINALS") {
        _ if holds => Ok(()),
        None => Err(Report::trouble(why())),
        Some(_) => Err(Report::not_run(RIGHT_ORIGINAL)),
    }
}

const RIGHT_ORIGINAL: &str = "the C version in ORIGINALS goes right where the lab's goes wrong";

/// Whether a case is not run, for this reason, whatever is handed in.
pub fn is_for_all(reason: &str) -> bool {
    reason == RIGHT_ORIGINAL || reason.starts_with("needs ")
}

/// Fails a case in which something else was seen than what is wanted.
pub fn expect(wanted: &str, holds: bool, seen: &str) -> Verdict {
    if holds { Ok(()) } else { Err(Report::failed(format!("wanted: {wanted}\nseen:\n{seen}"))) }
}

/// Fails a case in which two texts differ: shows where, as `diff -u` does, with the names of both marks.
pub fn expect_same(headline: &str, wanted: &str, seen: &str, names: [&str; 2]) -> Verdict {
    if wanted == seen {
        return Ok(());
    }
    let shown = diff(wanted, seen, 1)?;
    // What follows a heading that is the last line, is the same in both.
    let shown = shown.trim_end().trim_end_matches(" segments then:").trim_end();
    let [one, other] = names;
    Err(Report::failed(format!("{headline}\n(-: {one}, +: {other})\n{shown}")))
}
