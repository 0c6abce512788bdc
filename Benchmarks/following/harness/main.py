"""Measures how long each program takes from its start until all windows that can be closed are in its output, and checks the windows."""

import argparse
import json
import os
import random
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import lasting
import latency

HERE = Path(__file__).resolve().parent.parent
PIPELINE = """
name: following
source: {stream: events, columns: {at: timestamp, page: string, bytes: int64, status: int64}}
steps:
  - filter: status = 200
  - derive: {kib: bytes / 1024}
  - window: {time: at, size: 1 minute, delay: 5 s, by: [page], columns: {views: count(*), kib: sum(kib)}}
sink: {files: out, format: json, mode: append}
"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--sluice", type=Path, required=True)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--peers", default="bytewax,pathway")
    parser.add_argument("--latency", action="store_true", help="instead: the latencies alone")
    parser.add_argument("--endurance", type=int, metavar="MINUTES", help="instead: the memory of a run that lasts so long")
    parser.add_argument("--rate", type=int, default=2_000, help="records a second of --endurance")
    parser.add_argument("--state", type=int, metavar="GROUPS", help="instead: pauses and restart with so many groups in open windows")
    return parser.parse_args()


def make_input(path, count):
    """Records of `count` / 10 a second; a record comes up to two seconds late."""
    if path.exists():
        return
    randoms = random.Random(7)
    start = datetime(2024, 1, 1)
    step = timedelta(milliseconds=1)
    with open(str(path) + ".part", "w") as file:
        for number in range(count):
            at = start + step * max(0, number - randoms.randrange(2000))
            file.write(json.dumps({
                "at": at.isoformat(timespec="milliseconds"), "user": f"u{randoms.randrange(50_000)}", "page": f"/p/{randoms.randrange(1000)}",
                "bytes": randoms.randrange(100_000), "status": 200 if randoms.random() < 0.9 else 500}) + "\n")
    os.rename(str(path) + ".part", path)


def expected(path):
    """Rows of each window, and the newest time."""
    windows, newest = {}, ""
    with open(path) as file:
        for line in file:
            row = json.loads(line)
            newest = max(newest, row["at"])
            if row["status"] == 200:
                windows[row["at"][:16]] = windows.get(row["at"][:16], 0) + 1
    return windows, newest


def closed(windows, newest):
    """The windows that the watermark, five seconds behind the newest, has passed."""
    mark = datetime.fromisoformat(newest) - timedelta(seconds=5)
    return {start: count for start, count in windows.items() if datetime.fromisoformat(start) + timedelta(minutes=1) <= mark}


def sluice(options, source, work, wanted):
    (work / "p.yaml").write_text(PIPELINE)
    home = ["--home", "home"]
    made = subprocess.run([options.sluice, "stream", "create", "events", "--shards", "1", *home], cwd=work, capture_output=True)
    put = subprocess.run([options.sluice, "stream", "put", "events", "--key", "page", *home], cwd=work, stdin=open(source), capture_output=True)
    assert made.returncode == 0 and put.returncode == 0, put.stderr
    out = work / "out"
    began = time.perf_counter()
    process = subprocess.Popen([options.sluice, "run", "p.yaml", "--follow", "--quiet", *home], cwd=work)
    seen, total = {}, 0
    known = set()
    while total < sum(wanted.values()):
        assert process.poll() is None, "sluice ended"
        for path in sorted(out.glob("part-*")) if out.exists() else []:
            if path in known:
                continue
            known.add(path)
            for line in open(path):
                row = json.loads(line)
                seen[row["window_start"][:16]] = seen.get(row["window_start"][:16], 0) + row["views"]
                total += row["views"]
        time.sleep(0.005)
    seconds = time.perf_counter() - began
    process.send_signal(signal.SIGTERM)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, status
    return seconds, usage, seen


def peer(command, environment, output, key, work):
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=work, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    assert status == 0, f"{command} ended with {status}"
    seen = {}
    for line in open(output):
        row = json.loads(line)
        name = key(row)
        seen[name] = seen.get(name, 0) + row["views"] * row.get("diff", 1)
    return seconds, usage, seen


def bytewax(options, source, work, wanted):
    start = datetime(2024, 1, 1)
    recovery = work / "recovery"
    recovery.mkdir()
    subprocess.run([sys.executable, "-m", "bytewax.recovery", str(recovery), "1"], check=True, capture_output=True)
    command = [sys.executable, "-m", "bytewax.run", f"{HERE}/peers/bytewax_job.py:flow", "-r", str(recovery), "-s", "1", "-b", "0", "-w", "2"]
    return peer(
        command, {"INPUT": str(source), "OUTPUT": str(work / "out.jsonl")}, work / "out.jsonl",
        lambda row: (start + timedelta(minutes=row["window"])).isoformat(timespec="minutes"), work)


def pathway(options, source, work, wanted):
    folder = work / "in"
    folder.mkdir()
    os.link(source, folder / "events.jsonl")
    environment = {"INPUT": str(folder), "OUTPUT": str(work / "out.jsonl"), "STATE": str(work / "state"), "PATHWAY_THREADS": "2"}
    return peer(
        [sys.executable, f"{HERE}/peers/pathway_job.py"], environment, work / "out.jsonl", lambda row: str(row["window"])[:16], work)


def measure(name, job, options, source, windows, wanted):
    times, memory, cpu = [], 0, []
    for _ in range(options.repeats):
        work = options.cache / "work"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        seconds, usage, seen = job(options, source, work, wanted)
        for start, count in wanted.items():
            assert seen.get(start) == count, f"{name}: window {start} has {seen.get(start)} of {count} rows"
        times.append(seconds)
        cpu.append(usage.ru_utime + usage.ru_stime)
        memory = max(memory, usage.ru_maxrss >> 10)
        shutil.rmtree(work)
    return {"name": name, "seconds": statistics.median(times), "cpu": statistics.median(cpu), "memory": memory}


def main():
    options = arguments()
    options.cache, options.sluice = options.cache.resolve(), options.sluice.resolve()
    if options.endurance or options.state:
        lasting.endurance(options) if options.endurance else lasting.state(options)
        return
    if options.latency:
        latency.report(options)
        return
    if options.quick:
        options.records, options.repeats = 200_000, 1
    source = options.cache / f"events-{options.records}.jsonl"
    make_input(source, options.records)
    windows, newest = expected(source)
    wanted = closed(windows, newest)
    print(f"{options.records:,} records, {source.stat().st_size / 1e6:.0f} MB; {len(wanted)} of {len(windows)} minutes are closed")
    jobs = {"sluice": sluice, "bytewax": bytewax, "pathway": pathway}
    results = []
    for name in ["sluice", *[name for name in options.peers.split(",") if name]]:
        try:
            results.append(measure(name, jobs[name], options, source, windows, wanted))
        except (ImportError, FileNotFoundError, AssertionError, subprocess.CalledProcessError) as error:
            if name == "sluice":
                raise
            print(f"{name} is left out: {error}")
    print(f"\n{'':10} {'seconds':>8} {'rows/s':>10} {'CPU s':>7} {'MB':>6} {'to Sluice':>10}")
    for row in results:
        ratio = row["seconds"] / results[0]["seconds"]
        print(f"{row['name']:10} {row['seconds']:8.2f} {options.records / row['seconds']:10,.0f} {row['cpu']:7.2f} {row['memory']:6} {ratio:9.2f}x")
    latency.report(options)


if __name__ == "__main__":
    main()
