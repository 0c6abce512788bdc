"""Writes Parquet files with pyarrow and, beside each, what pyarrow reads from it.

    python3 make_files.py DIRECTORY [--small]

`NAME.parquet` goes with `NAME.expected`: a line with the names of the columns, then one line of JSON for each row. Values are in a form that
leaves nothing to formatting: texts and binaries in hexadecimal digits, floats by their bits, times in microseconds.
`--small` writes the files of a few KB that are kept beside the tests.
"""

import datetime
import decimal
import json
import math
import random
import struct
import sys

import pyarrow as pa
import pyarrow.parquet as pq


def bits(value):
    return "f:" + ("nan" if math.isnan(value) else struct.pack(">d", value).hex())


def scalar(kind):
    """The function that brings a value from `to_pylist` into the form of the expectations."""
    t = pa.types
    if t.is_boolean(kind) or t.is_signed_integer(kind) or kind in (pa.uint8(), pa.uint16(), pa.uint32()):
        return lambda v: v
    if kind == pa.uint64():
        return lambda v: f"d:{v}:0"
    if t.is_floating(kind):
        return lambda v: bits(float(v))
    if t.is_decimal(kind):
        return lambda v: f"d:{int(v.scaleb(kind.scale))}:{kind.scale}"
    if t.is_string(kind) or t.is_large_string(kind):
        return lambda v: "s:" + v.encode().hex()
    if t.is_binary(kind) or t.is_large_binary(kind) or t.is_fixed_size_binary(kind):
        return lambda v: "b:" + v.hex()
    if t.is_date(kind):
        return lambda v: f"D:{(v - datetime.date(1970, 1, 1)).days}"
    if t.is_time(kind):
        digits = {"ms": 3, "us": 6, "ns": 9}[kind.unit]
        return lambda v: "s:" + (v.strftime("%H:%M:%S.") + f"{v.microsecond:06d}000"[:digits]).encode().hex()
    if t.is_null(kind):
        return lambda v: None
    if t.is_dictionary(kind):
        return scalar(kind.value_type)
    raise ValueError(kind)


def column(array):
    """The values of an arrow array in the form of the expectations."""
    kind, t = array.type, pa.types
    if t.is_timestamp(kind):
        per = {"s": 1_000_000, "ms": 1_000, "us": 1, "ns": None}[kind.unit]
        numbers = array.cast(pa.int64()).to_pylist()
        return [None if n is None else f"t:{n * per if per else n // 1_000}" for n in numbers]
    if t.is_list(kind) or t.is_large_list(kind):
        out = []
        inner = column(array.flatten())
        at = 0
        for valid, count in zip(array.is_valid().to_pylist(), array.value_lengths().to_pylist()):
            out.append(inner[at : at + count] if valid else None)
            at += count if valid else 0
        return out
    if t.is_map(kind):
        out = []
        keys, values = column(array.keys), column(array.items)
        at = 0
        for row in array.to_pylist():
            count = 0 if row is None else len(row)
            out.append(None if row is None else {"m": [[keys[at + i], values[at + i]] for i in range(count)]})
            at += count
        return out
    if t.is_struct(kind):
        members = [(field.name, column(part)) for field, part in zip(kind, array.flatten())]
        valid = array.is_valid().to_pylist()
        return [{name: values[i] for name, values in members} if valid[i] else None for i in range(len(array))]
    convert = scalar(kind)
    return [None if v is None else convert(v) for v in array.to_pylist()]


def compact(table):
    return [chunk.combine_chunks() if chunk.num_chunks != 1 else chunk.chunk(0) for chunk in table.columns]


def expect(path, table=None):
    """Writes what pyarrow reads from a file, or what the table holds that it was made of."""
    table = table if table is not None else pq.read_table(path + ".parquet")
    columns = [column(c if not isinstance(c, pa.ChunkedArray) else c.combine_chunks()) for c in compact(table)]
    with open(path + ".expected", "w") as file:
        file.write(json.dumps(table.column_names) + "\n")
        for row in range(table.num_rows):
            file.write(json.dumps([c[row] for c in columns], separators=(",", ":")) + "\n")


