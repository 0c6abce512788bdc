"""The tasks in DuckDB: python3 duckdb_tasks.py TASK DATA OUTPUT

Types are declared, so nothing is sniffed; the order of rows is free but in S1, so `preserve_insertion_order` is off elsewhere.
Both make it faster, or leave it as it is, on every task.
"""

import sys
from pathlib import Path

import duckdb

sys.path.append(str(Path(__file__).resolve().parent.parent / "harness"))
import schemas  # noqa: E402

FLIGHTS = {name: "INTEGER" for name in (
    "year month day dep_time sched_dep_time dep_delay arr_time sched_arr_time arr_delay carrier flight tailnum origin dest "
    "air_time distance hour minute time_hour").split()}
FLIGHTS |= {"carrier": "VARCHAR", "tailnum": "VARCHAR", "origin": "VARCHAR", "dest": "VARCHAR", "time_hour": "TIMESTAMP"}
AIRPORTS = {"faa": "VARCHAR", "name": "VARCHAR", "lat": "DOUBLE", "lon": "DOUBLE", "alt": "INTEGER", "tz": "INTEGER", "dst": "VARCHAR",
            "tzone": "VARCHAR"}
PLANES = {"tailnum": "VARCHAR", "year": "INTEGER", "type": "VARCHAR", "manufacturer": "VARCHAR", "model": "VARCHAR", "engines": "INTEGER",
          "seats": "INTEGER", "speed": "INTEGER", "engine": "VARCHAR"}
AIRLINES = {"carrier": "VARCHAR", "name": "VARCHAR"}
WEATHER = {"origin": "VARCHAR", "year": "INTEGER", "month": "INTEGER", "day": "INTEGER", "hour": "INTEGER", "temp": "DOUBLE",
           "dewp": "DOUBLE", "humid": "DOUBLE", "wind_dir": "INTEGER", "wind_speed": "DOUBLE", "wind_gust": "DOUBLE", "precip": "DOUBLE",
           "pressure": "DOUBLE", "visib": "DOUBLE", "time_hour": "TIMESTAMP"}
UPDATES = {"account": "VARCHAR", "updated_at": "TIMESTAMP", "revision": "BIGINT", "state": "VARCHAR", "balance": "DECIMAL(12,2)",
           "city": "VARCHAR", "email": "VARCHAR"}
TEXTS = {"id": "BIGINT", "posted_at": "TIMESTAMP", "rating": "INTEGER", "price": "DECIMAL(10,2)", "verified": "BOOLEAN",
         "author": "VARCHAR", "title": "VARCHAR", "body": "VARCHAR"}
EVENT = {
    "id": "VARCHAR", "type": "VARCHAR", "created_at": "TIMESTAMP", "actor": "STRUCT(login VARCHAR)",
    "repo": "STRUCT(id BIGINT, name VARCHAR)", "payload": "STRUCT(size BIGINT, commits STRUCT(message VARCHAR)[])", "public": "BOOLEAN"}


def csv(path, columns, options=""):
    return f"read_csv('{path}', columns = {columns}, header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"'{options})"


def mph_and_more(source):
    return f"""
        SELECT make_date(year, month, day) AS flight_date, carrier, flight, origin, dest, dep_delay - arr_delay AS gain,
            round(air_time / 60, 2) AS hours, floor(distance * 60 / air_time) AS mph, CAST(epoch(time_hour) AS BIGINT) AS dep_epoch
        FROM {source} WHERE arr_delay IS NOT NULL AND distance >= 500"""


def json(path, *names):
    return f"read_json('{path}', format = 'newline_delimited', columns = {({name: EVENT[name] for name in names})})"


