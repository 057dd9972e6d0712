//! `check --show EXERCISE` and `check --show-case CASE`: runs as pictures, in the terminal and on a page.

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use engine::{Act, At, Channel, Folder, Launch, Ran, Step, While};
use nix::sys::prctl::set_child_subreaper;

use super::beside;
use super::browser;
use super::case::Case;
use super::page::{Shown, page};
use super::picture::{self, Run};
use super::programs::{Version, built, lab};
use super::report::{Kind, Report, Verdict, expect_same};
use super::scene::Scene;
use super::summary::folders;

/// A run of a case: what its picture is made of.
struct Kept {
    ran: Ran,
    program: String,
    is_on_terminal: bool,
}

/// The last run of each rank in this process: of the program that is judged, of one that a case has started by
/// itself, of the C version.
static KEPT: Mutex<[Option<Kept>; 3]> = Mutex::new([None, None, None]);

/// Keeps what a case has played.
pub fn keep(launch: Option<&Launch>, ran: &Ran) {
    let of = |version: Version| {
        let path =
            launch?.words.iter().map(Path::new).find(|path| path.starts_with(version.path("")))?;
        Some(path.file_name()?.to_string_lossy().into_owned())
    };
    let (rank, program) = match (of(Version::Ours), of(Version::C)) {
        (Some(program), _) => (0, program),
        (None, Some(program)) => (2, program),
        (None, None) if launch.is_none() => (1, "program".into()),
        (None, None) => return, // it is none of the exercises'
    };
    let is_on_terminal = launch.is_some_and(|launch| launch.channel.prints_on_terminal());
    if let Ok(mut kept) = KEPT.lock() {
        kept[rank] = Some(Kept { ran: ran.clone(), program, is_on_terminal });
    }
}

impl Kept {
    fn run(&self) -> Run<'_> {
        let Self { ran, program, is_on_terminal } = self;
        let (events, is_stopped) = (ran.log.events(), ran.stopped.is_some());
        Run { events, program, is_on_terminal: *is_on_terminal, is_stopped }
    }
}

/// Calls `show` with the run that shows best why the case went as it did.
fn with_kept<T>(show: impl FnOnce(Run) -> T) -> Option<T> {
    let kept = KEPT.lock().ok()?;
    kept.iter().flatten().next().map(|kept| show(kept.run()))
}

/// Calls `show` with the last run of the program that is judged, or of one of several of it, and with whether it was on
/// a terminal.
pub fn with_last<T>(show: impl FnOnce(&Ran, bool) -> T) -> Option<T> {
    let kept = KEPT.lock().ok()?;
    kept[..2].iter().flatten().next().map(|kept| show(&kept.ran, kept.is_on_terminal))
}

/// Above the last steps of a run, in a report.
pub const LAST_STEPS: &str = "The last steps";

/// No report has room for more of them.
const MOST_LAST: usize = 40;

/// A red report ends with the last steps of its run, and with the command that shows all.
pub fn with_last_steps(report: Report, case: &str) -> Report {
    let is_wrong = matches!(report.kind, Kind::Failed | Kind::Stopped);
    let lines = with_kept(|run| picture::last(run, MOST_LAST)).unwrap_or_default();
    if !is_wrong || lines.is_empty() {
        return report;
    }
    let head = format!("{LAST_STEPS} (all: make show CASE={case}{}):", folders());
    report.with_advice(&format!("{head}\n{}", lines.join("\n")))
}

/// The orders that matter for shm-fork, and the steps that bring them about.
const ORDERS: [(&str, &[Step]); 3] = [
    ("in the order that C hopes for", &[]),
    ("process 1 is held", &[(1, At::Birth, Act::Hold)]),
    ("process 2 is held", &[(2, At::Birth, Act::Hold)]),
];

