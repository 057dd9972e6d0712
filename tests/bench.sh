#!/bin/sh
# make bench: what the start of each program costs, ours beside the C versions, as ratios.
set -eu
. tests/functions.sh

for kind in -static -static-pie; do
    mkdir "$WORK/c$kind"
    for each in shm-create shm-attach shm-fork shm-dynamic; do
        cp "$TARGET/c/$each$kind" "$WORK/c$kind/$each"
    done
    [ -z "$ORIGINALS" ] || "$TARGET/debug/check" --take "$ORIGINALS" "$WORK/c$kind" "$kind"
done
echo 1024 >"$WORK/size"
ours=$WORK/ours

has() { command -v "$1" >/dev/null; }

# Wall time from start to end, ours against C's: in turn five times, the medians of many runs. Before
# 1.16 hyperfine gives no input.
wall() {
    runs=${3:-100} input=
    case $1 in */shm-dynamic) input="--input $WORK/size" ;; esac
    [ -z "$input" ] || hyperfine --help | grep -q -e --input || { echo -; return; }
    set -- "$1" "$2"
    # shellcheck disable=SC2086 # none or two words
    hyperfine --shell=none --warmup $((runs / 5)) --runs "$runs" $input --export-csv "$WORK/csv" \
        "$@" "$@" "$@" "$@" "$@" >"$WORK/log" 2>&1 || { cat "$WORK/log" >&2; exit 1; }
    awk -F, '
        NR > 1 { sum[NR % 2] += $4 }
        END { ratio = sum[0] / sum[1]; printf ratio < 0.01 ? "%.5f\n" : "%.3f\n", ratio }' "$WORK/csv"
}

# System calls of all its processes.
calls() {
    has strace || { echo -; return; }
    strace -f -o "$WORK/calls" "$1" <"$WORK/size" >/dev/null
    grep -c '^[0-9]* *[a-z_0-9]*(' "$WORK/calls"
}

# Instructions of all its processes.
instructions() {
    has valgrind || { echo -; return; }
    valgrind --tool=callgrind --trace-children=yes --callgrind-out-file=/dev/null "$1" \
        <"$WORK/size" 2>&1 >/dev/null |
        awk '/refs:/ { gsub(",", "", $NF); sum += $NF } END { print sum }'
}

# Peak memory in KiB.
memory() {
    [ -x /usr/bin/time ] || { echo -; return; }
    /usr/bin/time --format=%M "$1" <"$WORK/size" 2>&1 >/dev/null
}

# Our figure against C's.
ratio() {
    awk -v ours="$1" -v c="$2" 'BEGIN {
        if (ours == "-" || c == "-") print "-"; else printf "%.3f\n", ours / c }'
}

row() {
    printf '%-12s %-16s %8s %8s %8s %8s %8s\n' "$@"
}

# Prints how often to run a program: 100 times, or 2 if it is slow. If it fails or does not end,
# prints its exit status.
runs_of() {
    begun=$(date +%s)
    limited "$1" <"$WORK/size" >/dev/null 2>"$WORK/log"
    [ "$status" = 0 ] || { echo "exit status $status"; return 1; }
    [ $(($(date +%s) - begun)) -lt 2 ] && echo 100 || echo 2
}

# Ours beside one C program. $1: its name, $2: against what, $3: the path of that, $runs: see above
compare() {
    # A file that needs the library beside it is no measure for one that holds it.
    sizes='- -'
    case $NAME$2 in Rust*static*) sizes=$(stat --dereference --format=%s "$ours/$1" "$3") ;; esac
    # shellcheck disable=SC2086 # sizes is two words
    row "$1" "$2" \
        "$(wall "$ours/$1" "$3" "$runs")" \
        "$(calls "$ours/$1")/$(calls "$3")" \
        "$(ratio "$(instructions "$ours/$1")" "$(instructions "$3")")" \
        "$(ratio "$(memory "$ours/$1")" "$(memory "$3")")" \
        "$(ratio $sizes)"
}

cat <<TEXT
What the programs cost ($NAME), divided by what C costs: below 1 is less. C is linked as
students do (dynamic), with the library in it (static), and also position-independent (static-pie).
  wall    time from start to end, the median of many runs; it varies by 0.03
  calls   system calls, the two numbers (strace)
  instrs  instructions (valgrind)
  memory  the most memory in use (time)
  file    the file's size, where both have the library in it
- stands where the tool in brackets is not installed, or where there is nothing to compare.

TEXT
"$TARGET/release/shm-create" >/dev/null
row program against wall calls instrs memory file
for program in shm-create shm-attach shm-dynamic shm-fork; do
    [ -e "$ours/$program" ] || continue
    runs=$(runs_of "$ours/$program") || { echo "$program   is not measured: $runs"; continue; }
    for kind in '' -static -static-pie; do
        # shm-fork's own C version sleeps: the repaired one is the measure.
        [ $program = shm-fork ] && other=$TARGET/repaired/shm-fork$kind || other=$WORK/c$kind/$program
        kind=${kind#-}
        compare $program "C ${kind:-dynamic}" "$other"
    done
done
if [ -x "$ours/shm-fork" ] && runs_of "$ours/shm-fork" >"$WORK/log"; then
    row shm-fork 'C, two sleeps' "$(wall "$ours/shm-fork" "$WORK/c/shm-fork" 2)" - - - -
fi
ipcrm -M 2004 2>"$WORK/log" || :
echo 2147483647 >"$WORK/size"
if [ -x "$ours/shm-dynamic" ] && runs=$(runs_of "$ours/shm-dynamic"); then
    compare shm-dynamic 'C, for 2 GiB' "$WORK/c/shm-dynamic"
fi