def queries(data):
    """Task: query and how its output is written."""
    flights = csv(f"{data}/flights.csv", FLIGHTS)
    as_csv = "FORMAT csv, HEADER"
    as_parquet = "FORMAT parquet, COMPRESSION snappy"
    events = f"{data}/events.jsonl"
    return {
        "T1": (mph_and_more(flights), as_csv),
        "T2": (f"FROM {flights}", as_parquet),
        "T3": (f"""SELECT carrier, month, count(*) AS n, count(arr_delay) AS n_arr, avg(dep_delay) AS avg_dep, max(arr_delay) AS max_arr,
            sum(distance) AS dist FROM {flights} GROUP BY carrier, month""", as_csv),
        "T4": (f"""SELECT id, type, created_at, actor.login AS login, repo.id AS repo_id, repo.name AS repo, payload.size AS size,
            payload.commits[1].message AS message FROM {json(events, *EVENT)}
            WHERE type IN ('PushEvent', 'IssueCommentEvent', 'IssuesEvent')""", as_csv),
        "T5": (f"""SELECT repo.name AS repo, count(*) AS n, sum(payload.size) AS size FROM {json(events, 'repo', 'payload')}
            GROUP BY repo.name""", as_csv),
        "T6": (f"FROM {csv(f'{data}/flights.csv.gz', FLIGHTS)} WHERE origin = 'JFK'", as_csv + ", COMPRESSION gzip"),
        "T9b": (f"""SELECT year, carrier, count(*) AS n, sum(distance) AS dist
            FROM {lake(data)} GROUP BY year, carrier""", as_csv),
        "T10": (mph_and_more(csv(f"{data}/small.csv", FLIGHTS)), as_csv),
        "D1": (f"""SELECT *, dep_delay - arr_delay AS gain, distance * 60 / air_time AS speed
            FROM {flights} WHERE arr_delay > 15""", as_csv + ", PARTITION_BY (month)"),
        "J1": (joined(data, flights), as_csv),
        "K1": (latest(csv(f"{data}/updates.csv", UPDATES)), as_csv),
        "P1": (f"FROM '{data}/flights.parquet' WHERE carrier = 'UA' AND arr_delay > 30", as_parquet),
        "P2": (f"""SELECT origin, dest, count(*) AS n, avg(air_time) AS avg_air, min(dep_delay) AS min_dep, max(dep_delay) AS max_dep,
            sum(distance) AS dist FROM '{data}/flights.parquet' GROUP BY origin, dest""", as_parquet),
        "Q1": (f"FROM {csv(f'{data}/texts.csv', TEXTS)}", as_parquet),
        "Q2": (f"SELECT id, posted_at, rating, price, title, body FROM {csv(f'{data}/texts.csv', TEXTS)} WHERE rating >= 4", as_csv),
        "X1": (f"FROM '{data}/flights.parquet'", as_csv),
        "N1": (f"""SELECT id, type, created_at, actor.login AS login, repo.id AS repo_id, repo.name AS repo, payload.size AS size, public
            FROM {json(events, 'id', 'type', 'created_at', 'actor', 'repo', 'payload', 'public')}""", as_parquet),
        "S1": (f"FROM {flights} ORDER BY tailnum NULLS LAST, time_hour", as_csv),
    }


def lake(data):
    types = {name: kind for name, kind in FLIGHTS.items() if name not in ("year", "month", "day")}
    return csv(f"{data}/lake/*/*/*/*.csv", types, ", hive_partitioning = true, hive_types = {year: INT, month: INT, day: INT}")


def latest(updates):
    """Half the CPU time of QUALIFY row_number() … = 1, and of arg_max of a struct."""
    others = ", ".join(f"arg_max_null({name}, updated_at) AS {name}" for name in UPDATES if name not in ("account", "updated_at"))
    return f"SELECT account, max(updated_at) AS updated_at, {others} FROM {updates} GROUP BY account"


def joined(data, flights):
    return f"""
        SELECT make_date(f.year, f.month, f.day) AS flight_date, f.carrier, a.name AS airline, f.flight, f.tailnum, p.manufacturer, p.model,
            p.seats, f.origin, f.dest, d.name AS dest_name, d.lat, d.lon, f.dep_delay, w.temp, w.wind_speed, w.visib
        FROM {flights} f
        LEFT JOIN {csv(f'{data}/airlines.csv', AIRLINES)} a ON f.carrier = a.carrier
        LEFT JOIN {csv(f'{data}/planes.csv', PLANES)} p ON f.tailnum = p.tailnum
        LEFT JOIN {csv(f'{data}/airports.csv', AIRPORTS)} d ON f.dest = d.faa
        LEFT JOIN {csv(f'{data}/weather.csv', WEATHER)} w ON f.origin = w.origin AND f.time_hour = w.time_hour"""


def schema(folder):
    """Every row is looked at, so that the types are right for all; the columns of all files are put together by name."""
    source = f"read_csv('{folder}/**/*.csv', union_by_name = true, hive_partitioning = true, sample_size = -1)"
    return [(row[0], row[1]) for row in duckdb.sql(f"DESCRIBE SELECT * FROM {source}").fetchall()]


def objects_schema(folder):
    """As `schema`, of JSON lines; all files are looked at."""
    source = (f"read_json('{folder}/**/*.json', format = 'newline_delimited', union_by_name = true, hive_partitioning = true, "
              "sample_size = -1, maximum_sample_files = 1000000)")
    return [(row[0], row[1]) for row in duckdb.sql(f"DESCRIBE SELECT * FROM {source}").fetchall()]


def main():
    task, data, output = sys.argv[1:]
    if task == "T9o":
        schemas.write(output, objects_schema(f"{data}/objects"))
        return
    if task in ("T9", "T9d"):
        schemas.write(output, schema(f"{data}/{'lake' if task == 'T9' else 'lake_drift'}"))
        return
    if task != "S1":
        duckdb.sql("SET preserve_insertion_order = false")
    query, form = queries(data)[task]
    duckdb.sql(f"COPY ({query}) TO '{output}' ({form})")


if __name__ == "__main__":
    main()
