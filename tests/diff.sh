#!/bin/sh
# make diff-…: the C version and ours, each from the same fresh start, side by side: what they print,
# how they end, which segments there are then. Status 0: no difference, 1: some.
set -eu

if [ "$1" = run ]; then
    folder=$2 exercise=$3
    [ "$exercise" != attach ] || "$folder/shm-create" >/dev/null
    status=0
    printf '%s\n' "${SIZE:-100}" | "$folder/shm-$exercise" 2>&1 || status=$?
    echo
    if [ "$status" -gt 128 ]; then
        echo "died by SIG$(kill -l $((status - 128)))"
    else
        echo "exit status $status"
    fi
    ipcs -m
    exit
fi

ours=$1 c=$2 exercise=$3 own_table=$4 clean=$5
work=$(mktemp -d)
trap 'rm -rf "$work"; [ -n "$own_table" ] || $clean >/dev/null' EXIT
trap 'exit 1' INT TERM HUP
[ -n "$own_table" ] || echo 'The IDs differ: this kernel gives the two no segment table of their own.'
for version in C ours; do
    [ $version = C ] && folder=$c || folder=$ours
    $own_table "$0" run "$folder" "$exercise" >"$work/$version" 2>/dev/null
    [ -n "$own_table" ] || $clean >/dev/null
done

width=${COLUMNS:-150}
printf "%-$((width / 2))s %s\n\n" 'C version' ours
differ=0
diff --expand-tabs --side-by-side --width="$width" "$work/C" "$work/ours" || differ=1
[ $differ = 0 ] && echo 'No difference.' || echo 'Where they differ, the middle column has a mark.'
exit $differ
