//! One run of a case: programs on a start state, and the account of what they did.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use common::Segment;
use libc::IPC_PRIVATE;

use super::channel::{Channel, Running};
use super::folder::Folder;
use super::outcome::Outcome;
use super::program::{Version, built, copy_for_all};
use super::report::{Report, expect};
use super::segment_table::{self, Row};
use super::setting::{Found, Setting};
use super::world::OWN_TABLE;

/// What was seen, in words: the segment table before and after, and what each program did.
pub struct Account {
    pub before: String,
    programs: Vec<String>,
    pub after: String,
    /// What the last program did.
    pub last: Outcome,
}

impl Account {
    /// All that two versions are compared by.
    pub fn text(&self) -> String {
        format!("{}segment table:\n{}", self.programs.concat(), self.after)
    }
}

/// Plays a scene in the segment table that the caller's thread has.
pub fn play(setting: &Setting, version: Version, channel: Channel) -> Result<Account, Report> {
    if !OWN_TABLE && (setting.table_is_full || !setting.kernel_limits.is_empty()) {
        return Err(Report(
            "this would touch the machine's own segment table".to_string(),
        ));
    }
    for (limit, value) in &setting.kernel_limits {
        fs::write(Path::new("/proc/sys/kernel").join(limit), value.to_string())?;
    }
    let mut stage = Stage::new(setting.user.is_some() || owned_by_others(setting))?;
    for found in &setting.found {
        stage.make(found)?;
    }
    if setting.table_is_full {
        fill_the_table();
    }
    let before = stage.describe_table()?;
    let mut programs = Vec::new();
    let mut last = None;
    for (program, input) in &setting.programs {
        let path = stage.reachable(&version.path(program)?)?;
        let outcome = stage
            .start(channel, command(setting, &path), input)?
            .finish()?;
        programs.push(stage.name_ids(&format!("{program}:\n{}", outcome.describe(channel)))?);
        last = Some(outcome);
    }
    let after = stage.describe_table()?;
    let last = last.ok_or_else(|| Report("the case runs nothing".to_string()))?;
    Ok(Account {
        before,
        programs,
        after,
        last,
    })
}

fn owned_by_others(setting: &Setting) -> bool {
    setting.found.iter().any(|found| found.owner.is_some())
}

fn fill_the_table() {
    while Segment::get(IPC_PRIVATE, 1, 0o600).is_ok() {}
}

fn command(setting: &Setting, program: &Path) -> Command {
    let mut command = wrapped(&setting.wrapper, program);
    if let Some(user) = setting.user {
        command.uid(user).gid(user);
    }
    command
}

/// The C version of `program`, run by the command whose words come before it.
pub fn c_version(program: &str, wrapper: &[&str]) -> Result<Command, Report> {
    Ok(wrapped(wrapper, &Version::C.path(program)?))
}

/// Our version of `program`, in the same way.
pub fn ours(program: &str, wrapper: &[&str]) -> Result<Command, Report> {
    Ok(wrapped(wrapper, &Version::Ours.path(program)?))
}

/// Our version of `program`, run by strace, which injects a fault, a signal or a delay into it.
pub fn injected(program: &str, fault: &str) -> Result<Command, Report> {
    // A shell's background jobs have SIGINT ignored. The program is this process's own child (-D).
    let wrapper = format!("env --default-signal=INT strace -fqqD -o/dev/null -e inject={fault}");
    ours(program, &wrapper.split(' ').collect::<Vec<_>>())
}

fn wrapped(wrapper: &[&str], program: &Path) -> Command {
    let mut words = wrapper.iter().map(OsStr::new).chain([program.as_os_str()]);
    let mut command = Command::new(words.next().unwrap_or_default());
    // Locale and stdio settings of the caller would change what C prints.
    command
        .args(words)
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    command
}

/// The segments and processes of one scene. Takes away what it made when it is dropped.
pub struct Stage {
    copies: Option<Folder>,
    processes: HashSet<u32>,
    /// The segments that were there before it.
    others: HashSet<String>,
    holders: Vec<Child>,
}

