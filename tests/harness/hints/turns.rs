//! shm-fork's processes: who forks and waits, and how the turn is passed.

use std::os::unix::process::ExitStatusExt;

use engine::{What, Who};
use nix::errno::Errno;

use super::calls::FORKS;
use super::{Done, Hint, Run};
use crate::harness::compiled::warning;
use crate::harness::four_lines::name_of;

pub const HINTS: &[Hint] = &[
    child_forks,
    both_fork,
    exit_forgotten,
    goes_on_as_the_parent,
    copied_buffer,
    copied_text,
    vfork,
    waits_before_the_second,
    forks_once,
    prints_for_both,
    not_waited_for,
    waits_for_a_sibling,
    waits_without_end,
    pipe_made_after_fork,
    reads_its_own_turn,
    own_end_is_open,
    waits_for_the_dead,
    end_of_file_is_no_turn,
    no_status_to_wait_for,
    timer_for_a_turn,
    lost_signal,
    unhandled_signal,
    semaphore_of_its_own,
    nobody_begins,
    passes_too_early,
    takes_old_bytes,
    reads_too_early,
    answers_too_early,
    polls_its_own_copy,
    spins,
    removed_too_early,
    never_removed,
];

/// A process that is no child of the parent's, and whose it is: where it was born.
pub fn grandchild(run: &Run) -> Option<(usize, Who, Who)> {
    let events = run.events().iter().enumerate();
    let mut born = events.filter_map(|(index, event)| match event.what {
        What::Born(Some(parent)) if parent > 0 && event.thread == 0 => {
            Some((index, event.who, parent))
        }
        _ => None,
    });
    born.next()
}

/// Whether a process has stored anything before an event.
fn has_stored(run: &Run, who: Who, before: usize) -> bool {
    let is_store =
        |event: &engine::Event| event.who == who && matches!(event.what, What::Stores { .. });
    run.events()[..before].iter().any(is_store)
}

fn both_fork(run: &Run) -> Option<String> {
    let (index, born, parent) = grandchild(run)?;
    let is_first = (1..=2).contains(&parent) && !has_stored(run, parent, index);
    is_first.then(|| {
        format!(
            "process {born} was forked by process {parent}: behind the first fork, both the parent and \
             process {parent} come to the second one"
        )
    })
}

/// The parent has left it to a child to fork the other.
fn child_forks(run: &Run) -> Option<String> {
    let (_, born, parent) = grandchild(run)?;
    (children_of(run, 0) == 1 && run.ran.stopped.is_none()).then(|| {
        format!("process {born} was forked by process {parent}: the parent has to fork both")
    })
}

/// How many processes a process has forked.
fn children_of(run: &Run, parent: Who) -> usize {
    let is_child =
        |event: &&engine::Event| event.what == What::Born(Some(parent)) && event.thread == 0;
    run.events().iter().filter(is_child).count()
}

fn exit_forgotten(run: &Run) -> Option<String> {
    let (_, born, parent) = grandchild(run)?;
    Some(format!("process {born} was forked by process {parent}, which has no exit() at its end"))
}

/// Behind its own work it comes to the parent's: it waits, though it has no child, and removes the segment.
fn goes_on_as_the_parent(run: &Run) -> Option<String> {
    let waits = run.failed("wait4 waitid");
    let removes = run.done("shmctl");
    let removes =
        removes.iter().find(|done| done.who > 0 && done.call.words.contains("IPC_RMID"))?;
    let is_behind = |done: &&Done| done.who == removes.who && done.index < removes.index;
    waits.iter().find(is_behind).filter(|done| has_no_child(done)).map(|done| {
        let name = name_of(done.who);
        format!("{name} goes on with what the parent has to do: there is no exit() at its end")
    })
}

