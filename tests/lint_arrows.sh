#!/bin/sh
# Checks which of our crates import which: docs/architecture.md has the same table, with the reasons.
set -eu
cd "$(dirname "$0")/.."

failed=0

# Fails unless crate $1 imports just the crates of ours that follow.
imports() {
    local name=$1 seen
    shift
    seen=$(cargo tree --quiet --edges normal --depth 1 --prefix none -p "$name" | tail -n +2 \
        | sed -n 's/^\(memglass[a-z-]*\) .*/\1/p' | sort -u | tr '\n' ' ')
    if [ "$seen" != "$(printf '%s\n' "$@" | sort -u | sed '/^$/d' | tr '\n' ' ')" ]; then
        echo "$name may import [$*] and imports [$seen]"
        failed=1
    fi
}

imports memglass-capi memglass
imports memglass-code ""
imports memglass-derive memglass-layouts
imports memglass-layouts ""
imports memglass-types ""
imports memglass-foreign memglass memglass-types
imports memglass-emit memglass
imports memglass-gen memglass memglass-code memglass-types
imports memglass-stream memglass
imports memglass-system ""
imports memglass-watch memglass memglass-syntax memglass-value
imports memglass-value memglass
imports memglass-terminal memglass-system memglass-value
imports memglass-syntax ""
imports memglass-type-tables memglass memglass-types memglass-value
imports memglass-script memglass memglass-syntax memglass-system memglass-type-tables memglass-types memglass-value
imports memglass-line memglass-syntax memglass-system memglass-terminal memglass-value
imports memglass-view memglass-terminal memglass-value
imports memglass-repl memglass memglass-line memglass-script memglass-stream memglass-syntax memglass-system memglass-terminal memglass-value memglass-view memglass-watch

# What a host does not want to build for a prompt of its own.
for name in clap clap_complete clap_complete_nushell clap_mangen memglass-cli memglass-trading-engine; do
    if cargo tree --quiet --edges normal --prefix none -p memglass-repl | grep -q "^$name "; then
        echo "memglass-repl builds $name, which belongs to the program alone"
        failed=1
    fi
done
# What a host does not build that has no use for the view.
if cargo tree --quiet --edges normal --prefix none -p memglass-repl --no-default-features | grep -q "^ratatui\|^memglass-view "; then
    echo "memglass-repl builds the view without its feature"
    failed=1
fi
# No screen below the prompt, and no script language below scripts.
for pair in "memglass-script rustyline" "memglass-script nu-ansi-term" "memglass-value rhai" "memglass-terminal rhai"; do
    if cargo tree --quiet --edges normal --prefix none -p "${pair% *}" | grep -q "^${pair#* } "; then
        echo "${pair% *} builds ${pair#* }"
        failed=1
    fi
done
exit $failed
