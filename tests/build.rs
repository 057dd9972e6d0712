//! Finds out what the cases can do on this machine, so that one that cannot run is shown as
//! ignored, with its reason. Asked anew each time: the answers change with the user and the kernel.

use std::process::{Command, Stdio};

/// A fact, and the command that succeeds where it is true.
const FACTS: &[(&str, &str)] = &[
    // Root's way to a segment table of its own, and everybody's.
    ("ipc_namespace", "unshare --ipc true"),
    (
        "user_namespace",
        "unshare --user --map-current-user --ipc true",
    ),
    (
        "kernel_limits",
        "unshare --ipc sh -c 'echo 1024 >/proc/sys/kernel/shmmni'",
    ),
    ("other_users", SETPRIV),
    ("ordinary_user", "[ $(id -u) != 0 ] || exec $SETPRIV"),
    (
        "strace",
        "strace -o /dev/null -e inject=shmget:error=ENOSPC true",
    ),
];

/// Becomes another user.
const SETPRIV: &str = "setpriv --reuid=65534 --regid=65534 --clear-groups true";

fn main() {
    println!("cargo::rerun-if-changed=no-such-file");
    for (fact, command) in FACTS {
        println!("cargo::rustc-check-cfg=cfg({fact})");
        if succeeds(command) {
            println!("cargo::rustc-cfg={fact}");
        }
    }
}

fn succeeds(command: &str) -> bool {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", command])
        .env("SETPRIV", SETPRIV)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    shell.status().is_ok_and(|status| status.success())
}
