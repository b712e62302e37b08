"""Prints the objects of a memglass session, with all their values, as one JSON document.

    python3 memglass_reader.py SESSION [DIRECTORY]

An independent reader: made from docs/wire-format.md alone, from Python's standard library, and sharing
no code with memglass. It opens everything read-only and never stores a byte.

Where the format asks for an acquire fence this program has none to give. On x86-64, whose loads are
not reordered, it needs none; elsewhere a value that is written at that very moment may be torn.
"""

import fcntl
import json
import math
import mmap
import os
import struct
import sys
import time

BYTE_ORDER_MARK = 0x0102030405060708
LOCKS = 1 << 40
PRODUCER_SLOT = 1
SLOT_LINES = 512
READ_ATTEMPTS = 10_000
OBJECT_ATTEMPTS = 100
SHORT_LABEL = 24
ALIVE = 1

BOOL, INT, FLOAT, TEXT, ENUM, FLAGS, STRUCT, UNION, ARRAY, POINTER, ALIAS, PROTECTED, LAYOUT, RECORD = range(14)
ATOMIC, SEQLOCK, LOCKED = 1, 2, 3


class Damaged(Exception):
    """The memory does not say what a session's memory must say."""


class Gone(Exception):
    """The object was destroyed while it was read."""


class Memory:
    """One mapped file; every access is checked against its bounds."""

    def __init__(self, path):
        self.file = open(path, "rb")
        self.size = os.fstat(self.file.fileno()).st_size
        if self.size == 0:
            raise Damaged(f"{path} is empty")
        self.bytes = memoryview(mmap.mmap(self.file.fileno(), self.size, prot=mmap.PROT_READ))
        # One view for each width, so that a scalar is one load.
        whole = self.bytes[: self.size // 8 * 8]
        self.views = {width: whole.cast(code) for width, code in ((1, "B"), (2, "H"), (4, "I"), (8, "Q"))}

    def scalar(self, offset, width):
        if offset % width or not 0 <= offset <= self.size - width:
            raise Damaged(f"{width} bytes at offset {offset}")
        return self.views[width][offset // width]

    def word(self, offset):
        return self.scalar(offset, 8)

    def words(self, offset, count):
        return b"".join(self.word(offset + 8 * index).to_bytes(8, sys.byteorder) for index in range(count))

    def text(self, offset, length):
        return self.words(offset, (length + 7) // 8)[:length]


def decode_cbor(data, at=0):
    """Returns the item at `at` and the offset behind it."""
    major, info = data[at] >> 5, data[at] & 31
    at += 1
    if major == 7:
        if info in (20, 21):
            return info == 21, at
        if info == 27:
            return struct.unpack(">d", data[at : at + 8])[0], at + 8
        raise Damaged(f"CBOR simple value {info}")
    if info < 24:
        argument = info
    elif info < 28:
        width = 1 << (info - 24)
        argument, at = int.from_bytes(data[at : at + width], "big"), at + width
    else:
        raise Damaged("CBOR of indefinite length")
    if major == 0:
        return argument, at
    if major == 1:
        return -1 - argument, at
    if major in (2, 3):
        raw = bytes(data[at : at + argument])
        return (raw if major == 2 else raw.decode()), at + argument
    if major == 4:
        items = []
        for _ in range(argument):
            item, at = decode_cbor(data, at)
            items.append(item)
        return items, at
    if major == 5:
        entries = {}
        for _ in range(argument):
            key, at = decode_cbor(data, at)
            entries[key], at = decode_cbor(data, at)
        return entries, at
    item, at = decode_cbor(data, at)
    if argument == 2:
        return int.from_bytes(item, "big"), at
    if argument == 3:
        return -1 - int.from_bytes(item, "big"), at
    return item, at


class Field:
    def __init__(self, entries):
        self.name, self.type, self.offset = entries[0], entries[1], entries.get(2, 0)
        self.bits = entries.get(3)
        metadata = entries.get(4, {})
        self.names, self.flags = metadata.get(5, []), metadata.get(6, [])


class Type:
    def __init__(self, entries):
        self.name, self.size, self.kind = entries.get(0, ""), entries[1], entries[3]
        self.signed, self.variants = entries.get(4, False), entries.get(5, [])
        self.fields = [Field(field) for field in entries.get(6, [])]
        self.of, self.count, self.protection = entries.get(7), entries.get(8), entries.get(10)


class Session:
    def __init__(self, directory, name):
        self.directory, self.name = directory, name
        self.header = Memory(self.path("header"))
        self.check_header()
        self.regions = {}
        self.types = []
        self.read_types()

    def path(self, part):
        return os.path.join(self.directory, f"memglass_{self.name}_{part}")

    def check_header(self):
        word = self.header.word
        if self.header.size < 16896 or self.header.text(0, 8) != b"MEMGLASS":
            raise Damaged("not a session")
        if word(16) != BYTE_ORDER_MARK:
            raise Damaged("the other byte order")
        if word(8) >> 32 != 1:
            raise Damaged(f"major version {word(8) >> 32}")
        self.id = word(32) | word(40) << 64
        self.region_head, self.chunk_head = word(48), word(56)
        self.entry_bytes, self.entries_per_chunk = word(64), word(72)
        self.record_bytes, self.records_per_chunk = word(80), word(88)
        if word(256) == 0:
            raise Damaged("the session is being started")

    def is_alive(self):
        """Whether the producer holds its lock, and nobody who clears up after it."""
        flock = struct.pack("@hhqqi", fcntl.F_WRLCK, os.SEEK_SET, LOCKS + PRODUCER_SLOT, 1, 0)
        answer = fcntl.fcntl(self.header.file, fcntl.F_OFD_GETLK, flock)
        if struct.unpack("@hhqqi", answer)[0] == fcntl.F_UNLCK or self.header.word(256) == 2:
            return False
        return self.header.word(SLOT_LINES + 64 * PRODUCER_SLOT + 16) == self.header.word(96)

    def locate(self, ref, length):
        """The region that a Ref leads to, and the offset in it."""
        number, offset = ref >> 48, ref & (1 << 48) - 1
        region = self.regions.get(number) or self.map_region(number)
        if offset < self.region_head or offset % 8 or offset + length > region.size:
            raise Damaged(f"reference {number}:{offset} to {length} bytes")
        return region, offset

    def map_region(self, number):
        if number == 0:
            raise Damaged("a reference to nothing")
        region = Memory(self.path(f"region_{number:04}"))
        if region.text(0, 8) != b"MGREGION" or region.word(24) != number or region.word(32) > region.size:
            raise Damaged(f"region {number}")
        if region.word(8) | region.word(16) << 64 != self.id:
            raise Damaged(f"region {number} is of another session")
        self.regions[number] = region
        return region

    def chunks(self, head, count, size):
        """Region and offset of each chunk of a table."""
        ref = head
        for index in range(count):
            region, offset = self.locate(ref, size)
            if region.word(offset + 16) != index:
                raise Damaged(f"chunk {index} calls itself {region.word(offset + 16)}")
            yield region, offset
            ref = region.word(offset)

    def read_types(self):
        """Takes in the types that were added since the last call."""
        count = self.header.word(328)
        per_chunk = self.records_per_chunk
        size = self.chunk_head + self.record_bytes * per_chunk
        chunks = list(self.chunks(self.header.word(336), -(-count // per_chunk), size)) if count else []
        for number in range(len(self.types), count):
            region, offset = chunks[number // per_chunk]
            record = offset + self.chunk_head + number % per_chunk * self.record_bytes
            if region.word(record) != number:
                raise Damaged(f"type {number}")
            length = region.word(record + 32)
            place, start = self.locate(region.word(record + 24), (length + 7) // 8 * 8)
            entries, end = decode_cbor(place.text(start, length))
            if end != length:
                raise Damaged(f"the description of type {number}")
            self.types.append(Type(entries))

    def objects(self):
        """All live objects, each read as it was at some moment at which it was alive."""
        size = self.chunk_head + self.entry_bytes * self.entries_per_chunk
        for region, offset in self.chunks(self.header.word(352), self.header.word(344), size):
            used = min(region.word(offset + 24), self.entries_per_chunk)
            for index in range(used):
                found = self.read_object(region, offset + self.chunk_head + index * self.entry_bytes)
                if found is not None:
                    yield found

    def read_object(self, region, entry):
        """The object of an entry; None if there is none, or it came and went too fast."""
        for _ in range(OBJECT_ATTEMPTS):
            state = region.word(entry)
            if state & 0xFF != ALIVE:
                return None
            try:
                return self.try_read_object(region, entry, state)
            except Gone:
                pass
        return None

    def try_read_object(self, region, entry, state):
        def checked(read):
            """What `read` returns, judged only if the object is still the same."""
            try:
                result, error = read(), None
            except (Damaged, UnicodeDecodeError) as problem:
                result, error = None, problem
            if region.word(entry) != state:
                raise Gone
            if error:
                raise error
            return result

        words = checked(lambda: [region.word(entry + at) for at in range(8, 48, 8)])
        type_and_length, count, data, _created, label = words
        type_id, label_length = type_and_length & 0xFFFFFFFF, type_and_length >> 32
        if not 1 <= label_length <= 1024:
            raise Damaged(f"a label of {label_length} bytes")
        if type_id >= len(self.types):
            self.read_types()
        ty = self.types[type_id]
        # A short label lies in the entry itself.
        short = label_length <= SHORT_LABEL
        place, offset = (region, entry + 40) if short else self.locate(label, (label_length + 7) // 8 * 8)
        label = checked(lambda: place.text(offset, label_length).decode())
        place, offset = self.locate(data, ty.size * max(1, count))
        if count == 0:
            value = checked(lambda: self.load(place, offset, type_id))
        else:
            value = checked(lambda: [self.load(place, offset + index * ty.size, type_id) for index in range(count)])
        return {
            "label": label,
            "type": self.type_name(type_id),
            "count": count or None,
            "generation": state >> 8,
            "value": value,
        }

    def type_name(self, type_id):
        """The declared name of what is behind aliases and protections; empty if it has none."""
        ty = self.types[type_id]
        return self.type_name(ty.of) if ty.kind in (ALIAS, PROTECTED) else ty.name

    def load(self, memory, offset, type_id, field=None):
        """A value that lies in shared memory, each part under its protection."""
        ty = self.types[type_id]
        if ty.kind == ALIAS:
            return self.load(memory, offset, ty.of, field)
        if ty.kind == PROTECTED:
            if ty.protection == ATOMIC:
                return self.load(memory, offset, ty.of, field)
            return self.decode(self.guarded(memory, offset, self.types[ty.of].size), ty.of, field)
        if ty.kind == STRUCT:
            return {f.name: self.load(memory, offset + f.offset, f.type, f) for f in ty.fields}
        if ty.kind == ARRAY:
            step = self.types[ty.of].size
            return [self.load(memory, offset + index * step, ty.of, without_bits(field)) for index in range(ty.count)]
        if ty.kind == TEXT:
            return decode_text(bytes(memory.scalar(offset + index, 1) for index in range(ty.size)))
        if ty.kind == UNION or ty.kind == RECORD or ty.size == 16:
            return self.decode(memory.words(offset, ty.size // 8), type_id, field)
        return self.decode(memory.scalar(offset, ty.size).to_bytes(ty.size, sys.byteorder), type_id, field)

    def guarded(self, memory, offset, size):
        """The bytes of one write of a guarded value."""
        count = (size + 7) // 8
        for _ in range(READ_ATTEMPTS):
            sequence = memory.word(offset) >> 24
            copy = memory.words(offset + 8 + 8 * count * (sequence % 2), count)
            if memory.word(offset) >> 24 == sequence:
                return copy[:size]
            time.sleep(0)
        raise Damaged("a value that changes all the time")

    def decode(self, data, type_id, field):
        """A value that was copied."""
        ty = self.types[type_id]
        if ty.kind in (ALIAS, PROTECTED):
            return self.decode(data, ty.of, field)
        if ty.kind in (STRUCT, UNION):
            return {f.name: self.decode(data[f.offset : f.offset + self.types[f.type].size], f.type, f) for f in ty.fields}
        if ty.kind == ARRAY:
            step = self.types[ty.of].size
            parts = (data[start : start + step] for start in range(0, step * ty.count, step))
            return [self.decode(part, ty.of, without_bits(field)) for part in parts]
        if ty.kind == TEXT:
            return decode_text(data)
        if ty.kind == RECORD:
            return decode_record(data)
        if ty.kind == FLOAT:
            return decode_float(data)
        signed = ty.signed and ty.kind in (INT, ENUM)
        number = integer(data, field.bits if field else None, signed)
        if ty.kind == BOOL:
            return number != 0
        if ty.kind == POINTER:
            return {"address": number}
        if ty.kind == ENUM:
            return named(number, ty.variants)
        if ty.kind == FLAGS:
            return flags(number, ty.variants)
        if field and field.names:
            return named(number, field.names)
        if field and field.flags:
            return flags(integer(data, field.bits, False), field.flags)
        return number


def decode_record(data):
    """The bytes of a packed record. What they mean is said by its layout, for which this reader has no evaluator."""
    length = int.from_bytes(data[:8], sys.byteorder)
    if length > len(data) - 8:
        raise Damaged(f"a record of {length} bytes in room for {len(data) - 8}")
    return {"bytes": bytes(data[8 : 8 + length]).hex()}


def without_bits(field):
    """What holds for the elements of a field: its annotations, but no bits of it."""
    if field is None or field.bits is None:
        return field
    element = Field({0: field.name, 1: field.type})
    element.names, element.flags = field.names, field.flags
    return element


def integer(data, bits, signed):
    number, width = int.from_bytes(data, sys.byteorder), len(data) * 8
    if bits:
        lowest, width = bits
        number = number >> lowest & (1 << width) - 1
    return number - (1 << width) if signed and number >> (width - 1) else number


def decode_text(data):
    return data.split(b"\0", 1)[0].decode("utf-8", "replace")


def decode_float(data):
    number = struct.unpack("=f" if len(data) == 4 else "=d", data)[0]
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    return number


def named(number, variants):
    return {"number": number, "name": next((name for name, value in variants if value == number), None)}


def flags(bits, variants):
    """The names of all flags that are set; one of no bits is set when nothing else is."""
    names = [name for name, value in variants if (bits & value == value if value else bits == 0)]
    return {"bits": bits, "names": names}


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: memglass_reader.py SESSION [DIRECTORY]")
    directory = sys.argv[2] if len(sys.argv) == 3 else os.environ.get("MEMGLASS_DIR", "/dev/shm")
    session = Session(directory, sys.argv[1])
    header = session.header
    json.dump(
        {
            "session": header.text(136, header.word(128)).decode(),
            "id": f"{session.id:032x}",
            "pid": header.word(96),
            "program": header.text(224, header.word(216)).decode(),
            "alive": session.is_alive(),
            "epoch": header.word(320),
            "objects": list(session.objects()),
        },
        sys.stdout,
    )
    print()


if __name__ == "__main__":
    main()
