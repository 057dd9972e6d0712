//! `check --grade`: every folder in the folder `HANDINS` is a hand-in. Each is checked by a check of its own,
//! as many side by side as there are processors.
//!
//! A hand-in's name may have any bytes, and is for the kernel alone: no shell and no make sees it.

mod crew;
mod handin;
mod marks;
mod table;

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{self, Path, PathBuf};
use std::time::Instant;

use crew::Crew;
use handin::{HandIn, printable};
use marks::Marks;

use super::{compiled, fit};
use engine::Folder;

pub use crew::be_graded;

const CSV: &str = "results.csv";

/// What came of a hand-in: its marks, or why it was not judged.
type Judged = Result<Marks, String>;

/// Checks them all and prints the table. Returns the exit status: 0, all were judged; 2, some were not;
/// 128 and the signal's number if it was interrupted.
pub fn grade() -> Result<u8, String> {
    let start = Instant::now();
    engine::reset_signals();
    // What would keep all of them from being judged, is said once.
    let is_fit = fit::takes_room().and_then(|()| fit::is_fit()).and_then(|()| compiled::works());
    is_fit.map_err(|why| why.text)?;
    let folder = given("HANDINS").ok_or("say where they are: make grade HANDINS=folder")?;
    let handins = HandIn::all_in(&folder).map_err(|why| because("HANDINS", &folder, &why))?;
    if handins.iter().all(|handin| handin.is_stray) {
        return Err(format!("HANDINS={}: there is no folder in it", printable(folder.as_os_str())));
    }
    let own = Folder::new(None).map_err(|why| why.to_string())?; // where no other is given
    let results = given("RESULTS").unwrap_or_else(|| own.path().into());
    can_be_written(&results, &folder).map_err(|why| because("RESULTS", &results, &why))?;
    let old = handins.iter().flat_map(|handin| handin.files_in(&results));
    old.chain([results.join(CSV)]).try_for_each(|file| remove(&file))?;
    keep(&results.join(CSV), "")?; // whether it can be written, is better known before
    let mut crew = Crew::new(&handins, &results).map_err(|why| why.to_string())?;
    let judged = crew.judge_all();
    let said = table::print_all(&handins, &judged);
    remove(&results.join(CSV))?;
    keep(&results.join(CSV), &table::csv(&handins, &judged))?;
    let all = handins.iter().zip(&judged).filter(|(handin, _)| !handin.is_stray);
    let all: Vec<&Judged> = all.map(|(_, judged)| judged).collect();
    table::print_end(&all, start.elapsed(), given("RESULTS").as_deref());
    let are_whole = all.iter().all(|judged| judged.as_ref().is_ok_and(Marks::is_whole));
    let status = if are_whole { said } else { 2 };
    Ok(crew.interrupted_by().map_or(status, |signal| 128 + signal as u8))
}

fn because(variable: &str, folder: &Path, why: &io::Error) -> String {
    format!("{variable}={}: {why}", printable(folder.as_os_str()))
}

fn given(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|path: &OsString| !path.is_empty()).map(PathBuf::from)
}

/// Makes the folder of the results. It is no hand-in, and in none.
fn can_be_written(results: &Path, handins: &Path) -> io::Result<()> {
    let (whole, handins) = (path::absolute(results)?, handins.canonicalize()?);
    // What is not there yet, is in the folder above.
    let is_there = whole.ancestors().find_map(|folder| folder.canonicalize().ok());
    if is_there.is_some_and(|folder| folder.starts_with(handins)) {
        return Err(io::Error::other("it must not lie in the folder of the hand-ins"));
    }
    fs::create_dir_all(results)
}

/// Removes a file of an earlier time. Whatever lies there, nothing is written to it.
fn remove(file: &Path) -> Result<(), String> {
    let is_gone = |why: &io::Error| why.kind() == ErrorKind::NotFound;
    let because = |why| format!("removing {}: {why}", printable(file.as_os_str()));
    fs::remove_file(file).or_else(|why| if is_gone(&why) { Ok(()) } else { Err(because(why)) })
}

/// Writes a new file. It is there whole, or not at all.
fn keep(file: &Path, text: &str) -> Result<(), String> {
    let because = |why| format!("writing {}: {why}", printable(file.as_os_str()));
    let mut new = File::create_new(file).map_err(because)?;
    let written = new.write_all(text.as_bytes()).and_then(|()| new.sync_all());
    written.inspect_err(|_| drop(fs::remove_file(file))).map_err(because)
}
