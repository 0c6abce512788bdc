"""flights.parquet: flights.csv with types, written by pyarrow (Snappy, dictionaries, statistics; row groups of 262,144 rows)."""

import subprocess
import sys
from pathlib import Path


def make(path, flights):
    # In a process of its own: the harness stays small, see measure.py.
    script = Path(__file__).with_name("csv_to_parquet.py")
    subprocess.run([sys.executable, script, flights, path], check=True)
