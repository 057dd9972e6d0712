//! A line above a red report whose run shows a usual mistake. Each is found in the log of the run, never in the
//! source: it holds for any language.

use engine::{Called, Event, Ran, What, Who};
use nix::errno::Errno;

use super::compiled::warning;
use super::exercises::{CREATE_KEY, DYNAMIC_KEY, FORK_KEY};
use super::four_lines::name_of;
use super::report::{Kind, Report};
use super::show;

/// The first that applies is told, so what is told first is what leads to the others.
const HINTS: &[fn(&Run) -> Option<String>] = &[
    sanitizer,
    no_segment_call,
    wrong_key,
    decimal_mode,
    must_not_exist,
    makes_the_segment,
    removes_the_old_segment,
    message_on_standard_output,
    status_0_after_a_failure,
    fork_failed,
    ignored_failure,
    address_of_a_failed_shmat,
    lost_output,
    another_id,
    no_newline,
    no_zero_byte,
    no_size,
    exit_forgotten,
    copied_buffer,
    not_waited_for,
    reads_its_own_turn,
    own_end_is_open,
    lost_signal,
    nobody_begins,
    spins,
    removed_too_early,
    never_removed,
];

/// Puts the hint above the report of a case that is red.
pub fn with_hint(report: Report, exercise: &str) -> Report {
    let is_wrong = matches!(report.kind, Kind::Failed | Kind::Stopped);
    let hint = show::with_last(|ran, is_on_terminal| {
        let run = Run { exercise, ran, report: &report.text, is_on_terminal };
        HINTS.iter().find_map(|hint| hint(&run))
    });
    let warning = warning(&format!("shm-{exercise}"));
    let hint = hint.flatten().map(|hint| format!("Hint: {hint}"));
    let lines = [warning, hint].into_iter().flatten().filter(|_| is_wrong);
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() { report } else { report.with_headline(&lines.join("\n")) }
}

/// What a hint is found in.
struct Run<'a> {
    exercise: &'a str,
    ran: &'a Ran,
    report: &'a str,
    is_on_terminal: bool,
}

/// A call of the program's own, and what it gave.
struct Done<'a> {
    who: Who,
    thread: usize,
    call: &'a Called,
    result: i64,
    /// Its place among all events.
    index: usize,
}

impl Done<'_> {
    fn errno(&self) -> Option<Errno> {
        let number = i32::try_from(-self.result).ok()?;
        (1..4096).contains(&number).then(|| Errno::from_raw(number))
    }
}

impl Run<'_> {
    fn events(&self) -> &[Event] {
        self.ran.log.events()
    }

    /// The calls of these names that have returned, in order.
    fn done(&self, names: &str) -> Vec<Done<'_>> {
        let all = self.events().iter().enumerate().filter_map(|(index, event)| {
            let What::Calls(call) = &event.what else { return None };
            let is_meant = call.is_own && names.split(' ').any(|name| name == call.name);
            let mut later = self.events()[index..]
                .iter()
                .filter(|later| (later.who, later.thread) == (event.who, event.thread));
            let result = later.find_map(|later| match later.what {
                What::Returns { call: name, result, .. } if name == call.name => Some(result),
                _ => None,
            });
            let (who, thread) = (event.who, event.thread);
            is_meant.then_some(Done { who, thread, call, result: result?, index })
        });
        all.collect()
    }

    fn failed(&self, names: &str) -> Vec<Done<'_>> {
        self.done(names).into_iter().filter(|done| done.errno().is_some()).collect()
    }

    fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.ran.outcome.stdout).into_owned()
    }

    fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.ran.outcome.stderr).into_owned()
    }

    /// Whether the failure of a call was reported, wherever.
    fn tells(&self, done: &Done) -> bool {
        let text = done.errno().map_or("", Errno::desc);
        [self.stdout(), self.stderr()].iter().any(|told| told.contains(text))
    }

    fn hangs(&self) -> bool {
        self.ran.stopped.as_deref().is_some_and(|why| why.starts_with("it hangs"))
    }

    /// The last thing that a process did, before it was stopped.
    fn last_of(&self, who: Who) -> Option<&What> {
        let is_done =
            |what: &What| !matches!(what, What::Ended(_) | What::Segment { .. } | What::Signal(_));
        let mut own = self.events().iter().rev().filter(|event| event.who == who);
        own.find(|event| is_done(&event.what)).map(|event| &event.what)
    }

    /// In which call a process waits at the end.
    fn waits_in(&self, who: Who) -> Option<(&'static str, &str)> {
        match self.last_of(who)? {
            What::Waits { call, reason } => Some((call, reason)),
            _ => None,
        }
    }

    fn ends_well(&self) -> bool {
        self.ran.stopped.is_none() && self.ran.outcome.succeeded()
    }
}

