"""A fingerprint of a program's output that does not depend on the order of rows and columns, nor on how a value is written.

    python3 answers.py '{"gain": "number", "dest": "text"}' OUTPUT              # prints rows and hash as JSON
    python3 answers.py '{…}' OUTPUT --compare OTHER                              # prints rows of the one that the other lacks
    python3 answers.py '{…}' OUTPUT --sorted-by dest,gain                        # and whether the rows stand in this order

OUTPUT is a CSV or Parquet file (gzip by content), or a directory of them, whose `key=value` directories are columns. Values are
compared by kind: a `number` (2 = 2.0; fractions at nine significant digits), a `time` (microseconds of the Unix epoch, however
it is written), a `truth`, a `text`. Null and the empty text are equal, as in CSV. Reads with pyarrow, which is none of the
programs that are measured.
"""

import argparse
import hashlib
import json
import re
import sys
from datetime import datetime, timezone
from pathlib import Path

import numpy
import pyarrow
import pyarrow.compute as compute
import pyarrow.csv
import pyarrow.parquet

NULL = numpy.uint64(0x9E3779B97F4A7C15)
SIGNIFICANT_DIGITS = 9
BLOCK_BYTES = 16 << 20
SAMPLE_ROWS = 3
TIME = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?)?\s*(Z|UTC|[+]00(?::?00)?)?\Z")


class Differs(Exception):
    """An output that cannot be the answer, whatever its values."""


def batches(output, kinds):
    """Record batches with the columns of `kinds` in that order, files by name."""
    root = Path(output)
    files = sorted(p for p in root.rglob("*") if p.is_file() and not p.name.startswith((".", "_"))) if root.is_dir() else [root]
    for file in files:
        parts = file.relative_to(root).parts[:-1] if root.is_dir() else ()
        fixed = dict(part.split("=", 1) for part in parts if "=" in part)
        with file.open("rb") as stream:
            start = stream.read(4)
        read = parquet_batches if start == b"PAR1" else csv_batches
        for columns in read(file, {name: kind for name, kind in kinds.items() if name not in fixed}):
            count = len(next(iter(columns.values())))
            columns |= {name: pyarrow.array([value] * count) for name, value in fixed.items() if name in kinds}
            yield [columns[name] for name in kinds]


def csv_batches(file, kinds):
    arrow_types = {"number": pyarrow.float64(), "truth": pyarrow.bool_(), "text": pyarrow.string(), "time": pyarrow.string()}
    convert = pyarrow.csv.ConvertOptions(
        column_types={name: arrow_types[kind] for name, kind in kinds.items()}, null_values=[""], strings_can_be_null=True)
    with file.open("rb") as stream:
        packed = stream.read(2) == b"\x1f\x8b"
    source = pyarrow.input_stream(str(file), compression="gzip" if packed else None)
    reader = pyarrow.csv.open_csv(
        source, read_options=pyarrow.csv.ReadOptions(block_size=BLOCK_BYTES), convert_options=convert,
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True))
    require_columns(reader.schema.names, kinds, file)
    for batch in reader:
        if batch.num_rows:
            yield {name: batch.column(name) for name in kinds}


def parquet_batches(file, kinds):
    reader = pyarrow.parquet.ParquetFile(file)
    require_columns(reader.schema_arrow.names, kinds, file)
    for batch in reader.iter_batches(columns=list(kinds)):
        if batch.num_rows:
            yield {name: batch.column(name) for name in kinds}


def require_columns(found, kinds, file):
    if sorted(found) != sorted(kinds):
        raise Differs(f"{file.name} has the columns {', '.join(found)}, not {', '.join(kinds)}")


def bits(values, kind):
    """A column's values as 64-bit words, equal for equal values."""
    if pyarrow.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    words = {"number": number_bits, "truth": truth_bits, "text": text_bits, "time": time_bits}[kind](values)
    words[values.is_null().to_numpy(zero_copy_only=False)] = NULL
    return words


def number_bits(values):
    numbers = values.cast(pyarrow.float64()).fill_null(0).to_numpy(zero_copy_only=False)
    numbers = numbers + 0.0  # a copy, and no negative zero
    fractions = numpy.isfinite(numbers) & (numbers != numpy.floor(numbers))
    some = numbers[fractions]
    scale = 10.0 ** (SIGNIFICANT_DIGITS - 1 - numpy.floor(numpy.log10(numpy.abs(some))))
    numbers[fractions] = numpy.round(some * scale) / scale
    return numbers.view(numpy.uint64).copy()


def truth_bits(values):
    return values.cast(pyarrow.bool_()).fill_null(False).to_numpy(zero_copy_only=False).astype(numpy.uint64)


def text_bits(values):
    def word(text):
        return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little") if text else int(NULL)

    return by_distinct(values.cast(pyarrow.string()), word)


def time_bits(values):
    if pyarrow.types.is_temporal(values.type):
        instants = values.cast(pyarrow.timestamp("us")) if pyarrow.types.is_date(values.type) else values
        zone = getattr(instants.type, "tz", None)
        micros = instants.cast(pyarrow.timestamp("us", zone)).cast(pyarrow.int64())
        return micros.fill_null(0).to_numpy(zero_copy_only=False).view(numpy.uint64).copy()
    if pyarrow.types.is_integer(values.type):
        raise Differs("a time is written as a plain number")
    return by_distinct(values.cast(pyarrow.string()), micros_of_text)


