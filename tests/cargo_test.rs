//! `cargo test` runs the checks as `make check` does: it builds all first. `cargo test NAME` plays
//! the cases with NAME in their names.

use std::error::Error;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, exit};

fn main() -> Result<(), Box<dyn Error>> {
    let lab = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let built =
        Command::new("make").arg("--silent").current_dir(lab).env_remove("MAKEFLAGS").status()?;
    if !built.success() {
        exit(1);
    }
    let mut check = Command::new(env!("CARGO_BIN_EXE_check"));
    check.args(std::env::args_os().skip(1));
    Err(check.exec().into())
}
