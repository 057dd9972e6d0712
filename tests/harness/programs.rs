//! The programs under comparison: the C versions, and ours or a student's.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{self, Path, PathBuf};
use std::sync::OnceLock;

use engine::{Kind, Launch, Limits, Trouble, While};
use nix::unistd::geteuid;

use super::play::world;
use super::report::{Report, Verdict};

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
    take_folder(&built.join("c"), &c)?;
    if let Some(folder) = folder("ORIGINALS") {
        take_folder(&folder, &c)?;
    }
    take_folder(&yours().unwrap_or_else(|| built.join("release")), &ours)?;
    let is_there =
        |program: &str| c.join(program).exists() && (is_yours() || ours.join(program).exists());
    if let Some(program) = PROGRAMS.into_iter().find(|program| !is_there(program)) {
        let why = fs::read_to_string(c.join(program).with_extension("log"));
        let why = why.unwrap_or_else(|_| "it is not built: make builds it".into());
        return Err(Report::trouble(format!("{program}: {why}")));
    }
    Ok(())
}

/// No source is larger, and no executable, in bytes.
const LARGEST_SOURCE: u64 = 1 << 20;
const LARGEST_PROGRAM: u64 = 64 << 20;

/// Opens a plain file of a bounded size. Its folder may be a stranger's: links are not followed, because they may
/// lead to files that only the caller may read, or to our own programs.
fn open(file: &Path, largest: u64) -> Result<File, Trouble> {
    let reading = || format!("reading {}", visible(&file.to_string_lossy()));
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
    let opened = File::options().read(true).custom_flags(flags).open(file);
    let opened = match opened {
        Err(error) if error.raw_os_error() == Some(libc::ELOOP) => {
            return Err(Trouble::new(reading(), "it is a link: hand in the file itself"));
        }
        opened => opened.doing(reading())?,
    };
    let data = opened.metadata().doing(reading())?;
    if data.is_file() && data.len() <= largest {
        return Ok(opened);
    }
    Err(Trouble::new(reading(), format!("it is no file of at most {} MiB", largest >> 20)))
}

/// A copy with these permissions, which the user of the programs can reach: the lab may lie where only its owner may
/// enter.
fn copy(file: &Path, to: &Path, mode: u32) -> Result<(), Trouble> {
    let largest = if mode & 0o111 == 0 { LARGEST_SOURCE } else { LARGEST_PROGRAM };
    let from = open(file, largest)?;
    let copied = File::create(to).and_then(|mut to| {
        io::copy(&mut from.take(largest), &mut to)?;
        to.set_permissions(Permissions::from_mode(mode))
    });
    copied.doing(format!("copying {} to {}", file.display(), to.display()))
}

/// A copy of a program that other users can run.
///
/// # Errors
/// It is a link, too large, or cannot be copied.
pub fn take_program(file: &Path, to: &Path) -> Result<(), Trouble> {
    copy(file, to, 0o755)
}

/// Of each exercise, FOLDER/shm-x.c is compiled to INTO/shm-x, and INTO/shm-x.log has the compiler's words (no program
/// is there if it failed); else FOLDER/shm-x is copied. What cannot be taken is told in the .log.
fn take_folder(folder: &Path, into: &Path) -> Verdict {
    let mut taken = 0;
    let made = fs::create_dir_all(into).and_then(|()| fs::set_permissions(into, passable()));
    made.doing(format!("making {}", into.display()))?;
    fs::read_dir(folder).doing(format!("reading the folder {}", folder.display()))?;
    for program in PROGRAMS {
        let (source, binary, to) =
            (folder.join(program).with_extension("c"), folder.join(program), into.join(program));
        let is_there = |file: &Path| file.symlink_metadata().is_ok();
        let done = if is_there(&source) {
            compile(folder, program, &to, Limits::default())
        } else if is_executable(&binary) {
            copy(&binary, &to, 0o755)
        } else {
            continue;
        };
        taken += 1;
        if let Err(why) = done {
            let log = to.with_extension("log");
            fs::write(&log, why.to_string()).doing(format!("writing {}", log.display()))?;
        }
    }
    let folder = visible(&folder.to_string_lossy());
    let nothing = || format!("neither shm-*.c nor executables shm-* in {folder}");
    if taken > 0 { Ok(()) } else { Err(Report::trouble(nothing())) }
}

