//! What a run of a scene showed, and what is right where the C version is not.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use super::judge::{May, may};
use super::report::{Verdict, expect};
use super::words::{describe, in_perrors_words};
use engine::{Channel, Outcome, Ran, What};
use nix::errno::Errno;

/// What is right where the C version is not.
#[derive(Clone, Copy)]
pub struct Expectation<'a> {
    /// How the C version may end, in words; empty where that is left to chance.
    pub c_ends: &'a str,
    /// What a right program prints on standard output.
    pub prints: &'a str,
    /// The one line on standard error, before the program ends with status 1.
    pub says: &'a str,
    /// Whether the segments that are left are the C version's, to the byte; else they are as they were.
    pub leaves_as_c: bool,
}

/// What was seen.
pub struct Seen {
    /// The last program.
    pub program: &'static str,
    pub before: String,
    pub programs: String,
    pub after: String,
    /// What the last program did.
    pub last: Outcome,
    /// And all of it.
    pub ran: Ran,
}

impl Seen {
    /// All that two versions are compared by.
    pub fn text(&self) -> String {
        format!("{}segments then:\n{}", self.programs, self.after)
    }
}

/// What a terminal makes of a program's `\n`.
fn line_end(channel: Channel) -> &'static [u8] {
    if channel.prints_on_terminal() { b"\r\n" } else { b"\n" }
}

/// Whether the program has reported these failures. A student may choose the label of a message and all words about a
/// size, and need report only one of several.
fn is_told(told: &str, lines: &str) -> bool {
    let mut whys = lines.lines().map(|line| line.split_once(": ").map_or(line, |(_, why)| why));
    let is_about_size = lines.contains("size: ") && may(May::ChooseTheWords);
    let is_free = is_about_size && told.trim().len() > 3;
    let says_why = is_free || whys.any(|why| told.contains(why));
    let is_alike = if lines.is_empty() { told.is_empty() } else { says_why };
    told == lines || (may(May::ChooseTheLabel) && is_alike)
}

/// The call of these two that the program says has failed, though it was the other.
pub fn blamed_instead(ran: &Ran, told: &str) -> Option<[&'static str; 2]> {
    [["shmget", "shmat"], ["shmat", "shmget"]].into_iter().find(|&[blamed, failed]| {
        let reasons = |call| {
            ran.log.events().iter().filter_map(move |event| match event.what {
                What::Returns { call: name, result: result @ ..0, .. } if name == call => {
                    i32::try_from(-result)
                        .ok()
                        .map(|number| in_perrors_words(Errno::from_raw(number)))
                }
                _ => None,
            })
        };
        let names =
            |why: &str, call| told.lines().any(|line| line.contains(why) && line.contains(call));
        reasons(failed).any(|why| {
            names(&why, blamed) && !names(&why, failed) && !reasons(blamed).any(|own| own == why)
        })
    })
}

/// The program has reported these failures, and ended with status 1.
pub fn tells(outcome: &Outcome, lines: &str) -> Verdict {
    let told = String::from_utf8_lossy(&outcome.stderr);
    let is_so = outcome.status.code() == Some(1) && is_told(&told, lines);
    let mut wanted: Vec<&str> = lines.lines().collect();
    let mut label = "";
    if may(May::ChooseTheLabel) {
        wanted.dedup(); // each process may tell it, or one
        label = " (with any label)";
    }
    let wanted = match wanted.join("\n") {
        none if none.is_empty() => "exit status 1".into(),
        text => format!("exit status 1, and on standard error: {text}{label}"),
    };
    expect(&wanted, is_so, &describe(outcome, Channel::Pipes))
}

impl Expectation<'_> {
    /// What a right program reports, in words for a report of the check.
    pub fn message(&self) -> String {
        match self.says {
            says if may(May::ChooseTheWords) && says.starts_with("size: ") => {
                format!("any message on standard error (ours: {says})")
            }
            says => format!("say: {says}"),
        }
    }

    /// A student may print more or less of what comes before, and have each process tell it.
    pub fn is_met_by(&self, channel: Channel, c: &Seen, ours: &Seen) -> bool {
        // A lone semaphore: see the careful cases. As before: it may fail before it makes the segment.
        let has_none = !ours.before.contains("key ") && !ours.after.contains("key ");
        let is_as_before = ours.after == ours.before || has_none;
        let is_left = is_as_before || (self.leaves_as_c && ours.after == c.after);
        let text = |bytes| String::from_utf8_lossy(bytes).replace("\r\n", "\n");
        let (printed, said) = (text(&ours.last.stdout), text(&ours.last.stderr));
        let said = if channel.is_merged() { printed.replace(self.prints, "") } else { said };
        let is_free = self.says.starts_with("size: ");
        let is_printed = !self.prints.is_empty() && printed.contains(self.prints.trim_end());
        let is_quiet = self.prints.is_empty() && printed.is_empty();
        let is_in_place = is_printed || is_quiet || is_free || ours.last.stderr.is_empty();
        let is_told = is_told(&said, self.says) && blamed_instead(&ours.ran, &said).is_none();
        ours.last.status.code() == Some(1) && is_left && is_told && is_in_place
    }

    /// What the Rust program prints and leaves, to the byte.
    pub fn text(&self, channel: Channel, c: &Seen, ours: &Seen) -> String {
        let prints = self.prints.as_bytes();
        let says = [self.says.as_bytes(), line_end(channel)].concat();
        let (stdout, stderr) = match (channel.is_merged(), channel == Channel::Terminal) {
            (false, _) => (prints.to_vec(), says),
            (true, false) => ([&says, prints].concat(), Vec::new()),
            (true, true) => ([prints, &says].concat(), Vec::new()),
        };
        let status = ExitStatus::from_raw(1 << 8);
        let wanted = Outcome { stdout, stderr, status, ..ours.last };
        let after = if self.leaves_as_c { &c.after } else { &ours.before };
        format!("{}segments then:\n{after}", describe(&wanted, channel))
    }
}
