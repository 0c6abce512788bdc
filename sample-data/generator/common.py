"""What all sets share: dice with a fixed seed, output files, time and money as text."""

import csv
import gzip
import io
import json
import random
from datetime import datetime, timedelta, timezone

SEED = 20240301


class Dice:
    """Random choices made from `random.Random(seed).random()` alone, whose values Python keeps over versions.

    Each set has a number of its own, so that a change in one set leaves the others as they are.
    """

    def __init__(self, set_number):
        self._random = random.Random(SEED + set_number).random

    def below(self, bound):
        """An integer in 0 ..< bound."""
        return int(self._random() * bound)

    def low(self, bound):
        """An integer in 0 ..< bound, small ones more often."""
        return int(self._random() * self._random() * bound)

    def pick(self, items):
        return items[self.below(len(items))]

    def chance(self, probability):
        return self._random() < probability

    def sample(self, items, count):
        """`count` different items, in the order drawn."""
        rest = list(items)
        return [rest.pop(self.below(len(rest))) for _ in range(count)]


class Output:
    """Writes files below a root; makes the folders in between."""

    def __init__(self, root):
        self.root = root

    def bytes(self, name, data):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def text(self, name, text):
        self.bytes(name, text.encode("utf-8"))

    def lines(self, name, lines):
        self.text(name, "".join(line + "\n" for line in lines))

    def csv(self, name, header, rows):
        """UTF-8, commas, LF, quotes only where needed."""
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerows([header, *rows])
        self.text(name, buffer.getvalue())

    def gzip(self, name, data):
        """Level 9; neither time nor file name in the header, so that equal input gives equal bytes."""
        buffer = io.BytesIO()
        with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=buffer, mtime=0) as stream:
            stream.write(data)
        self.bytes(name, buffer.getvalue())

    def json(self, name, value):
        self.text(name, json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def instant(text):
    """A UTC time such as `2024-03-01T08:00:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def after(start, **duration):
    return start + timedelta(**duration)


def decimal_text(cents):
    """1234 as `12.34`. Money is counted in cents throughout: no binary fractions in the answers."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def count(keys):
    """How often each key occurs, keys as text."""
    counts = {}
    for key in keys:
        counts[str(key)] = counts.get(str(key), 0) + 1
    return counts


def lag(times):
    """For each time, how far it is behind the largest one up to there."""
    largest, lags = None, []
    for time in times:
        largest = time if largest is None or time > largest else largest
        lags.append(largest - time)
    return lags


def cut(dice, line):
    """A prefix of `line`: between a fifth and nine tenths of its characters."""
    return line[: len(line) // 5 + dice.below(len(line) * 7 // 10)]
