//! The segments and processes of one scene, as it is played.

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use common::Segment;
use libc::IPC_PRIVATE;
use nix::unistd::Pid;

use super::channel::Channel;
use super::folder::Folder;
use super::found::Found;
use super::machine::{Need, has};
use super::programs::{copy_for_all, make_segment};
use super::report::{Report, Verdict, expect};
use super::running::Running;
use super::scene::Scene;
use super::segment_table::{self, Row};

/// Takes away what it made when it is dropped.
pub struct Stage {
    copies: Option<Folder>,
    processes: HashSet<u32>,
    /// The segments that were there before it.
    others: HashSet<String>,
    holders: Vec<Child>,
}

impl Stage {
    /// An empty stage, in the segment table that the caller's thread has.
    pub fn empty() -> Result<Self, Report> {
        let others = segment_table::rows()?
            .into_iter()
            .map(|row| row.id)
            .collect();
        Ok(Self {
            copies: None,
            processes: HashSet::new(),
            others,
            holders: Vec::new(),
        })
    }

    /// An empty stage, whose programs are copied to where every user can reach them.
    pub fn for_other_users() -> Result<Self, Report> {
        let mut stage = Self::empty()?;
        stage.copies = Some(Folder::new("copies")?);
        Ok(stage)
    }

    /// The state that a scene starts from.
    pub fn set(scene: &Scene) -> Result<Self, Report> {
        let touches_the_kernel = scene.table_is_full || !scene.kernel_limits.is_empty();
        if touches_the_kernel && !has(Need::OwnTable) {
            return Err(Report::failed(
                "this would touch the machine's own segment table",
            ));
        }
        for (limit, value) in &scene.kernel_limits {
            fs::write(Path::new("/proc/sys/kernel").join(limit), value.to_string())?;
        }
        let mut stage = if scene.has_other_users() {
            Self::for_other_users()?
        } else {
            Self::empty()?
        };
        for found in &scene.found {
            stage.make(found)?;
        }
        if scene.table_is_full {
            while Segment::get(IPC_PRIVATE, 1, 0o600).is_ok() {}
        }
        Ok(stage)
    }

    /// The program, or a copy of it where other users are to run it.
    pub fn reachable(&self, program: &Path) -> Result<PathBuf, Report> {
        match &self.copies {
            Some(folder) => copy_for_all(program, folder),
            None => Ok(program.to_path_buf()),
        }
    }

    pub fn make(&mut self, found: &Found) -> Verdict {
        let mut command = found.maker(&self.reachable(&make_segment())?);
        let mut maker = segment_table::spawn_unattached(&mut command)?;
        self.processes.insert(maker.id());
        let stdout = maker.stdout.take();
        if stdout.is_none_or(|stdout| BufReader::new(stdout).lines().next().is_none()) {
            let failed = maker.wait_with_output()?;
            let why = String::from_utf8_lossy(&failed.stderr).into_owned();
            return Err(Report::failed(format!("{}\n{why}", found.by_hand())));
        }
        if found.held {
            self.holders.push(maker);
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
        let running = Running::start(channel, command, input)?;
        self.processes.insert(running.group().as_raw().try_into()?);
        Ok(running)
    }

    /// The segments of this scene: in a table of its own, all.
    fn rows(&self) -> Result<Vec<Row>, Report> {
        let mut rows = segment_table::rows()?;
        // In a PID namespace, the maker of a segment from outside has the number 0.
        let is_made_here = |row: &Row| match Pid::this().as_raw() {
            1 => row.creator != 0,
            _ => self.processes.contains(&row.creator),
        };
        let is_own = |row: &Row| is_made_here(row) && !self.others.contains(&row.id);
        rows.retain(|row| has(Need::OwnTable) || is_own(row));
        rows.sort_by_key(|row| row.key); // the kernel's order is that of the places it had free
        Ok(rows)
    }

    pub fn describe_table(&self) -> Result<String, Report> {
        let text: String = self.rows()?.iter().map(Row::describe).collect();
        self.name_ids(if text.is_empty() { "    none\n" } else { &text })
    }

    pub fn expect_no_segment(&self) -> Verdict {
        let left = self.describe_table()?;
        expect("no segment is left", left.trim() == "none", &left)
    }

    /// In the machine's own table no two runs get the same IDs: there the key stands for the ID.
    pub fn name_ids(&self, text: &str) -> Result<String, Report> {
        if has(Need::OwnTable) {
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
        if has(Need::OwnTable) {
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
