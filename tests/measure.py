#!/usr/bin/env python3
"""Counts the code of each crate: lines without tests, comments and blanks, and how long its functions are.

    tests/measure.py [DIRECTORY]...     the crates below these directories, or all

Tests are directories called `tests` or `benches`, files called `tests.rs`, and what stands under `#[cfg(test)]`.
The length of a function is its lines of code from `fn` to the closing brace.
"""

import re
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = {"target", "tests", "benches", "fuzz", "bench"}
LITERAL = re.compile(
    r'//[^\n]*|/\*.*?\*/|b?r(#*)".*?"\1|b?"(?:\\.|[^"\\])*"|b?\'(?:\\[^\']+|[^\'\\])\'', re.S
)


def without_literals(text):
    """The code with comments gone, and texts and characters empty; line breaks inside of them stay."""

    def bare(match):
        found = match.group()
        breaks = "\n" * found.count("\n")
        return breaks if found.startswith("/") else '""' + breaks

    return LITERAL.sub(bare, text)


def end_of_block(text, start):
    """Behind the brace that closes the first one from `start` on, or behind a semicolon before it."""
    depth = 0
    for at in range(start, len(text)):
        if text[at] == "{":
            depth += 1
        elif text[at] == "}":
            depth -= 1
            if depth == 0:
                return at + 1
        elif text[at] == ";" and depth == 0 and "(" not in text[start:at][-1:]:
            return at + 1
    return len(text)


def without_tests(text):
    while (start := text.find("#[cfg(test)]")) >= 0:
        text = text[:start] + text[end_of_block(text, start) :]
    return text


def code_lines(text):
    return sum(1 for line in text.split("\n") if line.strip())


def functions(text):
    for match in re.finditer(r"\bfn\s+\w+", text):
        end = end_of_block(text, match.start())
        if text[end - 1] == "}":
            yield code_lines(text[match.start() : end])


def measured(crate):
    lines, lengths = 0, []
    for path in crate.rglob("*.rs"):
        inside = path.relative_to(crate)
        nested = any((crate / parent / "Cargo.toml").exists() for parent in list(inside.parents)[:-1])
        if nested or LEFT_OUT & set(inside.parts[:-1]) or inside.name == "tests.rs":
            continue
        text = without_tests(without_literals(path.read_text()))
        lines += code_lines(text)
        lengths += functions(text)
    return lines, lengths


def main():
    starts = [Path(argument).resolve() for argument in sys.argv[1:]] or [ROOT]
    manifests = sorted(manifest for start in starts for manifest in start.rglob("Cargo.toml"))
    crates = [m.parent for m in manifests if not LEFT_OUT & set(m.relative_to(ROOT).parts) and m.parent != ROOT]
    print(f"{'crate':24} {'lines':>7} {'functions':>10} {'median':>7} {'9 in 10':>8}")
    total, every = 0, []
    for crate in crates:
        lines, lengths = measured(crate)
        total, every = total + lines, every + lengths
        print_row(str(crate.relative_to(ROOT)), lines, lengths)
    print_row("all", total, every)


def print_row(name, lines, lengths):
    lengths = sorted(lengths) or [0]
    ninth = lengths[len(lengths) * 9 // 10]
    print(f"{name:24} {lines:7} {len(lengths):10} {statistics.median(lengths):7.0f} {ninth:8}")


main()
