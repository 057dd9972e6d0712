//! `check --diff EXERCISE`: one play of the C version, one of ours, each from the same fresh start, and
//! where they differ.

use common::{CREATE_KEY, CREATE_SIZE};

use super::case::needs;
use super::found::found;
use super::programs::{self, PROGRAMS, Version};
use super::scene::Scene;
use crate::engine::{self, Channel, Folder, Report};

/// More lines than these nobody reads.
const MOST_LINES: usize = 100;

/// What there is to print, and whether they differ.
pub fn diff(exercise: &str) -> Result<(String, bool), Report> {
    let run = Folder::new()?;
    programs::are_in(run.path());
    programs::take()?;
    let is_meant = |program: &&str| program.ends_with(exercise);
    let program = PROGRAMS.into_iter().find(is_meant).unwrap_or(PROGRAMS[0]);
    needs(program)?;
    let size = programs::given("SIZE").unwrap_or_else(|| "100".into());
    let (mut scene, mut head) = (Scene::of(program), String::new());
    match program {
        "shm-attach" => scene = scene.on(found(CREATE_KEY, CREATE_SIZE)),
        "shm-dynamic" => {
            scene = scene.reading(format!("{size}\n"));
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
