#!/usr/bin/env python3
"""Presses random keys in the full-screen view, and looks that it neither panics, hangs nor leaves a broken terminal.

    tests/view_monkey.py                      one minute, on the debug build
    tests/view_monkey.py --minutes 60         an hour; --seed N begins with another seed
    tests/view_monkey.py --program PATH       another build

Each life of the view has a seed of its own, which gives its keys, sizes and misfortunes. Meanwhile the terminal changes
its size from 1x1 to 500x200, and the producer is killed, stopped, restarted and ended. After each burst of keys the view
must go on, or have ended in order. It ends with 1, and the seed, if it did not.
"""

import argparse
import fcntl
import os
import pty
import random
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SIZES = [(80, 24), (120, 36), (40, 10), (20, 6), (12, 3), (200, 60), (99, 17), (500, 200), (1, 1), (132, 43)]
ESCAPES = "ABCDHFZ"
KEYS = (
    [chr(code) for code in range(0x20, 0x7F)]
    + list("jjjkkkhlgGeeew/FfoxXzmp[]u+- \t\r\r\r") * 3
    + [f"\x1b[{letter}" for letter in ESCAPES] * 3
    + ["\x1b[5~", "\x1b[6~", "\x1b", "\x1b", "\x1b", "\x7f", "\x04", "\x15", "\x0c", "\x1b[200~uq /F\n:q\x1b[201~", "ß", "日", "\u202e", "\x1bk"]
)
LINES = ["quantity > 500", "status == \"OPEN\"", "AAPL_position.quantity", "price * quantity", "999999999999", "-5", "0x1f", "1e400",
         "order_", ":q", "1 + 1", "obs.all(\"*\").len()", ":watch AAPL_quote.bid_price", ":objects", ":types"]
