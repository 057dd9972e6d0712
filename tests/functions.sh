# What trace.sh and bench.sh share. `check --script` runs them: $WORK is a folder for this run, with the
# programs to compare in c/ and in ours/, and the lab's keys are free.
# shellcheck shell=sh

trap 'rm -rf "$WORK"; clean' EXIT
trap 'exit 1' INT TERM HUP PIPE

clean() {
    # shellcheck disable=SC2086 # each key is a word
    tests/segments.sh remove $KEYS >/dev/null
}

# Runs a command with its input for five seconds at the most, then ends what it left in its process group:
# timeout makes one. What it writes is bounded.
limited() {
    status=0
    {
        prlimit --core=0 --data=$((512 << 20)) --fsize=$((1 << 20)) \
            timeout --kill-after=1 5 "$@" <&3 3<&- &
    } 3<&0
    group=$!
    trap 'kill -KILL "-$group" 2>/dev/null; exit 1' INT TERM HUP PIPE
    wait "$group" 2>/dev/null || status=$? # the shell would tell of a death too
    kill -KILL "-$group" 2>/dev/null || :
    trap 'exit 1' INT TERM HUP PIPE
}
