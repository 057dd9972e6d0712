//! The programs under comparison: the C versions, and ours or a student's.

use std::env;
use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{self, Path, PathBuf};
use std::sync::OnceLock;

use crate::engine::{Kind, Launch, Report, Verdict, World};

/// The folder of a run, where the programs are in `c` and in `ours`.
static RUN: OnceLock<PathBuf> = OnceLock::new();

/// All that there are.
pub const PROGRAMS: [&str; 4] = ["shm-create", "shm-attach", "shm-fork", "shm-dynamic"];

/// From here on the programs are looked for in this folder.
pub fn are_in(run: &Path) {
    RUN.get_or_init(|| run.to_path_buf());
}

fn run() -> &'static Path {
    RUN.get().map_or(Path::new("."), PathBuf::as_path)
}

/// Takes into the folder of a run what make has built, or in its place what the user gives.
pub fn take() -> Verdict {
    let (run, built) = (run(), lab().join(built()));
    let (c, ours) = (run.join("c"), run.join("ours"));
    take_folder(&built.join("c"), &c, &[])?;
    if let Some(folder) = folder("ORIGINALS") {
        take_folder(&folder, &c, &[])?;
    }
    // As ours are, so that a read that is to fail is the program's own, not its loader's.
    take_folder(&yours().unwrap_or_else(|| built.join("release")), &ours, &["-static"])?;
    let is_there =
        |program: &str| c.join(program).exists() && (is_yours() || ours.join(program).exists());
    if let Some(program) = PROGRAMS.into_iter().find(|program| !is_there(program)) {
        let why = fs::read_to_string(c.join(program).with_extension("log"));
        let why = why.unwrap_or_else(|_| "it is not built: make builds it".into());
        return Err(Report::trouble(format!("{program}: {why}")));
    }
    copy(&built.join("release/make-segment"), &run.join("make-segment"))
}

/// A copy, which every user can reach: the lab may lie where only its owner may enter.
fn copy(file: &Path, to: &Path) -> Verdict {
    let named = |error| Report::trouble(format!("{}: {error}", file.display()));
    fs::copy(file, to).map_err(named)?;
    Ok(fs::set_permissions(to, Permissions::from_mode(0o755))?)
}

/// `check --take FOLDER INTO FLAG…`: of each exercise, FOLDER/shm-x.c is compiled to INTO/shm-x, and
/// INTO/shm-x.log has the compiler's words (no program there if it failed); else FOLDER/shm-x is copied.
pub fn take_folder(folder: &Path, into: &Path, flags: &[&str]) -> Verdict {
    let mut taken = 0;
    fs::create_dir_all(into)?;
    for program in PROGRAMS {
        let source = folder.join(program).with_extension("c");
        if source.is_file() {
            taken += 1;
            compile(&source, &into.join(program), flags)?;
        } else if is_executable(&folder.join(program)) {
            taken += 1;
            copy(&folder.join(program), &into.join(program))?;
        }
    }
    let nothing = || format!("neither shm-*.c nor executables shm-* in {}", folder.display());
    if taken > 0 { Ok(()) } else { Err(Report::trouble(nothing())) }
}

fn is_executable(file: &Path) -> bool {
    let is = |data: fs::Metadata| data.is_file() && data.permissions().mode() & 0o111 != 0;
    file.metadata().is_ok_and(is)
}

/// Compiles in a world, where the compiler reads the user's folder and no other: what it says is shown.
fn compile(source: &Path, program: &Path, flags: &[&str]) -> Verdict {
    let set = |name, default: &str| env::var(name).unwrap_or_else(|_| default.into());
    let words = format!("{} {}", set("CC", "cc"), set("CFLAGS", "-O2"));
    let words = words.split_whitespace().chain(flags.iter().copied());
    let words = words.chain(["-o", "program", "-iquote"]).map(OsString::from);
    let folder = source.parent().unwrap_or(Path::new("."));
    let launch = Launch::of(words.chain([folder.into(), source.into()]));
    let launch = Launch { ignores_calls: true, ..launch };
    let mut world = World::new()?;
    let (is_made, text) = match world.run(launch) {
        Ok((outcome, _)) => (outcome.succeeded(), [outcome.stdout, outcome.stderr].concat()),
        Err(report) if report.kind == Kind::Stopped => (false, report.text.into_bytes()),
        Err(report) => return Err(report),
    };
    fs::write(program.with_extension("log"), text)?;
    let _ = fs::remove_file(program);
    if is_made { copy(&world.folder.path().join("program"), program) } else { Ok(()) }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    C,
    /// Ours, or a student's in its place.
    Ours,
}

impl Version {
    pub fn path(self, program: &str) -> PathBuf {
        let folder = match self {
            Self::C => "c",
            Self::Ours => "ours",
        };
        run().join(folder).join(program)
    }

    /// Runs `program`, through pipes and with no input.
    pub fn launch(self, program: &str) -> Launch {
        self.launch_under(&[], program)
    }

    /// The same by a command, whose words come before it.
    pub fn launch_under(self, wrapper: &[&str], program: &str) -> Launch {
        let words = wrapper.iter().map(OsString::from);
        Launch::of(words.chain([self.path(program).into()]))
    }

    /// How a report calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::C => "C version",
            Self::Ours if is_yours() => "yours",
            Self::Ours => "Rust version",
        }
    }
}

/// The folder whose programs stand where ours do.
pub fn yours() -> Option<PathBuf> {
    folder("YOURS")
}

/// Whether a student's programs stand where ours do.
pub fn is_yours() -> bool {
    yours().is_some()
}

/// A folder from the root on, without the slash at its end.
fn folder(variable: &str) -> Option<PathBuf> {
    let folder = env::var_os(variable).filter(|folder| !folder.is_empty())?;
    let folder = path::absolute(folder).ok()?;
    Some(folder.components().collect())
}

/// What the user of make has set.
pub fn given(variable: &str) -> Option<String> {
    let text = env::var_os(variable).filter(|text| !text.is_empty())?;
    Some(text.to_string_lossy().into_owned())
}

/// The lab's own folder.
pub fn lab() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// The folder of what make has built, as a student names it.
pub fn built() -> String {
    given("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into())
}

/// The tool that makes the segments that a case starts from.
pub fn make_segment() -> PathBuf {
    run().join("make-segment")
}
