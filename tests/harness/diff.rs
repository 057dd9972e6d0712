//! `check --diff EXERCISE`: one play of the C version, one of ours, each from the same fresh start, and
//! where they differ.

use std::env;
use std::fs;
use std::process::Command;

use common::{CREATE_KEY, CREATE_SIZE};

use super::case::missing;
use super::found::found;
use super::programs::{self, PROGRAMS, Version};
use super::scene::Scene;
use crate::engine::{Channel, Folder, Report};

/// More lines than these nobody reads.
const MOST_LINES: usize = 100;

/// What there is to print, and whether they differ.
pub fn diff(exercise: &str) -> Result<(String, bool), Report> {
    let run = Folder::new("run")?;
    programs::take(run.path())?;
    let is_meant = |program: &&str| program.ends_with(exercise);
    let program = PROGRAMS.into_iter().find(is_meant).unwrap_or(PROGRAMS[0]);
    if let Some(why) = missing(program) {
        return Err(Report::trouble(why));
    }
    let size = env::var("SIZE").ok().filter(|size| !size.is_empty());
    let size = size.unwrap_or_else(|| "100".into());
    let scene = Scene::of(program).only(Channel::OneFile);
    let scene = match program {
        "shm-attach" => scene.on(found(CREATE_KEY, CREATE_SIZE)),
        "shm-dynamic" => scene.reading(format!("{size}\n")),
        _ => scene,
    };
    let texts = [scene.seen(Version::C)?, scene.seen(Version::Ours)?];
    let folder = Folder::new("diff")?;
    for (file, text) in ["C", "ours"].into_iter().zip(&texts) {
        let lines: Vec<&str> = text.lines().take(MOST_LINES).collect();
        fs::write(folder.path().join(file), lines.join("\n") + "\n")?;
    }
    let head = match program {
        "shm-dynamic" => format!("The size that both read is {size} (SIZE=… gives another).\n"),
        _ => String::new(),
    };
    let listing = listing(&folder)?;
    let differ = texts[0] != texts[1];
    let [c, ours] = [Version::C, Version::Ours].map(Version::name);
    let last =
        if differ { format!("<: {c} alone, >: {ours} alone\n") } else { "No difference.\n".into() };
    Ok((head + &listing + &last, differ))
}

/// All lines, with a mark before those of one version alone.
fn listing(folder: &Folder) -> Result<String, Report> {
    let mut diff = Command::new("diff");
    diff.args(["--unchanged-line-format=  %L", "--old-line-format=< %L", "--new-line-format=> %L"]);
    let output = diff.args(["C", "ours"]).current_dir(folder.path()).output();
    let output = output.map_err(|error| Report::trouble(format!("diff: {error}")))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
