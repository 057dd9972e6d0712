//! A student's program: each call of the exercise that it makes is made to fail, whatever ours makes.
//! It says so and ends with status 1, or finds another way and is right all the same.

use std::io;

use common::{CREATE_KEY, CREATE_SIZE};
use nix::errno::Errno;

use crate::engine::{
    Act, At, Channel, Launch, Outcome, Report, Step, Trace, Verdict, World, expect, step,
};
use crate::harness::{Case, case, found, four_lines, lines_by_hand, ours};

/// A call by the names that it can have, the errno that it is given, and who has to make it.
struct Checked {
    name: &'static str,
    names: &'static [&'static str],
    errno: Errno,
    needed_by: &'static [&'static str],
}

const fn checked(
    name: &'static str,
    names: &'static [&'static str],
    errno: Errno,
    needed_by: &'static [&'static str],
) -> Checked {
    Checked { name, names, errno, needed_by }
}

const ALL: &[&str] = &["shm-create", "shm-attach", "shm-fork", "shm-dynamic"];
const ATTACH: &[&str] = &["shm-attach", "shm-fork", "shm-dynamic"];
const FORK: &[&str] = &["shm-fork"];

/// Beside these, a program makes its language's own calls.
const CALLS: &[Checked] = &[
    checked("shmget", &["shmget"], Errno::ENOSPC, ALL),
    checked("shmat", &["shmat"], Errno::ENOMEM, ATTACH),
    checked("shmctl", &["shmctl"], Errno::EPERM, FORK),
    checked("shmdt", &["shmdt"], Errno::EINVAL, ATTACH),
    checked("fork", &["clone", "fork", "vfork"], Errno::EAGAIN, FORK),
    checked("wait", &["wait4", "waitid"], Errno::ECHILD, FORK),
    checked("write", &["write", "writev"], Errno::ENOSPC, ALL),
    checked("read", &["read", "readv"], Errno::EIO, &["shm-dynamic"]),
    checked("pipe", &["pipe", "pipe2", "socketpair", "eventfd2", "mknodat"], Errno::EMFILE, &[]),
    checked("semget", &["semget", "msgget"], Errno::ENOSPC, &[]),
    checked(
        "semop",
        &["semop", "semtimedop", "semctl", "msgsnd", "msgrcv", "msgctl"],
        Errno::EIDRM,
        &[],
    ),
    checked("send", &["sendto", "sendmsg", "recvfrom", "recvmsg"], Errno::ECONNRESET, &[]),
    checked("kill", &["kill", "tgkill", "pidfd_send_signal"], Errno::EPERM, &[]),
];

/// So often at the most, a process's call of one name is made to fail.
const MOST_TIMES: usize = 8;

pub fn cases(program: &'static str) -> Vec<Case> {
    let of = |call: &'static Checked| {
        let name = format!("{}_is_checked", call.name);
        case(&name, move || call.is_checked_by(program)).careful()
    };
    let is_of = |call: &&Checked| {
        let is_other = call.needed_by.is_empty() || call.name == "read";
        program == "shm-fork" || call.needed_by.contains(&program) || !is_other
    };
    CALLS.iter().filter(is_of).map(of).collect()
}

impl Checked {
    fn is_checked_by(&self, program: &'static str) -> Verdict {
        let (right, trace, table) = play(program, &[])?;
        let mut is_made = false;
        for (who, calls) in trace.calls.iter().enumerate() {
            for name in self.names {
                let places = self.places(program, calls, name).filter(|_| who < 3);
                for place in places {
                    is_made = true;
                    let fails = step(who, At::Named(name, place), Act::Fail(self.errno));
                    let judged = self.judge(program, fails, &right, &table);
                    judged.map_err(|report| self.told(report, program, name, place, who))?;
                }
            }
        }
        let is_needed = self.needed_by.contains(&program);
        let seen = format!("calls of other names: {}", trace.calls.concat().join(" "));
        let wanted = format!("a call of {}, as the C version makes one", self.name);
        expect(&wanted, is_made || !is_needed, &seen)
    }

    /// Which of a process's calls of this name are the exercise's own. What comes before its shmget is its
    /// language's start, but for the input of shm-dynamic.
    fn places(&self, program: &str, calls: &[String], name: &str) -> impl Iterator<Item = usize> {
        let start = calls.iter().position(|call| call == "shmget").unwrap_or(0);
        let before = calls[..start].iter().filter(|call| *call == name).count();
        let all = calls.iter().filter(|call| *call == name).count();
        let is_input = self.name == "read" && program == "shm-dynamic";
        let first = if is_input { before } else { before + 1 };
        (first.max(1)..=all).take(MOST_TIMES)
    }

    fn judge(&self, program: &'static str, fails: Step, right: &Outcome, table: &str) -> Verdict {
        let (outcome, trace, after) = play(program, &[fails])?;
        let seen = format!("{}segments then:\n{after}", outcome.describe(Channel::Pipes));
        let is_same = outcome.stdout == right.stdout && outcome.status == right.status;
        let is_right = match program {
            "shm-fork" => four_lines(&outcome, Channel::Pipes).is_ok(),
            _ => is_same,
        };
        if is_right && (after == table || self.name == "shmctl") || !trace.all_done {
            return Ok(());
        }
        let text = text_of(self.errno);
        let errors = String::from_utf8_lossy(&outcome.stderr);
        let is_told = errors.lines().any(|line| line.trim_end_matches('.').ends_with(&text));
        expect(&format!("on standard error, a line that ends in: {text}"), is_told, &seen)?;
        expect("exit status 1", outcome.status.code() == Some(1), &seen)?;
        let is_clean = program != "shm-fork" || self.name == "shmctl" || after.trim() == "none";
        expect("no segment is left", is_clean, &seen)?;
        let is_detached = !after.contains(" 1 attached") && !after.contains(" 2 attached");
        expect("nothing is attached any more", is_detached, &seen)
    }

    fn told(&self, report: Report, program: &str, name: &str, place: usize, who: usize) -> Report {
        let by = match (program, who) {
            ("shm-fork", 0) => "the parent's ".to_string(),
            ("shm-fork", who) => format!("process {who}'s "),
            _ => String::new(),
        };
        let number =
            if place > 1 { format!(" (its {name} number {place})") } else { String::new() };
        let headline = format!("{by}{}{number} fails with {:?}:", self.name, self.errno);
        let strace =
            format!("strace -f -o /dev/null -e inject={name}:error={:?}:when={place} ", self.errno);
        report.with_headline(&headline).with_advice(&lines_by_hand(&strace, program, "; echo $?"))
    }
}

/// One run, with the segments that it leaves.
fn play(program: &'static str, steps: &[Step]) -> Result<(Outcome, Trace, String), Report> {
    let mut world = World::new()?;
    if program == "shm-attach" {
        found(CREATE_KEY, CREATE_SIZE).filled_with("x").make_in(&mut world)?;
    }
    let launch = Launch::of(ours(program, &[])).reading("100\n").with(steps);
    let (outcome, trace) = world.run(launch)?;
    let table = world.describe_table()?;
    Ok((outcome, trace, table))
}

/// The C library's text for an errno.
pub fn text_of(errno: Errno) -> String {
    let number = errno as i32;
    // std's text is the C library's, and the number after it.
    let text = io::Error::from_raw_os_error(number).to_string();
    text.replace(&format!(" (os error {number})"), "")
}