PATIENCE = 30.0
# Of control characters only ends of lines, escapes and the end of what is copied are written.
PLAIN = re.compile(rb"[\x00-\x06\x0b-\x0c\x0e-\x1a\x1c-\x1f\x7f]")
OSC = re.compile(rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
CURSOR = re.compile(rb"\x1b\[(\d+);(\d+)H")


class Failure(Exception):
    pass


class Producer:
    """The demo, in whatever state."""

    def __init__(self, program, directory):
        self.command = [program, "demo", "--headless"]
        self.environment = {**os.environ, "MEMGLASS_DIR": directory}
        self.child = None
        self.start()

    def start(self):
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.child = subprocess.Popen(self.command, env=self.environment, **quiet)
        # Not before there is something to attach to.
        alive = [*self.command[:1], "-e", "obs.all(\"*\").len()"]
        end = time.monotonic() + PATIENCE
        while subprocess.run(alive, env=self.environment, **quiet).returncode != 0:
            if time.monotonic() > end:
                raise Failure("has no producer")

    def end(self, by):
        self.child.send_signal(signal.SIGCONT)
        self.child.send_signal(by)
        self.child.wait(PATIENCE)

    def suffer(self, dice):
        fate = dice.choice(["kill", "end", "stop", "go", "back", "back", "back"])
        if fate == "kill":
            self.end(signal.SIGKILL)
        elif fate == "end":
            self.end(signal.SIGTERM)
        elif fate == "back" and self.child.poll() is not None:
            self.start()
        elif self.child.poll() is None:
            self.child.send_signal(signal.SIGSTOP if fate == "stop" else signal.SIGCONT)


class View:
    """One life of the view in a terminal of its own."""

    def __init__(self, program, directory, dice):
        self.dice, self.seen, self.last, self.pressed = dice, b"", b"", []
        self.largest = SIZES[0]
        environment = {"MEMGLASS_DIR": directory, "TERM": "xterm-256color", "LANG": "C.UTF-8", "HOME": directory, "RUST_BACKTRACE": "1"}
        flags = dice.choice([[], ["--readonly"], ["--hex"], ["--rate", "240"], ["--theme", "mono"], ["--watch", "book[0].volume[1]"]])
        # The first descriptor is kept: what the terminal was and is can be asked of it when the program has ended.
        master, self.slave = pty.openpty()
        self.terminal = master
        self.resize(SIZES[0])
        self.before = termios.tcgetattr(self.slave)
        self.child = subprocess.Popen(
            [program, "view", *flags], env=environment, cwd=directory, start_new_session=True, preexec_fn=self.own_terminal,
            stdin=self.slave, stdout=self.slave, stderr=self.slave,
        )

    def opened(self):
        """Waits for its first frame: until then keys are the terminal's, and Ctrl-C is a signal."""
        end = time.monotonic() + PATIENCE
        while b"\x1b[?2026l" not in self.seen:
            self.take(0.05)
            if self.child.poll() is not None or time.monotonic() > end:
                raise Failure(f"does not open: {self.seen[-600:]!r}")

    @staticmethod
    def own_terminal():
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def resize(self, size):
        self.size = columns, rows = size
        self.largest = tuple(map(max, self.largest, size))
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def take(self, seconds):
        """Takes in what is written for so long, or until it pauses."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and select.select([self.terminal], [], [], left)[0]:
            self.seen += os.read(self.terminal, 1 << 16)

    def press(self, text):
        sent = text.encode()
        while sent:
            ready = select.select([self.terminal], [self.terminal], [], PATIENCE)
            if ready[0]:
                self.seen += os.read(self.terminal, 1 << 16)
            if ready[1]:
                sent = sent[os.write(self.terminal, sent[:256]):]
            if not ready[0] and not ready[1]:
                raise Failure("takes no keys")

    def threads(self):
        """Where its threads wait."""
        tasks = sorted(Path(f"/proc/{self.child.pid}/task").iterdir())
        return ", ".join(f"{(task / 'comm').read_text().strip()}: {(task / 'wchan').read_text()}" for task in tasks)

    def burst(self):
        """Presses some keys; how many."""
        count = self.dice.randint(1, 24)
        keys = [self.dice.choice(KEYS) for _ in range(count)]
        if self.dice.random() < 0.15:
            keys += [self.dice.choice([":", "F", "W", "/", "e"]), self.dice.choice(LINES), self.dice.choice(["\r", "\x1b", "\t"])]
        if self.dice.random() < 0.2:
            column, row = self.dice.randint(1, 130), self.dice.randint(1, 50)
            keys.append(f"\x1b[<{self.dice.choice([0, 64, 65, 32])};{column};{row}M\x1b[<0;{column};{row}m")
        self.pressed += keys
        self.press("".join(keys))
        return len(keys)

    def settle(self):
        """Looks that it goes on: it was continued if it stopped, and draws anew when asked."""
        self.take(self.dice.choice([0.0, 0.02, 0.1]))
        if self.child.poll() is not None:
            return
        state = Path(f"/proc/{self.child.pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        if state == "T":
            self.child.send_signal(signal.SIGCONT)

    def answers(self):
        """Whether it draws what it is asked to draw, if it is still there."""
        self.take(0.0)
        before = len(self.seen)
        # Large enough to show something: a screen of one row and two columns is blank, as it was with one.
        self.resize((self.size[0] % 200 + 21, max(self.size[1], 8)))
        end = time.monotonic() + PATIENCE
        while self.child.poll() is None:
            self.take(0.05)
            self.settle()
            if len(self.seen) > before:
                return
            if time.monotonic() > end:
                raise Failure(f"draws nothing for {PATIENCE:.0f} s ({self.threads()}); keys before: {self.pressed[-80:]}")

    def check_output(self):
        self.last = (self.last + self.seen)[-3000:]
        seen, self.seen = self.seen, self.seen[-64:]
        if b"panicked" in seen or b"stack backtrace" in seen:
            raise Failure(f"panicked: {seen[-2000:]!r}")
        if found := PLAIN.search(OSC.sub(b"", seen)):
            around = seen[max(0, found.start() - 40):found.end() + 40]
            raise Failure(f"writes a control character: {around!r}")
        for row, column in CURSOR.findall(seen):
            if int(column) > self.largest[0] or int(row) > self.largest[1]:
                raise Failure(f"draws outside of the screen: {column}x{row}")

    def left_in_order(self):
        """Looks at how it ended, and at the terminal behind it."""
        self.take(0.05)
        if self.child.returncode not in (0, 3, 130):
            raise Failure(f"ended with {self.child.returncode}: {self.last!r} {self.seen!r}, keys before: {self.pressed[-80:]}")
        if termios.tcgetattr(self.slave) != self.before:
            raise Failure("left the terminal in another mode")
        for on, off in ((b"\x1b[?1049h", b"\x1b[?1049l"), (b"\x1b[?25l", b"\x1b[?25h"), (b"\x1b[?1006h", b"\x1b[?1006l"), (b"\x1b[?2004h", b"\x1b[?2004l")):
            if self.modes.rfind(on) > self.modes.rfind(off):
                raise Failure(f"left the terminal with {on!r}: {self.last!r} {self.seen!r}, keys before: {self.pressed[-80:]}, {self.child.returncode}")

    modes = b""

    def live(self, producer):
        """Presses keys until it has ended; how many."""
        keys = 0
        for _ in range(self.dice.randint(20, 200)):
            keys += self.burst()
            if self.dice.random() < 0.15:
                self.resize(self.dice.choice(SIZES))
            if self.dice.random() < 0.03:
                producer.suffer(self.dice)
            self.settle()
            if self.dice.random() < 0.1 and self.child.poll() is None:
                self.answers()
                # Alone: where it has given the terminal back, the key is a signal that throws away what was not read, and
                # with it what the view wrote to leave the screen.
                if self.dice.random() < 0.4:
                    self.take(0.7)
                    if self.child.poll() is None:
                        self.press(self.dice.choice(["\x03", "\x1a"]))
            self.modes += b"".join(re.findall(rb"\x1b\[\?\d+[hl]", self.seen))
            self.check_output()
            if self.child.poll() is not None:
                return keys
        return keys

    def end(self):
        end = time.monotonic() + PATIENCE
        while self.child.poll() is None:
            self.press("\x1b\x1b\x1b\x1b\x1bq")
            self.take(0.2)
            self.settle()
            if time.monotonic() > end:
                raise Failure("does not end with q")
        self.take(0.05)
        self.modes += b"".join(re.findall(rb"\x1b\[\?\d+[hl]", self.seen))
        self.left_in_order()

    def close(self):
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        os.close(self.slave)
        os.close(self.terminal)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--minutes", type=float, default=1.0)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--program", default=str(ROOT / "target" / "debug" / "memglass"))
    arguments = arguments.parse_args()
    start, seed, keys = time.monotonic(), arguments.seed, 0
    with tempfile.TemporaryDirectory() as directory:
        producer = Producer(arguments.program, directory)
        try:
            while time.monotonic() - start < arguments.minutes * 60:
                if producer.child.poll() is not None:
                    producer.start()
                producer.child.send_signal(signal.SIGCONT)
                view = View(arguments.program, directory, random.Random(seed))
                try:
                    view.opened()
                    keys += view.live(producer)
                    view.end()
                except Failure as failure:
                    print(f"seed {seed}, after {keys} keys: the view {failure}")
                    return 1
                finally:
                    view.close()
                seed += 1
                if seed % 20 == 0:
                    minutes = (time.monotonic() - start) / 60
                    print(f"{minutes:.1f} minutes, seeds {arguments.seed} to {seed - 1}, {keys:,} keys: nothing wrong", flush=True)
        finally:
            producer.end(signal.SIGTERM) if producer.child.poll() is None else None
    print(f"seeds {arguments.seed} to {seed - 1}, {keys:,} keys: nothing wrong")
    return 0


if __name__ == "__main__":
    sys.exit(main())
