#!/bin/sh
# make trace-…: the system calls of the C version and of ours, without those of the C library's
# start and of its memory. Each line names its process; a call that waits stands where it ends.
set -eu
. tests/functions.sh

exercise=$1
printf '%s\n' "${SIZE:=100}" >"$WORK/size"
[ "$exercise" != dynamic ] || echo "The size that both are given is $SIZE (SIZE=… gives another)."

# Twice through the trace: a child may make its first call before its parent's fork returns.
own_calls() {
    awk '
        NR == 1 { name[$1] = "parent" }
        NR == FNR {
            if (/^[0-9]+ +(<\.\.\. )?(clone3?|v?fork)[ (].* = [0-9]+$/)
                name[$NF] = "process " ++children
            next
        }
        { pid = $1; sub(/^[0-9]+ +/, "") }
        / <unfinished \.\.\.>$/ { sub(/ <unfinished \.\.\.>$/, ""); begun[pid] = $0; next }
        /^<\.\.\. / { sub(/^<\.\.\. [a-z0-9_]+ resumed>/, ""); $0 = begun[pid] $0 }
        # The first call that is of the exercise itself.
        /^shmget\(|^(newfstatat|fstat|ioctl|read)\([01],/ { own = 1 }
        !own || /^(brk|getrandom|set_robust_list)\(|^--- SIG(CHLD|TERM)/ || ++shown > 100 { next }
        /^(clone3?|v?fork)\(.* = [0-9]+$/ { $0 = "fork() = " $NF " (" name[$NF] ")" }
        # What is in a struct and of no interest here.
        { gsub(/(st_mode|shm_atime|sa_mask)=[^{}]*/, "..."); sub(/shm_perm=\{[^}]*\}, /, "") }
        { gsub(/  +/, " ") }
        { print (children ? name[pid] ": " : "") $0 }
        END {
            if (!own) print "no shmget, and nothing read or written"
            if (shown > 100) print "... and more"
        }
    ' "$WORK/trace" "$WORK/trace"
}

for version in c ours; do
    [ "$exercise" != attach ] || "$TARGET/release/shm-create" >/dev/null
    limited strace -f -s 60 -o "$WORK/trace" "$WORK/$version/shm-$exercise" \
        <"$WORK/size" >/dev/null 2>"$WORK/errors"
    [ -s "$WORK/trace" ] || { cat "$WORK/errors" >&2; exit 1; }
    [ $version = c ] && echo 'C version:' || printf '\n%s:\n' "$NAME"
    own_calls | tee "$WORK/$version.calls"
    case $status in 124 | 137) echo 'It did not end in 5 seconds.' ;; esac
    clean
done

# What a newcomer stumbles over, where it is there.
echo
says() {
    ! grep -q "$1" "$WORK/c.calls" "$WORK/ours.calls" || echo "$2"
}
says 'TCGETS.*ENOTTY' 'ioctl TCGETS: is this a terminal? ENOTTY: no (/dev/null, here).'
says 'lseek.*ESPIPE' 'lseek: gives back what was read too much. ESPIPE: a pipe takes nothing back.'
says 'sigaction(SIGCHLD' 'rt_sigaction SIGCHLD: the kernel is to keep how the children end, for wait.'
says ERESTARTSYS 'ERESTARTSYS: a signal came, as SIGCHLD when a child has ended; the call is made again.'
