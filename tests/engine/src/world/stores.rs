//! A paused process goes on an instruction at a time, until it has stored a text: nobody can have read that yet, not
//! even the process itself.

use super::{Running, World, unless_killed};
use crate::memory;
use crate::segments::WATCHED;
use crate::sys;
use crate::trouble::Trouble;

/// More instructions than these are not followed one by one.
const MOST_STEPS: usize = 100_000;

impl World {
    /// Has a program's paused process go on until a segment holds this text; there it stays paused, and all others
    /// stand still. Returns whether it has come there. It has not, and is paused no more, if it came to a system call
    /// before.
    ///
    /// # Errors
    /// The engine's own trouble.
    pub fn run_until_stored(&mut self, run: Running, text: &[u8]) -> Result<bool, Trouble> {
        for _ in 0..MOST_STEPS {
            let Some(index) = self.paused(run) else { break };
            let task = &self.tasks[index];
            let attachments = &self.runs[run].processes[task.who].attachments;
            let holds = |&(address, _): &(u64, i32)| {
                let bytes = memory::read_some(task.pid, address, WATCHED);
                bytes.windows(text.len()).any(|part| part == text)
            };
            if attachments.iter().any(holds) {
                return Ok(true);
            }
            let pid = task.pid;
            match sys::step(pid) {
                Ok(status) if status >> 8 == libc::SIGTRAP => {}
                Ok(status) => self.handle(pid, status, std::time::Duration::ZERO)?,
                Err(errno) => unless_killed(Err(errno))?,
            }
        }
        Ok(false)
    }
}
