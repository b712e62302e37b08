#!/usr/bin/env bash
# Runs the proofs and prints what each of them counted: operations, kills, stops, reads and torn values.
# Usage: prove.sh [--full]
#
# The short form takes minutes and runs with every change. The full form takes most of an hour: millions
# where the other has thousands, and besides the mutants of the protocols, the long form of what
# `cargo test` runs of recordings, packed records and the C++ code library, and the coverage-guided search of `tests/fuzz/`.
set -euo pipefail
cd "$(dirname "$0")/.."

full=""
[ "${1:-}" = "--full" ] && full=yes
release=()
[ -n "$full" ] && release=(--release) && export MEMGLASS_FULL=1

# Prints the lines of tests as they come, under the name of their file; everything when one fails. Written in
# the shell itself: mawk buffers its input from a pipe until it has pages of it.
counts() {
    local running='^ +Running (unittests )?([^ ]+)'
    local noise='^ +(Compiling|Checking|Finished|Blocking)|^running [0-9]|^test result: ok|^ok$|^$|^test .* \.\.\. ok$'
    local begins='^test .* \.\.\. (.*)$'
    local file="" shown="" line
    while IFS= read -r line; do
        if [[ $line =~ $running ]]; then
            file=${BASH_REMATCH[2]}
        elif ! [[ $line =~ $noise ]]; then
            [[ $line =~ $begins ]] && line=${BASH_REMATCH[1]}
            [ "$file" = "$shown" ] || echo "== $file"
            shown=$file
            [ -z "$line" ] || echo "   $line"
        fi
    done
}

cargo build --package memglass-tests --tests "${release[@]}"
cargo test --package memglass-tests "${release[@]}" --no-fail-fast -- --nocapture --test-threads=1 2>&1 | counts
if [ -n "$full" ]; then
    cargo test --package memglass-code "${release[@]}" --no-fail-fast --tests -- --nocapture --test-threads=1 2>&1 | counts
    echo "== packed records: a million random buffers of each type, and a race of a minute"
    cargo test --package memglass-layouts "${release[@]}" --test hostile -- --nocapture --test-threads=1 2>&1 | counts
    MEMGLASS_RACE_SECONDS=60 cargo test --package memglass "${release[@]}" --test session packed -- --nocapture --test-threads=1 2>&1 | counts
    cargo test --package memglass-stream --test hostile --test reference_log --test readers "${release[@]}" -- --nocapture --test-threads=1 2>&1 | grep -v '^seed' | counts
    cargo test --package memglass-cli --test program "${release[@]}" recording_proofs -- --nocapture --test-threads=1 2>&1 | counts
fi
echo "== models of the protocols"
cargo test --package memglass-loom --features cpp "${release[@]}" 2>&1 | grep -E '^test result|FAILED|panicked'
tests/loom/miri.sh ${full:+--full}
if [ -n "$full" ]; then
    echo "== mutants of the protocols"
    # With two preemptions, which kill them all; more only tell of more models that do.
    MEMGLASS_FULL="" tests/loom/mutants.sh
    echo "== coverage-guided search for bytes that an observer does not survive"
    tests/fuzz/run.sh 120
fi
echo "all proofs hold"
