#!/bin/sh
# build.sh CARGO build …: has cargo build, and says what is wrong where cargo's own words do not help.
set -u

say() {
    echo "make: $*" >&2
    exit 1
}

[ -e target ] || rm -f target # a link that leads nowhere
if "$@"; then
    for other in "$TARGET"/*/debug/shm-create; do
        [ ! "$other" -nt "$TARGET/debug/shm-create" ] || say "cargo has built $other: its configuration" \
            "sets build.target. Unset that. (If you have unset it, remove ${other%/debug/*}.)"
    done
    # The sheets call the folder target.
    [ ! -e "$TARGET" ] || [ target -ef "$TARGET" ] || ln -sT "$TARGET" target 2>/dev/null || :
    exit 0
fi

version=$("$1" --version) # such as: cargo 1.85.0 (d73d2caf9 2024-12-31)
minor=${version#cargo 1.}
[ "${minor%%.*}" -ge 85 ] 2>/dev/null || say "this is $version: 1.85 or later is needed, see https://rustup.rs"

# What cargo new has added to the workspace, and was removed since.
for package in $(sed -n 's/^members = \[\(.*\)\]/\1/p' Cargo.toml | tr -d '",'); do
    [ -e "$package/Cargo.toml" ] || say "Cargo.toml lists $package, which is not there: git checkout Cargo.toml"
done

[ -e "$TARGET" ] && folder=$TARGET || folder=$(dirname "$TARGET")
locked=$(find "$folder" -type d ! -writable -print -quit)
[ -n "$locked" ] || exit 1
[ "$locked" != . ] || locked=$PWD
yours='set CARGO_TARGET_DIR to a folder of your own'
if [ -O "$locked" ] || [ "$(id -u)" = 0 ]; then
    say "you cannot write in $locked: $yours"
fi
say "you cannot write in $locked, which belongs to $(stat -c %U "$locked"): $yours, or sudo chown -R it"
