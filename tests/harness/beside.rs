//! The C version beside the Rust version, outside of the cases: `check --diff EXERCISE`.

use engine::{Channel, Folder};

use super::case::needs_program;
use super::exercises::{CREATE_KEY, CREATE_SIZE};
use super::presets::preset;
use super::programs::{self, Version};
use super::report::{self, Report};
use super::scene::Scene;
use super::taken;

/// Nobody reads more lines than these.
const MOST_LINES: usize = 100;

/// A folder with the programs.
pub fn programs() -> Result<Folder, Report> {
    let folder = Folder::new(None)?;
    folder.let_others_through()?;
    programs::look_in(folder.path());
    taken::take_all()?;
    Ok(folder)
}

/// An exercise from a fresh start, a line about its input, and the folder with its programs.
pub fn prepared(exercise: &str) -> Result<(Scene, String, Folder), Report> {
    let folder = programs()?;
    needs_program(&format!("shm-{exercise}"))?;
    let (mut scene, mut head) = (Scene::of("shm-create"), String::new());
    match exercise {
        "attach" => scene = Scene::of("shm-attach").on(preset(CREATE_KEY, CREATE_SIZE)),
        "fork" => scene = Scene::of("shm-fork"),
        "dynamic" => {
            let size = programs::given("SIZE").unwrap_or_else(|| "100".into());
            scene = Scene::of("shm-dynamic").reading(format!("{size}\n"));
            head = format!("The size that both read is {size} (SIZE=… gives another).\n");
        }
        _ => {}
    }
    Ok((scene, head, folder))
}

/// One run of the C version and one of the Rust version, each from the same fresh start: what there is to print, and
/// whether they differ.
pub fn diff(exercise: &str) -> Result<(String, bool), Report> {
    let (scene, head, _folder) = prepared(exercise)?;
    let seen = |version| -> Result<String, Report> {
        let text = scene.play(version, Channel::OneFile)?.text();
        Ok(text.split_inclusive('\n').take(MOST_LINES).collect())
    };
    let (c, ours) = (seen(Version::C)?, seen(Version::Ours)?);
    if c == ours {
        return Ok((format!("{head}{c}No difference.\n"), false));
    }
    let shown = report::diff(&c, &ours, MOST_LINES)?;
    let [c, ours] = [Version::C, Version::Ours].map(Version::name);
    Ok((format!("{head}{shown}-: {c} alone, +: {ours} alone\n"), true))
}
