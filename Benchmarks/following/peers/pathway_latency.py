"""The work of the latency for Pathway. INPUT, OUTPUT, STATE (paths) and EVERY (milliseconds of a commit) are in the environment."""

import json
import os
import time

import pathway as pw


class Event(pw.Schema):
    made: float
    status: int
    bytes: int


class GrowingFile(pw.io.python.ConnectorSubject):
    """Lines of a file that others append to; Pathway's own reader of files reads one anew that has changed."""

    def run(self):
        rest = b""
        with open(os.environ["INPUT"], "rb") as file:
            while True:
                read = file.read(1 << 20)
                *lines, rest = (rest + read).split(b"\n")
                for line in lines:
                    self.next(**json.loads(line))
                if not read:
                    time.sleep(0.002)


events = pw.io.python.read(GrowingFile(), schema=Event, autocommit_duration_ms=int(os.environ["EVERY"]), name="events")
rows = events.filter(pw.this.status == 200).select(pw.this.made, pw.this.bytes, kib=pw.this.bytes / 1024)
pw.io.jsonlines.write(rows, os.environ["OUTPUT"])
backend = pw.persistence.Backend.filesystem(os.environ["STATE"])
config = pw.persistence.Config(backend, snapshot_interval_ms=int(os.environ["EVERY"]))
pw.run(persistence_config=config, monitoring_level=pw.MonitoringLevel.NONE)
