//! The C version beside ours, outside of the cases: `check --diff EXERCISE`, `check --script FILE WORD…`.

use std::mem;
use std::os::unix::process::CommandExt;
use std::process::Command;

use common::{CREATE_KEY, CREATE_SIZE, DYNAMIC_KEY, FORK_KEY, Segment};

use super::case::needs;
use super::found::found;
use super::machine::{self, Need, has};
use super::programs::{self, Version};
use super::scene::Scene;
use crate::engine::{self, Channel, Folder, Report};

/// More lines than these nobody reads.
const MOST_LINES: usize = 100;

/// A folder with the programs, those of these exercises among them.
fn prepared(exercises: &[&str]) -> Result<Folder, Report> {
    let folder = Folder::new()?;
    programs::are_in(folder.path());
    programs::take()?;
    exercises.iter().try_for_each(|exercise| needs(&format!("shm-{exercise}")))?;
    Ok(folder)
}

/// One play of the C version, one of ours, each from the same fresh start: what there is to print, and
/// whether they differ.
pub fn diff(exercise: &str) -> Result<(String, bool), Report> {
    let _folder = prepared(&[exercise])?;
    let (mut scene, mut head) = (Scene::of("shm-create"), String::new());
    match exercise {
        "attach" => scene = Scene::of("shm-attach").on(found(CREATE_KEY, CREATE_SIZE)),
        "fork" => scene = Scene::of("shm-fork"),
        "dynamic" => {
            let size = programs::given("SIZE").unwrap_or_else(|| "100".into());
            scene = Scene::of("shm-dynamic").reading(format!("{size}\n"));
            head = format!("The size that both read is {size} (SIZE=… gives another).\n");
        }
        _ => {}
    }
    let seen = |version| -> Result<String, Report> {
        let text = scene.play(version, Channel::OneFile)?.text();
        Ok(text.split_inclusive('\n').take(MOST_LINES).collect())
    };
    let (c, ours) = (seen(Version::C)?, seen(Version::Ours)?);
    if c == ours {
        return Ok((format!("{head}{c}No difference.\n"), false));
    }
    let shown = engine::diff(&c, &ours, MOST_LINES)?;
    let [c, ours] = [Version::C, Version::Ours].map(Version::name);
    Ok((format!("{head}{shown}-: {c} alone, +: {ours} alone\n"), true))
}

/// Becomes a script of the lab's, which finds the programs in its folder, `$WORK`, and the lab's keys free;
/// gives why it does not.
pub fn run(script: &str, words: &[&str]) -> Report {
    prepared(words).and_then(|work| become_script(script, words, work)).unwrap_or_else(|why| why)
}

fn become_script(script: &str, words: &[&str], work: Folder) -> Result<Report, Report> {
    let is_taken = |key: &&i32| Segment::open(**key, 0).is_ok();
    if has(Need::OwnTable) {
        machine::enter_own_table()?;
    } else if let Some(key) = [CREATE_KEY, FORK_KEY, DYNAMIC_KEY].iter().find(is_taken) {
        return Err(Report::trouble(format!(
            "there is a segment of key {key} (make clean-shm removes yours),\n\
             and this kernel gives you no segment table of your own"
        )));
    }
    let mut script = Command::new(script);
    script.args(words).env("WORK", work.path()).env("NAME", Version::Ours.name());
    mem::forget(work); // the script removes it
    Ok(script.exec().into())
}