/// What the parent prints at its end stands also before what a child prints.
pub fn copied_text(run: &Run) -> Option<String> {
    let prints = |event: &&engine::Event| match &event.what {
        What::Calls(called) => called.name == "write" && called.words == "1",
        _ => false,
    };
    let first = |who: Who| {
        let event = run.events().iter().filter(|event| event.who == who).find(prints)?;
        let What::Calls(called) = &event.what else { return None };
        Some(called.text.as_slice()).filter(|text| !text.is_empty())
    };
    let parents = first(0)?;
    let is_copied = |who| first(who).is_some_and(|text| text.starts_with(parents));
    (1..run.ran.calls.len()).any(is_copied).then(|| COPIED.into())
}

const COPIED: &str = "what was printed before fork is there more than once: fork copied what printf \
                      had not written yet: fflush(stdout) before fork";

fn copied_buffer(run: &Run) -> Option<String> {
    let stdout = run.stdout();
    let lines: Vec<&str> = stdout.lines().filter(|line| !line.is_empty()).collect();
    let is_twice = |line: &&&str| lines.iter().filter(|other| other == line).count() > 1;
    let has_forked = run.ran.calls.len() > 1;
    (has_forked && lines.iter().any(|line| is_twice(&line))).then(|| {
        "a line is there twice: fork copied what printf had not written yet: \
         fflush(stdout) before fork"
            .into()
    })
}

fn vfork(run: &Run) -> Option<String> {
    let is_it = run.waits_in(0).is_some_and(|(call, _)| call == "vfork");
    is_it.then(|| "vfork lets the parent wait until the child has ended: call fork".into())
}

fn waits_before_the_second(run: &Run) -> Option<String> {
    let is_waiting =
        |who, calls: &[&str]| run.waits_in(who).is_some_and(|(call, _)| calls.contains(&call));
    let is_alone = run.exercise == "fork" && run.ran.calls.len() == 2;
    (is_alone && run.hangs() && is_waiting(0, &["wait4", "waitid"]) && run.waits_in(1).is_some())
        .then(|| "the parent waits for process 1 before it has forked process 2".into())
}

fn forks_once(run: &Run) -> Option<String> {
    let forks = run.done(FORKS);
    let is_whole = run.exercise == "fork" && run.ran.stopped.is_none() && run.is_undisturbed();
    let is_one = forks.len() == 1 && forks[0].result > 0 && run.ran.calls.len() == 2;
    (is_whole && is_one).then(|| "fork was called once: there have to be two children".into())
}

/// The lines of each process.
const LINES: [[&str; 2]; 2] = [
    ["Process 1 : Written data to shared memory", "Process 1 : Responce -> "],
    ["Process 2 : Received : ", "Process 2 : Responced to process 1 in shared memory"],
];

fn prints_for_both(run: &Run) -> Option<String> {
    let prints = |who: Who, [one, other]: [&str; 2]| {
        run.events().iter().any(|event| match &event.what {
            What::Calls(call) if event.who == who && call.name == "write" && call.words == "1" => {
                let text = String::from_utf8_lossy(&call.text);
                text.lines().any(|line| line.starts_with(one) || line.starts_with(other))
            }
            _ => false,
        })
    };
    let mut children = 1..run.ran.calls.len();
    let who = children.find(|&who| LINES.iter().all(|&lines| prints(who, lines)))?;
    let name = name_of(who);
    Some(format!("{name} prints lines of Process 1 and of Process 2: each has two of its own"))
}

fn not_waited_for(run: &Run) -> Option<String> {
    let children = run.ran.calls.len().saturating_sub(1);
    let is_refused = run.report.contains(" wait fails with "); // by the case
    let waits = run.done("wait4 waitid").iter().filter(|done| done.who == 0).count();
    let is_alive = run.ran.outcome.status.code().is_some(); // who is killed cannot wait
    let is_outlived = run.ran.is_outlived && run.ran.stopped.is_none() && is_alive;
    (is_outlived && waits < children && !is_refused).then(|| match waits {
        0 => "the parent never calls wait".into(),
        1 => format!("the parent calls wait once, and has {children} children"),
        _ => format!("the parent calls wait {waits} times, and has {children} children"),
    })
}

fn has_no_child(done: &Done) -> bool {
    done.errno() == Some(Errno::ECHILD)
}

