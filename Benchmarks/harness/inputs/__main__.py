"""python3 inputs PATH NAME [COPIES]: makes one input at PATH; its parts come from, and go to, the folder of PATH."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from inputs import dimensions, ensure, events, flights, lake, objects, parquet, texts, updates  # noqa: E402

MAKERS = {
    "flights.csv": flights.make,
    "flights.csv.gz": lambda path: flights.make_gzip(path, ensure(path.parent, "flights.csv")),
    "flights.parquet": lambda path: parquet.make(path, ensure(path.parent, "flights.csv")),
    "small.csv": lambda path: flights.make_small(path, ensure(path.parent, "flights.csv")),
    "events.jsonl": events.make,
    "lake": lake.make,
    "lake_drift": lake.make_drift,
    "objects": objects.make,
    "airlines.csv": dimensions.make,
    "airports.csv": dimensions.make,
    "planes.csv": dimensions.make,
    "weather.csv": dimensions.make_weather,
    "updates.csv": updates.make,
    "texts.csv": texts.make,
}

path, name, *more = sys.argv[1:]
MAKERS[name](Path(path), *map(int, more))
