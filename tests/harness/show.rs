//! `check --show EXERCISE` and `check --show-case CASE`: runs as pictures, in the terminal and on a page.

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use engine::{Act, At, Channel, Launch, Ran, Step, While, Who};
use nix::sys::prctl::set_child_subreaper;

use super::beside;
use super::case::Case;
use super::page::{Shown, page};
use super::picture::{self, Run};
use super::programs::{Version, built, lab};
use super::report::{Kind, Report};
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

/// A process's name: the only one has the program's.
fn name(program: &str, ran: &Ran, who: Who) -> String {
    match who {
        0 if ran.log.events().iter().all(|event| event.who == 0) => program.into(),
        0 => "parent".into(),
        child => format!("process {child}"),
    }
}

/// Calls `show` with the run that shows best why the case went as it did.
fn with_kept<T>(show: impl FnOnce(Run) -> T) -> Option<T> {
    let kept = KEPT.lock().ok()?;
    let kept = kept.iter().flatten().next()?;
    let names = |who| name(&kept.program, &kept.ran, who);
    Some(show(run(&kept.ran, &names, kept.is_on_terminal)))
}

fn run<'a>(ran: &'a Ran, names: &'a dyn Fn(Who) -> String, is_on_terminal: bool) -> Run<'a> {
    Run { events: ran.log.events(), names, is_on_terminal, is_stopped: ran.stopped.is_some() }
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

/// The orders that matter for shm-fork: what is done to its processes.
const ORDERS: [(&str, &[Step]); 3] = [
    ("as C hopes", &[]),
    ("process 1 is held", &[(1, At::Birth, Act::Hold)]),
    ("process 2 is held", &[(2, At::Birth, Act::Hold)]),
];

/// The C version and ours; of shm-fork the C version also as it goes wrong, and on the page each order.
pub fn show(exercise: &str) -> Result<String, Report> {
    let (scene, mut text, _folder) = beside::prepared(exercise)?;
    let program = format!("shm-{exercise}");
    let orders = if exercise == "fork" { &ORDERS[..] } else { &[("", &[][..])] };
    let mut runs = Vec::new();
    for (version, &(order, steps)) in
        orders.iter().flat_map(|order| [(Version::C, order), (Version::Ours, order)])
    {
        let ran = scene.clone().with(steps).last_run(version, Channel::Pipes)?;
        runs.push((version, order, ran));
    }
    let names: Vec<_> = runs.iter().map(|(.., ran)| |who| name(&program, ran, who)).collect();
    let shown = runs.iter().zip(&names).map(|((version, order, ran), names)| Shown {
        version: version.name(),
        order,
        run: run(ran, names, false),
    });
    let shown: Vec<Shown> = shown.collect();
    let printed = [shown.get(2), shown.first(), shown.get(1)]; // a terminal shows the end
    for shown in printed.into_iter().flatten() {
        text += &format!("{}\n{}\n\n", shown.title(), picture::lines(shown.run).join("\n"));
    }
    Ok(text + &write(exercise, &program, &shown)?)
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
