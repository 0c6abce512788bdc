"""What is measured: the delayed-flights job, by each program, and the start-up of commands that have nearly nothing to do."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

HERE = Path(__file__).resolve().parent.parent


@dataclass
class Job:
    """One program's way to do the job. `prepare` empties the place that `command` writes to and is not measured."""

    name: str
    command: list
    environment: dict
    output: Path
    prepare: Callable[[], None]


def jobs(sluice: Path, data: Path, work: Path):
    return [
        sluice_job("Sluice, through a stream of 4 shards", "delayed-flights-stream.yaml", sluice, data, work / "sluice-stream"),
        sluice_job("Sluice, without a stream", "delayed-flights-files.yaml", sluice, data, work / "sluice-files"),
        peer_job("DuckDB", "duckdb_delayed_flights.py", data, work / "duckdb"),
        peer_job("Polars", "polars_delayed_flights.py", data, work / "polars"),
    ]


def sluice_job(name, definition, sluice, data, folder):
    """Each run has a fresh state directory: the stream is written and synced to disk within the measured time."""
    pipeline = folder / "pipeline.yaml"

    def prepare():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        text = (HERE / "pipelines" / definition).read_text()
        pipeline.write_text(text.replace("INPUT", str(data)))

    home = folder / "home"
    command = [sluice, "run", pipeline, "--home", home, "--quiet"]
    return Job(name, command, {}, home / "tables" / "flights" / "delayed", prepare)


def peer_job(name, script, data, folder):
    def prepare():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    return Job(name, [sys.executable, HERE / "peers" / script, data, folder / "out"], {}, folder / "out", prepare)


def startups(sluice: Path, home: Path):
    """Commands whose time is nearly all start-up, by name."""
    return {
        "sluice --version": [sluice, "--version"],
        "sluice catalog tables": [sluice, "catalog", "tables", "--home", home],
        "python3 -c pass": [sys.executable, "-c", "pass"],
        "python3 -c 'import duckdb'": [sys.executable, "-c", "import duckdb"],
        "python3 -c 'import polars'": [sys.executable, "-c", "import polars"],
    }