fn sanitizer(run: &Run) -> Option<String> {
    let told = [run.stderr(), run.stdout()].concat();
    let line = told.lines().find(|line| {
        line.starts_with("AddressSanitizer: ") || line.contains(": runtime error: ")
    })?;
    Some(line.trim_end().into())
}

fn no_segment_call(run: &Run) -> Option<String> {
    let is_whole = run.ends_well() && run.exercise == "fork";
    (is_whole && run.done("shmget").is_empty())
        .then(|| "no call of shmget: the texts have to be in a segment".into())
}

fn wrong_key(run: &Run) -> Option<String> {
    let right = match run.exercise {
        "fork" => FORK_KEY,
        "dynamic" => DYNAMIC_KEY,
        _ => CREATE_KEY,
    };
    run.done("shmget").iter().find_map(|done| {
        let key = done.call.words.strip_prefix("key ")?.split(',').next()?;
        let hint = || format!("shmget was asked for key {key}: it has to be {right}");
        (key != right.to_string()).then(hint)
    })
}

fn decimal_mode(run: &Run) -> Option<String> {
    let is_decimal = |done: &Done| done.call.words.ends_with("0232");
    run.done("shmget")
        .iter()
        .any(is_decimal)
        .then(|| "666 is decimal, which is 01232 in octal: write 0666".into())
}

fn must_not_exist(run: &Run) -> Option<String> {
    let done = run.done("shmget");
    let last = done.last()?;
    (last.call.words.contains("IPC_EXCL") && last.errno() == Some(Errno::EEXIST))
        .then(|| "IPC_EXCL makes shmget fail where the segment is there already".into())
}

fn makes_the_segment(run: &Run) -> Option<String> {
    let creates = |done: &Done| done.call.words.contains("IPC_CREAT");
    (run.exercise == "attach" && run.done("shmget").iter().any(creates))
        .then(|| "IPC_CREAT made the segment: without it shmget fails where there is none".into())
}

fn removes_the_old_segment(run: &Run) -> Option<String> {
    let removes = |done: &Done| done.call.words.contains("IPC_RMID");
    (run.exercise != "fork" && run.done("shmctl").iter().any(removes))
        .then(|| "the segment was removed (IPC_RMID): it has to stay".into())
}

/// The calls whose failure has to be reported.
const REPORTED: &str =
    "shmget shmat shmdt shmctl clone fork vfork pipe pipe2 socketpair semget semop msgget";

fn message_on_standard_output(run: &Run) -> Option<String> {
    let failed = run.failed(REPORTED);
    let text = failed.last()?.errno()?.desc();
    (!run.is_on_terminal && run.stderr().is_empty() && run.stdout().contains(text))
        .then(|| "the message is on standard output: perror, or fprintf(stderr, …)".into())
}

fn status_0_after_a_failure(run: &Run) -> Option<String> {
    let failed = run.failed(REPORTED);
    (run.ends_well() && run.tells(failed.last()?))
        .then(|| "the failure is reported, but the exit status is 0".into())
}

fn fork_failed(run: &Run) -> Option<String> {
    let failed = run.failed("clone fork vfork");
    (run.exercise == "fork" && !run.tells(failed.first()?))
        .then(|| "fork gave -1 (no process could be made), and nobody looked".into())
}

