"""Reads one 64-bit integer of another process, as tools in Python do, and prints the nanoseconds that one read takes.

The environment says how: FIELD_WAY is ctypes (over mmap of the shared file), drgn or gdb (this file is then a script of
gdb, attached to the process), FIELD_PID and FIELD_ADDRESS say where.
"""

import os
import time

PID = int(os.environ["FIELD_PID"])
ADDRESS = int(os.environ["FIELD_ADDRESS"])
EXPECTED = 7


def over_mmap():
    """Finds the file behind the address in the process's own map, and maps it here."""
    import ctypes
    import mmap

    for line in open(f"/proc/{PID}/maps"):
        span, _, offset, _, _, *path = line.split(maxsplit=5)
        first, last = (int(end, 16) for end in span.split("-"))
        if path and first <= ADDRESS < last:
            file = open(path[0].strip(), "r+b")
            memory = mmap.mmap(file.fileno(), 0)
            place = ADDRESS - first + int(offset, 16)
            field = ctypes.c_int64.from_buffer(memory, place)
            return lambda: field.value
    raise SystemExit("the address is in no file")


def by_drgn():
    import drgn

    program = drgn.Program()
    program.set_pid(PID)
    return lambda: int.from_bytes(program.read(ADDRESS, 8), "little")


def by_gdb():
    import gdb

    process = gdb.selected_inferior()
    return lambda: int.from_bytes(process.read_memory(ADDRESS, 8), "little")


def measure(read):
    """The least time of several rounds, so that others' work on the machine counts little."""
    least = None
    for _ in range(20):
        start = time.perf_counter_ns()
        for _ in range(1000):
            if read() != EXPECTED:
                raise SystemExit("another value was read")
        taken = (time.perf_counter_ns() - start) / 1000
        least = taken if least is None else min(least, taken)
    return least


WAYS = {"ctypes": over_mmap, "drgn": by_drgn, "gdb": by_gdb}
print(f"one read takes {measure(WAYS[os.environ['FIELD_WAY']]()):.1f} ns")
