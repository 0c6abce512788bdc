"""The work for Pathway. INPUT (a directory), OUTPUT and STATE are paths in the environment."""

import os
from datetime import timedelta

import pathway as pw


class Event(pw.Schema):
    at: str
    user: str
    page: str
    bytes: int
    status: int


events = pw.io.jsonlines.read(os.environ["INPUT"], schema=Event, mode="static", name="events")
good = events.filter(pw.this.status == 200)
rows = good.select(at=pw.this.at.dt.strptime("%Y-%m-%dT%H:%M:%S.%f", contains_timezone=False), page=pw.this.page, kib=pw.this.bytes / 1024)
windows = rows.windowby(pw.this.at, window=pw.temporal.tumbling(duration=timedelta(minutes=1)), instance=pw.this.page).reduce(
    window=pw.this._pw_window_start, page=pw.this._pw_instance, views=pw.reducers.count(), kib=pw.reducers.sum(pw.this.kib))
pw.io.jsonlines.write(windows, os.environ["OUTPUT"])
backend = pw.persistence.Backend.filesystem(os.environ["STATE"])
pw.run(persistence_config=pw.persistence.Config(backend), monitoring_level=pw.MonitoringLevel.NONE)
