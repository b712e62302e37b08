#!/usr/bin/env bash
# Runs each fuzz target for some seconds (60 by default), one after the other, and prints the number of inputs
# and the findings. Usage: run.sh [SECONDS [TARGET...]]
#
# Needs only a C++ compiler, for libFuzzer. The flags are those of `cargo fuzz`; RUSTC_BOOTSTRAP makes a stable
# toolchain accept them.
set -euo pipefail
cd "$(dirname "$0")"

seconds=${1:-60}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(session codec path layout types literal recording)

export RUSTC_BOOTSTRAP=1
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/fuzz
mkdir -p work
triple=$(rustc -vV | sed -n 's/^host: //p')
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Zsanitizer=address -Ccodegen-units=1"
# What a target is built with beside the rest.
needs() { case $1 in types | literal | recording) echo "$1" ;; esac; }

# With a target given the flags do not reach build scripts and macros.
for target in "${targets[@]}"; do
    cargo build --release --quiet --target "$triple" --bin "$target" --features "$(needs "$target")"
done
programs=$CARGO_TARGET_DIR/$triple/release

found=0
for target in "${targets[@]}"; do
    mkdir -p "work/$target" "artifacts/$target" "corpus/$target"
    log=work/$target.log
    # Memory that a session keeps for its whole life is not a leak, nor is that of a thread which is just ending.
    leaks=$(case $target in literal | types) echo 0 ;; *) echo 1 ;; esac)
    # A whole recording has schemas.
    length=$([ "$target" = recording ] && echo 16384 || echo 4096)
    # New inputs go into work/; corpus/ has those that the project keeps.
    if ! "$programs/$target" "work/$target" "corpus/$target" -max_total_time="$seconds" \
        -detect_leaks="$leaks" -timeout=60 -rss_limit_mb=2048 -malloc_limit_mb=256 -max_len="$length" -print_final_stats=1 \
        -artifact_prefix="artifacts/$target/" >"$log" 2>&1; then
        found=$((found + 1))
        echo "$target: FOUND, see tests/fuzz/$log"
        grep -E "panicked|ERROR|SUMMARY|Test unit" "$log" | head -5
    fi
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -1)
    coverage=$(grep -oE 'cov: [0-9]+' "$log" | tail -1 || true)
    echo "$target: ${runs:-?} inputs in $seconds s, ${coverage:-no coverage}, $(find "artifacts/$target" -type f | wc -l) findings kept"
done
exit $((found > 0))
