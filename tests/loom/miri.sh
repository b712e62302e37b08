#!/usr/bin/env bash
# Runs the models on real threads: under Miri with many seeds if a toolchain has it, and natively as a stress test.
#
#   miri.sh           32 seeds, 500 rounds
#   miri.sh --full    512 seeds, 20000 rounds
set -euo pipefail
cd "$(dirname "$0")/../.."
export RUST_BACKTRACE=0
seeds=32
export MEMGLASS_ROUNDS=500
if [ "${1:-}" = --full ] || [ -n "${MEMGLASS_FULL:-}" ]; then
    seeds=512
    export MEMGLASS_ROUNDS=20000
fi
threads=(test --quiet --package memglass-loom --no-default-features)

cargo "${threads[@]}"
echo "real threads: all models passed, $MEMGLASS_ROUNDS rounds each"

toolchain=
for name in $(rustup toolchain list 2>/dev/null | cut -d ' ' -f 1); do
    if cargo "+$name" miri --version >/dev/null 2>&1; then toolchain=$name; fi
done
if [ -z "$toolchain" ]; then
    echo "Miri: not installed, not run (rustup toolchain install nightly --component miri,rust-src)"
    exit 0
fi
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/miri"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for seed in $(seq 1 "$seeds"); do
    MIRIFLAGS="-Zmiri-seed=$seed" cargo "+$toolchain" miri "${threads[@]}" >"$log" 2>&1 || {
        cat "$log"
        echo "Miri: seed $seed fails"
        exit 1
    }
done
echo "Miri ($toolchain): all models passed with $seeds seeds"
