"""The inputs of the benchmark, each made once into the cache by a function of the cache's path, the same bytes every time."""

import shutil

from . import dimensions, events, flights, lake, parquet, texts, updates

MAKERS = {
    "flights.csv": lambda path: flights.make(path, flights.COPIES),
    "flights.csv.gz": lambda path: flights.make_gzip(path, ensure(path.parent, "flights.csv")),
    "flights.parquet": lambda path: parquet.make(path, ensure(path.parent, "flights.csv")),
    "small.csv": lambda path: flights.make_small(path, ensure(path.parent, "flights.csv")),
    "events.jsonl": events.make,
    "lake": lake.make,
    "lake_drift": lake.make_drift,
    "airlines.csv": dimensions.make,
    "airports.csv": dimensions.make,
    "planes.csv": dimensions.make,
    "weather.csv": dimensions.make_weather,
    "updates.csv": updates.make,
    "texts.csv": texts.make,
}


def ensure(cache, name):
    """The path of an input, made if it is not there yet. An interrupted run leaves no half input."""
    target = cache / name
    if target.exists():
        return target
    print(f"making {name}", flush=True)
    unfinished = cache / ("making-" + name)
    remove(unfinished)
    MAKERS[name](unfinished)
    unfinished.rename(target)
    return target


def remove(path):
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def warm(path):
    """Reads an input once, so that every program finds it in the page cache. Returns its size in bytes."""
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    size = 0
    for file in files:
        with file.open("rb", buffering=0) as stream:
            while chunk := stream.read(4 << 20):
                size += len(chunk)
    return size
