//! A segment that is there before the programs start.

use super::by_hand::{as_user, quoted};
use super::play::world;
use super::programs::built;
use super::report::Report;
use engine::{Preset, World};

#[derive(Clone, Debug)]
#[must_use]
pub struct Found {
    pub key: i32,
    pub size: i32,
    pub mode: u32,
    pub owner: Option<u32>,
    pub text: &'static str,
    pub maker_lives: bool,
}

/// A segment of everybody's, filled with zeros, whose maker has ended.
pub fn found(key: i32, size: i32) -> Found {
    Found { key, size, mode: 0o666, owner: None, text: "", maker_lives: false }
}

impl Found {
    pub fn mode(self, mode: u32) -> Self {
        Self { mode, ..self }
    }

    /// Nobody may write, not even its owner, the user of
    /// [`run_by_ordinary_user`](super::Scene::run_by_ordinary_user).
    pub fn read_only(self) -> Self {
        Self { mode: 0o444, owner: None, ..self }
    }

    /// Old bytes: `text` over and over.
    pub fn filled_with(self, text: &'static str) -> Self {
        Self { text, ..self }
    }

    /// Its maker lives all the while, and has it attached if there is a text to fill it with.
    pub fn maker_lives(self) -> Self {
        Self { maker_lives: true, ..self }
    }

    fn preset(&self) -> Preset {
        Preset {
            key: self.key,
            size: self.size,
            mode: i32::try_from(self.mode).unwrap_or(0),
            owner: self.owner,
            text: self.text.into(),
            maker_runs: self.maker_lives,
        }
    }

    /// A world in which these are there.
    pub fn world(all: &[Self]) -> Result<World, Report> {
        let mut world = world()?;
        for found in all {
            world.preset(&found.preset())?;
        }
        Ok(world)
    }

    /// "a process that still runs has made the segment of key 1001 (512 bytes, …)".
    pub fn describe(&self) -> String {
        let Self { key, size, mode, text, .. } = self;
        let maker = match (self.maker_lives, self.owner) {
            (true, _) => "a process that still runs has made",
            (false, Some(user)) => &format!("a process of user {user} has left"),
            (false, None) => "a process that has ended has left",
        };
        let filled = if text.is_empty() { "" } else { ", filled with " };
        format!("{maker} the segment of key {key} ({size} bytes, mode 0{mode:o}{filled}{text})")
    }

    pub fn by_hand(&self) -> String {
        let Self { key, size, mode, text, .. } = self;
        let text = quoted(text);
        let maker = format!("{}/debug/make-segment {key} {size} {mode:o} {text}", built());
        let user = as_user(self.owner);
        if self.maker_lives {
            format!("sleep 1000 | {user}{maker} & sleep 1")
        } else {
            format!("{user}{maker} </dev/null")
        }
    }
}
