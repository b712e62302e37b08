#!/usr/bin/env python3
"""Measures what a header of 1,000 structs costs a C++ build, and compares it with what is promised.

    tests/cpp_cost.py                 builds memglass-gen (release), and takes about a minute
    tests/cpp_cost.py --built DIR     with a `memglass-gen` that is there already
    tests/cpp_cost.py --compiler clang++

Each struct has 8 members, and a quarter of them have another struct among these. Times are processor time of the whole
process, the least of three turns; what the generator takes by the clock is shown too. It ends with 1 if a promise is not
kept.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILT = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
STRUCTS, TURNS = 1000, 3
SCALARS = ["int a", "double b", "long c", "float d", "bool e", "char f[12]", "unsigned short g"]


def header():
    """The text of the header: structs of eight members, of which every fourth contains another struct."""
    lines = ["#pragma once", "namespace cost {"]
    for number in range(STRUCTS):
        has_part = number % 4 == 3
        last = f"Type{number - 1} part" if has_part else "long h"
        lines.append(f"struct [[memglass::observe]] Type{number} {{")
        lines += [f"    {member};  // @desc(\"member {member[-1]} of {number}\")" for member in SCALARS]
        lines += [f"    {last};", "};"]
    return "\n".join(lines + ["}", ""])


def run(command, directory):
    """Processor seconds and seconds by the clock of a command, the least of its turns."""
    times = []
    for _ in range(TURNS):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        subprocess.run(command, cwd=directory, check=True)
        clock, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        times.append((used, clock))
    return min(used for used, _ in times), min(clock for _, clock in times)


class Report:
    def __init__(self):
        self.is_kept = True

    def line(self, what, seconds, goal=None, note=""):
        verdict = "" if goal is None else f"   goal {goal} s" if seconds <= goal else f"   MISSED: goal {goal} s"
        self.is_kept &= goal is None or seconds <= goal
        print(f"  {what:<52}{seconds:>6.2f} s{verdict}{note}", flush=True)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--built", type=Path)
    arguments.add_argument("--compiler", default="g++")
    arguments = arguments.parse_args()
    if not arguments.built:
        build = ["cargo", "build", "--release", "-q", "-p", "memglass-gen"]
        subprocess.run(build, cwd=ROOT, check=True)
    generator = ((arguments.built or BUILT) / "memglass-gen").resolve()
    report = Report()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {STRUCTS} structs, {arguments.compiler}")
    with tempfile.TemporaryDirectory() as directory:
        directory = Path(directory)
        (directory / "types.hpp").write_text(header())
        uses = {
            "bare": "#include <memglass/memglass.hpp>\n",
            "whole": "#include \"whole.hpp\"\n",
            "split": "#include \"split.hpp\"\n",
        }
        body = "void use() { memglass::create<cost::Type7>(\"one\"); }\n"
        for name, include in uses.items():
            (directory / f"{name}.cpp").write_text(include + (body if name != "bare" else ""))
        generate = [generator, "types.hpp", "-o"]
        used, clock = run(generate + ["whole.hpp"], directory)
        report.line("memglass-gen, by the clock", clock, 3.0, f"   {used:.2f} s of a core")
        run(generate + ["split.hpp", "--source", "tables.cpp"], directory)

        def compiled(name):
            flags = ["-std=c++20", "-Wno-attributes", "-c", "-I", ROOT / "core" / "include", "-o", "out.o"]
            return run([arguments.compiler, *flags, f"{name}.cpp"], directory)[0]

        bare = compiled("bare")
        report.line("a file that includes memglass.hpp", bare)
        split = compiled("split")
        report.line("one that uses a header made with --source", split)
        report.line("   beyond memglass.hpp", split - bare, 2.0)
        report.line("the source file with its tables, compiled once", compiled("tables"))
        whole = compiled("whole")
        report.line("one that uses the whole header", whole)
        report.line("   beyond memglass.hpp", whole - bare)
    return 0 if report.is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
