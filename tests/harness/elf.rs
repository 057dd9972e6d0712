//! For which machine an executable is made: the first bytes of an ELF file. See elf(5).

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Its class (1 is 32 bits, 2 is 64) and its machine.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Made {
    class: u8,
    machine: u16,
}

impl Made {
    fn of(file: &Path) -> Option<Self> {
        let mut start = [0; 20];
        File::open(file).ok()?.read_exact(&mut start).ok()?;
        let is_elf = start.starts_with(b"\x7fELF");
        let machine = u16::from_ne_bytes([start[18], start[19]]);
        is_elf.then_some(Self { class: start[4], machine })
    }

    fn in_words(self) -> String {
        let bits = if self.class == 1 { 32 } else { 64 };
        let machine = match self.machine {
            3 | 62 => "x86",
            40 | 183 => "ARM",
            243 => "RISC-V",
            _ => "other",
        };
        format!("{bits}-bit {machine}")
    }
}

/// What the check itself is made for: it follows such programs alone.
pub fn own() -> String {
    Made::of(Path::new("/proc/self/exe")).map_or("another kind".into(), Made::in_words)
}

/// Whether a program is linked with musl, by the loader that it names at its start.
pub fn is_of_musl(program: &Path) -> bool {
    let mut start = Vec::new();
    let read = File::open(program).and_then(|file| file.take(1 << 16).read_to_end(&mut start));
    let name = b"/ld-musl-";
    read.is_ok() && start.windows(name.len()).any(|part| part == name)
}

/// What a program is made for, if that is another machine than this one.
pub fn of_another_machine(program: &Path) -> Option<String> {
    let made = Made::of(program)?;
    let own = Made::of(Path::new("/proc/self/exe"))?;
    (made != own).then(|| made.in_words())
}