fn waits_for_a_sibling(run: &Run) -> Option<String> {
    let failed = run.failed("wait4 waitid");
    let done = failed.iter().find(|done| done.who > 0 && has_no_child(done))?;
    let (name, other) = (name_of(done.who), name_of(3 - done.who.min(2)));
    run.is_undisturbed().then(|| {
        format!("{name} called wait, and has no child (ECHILD): {other} is the parent's child, too")
    })
}

fn waits_without_end(run: &Run) -> Option<String> {
    let failed = run.failed("wait4 waitid");
    let is_endless = failed.iter().filter(|done| done.who == 0 && has_no_child(done)).count() > 10;
    (run.ran.stopped.is_some() && is_endless)
        .then(|| "wait gives -1 (ECHILD) when no child is left: the loop has to end then".into())
}

/// Both the parent and a child have come to where pipes are made.
fn pipe_made_after_fork(run: &Run) -> Option<String> {
    let makes = run.done("pipe pipe2 socketpair");
    let own = makes.iter().find(|made| made.who > 0 && made.result >= 0)?;
    let place = run.born(own.who)?;
    let is_made_by_both = makes.iter().any(|other| other.who == 0 && other.index > place);
    (run.exercise == "fork" && is_made_by_both).then(|| {
        let name = name_of(own.who);
        format!("{name} has made a pipe after fork, and nobody shares it: make pipes before fork")
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
                "the writer is dead, but {name} can write to that pipe itself: \
                 close the ends that are not yours"
            )),
            (true, false) if writers == name => Some(format!(
                "{name} waits for the end of a pipe that it holds open for writing itself"
            )),
            _ => None,
        }
    })
}

/// The parent has learned of a death, or could, and the other process waits on.
fn waits_for_the_dead(run: &Run) -> Option<String> {
    let is_stopped = run.ran.stopped.is_some() && run.exercise == "fork";
    let is_killed = |event: &&engine::Event| match event.what {
        What::Ended(status) => event.who > 0 && status.signal().is_some(),
        _ => false,
    };
    // What dies after the last wait, the check has stopped.
    let is_wait = |event: &engine::Event| {
        matches!(event.what, What::Waits { .. } | What::Sleeps(_) | What::Wakes | What::Spins)
    };
    let last_wait = run.events().iter().rposition(is_wait)?;
    let dead = run.events()[..last_wait].iter().find(is_killed);
    let dead = dead.filter(|_| is_stopped && !run.is_undisturbed())?;
    let waits = |who: &Who| {
        let looks = |what: &What| match what {
            What::Returns { call, .. } => *call == "sched_yield",
            What::Calls(called) => called.name == "sched_yield",
            what => matches!(what, What::Sleeps(_) | What::Wakes | What::Spins),
        };
        let polls = run.last_of(*who).is_some_and(looks);
        *who != dead.who && (polls || run.waits_in(*who).is_some())
    };
    let (name, waiter) = (name_of(dead.who), name_of((1..run.ran.calls.len()).find(waits)?));
    Some(format!(
        "{name} is dead, and {waiter} waits for it for ever: wait tells the parent how a child \
         has ended (WIFSIGNALED), and it can end the other (kill)"
    ))
}

/// It goes on as if it had got its turn.
fn end_of_file_is_no_turn(run: &Run) -> Option<String> {
    let reads = run.done("read recvfrom");
    let ended = reads.iter().find(|read| read.who > 0 && read.result == 0)?;
    let is_about = run.report.contains("prints nothing that it has not got");
    (is_about || prints_old_bytes(run)).then(|| {
        let name = name_of(ended.who);
        format!("{name} got 0 from {}: that is the end of the pipe, and no turn", ended.call.name)
    })
}

fn no_status_to_wait_for(run: &Run) -> Option<String> {
    run.report.contains("SIGCHLD is ignored").then(|| {
        "who starts a program may have it ignore SIGCHLD: then wait gives ECHILD, and no status. \
         Begin with signal(SIGCHLD, SIG_DFL)"
            .into()
    })
}

