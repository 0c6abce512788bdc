"""What a following run does over time: its memory over a long run, and the pause of its checkpoints and its restart with much state."""

import json
import os
import shutil
import signal
import subprocess
import time

COUNTS = """
name: lasting
source: {stream: events, columns: {made: float64, at: timestamp, page: string, bytes: int64, status: int64}}
steps:
  - filter: status = 200
  - derive: {kib: bytes / 1024}
  - window: {time: at, size: 1 minute, delay: 5 s, by: [page], columns: {views: count(*), kib: sum(kib)}}
sink: {files: out, format: json, mode: append}
"""

# All rows go both ways: into a window of a day, which stays open, and straight to a file, which shows when an epoch was committed.
STATE = """
name: state
source: {stream: events, columns: {made: float64, at: timestamp, page: string, bytes: int64}}
routes:
  counts:
    steps:
      - window: {time: at, size: 1 day, by: [page], columns: {views: count(*), bytes: sum(bytes)}}
    sink: {files: counts, format: json, mode: append}
  live:
    when: made > 0
    sink: {files: out, format: json, mode: append}
match: all
"""


class Work:
    """A folder with a stream, a producer, and a following run, each a process of its own."""

    def __init__(self, options, definition, *arguments):
        self.options, self.arguments = options, arguments
        self.folder = options.cache / "work"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        (self.folder / "p.yaml").write_text(definition)
        self.call("stream", "create", "events", "--shards", "1")
        self.known = set()
        self.producer = subprocess.Popen(
            [options.sluice, "stream", "put", "events", "--key", "page", "--home", "home"], cwd=self.folder, stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL)

    def call(self, *arguments):
        subprocess.run([self.options.sluice, *arguments, "--home", "home"], cwd=self.folder, check=True, capture_output=True)

    def follow(self):
        self.run = subprocess.Popen(
            [self.options.sluice, "run", "p.yaml", "--follow", "--quiet", *self.arguments, "--home", "home"], cwd=self.folder)

    def put(self, rows):
        self.producer.stdin.write("".join(json.dumps(row) + "\n" for row in rows).encode())
        self.producer.stdin.flush()

    def new_rows(self):
        """Rows that became visible since the last call."""
        assert self.run.poll() is None, "the run ended"
        rows = []
        out = self.folder / "out"
        for path in sorted(out.glob("part-*")) if out.exists() else []:
            if path not in self.known:
                self.known.add(path)
                rows += [json.loads(line) for line in open(path)]
        return rows

    def memory(self):
        """Resident and largest resident memory of the run, in MiB."""
        values = dict(line.split(":", 1) for line in open(f"/proc/{self.run.pid}/status"))
        return [int(values[name].split()[0]) >> 10 for name in ("VmRSS", "VmHWM")]

    def processor(self):
        """Seconds of CPU that the run has taken."""
        parts = open(f"/proc/{self.run.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")

    def end(self):
        self.producer.stdin.close()
        self.producer.wait()
        self.run.send_signal(signal.SIGTERM)
        assert self.run.wait() == 0
        shutil.rmtree(self.folder)


def moment(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f"{seconds % 1:.3f}"[1:]


def endurance(options):
    """Records at a steady rate; prints the memory of each tenth of the time."""
    work = Work(options, COUNTS)
    work.follow()
    began, sent, seen, samples = time.time(), 0, 0, []
    seconds = options.endurance * 60
    while (now := time.time()) < began + seconds:
        due = int((now - began) * options.rate)
        work.put({"made": now, "at": moment(now), "page": f"/p/{n % 1000}", "bytes": n % 100_000, "status": 500 if n % 10 == 0 else 200}
                 for n in range(sent, due))
        sent = due
        samples.append(work.memory()[0])
        seen += sum(row["views"] for row in work.new_rows())
        time.sleep(0.25)
    print(f"{options.endurance} minutes of {options.rate:,} records/s: {sent:,} records, {seen:,} counted in windows that were handed on")
    print(f"CPU {work.processor():.0f} s; largest memory {work.memory()[1]} MB")
    step = max(1, len(samples) // 10)
    for start in range(0, len(samples) - step + 1, step):
        part = samples[start:start + step]
        print(f"  from minute {start * options.endurance / len(samples):5.1f}: {min(part)} to {max(part)} MB")
    work.end()


def latencies(work, seconds, rate=200):
    """Waits of single records to their visible row, in milliseconds, ascending."""
    began, sent, waits = time.time(), 0, []
    while len(waits) < seconds * rate:
        now = time.time()
        due = min(int((now - began) * rate), seconds * rate)
        work.put({"made": now, "at": moment(began), "page": f"new{n % 100}", "bytes": n} for n in range(sent, due))
        sent = due
        rows = work.new_rows()
        seen = time.time()
        waits += [(seen - row["made"]) * 1000 for row in rows]
        time.sleep(0.002)
    return sorted(waits)


def state(options):
    """Waits without state, and with so many open groups; then the time from a start behind a kill to the first row."""
    work = Work(options, STATE, "--every", "50ms", "--memory", "6GiB")
    work.follow()
    describe("no state", latencies(work, 20), work)
    groups = options.state
    now = time.time()
    for start in range(0, groups, 20_000):
        work.put({"made": 0, "at": moment(now), "page": f"user-{n:09d}/with/a/key/of/forty/bytes", "bytes": n}
                 for n in range(start, min(groups, start + 20_000)))
    latencies(work, 1)
    describe(f"{groups:,} groups open", latencies(work, 60), work)
    size = sum(path.stat().st_size for path in (work.folder / "home").rglob("*") if path.is_file() and "streams" not in path.parts)
    print(f"state directory without the stream: {size / 1e6:,.0f} MB")
    work.run.kill()
    work.run.wait()
    work.put([{"made": time.time(), "at": moment(now), "page": "first", "bytes": 1}])
    began = time.time()
    work.follow()
    while not work.new_rows():
        time.sleep(0.002)
    print(f"from the start behind a kill to the first row: {time.time() - began:.2f} s; memory {work.memory()[0]} MB")
    work.end()


def describe(name, waits, work):
    at = [waits[int((len(waits) - 1) * part)] for part in (0.5, 0.99, 1)]
    print(f"{name}: a row is visible after {at[0]:.0f} ms (p50), {at[1]:.0f} ms (p99), {at[2]:.0f} ms (most); memory {work.memory()[0]} MB")