/// Root's programs run as another user, who has to come through.
fn passable() -> Permissions {
    Permissions::from_mode(if geteuid().is_root() { 0o711 } else { 0o700 })
}

fn is_executable(file: &Path) -> bool {
    let is = |data: fs::Metadata| !data.is_dir() && data.permissions().mode() & 0o111 != 0;
    file.symlink_metadata().is_ok_and(is)
}

/// Compiles in a world, where the compiler reads copies of the folder's sources, and no other folder: what it says is
/// shown.
///
/// # Errors
/// A source cannot be read. What does not compile is no error.
pub fn compile(folder: &Path, program: &str, to: &Path, limits: Limits) -> Result<(), Trouble> {
    let mut world = world()?;
    world.limits = limits;
    let inside = world.folder().path().to_path_buf();
    let source = format!("{program}.c");
    copy(&folder.join(&source), &inside.join(&source), 0o644)?;
    for header in headers(folder) {
        copy(&folder.join(&header), &inside.join(&header), 0o644)?;
    }
    let words = format!("{} {WARNINGS} -o program {source}", compiler());
    let launch = Launch { kind: Kind::Compiler, ..Launch::of(words.split_whitespace()) };
    let ran = world.run(launch)?;
    let said = [ran.outcome.stdout, ran.outcome.stderr].concat();
    let said = ran.stopped.unwrap_or_else(|| shown(&said));
    let log = to.with_extension("log");
    fs::write(&log, said).doing(format!("writing {}", log.display()))?;
    let _ = fs::remove_file(to); // that of the folder before
    if ran.outcome.status.success() { copy(&inside.join("program"), to, 0o755) } else { Ok(()) }
}

/// The command that compiles a C file, without what is compiled to what.
pub fn compiler() -> String {
    let set = |name, default: &str| given(name).unwrap_or_else(|| default.into());
    format!("{} {}", set("CC", "cc"), set("CFLAGS", "-O2"))
}

/// What a compiler is asked to warn of: what is no matter of taste.
const WARNINGS: &str = "-Wimplicit -Wint-conversion -Wformat -Wuninitialized -Wreturn-type";

/// What the compiler has warned of first, where it has compiled the program.
pub fn warning(program: &str) -> Option<String> {
    let log = Version::Ours.path(program).with_extension("log");
    let words = fs::read_to_string(log).ok()?;
    let warning = words.lines().find(|line| line.contains("warning: "))?;
    Some(format!("The compiler warns: {}", warning.trim().replace("warning: ", "")))
}

/// The headers beside a source, a bounded number of them.
fn headers(folder: &Path) -> Vec<OsString> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_header = |entry: &fs::DirEntry| {
        entry.path().extension().is_some_and(|end| end == "h")
            && entry.file_type().is_ok_and(|kind| kind.is_file())
    };
    entries.filter(is_header).take(16).map(|entry| entry.file_name()).collect()
}

/// So many lines of a compiler are enough, and so many letters of a line.
const MOST_LINES: usize = 100;
const MOST_LETTERS: usize = 160;

/// What a compiler says: no control byte reaches a terminal, and its lines are indented, so that none looks like the
/// report's own.
fn shown(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let cut = |line: &str| visible(&line.chars().take(MOST_LETTERS).collect::<String>());
    let lines = text.lines().take(MOST_LINES).map(cut);
    lines.flat_map(|line| ["    ".into(), line, "\n".into()]).collect()
}

/// A stranger's text on one line: no control letters, no marks that turn the writing, no letters without width.
pub fn visible(text: &str) -> String {
    let spelt = |letter: char| match letter {
        ' '..='~' => letter.to_string(),
        letter => letter.escape_debug().collect(),
    };
    text.chars().map(spelt).collect()
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
        let launch = Launch::of(words.chain([self.path(program).into()]));
        // Leaks cannot be looked for in a program that is traced.
        let options = [("ASAN_OPTIONS", "detect_leaks=0".to_string())];
        Launch { environment: if is_yours() { options.into() } else { vec![] }, ..launch }
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

/// A folder as it is named in the lab's own.
pub fn from_lab(folder: &Path) -> PathBuf {
    folder.strip_prefix(lab()).unwrap_or(folder).to_path_buf()
}

/// The folder of what make has built, as a student names it.
pub fn built() -> String {
    given("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into())
}
