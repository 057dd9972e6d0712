//! Each call of the exercise that a program makes is made to fail, in each of its processes. The program says
//! so and ends with status 1, and leaves nothing that it should not. A student's program may find another
//! way and be right all the same.

use super::prelude::*;

/// A call by the names that it can have, the errnos that it is given, and who has to make it.
struct Checked {
    name: &'static str,
    names: &'static [&'static str],
    /// Ours is given all of them, a student's program the first.
    errnos: &'static [Errno],
    needed_by: &'static [&'static str],
}

const ALL: &[&str] = &PROGRAMS;
const ATTACH: &[&str] = &["shm-attach", "shm-fork", "shm-dynamic"];
const FORK: &[&str] = &["shm-fork"];
const DYNAMIC: &[&str] = &["shm-dynamic"];

macro_rules! checked {
    ($($name:literal $names:tt [$($errno:ident),*] $needed_by:expr;)*) => {
        /// Beside these, a program makes its language's own calls.
        const CALLS: &[Checked] = &[$(
            Checked {
                name: $name,
                names: &$names,
                errnos: &[$(Errno::$errno),*],
                needed_by: $needed_by,
            },
        )*];
    };
}

checked! {
    "shmget" ["shmget"] [ENOSPC, EACCES, EINVAL, ENFILE, ENOENT, ENOMEM, EPERM] ALL;
    "shmat" ["shmat"] [ENOMEM, EACCES, EIDRM, EINVAL] ATTACH;
    "shmctl" ["shmctl"] [EPERM, EACCES, EFAULT, EIDRM, EINVAL] FORK;
    "shmdt" ["shmdt"] [EINVAL] ATTACH;
    "fork" ["clone", "fork", "vfork"] [EAGAIN, ENOMEM] FORK;
    "wait" ["wait4", "waitid"] [ECHILD, EINTR] FORK;
    "write" ["write", "writev"] [ENOSPC, EAGAIN, EBADF, EDQUOT, EFBIG, EINTR, EIO, EPERM] ALL;
    "read" ["read", "readv"] [EIO, EAGAIN, EBADF, EINTR, EINVAL, EISDIR] DYNAMIC;
    "pipe" ["pipe", "pipe2", "socketpair", "eventfd2", "mknod", "mknodat"] [EMFILE, ENFILE, ENOMEM] &[];
    "semget" ["semget", "msgget"] [ENOSPC] &[];
    "semop" ["semop", "semtimedop", "semctl", "msgsnd", "msgrcv", "msgctl"] [EIDRM] &[];
    "send" ["sendto", "sendmsg", "recvfrom", "recvmsg"] [ECONNRESET, EINTR, ENOBUFS, EPIPE] &[];
    "kill" ["kill", "tgkill", "pidfd_send_signal"] [EPERM] &[];
}

/// So many of a process's first calls of one name are made to fail, and as many of its last.
const MOST_TIMES: usize = 8;

pub fn cases(program: &'static str) -> Vec<Case> {
    let of = |call: &'static Checked| {
        let name = format!("{}_is_checked", call.name);
        case(&name, move || call.is_checked(program))
    };
    // What ours does not call, is asked of a student's program alone.
    let is_of = |Checked { name, needed_by, .. }: &&Checked| {
        let is_ours = match program {
            "shm-fork" => !["semget", "semop", "kill"].contains(name),
            "shm-create" => false,
            _ => name.starts_with("shm"),
        };
        let may_be_yours = program == "shm-fork" || name.starts_with("shm");
        needed_by.contains(&program) || is_ours || (may(May::MakeOtherCalls) && may_be_yours)
    };
    CALLS.iter().filter(is_of).map(of).collect()
}

impl Checked {
    fn is_checked(&self, program: &'static str) -> Verdict {
        let scene = Scene::usual(program);
        let right = scene.play(Version::Ours, Channel::Pipes)?;
        let seen = format!("calls of other names: {}", right.ran.calls.concat().join(" "));
        let wanted = format!("a call of {}, as the C version makes one", self.name);
        let is_needed = !may(May::MakeOtherCalls) || self.needed_by.contains(&program);
        expect(&wanted, !self.places(&right).is_empty() || !is_needed, &seen)?;
        let given = if may(May::MakeOtherCalls) { &self.errnos[..1] } else { self.errnos };
        self.each_fails(&scene, &right, given, |_| true)
    }

    /// Each of its calls fails in this scene. The segments that were there are kept if `is_kept`; else none
    /// is left.
    fn each_fails(
        &self,
        scene: &Scene,
        right: &Seen,
        errnos: &[Errno],
        is_kept: impl Fn(&(&str, usize)) -> bool,
    ) -> Verdict {
        for (who, name, number) in self.places(right) {
            for &errno in errnos {
                let scene = scene.clone().failing(who, name, number, errno).with(&self.held(who));
                let (line, is_kept) =
                    (self.line(right.program, name, errno), is_kept(&(name, number)));
                scene.holds(|seen, _| self.judge(&line, seen, right, is_kept))?;
            }
        }
        Ok(())
    }

