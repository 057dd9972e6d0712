//! # shm-fork: two processes talk through a segment
//!
//! The parent attaches a segment and forks twice; each child inherits the attachment. Process 1
//! writes, process 2 reads and answers, process 1 reads the answer. The memory is shared, but
//! nothing in it says whose turn it is. So they pass the turn over a pair of sockets (`Turn`).
//!
//! The parent marks the segment for removal as soon as it has attached it. Its key is free at once,
//! and the kernel frees the memory when the last of the three has detached or died. If another
//! process has made the key's segment, and still runs, that segment is left alone.
//!
//! (`Responce` and `Responced` are the course's own spelling.)
//!
//! Try: `strace -f -e inject=sendto:signal=KILL target/debug/shm-fork` kills a process before it
//! passes the turn. Is there a segment afterwards (`ipcs -m`)?

#![no_main]
#![forbid(unsafe_code)]

use common::{
    Attachment, FORK_KEY, FORK_SIZE, Failure, Segment, Stdout, Turn, exit, fork,
    keep_exit_statuses, report_all, wait,
};

common::main!(parent);

fn parent(out: &mut Stdout) -> Result<(), Failure> {
    let memory = attach_own()?;
    let (turn_1, turn_2) = Turn::pair()?;
    keep_exit_statuses()?;

    // Each end has one holder: a process that kept the other's end would wait for itself.
    let pid_1 = fork()?;
    if pid_1 == 0 {
        drop(turn_2);
        let result = process_1(out, memory, &turn_1);
        exit(out, result);
    }
    drop(turn_1);
    let pid_2 = fork(); // no `?`: if it fails, the first child must still be waited for
    if pid_2 == Ok(0) {
        let result = process_2(out, memory, &turn_2);
        exit(out, result);
    }
    drop(turn_2);

    let ended_1 = wait(pid_1, "process 1");
    let ended_2 = match pid_2 {
        Ok(pid) => wait(pid, "process 2"),
        Err(failure) => Err(failure),
    };
    report_all([ended_1, ended_2, memory.detach()])
}

/// Attaches a segment for this run alone, and marks it for removal at once. It is the key's segment
/// if that is new, or was left over by a dead process; otherwise one without a key.
fn attach_own() -> Result<Attachment, Failure> {
    if let Some(segment) = Segment::create_new(FORK_KEY, FORK_SIZE)? {
        return segment.attach_and_remove();
    }
    if let Some(memory) = Segment::claim_leftover(FORK_KEY, FORK_SIZE)? {
        return Ok(memory);
    }
    Segment::private(FORK_SIZE)?.attach_and_remove()
}

fn process_1(out: &mut Stdout, memory: Attachment, turn: &Turn) -> Result<(), Failure> {
    memory.store(format_args!("Is this the shared memory ID : {}", memory.segment()));
    writeln!(out, "Process 1 : Written data to shared memory")?;
    turn.pass()?;
    turn.wait()?;
    out.print_line("Process 1 : Responce -> ", memory.text())?;
    memory.detach()
}

fn process_2(out: &mut Stdout, memory: Attachment, turn: &Turn) -> Result<(), Failure> {
    turn.wait()?;
    out.print_line("Process 2 : Received : ", memory.text())?;
    memory.store(format_args!("Yes, This is shared memory ID : {}", memory.segment()));
    writeln!(out, "Process 2 : Responced to process 1 in shared memory")?;
    out.flush()?; // through a pipe too, these lines come before process 1's
    turn.pass()?;
    memory.detach()
}
