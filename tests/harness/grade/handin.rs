//! The hand-ins, and what they are called on a screen and in the folder of the results.

use std::ffi::{OsStr, OsString};
use std::fs::{self, DirEntry, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The longest name of a file, without `.txt`.
const LONGEST: usize = 255 - ".txt".len();

pub struct HandIn {
    name: OsString,
    pub folder: PathBuf,
    /// Its results are in the files of this name and `.txt` or `.xml`.
    pub file: String,
    /// Why it cannot be judged.
    pub cannot: Option<String>,
    /// It is no hand-in, but a file that lies among them.
    pub is_stray: bool,
}

impl HandIn {
    /// Whatever is in the folder, sorted by name.
    pub fn all_in(folder: &Path) -> io::Result<Vec<Self>> {
        let folder = folder.canonicalize()?;
        let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<DirEntry>>>()?;
        entries.sort_by_key(DirEntry::file_name);
        Ok(entries.iter().enumerate().map(|(number, entry)| Self::of(number, entry)).collect())
    }

    fn of(number: usize, entry: &DirEntry) -> Self {
        let (name, folder) = (entry.file_name(), entry.path());
        let file = file_name(name.as_bytes(), number);
        let is_stray = entry.file_type().is_ok_and(|kind| kind.is_file());
        Self { file, cannot: cannot_be_judged(entry), name, folder, is_stray }
    }

    /// The name as it can be printed: all on one line, and distinct from every other.
    pub fn shown(&self) -> String {
        printable(&self.name)
    }

    /// Opens the folder, which may have become a link since it was listed.
    pub fn open(&self) -> io::Result<File> {
        let flags = libc::O_DIRECTORY | libc::O_NOFOLLOW;
        File::options().read(true).custom_flags(flags).open(&self.folder)
    }

    /// The report of its check, and its marks as `JUnit`'s XML.
    pub fn files_in(&self, results: &Path) -> [PathBuf; 2] {
        ["txt", "xml"].map(|kind| results.join(format!("{}.{kind}", self.file)))
    }
}

/// As in a C string: line ends, other control characters, what has no width or turns the writing, and bytes that are
/// not UTF-8 are escaped. A mark on a letter, as macOS writes an accent, is no such thing.
pub fn printable(text: &OsStr) -> String {
    let (mut shown, mut may_have_mark) = (String::new(), false);
    for chunk in text.as_bytes().utf8_chunks() {
        for letter in chunk.valid().chars() {
            match letter {
                '\n' => shown += "\\n",
                '\t' => shown += "\\t",
                '"' | '\\' => shown.extend(['\\', letter]),
                '\'' => shown.push(letter),
                _ if letter.escape_debug().len() == 1 => shown.push(letter),
                _ if may_have_mark && is_mark(letter) => shown.push(letter),
                _ => shown += &octal(letter.encode_utf8(&mut [0; 4]).as_bytes()),
            }
            may_have_mark = letter.is_alphanumeric() || (may_have_mark && is_mark(letter));
        }
        shown += &octal(chunk.invalid());
    }
    shown
}

/// Three digits for each byte: what follows is no part of them.
fn octal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("\\{byte:03o}"))
}

/// Whether it is printed on the letter before it.
pub fn is_mark(letter: char) -> bool {
    let behind_a_letter = ['a', letter].iter().collect::<String>();
    letter.escape_debug().len() > 1 && behind_a_letter.escape_debug().count() == 2
}

/// A link is not followed: it may lead to somebody else's work.
fn cannot_be_judged(entry: &DirEntry) -> Option<String> {
    match entry.file_type() {
        Err(why) => Some(format!("it cannot be read: {why}")),
        Ok(kind) if kind.is_symlink() => Some("it is a link".into()),
        Ok(kind) if kind.is_file() => Some("it is a file, not a folder".into()),
        Ok(kind) if !kind.is_dir() => Some("it is not a folder".into()),
        Ok(_) => match fs::read_dir(entry.path()) {
            Err(why) => Some(format!("it cannot be read: {why}")),
            Ok(mut inside) => inside.next().is_none().then(|| "it is empty".into()),
        },
    }
}

/// A safe name of a file: every other byte as `%` and two digits. Distinct names stay distinct, long ones by
/// their number, for which `%00` makes room: no name has a byte 0.
fn file_name(name: &[u8], number: usize) -> String {
    let mut safe = String::new();
    for (place, &byte) in name.iter().enumerate() {
        let is_first = place == 0;
        match byte {
            b'.' | b'-' if is_first => safe += &format!("%{byte:02X}"),
            b'.' | b'-' | b'_' => safe.push(byte.into()),
            _ if byte.is_ascii_alphanumeric() => safe.push(byte.into()),
            _ => safe += &format!("%{byte:02X}"),
        }
    }
    if safe.len() > LONGEST {
        safe.truncate(200);
        safe += &format!("%00{number}");
    }
    safe
}