def types_table(n, nulls, seed):
    """Every type that pyarrow writes, with every kind of nesting."""
    rng = random.Random(seed)
    D = decimal.Decimal

    def some(make):
        return [None if rng.random() < nulls else make(i) for i in range(n)]

    word = lambda i: rng.choice(["", "a", "ab", "été", "日本語", "x" * 40, "word %d" % (i % 23)])
    special = lambda i: rng.choice([0.0, -0.0, math.inf, -math.inf, math.nan, i / 8, -1e300, 5e-324])
    columns = {
        "bool": pa.array(some(lambda i: rng.random() < 0.5)),
        "int8": pa.array(some(lambda i: rng.randint(-128, 127)), pa.int8()),
        "int16": pa.array(some(lambda i: rng.randint(-(2**15), 2**15 - 1)), pa.int16()),
        "int32": pa.array(some(lambda i: rng.randint(-(2**31), 2**31 - 1)), pa.int32()),
        "int64": pa.array(some(lambda i: rng.randint(-(2**63), 2**63 - 1)), pa.int64()),
        "near": pa.array(some(lambda i: 1_700_000_000 + i * 7 + rng.randint(0, 3)), pa.int64()),
        "uint8": pa.array(some(lambda i: rng.randint(0, 255)), pa.uint8()),
        "uint16": pa.array(some(lambda i: rng.randint(0, 2**16 - 1)), pa.uint16()),
        "uint32": pa.array(some(lambda i: rng.randint(0, 2**32 - 1)), pa.uint32()),
        "uint64": pa.array(some(lambda i: rng.randint(0, 2**64 - 1)), pa.uint64()),
        "half": pa.array(some(lambda i: rng.choice([0.0, -0.0, 1.5, 65504.0, 6e-8, math.inf, -2.25])), pa.float16()),
        "float": pa.array(some(lambda i: rng.choice([0.0, -0.0, 1.5, i / 8, math.nan, math.inf])), pa.float32()),
        "double": pa.array(some(special), pa.float64()),
        "string": pa.array(some(word)),
        "binary": pa.array(some(lambda i: rng.randbytes(rng.randint(0, 20)))),
        "fixed": pa.array(some(lambda i: rng.randbytes(7)), pa.binary(7)),
        "date": pa.array(some(lambda i: datetime.date(1900, 1, 1) + datetime.timedelta(rng.randint(0, 80000)))),
        "seconds": pa.array(some(lambda i: rng.randint(-9 * 10**9, 9 * 10**9)), pa.timestamp("s")),
        "millis": pa.array(some(lambda i: rng.randint(-9 * 10**12, 9 * 10**12)), pa.timestamp("ms", "UTC")),
        "micros": pa.array(some(lambda i: rng.randint(-(10**15), 10**15)), pa.timestamp("us")),
        "nanos": pa.array(some(lambda i: rng.randint(-(10**15), 10**15) * 1_000), pa.timestamp("ns", "UTC")),
        "time32": pa.array(some(lambda i: rng.randint(0, 86_399_999)), pa.time32("ms")),
        "time64": pa.array(some(lambda i: rng.randint(0, 86_399_999_999)), pa.time64("us")),
        "time_ns": pa.array(some(lambda i: rng.randint(0, 86_399_999_999) * 1_000), pa.time64("ns")),
        "decimal9": pa.array(some(lambda i: D(rng.randint(-(10**9) + 1, 10**9 - 1)).scaleb(-2)), pa.decimal128(9, 2)),
        "decimal18": pa.array(some(lambda i: D(rng.randint(-(10**18) + 1, 10**18 - 1)).scaleb(-6)), pa.decimal128(18, 6)),
        "decimal38": pa.array(some(lambda i: D(rng.randint(-(10**27), 10**27)).scaleb(-5)), pa.decimal128(38, 5)),
        "nothing": pa.nulls(n),
        "list": pa.array(some(lambda i: [None if rng.random() < 0.2 else rng.randint(0, 99) for _ in range(rng.randint(0, 5))]), pa.list_(pa.int32())),
        "struct": pa.array(
            some(
                lambda i: {
                    "a": None if rng.random() < 0.3 else i,
                    "b": None if rng.random() < 0.3 else word(i),
                    "c": None if rng.random() < 0.3 else {"d": [i, None][: rng.randint(0, 2)]},
                }
            ),
            pa.struct([("a", pa.int64()), ("b", pa.string()), ("c", pa.struct([("d", pa.list_(pa.int16()))]))]),
        ),
        "lists": pa.array(some(lambda i: [None if j == 2 else [word(k) for k in range(j)] for j in range(rng.randint(0, 4))]), pa.list_(pa.list_(pa.string()))),
        "map": pa.array(some(lambda i: [("k%d" % j, None if j == 0 else j) for j in range(rng.randint(0, 4))]), pa.map_(pa.string(), pa.int64())),
        "structs": pa.array(
            some(lambda i: [{"x": j, "y": [j, j + 1] if j % 2 else None} for j in range(rng.randint(0, 3))]),
            pa.list_(pa.struct([("x", pa.int64()), ("y", pa.list_(pa.int64()))])),
        ),
    }
    table = pa.table(columns)
    if nulls == 0:
        required = [f.with_nullable(False) if f.name != "nothing" else f for f in table.schema]
        table = pa.Table.from_arrays(table.columns, schema=pa.schema(required))
    return table


