//! Worlds for the cases, and programs played in them to their ends.

use std::fmt;
use std::str;
use std::sync::OnceLock;

use engine::{Launch, Log, NOBODY, Outcome, Ran, Running, Trouble, What, World, can_become};

use super::budget;
use super::denied;
use super::programs::{from_lab, is_yours, run, yours};
use super::refused;
use super::report::{Kind, Report, Verdict, expect};
use super::sanitizers;
use super::show;
use super::words::{describe_left, stream};

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
        name_as_the_user_does(&mut ran.outcome);
        denied::keep(Some(&launch), &ran);
        show::keep(Some(&launch), &ran);
        unless_stopped(ran)
    }

    fn ends(&mut self, running: Running) -> Result<Ran, Report> {
        let mut ran = followed(self.finish(running))?;
        sanitizers::shorten(&mut ran.outcome);
        name_as_the_user_does(&mut ran.outcome);
        denied::keep(None, &ran);
        show::keep(None, &ran);
        unless_stopped(ran)
    }

    fn tells_left(&self) -> Result<String, Report> {
        Ok(describe_left(&self.left()?))
    }

    fn expect_no_segment(&self) -> Verdict {
        let left = self.tells_left()?;
        let has_other = left.contains("semaphore") || left.contains("queue");
        let wanted = if has_other { "nothing is left" } else { "no segment is left" };
        expect(wanted, left.trim() == "none", &left)
    }
}

/// The folder of a run is another each time. A program that tells its own path, as a script does in a message, tells
/// the one that the user has given.
fn name_as_the_user_does(outcome: &mut Outcome) {
    let Some(folder) = yours() else { return };
    let [taken, given] =
        [&run().join("ours/"), &from_lab(&folder).join("")].map(|path| path.display().to_string());
    for stream in [&mut outcome.stdout, &mut outcome.stderr] {
        if let Ok(text) = str::from_utf8(stream).map(|text| text.replace(&taken, &given)) {
            *stream = text.into_bytes();
        }
    }
}

/// What a hand-in does to the check is its own fault.
fn followed(ran: Result<Ran, Trouble>) -> Result<Ran, Report> {
    match ran {
        Ok(ran) => {
            refused::keep(&ran)?;
            budget::spend().map(|()| ran)
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
        None if ran.asked_for_too_many => Err(Report::failed(until_stopped(TOO_MANY, &ran))),
        None => Ok(ran),
        Some(why) => Err(Report { kind: Kind::Stopped, text: until_stopped(why, &ran) }),
    }
}

/// It is told so: the kernel's ENOSPC would have meant that the machine is full.
const TOO_MANY: &str =
    "it asks for more than 16 segments, semaphore sets and queues, which a run may have";

/// Why, and what was printed until then. How it ended is the check's doing.
fn until_stopped(why: &str, ran: &Ran) -> String {
    let why = with_reasons(&with_makers(why, &ran.log));
    let printed =
        [("standard output", &ran.outcome.stdout), ("standard error", &ran.outcome.stderr)];
    let printed = printed.into_iter().filter(|(_, bytes)| !bytes.is_empty());
    let shown: String =
        printed.map(|(name, bytes)| stream(name, &bytes[..bytes.len().min(300)])).collect();
    let until = if shown.is_empty() { "Nothing was printed." } else { "Until then it printed:" };
    format!("{why}\n{until}\n{shown}")
}

/// What these calls wait for.
const REASONS: [(&str, &str); 6] = [
    ("msgrcv", "for a message"),
    ("msgsnd", "for room in its queue"),
    ("openat", "for another process to open the other end"),
    ("flock", "for a lock"),
    ("fcntl", "for a lock"),
    ("vfork", "for the child to end or to become a program"),
];

fn with_reasons(why: &str) -> String {
    let mut why = format!("{why}\n");
    for (call, reason) in REASONS {
        why = why.replace(&format!("waits in {call}\n"), &format!("waits in {call}, {reason}\n"));
    }
    why.trim_end().into()
}

/// "process 3, forked by process 1, waits in …": a child of a child is what the programmer did not mean.
fn with_makers(why: &str, log: &Log) -> String {
    let made = log.events().iter().filter_map(|event| match event.what {
        What::Born(Some(parent)) if parent > 0 && event.thread == 0 => Some((event.who, parent)),
        _ => None,
    });
    made.fold(why.to_string(), |why, (who, parent)| {
        why.replace(
            &format!("  process {who} "),
            &format!("  process {who}, forked by process {parent}, "),
        )
    })
}
