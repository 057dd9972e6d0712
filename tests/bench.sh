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

# Wall time of each file from start to end: in turn five times, the medians of many runs. Before 1.16
# hyperfine gives no input.
walls() {
    input="--input $WORK/size"
    hyperfine --help | grep -q -e --input || input=
    # shellcheck disable=SC2086 # none or two words
    hyperfine --shell=none --warmup $((runs / 5)) --runs "$runs" $input --export-csv "$WORK/csv" \
        "$@" "$@" "$@" "$@" "$@" >"$WORK/log" 2>&1 || { for file; do echo -; done; return; }
    awk -F, -v files=$# 'NR > 1 { sum[NR % files] += $4 }
        END { for (row = 2; row < files + 2; row++) print sum[row % files] }' "$WORK/csv"
}

# A figure that takes a tool: - where there is none.
with() {
    tool=$1 figure=$2
    shift 2
    command -v "$tool" >/dev/null && "$figure" "$@" <"$WORK/size" || echo -
}

# Of all its processes.
calls() {
    strace -f -o "$WORK/calls" "$1" >/dev/null
    grep -c '^[0-9]* *[a-z_0-9]*(' "$WORK/calls"
}
instructions() {
    valgrind --tool=callgrind --trace-children=yes --callgrind-out-file=/dev/null "$1" 2>&1 >/dev/null |
        awk '/refs:/ { gsub(",", "", $NF); sum += $NF } END { print sum }'
}

# The peak, in KiB.
memory() {
    /usr/bin/time --format=%M "$1" 2>&1 >/dev/null
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

program      against              wall    calls   instrs   memory     file
TEXT
"$TARGET/release/shm-create" >/dev/null
for program in shm-create shm-attach shm-dynamic shm-fork; do
    ours=$WORK/ours/$program
    [ -e "$ours" ] || continue
    set -- "$ours" "$WORK/c/$program" "$WORK/c-static/$program" "$WORK/c-static-pie/$program"
    # shm-fork's own C version sleeps: the repaired one is the measure.
    other=$TARGET/repaired/$program
    [ $program != shm-fork ] || set -- "$ours" "$other" "$other-static" "$other-static-pie"
    begun=$(date +%s)
    limited "$ours" <"$WORK/size" >/dev/null 2>"$WORK/log"
    [ "$status" = 0 ] || { echo "$program   is not measured: exit status $status"; continue; }
    [ $(($(date +%s) - begun)) -lt 2 ] && runs=100 || runs=2
    walls "$@" >"$WORK/walls"
    for file; do
        echo "$(with strace calls "$file") $(with valgrind instructions "$file")" \
            "$(with /usr/bin/time memory "$file") $(stat --dereference --format=%s "$file")"
    done | paste -d ' ' "$WORK/walls" - | awk -v program=$program '
        function ratio(field) {
            if (ours[field] == "-" || field == 5 && NR == 2) return "-"
            return sprintf("%.3f", ours[field] / $field)
        }
        BEGIN { split("- dynamic static static-pie", kind, " ") }
        NR == 1 { split($0, ours, " "); next }
        { printf "%-12s C %-14s %8s %8s %8s %8s %8s\n", program, kind[NR], ratio(1), \
              ours[2] "/" $2, ratio(3), ratio(4), ratio(5) }'
done
