//! A case: one promise, and what shows that it is kept.

use super::denied::unless_denied;
use super::hints::with_hint;
use super::machine::{self, Need, has};
use super::play;
use super::programs::{is_yours, yours};
use super::report::{Kind, Report, Verdict};
use super::show;
use super::summary::folders;
use super::taken::missing;

/// How far a program has come, in the order in which one works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It does what the C version does.
    Basic,
    /// The program reports every failure, leaves nothing behind, and loses no output.
    Careful,
    /// It withstands other processes, crowds, signals and broken streams.
    Hard,
}

impl Level {
    pub const ALL: [Self; 3] = [Self::Basic, Self::Careful, Self::Hard];

    pub fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

#[must_use = "a case that is in no list is not played"]
pub struct Case {
    /// `exercise::promise`, by which it is called.
    pub name: String,
    needs: Vec<Need>,
    programs: &'static [&'static str],
    pub level: Level,
    play: Box<dyn Fn() -> Verdict>,
}

/// A case that needs nothing but the programs.
pub fn case(name: &str, play: impl Fn() -> Verdict + 'static) -> Case {
    let (name, play) = (name.to_string(), Box::new(play));
    Case { name, needs: vec![], programs: &[], level: Level::Basic, play }
}

/// A list of cases: `"name": the expression that returns its verdict;`, or `"name" needs TwoUsers: …`.
#[macro_export]
macro_rules! cases {
    ($($name:literal $(needs $need:ident)*: $play:expr;)*) => {
        vec![$($crate::harness::case($name, move || $play)$(.needs(Need::$need))*),*]
    };
}

impl Case {
    pub fn needs(mut self, need: Need) -> Self {
        self.needs.push(need);
        self
    }

    /// The exercise, or another part of the lab, that the case is about.
    pub fn exercise(&self) -> &str {
        self.name.split("::").next().unwrap_or_default()
    }

    /// Whether it is about the four programs, and not about the lab itself: its pages, its commands, its guards.
    pub fn is_of_exercises(&self) -> bool {
        ["create", "attach", "fork", "dynamic", "together"].contains(&self.exercise())
    }

    pub fn is_in_own_table(&self) -> bool {
        self.needs.contains(&Need::OwnTable)
    }

    /// Whether it is asked of these programs: some cases are for ours alone.
    pub fn is_asked(&self) -> bool {
        !(is_yours() && self.needs.contains(&Need::Ours))
    }

    /// Why it cannot be played here.
    pub fn cannot_be_played(&self) -> Option<String> {
        let missing = self.programs.iter().find_map(|program| missing(program));
        let missing = missing.and_then(|why| why.text.lines().next().map(String::from));
        missing.or(self.unmet().map(String::from))
    }

    /// Why it cannot be played here, whatever is handed in.
    pub fn unmet(&self) -> Option<&'static str> {
        self.needs.iter().find(|&&need| !has(need)).map(|need| need.reason())
    }

    pub fn play(&self) -> Verdict {
        if self.is_in_own_table() {
            machine::enter_own_table()?;
        } else {
            play::number_ids_by(&self.name);
        }
        let exercise = self.exercise();
        (self.play)().map_err(unless_denied).map_err(|report| match exercise {
            "create" | "attach" | "dynamic" => self.by_check_alone(with_hint(report, exercise)),
            "fork" => show::with_last_steps(with_hint(report, exercise), &self.name),
            _ => report,
        })
    }
}

impl Case {
    /// What nobody can do by hand, a picture of the run shows.
    fn by_check_alone(&self, report: Report) -> Report {
        let is_wrong = matches!(report.kind, Kind::Failed | Kind::Stopped);
        if !is_wrong || report.text.contains("\nBy hand") || self.name.ends_with("::compiles") {
            return report;
        }
        let command = format!("make show CASE={}{}", self.name, folders());
        report.with_advice(&format!("Only the check can do this; step by step: {command}"))
    }
}

/// The cases of an exercise, level by level, the simplest first, with the programs that they run.
pub fn exercise(
    name: &str,
    programs: &'static [&'static str],
    cases: impl IntoIterator<Item = (Level, Vec<Case>)>,
) -> Vec<Case> {
    let single = if let [program] = programs { compiles(program) } else { None };
    let mut all = Vec::from_iter(single);
    for (level, cases) in cases {
        all.extend(cases.into_iter().map(|case| Case { programs, level, ..case }));
    }
    all.sort_by_key(|case| case.level);
    for case in &mut all {
        case.name = format!("{name}::{}", case.name);
    }
    all
}

/// A student's C file has to compile first.
fn compiles(program: &'static str) -> Option<Case> {
    let source = yours()?.join(format!("{program}.c"));
    let play = move || missing(program).map_or(Ok(()), Err);
    source.symlink_metadata().is_ok().then(|| case("compiles", play))
}

/// Fails if the program was not compiled, with the compiler's words if there are any.
pub fn needs_program(program: &str) -> Verdict {
    missing(program).map_or(Ok(()), |why| Err(Report::trouble(why.text)))
}
