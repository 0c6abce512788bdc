"""The work of the latency for Bytewax: `python -m bytewax.run` takes `flow` from here. INPUT and OUTPUT are paths in the environment."""

import json
import os
from datetime import datetime, timedelta, timezone
from pathlib import Path

import bytewax.operators as op
from bytewax.connectors.files import FileSink
from bytewax.dataflow import Dataflow
from bytewax.inputs import FixedPartitionedSource, StatefulSourcePartition


class GrowingFile(StatefulSourcePartition):
    """Lines of a file that others append to, from a place on; its own source of files ends at the end of the file."""

    def __init__(self, path, place):
        self.file = open(path, "rb")
        self.file.seek(place or 0)
        self.place = place or 0
        self.rest = b""
        self.wakes = None

    def next_batch(self):
        read = self.file.read(1 << 20)
        *lines, self.rest = (self.rest + read).split(b"\n")
        self.place += sum(len(line) + 1 for line in lines)
        self.wakes = None if read else datetime.now(timezone.utc) + timedelta(milliseconds=2)
        return lines

    def next_awake(self):
        return self.wakes

    def snapshot(self):
        return self.place


class GrowingFiles(FixedPartitionedSource):
    def list_parts(self):
        return ["in"]

    def build_part(self, step, part, place):
        return GrowingFile(os.environ["INPUT"], place)


def parse(lines):
    """Keeps good answers; the size in KiB is the derived column."""
    for line in lines:
        row = json.loads(line)
        if row["status"] == 200:
            yield "all", json.dumps({**row, "kib": row["bytes"] / 1024})


flow = Dataflow("latency")
rows = op.flat_map_batch("parse", op.input("in", flow, GrowingFiles()), parse)
op.output("out", rows, FileSink(Path(os.environ["OUTPUT"])))