    /// Where a program makes it: the process, the name, and the number among those of that name.
    fn places(&self, right: &Seen) -> Vec<(Who, &'static str, usize)> {
        let mut places = Vec::new();
        for (who, calls) in right.ran.calls.iter().take(3).enumerate() {
            let start = calls.iter().position(|&call| call == "shmget").unwrap_or(0);
            for &name in self.names {
                let count = |calls: &[&str]| calls.iter().filter(|&&call| call == name).count();
                // What comes before its shmget is its language's start, but for the input and a pipe.
                let is_input = self.name == "read" && right.program == "shm-dynamic";
                let is_own = is_input || ["pipe", "pipe2", "socketpair"].contains(&name);
                let first = if is_own { 1 } else { count(&calls[..start]) + 1 };
                let last = count(calls);
                let is_tried =
                    |&number: &usize| number < first + MOST_TIMES || number + MOST_TIMES > last;
                // Of what a language reads at its start, nothing is the exercise's.
                let is_read = |&number: &usize| !is_input || reads_input(&right.ran, name, number);
                let numbers = (first..=last).filter(is_read).filter(is_tried);
                places.extend(numbers.map(|number| (who, name, number)));
            }
        }
        places
    }

    /// Who does not notice the failure must not be right by luck: a parent that does not wait ends before its
    /// children, a child that does not wait for its turn comes too early.
    fn held(&self, who: usize) -> Vec<Step> {
        let hold = |who, at| (who, at, Act::Hold);
        let end = At::Call("exit_group", 1);
        match (self.name, who) {
            ("wait", _) => vec![hold(1, end), hold(2, end)],
            ("read" | "semop" | "send", 1 | 2) => vec![hold(3 - who, At::Birth)],
            _ => Vec::new(),
        }
    }

    /// What ours says when it fails.
    fn line(&self, program: &str, name: &str, errno: Errno) -> String {
        let label = match self.name {
            _ if name != self.names[0] => name, // it is not the C version's
            "shmget" if program == "shm-create" => "shmget failed",
            own => own,
        };
        format!("{label}: {}\n", in_perrors_words(errno))
    }

    fn judge(&self, line: &str, played: &Seen, right: &Seen, is_kept: bool) -> Verdict {
        let goes_on = self.name != "shmdt" && is_right(played, right);
        if may(May::GoOn) && (!played.ran.reached[0] || goes_on) {
            return Ok(());
        }
        let Seen { before, after, last, ran, .. } = played;
        // Several of shm-fork's processes may tell it.
        let told = String::from_utf8_lossy(&last.stderr).lines().count();
        let lines = if played.program == "shm-fork" { told } else { 1 };
        tells(last, &line.repeat(lines.max(1)))?;
        let blamed = blamed_instead(ran, &String::from_utf8_lossy(&last.stderr));
        let wanted = format!("the call that failed is named: {}", line.trim_end());
        expect(&wanted, blamed.is_none(), &describe(last, Channel::Pipes))?;
        let seen = format!("{}segments then:\n{after}", describe(last, Channel::Pipes));
        let is_quick = ran.sleeper.is_none() || may(May::Poll);
        expect("it does not sleep on its way out", is_quick, &seen)?;
        if played.program == "shm-fork" {
            let is_none = !is_kept || before.trim() == "none";
            let is_so = if is_none { after.trim() == "none" } else { after == before };
            let wanted = if is_none { "no segment is left" } else { "the segment as it was" };
            return expect(wanted, is_so || self.is_excused(before, after), &seen);
        }
        let is_detached = !after.contains(" 1 attached") && !after.contains(" 2 attached");
        expect("nothing is attached any more", is_detached, &seen)?;
        let has_text = after.contains("shared memory"); // as both texts of the exercises have
        let is_whole = after == before || *after == right.after || !has_text;
        expect("the segment as it was, or with all of its text", is_whole, &seen)
    }

    /// Whether no more is left than what cannot be removed, because the removal fails.
    fn is_excused(&self, before: &str, after: &str) -> bool {
        match self.name {
            "shmctl" => {
                may(May::LeaveWhatCannotBeRemoved)
                    && after.starts_with(before.trim_end_matches("    none\n"))
            }
            "semop" => !after.contains("key "),
            _ => false,
        }
    }
}

/// The calls that find a segment fail, where one is there.
pub fn each_fails_on(preset: Preset, is_kept: impl Fn(&(&str, usize)) -> bool) -> Verdict {
    let scene = Scene::usual("shm-fork").on(preset);
    let right = scene.play(Version::Ours, Channel::Pipes)?;
    four_lines(&right.last, Channel::Pipes)?;
    let mut finding =
        CALLS.iter().filter(|call| ["shmget", "shmctl", "shmat"].contains(&call.name));
    finding.try_for_each(|call| call.each_fails(&scene, &right, &[Errno::ENOMEM], &is_kept))
}

/// Whether this call of the first process is one of its standard input.
fn reads_input(ran: &Ran, name: &str, number: usize) -> bool {
    ran.log.events().iter().any(|event| match &event.what {
        What::Calls(call) => {
            event.who == 0 && call.name == name && call.number == number && call.words == "0"
        }
        _ => false,
    })
}

/// Whether all went well, in whatever way.
fn is_right(played: &Seen, right: &Seen) -> bool {
    let (seen, wanted) = (&played.last, &right.last);
    let is_right = match played.program {
        "shm-fork" => four_lines(seen, Channel::Pipes).is_ok(),
        _ => seen.stdout == wanted.stdout && seen.status == wanted.status,
    };
    is_right && played.after == right.after && !played.ran.is_outlived
}
