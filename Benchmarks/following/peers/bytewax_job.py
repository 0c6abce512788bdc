"""The work for Bytewax: `python -m bytewax.run` takes `flow` from here. INPUT and OUTPUT are paths in the environment."""

import json
import os
from datetime import datetime, timedelta, timezone
from pathlib import Path

import bytewax.operators as op
import bytewax.operators.windowing as win
from bytewax.connectors.files import FileSink, FileSource
from bytewax.dataflow import Dataflow
from bytewax.operators.windowing import EventClock, TumblingWindower


def parse(lines):
    """Keeps good answers; the size in KiB is the derived column."""
    for line in lines:
        row = json.loads(line)
        if row["status"] == 200:
            yield row["page"], (datetime.fromisoformat(row["at"] + "+00:00"), row["bytes"] / 1024)


def add(total, row):
    return total[0] + 1, total[1] + row[1]


def merge(a, b):
    return a[0] + b[0], a[1] + b[1]


def line(item):
    page, (window, (count, size)) = item
    return page, json.dumps({"window": window, "page": page, "views": count, "kib": size})


flow = Dataflow("following")
lines = op.input("in", flow, FileSource(Path(os.environ["INPUT"]), batch_size=2000))
rows = op.flat_map_batch("parse", lines, parse)
clock = EventClock(ts_getter=lambda row: row[0], wait_for_system_duration=timedelta(seconds=5))
minutes = TumblingWindower(length=timedelta(minutes=1), align_to=datetime(2024, 1, 1, tzinfo=timezone.utc))
windows = win.fold_window("window", rows, clock, minutes, builder=lambda: (0, 0.0), folder=add, merger=merge)
op.output("out", op.map("line", windows.down, line), FileSink(Path(os.environ["OUTPUT"])))