/// Of a call that failed because the check had it fail, or because there was nothing to find.
fn ignored_failure(run: &Run) -> Option<String> {
    let failed = run.failed("shmget shmat shmdt shmctl");
    let is_ignored = |done: &&Done| {
        let may_be_tried = [Some(Errno::EEXIST), Some(Errno::ENOENT)].contains(&done.errno());
        let is_try = may_be_tried && run.exercise == "fork" && done.call.name == "shmget";
        !run.tells(done) && !is_try
    };
    let done = failed.iter().find(is_ignored)?;
    if done.call.name == "shmat" {
        return None; // its address has a hint of its own
    }
    let Called { name, number, .. } = done.call;
    let which = if *number > 1 { format!(" number {number}") } else { String::new() };
    let thread = if done.thread > 0 { " in a thread" } else { "" };
    Some(format!("{name}{which} gave -1{thread}, and nobody looked at it"))
}

fn address_of_a_failed_shmat(run: &Run) -> Option<String> {
    let failed = run.failed("shmat");
    (!run.tells(failed.first()?))
        .then(|| "shmat gives (void *) -1 when it fails, not NULL: compare with that".into())
}

fn lost_output(run: &Run) -> Option<String> {
    let failed = run.failed("write writev");
    let is_output = |done: &&Done| done.call.words == "1";
    (run.ends_well() && failed.iter().any(|done| is_output(&done))).then(|| {
        "the output was not written, and nobody looked: printf only fills a buffer,\n\
         see fflush(3) and its result"
            .into()
    })
}

fn another_id(run: &Run) -> Option<String> {
    let given = run.done("shmget").last()?.result;
    let stdout = run.stdout();
    let (_, rest) = stdout.split_once("ID : ")?;
    let digits = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
    let printed = rest[..digits].parse::<i64>().ok()?;
    (given >= 0 && printed != given && run.exercise == "create").then(|| {
        format!("the ID printed is {printed}, but shmget gave {given}: print shmget's result")
    })
}

fn no_newline(run: &Run) -> Option<String> {
    let stdout = run.stdout();
    (run.ends_well() && !stdout.is_empty() && !stdout.ends_with('\n'))
        .then(|| "the last line does not end with \\n".into())
}

