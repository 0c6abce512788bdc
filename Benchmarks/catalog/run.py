#!/usr/bin/env python3
"""Times look-ups in a catalog of 100,000 tables and a table of a million partitions.

    Benchmarks/catalog/run.py [--sluice PROGRAM] [--home DIR] [--tables N] [--partitions N] [--rounds N]

Fills a state once (the rows that `sluice` itself writes, by SQL), checks that the program finds what was put in, and
prints the time of whole commands, the start of the program included: the median of the rounds and the slowest, and the
median of the processor's time, which other work on the machine does not change.
"""
import argparse
import json
import os
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import time

NOUNS = "order customer invoice payment product click session user account shipment return price stock event page campaign lead".split()
STAGES = "raw staging clean core mart report archive".split()
WORDS = NOUNS + STAGES + "daily hourly yearly email address country currency amount quantity discount status created updated".split()


def arguments():
    here = os.path.dirname(os.path.abspath(__file__))
    root = os.path.dirname(os.path.dirname(here))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sluice", default=os.path.join(root, ".build/release/sluice"))
    parser.add_argument("--home", default=os.path.join(here, "results/state"))
    parser.add_argument("--tables", type=int, default=100_000)
    parser.add_argument("--partitions", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    return parser.parse_args()


def columns(names):
    return json.dumps([{"comment": "", "name": name, "nullable": True, "type": "string"} for name in names])


def fill(options):
    """Writes the state; what it holds follows from the numbers alone."""
    database = os.path.join(options.home, "sluice.sqlite")
    os.makedirs(options.home)
    declarations = os.path.join(options.home, "declared")
    os.makedirs(declarations)
    with open(os.path.join(declarations, "big.yaml"), "w") as file:
        file.write("table: web.events\nlocation: /data/events\nformat: parquet\ncolumns: {id: int64}\n"
                   "partition_keys: {year: int32, month: string, day: int32, region: string}\n")
    subprocess.run([options.sluice, "catalog", "apply", "--catalog", declarations, "--home", options.home], check=True,
                   stdout=subprocess.DEVNULL)
    generator = random.Random(7)
    with sqlite3.connect(database) as db:
        table, = db.execute("SELECT id FROM tables WHERE name = 'events'").fetchone()
        db.executemany(
            "INSERT INTO partitions (table_id, partition_values, location, file_count, row_count, byte_count, created, updated, key_count,"
            " key0, key1, key2, key3) VALUES (?, ?, ?, 1, 100, 1000, 1, 1, 4, ?, ?, ?, ?)",
            ((table, f"{y}/{m}/{d}/{r}", f"/data/events/year={y}/month={m}/day={d}/region={r}", y, m, d, r)
             for y, m, d, r in partitions(options.partitions)))
        names = [f"db{number:02}" for number in range(20)]
        db.executemany("INSERT INTO databases (name, comment, parameters, created, updated) VALUES (?, '', '{}', 1, 1)",
                       ((name,) for name in names))
        ids = dict(db.execute("SELECT name, id FROM databases"))
        for number, words, name in made(options, generator):
            data = [f"{words[i]}_{words[i + 1]}" for i in range(0, 8, 2)] + [f"{word}_id" for word in words[:4]]
            comment = "needle" if number % 10_000 == 5 else f"{words[0]} by {words[1]} of {words[2]}"
            row = db.execute(
                "INSERT INTO tables (database_id, name, comment, location, parameters, version, row_count, byte_count, file_count, created,"
                " updated, owner) VALUES (?, ?, ?, ?, '{}', 1, 0, 0, 0, 1, 1, ?)",
                (ids[names[number % 20]], name, comment, f"/data/{name}", f"team{number % 50}"))
            db.execute("INSERT INTO table_versions (table_id, version, columns, partition_keys, format, format_options, created)"
                       " VALUES (?, 1, ?, '[]', 'parquet', '{}', 1)", (row.lastrowid, columns(data)))
            db.execute("INSERT INTO table_search (rowid, name, \"database\", comment, columns, tags, owner) VALUES (?, ?, ?, ?, ?, '', ?)",
                       (row.lastrowid, name, names[number % 20], comment, "\n".join(data), f"team{number % 50}"))
    sqlite3.connect(database).execute("PRAGMA wal_checkpoint(TRUNCATE)")


def made(options, generator):
    """(number, words, name) of each table; 20 databases take turns."""
    for number in range(options.tables - 1):
        words = generator.sample(WORDS, 8)
        yield number, words, f"{generator.choice(STAGES)}_{generator.choice(NOUNS)}_{number}"


def chosen_pattern(options):
    """A pattern of names in db07 that some tables have, and their names: the stage and noun that most of them begin with.

    Of few tables, a pattern that is fixed may have none.
    """
    names = [name for number, _, name in made(options, random.Random(7)) if number % 20 == 7]
    if not names:
        raise SystemExit("--tables has to be 9 or more: db07 would have none")
    starts = [name.rsplit("_", 1)[0] for name in names]
    start = max(sorted(set(starts)), key=starts.count)
    return start + "_*", sorted(name for name in names if name.startswith(start + "_"))[:1000]


def partitions(count):
    """(year, month, day, region): whole years of 12 months of 28 days, regions to fill up the number."""
    regions = max(1, count // (25 * 12 * 28))
    left = count
    for region in range(regions + 1):
        for year in range(2000, 2025):
            for month in range(1, 13):
                for day in range(1, 29):
                    if left == 0:
                        return
                    left -= 1
                    yield year, f"{month:02}", day, f"r{region:03}"


def cases(options):
    """Name, arguments, and what the answer must satisfy."""
    rows = list(partitions(options.partitions))
    big = ["partitions", "web.events", "--where"]

    def picked(condition):
        number = sum(1 for row in rows if condition(*row))
        return lambda answer: answer["count"] == number and number > 0

    def found(answer):
        return len(answer["tables"]) > 0

    pattern, matching = chosen_pattern(options)
    return [
        ("partitions: all keys", big + ["year = 2024 AND month = '05' AND day = 17 AND region = 'r001'"],
         picked(lambda y, m, d, r: (y, m, d, r) == (2024, "05", 17, "r001"))),
        ("partitions: one day", big + ["year = 2024 AND month = '05' AND day = 17"],
         picked(lambda y, m, d, r: (y, m, d) == (2024, "05", 17))),
        ("partitions: one month, by ranges", big + ["year = 2024 AND month BETWEEN '05' AND '06' AND day < 8"],
         picked(lambda y, m, d, r: y == 2024 and m in ("05", "06") and d < 8)),
        ("partitions: last key only", big + ["region IN ('r003', 'r004') AND year >= 2023"],
         picked(lambda y, m, d, r: r in ("r003", "r004") and y >= 2023)),
        ("partitions: LIKE and OR", big + ["(region LIKE 'r00%' AND day = 3 AND month = '02') OR (year = 2001 AND day = 9)"],
         picked(lambda y, m, d, r: (r.startswith("r00") and d == 3 and m == "02") or (y == 2001 and d == 9))),
        ("partitions: first page of all", ["partitions", "web.events"], lambda answer: answer["count"] == options.partitions),
        ("tables: first page of 1,000", ["tables", "--limit", "1000"],
         lambda answer: answer["count"] == options.tables and len(answer["tables"]) == 1000),
        ("tables: by pattern in a database", ["tables", "db07", "--match", pattern, "--limit", "1000"],
         lambda answer: sorted(table["table"] for table in answer["tables"]) == matching),
        ("databases", ["databases"], lambda answer: len(answer["databases"]) == 21),
        ("search: a rare word", ["search", "needle"], lambda answer: len(answer["tables"]) == (options.tables + 4_999) // 10_000),
        ("search: two words", ["search", "invoice", "discount"], found),
        ("search: a word of half the tables", ["search", "customer"], found),
        ("search: a beginning that most tables have", ["search", "column:c"], found),
        ("search: in quotes", ["search", "\"order id\""], found),
        ("search: a wrong letter", ["search", "shipmnet"], lambda answer: answer["replaced"] == {"shipmnet": ["shipment"]}),
        ("show", ["show", "db07.%s" % first_table(options), "--rows", "0"], lambda answer: answer["table"]["format"] == "parquet"),
    ]


def first_table(options):
    with sqlite3.connect(os.path.join(options.home, "sluice.sqlite")) as db:
        return db.execute("SELECT t.name FROM tables t JOIN databases d ON d.id = t.database_id WHERE d.name = 'db07' LIMIT 1").fetchone()[0]


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main():
    options = arguments()
    if not os.path.exists(options.home):
        started = time.perf_counter()
        fill(options)
        print(f"filled in {time.perf_counter() - started:.0f} s, "
              f"{os.path.getsize(os.path.join(options.home, 'sluice.sqlite')) / 1e6:.0f} MB", file=sys.stderr)
    wrong = 0
    print("| look-up | median ms | slowest ms | processor ms | right |\n|---|---:|---:|---:|---|")
    for name, words, check in cases(options):
        times, processor = [], []
        for _ in range(options.rounds):
            before, started = processor_seconds(), time.perf_counter()
            done = subprocess.run([options.sluice, "catalog", *words, "--home", options.home, "--json"], stdout=subprocess.PIPE)
            times.append(1000 * (time.perf_counter() - started))
            processor.append(1000 * (processor_seconds() - before))
        right = done.returncode == 0 and check(json.loads(done.stdout))
        wrong += not right
        print(f"| {name} | {statistics.median(times):.0f} | {max(times):.0f} | {statistics.median(processor):.0f} |"
              f" {'yes' if right else 'NO'} |", flush=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
