//! A hang: nobody can go on, and what each of them waits for.

use std::fs;
use std::os::unix::process::ExitStatusExt;

use super::World;
use crate::calls::Trait;
use crate::outcome::in_words;
use crate::process::can_write;
use crate::task::{State, Task, Underway};
use crate::user::acting_as;

/// It is a hang if all wait at this many looks in a row, a millisecond apart: output takes a moment to pass a
/// terminal. A busy machine makes the looks slower, too.
const HANGS: u32 = 50;
const HANGS_ON_A_TERMINAL: u32 = 500;

impl World {
    /// Stops the programs whose processes all wait for something that none of them does, and have set no alarm.
    pub(super) fn stop_what_hangs(&mut self) {
        let mut channels = self.runs.iter().map(|run| run.launch.channel);
        let has_terminal =
            channels.any(|channel| channel.is_typed() || channel.prints_on_terminal());
        let looks = if has_terminal { HANGS_ON_A_TERMINAL } else { HANGS };
        if self.stuck <= looks {
            return;
        }
        for run in 0..self.runs.len() {
            let may_wait = self.runs[run].launch.keeps_input || self.paused(run).is_some();
            if self.has_ended(run) || may_wait || !self.is_followed(run) {
                continue;
            }
            self.stuck = 0;
            if let Some(guarded) = self.guarded(run) {
                let _ = self.rings(guarded); // it may have been killed
                continue;
            }
            let why = format!("it hangs:\n  {}", self.describe(run));
            self.cut_off(run, &why);
        }
    }

    /// What those wait for that live, and how those ended that a signal killed.
    fn describe(&self, run: usize) -> String {
        let own = (0..self.tasks.len()).filter(|&index| self.tasks[index].run == run);
        let lines = own.filter_map(|index| self.describe_task(index));
        lines.take(4).collect::<Vec<_>>().join("\n  ")
    }

    fn describe_task(&self, index: usize) -> Option<String> {
        let task = &self.tasks[index];
        let does = match task.state {
            State::Ended => {
                let status = self.runs[task.run].processes[task.who].status?;
                status.signal()?;
                in_words(status)
            }
            State::Suspended => "was stopped by a signal".to_string(),
            _ => match task.under {
                Some(Underway { call, .. }) => match self.reason(index) {
                    reason if reason.is_empty() => format!("waits in {}", call.name),
                    reason => format!("waits in {}, {reason}", call.name),
                },
                None => "computes".to_string(),
            },
        };
        Some(format!("{} {does}", name(task)))
    }

    /// What the call of a task waits for, if that is known.
    pub(super) fn reason(&self, index: usize) -> String {
        let Some(Underway { call, .. }) = self.tasks[index].under else { return String::new() };
        let reason = match call.name {
            _ if call.is(Trait::Read) && call.int(1) == 0 => "for its input",
            _ if call.is(Trait::Read) => return self.reason_of_read(index, call.int(1)),
            _ if call.is(Trait::Write) => "for somebody to read",
            "wait4" | "waitid" => "for a child to end",
            "futex" | "semop" | "semtimedop" => "for a semaphore or lock",
            "pause" | "rt_sigsuspend" | "rt_sigtimedwait" => "for a signal",
            _ => "",
        };
        reason.to_string()
    }

    /// Of a pipe, which processes have its other end open: not of a crowd, whose descriptors nobody can look through at
    /// each wait.
    fn reason_of_read(&self, index: usize, descriptor: i32) -> String {
        const CROWD: usize = 10;
        let run = self.tasks[index].run;
        if self.runs[run].alive >= CROWD {
            return "for its turn".to_string();
        }
        let writers = acting_as(self.runs[run].user, || self.writers_of(index, descriptor));
        match writers.unwrap_or_default().join(", ") {
            writers if writers.is_empty() => "for its turn".to_string(),
            writers => format!("for its turn; open for writing in: {writers}"),
        }
    }

    /// The processes that have the other end of a pipe open.
    fn writers_of(&self, index: usize, descriptor: i32) -> Vec<String> {
        let Task { pid, run, .. } = self.tasks[index];
        let file = fs::read_link(format!("/proc/{pid}/fd/{descriptor}")).unwrap_or_default();
        if !file.to_string_lossy().starts_with("pipe:") {
            return Vec::new();
        }
        let processes = self.alive(run).filter(|other| other.thread == 0);
        processes.filter(|other| can_write(other.pid, &file)).map(name).collect()
    }
}

fn name(task: &Task) -> String {
    let process = match task.who {
        0 => "the parent".to_string(),
        who => format!("process {who}"),
    };
    if task.thread == 0 { process } else { format!("a thread of {process}") }
}
