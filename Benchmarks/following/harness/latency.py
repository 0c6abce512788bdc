"""How long a record takes from its making to its visible row in an output file, in Sluice and in the peers.

The work: keep the records with `status = 200`, derive a column. The producer is this process; Sluice gets the records through `sluice stream put`,
and its durable stream; the peers follow a file that grows, as they have no stream of their own.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 60
PIPELINE = """
name: latency
source: {stream: live, columns: {made: float64, status: int64, bytes: int64}}
steps:
  - filter: status = 200
  - derive: {kib: bytes / 1024}
sink: {files: out, format: json, mode: append}
"""


class SluiceWork:
    """A producer process and a following run. What the run writes becomes visible as files."""

    def __init__(self, options, folder, every):
        self.folder, self.known = folder, set()
        (folder / "p.yaml").write_text(PIPELINE)
        home = ["--home", "home"]
        subprocess.run([options.sluice, "stream", "create", "live", *home], cwd=folder, check=True, capture_output=True)
        self.producer = subprocess.Popen(
            [options.sluice, "stream", "put", "live", *home], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        self.input = self.producer.stdin
        self.process = subprocess.Popen(
            [options.sluice, "run", "p.yaml", "--follow", "--every", f"{every}ms", "--quiet", *home], cwd=folder)

    def new_lines(self):
        out = self.folder / "out"
        for path in out.glob("part-*") if out.exists() else []:
            if path not in self.known:
                self.known.add(path)
                with open(path) as file:
                    yield from file

    def end(self):
        self.input.close()
        self.producer.wait()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait() == 0, "sluice ended with an error"


class PeerWork:
    """A peer that follows a growing file and appends to another."""

    def __init__(self, folder, command, environment):
        self.input = open(folder / "in.jsonl", "wb")
        self.output, self.place, self.rest = folder / "out.jsonl", 0, b""
        environment = {
            **os.environ, "INPUT": str(folder / "in.jsonl"), "OUTPUT": str(self.output), "STATE": str(folder / "state"), **environment}
        with open(folder / "log", "wb") as log:
            self.process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)

    def new_lines(self):
        if not self.output.exists():
            return
        with open(self.output, "rb") as file:
            file.seek(self.place)
            read = file.read()
        self.place += len(read)
        *lines, self.rest = (self.rest + read).split(b"\n")
        yield from lines

    def end(self):
        self.input.close()
        self.process.kill()
        self.process.wait()


def bytewax(options, folder, every):
    """Its snapshots are whole seconds apart at least; what it writes does not wait for them."""
    recovery = folder / "recovery"
    recovery.mkdir()
    subprocess.run([sys.executable, "-m", "bytewax.recovery", str(recovery), "1"], check=True, capture_output=True)
    command = [sys.executable, "-m", "bytewax.run", f"{HERE}/peers/bytewax_latency.py:flow", "-r", str(recovery), "-s", str(max(1, every // 1000)), "-b", "0"]
    return PeerWork(folder, command, {})


def pathway(options, folder, every):
    return PeerWork(folder, [sys.executable, f"{HERE}/peers/pathway_latency.py"], {"EVERY": str(every), "PATHWAY_THREADS": "2"})


WORKS = {"sluice": SluiceWork, "bytewax": bytewax, "pathway": pathway}


def waits_of(work, rate, seconds):
    """Waits of all records in seconds, ascending, once a first row has come through."""
    warm_up(work)
    sent, waits = 0, []
    began = time.time()
    while len(waits) < rate * seconds:
        assert work.process.poll() is None, "it ended"
        now = time.time()
        assert now < began + seconds + PATIENCE_SECONDS, f"{len(waits)} of {rate * seconds} rows came"
        due = min(int((now - began) * rate), rate * seconds)
        if due > sent:
            put(work, now, range(sent, due))
            sent = due
        seen = time.time()
        waits += [seen - row["made"] for row in map(json.loads, work.new_lines()) if row["bytes"] >= 0]
        time.sleep(0.002)
    return sorted(waits)


def warm_up(work):
    """Sends records until the first row is visible: programs that start slowly are not punished for it."""
    began = time.time()
    while not list(work.new_lines()):
        assert work.process.poll() is None, "it ended"
        assert time.time() < began + PATIENCE_SECONDS, "no row came"
        put(work, time.time(), [-1])
        time.sleep(0.1)


def put(work, now, numbers):
    work.input.write("".join(f'{{"made":{now:.6f},"status":200,"bytes":{n}}}\n' for n in numbers).encode())
    work.input.flush()


def report(options):
    """Prints p50 and p99 of each program, for each interval of its commits in milliseconds."""
    rates = [1_000] if options.quick else [1_000, 10_000]
    seconds = 3 if options.quick else 10
    names = ["sluice", *[name for name in options.peers.split(",") if name]]
    for every in (20, 100) if options.quick else (20, 100, 1_000):
        for rate in rates:
            for name in names:
                print(f"{name:10} commits each {every:5,} ms, {rate:6,} records/s: {measured(name, options, every, rate, seconds)}", flush=True)


def measured(name, options, every, rate, seconds):
    folder = options.cache / "work"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        work = WORKS[name](options, folder, every)
        try:
            waits = waits_of(work, rate, seconds)
        finally:
            work.end()
    except (AssertionError, OSError, subprocess.CalledProcessError) as error:
        if name == "sluice":
            raise
        return f"left out: {error}"
    shutil.rmtree(folder)
    middle, most = [waits[int(len(waits) * part)] * 1000 for part in (0.5, 0.99)]
    return f"a row is visible after {middle:.0f} ms (p50), {most:.0f} ms (p99)"