/// The runs of an exercise's page: for each order one of the C version and one of the Rust version.
fn runs(scene: &Scene, exercise: &str) -> Result<Vec<(Version, &'static str, Kept)>, Report> {
    let orders = if exercise == "fork" { &ORDERS[..] } else { &[("", &[][..])] };
    let mut runs = Vec::new();
    for &(order, steps) in orders {
        for version in [Version::C, Version::Ours] {
            let ran = scene.clone().with(steps).last_run(version, Channel::Pipes)?;
            let program = format!("shm-{exercise}");
            runs.push((version, order, Kept { ran, program, is_on_terminal: false }));
        }
    }
    Ok(runs)
}

fn shown<'a>(runs: &'a [(Version, &'static str, Kept)]) -> Vec<Shown<'a>> {
    let shown = runs.iter().map(|(version, order, kept)| (version.name(), order, kept.run()));
    shown.map(|(version, order, run)| Shown { version, order, run }).collect()
}

/// Draws the C version and the Rust version. Of shm-fork it also draws the C version going wrong; the page has every
/// order.
pub fn show(exercise: &str) -> Result<String, Report> {
    let (scene, mut text, _folder) = beside::prepared(exercise)?;
    let runs = runs(&scene, exercise)?;
    let shown = shown(&runs);
    let printed = [shown.get(2), shown.first(), shown.get(1)]; // a terminal shows the end
    for shown in printed.into_iter().flatten() {
        text += &format!("{}\n{}\n\n", shown.title(), picture::lines(shown.run).join("\n"));
    }
    Ok(text + &write(exercise, &format!("shm-{exercise}"), &shown)?)
}

/// Plays a case, and shows the run that says why it went as it did: the text, and whether it passed.
pub fn show_case(case: &Case) -> Result<(String, bool), Report> {
    set_child_subreaper(true).doing("becoming the parent of what the case leaves")?;
    let _folder = beside::programs()?;
    if let Some(why) = case.cannot_be_played() {
        return Err(Report::trouble(why));
    }
    let verdict = case.play();
    let shown = with_kept(|run| {
        let shown = [Shown { version: "the run", order: "", run }];
        let written = write(&case.name.replace("::", "-"), &case.name, &shown)?;
        Ok(format!("{}\n\n{written}", picture::lines(run).join("\n")))
    });
    let shown =
        shown.unwrap_or_else(|| Err(Report::trouble("this case runs none of the programs")))?;
    match verdict {
        Ok(()) => Ok((format!("passed {}\n{shown}", case.name), true)),
        Err(report) if report.kind == Kind::Trouble => Err(report),
        Err(report) => {
            let reason = report.text.lines().take(3).collect::<Vec<_>>().join("\n");
            let reason = reason.trim_end_matches(':'); // what would follow is left out
            Ok((format!("FAILED {}\n{reason}\n\n{shown}", case.name), false))
        }
    }
}

/// Writes the page, and says where it is.
fn write(name: &str, title: &str, shown: &[Shown]) -> Result<String, Report> {
    let file = format!("{}/show-{name}.html", built());
    fs::write(lab().join(&file), page(title, shown)).doing(format!("writing {file}"))?;
    Ok(format!("The same for a browser, with the segment's bytes at each step: {file}"))
}

/// In a browser shm-fork's page shows at each step what the log says, whether a key or a link leads there.
pub fn browser_shows() -> Verdict {
    let runs = runs(&Scene::of("shm-fork"), "fork")?;
    let shown = shown(&runs);
    let texts = picture::texts(shown[0].run);
    let folder = Folder::new(None)?;
    let seen =
        browser::walk(&page("shm-fork", &shown), folder.path()).doing("running a browser")?;
    let last = texts.len() - 1;
    let ways = [
        vec![("first", 0)],
        (1..=last).map(|place| ("right", place)).collect(),
        (0..last).rev().map(|place| ("left", place)).collect(),
        vec![("end", last), ("home", 0)],
        (0..=last).map(|place| ("link", place)).collect(),
    ];
    let ways = ways.concat().into_iter();
    let wanted = ways.map(|(how, place)| format!("{how} {} {}", place + 1, texts[place]));
    let wanted: Vec<String> = wanted.chain(["loaded 0".into()]).collect();
    let names = ["what the log says", "what the browser shows"];
    expect_same("Key by key, and link by link:", &wanted.join("\n"), &seen.join("\n"), names)
}
