//! The Makefile: what is typed, and what that prints. `...` stands for any text.

use super::prelude::*;

pub fn cases() -> Vec<Case> {
    let in_a_table = of(IN_A_TABLE).map(|case| case.needs(Need::OwnTable));
    let roots = of(ROOTS).map(|case| case.needs(Need::OwnTable).needs(Need::TwoUsersInTable));
    let others = of(NOT_ROOTS).map(|case| case.needs(Need::NotRoot));
    let all = of(TYPED).chain(in_a_table).chain(roots).chain(others);
    exercise("makefile", &[], [(Basic, all.collect())])
}

fn of(typed: &'static str) -> impl Iterator<Item = Case> {
    typed.split("\n# ").skip(1).map(|text| {
        let (name, typed) = text.split_at(text.find('\n').unwrap_or(text.len()));
        case(name, move || shows(typed.trim_end())).needs(Need::Ours)
    })
}

/// Each case's name, the commands, and what they print.
const TYPED: &str = r#"
# a_hand_in_that_does_not_compile_is_red
$ mkdir "$TMPDIR/mine"; echo 'int main(' >"$TMPDIR/mine/shm-create.c"
$ YOURS="$TMPDIR/mine" target/debug/check create; echo $?
FAILED  create::compiles
shm-create.c does not compile
...
passed            basic    careful       hard    not run
create           0 of 1 ...
...
1
$ YOURS="$TMPDIR/mine" target/debug/check fork; echo $?
...
Nothing was checked.
2

# its_keys_are_those_of_the_programs
$ make --no-print-directory --eval='keys:; @echo $(KEYS)' keys
9990 1001 2004

# help_names_every_target
$ make help | sed 's/^make \([^ ]*\) .*/\1/' | sort >"$TMPDIR/told"
$ make -pn help | sed -n 's/^\.PHONY://p' | tr ' ' '\n' | sed -E 's/(create|attach|fork|dynamic)$/…/' |
> sort -u | comm -23 - "$TMPDIR/told"
all
help
needs
ours
reports

# a_missing_tool_is_named
$ make -s ours CARGO=no-cargo
make: no-cargo is missing: ...
make: *** ...
$ make -s -B all CC=no-cc CARGO=true
make: CC=no-cc: there is no such command
make: *** ...
$ make -s clean-shm PATH=/nowhere
make: ipcrm is missing: ...
make: *** ...

# a_cargo_that_is_too_old_is_named
$ printf '#!/bin/sh\necho cargo 1.65.0; exit 101' >"$TMPDIR/cargo"; chmod +x "$TMPDIR/cargo"
$ make -s ours CARGO="$TMPDIR/cargo"
...
make: this is cargo 1.65.0: 1.85 or later is needed, see https://rustup.rs
make: *** ...

# an_unknown_variable_is_refused
$ make check yours=mine
Makefile:...: *** make check takes no yours=… (see make help).  Stop.
$ make clean YOURS=mine
Makefile:...: *** make clean takes no YOURS=… (see make help).  Stop.

# watch_says_what_it_watches_and_ends_where_there_is_nothing
$ make -s watch-create CARGO=true CASE=create::fresh YOURS=tests/repaired >"$TMPDIR/seen" &
> until grep -sq Watching "$TMPDIR/seen"; do sleep 0.1; done; kill $!; tail -n 1 "$TMPDIR/seen"
Watching ./tests/repaired. Control-C ends it.
$ make -s watch-create YOURS=nowhere
make: there is neither shm-create.c nor an executable shm-create in ./nowhere
make: *** ...

# nohup_keeps_a_check_going
$ trap '' HUP; target/debug/check create >"$TMPDIR/seen" & while kill -HUP $! 2>/dev/null; do sleep 0.1; done;
> grep 'passed\.' "$TMPDIR/seen"
All that ran passed.

# another_compiler_makes_the_c_versions_anew
$ cp -R Makefile tests "$TMPDIR" && cd "$TMPDIR" && unset CARGO_TARGET_DIR &&
> printf '#!/bin/sh\n[ "$1" = --version ] && exec cat version\nexec cc "$@"\n' >cc && chmod +x cc &&
> for version in 1 1 2; do echo $version >version; make CARGO=true CC=./cc | grep -c shm-fork; done
1
0
1

# c_versions_in_a_folder_with_a_space_in_its_name
$ mkdir "$TMPDIR/a lab"; cp -R Makefile Cargo.* .cargo common tests shm-* "$TMPDIR/a lab"
$ cd "$TMPDIR/a lab" && unset CARGO_TARGET_DIR; make -s CARGO=true && ls target/c
shm-attach
shm-create
shm-dynamic
shm-fork
"#;

/// These make or remove segments of the lab's keys.
const IN_A_TABLE: &str = r#"
# run_shows_the_segments_and_removes_them
$ make run SIZE=4097
...
0x00002706 ...
...
Process 1 : Responce -> Yes, ...
...
0x000007d4 ... 4097 ...
...
ipcrm -m ...
ipcrm -m ...
$ tail -n +2 /proc/sysvipc/shm

# run_takes_a_size_by_itself
$ target/debug/make-segment 2004 5 666 '' </dev/null
0
$ make run
...
Enter the size of shared memory : Shared memory : We have accessed shared memory ID : ...
...
ipcrm -m ...
ipcrm -m ...
$ tail -n +2 /proc/sysvipc/shm

# run_removes_the_segments_after_a_bad_size
$ make run SIZE=none
...
size: no whole number on standard input
...
$ tail -n +2 /proc/sysvipc/shm

# clean_shm_is_silent_where_there_is_nothing
$ make clean-shm

# yours_is_run_in_place_of_ours
$ mkdir "$TMPDIR/mine"; sed 's/created/made/' tests/c/shm-create.c >"$TMPDIR/mine/shm-create.c"
$ make -s run-create CARGO=true YOURS="$TMPDIR/mine"
Shared memory segment made with ID : 0
$ make -s run-fork CARGO=true YOURS="$TMPDIR/mine"
make: there is neither shm-fork.c nor an executable shm-fork in ...
make: *** ...

# nothing_in_a_folders_name_is_run
$ make -s run-create CARGO=true YOURS='$(error expanded)`echo typed`'
make: there is neither shm-create.c nor an executable shm-create in ./$(error expanded)`echo typed`
make: *** ...
$ make -s check-create CARGO=true YOURS='$(error expanded)`echo typed`'
The check could not run: ...$(error expanded)`echo typed`...
make: *** ...
"#;

/// These are root's, who acts as another user, too.
const ROOTS: &str = r"
# run_says_that_shm_rmid_forced_is_set
$ echo 1 >/proc/sys/kernel/shm_rmid_forced; make -s run CARGO=true
make: kernel.shm_rmid_forced is 1: ...
...
shmget: No such file or directory
make: kernel.shm_rmid_forced is 1: ...
make: *** ...

# clean_shm_keeps_another_users_segment
$ setpriv --reuid=65534 --clear-groups target/debug/make-segment 9990 1 666 '' </dev/null
0
$ make clean-shm
key 9990: segment 0 belongs to nobody, and stays
make: *** ...
";

const NOT_ROOTS: &str = r#"
# another_users_target_is_not_built_in
$ mkdir -m 500 "$TMPDIR/another"; make -s ours CARGO=true CARGO_TARGET_DIR="$TMPDIR/another"
make: you may not write to ..., which another user has made: remove it, or set CARGO_TARGET_DIR to a folder of yours
make: *** ...
"#;
