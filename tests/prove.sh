#!/usr/bin/env bash
# Runs the proofs and prints what each of them counted: operations, kills, stops, reads, what was torn,
# and mutants. Usage: prove.sh [--full]
#
# The short form takes minutes and runs with every change. The full form takes most of an hour: millions
# where the other has thousands, and besides the coverage-guided search of `fuzz/`.
set -euo pipefail
cd "$(dirname "$0")/.."

full=""
[ "${1:-}" = "--full" ] && full=yes
release=()
[ -n "$full" ] && release=(--release) && export MEMGLASS_FULL=1

# What tests print, under the file that printed it; all of it when one fails.
counts() {
    awk '
        /^ +Running / { file = $0; sub(/^ +Running (unittests )?/, "", file); sub(/ \(.*/, "", file); next }
        /^ +(Compiling|Checking|Finished|Blocking)/ { next }
        /^running / || /^test result: ok/ || /^ok$/ || /^$/ { next }
        /^test .* \.\.\. ok$/ { next }
        { sub(/^test .* \.\.\. /, "") }
        /^ok$/ { next }
        file != shown && file != "" { print "== " file; shown = file }
        { print "   " $0; fflush() }
    '
}

cargo build --package memglass-tests --tests "${release[@]}"
cargo test --package memglass-tests "${release[@]}" --no-fail-fast -- --nocapture --test-threads=1 2>&1 | counts
echo "== models of the protocols"
cargo test --package memglass-loom "${release[@]}" 2>&1 | grep -E '^test result|FAILED|panicked'
echo "== mutants of the protocols"
# With two preemptions, which kill them all; more only tell of more models that do.
MEMGLASS_FULL="" tests/loom/mutants.sh
tests/loom/miri.sh ${full:+--full}
if [ -n "$full" ]; then
    echo "== coverage-guided search for bytes that an observer does not survive"
    fuzz/run.sh 120
fi
echo "all proofs hold"