/// A signal for which it waits comes from a timer that it has set itself.
fn timer_for_a_turn(run: &Run) -> Option<String> {
    let sets = run.done("alarm setitimer");
    let waits = run.done("pause rt_sigsuspend rt_sigtimedwait");
    let timer =
        sets.iter().find(|set| set.who > 0 && waits.iter().any(|wait| wait.who == set.who))?;
    let (name, call) = (name_of(timer.who), timer.call.name);
    Some(format!(
        "{name} waits for its own timer ({call}): that is a sleep, and nobody passes it the turn"
    ))
}

fn lost_signal(run: &Run) -> Option<String> {
    let children = 1..run.ran.calls.len();
    let mut waiting =
        children.filter(|&who| run.waits_in(who).is_some_and(|(call, _)| call == "pause"));
    waiting.next().filter(|_| run.hangs()).map(|_| {
        "a signal came before pause was called, and wakes nobody then: block it, and \
         wait with sigsuspend(2)"
            .into()
    })
}

/// Signals by which nobody but the program itself kills.
const OWN_SIGNALS: [&str; 3] = ["SIGUSR1", "SIGUSR2", "SIGALRM"];

fn unhandled_signal(run: &Run) -> Option<String> {
    run.events().iter().find_map(|event| {
        let What::Ended(status) = event.what else { return None };
        let signal = engine::signal_name(status.signal()?);
        let name = name_of(event.who);
        OWN_SIGNALS.contains(&signal.as_str()).then(|| {
            format!(
                "{name} died by {signal}: it has to have a handler (sigaction) before that comes"
            )
        })
    })
}

fn semaphore_of_its_own(run: &Run) -> Option<String> {
    let mut children = 1..run.ran.calls.len();
    let waits = children.any(|who| run.waits_in(who).is_some_and(|(call, _)| call == "futex"));
    (run.exercise == "fork" && run.hangs() && waits && run.is_undisturbed()).then(|| {
        "two processes share a semaphore if it lies in the segment, was made once, before fork, \
         and is said to be shared: sem_init(s, 1, 0)"
            .into()
    })
}

fn nobody_begins(run: &Run) -> Option<String> {
    let has_stored = run.events().iter().any(|event| matches!(event.what, What::Stores { .. }));
    let wait = |calls: &[&str]| {
        let waits = |who| {
            run.waits_in(who).is_some_and(|(call, _)| calls.is_empty() || calls.contains(&call))
        };
        run.hangs() && waits(1) && waits(2)
    };
    let is_turn =
        |write: &&Done| write.result > 0 && !["1", "2"].contains(&write.call.words.as_str());
    let is_passed = run.done("write sendto").iter().any(|write| is_turn(&write));
    match () {
        () if !has_stored && wait(&[]) => {
            Some("process 1 and process 2 wait for each other: nobody begins".into())
        }
        () if !is_passed && wait(&["read", "recvfrom"]) => {
            Some("process 1 and process 2 wait for each other: nobody has passed the turn".into())
        }
        () => None,
    }
}

fn place_of_text(run: &Run, text: &[u8]) -> Option<(usize, Who)> {
    let events = run.events().iter().enumerate();
    let mut places = events.filter_map(|(index, event)| match &event.what {
        What::Stores { bytes, .. } if bytes.windows(text.len()).any(|part| part == text) => {
            Some((index, event.who))
        }
        _ => None,
    });
    places.next()
}

const QUESTION: &[u8] = b"Is this the shared memory ID : ";
const ANSWER: &[u8] = b"Yes, This is shared memory ID : ";

fn passes_too_early(run: &Run) -> Option<String> {
    let writes = run.done("write sendto msgsnd kill semop");
    [QUESTION, ANSWER].into_iter().find_map(|text| {
        let (place, who) = place_of_text(run, text)?;
        let mut own = writes.iter().filter(|write| write.who == who && who > 0);
        let passes = own.find(|write| {
            let is_output =
                write.call.name == "write" && ["1", "2"].contains(&write.call.words.as_str());
            !is_output && write.index < place && !is_to_a_file(run, write)
        });
        passes.map(|_| format!("{} passes the turn before it has stored its text", name_of(who)))
    })
}

