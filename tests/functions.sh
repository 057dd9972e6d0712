# What trace.sh and bench.sh share. make gives them TARGET, KEYS and OWN_TABLE (a command
# that runs another in a segment table of its own, empty where there is none), and what its user
# gave: YOURS, ORIGINALS, SIZE.
# shellcheck shell=sh disable=SC2034 # what is set here is used there

# Makes a folder for this run with the programs to compare, in $c the C versions, in $ours ours or
# the user's: $name says which.
take_programs() {
    work=$(mktemp -d)
    trap 'rm -rf "$work"; clean' EXIT
    trap 'exit 1' INT TERM HUP PIPE
    # shellcheck disable=SC2153 # make gives it
    target=$(cd "$TARGET" && pwd)
    c=$work/c ours=$work/programs name=ours
    take_c ''
    if [ -n "${YOURS:-}" ]; then
        name=yours
        mkdir "$ours"
        "$target/debug/check" --take "$YOURS" "$ours"
    else
        ln -s "$target/release" "$ours"
    fi
}

# Puts the C versions, linked as $1 says, into the folder $c$1.
take_c() {
    mkdir "$c$1"
    [ -z "${ORIGINALS:-}" ] || "$target/debug/check" --take "$ORIGINALS" "$c$1" ${1:+"$1"}
    for each in shm-create shm-attach shm-fork shm-dynamic; do
        [ -e "$c$1/$each" ] || [ -e "$c$1/$each.log" ] || ln -s "$target/c/$each$1" "$c$1/$each"
    done
}

# Stops with the reason where a program is missing.
need_program() {
    [ ! -x "$1/$2" ] || return 0
    if [ -e "$1/$2.log" ]; then
        cat "$1/$2.log" >&2
        echo "make: $2.c does not compile" >&2
    else
        echo "make: no $2.c and no executable $2 in $YOURS" >&2
    fi
    exit 1
}

# Gets ready to run both versions of $1, an exercise.
take_exercise() {
    exercise=$1 program=shm-$1
    export SIZE="${SIZE:-100}"
    take_programs
    need_program "$c" "$program"
    need_program "$ours" "$program"
    need_free_keys
    [ "$1" != dynamic ] || echo "The size that both are given is $SIZE (SIZE=… gives another)."
}

# In the machine's own table nobody else's segments may be in the way, and nothing may stay.
need_free_keys() {
    [ -z "$OWN_TABLE" ] || return 0
    for key in $KEYS; do
        ! grep -q "^ *$key " /proc/sysvipc/shm || {
            echo "make: there is a segment of key $key (make clean-shm removes yours)," \
                'and this kernel gives you no segment table of your own' >&2
            exit 1
        }
    done
    clean_up=yes
}

clean() {
    # shellcheck disable=SC2086 # each key is a word
    [ -z "${clean_up:-}" ] || tests/segments.sh remove $KEYS >/dev/null
}

# Runs a command with its input for five seconds at the most, then ends what it left in its process group:
# timeout makes one. What it writes is bounded.
limited() {
    status=0
    {
        # shellcheck disable=SC3045 # dash and bash know these limits
        (
            ulimit -c 0
            ulimit -d 524288 # 512 MiB
            ulimit -f 2048   # 1 MiB
            exec timeout --kill-after=1 5 "$@" <&3 3<&-
        ) &
    } 3<&0
    group=$!
    trap 'kill -KILL "-$group" 2>/dev/null; exit 1' INT TERM HUP PIPE
    wait "$group" 2>/dev/null || status=$? # the shell would tell of a death too
    kill -KILL "-$group" 2>/dev/null || :
    trap 'exit 1' INT TERM HUP PIPE
}