impl Stage {
    /// `with_other_users`: not only this user is to run the programs.
    pub fn new(with_other_users: bool) -> Result<Self, Report> {
        let copies = with_other_users
            .then(|| Folder::new("copies"))
            .transpose()?;
        let others = segment_table::rows()?
            .into_iter()
            .map(|row| row.id)
            .collect();
        Ok(Self {
            copies,
            processes: HashSet::new(),
            others,
            holders: Vec::new(),
        })
    }

    /// The program, or a copy of it where other users are to run it.
    fn reachable(&self, program: &Path) -> Result<PathBuf, Report> {
        match &self.copies {
            Some(folder) => copy_for_all(program, folder),
            None => Ok(program.to_path_buf()),
        }
    }

    pub fn make(&mut self, found: &Found) -> Result<(), Report> {
        let maker = self.reachable(&built("release", "make-segment")?)?;
        let mut command = Command::new(maker);
        command.args([
            found.key.to_string(),
            found.size.to_string(),
            format!("{:o}", found.mode),
        ]);
        command
            .arg(found.text)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(owner) = found.owner {
            command.uid(owner).gid(owner);
        }
        let mut maker = segment_table::spawn_unattached(&mut command)?;
        self.processes.insert(maker.id());
        let stdout = maker.stdout.take();
        if stdout.is_none_or(|stdout| BufReader::new(stdout).lines().next().is_none()) {
            let failed = maker.wait_with_output()?;
            let why = String::from_utf8_lossy(&failed.stderr).into_owned();
            return Err(Report(format!("{}\n{why}", found.by_hand())));
        }
        if found.held {
            self.holders.push(maker);
            let table = self.describe_table()?;
            expect("one attached", table.contains(" 1 attached"), &table)?;
        } else {
            drop(maker.stdin.take());
            maker.wait()?;
        }
        Ok(())
    }

    pub fn start(
        &mut self,
        channel: Channel,
        command: Command,
        input: &[u8],
    ) -> Result<Running, Report> {
        let running = channel.start(command, input)?;
        self.processes.insert(running.process());
        Ok(running)
    }

    /// The segments of this scene: in a table of its own, all.
    fn rows(&self) -> Result<Vec<Row>, Report> {
        let mut rows = segment_table::rows()?;
        let is_ours =
            |row: &Row| self.processes.contains(&row.creator) && !self.others.contains(&row.id);
        rows.retain(|row| OWN_TABLE || is_ours(row));
        Ok(rows)
    }

    pub fn describe_table(&self) -> Result<String, Report> {
        let rows = self.rows()?;
        let text: String = rows.iter().map(Row::describe).collect();
        self.name_ids(if text.is_empty() {
            "    no segment\n"
        } else {
            &text
        })
    }

    /// In the machine's own table no two runs get the same IDs: there the key stands for the ID.
    fn name_ids(&self, text: &str) -> Result<String, Report> {
        if OWN_TABLE {
            return Ok(text.to_string());
        }
        let rows = self.rows()?;
        let mut parts = text.split("ID : ");
        let mut named = parts.next().unwrap_or_default().to_string();
        for part in parts {
            let rest = part.trim_start_matches(|letter: char| letter.is_ascii_digit());
            let id = &part[..part.len() - rest.len()];
            let row = rows.iter().find(|row| row.id == id);
            let role = row.map_or("[gone]".to_string(), |row| format!("[of key {}]", row.key));
            named += &format!("ID : {role}{rest}");
        }
        Ok(named)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        for mut holder in self.holders.drain(..) {
            drop(holder.stdin.take());
            let _ = holder.wait();
        }
        if OWN_TABLE {
            return; // it goes with its thread
        }
        for row in self.rows().unwrap_or_default() {
            // As its owner: root may lack the capability to remove another user's.
            let mut ipcrm = Command::new("ipcrm");
            ipcrm.args(["-m", &row.id]).uid(row.owner).gid(row.group);
            let _ = segment_table::spawn_unattached(&mut ipcrm).and_then(|mut ipcrm| ipcrm.wait());
        }
    }
}
