#!/usr/bin/env python3
"""Measures what the full-screen view costs, and compares it with what is promised.

    tests/view_cost.py            builds what it needs (release), and takes about a minute and a half
    tests/view_cost.py --quick    without the million objects
    tests/view_cost.py --built DIR    with `memglass` and `memglass-bench` that are there already

The view runs in a terminal of 120x36 on a producer of its own, of which the objects on the screen change 500 times a
second. Processor time is that of the whole process, as the kernel counts it, as a share of one core. On a machine that
does other things too, run it several times and take the least. It ends with 1 if a promise is not kept.
"""

import argparse
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILT = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
COLUMNS, ROWS = 120, 36
WARM_UP, WINDOW = 3.0, 10.0
# Looks a second of a view in which nothing moves, and the memory that one may well touch.
LOOKS, TOUCHED = 5, 1 << 18


def processor_seconds(pid):
    """The time that all threads of a process ran."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


class Producer:
    """A session of so many objects, of which the first `moving` change all the time."""

    def __init__(self, built, directory, objects, moving):
        part = [built / "memglass-bench", "--part", "market", directory, str(objects), str(moving)]
        self.child = subprocess.Popen(part, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.child.stdout.readline(), "the producer ended before it was ready"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.stdin.close()
        self.child.wait()


class View:
    """The view in a terminal of its own."""

    def __init__(self, built, directory, rate):
        environment = {"MEMGLASS_DIR": directory, "TERM": "xterm-256color", "LANG": "C.UTF-8", "HOME": directory}
        self.started = time.monotonic()
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            size = struct.pack("HHHH", ROWS, COLUMNS, 0, 0)
            fcntl.ioctl(0, termios.TIOCSWINSZ, size)
            program = str(built / "memglass")
            os.execve(program, [program, "view", "market", "--rate", str(rate)], environment)
        self.bytes = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.write(self.terminal, b"q")
        self.read_until(lambda _: False, 2.0)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)

    def read_until(self, is_there, patience):
        """Reads what the view writes until that holds for what was read; when it held, or nothing."""
        seen, end = b"", time.monotonic() + patience
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.terminal], [], [], left)[0]:
                return None
            try:
                read = os.read(self.terminal, 1 << 16)
            except OSError:  # It has ended.
                return None
            self.bytes += len(read)
            seen += read
            if is_there(seen):
                return time.monotonic()
        return None

    def opened(self):
        """Seconds from the start of the program to its first whole frame."""
        at = self.read_until(lambda seen: b"quote_0000000" in seen and b"\x1b[?2026l" in seen, 30.0)
        assert at, "the view did not open"
        return at - self.started, f"   {self.processor_seconds() * 1e3:.0f} ms of them on a core"

    def processor_seconds(self):
        return processor_seconds(self.pid)

    def share(self):
        """The share of a core, and bytes a second, once it has settled."""
        self.read_until(lambda _: False, WARM_UP)
        start, used, written = time.monotonic(), self.processor_seconds(), self.bytes
        while (left := start + WINDOW - time.monotonic()) > 0:
            self.read_until(lambda _: False, left)
        time_taken = time.monotonic() - start
        return (self.processor_seconds() - used) / time_taken, (self.bytes - written) / time_taken

    def memory(self):
        """Resident memory in MB: all of it, and what is the view's own and no other process's."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in lines if line.startswith(("VmRSS", "RssAnon"))}
        return kilobytes["VmRSS"] * 1024 / 1e6, kilobytes["RssAnon"] * 1024 / 1e6

    def answers(self, count):
        """Seconds from a key to the first byte of the frame that shows it, sorted."""
        times = []
        for index in range(count):
            self.read_until(lambda _: False, 0.05)
            start = time.monotonic()
            os.write(self.terminal, b"j" if index % 2 == 0 else b"k")
            at = self.read_until(lambda seen: b"\x1b[?2026l" in seen, 5.0)
            assert at, "no answer to a key"
            times.append(at - start)
        return sorted(times)


class Waker:
    """A program that wakes as often as the view where nothing changes, and touches some memory: the floor for that."""

    def __init__(self, built):
        part = [built / "memglass-bench", "--part", "waker", str(LOOKS), str(TOUCHED)]
        self.child = subprocess.Popen(part, stdin=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.stdin.close()
        self.child.wait()

    def processor_seconds(self):
        return processor_seconds(self.child.pid)


class Report:
    def __init__(self):
        self.is_kept = True

    def opened(self, view, goal=None):
        seconds, note = view.opened()
        self.line("opens in", seconds * 1e3, "ms", goal, note)

    def line(self, what, value, unit, goal=None, note=""):
        verdict = "" if goal is None else f"   goal {goal} {unit}" if value <= goal else f"   MISSED: goal {goal} {unit}"
        self.is_kept &= goal is None or value <= goal
        print(f"  {what:<44}{value:>9.2f} {unit}{verdict}{note}", flush=True)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--quick", action="store_true")
    arguments.add_argument("--built", type=Path)
    arguments = arguments.parse_args()
    built = arguments.built or BUILT
    if not arguments.built:
        build = ["cargo", "build", "--release", "-q", "-p", "memglass-cli", "-p", "memglass-bench"]
        subprocess.run(build, cwd=ROOT, check=True)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    report = Report()
    with tempfile.TemporaryDirectory() as directory:
        with Producer(built, directory, 100_000, 64):
            print("100,000 objects, those on the screen change")
            for rate, goal in ((60, 10.0), (10, 2.0)):
                with View(built, directory, rate) as view:
                    report.opened(view)
                    share, written = view.share()
                    report.line(f"at {rate} Hz", share * 100, "% of a core", goal, f"   {written / 1e3:.1f} kB/s")
                    if rate == 60:
                        whole, own = view.memory()
                        report.line("resident", whole, "MB", 40.0, f"   {own:.1f} MB of it its own")
        with Producer(built, directory, 100_000, 0), View(built, directory, 60) as view, Waker(built) as waker:
            print("100,000 objects, nothing changes")
            view.opened()
            before = waker.processor_seconds()
            start = time.monotonic()
            share, _ = view.share()
            floor = (waker.processor_seconds() - before) / (time.monotonic() - start)
            note = f"   {floor * 100:.2f} % takes a program that wakes as often and touches {TOUCHED // 1024} KiB"
            report.line("at 60 Hz", share * 100, "% of a core", 0.5, note)
        with Producer(built, directory, 100_000, 0), View(built, directory, 1) as view:
            view.opened()
            times = view.answers(41)
            report.line("from a key to the screen, median", times[len(times) // 2] * 1e3, "ms")
            report.line("from a key to the screen, at most", times[-1] * 1e3, "ms", 30.0)
        if not arguments.quick:
            with Producer(built, directory, 1_000_000, 64), View(built, directory, 60) as view:
                print("1,000,000 objects, those on the screen change")
                report.opened(view, 1000.0)
                share, _ = view.share()
                report.line("at 60 Hz", share * 100, "% of a core")
                whole, own = view.memory()
                report.line("resident", whole, "MB", None, f"   {own:.1f} MB of it its own")
    return 0 if report.is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
