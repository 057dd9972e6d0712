//! Odd machines and odd hand-ins: what the machine or the folder lacks is said, and no program is blamed for it.

use super::prelude::*;

pub fn cases() -> Vec<Case> {
    let all = cases! {
        "few_open_files" needs Ours: shows(FEW_FILES);
        "little_address_space" needs Ours: shows(LITTLE_SPACE);
        "a_compiler_that_does_not_work" needs Ours: shows(NO_COMPILER);
        "no_room_to_compile" needs Ours needs SmallDisk: shows(NO_ROOM);
        "a_program_of_another_machine" needs Ours: shows(ANOTHER_MACHINE);
        "a_script_without_its_interpreter" needs Ours: shows(NO_INTERPRETER);
        "an_executable_beside_its_source" needs Ours: shows(BOTH);
        "another_name_or_language" needs Ours: shows(OTHERS);
        "a_source_that_cannot_be_read" needs Ours needs NotRoot: shows(NOT_READ);
        "originals_that_go_right" needs Ours: shows(RIGHT_ORIGINALS);
        "segments_that_the_kernel_removes" needs Ours needs OwnTable needs TwoUsersInTable: shows(FORCED);
        "no_more_processes" needs Ours needs NotRoot: shows(NO_PROCESSES);
    };
    exercise("machines", &[], [(Basic, all)])
}

/// The setting is the table's own.
const FORCED: &str = r"
$ echo 1 >/proc/sys/kernel/shm_rmid_forced; target/debug/check --exact create::fresh; echo $?
The check could not run: kernel.shm_rmid_forced is 1 here: the kernel removes each segment that nobody has attached.
Type make shell, and the check in it: there it is 0. Or sysctl -w kernel.shm_rmid_forced=0
2
";

const FEW_FILES: &str = r"
$ ulimit -n 20; YOURS=tests/repaired target/debug/check --exact create::fresh; echo $?
The check could not run: it needs 64 open files, and 20 are allowed here (ulimit -n)
2
";

const LITTLE_SPACE: &str = r"
$ YOURS=tests/repaired prlimit --as=100000000 target/debug/check --exact create::fresh; echo $?
The check could not run: it needs 512 MiB of address space, and 95 are allowed here (ulimit -v)
2
";

const NO_COMPILER: &str = r"
$ CC=false YOURS=tests/repaired target/debug/check create; echo $?
The check could not run: false -O2 does not compile here, not even the smallest program:
2
";

/// Wherever it ends, among the copies of programs, in the compiler or in the linker.
const NO_ROOM: &str = r#"
$ for size in 40 80 100 110 120 130 140 150 160; do unshare --user --map-root-user --mount sh -c '
> mount -t tmpfs -o size="$1k" none /var/tmp && TMPDIR=/var/tmp YOURS=tests/repaired target/debug/check compiles' sh $size; done >"$TMPDIR/said"
$ grep -c FAILED "$TMPDIR/said"; sort -u "$TMPDIR/said" | grep -o 'The check could not run: .*No space left on device'
0
The check could not run: ...No space left on device
...
"#;

/// The first bytes of a 32-bit program.
const ANOTHER_MACHINE: &str = r#"
$ mkdir "$TMPDIR/mine" && printf '\177ELF\001\001\001\000\000\000\000\000\000\000\000\000\002\000\003\000' >"$TMPDIR/mine/shm-create"
$ chmod +x "$TMPDIR/mine/shm-create"; YOURS="$TMPDIR/mine" target/debug/check create; echo $?
... not run: ...shm-create is for 32-bit x86, and the check runs programs for 64-bit ... alone
Nothing was checked.
2
"#;

const NO_INTERPRETER: &str = r#"
$ mkdir "$TMPDIR/mine" && echo '#!/usr/bin/env no-such-language' >"$TMPDIR/mine/shm-create"
$ chmod +x "$TMPDIR/mine/shm-create"; YOURS="$TMPDIR/mine" target/debug/check create; echo $?
... not run: ...shm-create is a script for no-such-language, which is not here
Nothing was checked.
2
"#;

const BOTH: &str = r#"
$ mkdir "$TMPDIR/mine" && cp tests/repaired/shm-create.c "$TMPDIR/mine" && cp /bin/false "$TMPDIR/mine/shm-create"
$ YOURS="$TMPDIR/mine" target/debug/check --exact create::fresh; echo $?
...
shm-create.c was compiled: the executable shm-create beside it is not used.
All that ran passed.
0
"#;

const OTHERS: &str = r#"
$ mkdir "$TMPDIR/mine" && touch "$TMPDIR/mine/shm-create.cpp"; YOURS="$TMPDIR/mine" target/debug/check create; echo $?
The check could not run: neither shm-*.c nor executables shm-* in ...:
there is shm-create.cpp, and the check compiles C alone: hand in an executable, called shm-create
2
$ mv "$TMPDIR/mine/shm-create.cpp" "$TMPDIR/mine/create.c"; YOURS="$TMPDIR/mine" target/debug/check create; echo $?
The check could not run: neither shm-*.c nor executables shm-* in ...:
there is create.c: call it shm-create.c
2
$ mv "$TMPDIR/mine/create.c" "$TMPDIR/mine/shm-create"; YOURS="$TMPDIR/mine" target/debug/check create; echo $?
The check could not run: neither shm-*.c nor executables shm-* in ...:
shm-create is not executable: chmod +x
2
"#;

const NOT_READ: &str = r#"
$ mkdir "$TMPDIR/mine" && cp tests/repaired/shm-create.c "$TMPDIR/mine" && chmod 000 "$TMPDIR/mine/shm-create.c"
$ YOURS="$TMPDIR/mine" target/debug/check create; echo $?
... not run: reading ...shm-create.c: Permission denied ...
Nothing was checked.
2
"#;

const RIGHT_ORIGINALS: &str = r"
$ ORIGINALS=tests/repaired YOURS=tests/repaired target/debug/check create::fresh create::the_disk_is_full; echo $?
...
1 not run: the C version in ORIGINALS goes right where the lab's goes wrong
All that ran passed.
...
0
";

const NO_PROCESSES: &str = r"
$ YOURS=tests/repaired prlimit --nproc=3 target/debug/check --exact create::fresh; echo $?
The check could not run: it needs 30 processes of yours, and 3 are allowed here (ulimit -u)
2
";
