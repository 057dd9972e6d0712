//! `make grade`: whatever the hand-ins are named, each has its row, and no name is a command or another's row.

use super::prelude::*;

pub fn cases() -> Vec<Case> {
    let all = cases! {
        "each_has_its_row" needs Ours: shows(ROWS);
        "what_is_refused_is_named" needs Ours: shows(REFUSED);
        "a_name_is_no_command" needs Ours: shows(NO_COMMAND);
        "an_interrupt_ends_all" needs Ours: shows(INTERRUPT);
        "folders_that_cannot_be" needs Ours: shows(CANNOT_BE);
        "each_reason_is_said" needs Ours: shows(REASONS);
        "names_stay_apart" needs Ours: shows(NAMES);
        "of_is_how_many_there_are" needs Ours: shows(OF);
        "a_folder_becomes_a_link" needs Ours: shows(EXCHANGED);
        "no_result_is_an_old_one" needs Ours: shows(OLD);
        "a_full_disk" needs Ours needs SmallDisk: shows(FULL);
    };
    exercise("grade", &[], [(Basic, all)])
}

const ROWS: &str = r#"
$ mkdir "$TMPDIR/all" && cd "$TMPDIR/all" && mkdir ada empty && touch file && ln -s ada link && mkfifo pipe
$ cp target/debug/shm-create "$TMPDIR/all/ada"
$ odd="$TMPDIR/all/$(printf -- '-e\n12 of 12, \033[1mada\377')"; mkdir "$odd"; cp tests/c/shm-attach.c "$odd"
$ LEVEL=basic HANDINS="$TMPDIR/all" RESULTS="$TMPDIR/results" target/debug/check --grade; echo $?
1 of 6, ...
...
6 of 6, ...

