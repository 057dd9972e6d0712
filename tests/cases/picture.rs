//! `make show-…` and `make show`: what happened in a run, in a terminal and in a browser. `...` stands for any text.

use super::hand_ins::has_tool;
use super::prelude::*;

pub fn cases() -> Vec<Case> {
    let all = cases! {
        "of_shm_fork": shows(FORK);
        "of_the_others": shows(OTHERS);
        "of_a_case": shows(A_CASE);
        "of_a_hang": shows(HANG);
        "of_threads": shows(THREADS);
        "of_python": of_python();
        "of_ten_thousand_steps": shows(LONG);
        "ends_a_red_report": shows(REPORT);
        "has_colours_on_a_terminal": shows(COLOURS);
        "in_a_browser" needs Browser: browser_shows();
    };
    let all = all.into_iter().map(|case| case.needs(Need::Ours));
    exercise("picture", &PROGRAMS, [(Basic, all.collect())])
}

/// What the log says of the C version, with process 1 held: it goes wrong; and of ours.
const FORK: &str = r#"
$ target/debug/check --show fork
C version, process 1 is held:
     parent       process 1    process 2      segment 0
   1 shmget key 1001, 512, IPC_CREAT|0666 → 0 made, 512 bytes
   2 fork → process 1
   3 |            held here before its first call
   4 fork → process 2
   5 waits for a child to end  |
   6 :            :            shmat          1 attached
   7 :            :            prints into its buffer
   8 :            :            sleeps 1 s
   9 :            :            wakes at 1 s
  10 :            :            stores a text  "Yes, This is shared m…ory ID : 0"
  11 :            :            shmdt          0 attached
  12 :            :            at exit prints:
     :            :            "Process 2 : Received : "
     :            :        "Process 2 : Responced to process 1 in shared memory"
  13 :            :            ends
  14 goes on: process 2 has ended
  15 waits for a child to end
  16 :            goes on
...
     :            "Process 1 : Responce -> Is this the shared memory ID : 0"
...
C version, in the order that C hopes for:
...
     :            :    "Process 2 : Received : Is this the shared memory ID : 0"
...
Rust version, in the order that C hopes for:
...
     :            :    "Process 2 : Received : Is this the shared memory ID : 0"
     :            :        "Process 2 : Responced to process 1 in shared memory"
  21 :            :            passes the turn
  22 :            goes on      |
  23 :            |            shmdt          2 attached
  24 :            |            ends
  25 :            shmdt                       1 attached
  26 :            at exit prints:
     :            "Process 1 : Written data to shared memory"
     :            "Process 1 : Responce -> Yes, This is shared memory ID : 0"
  27 :            ends
  28 goes on: process 1 has ended
  29 finds process 2 ended
  30 shmdt                                    gone
  31 ends
     (| can go on, : waits)

The same for a browser, with the segment's bytes at each step: target/show-fork.html
$ grep -c 'http' target/show-fork.html
2
"#;

const OTHERS: &str = r#"
$ target/debug/check --show create
C version:
     shm-create                               segment 0
   1 shmget → 0                               made, 1024 bytes
   2 prints into its buffer
   3 at exit prints "Shared memory segment created with ID : 0"
   4 ends
...
$ target/debug/check --show attach
...
   2 shmat                                    1 attached
   3 stores a text                            "This is our shared me…y segment."
...
$ SIZE=0 target/debug/check --show dynamic
...
   3 shmget key 2004, 0, IPC_CREAT|0666 → EINVAL
...
"#;

const A_CASE: &str = r"
$ YOURS=tests/hand-ins/sleeps target/debug/check --show-case fork::process_1_is_held; echo $?
FAILED fork::process_1_is_held
...
   4 |            held here before its first call
...
The same for a browser, with the segment's bytes at each step: target/show-fork-process_1_is_held.html
1
";

const HANG: &str = r"
$ YOURS=tests/hand-ins/pipe-end-left-open target/debug/check --show fork
...
  17 :            :            waits for its turn
     :            :            open for writing in: process 2
     … here the check stopped it
...
";

const THREADS: &str = r#"
$ YOURS=tests/hand-ins/calls-in-a-thread target/debug/check --show attach
...
   7 thread 1: stores a text                  "This is our shared me…y segment."
...
"#;

fn of_python() -> Verdict {
    if has_tool("python3") { shows(PYTHON) } else { Err(Report::not_run("needs python3")) }
}

const PYTHON: &str = r"
$ YOURS=tests/hand-ins/python target/debug/check --show fork
...
   1 ... other calls: ...
...
";

const LONG: &str = r#"
$ mkdir "$TMPDIR/mine"; printf '#!/bin/sh\nwhile [ "$((i += 1))" -lt 10000 ]; do echo $i; done\n'
> >"$TMPDIR/mine/shm-create"; chmod +x "$TMPDIR/mine/shm-create"
$ YOURS="$TMPDIR/mine" target/debug/check --show create
...
     … ... steps are left out here
...
"#;

const REPORT: &str = r"
$ YOURS=tests/hand-ins/sleeps target/debug/check --exact fork::process_1_is_held
...
The last steps (all: make show CASE=fork::process_1_is_held YOURS=tests/hand-ins/sleeps):
     parent       process 1    process 2      segment ...
...
";

/// Both lines that differ; none in a file, on a dumb terminal, or where the user wants none.
const COLOURS: &str = r"
$ export YOURS=tests/hand-ins/lost-newline TERM=xterm; unset NO_COLOR;
> script -qc 'target/debug/check --diff create' /dev/null | cat -v
 shm-create:^M
   standard output and standard error:^M
^[[31m-    Shared memory segment created with ID : 0\n^[[0m^M
^[[32m+    Shared memory segment created with ID : 0^[[0m^M
...
$ export YOURS=tests/hand-ins/lost-newline TERM=xterm NO_COLOR=1;
> script -qc 'target/debug/check --diff create' /dev/null | cat -v | grep -cF '^['
0
$ TERM=dumb script -qc 'target/debug/check create::fresh; target/debug/check --diff create' /dev/null | cat -v | grep -cF '^['
0
$ env -u NO_COLOR YOURS=tests/hand-ins/lost-newline TERM=xterm target/debug/check --diff create | cat -v | grep -cF '^['
0
";
