"""The tasks in chDB, the embedded ClickHouse, from file() and INTO OUTFILE: python3 chdb_tasks.py TASK DATA OUTPUT

Types are declared. Every column that may be empty is Nullable; a left join gives null where it finds nothing, as SQL has it.
"""

import json
import sys
from pathlib import Path

import chdb

sys.path.append(str(Path(__file__).resolve().parent.parent / "harness"))
import schemas  # noqa: E402

NUMBERS = "year month day sched_dep_time sched_arr_time flight distance hour minute"
NULLABLE_NUMBERS = "dep_time dep_delay arr_time arr_delay air_time"
ORDER = ("year month day dep_time sched_dep_time dep_delay arr_time sched_arr_time arr_delay carrier flight tailnum origin dest "
         "air_time distance hour minute time_hour").split()
KINDS = {
    **dict.fromkeys(NUMBERS.split(), "Int32"), **dict.fromkeys(NULLABLE_NUMBERS.split(), "Nullable(Int32)"),
    **dict.fromkeys(("carrier", "origin", "dest"), "String"), "tailnum": "Nullable(String)", "time_hour": "DateTime('UTC')"}
FLIGHTS = ", ".join(f"{name} {KINDS[name]}" for name in ORDER)
LAKE = ", ".join(f"{name} {KINDS[name]}" for name in ORDER[3:])
AIRLINES = "carrier String, name String"
AIRPORTS = "faa String, name String, lat Float64, lon Float64, alt Int32, tz Nullable(Int32), dst Nullable(String), tzone Nullable(String)"
PLANES = ("tailnum String, year Nullable(Int32), type String, manufacturer String, model String, engines Int32, seats Int32, "
          "speed Nullable(Int32), engine String")
WEATHER = ("origin String, year Int32, month Int32, day Int32, hour Int32, temp Nullable(Float64), dewp Nullable(Float64), "
           "humid Nullable(Float64), wind_dir Nullable(Int32), wind_speed Nullable(Float64), wind_gust Nullable(Float64), "
           "precip Nullable(Float64), pressure Nullable(Float64), visib Nullable(Float64), time_hour DateTime('UTC')")
UPDATES = ("account String, updated_at DateTime64(3, 'UTC'), revision Int64, state String, balance Nullable(Decimal(12, 2)), "
           "city Nullable(String), email String")
TEXTS = ("id Int64, posted_at DateTime('UTC'), rating Nullable(Int32), price Decimal(10, 2), verified Bool, author String, title String, "
         "body Nullable(String)")
REPOSITORY = "repo Tuple(id Int64, name String)"
PAYLOAD = "payload Tuple(size Nullable(Int64), commits Array(Tuple(message String)))"
EVENT = f"id String, type String, created_at DateTime('UTC'), actor Tuple(login String), {REPOSITORY}, {PAYLOAD}"
EVENT_FLAT = (f"id String, type String, created_at DateTime('UTC'), actor Tuple(login String), {REPOSITORY}, "
              "payload Tuple(size Nullable(Int64)), public Bool")
EVENT_SIZE = "repo Tuple(name String), payload Tuple(size Nullable(Int64))"

MPH_AND_MORE = """
    SELECT makeDate(year, month, day) AS flight_date, carrier, flight, origin, dest, dep_delay - arr_delay AS gain,
        round(air_time / 60, 2) AS hours, floor(distance * 60 / air_time) AS mph, toUnixTimestamp(time_hour) AS dep_epoch
    FROM {} WHERE arr_delay IS NOT NULL AND distance >= 500"""


def file(name, form, columns):
    quoted = columns.replace("'", "''")
    return f"file('{data}/{name}', '{form}', '{quoted}')"


def csv(name, columns):
    return file(name, "CSVWithNames", columns)


def joined():
    return f"""
        SELECT makeDate(f.year, f.month, f.day) AS flight_date, f.carrier AS carrier, a.name AS airline, f.flight AS flight,
            f.tailnum AS tailnum, p.manufacturer AS manufacturer, p.model AS model, p.seats AS seats, f.origin AS origin, f.dest AS dest,
            d.name AS dest_name, d.lat AS lat, d.lon AS lon, f.dep_delay AS dep_delay, w.temp AS temp, w.wind_speed AS wind_speed,
            w.visib AS visib
        FROM {csv('flights.csv', FLIGHTS)} AS f
        LEFT JOIN {csv('airlines.csv', AIRLINES)} AS a ON f.carrier = a.carrier
        LEFT JOIN {csv('planes.csv', PLANES)} AS p ON f.tailnum = p.tailnum
        LEFT JOIN {csv('airports.csv', AIRPORTS)} AS d ON f.dest = d.faa
        LEFT JOIN {csv('weather.csv', WEATHER)} AS w ON f.origin = w.origin AND f.time_hour = w.time_hour"""