...create ...
passed ...b ...
of ...
-e\n12 of 12, \033[1mada\377 ... - ...* ... - ...
ada ... - ...
empty ... not judged: it is empty
file ... not judged: it is a file, not a folder
link ... not judged: it is a link
pipe ... not judged: it is not a folder
b, c, h: ...
2 of 5 were judged, in ... s.
The reports, and results.csv, are in ...
2
$ cd "$TMPDIR/results" && ls && grep -E '^"(name|.055|link)|^"ada","ada","create"' results.csv
%2De%0A12%20of%2012%2C%20%1B%5B1mada%FF.txt
%2De%0A12%20of%2012%2C%20%1B%5B1mada%FF.xml
ada.txt
ada.xml
results.csv
"name","file","exercise","level","passed","failed","trouble","not_run","refused","not_judged"
"\055e\n12 of 12, \033[1mada\377","%2De%0A12%20of%2012%2C%20%1B%5B1mada%FF","create","basic",...
...
"ada","ada","create","basic",...,"0","0",...,"",""
"link","link","","","","","","","","it is a link"
"#;

const REFUSED: &str = r#"
$ mkdir "$TMPDIR/all" "$TMPDIR/all/eve" && cp -R tests/hand-ins/no-create-flag "$TMPDIR/all/ben" && touch "$TMPDIR/all/a-stray-file"
$ printf '#define _GNU_SOURCE\n#include <sched.h>\nint main(void) { unshare(CLONE_NEWNET); unshare(CLONE_NEWNS); }' >"$TMPDIR/all/eve/shm-create.c"
$ LEVEL=basic HANDINS="$TMPDIR/all" RESULTS="$TMPDIR/results" target/debug/check --grade; echo $?
...
a-stray-file    not judged: it is a file, not a folder
ben ...* ... - ... - ... - ...
eve ...* ... - ... - ... - ... 1
b, c, h: ...
refused to eve: unshare
2 of 2 were judged, ...
The reports, and results.csv, are in ...
0
$ grep -c '<property name="refused" value="unshare"/>' "$TMPDIR/results/eve.xml"; grep -c '^"eve".*"unshare",""$' "$TMPDIR/results/results.csv"; grep refused "$TMPDIR/results/eve.txt"
1
...
refused, as no exercise needs it: unshare
"#;

const NO_COMMAND: &str = r#"
$ make -s grade CARGO=true HANDINS='$(error expanded)`echo typed`'
The check could not run: HANDINS=$(error expanded)`echo typed`: No such file or directory ...
make: *** ...
$ name="$TMPDIR/all/\$(error expanded)\`echo typed\`"; mkdir -p "$name" && cp target/debug/shm-create "$name"
$ make -s grade CARGO=true HANDINS="$TMPDIR/all" LEVEL=basic | grep 'not judged\|of 1'
1 of 1, $(error expanded)`echo typed`: basic ...
1 of 1 were judged, ...
"#;

const INTERRUPT: &str = r#"
$ mkdir "$TMPDIR/all" && for name in a b c d e f; do cp -R tests/repaired "$TMPDIR/all/$name"; done
$ HANDINS="$TMPDIR/all" RESULTS="$TMPDIR/results" target/debug/check --grade & until [ -e "$TMPDIR/results/results.csv" ] && grep -q . /proc/$!/task/*/children; do sleep 0.1; done; kill -INT $!; wait $!; echo $?
...
f               not judged: interrupted
...
0 of 6 were judged, ...
...
130
$ grep -c interrupted "$TMPDIR/results/results.csv"; cat "$TMPDIR/results/a.txt"
6

Interrupted: nothing is left running.
"#;

const CANNOT_BE: &str = r#"
$ target/debug/check --grade; echo $?
The check could not run: say where they are: make grade HANDINS=folder
2
$ mkdir "$TMPDIR/all"; HANDINS="$TMPDIR/all" target/debug/check --grade; echo $?
The check could not run: HANDINS=...: there is no folder in it
2
$ mkdir "$TMPDIR/all/ada"; HANDINS="$TMPDIR/all" RESULTS="$TMPDIR/all/results" target/debug/check --grade; echo $?
The check could not run: RESULTS=...: it must not lie in the folder of the hand-ins
2
$ ls "$TMPDIR/all"
ada
$ HANDINS="$TMPDIR/all" RESULTS=/proc/none target/debug/check --grade; echo $?
The check could not run: RESULTS=/proc/none: No such file or directory ...
2
$ HANDINS="$TMPDIR/all" LEVEL=high target/debug/check --grade; echo $?
The check could not run: LEVEL is basic, careful or hard
2
"#;

/// Why something was not judged is said; what is one, and was not played, is counted.
const REASONS: &str = r#"
$ mkdir "$TMPDIR/all" && cd "$TMPDIR/all" && mkdir header name pipe script && touch name/create.c && mkfifo pipe/shm-create.c
$ cp tests/repaired/shm-create.c "$TMPDIR/all/header"; truncate -s 2M "$TMPDIR/all/header/large.h"; cp tests/repaired/shm-attach.c "$TMPDIR/all/script"
$ cd "$TMPDIR/all/script" && echo '#!/usr/bin/env no-such-language' >shm-create && chmod +x shm-create
$ LEVEL=basic HANDINS="$TMPDIR/all" RESULTS="$TMPDIR/results" target/debug/check --grade | tail -n 8; cat "$TMPDIR/results/pipe.txt" "$TMPDIR/results/script.txt"
header          not judged: reading large.h: it is no file of at most 1 MiB
name            not judged: neither shm-*.c nor...…...create.c: call it shm-create.c
pipe ... 0* ... - ... - ... - ... 10
script ... - ... 1... - ... - ... 1...?
...
1 of 4 were judged, ...
1 other was judged in part (?): its report says why.
...
FAILED  create::compiles
shm-create.c: it is no plain file
...
... not run: ...shm-create is a script for no-such-language, which is not here
...
"#;

/// A name is cut where that leaves it distinct. macOS writes an accent as a letter of its own.
const NAMES: &str = r#"
$ mkdir "$TMPDIR/all" && cd "$TMPDIR/all" && mkdir "$(printf 'Andre\314\201')" exercise-3-group-01 exercise-3-group-02
$ cp tests/repaired/shm-create.c "$TMPDIR/all/exercise-3-group-01"; cp tests/c/shm-attach.c "$TMPDIR/all/exercise-3-group-02"
$ HANDINS="$TMPDIR/all" target/debug/check --grade | grep -a '^A\|^exerc' | sed "s/$(printf '\314\201')/<mark>/"
Andre<mark>            not judged: it is empty
exercis…group-01 ...
exercis…group-02 ...
"#;

/// Not only how many of them were played.
const OF: &str = r#"
$ mkdir "$TMPDIR/all" && cp -R tests/hand-ins/both-wait "$TMPDIR/all/cleo"; LEVEL=basic HANDINS="$TMPDIR/all" target/debug/check --grade | tee "$TMPDIR/table" | grep -c '^cleo.*\*'
1
$ cp tests/repaired/shm-fork.c "$TMPDIR/all/cleo"; LEVEL=basic HANDINS="$TMPDIR/all" target/debug/check --grade | grep ^of >"$TMPDIR/of"; grep -cFf "$TMPDIR/of" "$TMPDIR/table"
1
"#;

/// With one processor, ada is judged while zoe is exchanged.
const EXCHANGED: &str = r#"
$ mkdir -p "$TMPDIR/all/zoe" && cp -R tests/repaired "$TMPDIR/all/ada" && touch "$TMPDIR/all/zoe/notes"
$ (cd "$TMPDIR"; until [ -e results/results.csv ]; do sleep 0.01; done; mv all/zoe .; ln -s ada all/zoe) &
> cpu=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//'); HANDINS="$TMPDIR/all" RESULTS="$TMPDIR/results" taskset -c "$cpu" target/debug/check --grade
1 of 2, ada: ...
2 of 2, zoe: not judged: ...
...
"#;

const OLD: &str = r#"
$ mkdir -p "$TMPDIR/all/ada" "$TMPDIR/results" && cp -R tests/hand-ins/no-create-flag "$TMPDIR/all/ben" && cd "$TMPDIR/results"
$ cd "$TMPDIR/results" && echo old | tee ada.txt ada.xml ../kept && mkfifo ben.txt && ln -s ../kept ben.xml && ln -s ../kept results.csv
old
$ LEVEL=basic HANDINS="$TMPDIR/all" RESULTS="$TMPDIR/results" target/debug/check --grade >"$TMPDIR/table"; grep ^ada "$TMPDIR/table"
ada             not judged: it is empty
$ cd "$TMPDIR/results" && ls && cat ../kept && head -n 1 ben.txt && grep -c '<failure ' ben.xml && head -c 6 results.csv
ben.txt
ben.xml
results.csv
old
FAILED  create::...
...
"name"
"#;

/// Where there is no room for results, or no results, no mark stands for what was not judged.
const FULL: &str = r#"
$ YOURS=tests/hand-ins/no-create-flag target/debug/check --exact create::fresh >/dev/full 2>/dev/full; echo $?
2
$ CC=false RESULTS="$TMPDIR/results.xml" YOURS=tests/repaired target/debug/check >"$TMPDIR/report"; grep -o 'tests="1".*errors="1"' "$TMPDIR/results.xml"
tests="1" failures="0" errors="1"
$ mkdir "$TMPDIR/all" "$TMPDIR/small" && cp -R tests/hand-ins/no-create-flag "$TMPDIR/all/ada"
$ unshare --user --map-root-user --mount sh -c 'mount -t tmpfs -o size=20k none "$TMPDIR/small" &&
> head -c 8000 /dev/zero >"$TMPDIR/small/filling" && HANDINS="$TMPDIR/all" RESULTS="$TMPDIR/small" target/debug/check --grade; echo $?;
> cd "$TMPDIR/small" && ls && tail -n 1 results.csv'
1 of 1, ada: not judged: writing ada.xml: No space left on device

ada             not judged: writing ada.xml: No space left on device
...
0 of 1 were judged, ...
...
2
ada.txt
filling
results.csv
"ada","ada",...,"writing ...ada.xml: No space left on device (os error 28)"
"#;