def micros_of_text(text):
    found = TIME.match(text)
    if not found:
        raise Differs(f"no time: {text!r}")
    day, clock, fraction, _ = found.groups()
    instant = datetime.fromisoformat(f"{day}T{clock or '00:00'}").replace(tzinfo=timezone.utc)
    return (int(instant.timestamp()) * 1_000_000 + int((fraction or "").ljust(6, "0")[:6] or 0)) % (1 << 64)


def by_distinct(texts, word):
    distinct = texts.dictionary_encode()
    table = numpy.array([word(text) for text in distinct.dictionary.to_pylist()] or [0], dtype=numpy.uint64)
    return table[distinct.indices.fill_null(0).to_numpy(zero_copy_only=False)]


def row_words(columns, kinds):
    """One 64-bit hash a row, of its columns in the order of their names."""
    total = numpy.zeros(len(columns[0]), dtype=numpy.uint64)
    for name, values in sorted(zip(kinds, columns)):
        total = mixed(total * numpy.uint64(31) + bits(values, kinds[name]))
    return total


def mixed(words):
    """The finaliser of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014)."""
    words = (words ^ (words >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return words ^ (words >> numpy.uint64(31))


def fingerprint(output, kinds, order):
    rows, total, last = 0, 0, None
    for columns in batches(output, kinds):
        words = row_words(columns, kinds)
        rows += len(words)
        total += int(words.sum(dtype=numpy.uint64))
        if order:
            last = require_order(dict(zip(kinds, columns)), kinds, order, last)
    return {"rows": rows, "hash": f"{total % (1 << 64):016x}"}


def require_order(columns, kinds, order, last):
    """Ascending by the columns of `order`, texts by their bytes, nulls last; `last` is the key of the row before."""
    ranks = [rank(columns[name], kinds[name]) for name in order]
    rising = numpy.zeros(len(ranks[0]) - 1, dtype=bool)
    equal = ~rising
    for values in ranks:
        rising |= equal & (values[1:] > values[:-1])
        equal &= values[1:] == values[:-1]
    if not (rising | equal).all():
        raise Differs(f"row {int(numpy.argmin(rising | equal)) + 1} of a batch is not in the order of {', '.join(order)}")

    def key(at):
        values = [columns[name][at].as_py() for name in order]
        return [(value is None, value.encode() if isinstance(value, str) else value or 0) for value in values]

    if last is not None and key(0) < last:
        raise Differs(f"rows are not in the order of {', '.join(order)}: {key(0)} comes after {last}")
    return key(-1)


def rank(values, kind):
    """Numbers that compare as the values do."""
    if kind == "text":
        distinct = values.cast(pyarrow.string()).dictionary_encode()
        texts = [text.encode() for text in distinct.dictionary.to_pylist()]
        table = numpy.empty(len(texts) + 1, dtype=numpy.int64)
        table[numpy.array(sorted(range(len(texts)), key=texts.__getitem__), dtype=numpy.int64)] = numpy.arange(len(texts))
        table[-1] = len(texts)
        return table[distinct.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False)]
    if kind == "time":
        ranks = time_bits(values).view(numpy.int64).copy()
    else:
        ranks = values.cast(pyarrow.float64()).to_numpy(zero_copy_only=False).copy()
    ranks[values.is_null().to_numpy(zero_copy_only=False)] = numpy.iinfo(numpy.int64).max if kind == "time" else numpy.inf
    return ranks


def difference(output, other, kinds):
    """A few rows of each that the other lacks, as text."""
    words, lines = [], []
    for path in (output, other):
        found = [row_words(columns, kinds) for columns in batches(path, kinds)]
        words.append(numpy.sort(numpy.concatenate([numpy.empty(0, dtype=numpy.uint64), *found])))
    for mine, theirs, path in ((words[0], words[1], output), (words[1], words[0], other)):
        lines += [f"only in {path}: {row}" for row in rows_with(path, kinds, surplus(mine, theirs))]
    return lines


def surplus(mine, theirs):
    """Hashes that occur more often in the first of two sorted arrays."""
    values, counts = numpy.unique(mine, return_counts=True)
    there = numpy.searchsorted(theirs, values, "right") - numpy.searchsorted(theirs, values, "left")
    return values[counts > there]


def rows_with(output, kinds, hashes):
    found = []
    for columns in batches(output, kinds):
        for at in numpy.flatnonzero(numpy.isin(row_words(columns, kinds), hashes))[: SAMPLE_ROWS - len(found)]:
            found.append({name: values[int(at)].as_py() for name, values in zip(kinds, columns)})
        if len(found) >= SAMPLE_ROWS:
            break
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kinds", type=json.loads)
    parser.add_argument("output")
    parser.add_argument("--compare")
    parser.add_argument("--sorted-by", default="")
    arguments = parser.parse_args()
    try:
        if arguments.compare:
            print("\n".join(difference(arguments.output, arguments.compare, arguments.kinds)))
        else:
            print(json.dumps(fingerprint(arguments.output, arguments.kinds, [n for n in arguments.sorted_by.split(",") if n])))
    except (Differs, pyarrow.ArrowException, OSError) as error:
        print(json.dumps({"error": str(error)}))
        sys.exit(1)


if __name__ == "__main__":
    main()
