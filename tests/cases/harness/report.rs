//! How a case fails: in words that a student understands.

use std::error::Error;
use std::fmt;
use std::fs;
use std::io;
use std::process::Command;
use std::thread;
use std::time::Instant;

use super::channel::LIMIT;
use super::folder::Folder;

/// Why a case failed.
pub struct Report(pub String);

impl Report {
    /// Two accounts differ: shows where, as `diff -u` does.
    pub fn difference(expected: &str, actual: &str, labels: [&str; 2]) -> Self {
        Self(diff(expected, actual, labels).unwrap_or_else(|error| {
            format!(
                "(diff: {error})\n--- {}\n{expected}+++ {}\n{actual}",
                labels[0], labels[1]
            )
        }))
    }

    /// Puts what was run, and how, above the reason.
    #[must_use]
    pub fn under(self, heading: &str) -> Self {
        Self(format!("{heading}\n{}", self.0))
    }
}

fn diff(expected: &str, actual: &str, labels: [&str; 2]) -> io::Result<String> {
    let folder = Folder::new("diff")?;
    fs::write(folder.path().join("expected"), expected)?;
    fs::write(folder.path().join("actual"), actual)?;
    let output = Command::new("diff")
        .args([
            "-U", "99", "--label", labels[0], "--label", labels[1], "expected", "actual",
        ])
        .current_dir(folder.path())
        .output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The test runner prints a failed case with `{:?}`.
impl fmt::Debug for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

impl<E: Error> From<E> for Report {
    fn from(error: E) -> Self {
        Self(format!("the case could not be run: {error}"))
    }
}

/// Fails a case in which something else was seen than what is expected.
pub fn expect(what: &str, holds: bool, seen: &str) -> Result<(), Report> {
    if holds {
        Ok(())
    } else {
        Err(Report(format!("expected: {what}\nseen:\n{seen}")))
    }
}

/// Waits until something is so, which is not to take long.
pub fn expect_soon(
    what: &str,
    mut holds: impl FnMut() -> Result<bool, Report>,
) -> Result<(), Report> {
    let start = Instant::now();
    while start.elapsed() < LIMIT {
        if holds()? {
            return Ok(());
        }
        thread::yield_now();
    }
    expect(what, false, "not so")
}