fn no_zero_byte(run: &Run) -> Option<String> {
    let last = run.events().iter().rev().find_map(|event| match &event.what {
        What::Stores { bytes, .. } => Some(bytes),
        _ => None,
    })?;
    let texts = ["shared memory segment.", "shared memory ID : "];
    let end = texts.iter().find_map(|text| {
        let mut parts = last.windows(text.len());
        parts.position(|part| part == text.as_bytes()).map(|place| place + text.len())
    })?;
    let digits = last[end..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let is_there = last.get(end + digits).is_none_or(|&byte| byte == 0);
    (!is_there).then(|| "the zero byte after the text was not stored: old bytes follow".into())
}

fn no_size(run: &Run) -> Option<String> {
    let asked = run.done("shmget");
    let size = asked.last()?.call.words.split(", ").nth(1)?;
    let is_about = run.exercise == "dynamic" && run.report.contains("size: no whole number");
    is_about.then(|| match size {
        "0" => "the input has no number: atoi gives 0 then, and cannot tell, see strtol(3);\n\
                scanf gives 0 and sets nothing"
            .into(),
        size => format!(
            "the input has no number: scanf gives 0 then, and the size was never set;\n\
             shmget was asked for {size} bytes"
        ),
    })
}

fn exit_forgotten(run: &Run) -> Option<String> {
    let (born, parent) = run.events().iter().find_map(|event| match event.what {
        What::Born(Some(parent)) if parent > 0 && event.thread == 0 => Some((event.who, parent)),
        _ => None,
    })?;
    Some(format!(
        "process {born} was forked by process {parent}: exit() is missing at the end of process {parent}"
    ))
}

fn copied_buffer(run: &Run) -> Option<String> {
    let stdout = run.stdout();
    let lines: Vec<&str> = stdout.lines().filter(|line| !line.is_empty()).collect();
    let is_twice = |line: &&&str| lines.iter().filter(|other| other == line).count() > 1;
    let has_forked = run.ran.calls.len() > 1;
    (has_forked && lines.iter().any(|line| is_twice(&line))).then(|| {
        "a line is there twice: fork copied what printf had not written yet:\n\
         fflush(stdout) before fork"
            .into()
    })
}

fn not_waited_for(run: &Run) -> Option<String> {
    let children = run.ran.calls.len().saturating_sub(1);
    let waits = run.done("wait4 waitid").iter().filter(|done| done.who == 0).count();
    (run.ran.is_outlived && run.ran.stopped.is_none() && waits < children).then(|| match waits {
        0 => "the parent never calls wait".into(),
        1 => format!("the parent calls wait once, and has {children} children"),
        _ => format!("the parent calls wait {waits} times, and has {children} children"),
    })
}

/// A process reads from a pipe to which nobody but itself has written.
fn reads_its_own_turn(run: &Run) -> Option<String> {
    let writes = run.done("write sendto");
    let reads = run.done("read recvfrom");
    let own = reads.iter().find(|read| {
        let before =
            writes.iter().filter(|write| write.call.words != "1" && write.index < read.index);
        let before: Vec<_> = before.collect();
        read.who > 0
            && read.result > 0
            && !before.is_empty()
            && before.iter().all(|write| write.who == read.who)
    })?;
    let name = name_of(own.who);
    run.hangs()
        .then(|| format!("{name} read what it wrote itself: one pipe goes one way, take two"))
}

/// It waits for the end of a pipe's input, which cannot come as long as it can write there itself.
fn own_end_is_open(run: &Run) -> Option<String> {
    // What dies after the last wait, the check has stopped.
    let waits = run.events().iter().rposition(|event| matches!(event.what, What::Waits { .. }))?;
    let has_died = run.events()[..waits].iter().any(|event| match event.what {
        What::Ended(status) => event.who > 0 && status.code().is_none(),
        _ => false,
    });
    (1..run.ran.calls.len()).find_map(|who| {
        let (_, reason) = run.waits_in(who)?;
        let name = name_of(who);
        let writers = reason.split_once("open for writing in: ")?.1;
        let is_own = writers.split(", ").any(|writer| writer == name);
        match (is_own, has_died) {
            (true, true) => Some(format!(
                "the writer is dead, but {name} can write to that pipe itself:\n\
                 close the ends that are not yours"
            )),
            (true, false) if writers == name => Some(format!(
                "{name} waits for the end of a pipe that it holds open for writing itself"
            )),
            _ => None,
        }
    })
}

fn lost_signal(run: &Run) -> Option<String> {
    let children = 1..run.ran.calls.len();
    let mut waiting =
        children.filter(|&who| run.waits_in(who).is_some_and(|(call, _)| call == "pause"));
    waiting.next().filter(|_| run.hangs()).map(|_| {
        "a signal came before pause was called, and wakes nobody then: block it, and\n\
         wait with sigsuspend(2)"
            .into()
    })
}

fn nobody_begins(run: &Run) -> Option<String> {
    let has_stored = run.events().iter().any(|event| matches!(event.what, What::Stores { .. }));
    let wait = |who| run.waits_in(who).is_some();
    (run.hangs() && !has_stored && wait(1) && wait(2))
        .then(|| "process 1 and process 2 wait for each other: nobody begins".into())
}

fn spins(run: &Run) -> Option<String> {
    let is_stopped = run.ran.stopped.is_some() && !run.hangs();
    let who = (0..run.ran.calls.len())
        .find(|&who| matches!(run.last_of(who), Some(What::Spins)))
        .filter(|_| is_stopped)?;
    let name = name_of(who);
    Some(format!("{name} spins without a call: with -O2 a flag that is not volatile is read once"))
}

fn removed_too_early(run: &Run) -> Option<String> {
    let marked = run.events().iter().position(|event| match &event.what {
        What::Segment { now, .. } => now.is_marked,
        _ => false,
    })?;
    let gets = run.done("shmget");
    let late = gets.iter().find(|done| done.who > 0 && done.index > marked)?;
    let name = name_of(late.who);
    Some(format!("the segment was removed before {name} looked for its key: that made another one"))
}

fn never_removed(run: &Run) -> Option<String> {
    let removes = |done: &Done| done.call.words.contains("IPC_RMID");
    let is_left = run.report.contains("no segment is left");
    (is_left && run.ends_well() && !run.done("shmctl").iter().any(removes))
        .then(|| "nobody called shmctl with IPC_RMID".into())
}
