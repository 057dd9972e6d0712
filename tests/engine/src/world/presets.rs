//! Segments that are there before the programs start. Each is made by a process of its own, because the kernel keeps
//! its maker's number with a segment.

use std::fs::File;
use std::io::{Read, Write};

use libc::IPC_CREAT;
use nix::fcntl::OFlag;
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::{SigSet, Signal, kill};
use nix::sys::wait::waitpid;
use nix::unistd::{Pid, geteuid, pause, pipe2};

use super::World;
use crate::new_segment::NewSegment;
use crate::segments::Attachment;
use crate::sys;
use crate::trouble::{Trouble, While};
use crate::user::{become_user, user_for};

/// A segment to start from, of the user that programs run as.
#[derive(Clone, Debug)]
#[must_use]
pub struct Preset {
    /// As programs ask for it.
    pub key: i32,
    /// In bytes.
    pub size: i32,
    /// Permissions.
    pub mode: i32,
    /// It is filled with this text, over and over; with zeros if that is empty.
    pub text: &'static str,
    /// Its maker runs on, and keeps it attached if there is a text. Otherwise it has ended.
    pub maker_runs: bool,
}

impl Preset {
    /// A segment of everybody's (mode 0666), filled with zeros, whose maker has ended.
    pub fn of(key: i32, size: i32) -> Self {
        Self { key, size, mode: 0o666, text: "", maker_runs: false }
    }

    /// With these permissions.
    pub fn mode(self, mode: i32) -> Self {
        Self { mode, ..self }
    }

    /// Filled with this text.
    pub fn filled_with(self, text: &'static str) -> Self {
        Self { text, ..self }
    }

    /// Its maker runs on.
    pub fn maker_runs(self) -> Self {
        Self { maker_runs: true, ..self }
    }
}

/// A maker that runs on: all it does is wait.
pub(super) struct Maker {
    pid: Pid,
    attachment: Option<Attachment>,
}

impl World {
    /// Has a process make a segment.
    ///
    /// # Errors
    /// No process is left, or it cannot be made: with shmget's error in words. See shmget(2).
    pub fn preset(&mut self, preset: &Preset) -> Result<(), Trouble> {
        let what = format!("making a segment of key {} to start from", preset.key);
        let key = self.keys.claim("shmget", preset.key, IPC_CREAT).doing(&what)?;
        let (reads, tells) = pipe2(OFlag::O_CLOEXEC).doing(&what)?;
        let user = user_for(None);
        let pid = sys::fork().doing(&what)?;
        if pid.as_raw() == 0 {
            drop(reads);
            preset.make(user, key, tells.into());
        }
        drop(tells);
        let mut said = String::new();
        File::from(reads).read_to_string(&mut said).doing(&what)?;
        if !preset.maker_runs {
            waitpid(pid, None).doing(&what)?;
        }
        let id: i32 = said.parse().map_err(|_| Trouble::new(&what, &said))?;
        let number = self.keys.number("shmget", id, user.unwrap_or(geteuid().as_raw()));
        let size = u64::try_from(preset.size).unwrap_or(0);
        self.segments.made(number, preset.key, size, preset.mode.unsigned_abs());
        if preset.maker_runs {
            let attachment = (!preset.text.is_empty()).then_some((0, number));
            self.makers.push(Maker { pid, attachment });
            self.segments.counted(&self.attachments());
        }
        Ok(())
    }

    /// All that is attached in the world.
    pub(super) fn attachments(&self) -> Vec<Attachment> {
        let processes = self.runs.iter().flat_map(|run| &run.processes);
        let of_makers = self.makers.iter().filter_map(|maker| maker.attachment);
        processes.flat_map(|process| process.attachments.iter().copied()).chain(of_makers).collect()
    }
}

impl Preset {
    /// In a process that has just been forked: it becomes this user, makes the segment, tells its ID or what went wrong, and ends, or
    /// waits.
    fn make(&self, user: Option<u32>, key: i32, mut tells: File) -> ! {
        let made = become_user(user)
            .map_err(|trouble| trouble.to_string())
            .and_then(|()| NewSegment::make(key, self.size, self.mode, self.text.as_bytes()));
        let said = made.as_ref().map_or_else(Clone::clone, |segment| segment.id().to_string());
        // It ends with the check, even if that is killed. The kernel forgets this when a process changes its user.
        let is_bound = set_pdeathsig(Signal::SIGKILL).and_then(|()| SigSet::all().thread_block());
        let _ = tells.write_all(said.as_bytes());
        drop(tells);
        while self.maker_runs && made.is_ok() && is_bound.is_ok() {
            pause();
        }
        drop(made);
        sys::exit(0)
    }
}

impl Drop for Maker {
    fn drop(&mut self) {
        let _ = kill(self.pid, Signal::SIGKILL); // it waits for nothing else
        let _ = waitpid(self.pid, None);
    }
}
