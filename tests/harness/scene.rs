//! A scene: the state that programs start in, what is run, and on which channels. The C version and
//! ours play it, and what they do is compared.

use engine::{
    Act, At, Channel, Folder, Launch, Outcome, Preset, Ran, Step, Who, in_words, user_for,
};
use nix::errno::Errno;

use super::by_hand::{as_user, by_hand, connected, input_by_hand, quoted, strace};
use super::exercises::{CREATE_KEY, CREATE_SIZE};
use super::expectation::{Expectation, Seen};
use super::four_lines::{four_lines, name_of};
use super::judge::{May, in_usual_words, lacks_address_space, may};
use super::play::Plays;
use super::presets::{describe_preset, preset, preset_by_hand, world_with};
use super::programs::{Version, is_yours};
use super::report::{Kind, Report, Verdict, expect, expect_of_c, expect_same};
use super::typed::typed;
use super::words::{call, describe, redirected, visible_input, wrapped_by};

/// So often a process may try again what always fails.
const MOST_TRIES: usize = 8;

#[derive(Clone, Debug)]
#[must_use = "a scene that is not played checks nothing"]
pub struct Scene {
    presets: Vec<Preset>,
    steps: Vec<Step>,
    user: Option<u32>,
    wrapper: &'static [&'static str],
    redirection: &'static str,
    programs: Vec<(&'static str, Vec<u8>)>,
    channels: Vec<Channel>,
}

impl Scene {
    /// Runs `program` with no input, through pipes, into a file and on a terminal.
    pub fn of(program: &'static str) -> Self {
        Self {
            presets: Vec::new(),
            steps: Vec::new(),
            user: None,
            wrapper: &[],
            redirection: "",
            programs: vec![(program, Vec::new())],
            channels: vec![Channel::Pipes, Channel::OneFile, Channel::Terminal],
        }
    }

    /// As it is run where nothing else is to be shown: with what it needs.
    pub fn ready(program: &'static str) -> Self {
        match program {
            "shm-attach" => Self::of(program).on(preset(CREATE_KEY, CREATE_SIZE).filled_with("x")),
            "shm-dynamic" => Self::of(program).reading("100\n"),
            _ => Self::of(program),
        }
    }

    /// The same, through pipes alone.
    pub fn usual(program: &'static str) -> Self {
        Self::ready(program).only(Channel::Pipes)
    }

    /// Runs one program more.
    pub fn then(mut self, program: &'static str) -> Self {
        self.programs.push((program, Vec::new()));
        self
    }

    /// The input of the program named last.
    pub fn reading(mut self, input: impl AsRef<[u8]>) -> Self {
        if let Some((_, stdin)) = self.programs.last_mut() {
            *stdin = input.as_ref().to_vec();
        }
        self
    }

    /// This channel only.
    pub fn only(self, channel: Channel) -> Self {
        Self { channels: vec![channel], ..self }
    }

    /// A segment that is already there.
    pub fn on(mut self, preset: Preset) -> Self {
        self.presets.push(preset);
        self
    }

    /// The kernel refuses a call of one of the program's processes.
    pub fn failing(self, who: Who, call: &'static str, number: usize, errno: Errno) -> Self {
        self.with(&[(who, At::Call(call, number), Act::Fail(errno))])
    }

    /// The kernel refuses each call of this name, whichever of the program's processes makes it.
    pub fn always_failing(self, call: &'static str, errno: Errno) -> Self {
        let fails = |who| {
            (1..=MOST_TRIES).map(move |number| (who, At::Call(call, number), Act::Fail(errno)))
        };
        self.with(&(0..3).flat_map(fails).collect::<Vec<Step>>())
    }

    /// Something is done to the program's processes.
    pub fn with(mut self, steps: &[Step]) -> Self {
        self.steps.extend(steps);
        self
    }

    /// Another user runs the programs.
    pub fn run_by(self, user: u32) -> Self {
        Self { user: Some(user), ..self }
    }

    /// A user without privileges runs the programs: this one, or nobody in root's place.
    pub fn run_by_ordinary_user(self) -> Self {
        Self { user: user_for(None), ..self }
    }

