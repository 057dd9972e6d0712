#!/bin/sh
# run.sh EXERCISE   runs it; its segment stays
# run.sh all        the four in order, and the segments on the way. The user's own segments are removed
#                   before, and after, whatever happens in between.
set -eu
ulimit -c 0
asked=$1
case $YOURS in '' | /*) ;; *) YOURS=./$YOURS ;; esac

# Prints the program that stands for an exercise: one in the folder YOURS, which may have to be compiled; or ours.
program() {
    if [ -f "$YOURS/shm-$1.c" ]; then
        mkdir -p "$TARGET/yours"
        # shellcheck disable=SC2086 # words
        $CC $CFLAGS -o "$TARGET/yours/shm-$1" "$YOURS/shm-$1.c" && echo "$TARGET/yours/shm-$1"
    elif [ -f "$YOURS/shm-$1" ] && [ -x "$YOURS/shm-$1" ]; then
        echo "$YOURS/shm-$1"
    elif [ -z "$YOURS" ] || { [ "$asked" = all ] && [ -d "$YOURS" ]; }; then
        echo "$TARGET/debug/shm-$1"
    else
        echo "make: there is neither shm-$1.c nor an executable shm-$1 in $YOURS" >&2
        return 1
    fi
}

# Its size is given, or typed.
run() {
    if [ "$1" = dynamic ] && [ -n "$SIZE" ]; then
        printf '%s\n' "$SIZE" | "$program"
    else
        "$program"
    fi || tests/segments.sh hint "$1" $?
}

remove() {
    # shellcheck disable=SC2086 # each key is a word
    tests/segments.sh remove $KEYS || :
}

if [ "$asked" != all ]; then
    program=$(program "$asked")
    run "$asked"
    exit
fi

tests/segments.sh forced || :
remove
trap 'trap "" PIPE; remove 2>/dev/null' EXIT
trap 'exit 1' INT QUIT TERM HUP PIPE

for exercise in create attach fork dynamic; do
    program=$(program $exercise)
    if [ $exercise = dynamic ] && [ -z "$SIZE" ] && ! { [ -t 0 ] && [ -t 1 ]; }; then
        echo 'No terminal to ask for a size on: it is 100 (SIZE=… gives another).'
        SIZE=100
    fi
    [ $exercise = dynamic ] && [ -n "$SIZE" ] && echo "+ echo $SIZE | $program" || echo "+ $program"
    run $exercise
    case $exercise in create | dynamic) echo '+ ipcs -m' && ipcs -m ;; esac
done
