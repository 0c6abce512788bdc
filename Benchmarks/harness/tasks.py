"""What is measured: each task's inputs, the columns of its answer, and the goals that part 2 of the project set."""

from dataclasses import dataclass, field

FLIGHTS = {name: "number" for name in (
    "year month day dep_time sched_dep_time dep_delay arr_time sched_arr_time arr_delay carrier flight tailnum origin dest "
    "air_time distance hour minute time_hour").split()}
FLIGHTS |= {"carrier": "text", "tailnum": "text", "origin": "text", "dest": "text", "time_hour": "time"}
SPEED = {"flight_date": "time", "carrier": "text", "flight": "number", "origin": "text", "dest": "text", "gain": "number",
         "hours": "number", "mph": "number", "dep_epoch": "number"}
# What a program says of a table: a line for each column. Types are integer, number, text, time or truth.
SCHEMA = {"column": "text", "type": "text"}
ROUTES = {"origin": "text", "dest": "text", "n": "number", "avg_air": "number", "min_dep": "number", "max_dep": "number", "dist": "number"}


@dataclass(frozen=True)
class Task:
    """`columns` are the answer's, with the kinds of answers.py. Goals: how many times the best peer's speed, and what bounds hold."""

    name: str
    title: str
    inputs: tuple
    columns: dict = field(hash=False)
    ratio_goal: float = 1.2
    peak_goal_mb: float | None = None
    seconds_goal: float | None = None
    order: tuple = ()

    @property
    def source(self):
        """The input that speeds are given for."""
        return self.inputs[0]


TASKS = {task.name: task for task in (
    Task("T1", "CSV, filter, compute, CSV", ("flights.csv",), SPEED, ratio_goal=2, peak_goal_mb=150),
    Task("T2", "CSV with types to Parquet", ("flights.csv",), FLIGHTS, peak_goal_mb=150),
    Task("T3", "CSV, aggregate", ("flights.csv",),
         {"carrier": "text", "month": "number", "n": "number", "n_arr": "number", "avg_dep": "number", "max_arr": "number",
          "dist": "number"},
         ratio_goal=3),
    Task("T4", "nested JSON lines, filter, to CSV", ("events.jsonl",),
         {"id": "number", "type": "text", "created_at": "time", "login": "text", "repo_id": "number", "repo": "text", "size": "number",
          "message": "text"}, peak_goal_mb=150),
    Task("T5", "nested JSON lines, aggregate", ("events.jsonl",), {"repo": "text", "n": "number", "size": "number"}),
    Task("T6", "gzip CSV, filter, gzip CSV", ("flights.csv.gz",), FLIGHTS, ratio_goal=2, peak_goal_mb=150),
    Task("T9", "2,000 CSV files, the schema", ("lake",), SCHEMA, ratio_goal=10, peak_goal_mb=100),
    Task("T9d", "2,000 CSV files that drift, the schema", ("lake_drift",), SCHEMA, ratio_goal=10, peak_goal_mb=100),
    Task("T9o", "100,000 small JSON objects, the schema", ("objects",), SCHEMA, ratio_goal=10),
    Task("T9b", "2,000 CSV files, aggregate", ("lake",), {"year": "number", "carrier": "text", "n": "number", "dist": "number"}),
    Task("T10", "T1 on 11,500 rows", ("small.csv",), SPEED, peak_goal_mb=150, seconds_goal=0.020),
    Task("D1", "CSV, filter, compute, CSV by month", ("flights.csv",), FLIGHTS | {"gain": "number", "speed": "number"}),
    Task("J1", "flights with airline, plane, airport and weather",
         ("flights.csv", "airlines.csv", "planes.csv", "airports.csv", "weather.csv"),
         {"flight_date": "time", "carrier": "text", "airline": "text", "flight": "number", "tailnum": "text", "manufacturer": "text",
          "model": "text", "seats": "number", "origin": "text", "dest": "text", "dest_name": "text", "lat": "number", "lon": "number",
          "dep_delay": "number", "temp": "number", "wind_speed": "number", "visib": "number"}),
    Task("K1", "latest row of each account", ("updates.csv",),
         {"account": "text", "updated_at": "time", "revision": "number", "state": "text", "balance": "number", "city": "text",
          "email": "text"}),
    Task("P1", "Parquet, filter, Parquet", ("flights.parquet",), FLIGHTS),
    Task("P2", "Parquet, aggregate", ("flights.parquet",), ROUTES),
    Task("Q1", "quoted CSV of several lines a record, to Parquet", ("texts.csv",),
         {"id": "number", "posted_at": "time", "rating": "number", "price": "number", "verified": "truth", "author": "text",
          "title": "text", "body": "text"}),
    Task("Q2", "quoted CSV of several lines a record, filter, CSV", ("texts.csv",),
         {"id": "number", "posted_at": "time", "rating": "number", "price": "number", "title": "text", "body": "text"}),
    Task("X1", "Parquet to CSV", ("flights.parquet",), FLIGHTS),
    Task("N1", "nested JSON lines to Parquet", ("events.jsonl",),
         {"id": "number", "type": "text", "created_at": "time", "login": "text", "repo_id": "number", "repo": "text", "size": "number",
          "public": "truth"}),
    Task("S1", "CSV, sorted by two columns, CSV", ("flights.csv",), FLIGHTS, order=("tailnum", "time_hour")),
)}