    /// A command that runs the programs: its words before the program's name.
    pub fn under(self, wrapper: &'static [&'static str]) -> Self {
        Self { wrapper, ..self }
    }

    /// The shell does something to its streams, such as `>/dev/full`.
    pub fn redirected(self, redirection: &'static str) -> Self {
        Self { redirection, ..self }
    }

    /// Both versions do the same: every byte, stream, status and segment. A student's shm-fork prints the
    /// four lines in whatever order they come, and may leave another's segment alone.
    pub fn agrees(&self) -> Verdict {
        self.on_each_channel(|channel| {
            let ours = self.play(Version::Ours, channel)?;
            if self.is_fork() && may(May::TakeAnotherSegment) {
                four_lines(&ours.last, channel)?;
                let wanted = "no segment is left, or what was there is as it was";
                return expect(wanted, is_clean(&ours), &ours.after);
            }
            let c = self.play(Version::C, channel)?.text();
            let who = if is_yours() { "yours" } else { "the Rust version" };
            let headline = format!("{}{who} differs from the C version:", on(channel));
            let names = [Version::C.name(), Version::Ours.name()];
            expect_same(&headline, &c, &ours.text(), names)
        })
    }

    /// What our version does is right, whatever the C version does.
    pub fn holds(&self, judge: impl Fn(&Seen, Channel) -> Verdict) -> Verdict {
        self.on_each_channel(|channel| judge(&self.play(Version::Ours, channel)?, channel))
    }

    /// The C version goes wrong as told, ours is right.
    pub fn differs(&self, right: &Expectation) -> Verdict {
        self.on_each_channel(|channel| {
            let c = self.play(Version::C, channel)?;
            let ends = in_words(c.last.status);
            let is_known = right.c_ends.is_empty() || right.c_ends.contains(&ends);
            expect_of_c(&format!("{}, {channel}", right.c_ends), is_known, &ends)?;
            let wanted = format!("It should end with status 1 and {}", right.message());
            let ours = self.play(Version::Ours, channel);
            let ours = ours.map_err(|report| report.with_headline(&wanted))?;
            let goes_on = self.is_fork() && four_lines(&ours.last, channel).is_ok();
            let is_another = goes_on && is_clean(&ours) && may(May::TakeAnotherSegment);
            let is_alike = may(May::ChooseTheLabel) && right.is_met_by(channel, &c, &ours);
            if is_another || is_alike || lacks_address_space(&ours.last) {
                return Ok(());
            }
            let wanted = right.text(channel, &c, &ours);
            let outcome = describe(&ours.last, channel);
            let seen = format!("{outcome}segments then:\n{}", ours.after);
            let says = right.message();
            let headline = format!("{}it should end with status 1 and {says}", on(channel));
            expect_same(&headline, &wanted, &seen, ["right", Version::Ours.name()])
        })
    }

    fn on_each_channel(&self, play: impl Fn(Channel) -> Verdict) -> Verdict {
        // Only ours is judged by the order in which two streams meet in a file: it is the C library's doing.
        let is_order = |channel| matches!(channel, Channel::OneFile | Channel::TerminalOutput);
        let mut channels = self
            .channels
            .iter()
            .filter(|&&channel| !may(May::MixStreamsOtherwise) || !is_order(channel));
        channels.try_for_each(|&channel| {
            play(channel).map_err(|report| {
                let report = report.with_headline(&format!("Before: {}.", self.situation()));
                let end = if report.kind == Kind::Stopped { "    # Control-C ends it" } else { "" };
                match channel {
                    Channel::HungUp => report, // no command hangs a terminal up
                    _ if self.holds_somebody() => report,
                    _ => report.with_advice(&(self.by_hand(channel) + end)),
                }
            })
        })
    }

    fn is_fork(&self) -> bool {
        self.programs.iter().any(|&(program, _)| program == "shm-fork")
    }

    pub fn play(&self, version: Version, channel: Channel) -> Result<Seen, Report> {
        self.play_in(version, channel).map_err(|report| match (version, channel) {
            (Version::Ours, Channel::Pipes) => report, // as ever
            _ => report.with_headline(&format!("{}{}:", on(channel), version.name())),
        })
    }

    fn play_in(&self, version: Version, channel: Channel) -> Result<Seen, Report> {
        let mut world = world_with(&self.presets)?;
        let before = world.tells_left()?;
        let mut programs = String::new();
        let mut last: Option<(Outcome, Ran, &str)> = None;
        for &(program, ref input) in &self.programs {
            let launch = self.launch(version, program);
            let launch = Launch { channel, input: input.clone(), ..launch };
            let ran = world.plays(launch)?;
            let mut outcome = ran.outcome.clone();
            in_usual_words(&mut outcome);
            if input.is_empty() || may(May::ReadAhead) {
                outcome.unread = None; // how far a program reads ahead, is its own affair
            }
            programs += &format!("{program}:\n{}", describe(&outcome, channel));
            last = Some((outcome, ran, program));
        }
        let (last, ran, program) = last.ok_or_else(|| Report::failed("the scene runs nothing"))?;
        let after = world.tells_left()?;
        Ok(Seen { program, before, programs, after, last, ran })
    }

    /// The run of its last program, even if it has to be stopped.
    pub fn last_run(&self, version: Version, channel: Channel) -> Result<Ran, Report> {
        let mut world = world_with(&self.presets)?;
        let mut last = Err(Report::failed("the scene runs nothing"));
        for (program, input) in &self.programs {
            let launch = self.launch(version, program);
            last = Ok(world.run(Launch { channel, input: input.clone(), ..launch })?);
        }
        last
    }

    fn launch(&self, version: Version, program: &str) -> Launch {
        let shell = format!("exec \"$0\" {}", self.redirection);
        let shell = if self.redirection.is_empty() { vec![] } else { vec!["sh", "-c", &shell] };
        let wrapper = [self.wrapper, &shell].concat();
        Launch {
            user: self.user,
            steps: self.steps.clone(),
            ..version.launch_under(&wrapper, program)
        }
    }

    /// What there is before the programs begin, in a sentence.
    fn situation(&self) -> String {
        let mut facts: Vec<String> = self.presets.iter().map(describe_preset).collect();
        let always = self.fails_always();
        facts.extend(always.map(|(name, errno)| format!("each {name} fails with {errno:?}")));
        for &(who, at, act) in self.steps.iter().filter(|_| always.is_none()) {
            let (At::Call(name, number), Act::Fail(errno)) = (at, act) else { continue };
            let by = if self.is_fork() { format!("{}'s", name_of(who)) } else { "its".into() };
            facts.push(format!("{by} {} fails with {errno:?}", call(name, number)));
        }
        if let Some(user) = self.user {
            facts.push(format!("user {user} runs the program"));
        }
        facts.extend(self.wrapper.iter().filter_map(|word| wrapped_by(word)));
        if !self.redirection.is_empty() {
            facts.push(redirected(self.redirection));
        }
        if self.presets.is_empty() {
            facts.insert(0, "there is no segment".into());
        }
        let inputs = self.programs.iter().filter(|(program, _)| *program == "shm-dynamic");
        let inputs: Vec<String> = inputs.map(|(_, input)| visible_input(input)).collect();
        if !inputs.is_empty() {
            facts.push(format!("the input is {}", inputs.join(", then ")));
        }
        facts.join("; ")
    }

    /// No command holds a process at its birth.
    fn holds_somebody(&self) -> bool {
        self.steps.iter().any(|step| step.2 == Act::Hold)
    }

    /// What fails each time: see `always_failing`.
    fn fails_always(&self) -> Option<(&'static str, Errno)> {
        self.steps.iter().find_map(|step| match *step {
            (_, At::Call(name, MOST_TRIES), Act::Fail(errno)) if self.steps.len() > MOST_TRIES => {
                Some((name, errno))
            }
            _ => None,
        })
    }

    /// How to get there by hand: the commands that a student types.
    fn by_hand(&self, channel: Channel) -> String {
        let mut lines = "By hand, in a new `make shell`:\n".to_string();
        for preset in &self.presets {
            lines += &format!("    {}\n", preset_by_hand(preset));
        }
        let failing = self.steps.iter().find(|step| matches!(step.2, Act::Fail(_)));
        let mut strace = failing.and_then(strace).unwrap_or_default();
        if self.fails_always().is_some() {
            strace = strace.replace(":when=1", ""); // each time
        }
        let is_child = failing.is_some_and(|step| step.0 > 0);
        let each = if is_child { "   # there in both children" } else { "" };
        let wrapper: String = self.wrapper.iter().map(|word| quoted(word) + " ").collect();
        for (program, input) in &self.programs {
            let (compile, program) = by_hand(program);
            let (input, typed) = input_by_hand(input, channel);
            let user = as_user(self.user);
            let command = format!("{input}{user}{strace}{wrapper}{program} {}", self.redirection);
            let command = connected(channel, command.trim_end());
            lines += &format!("{compile}    {command}{typed}{each}\n");
        }
        lines + "    ipcs -m\n"
    }
}

/// "on a terminal, ": what is usual is not said.
fn on(channel: Channel) -> String {
    if channel == Channel::Pipes { String::new() } else { format!("{channel}, ") }
}

/// Whether nothing is left, or all is as it was.
fn is_clean(seen: &Seen) -> bool {
    seen.after.trim() == "none" || seen.after == seen.before
}

/// A scene's commands by hand show what the check sees through pipes.
pub fn by_hand_shows(scene: &Scene) -> Verdict {
    let commands = scene.by_hand(Channel::Pipes);
    let commands = commands.split_once('\n').map_or("", |(_, commands)| commands);
    let shown = typed(commands, &Folder::new(None)?)?;
    let seen = scene.play(Version::Ours, Channel::Pipes)?.last;
    let status = format!("{}\n\n---", seen.status.code().unwrap_or_default());
    let parts = [seen.stdout, seen.stderr, status.into_bytes()];
    let [stdout, stderr, status] = parts.map(|part| String::from_utf8_lossy(&part).into_owned());
    let is_so = shown.contains(&stdout) && shown.contains(&stderr) && shown.contains(&status);
    let wanted = [stdout, stderr, status].concat();
    expect(&wanted, is_so, &format!("{commands}\n{shown}"))
}
