//! Segments that are there before the programs start, and what a report says of them.

use super::by_hand::quoted;
use super::play::world;
use super::programs::built;
use super::report::Report;
use engine::{Preset, World};

/// A segment of everybody's, filled with zeros, whose maker has ended.
pub fn preset(key: i32, size: i32) -> Preset {
    Preset::of(key, size)
}

/// A world in which these are there.
pub fn world_with(presets: &[Preset]) -> Result<World, Report> {
    let mut world = world()?;
    for preset in presets {
        world.preset(preset)?;
    }
    Ok(world)
}

/// "a process that still runs has made the segment of key 1001 (512 bytes, …)".
pub fn describe_preset(preset: &Preset) -> String {
    let Preset { key, size, mode, text, .. } = preset;
    let state = if preset.maker_runs { "still runs has made" } else { "has ended has left" };
    let filled = if text.is_empty() { "" } else { ", filled with " };
    format!(
        "a process that {state} the segment of key {key} ({size} bytes, mode 0{mode:o}{filled}{text})"
    )
}

/// The command that makes it.
pub fn preset_by_hand(preset: &Preset) -> String {
    let Preset { key, size, mode, text, .. } = preset;
    let text = quoted(text);
    let maker = format!("{}/debug/make-segment {key} {size} {mode:o} {text}", built());
    if preset.maker_runs {
        format!("sleep 1000 | {maker} & sleep 1")
    } else {
        format!("{maker} </dev/null")
    }
}
