//! Finds out what the cases can do on this machine, so that one that cannot run is shown as
//! ignored, with its reason. Asked anew each time: the answers change with the user and the kernel.

use std::process::{Command, Stdio};

/// A fact, and the command that succeeds where it is true.
const FACTS: &[(&str, &str)] = &[
    // Root's way to a segment table of its own, and everybody's.
    ("ipc_namespace", "unshare --ipc true"),
    (
        "user_namespace",
        "! unshare --ipc true && $IN_USER_NAMESPACE true",
    ),
    (
        "kernel_limits",
        "unshare --ipc sh -c 'echo 1024 >/proc/sys/kernel/shmmni'",
    ),
    ("other_users", BECOME_ANOTHER),
    ("ordinary_user", "[ $(id -u) != 0 ] || $BECOME_ANOTHER"),
    (
        "strace",
        "strace -o /dev/null -e inject=shmget:error=ENOSPC true",
    ),
];

const IN_USER_NAMESPACE: &str = "unshare --user --map-current-user --ipc";
const BECOME_ANOTHER: &str = "setpriv --reuid=65534 --regid=65534 --clear-groups true";

fn main() {
    println!("cargo::rerun-if-changed=no-such-file");
    let mut in_user_namespace = false;
    for (fact, command) in FACTS {
        println!("cargo::rustc-check-cfg=cfg({fact})");
        // The cases will be in there, so what comes after it is asked in there.
        let prefix = if in_user_namespace {
            IN_USER_NAMESPACE
        } else {
            ""
        };
        if succeeds(prefix, command) {
            println!("cargo::rustc-cfg={fact}");
            in_user_namespace |= *fact == "user_namespace";
        }
    }
}

fn succeeds(prefix: &str, command: &str) -> bool {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("{prefix} sh -c \"$0\""), command])
        .env("IN_USER_NAMESPACE", IN_USER_NAMESPACE)
        .env("BECOME_ANOTHER", BECOME_ANOTHER)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    shell.status().is_ok_and(|status| status.success())
}
