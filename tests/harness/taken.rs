//! The programs are taken into the folder of a run: what make has built, and what a student hands in.

use std::fs::{self, File, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;

use super::compiled::{compile, compiler, headers, works};
use super::elf;
use super::programs::{PROGRAMS, Version, built, folder, is_yours, lab, opened, run, yours};
use super::report::{Report, Verdict};
use super::words::{on_one_line, only_visible};
use engine::{Limits, PATH, Trouble, While};

/// Takes into the folder of a run what make has built, or in its place what the user gives.
pub fn take_all() -> Verdict {
    let (run, built) = (run(), lab().join(built()));
    let (c, ours) = (run.join("c"), run.join("ours"));
    take_folder(&built.join("c"), &c)?;
    if let Some(folder) = folder("ORIGINALS") {
        take_folder(&folder, &c)?;
    }
    PROGRAMS.iter().try_for_each(|program| is_as_known(&c.join(program)))?;
    let yours = yours().unwrap_or_else(|| built.join("debug"));
    take_folder_as(&yours, &opened().unwrap_or_else(|| yours.clone()), &ours)?;
    let is_there =
        |program: &str| c.join(program).exists() && (is_yours() || ours.join(program).exists());
    if let Some(program) = PROGRAMS.into_iter().find(|program| !is_there(program)) {
        let words = ["why", "none", "log"].map(|kind| c.join(program).with_extension(kind));
        let why = words.iter().find_map(|file| fs::read_to_string(file).ok());
        let why = why.unwrap_or_else(|| "it is not built: make builds it".into());
        let built = c.join(program).with_extension("why").exists() && folder("ORIGINALS").is_none();
        let advice = if built { "\nTake CC=gcc." } else { "" };
        return Err(Report::trouble(format!("{program}: {why}{advice}")));
    }
    Ok(())
}

/// Of each exercise, FOLDER/shm-x.c is compiled to INTO/shm-x, and INTO/shm-x.log has the compiler's words; no program
/// is there if it failed. Else FOLDER/shm-x is copied. Why it is no file to be handed in, is told in INTO/shm-x.none; what
/// this machine cannot take, in INTO/shm-x.why.
fn take_folder(folder: &Path, into: &Path) -> Verdict {
    take_folder_as(folder, folder, into)
}

/// Of a folder that has this name, and is read at another place.
fn take_folder_as(name: &Path, folder: &Path, into: &Path) -> Verdict {
    let made = fs::create_dir_all(into).and_then(|()| fs::set_permissions(into, passable()));
    made.doing(format!("making {}", into.display()))?;
    let shown = on_one_line(name);
    fs::read_dir(folder).doing(format!("reading the folder {shown}"))?;
    let mut taken = 0;
    for program in PROGRAMS {
        let (source, binary) = (folder.join(program).with_extension("c"), folder.join(program));
        if is_there(&source) {
            take_source(folder, program, &into.join(program))?;
        } else if is_executable(&binary) {
            take_binary(&binary, &into.join(program))?;
        } else {
            continue;
        }
        taken += 1;
    }
    let instead = PROGRAMS.iter().find_map(|program| instead(folder, program));
    let instead = instead.map_or(String::new(), |instead| format!(":\n{instead}"));
    let nothing = || format!("neither shm-*.c nor executables shm-* in {shown}{instead}");
    if taken > 0 { Ok(()) } else { Err(Report::trouble(nothing())) }
}

/// Words are written where a program would be.
fn note(to: &Path, kind: &str, words: &str) -> Verdict {
    let file = to.with_extension(kind);
    Ok(fs::write(&file, words).doing(format!("writing {}", file.display()))?)
}

fn take_source(folder: &Path, program: &str, to: &Path) -> Verdict {
    let source = folder.join(program).with_extension("c");
    if let Some(why) = is_none(&source, LARGEST_SOURCE) {
        return note(to, "none", &format!("{program}.c: {why}"));
    }
    if let Err(why) = can_be_read(folder, program) {
        return note(to, "why", &why.to_string());
    }
    compile(folder, program, to, Limits::default())?;
    // If it does not compile, it is the source's fault, unless nothing can be compiled.
    if to.exists() { is_as_known(to) } else { works() }
}

/// Whether the source of a program and the headers beside it can be read.
fn can_be_read(folder: &Path, program: &str) -> Result<(), Trouble> {
    let files = headers(folder).into_iter().chain([format!("{program}.c").into()]);
    files.map(|file| open(&folder.join(file), LARGEST_SOURCE)).try_for_each(|file| file.map(drop))
}

/// # Errors
/// The compiler makes what the check cannot judge.
fn is_as_known(program: &Path) -> Verdict {
    let (compiler, own) = (compiler(), elf::own());
    if let Some(kind) = elf::of_another_machine(program) {
        return Err(Report::trouble(format!(
            "{compiler} makes programs for {kind}, and the check runs those for {own} alone"
        )));
    }
    if elf::is_of_musl(program) {
        return Err(Report::trouble(format!(
            "{compiler} links with musl, which does not write a question before it reads the answer,\n\
             as glibc does: the check knows what glibc does. Take CC=gcc."
        )));
    }
    Ok(())
}

fn take_binary(binary: &Path, to: &Path) -> Verdict {
    if let Some(why) = is_none(binary, LARGEST_PROGRAM) {
        return note(to, "none", &format!("{}: {why}", named(binary)));
    }
    if let Err(why) = open(binary, LARGEST_PROGRAM) {
        return note(to, "why", &why.to_string());
    }
    copy(binary, to, 0o755)?;
    let shown = named(binary);
    let why = match (elf::of_another_machine(to), interpreter(to)) {
        (Some(kind), _) => {
            format!("{shown} is for {kind}, and the check runs programs for {} alone", elf::own())
        }
        (_, Some(missing)) => format!("{shown} is a script for {missing}, which is not here"),
        _ => return Ok(()),
    };
    let _ = fs::remove_file(to);
    note(to, "why", &why)
}

/// Of a script, the program that its first line names, if there is none of that name.
fn interpreter(script: &Path) -> Option<String> {
    let mut start = Vec::new();
    File::open(script).ok()?.take(256).read_to_end(&mut start).ok()?;
    let line = start.strip_prefix(b"#!")?.split(|&byte| byte == b'\n').next()?;
    let line = String::from_utf8_lossy(line).into_owned();
    let mut words = line.split_whitespace();
    let named = words.next().filter(|name| name.starts_with('/'))?;
    // To join a name that begins with a slash gives that name.
    let is_found = |name: &str| PATH.split(':').any(|folder| Path::new(folder).join(name).exists());
    let name = if named.ends_with("/env") { words.next()? } else { named };
    (!name.starts_with('-') && !is_found(name)).then(|| only_visible(name))
}

/// Who may come through: root's programs run as another user.
fn passable() -> Permissions {
    Permissions::from_mode(if geteuid().is_root() { 0o711 } else { 0o700 })
}

/// No source is larger, and no executable, in bytes.
const LARGEST_SOURCE: u64 = 1 << 20;
const LARGEST_PROGRAM: u64 = 64 << 20;

/// Why something is no file to be handed in. Links are not followed, because they may lead to files that only the
/// caller may read, or to our own programs.
fn is_none(file: &Path, largest: u64) -> Option<String> {
    let data = file.symlink_metadata().ok()?;
    match () {
        () if data.is_symlink() => Some("it is a link: hand in the file itself".into()),
        () if !data.is_file() => Some("it is no plain file".into()),
        () if data.len() > largest => Some(format!("it has more than {} MiB", largest >> 20)),
        () => None,
    }
}

/// Opens a plain file of a bounded size, whatever has become of it meanwhile.
fn open(file: &Path, largest: u64) -> Result<File, Trouble> {
    let reading = || format!("reading {}", named(file));
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
    let opened = File::options().read(true).custom_flags(flags).open(file).doing(reading())?;
    let data = opened.metadata().doing(reading())?;
    if data.is_file() && data.len() <= largest {
        return Ok(opened);
    }
    Err(Trouble::new(reading(), format!("it is no file of at most {} MiB", largest >> 20)))
}

/// A copy with these permissions, which the user of the programs can reach: the lab may lie where only its owner may
/// enter.
pub fn copy(file: &Path, to: &Path, mode: u32) -> Result<(), Trouble> {
    let largest = if mode & 0o111 == 0 { LARGEST_SOURCE } else { LARGEST_PROGRAM };
    let from = open(file, largest)?;
    let copied = File::create(to).and_then(|mut to| {
        io::copy(&mut from.take(largest), &mut to)?;
        to.set_permissions(Permissions::from_mode(mode))
    });
    copied.doing(format!("copying {} to {}", named(file), to.display()))
}

/// Without its folder, which may have another name than the one where it is read.
fn named(file: &Path) -> String {
    on_one_line(Path::new(file.file_name().unwrap_or_default()))
}

fn is_executable(file: &Path) -> bool {
    let is = |data: fs::Metadata| !data.is_dir() && data.permissions().mode() & 0o111 != 0;
    file.symlink_metadata().is_ok_and(is)
}

fn is_there(file: &Path) -> bool {
    file.symlink_metadata().is_ok()
}

/// Why there is no such program of a student's: a verdict on each case that needs it.
pub fn missing(program: &str) -> Option<Report> {
    let (folder, to) = (yours()?, Version::Ours.path(program));
    let words = |kind| fs::read_to_string(to.with_extension(kind));
    match (words("why"), words("none"), words("log")) {
        _ if to.exists() => None,
        (Ok(why), ..) => Some(Report::not_run(why)),
        (_, Ok(why), _) => Some(Report::failed(why)),
        (.., Ok(words)) => {
            let unused = unused(program).map_or(String::new(), |line| line + "\n");
            Some(Report::failed(format!("{program}.c does not compile\n{words}\n{unused}")))
        }
        _ => Some(Report::not_run(
            instead(&folder, program)
                .unwrap_or_else(|| format!("{ABSENT}{program} in {}", on_one_line(&folder))),
        )),
    }
}

/// So begins the reason where an exercise is not handed in.
pub const ABSENT: &str = "there is no ";

/// What is there in the place of a program or its source, and what to do with it.
fn instead(folder: &Path, program: &str) -> Option<String> {
    if folder.join(program).is_file() {
        return Some(format!("{program} is not executable: chmod +x"));
    }
    let short = program.trim_start_matches("shm-");
    let entries = fs::read_dir(folder).ok()?.flatten().take(1000);
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names.iter().find_map(|name| {
        let path = PathBuf::from(name);
        let (stem, end) = (path.file_stem()?.to_str()?, path.extension()?.to_str()?);
        match end {
            "c" if [short, &program.replace('-', "_")].contains(&stem) => {
                Some(format!("there is {name}: call it {program}.c"))
            }
            "c" | "o" | "h" | "log" => None,
            _ if stem == program => Some(format!(
                "there is {}, and the check compiles C alone: hand in an executable, called {program}",
                on_one_line(&path)
            )),
            _ => None,
        }
    })
}

/// An executable beside its own source is not what is checked.
pub fn unused(program: &str) -> Option<String> {
    let binary = yours()?.join(program);
    let is_unused = is_there(&binary.with_extension("c")) && is_executable(&binary);
    is_unused.then(|| {
        format!("{program}.c was compiled: the executable {program} beside it is not used.")
    })
}