def write(path, table, expected=True, **options):
    pq.write_table(table, path + ".parquet", **options)
    if expected:
        expect(path)


INTEGERS = ["int32", "int64", "near", "int8", "int16", "uint32", "uint64", "date", "micros", "millis"]
SPLIT = ["int32", "int64", "near", "float", "double", "fixed", "decimal9", "decimal38", "micros"]


def flat(table):
    return table.select([f.name for f in table.schema if not pa.types.is_nested(f.type)])


def encodings(out, table):
    """One file for each encoding that writers have beside plain and dictionary."""
    for version in ["1.0", "2.0"]:
        name = f"{out}/encoding-v{version[0]}-"
        common = dict(use_dictionary=False, data_page_version=version, data_page_size=900)
        table_delta = table.select(INTEGERS)
        write(name + "delta", table_delta, column_encoding={c: "DELTA_BINARY_PACKED" for c in INTEGERS}, **common)
        texts = table.select(["string", "binary"])
        write(name + "length", texts, column_encoding={c: "DELTA_LENGTH_BYTE_ARRAY" for c in texts.column_names}, **common)
        texts = table.select(["string", "binary", "fixed"])
        write(name + "prefix", texts, column_encoding={c: "DELTA_BYTE_ARRAY" for c in texts.column_names}, **common)
        write(name + "split", table.select(SPLIT), column_encoding={c: "BYTE_STREAM_SPLIT" for c in SPLIT}, **common)
        write(name + "runs", table.select(["bool"]), column_encoding={"bool": "RLE"}, **common)