def query(task):
    flights = csv("flights.csv", FLIGHTS)
    flights_parquet = f"file('{data}/flights.parquet', 'Parquet')"
    match task:
        case "T1":
            return MPH_AND_MORE.format(flights)
        case "T2":
            return f"SELECT * FROM {flights}"
        case "T3":
            return f"""SELECT carrier, month, count() AS n, count(arr_delay) AS n_arr, avg(dep_delay) AS avg_dep,
                max(arr_delay) AS max_arr, sum(distance) AS dist FROM {flights} GROUP BY carrier, month"""
        case "T4":
            return f"""SELECT id, type, created_at, actor.login AS login, repo.id AS repo_id, repo.name AS repo, payload.size AS size,
                payload.commits[1].message AS message FROM {file('events.jsonl', 'JSONEachRow', EVENT)}
                WHERE type IN ('PushEvent', 'IssueCommentEvent', 'IssuesEvent')"""
        case "T5":
            return f"""SELECT repo.name AS repo, count() AS n, sum(payload.size) AS size
                FROM {file('events.jsonl', 'JSONEachRow', EVENT_SIZE)} GROUP BY repo.name"""
        case "T6":
            return f"SELECT * FROM {csv('flights.csv.gz', FLIGHTS)} WHERE origin = 'JFK'"
        case "T9b":
            return f"""SELECT toInt32(extract(_path, 'year=(\\\\d+)')) AS year, carrier, count() AS n, sum(distance) AS dist
                FROM {csv('lake/**/*.csv', LAKE)} GROUP BY year, carrier"""
        case "T10":
            return MPH_AND_MORE.format(csv("small.csv", FLIGHTS))
        case "J1":
            return joined()
        case "K1":
            names = "updated_at, revision, state, balance, city, email"
            return f"""SELECT account, r.1 AS updated_at, r.2 AS revision, r.3 AS state, r.4 AS balance, r.5 AS city, r.6 AS email FROM (
                SELECT account, argMax(({names}), updated_at) AS r FROM {csv('updates.csv', UPDATES)} GROUP BY account)"""
        case "P1":
            return f"SELECT * FROM {flights_parquet} WHERE carrier = 'UA' AND arr_delay > 30"
        case "P2":
            return f"""SELECT origin, dest, count() AS n, avg(air_time) AS avg_air, min(dep_delay) AS min_dep, max(dep_delay) AS max_dep,
                sum(distance) AS dist FROM {flights_parquet} GROUP BY origin, dest"""
        case "Q1":
            return f"SELECT * FROM {csv('texts.csv', TEXTS)}"
        case "Q2":
            return f"SELECT id, posted_at, rating, price, title, body FROM {csv('texts.csv', TEXTS)} WHERE rating >= 4"
        case "X1":
            return f"SELECT * FROM {flights_parquet}"
        case "N1":
            return f"""SELECT id, type, created_at, actor.login AS login, repo.id AS repo_id, repo.name AS repo, payload.size AS size,
                public FROM {file('events.jsonl', 'JSONEachRow', EVENT_FLAT)}"""
        case "S1":
            return f"SELECT * FROM {flights} ORDER BY tailnum NULLS LAST, time_hour"


INFERENCE = ("schema_inference_mode = 'union', use_hive_partitioning = 1, input_format_max_rows_to_read_for_schema_inference = 1000000, "
             "schema_inference_make_columns_nullable = 'auto'")


def schema(folder):
    """The schemas of all files are put together; each has fewer rows than are looked at."""
    described = chdb.query(f"DESCRIBE TABLE file('{folder}/**/*.csv', 'CSVWithNames') SETTINGS {INFERENCE}", "JSONCompact")
    return [(row[0], row[1]) for row in json.loads(str(described))["data"]]


def objects_schema(folder):
    described = chdb.query(f"DESCRIBE TABLE file('{folder}/**/*.json', 'JSONEachRow') SETTINGS {INFERENCE}", "JSONCompact")
    return [(row[0], row[1]) for row in json.loads(str(described))["data"]]


task, data, output = sys.argv[1:]
if task == "T9o":
    found = objects_schema(f"{data}/objects")
    # The keys of the directories are virtual columns, which are not described.
    schemas.write(output, found + [(key, kind) for key, kind in (("day", "Date"), ("hour", "Int64")) if key not in dict(found)])
    sys.exit()
if task in ("T9", "T9d"):
    try:
        found = schema(f"{data}/{'lake' if task == 'T9' else 'lake_drift'}")
    except RuntimeError as error:
        # A column of several types is none that ClickHouse infers.
        sys.exit(print(error, file=sys.stderr) or 2)
    # The keys of the directories are virtual columns, which are not described.
    schemas.write(output, found + [(key, "Int64") for key in ("year", "month", "day") if key not in dict(found)])
    sys.exit()
compression = " COMPRESSION 'gzip'" if task == "T6" else ""
form = "Parquet" if task in ("T2", "P1", "P2", "Q1", "N1") else "CSVWithNames"
settings = "join_use_nulls = 1, format_csv_null_representation = '', output_format_parquet_compression_method = 'snappy'"
chdb.query(f"{query(task)} INTO OUTFILE '{output}'{compression} FORMAT {form} SETTINGS {settings}")
