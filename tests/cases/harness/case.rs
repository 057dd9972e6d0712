//! A case: the C version and ours start in the same state, and what they do is compared.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::thread;

use super::channel::Channel;
use super::luck::with_luck;
use super::outcome::{Outcome, in_words};
use super::program::Version;
use super::report::Report;
use super::scene::{Account, play};
use super::setting::{Found, NOBODY, Setting};
use super::world::in_own_table;

/// Programs, the state they start in, and the channels they are run on.
#[derive(Clone, Debug)]
#[must_use = "a case that is not played checks nothing"]
pub struct Case {
    setting: Setting,
    channels: Vec<Channel>,
    /// The C version races with itself, and may try again.
    needs_luck: bool,
}

/// What is right where the C version is not.
pub struct Right<'a> {
    /// How the C version may end, in words; empty where that is left to chance.
    pub c_ends: &'a [&'a str],
    /// What ours prints on standard output.
    pub prints: &'a str,
    /// The one line that ours writes on standard error, before it ends with status 1.
    pub says: &'a str,
    /// Which segments ours leaves.
    pub leaves: Leaves,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Leaves {
    /// Those that were there, not a byte changed.
    AllAsItWas,
    /// None.
    Nothing,
    /// What the C version leaves, to the byte.
    AsC,
}

impl Case {
    /// A case that runs `program` with no input, through pipes, into a file and on a terminal.
    pub fn of(program: &'static str) -> Self {
        let channels = vec![Channel::Pipes, Channel::OneFile, Channel::Terminal];
        Self {
            setting: Setting::default(),
            channels,
            needs_luck: false,
        }
        .then(program)
    }

    /// Runs one program more.
    pub fn then(mut self, program: &'static str) -> Self {
        self.setting.programs.push((program, Vec::new()));
        self
    }

    /// The input of the program named last.
    pub fn reading(mut self, input: impl AsRef<[u8]>) -> Self {
        if let Some((_, stdin)) = self.setting.programs.last_mut() {
            *stdin = input.as_ref().to_vec();
        }
        self
    }

    /// One channel more.
    pub fn also(mut self, channel: Channel) -> Self {
        self.channels.push(channel);
        self
    }

    /// This channel only.
    pub fn only(mut self, channel: Channel) -> Self {
        self.channels = vec![channel];
        self
    }

    /// A segment that is already there.
    pub fn on(mut self, found: Found) -> Self {
        self.setting.found.push(found);
        self
    }

    /// As many segments as `shmmni` allows are already there.
    pub fn on_a_full_table(mut self) -> Self {
        self.setting.table_is_full = true;
        self
    }

    /// A limit of the kernel, by its name in /proc/sys/kernel.
    pub fn with_kernel_limit(mut self, name: &'static str, value: u64) -> Self {
        self.setting.kernel_limits.push((name, value));
        self
    }

    /// Another user runs the programs.
    pub fn run_by(mut self, user: u32) -> Self {
        self.setting.user = Some(user);
        self
    }

    /// A user without privileges runs the programs: this one, or nobody in root's place.
    pub fn run_by_ordinary_user(mut self) -> Self {
        self.setting.user = cfg!(other_users).then_some(NOBODY);
        self
    }

    /// A command that runs the programs: its words before the program's name.
    pub fn under(mut self, wrapper: &[&'static str]) -> Self {
        self.setting.wrapper = wrapper.to_vec();
        self
    }

    /// The C version races with itself, and may try again.
    pub fn with_luck(mut self) -> Self {
        self.needs_luck = true;
        self
    }

    /// Both versions do the same: every byte, stream, status and segment.
    pub fn agrees(self) -> Result<(), Report> {
        self.on_each_channel(|channel| {
            let ours = self.play(Version::Ours, channel)?.text();
            let compare = || {
                let c = self.play(Version::C, channel)?.text();
                let difference = || Report::difference(&c, &ours, ["C version", "ours"]);
                Ok(if c == ours { Ok(()) } else { Err(difference()) })
            };
            if self.needs_luck {
                with_luck(compare)
            } else {
                compare()?
            }
        })
    }

    /// The C version goes wrong as told, ours is right.
    pub fn differs(self, right: &Right) -> Result<(), Report> {
        self.on_each_channel(|channel| {
            let c = self.play(Version::C, channel)?;
            let c_ends = in_words(c.last.status);
            if !right.c_ends.is_empty() && !right.c_ends.contains(&c_ends.as_str()) {
                let expected = right.c_ends.join(" or ");
                return Err(Report(format!("the C version: {c_ends}, not {expected}")));
            }
            let ours = self.play(Version::Ours, channel)?;
            let expected = right.text(channel, &c, &ours);
            let actual = ours.last.describe(channel) + &ours.after;
            if actual == expected {
                return Ok(());
            }
            Err(Report::difference(&expected, &actual, ["right", "ours"]))
        })
    }

    fn play(&self, version: Version, channel: Channel) -> Result<Account, Report> {
        in_own_table(|| play(&self.setting, version, channel))
    }

    /// Plays all channels at once; each has a segment table of its own.
    fn on_each_channel(
        &self,
        play: impl Fn(Channel) -> Result<(), Report> + Sync,
    ) -> Result<(), Report> {
        let name = thread::current().name().unwrap_or_default().to_string();
        let play = &play;
        thread::scope(|scope| {
            let played: Vec<_> = self
                .channels
                .iter()
                .map(|&channel| (channel, scope.spawn(move || play(channel))))
                .collect();
            played.into_iter().try_for_each(|(channel, thread)| {
                let result = thread
                    .join()
                    .unwrap_or_else(|_| Err(Report("it panicked".into())));
                result.map_err(|report| report.under(&self.heading(&name, channel)))
            })
        })
    }

    fn heading(&self, name: &str, channel: Channel) -> String {
        format!(
            "\n{}, {channel}\nthis case alone: make check CASE={name}\nby hand, in `make shell`; \
             the C version is the same with target/c/shm-…:\n{}",
            name.replace("::", ": ").replace('_', " "),
            self.setting.by_hand(channel),
        )
    }
}

impl Right<'_> {
    fn text(&self, channel: Channel, c: &Account, ours: &Account) -> String {
        let prints = self.prints.as_bytes();
        let says = [self.says.as_bytes(), channel.line_end()].concat();
        let (stdout, stderr) = match (channel.is_merged(), channel.shows_prompt_first()) {
            (false, _) => (prints.to_vec(), says),
            (true, false) => ([&says, prints].concat(), Vec::new()),
            (true, true) => ([prints, &says].concat(), Vec::new()),
        };
        let status = ExitStatus::from_raw(1 << 8);
        let expected = Outcome {
            stdout,
            stderr,
            status,
            ..ours.last
        };
        let after = match self.leaves {
            Leaves::AllAsItWas => &ours.before,
            Leaves::Nothing => "    no segment\n",
            Leaves::AsC => &c.after,
        };
        expected.describe(channel) + after
    }
}
