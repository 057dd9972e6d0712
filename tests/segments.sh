#!/bin/sh
# The segments of the lab's keys: each line of /proc/sysvipc/shm is a segment. See proc(5).
#   segments.sh remove KEY…    removes the user's own and nobody else's, as root could; status 1 if
#                              any stays
#   segments.sh hint EXERCISE  after a failure: what about its segment may be the reason
set -eu

of_keys() {
    while read -r key id _ size _ _ _ owner _; do
        case " $* " in *" $key "*) echo "$key $id $size $owner" ;; esac
    done </proc/sysvipc/shm
}

name() {
    id -nu "$1" 2>/dev/null || echo "user $1"
}

remove() {
    of_keys "$@" | {
        status=0
        while read -r key id _ owner; do
            if [ "$owner" = "$(id -u)" ]; then
                # First of all it is removed: nobody may be reading any more.
                ipcrm -m "$id" && echo "ipcrm -m $id" || status=1
            else
                echo "key $key: segment $id belongs to $(name "$owner"), and stays" >&2
                status=1
            fi
        done
        exit $status
    }
}

hint() {
    case $1 in create | attach) key=9990 ;; fork) key=1001 ;; dynamic) key=2004 ;; esac
    of_keys "$key" | {
        if read -r _ _ size owner; then
            if [ "$owner" = "$(id -u)" ]; then
                echo "make: key $key has a segment of $size bytes: make clean-shm removes it"
            else
                echo "make: the segment of key $key belongs to $(name "$owner");" \
                    'in make shell the keys are yours alone'
            fi
        elif [ "$1" = attach ]; then
            echo 'make: there is no segment yet: make run-create makes it'
        fi
    } >&2
}

"$@"