/// Whether it writes to a file that it has opened, from which nobody gets the turn.
fn is_to_a_file(run: &Run, write: &Done) -> bool {
    let opened = run.done("open openat creat");
    let is_it = |file: &&Done| {
        file.who == write.who
            && file.index < write.index
            && file.result.to_string() == write.call.words
    };
    opened.iter().any(|file| is_it(&file))
}

/// Process 2 prints what was there before any text.
fn takes_old_bytes(run: &Run) -> Option<String> {
    let is_warned = warning(&format!("shm-{}", run.exercise)).is_some(); // that says more
    (prints_old_bytes(run) && !is_warned).then(|| OLD_BYTES.into())
}

/// Nor will it be: all has ended.
pub fn question_was_never_stored(run: &Run) -> bool {
    let is_whole = run.is_undisturbed() && run.ran.stopped.is_none();
    is_whole && prints_old_bytes(run) && place_of_text(run, QUESTION).is_none()
}

fn prints_old_bytes(run: &Run) -> bool {
    let stdout = run.stdout();
    let Some((_, received)) = stdout.split_once("Process 2 : Received : ") else { return false };
    let old = run.report.split_once("filled with ").and_then(|(_, fill)| fill.chars().next());
    let is_empty = received.starts_with('\n'); // for one that sleeps, the report says why
    let is_old = old.is_some_and(|byte| received.starts_with(byte));
    is_old || (is_empty && run.ran.sleeper.is_none())
}

const OLD_BYTES: &str = "process 2 printed what was in the segment before process 1 had stored its text: \
                         it has to wait until that passes it the turn";

fn reads_too_early(run: &Run) -> Option<String> {
    let is_own = run.stdout().contains("Process 1 : Responce -> Is this");
    (is_own && run.ran.sleeper.is_none()).then(|| {
        "process 1 printed its own question: it has to wait until process 2 has answered".into()
    })
}

fn answers_too_early(run: &Run) -> Option<String> {
    run.stdout().contains("Process 2 : Received : Yes, This").then(|| {
        "process 2 printed its own answer: it has to print the question before it answers".into()
    })
}

/// Whether the segment was changed and its text was not: a flag lies there.
fn has_flag(run: &Run) -> bool {
    let stores = run.events().iter().filter_map(|event| match &event.what {
        What::Stores { bytes, .. } => Some(bytes.get(..QUESTION.len()).unwrap_or_default()),
        _ => None,
    });
    let stores: Vec<&[u8]> = stores.collect();
    let is_first = stores.first().is_some_and(|start| start.iter().all(|&byte| byte == 0));
    is_first || stores.windows(2).any(|pair| pair[0] == pair[1])
}

const OWN_COPY: &str = "fork copies every variable: a flag has to lie in the segment";

/// It sleeps and looks again, without end.
fn polls_its_own_copy(run: &Run) -> Option<String> {
    let is_stopped = run.ran.stopped.is_some() && !run.hangs() && run.exercise == "fork";
    let sleeps = |who| matches!(run.last_of(who), Some(What::Sleeps(_) | What::Wakes));
    (is_stopped && (1..run.ran.calls.len()).any(sleeps) && !has_flag(run)).then(|| OWN_COPY.into())
}

fn spins(run: &Run) -> Option<String> {
    let is_stopped = run.ran.stopped.is_some() && !run.hangs() && run.exercise == "fork";
    let who = (0..run.ran.calls.len())
        .find(|&who| matches!(run.last_of(who), Some(What::Spins)))
        .filter(|_| is_stopped)?;
    let name = name_of(who);
    Some(match () {
        () if has_flag(run) => {
            format!("{name} spins without a call: without volatile, -O2 reads a flag once")
        }
        () => OWN_COPY.into(),
    })
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
