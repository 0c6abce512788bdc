"""Which columns `sluice crawl` and DuckDB's sniffer see in messy files. Called by Benchmarks/types/run."""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "harness"))

import schemas  # noqa: E402
from cases import CASES  # noqa: E402


def of_sluice(program, path, work):
    """Columns, rows, and what all values read as; a table's rows are read by the types that the crawl found."""

    def run(*words):
        result = subprocess.run([program, *words, "--home", work / "home"], capture_output=True, text=True)
        if result.returncode:
            raise RuntimeError(result.stderr or json.loads(result.stdout)["error"]["message"])
        return result.stdout

    crawl = json.loads(run("crawl", path, "--json"))
    name = crawl["tables"][0]["table"]
    table = json.loads(run("catalog", "show", name, "--rows", "0", "--json"))["table"]
    rows = json.loads(run("query", f'SELECT count(*) AS n FROM (SELECT * FROM {name} ORDER BY 1)', "--json"))["rows"]
    count = rows[0]["n"] if isinstance(rows[0], dict) else rows[0][0]
    return [(column["name"], schemas.kind(column["type"])) for column in table["columns"]], int(count)


def of_duckdb(path, options=""):
    """The sniffer as it comes looks at 20,480 rows; `sample_size = -1` lets it look at all."""
    with duckdb.connect() as database:
        database.execute(f"CREATE TABLE t AS SELECT * FROM read_csv('{path}'{options})")
        columns = [(name, schemas.kind(kind)) for name, kind, *_ in database.execute("DESCRIBE t").fetchall()]
        return columns, database.execute("SELECT count(*) FROM t").fetchone()[0]


def is_right(columns, count, wanted, rows):
    expected = [column.split(" ") for column in wanted.split(", ")]
    fits = len(columns) == len(expected) and all(
        name.strip() == other and kind in kinds.split("|") for (name, kind), (other, kinds) in zip(columns, expected))
    return fits and count == rows


def told(columns, count):
    return ", ".join(f"{name} {kind}" for name, kind in columns) + f"; {count:,} rows"


def seen(look, wanted, rows):
    """Whether it is right, and what was seen."""
    try:
        columns, count = look()
    except Exception as error:  # A program may fail in any way; that is its answer.
        return False, "fails: " + str(error).strip().split("\n")[0][:100]
    return is_right(columns, count, wanted, rows), told(columns, count)


def main():
    parser = argparse.ArgumentParser(prog="Benchmarks/types/run", description=__doc__)
    parser.add_argument("--sluice", required=True, help="the program")
    arguments = parser.parse_args()
    totals = {"Sluice": 0, f"DuckDB {duckdb.__version__}": 0, "DuckDB, all rows": 0}
    print("| file | wanted | " + " | ".join(totals) + " |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for number, (title, (content, wanted, rows)) in enumerate(CASES.items()):
            work = Path(folder) / str(number)
            work.mkdir()
            path = work / f"case{number}.csv"
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            looks = (
                lambda: of_sluice(arguments.sluice, path, work), lambda: of_duckdb(path), lambda: of_duckdb(path, ", sample_size = -1"))
            cells = []
            for program, look in zip(totals, looks):
                right, text = seen(look, wanted, rows)
                totals[program] += right
                cells.append("right" if right else text.replace("|", "\\|"))
            print(f"| {title} | {wanted.replace('|', ' or ')}; {rows:,} rows | " + " | ".join(cells) + " |", flush=True)
    print("\nright of " + f"{len(CASES)}: " + ", ".join(f"{program} {count}" for program, count in totals.items()))


if __name__ == "__main__":
    main()
