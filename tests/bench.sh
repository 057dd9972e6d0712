#!/bin/sh
# make bench: what the start of each program costs, ours beside C, as ratios: below 1, ours is less.
set -eu

ours=$1 c=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
echo 1024 >"$work/size"

has() { command -v "$1" >/dev/null; }

# Wall time from start to end, ours against C's: in turn five times, the medians of many runs.
wall() {
    hyperfine --shell=none --warmup "${4:-20}" --runs "${3:-100}" --input "$work/size" \
        --export-csv "$work/csv" "$1" "$2" "$1" "$2" "$1" "$2" "$1" "$2" "$1" "$2" \
        >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
    awk -F, 'NR > 1 { sum[NR % 2] += $4 } END {
        ratio = sum[0] / sum[1]; printf ratio < 0.01 ? "%.5f\n" : "%.3f\n", ratio }' "$work/csv"
}

# System calls of all its processes.
calls() {
    has strace || { echo -; return; }
    strace -f -o "$work/calls" "$1" <"$work/size" >/dev/null
    grep -c '^[0-9]* *[a-z_0-9]*(' "$work/calls"
}

# Instructions of all its processes.
instructions() {
    has valgrind || { echo -; return; }
    valgrind --tool=callgrind --trace-children=yes --callgrind-out-file=/dev/null "$1" \
        <"$work/size" 2>&1 >/dev/null |
        awk '/refs:/ { gsub(",", "", $NF); sum += $NF } END { print sum }'
}

# Peak memory in KiB.
memory() {
    [ -x /usr/bin/time ] || { echo -; return; }
    /usr/bin/time --format=%M "$1" <"$work/size" 2>&1 >/dev/null
}

# Our figure against C's.
ratio() {
    awk -v ours="$1" -v c="$2" 'BEGIN {
        if (ours == "-" || c == "-") print "-"; else printf "%.3f\n", ours / c }'
}

row() {
    printf '%-12s %-16s %8s %8s %8s %8s %8s\n' "$@"
}

# Ours beside each C program: its name, then the folders it is in.
compare() {
    program=$1 yardstick=$2
    shift 2
    calls=$(calls "$ours/$program")
    instructions=$(instructions "$ours/$program") memory=$(memory "$ours/$program")
    size=$(stat -c %s "$ours/$program")
    for kind; do
        other=$c$kind/$yardstick
        # A file that needs the library beside it is no measure for one that holds it.
        [ -n "$kind" ] && other_size=$(stat -c %s "$other") || other_size=-
        row "$program" "C${kind:- dynamic}" \
            "$(wall "$ours/$program" "$other")" \
            "$calls/$(calls "$other")" \
            "$(ratio "$instructions" "$(instructions "$other")")" \
            "$(ratio "$memory" "$(memory "$other")")" \
            "$(ratio "$size" "$other_size")"
    done
}

row program against wall calls instrs memory file
compare shm-create shm-create '' -static -static-pie
compare shm-attach shm-attach '' -static -static-pie
compare shm-dynamic shm-dynamic '' -static -static-pie
compare shm-fork shm-fork-handover '' -static -static-pie
row shm-fork 'C, two sleeps' "$(wall "$ours/shm-fork" "$c/shm-fork" 2 0)"

# shm-dynamic asked for a size: prints its wall time, keeps its peak memory in a file.
ask_for() {
    ipcrm -M 2004 2>/dev/null || true
    echo "$1" >"$work/size"
    hyperfine --shell=none --warmup 20 --runs 200 --input "$work/size" --export-csv "$work/csv" \
        "$ours/shm-dynamic" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
    awk -F, 'NR == 2 { print $4 }' "$work/csv"
    [ ! -x /usr/bin/time ] || memory "$ours/shm-dynamic" >"$work/memory$1"
}

kept() {
    cat "$work/memory$1" 2>/dev/null || echo -
}

small=$(ask_for 1024) large=$(ask_for 2147483647)
small=$(ask_for 1024 | awk -v first="$small" '{ print first + $1 }')
large=$(ask_for 2147483647 | awk -v first="$large" '{ print first + $1 }')
row shm-dynamic '2 GiB : 1 KiB' "$(ratio "$large" "$small")" - - \
    "$(ratio "$(kept 2147483647)" "$(kept 1024)")"
