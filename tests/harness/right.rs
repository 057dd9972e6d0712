//! What a run of a scene showed, and what is right where the C version is not.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use crate::engine::{Channel, Outcome, Trace, Verdict, expect_of_c, in_words};

/// What is right where the C version is not.
#[derive(Clone, Copy)]
pub struct Right<'a> {
    /// How the C version may end, in words; empty where that is left to chance.
    pub c_ends: &'a [&'a str],
    /// What is to be printed on standard output.
    pub prints: &'a str,
    /// The one line on standard error, before the program ends with status 1.
    pub says: &'a str,
    /// Which segments are left.
    pub leaves: Leaves,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Leaves {
    /// Those that were there, not a byte changed.
    AllAsItWas,
    Nothing,
    /// What the C version leaves, to the byte.
    AsC,
}

/// What was seen.
pub struct Seen {
    pub before: String,
    pub programs: String,
    pub after: String,
    /// What the last program did.
    pub last: Outcome,
    pub trace: Trace,
}

impl Seen {
    /// All that two versions are compared by.
    pub fn text(&self) -> String {
        format!("{}segments then:\n{}", self.programs, self.after)
    }
}

impl Right<'_> {
    /// A student may print more or less of what comes before, choose the label of a message that the C
    /// version has not, and have each process tell it.
    pub fn is_met_by(&self, channel: Channel, c: &Seen, ours: &Seen) -> bool {
        let is_left = match self.leaves {
            Leaves::AllAsItWas => ours.after == ours.before,
            Leaves::Nothing => !ours.after.contains("key "), // a semaphore: see the careful cases
            // Whether it prints, and fails, before or after it makes the segment.
            Leaves::AsC => ours.after == c.after || ours.after == ours.before,
        };
        let text = |bytes| String::from_utf8_lossy(bytes).replace("\r\n", "\n");
        let (printed, said) = (text(&ours.last.stdout), text(&ours.last.stderr));
        let said = if channel.is_merged() { printed.clone() } else { said };
        let why = self.says.split_once(": ").map_or(self.says, |(_, why)| why);
        let is_free = self.says.starts_with("size: ");
        let is_printed = !self.prints.is_empty() && printed.contains(self.prints.trim_end());
        let is_quiet = self.prints.is_empty() && ours.last.stdout.is_empty();
        let is_told =
            said.contains(why) || (is_free && said.replace(self.prints, "").trim().len() > 3);
        let ends = ours.last.status.code() == Some(1);
        ends && is_left
            && is_told
            && (is_printed || is_quiet || is_free || ours.last.stderr.is_empty())
    }

    pub fn check_c(&self, channel: Channel, c: &Seen) -> Verdict {
        let (ends, known) = (in_words(c.last.status), self.c_ends.join(" or "));
        let is_known = known.is_empty() || self.c_ends.contains(&ends.as_str());
        expect_of_c(&format!("{known}, {channel}"), is_known, &ends)
    }

    /// What ours prints and leaves, to the byte.
    pub fn text(&self, channel: Channel, c: &Seen, ours: &Seen) -> String {
        let prints = self.prints.as_bytes();
        let says = [self.says.as_bytes(), channel.line_end()].concat();
        let (stdout, stderr) = match (channel.is_merged(), channel.shows_prompt_first()) {
            (false, _) => (prints.to_vec(), says),
            (true, false) => ([&says, prints].concat(), Vec::new()),
            (true, true) => ([prints, &says].concat(), Vec::new()),
        };
        let status = ExitStatus::from_raw(1 << 8);
        let wanted = Outcome { stdout, stderr, status, ..ours.last };
        let after = match self.leaves {
            Leaves::AllAsItWas => &ours.before,
            Leaves::Nothing => "    none\n",
            Leaves::AsC => &c.after,
        };
        format!("{}segments then:\n{after}", wanted.describe(channel))
    }
}
