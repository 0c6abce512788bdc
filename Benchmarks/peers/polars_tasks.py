"""The tasks in Polars, lazy, with its streaming engine and sinks: python3 polars_tasks.py TASK DATA OUTPUT

Types are declared. Times are read as text and then parsed, which Polars does several times faster than a typed CSV column.
"""

import sys
from pathlib import Path

import polars
from polars import Boolean, Decimal, Float64, Int32, Int64, List, String, Struct, col

sys.path.append(str(Path(__file__).resolve().parent.parent / "harness"))
import schemas  # noqa: E402

FLIGHTS = dict.fromkeys(
    "year month day dep_time sched_dep_time dep_delay arr_time sched_arr_time arr_delay carrier flight tailnum origin dest "
    "air_time distance hour minute time_hour".split(), Int32)
FLIGHTS |= dict.fromkeys(("carrier", "tailnum", "origin", "dest", "time_hour"), String)
LAKE = {name: kind for name, kind in FLIGHTS.items() if name not in ("year", "month", "day")}
AIRPORTS = {"faa": String, "name": String, "lat": Float64, "lon": Float64, "alt": Int32, "tz": Int32, "dst": String, "tzone": String}
PLANES = {"tailnum": String, "year": Int32, "type": String, "manufacturer": String, "model": String, "engines": Int32, "seats": Int32,
          "speed": Int32, "engine": String}
WEATHER = {"origin": String, "year": Int32, "month": Int32, "day": Int32, "hour": Int32, "temp": Float64, "dewp": Float64,
           "humid": Float64, "wind_dir": Int32, "wind_speed": Float64, "wind_gust": Float64, "precip": Float64, "pressure": Float64,
           "visib": Float64, "time_hour": String}
UPDATES = {"account": String, "updated_at": String, "revision": Int64, "state": String, "balance": Decimal(12, 2), "city": String,
           "email": String}
TEXTS = {"id": Int64, "posted_at": String, "rating": Int32, "price": Decimal(10, 2), "verified": Boolean, "author": String,
         "title": String, "body": String}
ACTOR = Struct({"login": String})
REPOSITORY = Struct({"id": Int64, "name": String})
PAYLOAD = Struct({"size": Int64, "commits": List(Struct({"message": String}))})
EVENT = {"id": String, "type": String, "created_at": String, "actor": ACTOR, "repo": REPOSITORY, "payload": PAYLOAD}
EVENT_SIZE = {"repo": Struct({"name": String}), "payload": Struct({"size": Int64})}

SECONDS = "%Y-%m-%dT%H:%M:%SZ"
FRACTIONS = "%Y-%m-%dT%H:%M:%S%.fZ"


def csv(name, schema):
    return polars.scan_csv(f"{data}/{name}", schema=schema)


def flights():
    return csv("flights.csv", FLIGHTS)


def time(name, pattern=SECONDS):
    return col(name).str.to_datetime(pattern, time_unit="us")


def mph_and_more(frame):
    return frame.filter(col("arr_delay").is_not_null() & (col("distance") >= 500)).select(
        polars.date("year", "month", "day").alias("flight_date"), "carrier", "flight", "origin", "dest",
        gain=col("dep_delay") - col("arr_delay"),
        hours=(col("air_time") / 60).round(2),
        mph=(col("distance") * 60 / col("air_time")).floor(),
        dep_epoch=time("time_hour").dt.epoch("s"))


def T1():
    return mph_and_more(flights())


def T2():
    return flights().with_columns(time("time_hour"))


def T3():
    return flights().group_by("carrier", "month").agg(
        n=polars.len(), n_arr=col("arr_delay").count(), avg_dep=col("dep_delay").mean(), max_arr=col("arr_delay").max(),
        dist=col("distance").cast(Int64).sum())


def T4():
    payload = col("payload").struct
    return (
        polars.scan_ndjson(f"{data}/events.jsonl", schema=EVENT)
        .filter(col("type").is_in(["PushEvent", "IssueCommentEvent", "IssuesEvent"]))
        .select(
            "id", "type", time("created_at"), col("actor").struct.field("login"), col("repo").struct.field("id").alias("repo_id"),
            col("repo").struct.field("name").alias("repo"), payload.field("size"),
            payload.field("commits").list.get(0, null_on_oob=True).struct.field("message")))


def T5():
    return (
        polars.scan_ndjson(f"{data}/events.jsonl", schema=EVENT_SIZE)
        .select(repo=col("repo").struct.field("name"), size=col("payload").struct.field("size"))
        .group_by("repo").agg(
            n=polars.len(),
            # The sum of nothing is null, as in SQL.
            size=polars.when(col("size").count() > 0).then(col("size").sum())))


def T6():
    return csv("flights.csv.gz", FLIGHTS).filter(col("origin") == "JFK").with_columns(time("time_hour"))


def T9b():
    # No Hive columns for CSV in Polars: the year comes out of the file's path, once a file and carrier.
    return (
        polars.scan_csv(f"{data}/lake/**/*.csv", schema=LAKE, include_file_paths="path")
        .group_by("path", "carrier").agg(n=polars.len(), dist=col("distance").cast(Int64).sum())
        .group_by(col("path").str.extract(r"year=(\d+)").alias("year"), "carrier").agg(col("n").sum(), col("dist").sum()))


