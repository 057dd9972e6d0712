//! What is written in the log of a run, and how: numbers of the machine's are not, so that a run has the same log
//! each time.

use nix::unistd::Pid;

use super::World;
use crate::calls::{Call, Trait};
use crate::log::{Called, Event, What};
use crate::segments::Attachment;
use crate::task::Task;
use crate::words;

/// More attachments of a process are not told of.
const MOST_ATTACHMENTS: usize = 16;

impl World {
    /// Writes down what happened to a task, or what it did.
    pub(super) fn log(&mut self, index: usize, what: What) {
        let Task { run, who, thread, .. } = self.tasks[index];
        self.runs[run].log.add(Event { time: self.clock.now, who, thread, what });
    }

    fn log_all(&mut self, index: usize, all: impl IntoIterator<Item = What>) {
        for what in all {
            self.log(index, what);
        }
    }

    pub(super) fn log_call(&mut self, index: usize, call: &Call, number: usize, is_own: bool) {
        let pid = self.tasks[index].pid;
        let (words, text) = if is_own {
            (words::arguments(pid, call), words::text(pid, call))
        } else {
            (String::new(), Vec::new())
        };
        self.log(index, What::Calls(Called { name: call.name, number, words, text, is_own }));
    }

    /// A result as the log has it: an address is 0, a process is one of the run's.
    pub(super) fn shown(&self, run: usize, call: &Call, result: i64) -> i64 {
        match () {
            () if result <= 0 => result,
            () if call.is(Trait::Address) => 0,
            () if call.is(Trait::Process) => {
                let pid = i32::try_from(result).map(Pid::from_raw);
                let is_it = |task: &&Task| task.run == run && Ok(task.pid) == pid;
                let task = self.tasks.iter().rfind(is_it);
                task.and_then(|task| i64::try_from(task.who).ok()).unwrap_or(-1)
            }
            () => result,
        }
    }

    /// What the task has stored in segments since its last stop.
    pub(super) fn log_stores(&mut self, index: usize) {
        let Task { pid, run, who, .. } = self.tasks[index];
        let attachments = &self.runs[run].processes[who].attachments;
        if !attachments.is_empty() {
            let stores = self.segments.stored(pid, attachments);
            self.log_all(index, stores);
        }
    }

    /// A call about segments has returned.
    pub(super) fn follow_segments(&mut self, index: usize, call: &Call, result: i64) {
        if result < 0 {
            return;
        }
        let what = match call.name {
            "shmget" => Some(self.gets_segment(call, i32::try_from(result).unwrap_or(-1))),
            "shmctl" if call.int(2) & 0xff == libc::IPC_RMID => self.segments.marked(call.int(1)),
            "shmctl" if call.int(2) & 0xff == libc::IPC_SET => self.mode_is_set(call.int(1)),
            "shmat" => {
                self.attach(index, (result.unsigned_abs(), call.int(1)));
                None
            }
            "shmdt" => {
                let Task { run, who, .. } = self.tasks[index];
                let attachments = &mut self.runs[run].processes[who].attachments;
                attachments.retain(|&(address, _)| address != call.words[1]);
                None
            }
            _ => None,
        };
        self.log_all(index, what);
    }

    fn gets_segment(&mut self, call: &Call, id: i32) -> What {
        let mode = call.int(3).unsigned_abs() & 0o777;
        let found = self.segments.found(id);
        found.unwrap_or_else(|| self.segments.made(id, call.int(1), call.words[2], mode))
    }

    fn mode_is_set(&mut self, id: i32) -> Option<What> {
        let left = self.keys.left().unwrap_or_default();
        let now = left.segments.iter().find(|segment| segment.id == id)?;
        self.segments.has_mode(id, now.mode & 0o777)
    }

    fn attach(&mut self, index: usize, attachment: Attachment) {
        let Task { run, who, .. } = self.tasks[index];
        let attachments = &mut self.runs[run].processes[who].attachments;
        if attachments.len() < MOST_ATTACHMENTS {
            attachments.push(attachment);
        }
        self.log_stores(index);
    }

    /// How many attachments there are now, if that has changed.
    pub(super) fn log_attachments(&mut self, index: usize) {
        let changes = self.segments.counted(&self.attachments());
        self.log_all(index, changes);
    }
}
