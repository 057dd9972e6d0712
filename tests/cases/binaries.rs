//! What the programs are made of: linked statically, and no system call but the exercise's own and
//! those of the C library's start.

use std::process::Command;

use common::{CREATE_KEY, CREATE_SIZE};

use crate::harness::{
    Channel, Folder, Report, Stage, c_version, expect, found, in_own_table, ours,
};

const ALL: [&str; 4] = ["shm-create", "shm-attach", "shm-fork", "shm-dynamic"];

#[test]
fn are_linked_statically() -> Result<(), Report> {
    for program in ALL {
        let program = ours(program, &[])?;
        let output = Command::new("ldd").arg(program.get_program()).output()?;
        let says = String::from_utf8_lossy(&output.stdout);
        let what = "statically linked (RUSTFLAGS in the environment, or a configuration of cargo's \
                    elsewhere, takes the place of the flags in .cargo/config.toml)";
        expect(what, says.contains("statically linked"), &says)?;
    }
    Ok(())
}

/// The exercise's own calls, after the C library's start.
macro_rules! makes_these_calls {
    ($($name:ident: $program:literal => $calls:expr,)*) => {
        $(
            #[test]
            #[cfg_attr(not(strace), ignore = "needs strace, to see system calls")]
            fn $name() -> Result<(), Report> {
                makes($program, &$calls)
            }
        )*
    };
}

makes_these_calls! {
    create_makes_these_calls: "shm-create" => ["shmget", "ioctl", "write", "exit_group"],
    attach_makes_these_calls: "shm-attach" =>
        ["shmget", "shmat", "shmctl", "ioctl", "shmdt", "write", "exit_group"],
    dynamic_makes_these_calls: "shm-dynamic" =>
        ["ioctl", "read", "lseek", "shmget", "shmat", "shmctl", "shmdt", "write", "exit_group"],
    fork_makes_these_calls: "shm-fork" =>
        ["shmget", "shmctl", "getpid", "shmat", "shmctl", "shmctl", "socketpair", "rt_sigaction",
         "clone", "close", "clone", "close", "wait4", "wait4", "shmdt", "exit_group"],
}

fn makes(program: &str, calls: &[&str]) -> Result<(), Report> {
    let made = trace(|strace| ours(program, strace))?;
    let (start, own) = made.split_at(made.len().saturating_sub(calls.len()));
    let seen = made.join(", ");
    expect(
        &format!("at the end {}", calls.join(", ")),
        own == calls,
        &seen,
    )?;
    let is_own = |call: &String| calls.contains(&call.as_str());
    expect("none of these before", !start.iter().any(is_own), &seen)?;
    // The C version's parent leaves the segment to its children.
    if program == "shm-fork" {
        return Ok(());
    }
    let c = trace(|strace| c_version(program, strace))?;
    expect(
        "fewer calls than the C version",
        made.len() < c.len(),
        &format!("{seen}\n{}", c.join(", ")),
    )
}

/// The names of the system calls of a program's first process, in order; a call that the kernel
/// starts anew after a signal, as wait4, counts once.
fn trace(
    command: impl Fn(&[&str]) -> Result<Command, Report> + Sync,
) -> Result<Vec<String>, Report> {
    in_own_table(|| {
        let folder = Folder::new("trace")?;
        let file = folder.path().join("calls");
        let mut stage = Stage::new(false)?;
        stage.make(&found(CREATE_KEY, CREATE_SIZE))?;
        let strace = format!("strace -D -e signal=none -o {}", file.display());
        let strace: Vec<&str> = strace.split(' ').collect();
        stage
            .start(Channel::Pipes, command(&strace)?, b"100\n")?
            .finish()?;
        let calls = std::fs::read_to_string(&file)?;
        let name = |line: &str| line.split_once('(').map(|(name, _)| name.to_string());
        // A newer C library's fork holds signals back for a moment: not the exercise's call.
        let is_made = |name: &String| name != "rt_sigprocmask";
        let done = calls.lines().filter(|line| !line.contains("= ? ERESTART"));
        Ok(done.filter_map(name).filter(is_made).collect())
    })
}