def T10():
    return mph_and_more(csv("small.csv", FLIGHTS))


def D1():
    return flights().filter(col("arr_delay") > 15).with_columns(
        time("time_hour"), gain=col("dep_delay") - col("arr_delay"), speed=col("distance") * 60 / col("air_time"))


def J1():
    return (
        flights().with_columns(time("time_hour"))
        .join(csv("airlines.csv", {"carrier": String, "name": String}).rename({"name": "airline"}), on="carrier", how="left")
        .join(csv("planes.csv", PLANES).select("tailnum", "manufacturer", "model", "seats"), on="tailnum", how="left")
        .join(csv("airports.csv", AIRPORTS).select("faa", "lat", "lon", dest_name="name"), left_on="dest", right_on="faa", how="left")
        .join(
            csv("weather.csv", WEATHER).select("origin", time("time_hour"), "temp", "wind_speed", "visib"),
            on=["origin", "time_hour"], how="left")
        .select(
            polars.date("year", "month", "day").alias("flight_date"), "carrier", "airline", "flight", "tailnum", "manufacturer", "model",
            "seats", "origin", "dest", "dest_name", "lat", "lon", "dep_delay", "temp", "wind_speed", "visib"))


def K1():
    # No two rows have the same time. A third less CPU time than sort_by and last in a group, half of a sort and unique.
    updates = csv("updates.csv", UPDATES).with_columns(time("updated_at", FRACTIONS))
    latest = updates.group_by("account").agg(col("updated_at").max())
    return updates.join(latest, on=["account", "updated_at"], how="semi")


def P1():
    return polars.scan_parquet(f"{data}/flights.parquet").filter((col("carrier") == "UA") & (col("arr_delay") > 30))


def P2():
    return polars.scan_parquet(f"{data}/flights.parquet").group_by("origin", "dest").agg(
        n=polars.len(), avg_air=col("air_time").mean(), min_dep=col("dep_delay").min(), max_dep=col("dep_delay").max(),
        dist=col("distance").cast(Int64).sum())


def Q1():
    return csv("texts.csv", TEXTS).with_columns(time("posted_at"))


def Q2():
    return csv("texts.csv", TEXTS).filter(col("rating") >= 4).select("id", time("posted_at"), "rating", "price", "title", "body")


def X1():
    return polars.scan_parquet(f"{data}/flights.parquet")


def N1():
    schema = EVENT | {"payload": Struct({"size": Int64}), "public": Boolean}
    repository = col("repo").struct
    return polars.scan_ndjson(f"{data}/events.jsonl", schema=schema).select(
        "id", "type", time("created_at"), col("actor").struct.field("login"), repository.field("id").alias("repo_id"),
        repository.field("name").alias("repo"), col("payload").struct.field("size"), "public")


def S1():
    return flights().with_columns(time("time_hour")).sort("tailnum", "time_hour", nulls_last=True)


def schema(folder):
    """Polars infers one file at a time from all of its rows; the types of a column are put together here, the keys come out of the paths."""
    types, keys = {}, {}
    for file in sorted(Path(folder).rglob("*.csv")):
        found = polars.scan_csv(file, infer_schema_length=None, try_parse_dates=True).collect_schema()
        for name, kind in found.items():
            types.setdefault(name, set()).add(schemas.kind(str(kind)))
        for part in file.relative_to(folder).parts[:-1]:
            key, _, value = part.partition("=")
            keys.setdefault(key, set()).add(value)
    whole = {key: "integer" if all(value.isdigit() for value in values) else "text" for key, values in keys.items()}
    return [(name, schemas.joined(kinds)) for name, kinds in types.items()] + list(whole.items())


def objects_schema(folder):
    """As `schema`, of JSON lines."""
    types, keys = {}, {}
    for file in sorted(Path(folder).rglob("*.json")):
        for name, kind in polars.read_ndjson(file, infer_schema_length=None).schema.items():
            types.setdefault(name, set()).add(schemas.kind(str(kind)))
        for part in file.relative_to(folder).parts[:-1]:
            key, _, value = part.partition("=")
            keys.setdefault(key, set()).add(value)
    # Polars leaves times in JSON as texts.
    types["at"] = {"time"} if types["at"] == {"text"} else types["at"]
    whole = {key: "integer" if all(value.isdigit() for value in values) else "time" for key, values in keys.items()}
    return [(name, schemas.joined(kinds)) for name, kinds in types.items()] + list(whole.items())


task, data, output = sys.argv[1:]
if task == "T9o":
    schemas.write(output, objects_schema(f"{data}/objects"))
    sys.exit()
if task in ("T9", "T9d"):
    schemas.write(output, schema(f"{data}/{'lake' if task == 'T9' else 'lake_drift'}"))
    sys.exit()
frame = globals()[task]()
ordered = {"maintain_order": task == "S1", "engine": "streaming"}
if task in ("T2", "P1", "P2", "Q1", "N1"):
    frame.sink_parquet(output, compression="snappy", **ordered)
elif task == "T6":
    frame.sink_csv(output, compression="gzip", check_extension=False, **ordered)
elif task == "D1":
    frame.sink_csv(polars.PartitionBy(output, key="month", include_key=False), mkdir=True, **ordered)
else:
    frame.sink_csv(output, **ordered)
