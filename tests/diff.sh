#!/bin/sh
# make diff-…: the C version and ours, each from the same fresh start: what they print, how they
# end, which segments there are then. Status 0: no difference, 1: some.
set -eu
. tests/functions.sh

if [ "$1" = run ]; then
    printf '%s\n' "$SIZE" | {
        limited "$2" >"$3" 2>&1
        head -n 20 "$3" | head -c 2000
        [ "$(head -n 20 "$3" | head -c 2000 | wc -c)" = "$(wc -c <"$3")" ] || echo '... and more'
        printf '\n%s\n' "$ending"
    }
    ipcs -m | sed 's/ *$//'
    exit
fi

take_exercise "$1"
[ -n "$OWN_TABLE" ] || echo 'Both use the one table of this machine, so their IDs are shown as *.'

for version in C ours; do
    [ $version = C ] && folder=$c || folder=$ours
    [ "$exercise" = attach ] && before="$target/release/shm-create" || before=true
    # shellcheck disable=SC2016,SC2086 # the inner shell is to expand $@; OWN_TABLE is words
    $OWN_TABLE sh -c '"$0" >/dev/null && exec "$@"' "$before" \
        "$0" run "$folder/$program" "$work/output" >"$work/$version"
    [ -n "$OWN_TABLE" ] || sed -i \
        's/ID : [0-9]*$/ID : */; s/^\(0x[0-9a-f]*\) [0-9]* */\1 *          /' "$work/$version"
    clean
done

# Whether shm-fork's lines are all there, in whatever order.
has_four_lines() {
    for line in 'Process 1 : Written' 'Process 2 : Received :' 'Process 2 : Responced' \
        'Process 1 : Responce ->'; do
        grep -q "^$line" "$1" || return 1
    done
}

# Whether they are in the order that the C version's sleeps are to bring about.
is_in_order() {
    tr '\n' ' ' <"$1" |
        grep -q '^Process 2 : Received : Is this.*Process 2 : .*Process 1 : .*Process 1 : .*-> Yes'
}

screen_width
differ=0
# ipcs prints 72 columns.
if [ "$width" -lt 150 ]; then
    lines() {
        diff --unchanged-line-format='  %L' --old-line-format="$1" --new-line-format="$2" \
            "$work/C" "$work/ours" || :
    }
    printf 'C version:\n\n'
    lines '< %L' ''
    printf '%s:\n\n' "$name"
    lines '' '> %L'
    cmp -s "$work/C" "$work/ours" || differ=1
    mark='< or > stands before the line'
else
    # diff would cut long lines, so they are folded.
    for version in C ours; do
        expand "$work/$version" | fold -w "$(((width - 3) / 2))" >"$work/$version.folded"
    done
    printf "%-$(((width + 4) / 2))s%s\n\n" 'C version' "$name"
    diff --side-by-side --expand-tabs --width="$width" "$work/C.folded" "$work/ours.folded" ||
        differ=1
    mark='the middle column has a mark'
fi

if [ "$exercise" = fork ] && has_four_lines "$work/C" && ! is_in_order "$work/C"; then
    echo 'The C version had no luck: a process was later than its sleeps allow for. That'
    echo 'is its race with itself, not a difference. make diff-fork plays it again.'
    ! is_in_order "$work/ours" || differ=0
elif [ $differ = 0 ]; then
    echo 'No difference.'
fi
[ $differ = 0 ] || echo "Where they differ, $mark."
! grep -q '^it did not end' "$work/C" "$work/ours" ||
    echo "Where each process was waiting then: make trace-$exercise"
exit $differ
