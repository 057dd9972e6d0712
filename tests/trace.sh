#!/bin/sh
# make trace-…: the system calls of the C version and of ours, side by side, without those of the C
# library's start and of its memory. Each line names its process; a call that waits stands where it
# ends.
set -eu

ours=$1 c=$2 exercise=$3 own_table=$4 clean=$5
work=$(mktemp -d)
trap 'rm -rf "$work"; [ -n "$own_table" ] || $clean >/dev/null' EXIT
trap 'exit 1' INT TERM HUP

for version in C ours; do
    [ $version = C ] && folder=$c || folder=$ours
    [ "$exercise" != attach ] || before="$folder/shm-create >/dev/null;"
    # shellcheck disable=SC2016 # the inner shell is to expand $@
    printf '%s\n' "${SIZE:-100}" | $own_table sh -c "${before:-}"' exec "$@"' sh \
        strace -f -s 60 -o "$work/trace" "$folder/shm-$exercise" >/dev/null 2>&1 || true
    [ -n "$own_table" ] || $clean >/dev/null
    # Twice through the trace: a child may make its first call before its parent's fork returns.
    awk '
        NR == 1 { name[$1] = "parent" }
        NR == FNR { if (/clone.* = [0-9]+$/) name[$NF] = "process " ++children; next }
        { pid = $1; sub(/^[0-9]+ +/, "") }
        / <unfinished \.\.\.>$/ { sub(/ <unfinished \.\.\.>$/, ""); begun[pid] = $0; next }
        /^<\.\.\. / { sub(/^<\.\.\. [a-z0-9_]+ resumed>/, ""); $0 = begun[pid] $0 }
        # The first call that is of the exercise itself.
        /^shmget\(|^(newfstatat|fstat|ioctl|read)\([01],/ { own = 1 }
        !own || /^(brk|getrandom|set_robust_list)\(|^--- SIGCHLD/ { next }
        /^clone.* = [0-9]+$/ { $0 = "fork() = " $NF " (" name[$NF] ")" }
        { gsub(/  +/, " "); print (children ? name[pid] ": " : "") $0 }
    ' "$work/trace" "$work/trace" >"$work/$version"
done

awk -v half=$((${COLUMNS:-180} / 2)) '
    function line(left, right) {
        printf "%-" half "s %s\n", substr(left, 1, half - 1), substr(right, 1, half - 1)
    }
    NR == FNR { left[NR] = $0; last = NR; next }
    { right[FNR] = $0; if (FNR > last) last = FNR }
    END {
        line("C version", "ours")
        for (number = 1; number <= last; number++) line(left[number], right[number])
    }
' "$work/C" "$work/ours"
