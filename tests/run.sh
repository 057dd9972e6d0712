#!/bin/sh
# make run: the four exercises in order, and the segments on the way. The user's own segments are
# removed before, and after, whatever happens in between.
set -eu

remove() {
    # shellcheck disable=SC2086 # each key is a word
    tests/segments.sh remove $KEYS || :
}

run() {
    "$TARGET/release/shm-$1" || tests/segments.sh hint "$1" $?
}

remove
trap 'trap "" PIPE; remove 2>/dev/null' EXIT
trap 'exit 1' INT TERM HUP PIPE

for exercise in create attach fork dynamic; do
    program=$TARGET/release/shm-$exercise
    if [ $exercise != dynamic ] || { [ -z "$SIZE" ] && [ -t 0 ] && [ -t 1 ]; }; then
        echo "+ $program"
        run $exercise
    else
        [ -n "$SIZE" ] || echo 'No terminal to ask for a size on: it is 100 (SIZE=… gives another).'
        echo "+ echo ${SIZE:=100} | $program"
        printf '%s\n' "$SIZE" | run $exercise
    fi
    case $exercise in create | dynamic) echo '+ ipcs -m' && ipcs -m ;; esac
done