def skipping_table(n, seed):
    """Sorted and unsorted columns with nulls, both zeros, NaN, and texts longer than statistics keep."""
    rng = random.Random(seed)

    def some(make):
        return [None if rng.random() < 0.1 else make(i) for i in range(n)]

    return pa.table(
        {
            "sorted": pa.array(range(n), pa.int64()),
            "int": pa.array(some(lambda i: i // 3 - 50), pa.int32()),
            "random": pa.array(some(lambda i: rng.randint(0, 1000)), pa.int64()),
            "double": pa.array(some(lambda i: rng.choice([0.0, -0.0]) if i < n // 4 else math.nan if i % 37 == 0 else i / 8 - 20)),
            "float": pa.array(some(lambda i: (i - n / 2) / 4), pa.float32()),
            "text": pa.array(some(lambda i: "%05d" % (i // 2) + "z" * 80)),
            "date": pa.array(some(lambda i: datetime.date(2020, 1, 1) + datetime.timedelta(i // 10))),
            "time": pa.array(some(lambda i: i * 1_000_000), pa.timestamp("ms")),
            "money": pa.array(some(lambda i: decimal.Decimal(i - 300).scaleb(-2)), pa.decimal128(20, 2)),
            "small": pa.array(some(lambda i: decimal.Decimal(i - 300).scaleb(-2)), pa.decimal128(7, 2)),
            "flag": pa.array(some(lambda i: i > n // 2)),
            "unsigned": pa.array(some(lambda i: (2**31 + i * 1000) % 2**32), pa.uint32()),
            "gap": pa.array([None if n // 3 < i < n // 2 else i % 5 for i in range(n)], pa.int64()),
            "list": pa.array(some(lambda i: list(range(i % 4))), pa.list_(pa.int64())),
        }
    )


def skipping(out, n, expected):
    blooms = {c: {"ndv": 200, "fpp": 0.01} for c in ["int", "random", "text", "date", "money", "small", "float", "double", "unsigned", "time"]}
    for name, options in {
        "index": dict(write_page_index=True, data_page_size=300, use_dictionary=False),
        "bloom": dict(write_page_index=False, data_page_size=300, use_dictionary=False, bloom_filter_options=blooms),
        "dictionary": dict(write_page_index=True, data_page_size=200, use_dictionary=True, data_page_version="2.0"),
    }.items():
        write(f"{out}/skipping-{name}", skipping_table(n, 7), row_group_size=n // 3 + 1, write_batch_size=16, store_decimal_as_integer=True, expected=expected, **options)


def small(out):
    table = types_table(40, 0.2, 11)
    write(out + "/types-v1", table, compression="snappy", data_page_size=200, write_batch_size=8, write_page_checksum=True)
    write(out + "/types-v2", table, compression="zstd", data_page_version="2.0", row_group_size=25, use_dictionary=False)
    write(out + "/types-gzip", types_table(20, 0, 12), compression="gzip", version="1.0", use_deprecated_int96_timestamps=True, store_decimal_as_integer=True)
    encodings(out, flat(types_table(60, 0.2, 13)))
    skipping(out, 240, False)
    nanos = pa.table({"id": range(4), "at": pa.array([0, 1_000, 1_001, None], pa.timestamp("ns"))})
    nanos = nanos.append_column("in_list", pa.array([[0], [], [1_000, 7, 8], [None, 2_001]], pa.list_(pa.timestamp("ns"))))
    pq.write_table(nanos, out + "/misfits.parquet")
    nanoseconds(out)
    for codec in ["brotli", "lz4"]:
        pq.write_table(pa.table({"a": [1, 2, 3]}), f"{out}/unread-{codec}.parquet", compression=codec)


def nanoseconds(out):
    values = [0, 1_000, 1_001, None, -1, 1_709_287_445_123_456_789]
    table = pa.table({"id": range(6), "at": pa.array(values, pa.timestamp("ns")), "utc": pa.array(values, pa.timestamp("ns", "UTC"))})
    pq.write_table(table, out + "/nanoseconds.parquet")
    pq.write_table(table.select(["id", "at"]), out + "/int96.parquet", use_deprecated_int96_timestamps=True)


def matrix(out):
    for version in ["1.0", "2.0"]:
        for codec in ["none", "snappy", "gzip", "zstd"]:
            for dictionary in [True, False]:
                for nulls in [0, 0.2, 0.9]:
                    name = f"{out}/v{version[0]}-{codec}-{'dictionary' if dictionary else 'plain'}-{int(nulls * 10)}"
                    table = types_table(700, nulls, hash(codec) % 100)
                    write(name, table, compression=codec, use_dictionary=dictionary, data_page_version=version, row_group_size=300, data_page_size=1000, write_batch_size=64)
    encodings(out, flat(types_table(3000, 0.1, 3)))
    skipping(out, 3000, True)
    # A dictionary that overflows, so that pages of a chunk go from codes to plain values.
    table = pa.table({"text": ["text number %d" % i for i in range(20_000)], "number": range(20_000)})
    write(out + "/overflow", table, dictionary_pagesize_limit=50_000, data_page_size=4_000, row_group_size=15_000)
    write(out + "/empty", table.slice(0, 0))
    others(out)


def others(out):
    """Files of DuckDB and Polars, where they are installed; pyarrow says what is in them."""
    table = types_table(5000, 0.2, 5)
    try:
        import duckdb

        source = table.drop(["half", "nothing", "time_ns", "nanos", "seconds"])
        for codec in ["snappy", "zstd", "gzip", "uncompressed"]:
            for version in ["V1", "V2"]:
                path = f"{out}/duckdb-{codec}-{version}"
                duckdb.sql(f"copy (select * from source) to '{path}.parquet' (format parquet, codec '{codec}', parquet_version '{version}', row_group_size 2048)")
                # pyarrow does not read all that DuckDB writes in its version 2, so that DuckDB says itself what is there.
                found = duckdb.sql(f"select * from '{path}.parquet'").arrow()
                expect(path, found if isinstance(found, pa.Table) else found.read_all())
    except ImportError:
        pass
    try:
        import polars

        frame = polars.from_arrow(table.drop(["half", "map", "nothing", "uint64", "time32", "time64", "time_ns"]))
        for codec in ["snappy", "zstd", "gzip", "uncompressed"]:
            path = f"{out}/polars-{codec}"
            frame.write_parquet(path + ".parquet", compression=codec, row_group_size=1500, data_page_size=2000)
            expect(path)
    except ImportError:
        pass


if __name__ == "__main__":
    (small if "--small" in sys.argv else matrix)(sys.argv[1])
