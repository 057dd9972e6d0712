#!/bin/sh
# The machine's segments of the lab's keys: each line of /proc/sysvipc/shm is one. See proc(5).
#   segments.sh remove KEY…   removes the user's own and nobody else's, as root could; status 1 if
#                             one stays
#   segments.sh hint KEY…     after a failure: which segment is in the way, and what to do
set -eu

what=$1
shift
keys=$*
status=0 found=
while read -r key id _ _ _ _ _ owner _; do
    case " $keys " in *" $key "*) ;; *) continue ;; esac
    found=yes
    if [ "$owner" != "$(id -u)" ]; then
        status=1
        echo "key $key: segment $id belongs to $(id -nu "$owner" 2>/dev/null || echo "user $owner"), and stays" >&2
        [ "$what" = remove ] || echo 'make: make shell gives you a segment table of your own' >&2
    elif [ "$what" = remove ]; then
        echo "ipcrm -m $id"
        ipcrm -m "$id" || status=1
    fi
done </proc/sysvipc/shm
if [ "$what" = hint ] && [ -z "$found" ]; then
    case $keys in 9990) echo 'make: there is no segment yet: make run-create makes it' >&2 ;; esac
fi
exit $status
