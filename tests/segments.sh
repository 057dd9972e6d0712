#!/bin/sh
# The segments of the lab's keys: each line of /proc/sysvipc/shm is a segment. See proc(5).
#   segments.sh remove KEY…           removes the user's own and nobody else's, as root could;
#                                     status 1 if any stays
#   segments.sh forced                says if the kernel removes what nobody has attached; else status 1
#   segments.sh hint EXERCISE STATUS  after an exercise failed: says what about its segment may be
#                                     the reason, and exits with that status
set -eu

of_keys() {
    while read -r key id _ _ _ _ _ owner _; do
        case " $* " in *" $key "*) echo "$key $id $owner" ;; esac
    done </proc/sysvipc/shm
}

name() {
    id -nu "$1" 2>/dev/null || echo "user $1"
}

remove() {
    of_keys "$@" | {
        status=0
        while read -r key id owner; do
            if [ "$owner" = "$(id -u)" ]; then
                # It is removed first, because nobody may be reading the output any more.
                ipcrm -m "$id" && echo "ipcrm -m $id" || status=1
            else
                echo "key $key: segment $id belongs to $(name "$owner"), and stays" >&2
                status=1
            fi
        done
        exit $status
    }
}

forced() {
    [ "$(cat /proc/sys/kernel/shm_rmid_forced 2>/dev/null)" = 1 ] && echo "make: kernel.shm_rmid_forced is 1: here" \
        "the kernel removes a segment when no process has it attached. In make shell it stays." >&2
}

hint() {
    [ "$2" = 1 ] || exit "$2"
    case $1 in create | attach) key=9990 ;; fork) key=1001 ;; dynamic) key=2004 ;; esac
    of_keys "$key" | {
        if read -r _ _ owner; then
            [ "$owner" = "$(id -u)" ] || echo "make: the segment of key $key belongs to" \
                "$(name "$owner"); in make shell the keys are yours alone"
        elif [ "$1" = attach ]; then
            forced || echo 'make: there is no segment yet: make run-create makes it'
        fi
    } >&2
    exit 1
}

"$@"
