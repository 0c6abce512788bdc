"""The programs that are measured: how each is called for a task, and where its output is."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import schemas

HERE = Path(__file__).resolve().parent.parent
TITLES = {
    "sluice": "Sluice", "stream": "Sluice, through a stream", "convert": "sluice convert", "recrawl": "Sluice, again",
    "duckdb": "DuckDB", "polars": "Polars",
    "chdb": "ClickHouse (chDB)"}
PEERS = ("duckdb", "polars", "chdb")

# What the program says when a definition or a command asks for what it does not have.
USAGE_EXIT = 2

# What `sluice convert` does by itself: the input, the output's name, and options.
T1_ROWS = (
    "--where", "arr_delay IS NOT NULL AND distance >= 500", "--select",
    "make_date(year, month, day) AS flight_date, carrier, flight, origin, dest, dep_delay - arr_delay AS gain, "
    "round(air_time / 60, 2) AS hours, floor(distance * 60 / air_time) AS mph, epoch_seconds(time_hour) AS dep_epoch")
CONVERSIONS = {
    "T1": ("flights.csv", "out.csv", *T1_ROWS),
    "T10": ("small.csv", "out.csv", *T1_ROWS),
    "T2": ("flights.csv", "out.parquet"),
    "T6": ("flights.csv.gz", "out.csv.gz", "--where", "origin = 'JFK'"),
    "P1": ("flights.parquet", "out.parquet", "--where", "carrier = 'UA' AND arr_delay > 30"),
    "Q1": ("texts.csv", "out.parquet"),
    "X1": ("flights.parquet", "out.csv"),
}


@dataclass(frozen=True)
class Job:
    """One program's way to do one task. `prepare` empties its place and is not measured, nor is `finish`, which makes the answer of what
    the program left in its state."""

    engine: str
    command: tuple
    output: Path
    folder: Path
    definition: tuple = None
    earlier: tuple = None
    answer: tuple = None

    def prepare(self):
        self.clear()
        self.folder.mkdir(parents=True)
        if self.definition:
            path, text = self.definition
            path.write_text(text)
        if self.earlier:
            subprocess.run(self.earlier, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def finish(self):
        if self.answer:
            shown = subprocess.run(self.answer, check=True, capture_output=True, text=True).stdout
            self.output.write_text(schemas.of_table(shown))

    def clear(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def lacks(self, exit_code):
        """Whether a run that failed shows that the program has no such step, format or command yet."""
        return self.engine in ("sluice", "stream", "convert", "recrawl", "chdb") and exit_code == USAGE_EXIT


def job(engine, task, sluice, data, work):
    """The job, or nil where the program has no way to do the task."""
    folder = work / f"{task.name}-{engine}"
    if engine in PEERS:
        script = HERE / "peers" / f"{engine}_tasks.py"
        if task.name == "D1" and engine == "chdb":
            return None
        return Job(engine, (sys.executable, script, task.name, data, folder / "out"), folder / "out", folder)
    if engine == "convert":
        return convert_job(task, sluice, data, folder)
    if task.name in ("T9", "T9d", "T9o"):
        return crawl_job(engine, task, sluice, data, folder)
    if engine == "recrawl":
        return None
    suffix = "-stream" if engine == "stream" else ""
    definition = HERE / "pipelines" / f"{task.name}{suffix}.yaml"
    if not definition.exists():
        return None
    text = definition.read_text().replace("DATA", str(data)).replace("OUTPUT", str(folder / "out"))
    pipeline = folder / definition.name
    command = (sluice, "run", pipeline, "--home", folder / "home", "--quiet")
    return Job(engine, command, folder / "out", folder, (pipeline, text))


def convert_job(task, sluice, data, folder):
    if task.name not in CONVERSIONS:
        return None
    source, target, *options = CONVERSIONS[task.name]
    return Job("convert", (sluice, "convert", data / source, folder / target, *options), folder / target, folder)


def crawl_job(engine, task, sluice, data, folder):
    """A first crawl into a fresh catalog, or a second one of the same files."""
    if engine == "stream":
        return None
    crawl = (sluice, "crawl", data / task.source, "--home", folder / "home", "--json")
    show = (sluice, "catalog", "show", task.source, "--rows", "0", "--home", folder / "home", "--json")
    return Job(engine, crawl, folder / "out", folder, earlier=crawl if engine == "recrawl" else None, answer=show)


def startups(sluice, home):
    """Commands whose time is nearly all start-up, by name."""
    return {
        "sluice --version": (sluice, "--version"),
        "sluice catalog tables": (sluice, "catalog", "tables", "--home", home),
        "python3 -c pass": (sys.executable, "-c", "pass"),
        **{f"python3 -c 'import {name}'": (sys.executable, "-c", f"import {name}") for name in PEERS},
    }
