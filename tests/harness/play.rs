//! Worlds for the cases, and programs played in them to their ends.

use std::fmt;
use std::sync::OnceLock;

use engine::{Launch, NOBODY, Outcome, Ran, Running, Trouble, World, can_become};

use super::budget;
use super::denied;
use super::programs::is_yours;
use super::refused;
use super::report::{Kind, Report, Verdict, expect};
use super::sanitizers;
use super::show;
use super::words::{describe, describe_left};

/// A user who is not the one that programs run as.
pub const ANOTHER: u32 = NOBODY - 1;

/// With which number the IDs of this case begin.
static FIRST_ID: OnceLock<i32> = OnceLock::new();

/// From here on IDs begin with a number that no other case has, so that nobody can know it before.
pub fn number_ids_by(case: &str) {
    let sum = case.bytes().fold(0_i32, |sum, byte| (sum * 31 + i32::from(byte)) % 9000);
    FIRST_ID.get_or_init(|| 1000 + sum);
}

/// A new world.
pub fn world() -> Result<World, Trouble> {
    World::new(*FIRST_ID.get().unwrap_or(&0))
}

/// Whether this process may have programs run as two users.
pub fn has_two_users() -> bool {
    can_become(NOBODY) && can_become(ANOTHER)
}

/// Plays programs; one that had to be stopped is wrong.
pub trait Plays {
    /// From begin to end.
    fn plays(&mut self, launch: Launch) -> Result<Ran, Report>;

    /// To its end, one that has been started.
    fn ends(&mut self, running: Running) -> Result<Ran, Report>;

    /// What is left, in words.
    fn tells_left(&self) -> Result<String, Report>;

    fn expect_no_segment(&self) -> Verdict;
}

impl Plays for World {
    fn plays(&mut self, launch: Launch) -> Result<Ran, Report> {
        let running = self.start(launch.clone())?;
        let mut ran = followed(self.finish(running))?;
        sanitizers::shorten(&mut ran.outcome);
        denied::keep(Some(&launch), &ran);
        show::keep(Some(&launch), &ran);
        unless_stopped(ran)
    }

    fn ends(&mut self, running: Running) -> Result<Ran, Report> {
        let mut ran = followed(self.finish(running))?;
        sanitizers::shorten(&mut ran.outcome);
        denied::keep(None, &ran);
        show::keep(None, &ran);
        unless_stopped(ran)
    }

    fn tells_left(&self) -> Result<String, Report> {
        Ok(describe_left(&self.left()?))
    }

    fn expect_no_segment(&self) -> Verdict {
        let left = self.tells_left()?;
        expect("no segment is left", left.trim() == "none", &left)
    }
}

/// What a hand-in does to the check is its own fault.
fn followed(ran: Result<Ran, Trouble>) -> Result<Ran, Report> {
    match ran {
        Ok(ran) => {
            refused::keep(&ran)?;
            budget::spend(&ran).map(|()| ran)
        }
        Err(trouble) if is_yours() => Err(not_followed(trouble)),
        Err(trouble) => Err(trouble.into()),
    }
}

/// What the check says of a hand-in that it could not run to its end.
pub fn not_followed(why: impl fmt::Display) -> Report {
    Report {
        kind: Kind::Stopped,
        text: format!("the check could not run it, or not follow it:\n{why}"),
    }
}

fn unless_stopped(ran: Ran) -> Result<Ran, Report> {
    match &ran.stopped {
        None => Ok(ran),
        Some(why) => Err(Report { kind: Kind::Stopped, text: until_stopped(why, &ran.outcome) }),
    }
}

fn until_stopped(why: &str, outcome: &Outcome) -> String {
    let mut shown = outcome.clone();
    shown.stdout.truncate(300);
    shown.stderr.truncate(300);
    format!("{why}\nUntil it was stopped:\n{}", describe(&shown, engine::Channel::Pipes))
}
