//! How a case fails: in words that a student understands.

use std::error::Error;
use std::fmt;
use std::fs;
use std::process::{self, Command};
use std::thread;

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

fn diff(expected: &str, actual: &str, labels: [&str; 2]) -> std::io::Result<String> {
    let folder = std::env::temp_dir();
    let name = |side| {
        folder.join(format!(
            "shm-lab-{}-{:?}-{side}",
            process::id(),
            thread::current().id()
        ))
    };
    let (one, other) = (name("expected"), name("actual"));
    fs::write(&one, expected)?;
    fs::write(&other, actual)?;
    let output = Command::new("diff")
        .args(["-U", "99", "--label", labels[0], "--label", labels[1]])
        .args([&one, &other])
        .output();
    fs::remove_file(one)?;
    fs::remove_file(other)?;
    Ok(String::from_utf8_lossy(&output?.stdout).into_owned())
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
