//! `check --script FILE WORD…`: becomes a script of the lab's. It finds the programs in its folder, `$WORK`,
//! and the lab's keys free.

use std::os::unix::process::CommandExt;
use std::process::Command;

use common::{CREATE_KEY, DYNAMIC_KEY, FORK_KEY, Segment};

use super::case::needs;
use super::machine::{self, Need, has};
use super::programs::{self, Version};
use crate::engine::{Folder, Report};

/// Why it does not.
pub fn run(file: &str, words: &[&str]) -> Report {
    match prepared(file, words) {
        Ok(mut script) => script.exec().into(),
        Err(report) => report,
    }
}

fn prepared(file: &str, words: &[&str]) -> Result<Command, Report> {
    let work = Folder::new()?;
    programs::are_in(work.path());
    programs::take()?;
    words.iter().try_for_each(|exercise| needs(&format!("shm-{exercise}")))?;
    let is_taken = |key: &i32| Segment::open(*key, 0).is_ok();
    if has(Need::OwnTable) {
        machine::enter_own_table()?;
    } else if let Some(key) = [CREATE_KEY, FORK_KEY, DYNAMIC_KEY].iter().find(|key| is_taken(key)) {
        return Err(Report::trouble(format!(
            "there is a segment of key {key} (make clean-shm removes yours),\n\
             and this kernel gives you no segment table of your own"
        )));
    }
    let mut script = Command::new(file);
    script.args(words).env("WORK", work.path()).env("NAME", Version::Ours.name());
    std::mem::forget(work); // the script removes it
    Ok(script)
}
