//! Our programs: every system call may fail with every errno that it can have. Each time, the program ends by
//! itself with status 1, says which call failed and why, and leaves what it should.

use common::{CREATE_KEY, CREATE_SIZE};
use nix::errno::Errno;

use super::checked::text_of;
use crate::engine::{
    Act, At, Channel, EACH, Launch, Outcome, Report, Verdict, World, expect, step,
};
use crate::harness::{Case, Need, case, found, lines_by_hand, ours};

pub const SHMGET: &[&str] = &["EACCES", "EINVAL", "ENFILE", "ENOENT", "ENOMEM", "ENOSPC", "EPERM"];
pub const SHMAT: &[&str] = &["EACCES", "EIDRM", "EINVAL", "ENOMEM"];
pub const SHMDT: &[&str] = &["EINVAL"];
pub const SHMCTL: &[&str] = &["EACCES", "EFAULT", "EIDRM", "EINVAL", "EPERM"];
pub const READ: &[&str] = &["EAGAIN", "EBADF", "EINTR", "EINVAL", "EIO", "EISDIR"];
pub const WRITE: &[&str] =
    &["EAGAIN", "EBADF", "EDQUOT", "EFBIG", "EINTR", "EIO", "ENOSPC", "EPERM"];

/// The segment that is left.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum After {
    Nothing,
    /// The one that was there, with its bytes.
    AsItWas,
    /// The exercise's, with no text in it.
    NoText,
    /// The exercise's, with its text.
    Text,
}

/// A system call that a program makes, and that fails.
#[derive(Clone, Copy)]
pub struct Failing {
    program: &'static str,
    call: &'static str,
    errnos: &'static [&'static str],
    /// What comes before the errno's text.
    says: &'static str,
    prints: &'static str,
    leaves: After,
    /// How often a process makes the call at the most.
    times: usize,
    /// How many processes say so at least.
    least: usize,
    /// Whether several processes may say so, and print more or less of the lines.
    is_of_many: bool,
}

impl Failing {
    pub fn of(program: &'static str, call: &'static str, errnos: &'static [&'static str]) -> Self {
        let (says, prints, leaves) = ("", "", After::Nothing);
        Self { program, call, errnos, says, prints, leaves, times: 1, least: 1, is_of_many: false }
    }

    pub fn says(self, says: &'static str) -> Self {
        Self { says, ..self }
    }

    pub fn prints(self, prints: &'static str) -> Self {
        Self { prints, ..self }
    }

    pub fn leaves(self, leaves: After) -> Self {
        Self { leaves, ..self }
    }

    pub fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }

    /// In each of shm-fork's processes.
    pub fn in_all_three(self) -> Self {
        Self { least: 3, ..self }
    }

    pub fn in_many_processes(self) -> Self {
        Self { is_of_many: true, ..self }
    }

    pub fn case(self) -> Case {
        case(&format!("{}_fails", self.call), move || self.is_told()).needs(Need::Ours)
    }

    fn is_told(&self) -> Verdict {
        for errno in self.errnos {
            for time in 1..=self.times {
                let fault = format!("{}:error={errno}:when={time}", self.call);
                self.once(time, errno).map_err(|report| {
                    let strace = format!("strace -f -o /dev/null -e inject={fault} ");
                    report
                        .with_headline(&format!("where {} fails with {errno}:", self.call))
                        .with_advice(&lines_by_hand(&strace, self.program, "; echo $?"))
                })?;
            }
        }
        Ok(())
    }

    fn once(&self, time: usize, errno: &str) -> Verdict {
        let mut world = World::new()?;
        if self.program == "shm-attach" {
            found(CREATE_KEY, CREATE_SIZE).filled_with("x").make_in(&mut world)?;
        }
        let before = world.describe_table()?;
        let fails = Act::Fail(named(errno)?);
        let launch = Launch::of(ours(self.program, &[])).reading("100\n");
        let step = step(EACH, At::Named(self.call, time), fails);
        let (outcome, trace) = world.run(launch.with(&[step]))?;
        if !trace.all_done {
            let why = format!("{} does not make the call {}", self.program, self.call);
            return Err(Report::failed(why));
        }
        let seen = outcome.describe(Channel::Pipes);
        let is_quick = trace.sleeper.is_none();
        expect("it does not sleep on its way out", is_quick, &seen)?;
        expect("exit status 1", outcome.status.code() == Some(1), &seen)?;
        self.said(&outcome, errno, &seen)?;
        self.left(&world, &before)
    }

    /// What is to be on both streams.
    fn said(&self, outcome: &Outcome, errno: &str, seen: &str) -> Verdict {
        let text = String::from_utf8_lossy(&outcome.stderr);
        let right = format!("{}{}", self.says, text_of(named(errno)?));
        let most = if self.is_of_many { 3 } else { 1 };
        let is_right = |line: &str| line == right;
        let told = text.lines().count();
        let is_told = text.lines().all(is_right) && (self.least..=most).contains(&told);
        let times = if self.least > 1 { "from each process " } else { "" };
        expect(&format!("{times}on standard error: {right}"), is_told, seen)?;
        let printed = String::from_utf8_lossy(&outcome.stdout);
        let wanted = format!("on standard output: {:?}", self.prints);
        expect(&wanted, printed == self.prints || self.is_of_many, seen)
    }

    fn left(&self, world: &World, before: &str) -> Verdict {
        let after = world.describe_table()?;
        let has_text = after.contains("This is our shared") || after.contains("We have accessed");
        let (wanted, is_so) = match self.leaves {
            After::Nothing => ("no segment is left", after.trim() == "none"),
            After::AsItWas => ("the segment is untouched", after == before),
            After::NoText if has_text => ("the segment, with no text", false),
            After::NoText => ("the segment", after.contains("key")),
            After::Text => ("the segment, with its text", has_text),
        };
        expect(wanted, is_so, &after)
    }
}

/// An errno by its name.
fn named(errno: &str) -> Result<Errno, Report> {
    let mut all = (1..200).map(Errno::from_raw);
    let known = all.find(|known| format!("{known:?}") == errno);
    known.ok_or_else(|| Report::failed(format!("{errno} is no errno")))
}
