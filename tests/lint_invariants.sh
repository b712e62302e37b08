#!/bin/sh
# Checks the numbered invariants on which `unsafe` code relies (docs/architecture.md lists them):
#
# - each SAFETY comment cites at least one number that the table has
# - each number is in the table once, and is defined once: by `X1: …` at the start of a doc comment, by
#   `**X1: …` in docs/wire-format.md, or by the table itself where it says "here"
#
# Prints what is wrong and fails, or prints nothing.
set -eu
cd "$(dirname "$0")/.."

table=docs/architecture.md
# Examples of mistakes for the derive, which are never run, are left out.
sources=$(git ls-files '*.rs' | grep -v '^core/derive/tests/ui/')

# shellcheck disable=SC2086
awk -v table="$table" '
    function complain(text) { print text; failed = 1 }
    # A comment has ended: it must cite a number that is known.
    function finish(   rest, word, cites, unknown) {
        rest = comment
        comment = ""
        if (rest == "") return
        while (match(rest, /(^|[^A-Za-z0-9_+`])[A-Z][0-9]+([^A-Za-z0-9_]|$)/)) {
            word = substr(rest, RSTART, RLENGTH)
            gsub(/[^A-Z0-9]/, "", word)
            if (word in known) cites = 1
            else unknown = unknown " " word
            rest = substr(rest, RSTART + RLENGTH - 1)
        }
        if (unknown != "") complain(place ": cites" unknown ", which " table " does not list")
        else if (!cites) complain(place ": a SAFETY comment that cites no invariant of " table)
    }
    function define(number, where) {
        if (number in defined) complain(where ": " number " is already defined at " defined[number])
        defined[number] = where
    }

    FNR == 1 { finish() }
    FILENAME == table {
        if ($0 !~ /^\| [A-Z][0-9]+ \|/) next
        if ($2 in known) complain(table ":" FNR ": " $2 " is listed twice")
        known[$2] = table ":" FNR
        if ($0 ~ /\| here \|$/) define($2, known[$2])
        next
    }
    FILENAME ~ /\.md$/ {
        if (match($0, /^- \*\*[A-Z][0-9]+:/)) define(substr($0, 5, RLENGTH - 5), FILENAME ":" FNR)
        next
    }
    /^ *\/\/[\/!] [A-Z][0-9]+: / {
        number = $2
        sub(/:$/, "", number)
        define(number, FILENAME ":" FNR)
        if (!(number in known)) complain(FILENAME ":" FNR ": " number " is not listed in " table)
    }
    /^ *\/\/ SAFETY:/ { finish(); comment = $0; place = FILENAME ":" FNR; next }
    comment != "" && /^ *\/\/ / { comment = comment " " $0; next }
    { finish() }

    END {
        finish()
        for (number in known)
            if (!(number in defined)) complain(known[number] ": " number " is not defined anywhere")
        exit failed
    }
' "$table" docs/wire-format.md $sources
