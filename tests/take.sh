#!/bin/sh
# take.sh FOLDER INTO: puts the programs that a user's folder holds into the folder INTO. Of each
# exercise, FOLDER/shm-x.c is compiled to INTO/shm-x, and INTO/shm-x.log has the compiler's words
# (no program there if it failed); else, where FOLDER/shm-x is an executable file, INTO/shm-x is a
# link to it. Status 1 and a line on standard error if FOLDER has neither of any exercise.
set -eu

folder=$1 into=$2
case $folder in /*) ;; *) folder=$PWD/$folder ;; esac
[ -d "$folder" ] || { echo "make: no such folder: $folder" >&2; exit 1; }
mkdir -p "$into"

# A compiler, too, can be made to go on without end.
compile() (
    # shellcheck disable=SC3045 # dash and bash know it
    ulimit -v 1000000 2>/dev/null || :
    ulimit -f 65536 2>/dev/null || :
    # shellcheck disable=SC2086 # both may hold several words
    timeout --kill-after=1 20 ${CC:-cc} ${CFLAGS:--O2} -o "$2" "$1" && return
    status=$?
    [ "$status" -lt 124 ] || echo "The compiler was stopped after 20 seconds, or died."
    return "$status"
)

taken=
for program in shm-create shm-attach shm-fork shm-dynamic; do
    if [ -f "$folder/$program.c" ]; then
        taken=yes
        compile "$folder/$program.c" "$into/$program" >"$into/$program.log" 2>&1 ||
            rm -f "$into/$program"
    elif [ -f "$folder/$program" ] && [ -x "$folder/$program" ]; then
        taken=yes
        ln -sf "$folder/$program" "$into/$program"
    elif [ -f "$folder/$program" ]; then
        echo "make: $folder/$program is not executable: chmod +x" >&2
    fi
done
[ -n "$taken" ] || { echo "make: neither shm-*.c nor executables shm-* in $folder" >&2; exit 1; }
