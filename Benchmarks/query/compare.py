"""`sluice query` beside DuckDB over the same files: wall and CPU time, peak memory, and the answers compared.

Each query is a fresh process of either program; the two take turns. DuckDB's types are declared, so that it sniffs nothing.
"""

import argparse
import csv
import io
import os
import resource
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "peers"))

CSV, PARQUET, AIRLINES = "{data}/flights.csv", "{data}/flights.parquet", "{data}/airlines.csv"

# name, kind, query; {flights} is each of the two files.
QUERIES = [
    ("count", "aggregate", "SELECT count(*) AS n FROM {flights}"),
    ("sum", "aggregate", "SELECT count(arr_delay) AS n, sum(distance) AS d, avg(dep_delay) AS a, max(arr_delay) AS m FROM {flights}"),
    ("group", "aggregate", "SELECT carrier, count(*) AS n, avg(arr_delay) AS a, max(distance) AS d FROM {flights} GROUP BY carrier"),
    ("group by two", "aggregate", "SELECT origin, dest, count(*) AS n, sum(air_time) AS t FROM {flights} GROUP BY origin, dest"),
    ("filter", "scan", "SELECT count(*) AS n, sum(distance) AS d FROM {flights} WHERE arr_delay > 60 AND origin = 'JFK'"),
    ("few rows", "scan", "SELECT flight, tailnum, arr_delay FROM {flights} WHERE arr_delay > 800"),
    ("top", "scan", "SELECT flight, tailnum, arr_delay FROM {flights} WHERE arr_delay IS NOT NULL ORDER BY arr_delay DESC, tailnum, flight LIMIT 10"),
    ("join", "join", "SELECT a.name, count(*) AS n, avg(f.arr_delay) AS d FROM {flights} f JOIN {airlines} a ON a.carrier = f.carrier GROUP BY a.name"),
    ("join, filtered", "join", "SELECT f.origin, count(*) AS n, sum(f.distance) AS d FROM {flights} f JOIN {airlines} a ON a.carrier = f.carrier WHERE a.name LIKE 'D%' AND f.arr_delay > 30 GROUP BY f.origin"),
    ("left join", "join", "SELECT count(*) AS n, count(a.name) AS m, sum(f.distance) AS d FROM {flights} f LEFT JOIN {airlines} a ON a.carrier = f.carrier AND a.name LIKE '%Air%'"),
    ("in", "join", "SELECT count(*) AS n, sum(distance) AS d FROM {flights} WHERE carrier IN (SELECT carrier FROM {airlines} WHERE name LIKE '%Air%')"),
    ("groups joined", "join", "WITH o AS (SELECT origin, count(*) AS n FROM {flights} GROUP BY origin), d AS (SELECT dest, count(*) AS n FROM {flights} GROUP BY dest) SELECT o.origin, o.n, d.n AS m FROM o JOIN d ON d.dest = o.origin"),
    ("rounded means", "shared", "SELECT carrier, round(avg(arr_delay), 2) AS d FROM {flights} GROUP BY carrier"),
    ("window over groups", "shared", "SELECT carrier, n, rank() OVER (ORDER BY n DESC) AS r FROM (SELECT carrier, count(*) AS n FROM {flights} GROUP BY carrier) t"),
]


def duckdb_source(path, kind):
    import duckdb_tasks as tasks

    return f"'{path}'" if kind == "parquet" else tasks.csv(path, tasks.FLIGHTS)


def duckdb(query):
    script = "import duckdb, sys; con = duckdb.connect(); con.execute('SET preserve_insertion_order = false'); " \
        "con.execute(sys.argv[1]); import csv; w = csv.writer(sys.stdout); [w.writerow(['' if v is None else v for v in r]) for r in con.fetchall()]"
    return [sys.executable, "-c", script, query]


def sluice(program, query):
    return [program, "query", query, "--format", "csv", "--quiet", "--out-option", "header=false"]


def measured(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - start
    if status:
        raise SystemExit(f"{command[0]} failed: {command}")
    return {"seconds": seconds, "cpu": usage.ru_utime + usage.ru_stime, "mb": usage.ru_maxrss / 1024, "rows": rows(output.decode())}


def rows(text):
    """Rows without an order, numbers by nine digits."""
    def cell(value):
        try:
            return f"{float(value):.9g}"
        except ValueError:
            return value
    return sorted(tuple(cell(v) for v in row) for row in csv.reader(io.StringIO(text)))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--repeats", type=int, default=3)
    arguments.add_argument("--sluice", default=os.path.join(HERE, "..", "..", ".build", "release", "sluice"))
    arguments.add_argument("--data", default=os.path.join(HERE, "..", "cache"))
    arguments.add_argument("--only")
    given = arguments.parse_args()
    print("| query | file | sluice s | DuckDB s | ratio | CPU s | MB | answer |\n|---|---|---|---|---|---|---|---|")
    wrong = 0
    for name, kind, query in QUERIES:
        if given.only and given.only not in (name, kind):
            continue
        for form, path in (("csv", CSV), ("parquet", PARQUET)):
            path = path.format(data=given.data)
            airlines = AIRLINES.format(data=given.data)
            own = query.format(flights=f"'{path}'", airlines=f"'{airlines}'")
            peer = query.format(flights=duckdb_source(path, form), airlines=f"read_csv('{airlines}', header = true, all_varchar = true)")
            ours, theirs = [], []
            for _ in range(given.repeats):
                ours.append(measured(sluice(given.sluice, own)))
                theirs.append(measured(duckdb(peer)))
            same = ours[0]["rows"] == theirs[0]["rows"]
            wrong += not same
            a, b = (statistics.median(x["seconds"] for x in runs) for runs in (ours, theirs))
            cpu = [statistics.median(x["cpu"] for x in runs) for runs in (ours, theirs)]
            print(f"| {name} | {form} | {a:.2f} | {b:.2f} | {a / b:.2f} | {cpu[0]:.2f} / {cpu[1]:.2f} | "
                  f"{max(x['mb'] for x in ours):.0f} / {max(x['mb'] for x in theirs):.0f} | {'same' if same else 'WRONG'} |", flush=True)
    sys.exit(1 if wrong else 0)


main()
