#!/bin/sh
# watch.sh EXERCISE MAKE: plays its cases again whenever a file of the exercise is saved. Control-C ends it.
set -u
exercise=$1 make=$2
case $YOURS in '' | /*) ;; *) YOURS=./$YOURS ;; esac
[ -n "$YOURS" ] && set -- "$YOURS" || set -- "shm-$exercise/src" common/src
trap 'exit 0' INT QUIT TERM HUP

# Whether there is a terminal that can write a line anew.
has_terminal() {
    [ -t 1 ] && [ "${TERM:-dumb}" != dumb ]
}

# Each source and executable, and when it was saved.
files() {
    find -L "$@" -type f ! -name '.*' \( -name '*.[chrs]*' -o -name 'shm-*' \) -printf '%p %s %T@\n'
}

is_there() {
    [ -z "$YOURS" ] || [ -f "$YOURS/shm-$exercise.c" ] || [ -x "$YOURS/shm-$exercise" ] || {
        echo "make: there is neither shm-$exercise.c nor an executable shm-$exercise in $YOURS" >&2
        exit 1
    }
}

while is_there; do
    seen=$(files "$@")
    ! has_terminal || clear
    "$make" --no-print-directory "check-$exercise" || :
    echo "Watching $*. Control-C ends it."
    played=$(date +%T)
    while is_there && [ "$(files "$@")" = "$seen" ]; do
        ! has_terminal || printf '\rPlayed at %s. It is %s now.' "$played" "$(date +%T)"
        sleep 0.3
    done
done
