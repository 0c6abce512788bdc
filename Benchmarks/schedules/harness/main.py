"""Measures what scheduling costs: see README.md."""
import argparse
import datetime
import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import time


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))] if values else float("nan")


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Project:
    """A folder with jobs and a state of its own."""

    def __init__(self, program, folder):
        self.program, self.folder = program, pathlib.Path(folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "catalog").mkdir(parents=True)

    def sluice(self, *words, **more):
        environment = dict(os.environ, SLUICE_HOME=str(self.folder / "home"))
        return subprocess.run([self.program, *words], cwd=self.folder, env=environment, text=True, capture_output=True, **more)

    def json(self, *words):
        found = self.sluice(*words, "--json")
        if found.returncode != 0:
            sys.exit(f"{' '.join(words)}: {found.stderr}")
        return json.loads(found.stdout)

    def up(self):
        environment = dict(os.environ, SLUICE_HOME=str(self.folder / "home"))
        return subprocess.Popen(
            [self.program, "up", "--quiet", "--slots", "64"], cwd=self.folder, env=environment, stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL)

    def wait(self, condition, seconds=120):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                sys.exit("waited too long")
            time.sleep(0.02)


def end(process):
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=120)


def rss(process):
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return float("nan")


BEAT = {"job": "beat", "command": 'echo "$SLUICE_LOGICAL_TIME $(date +%s.%N)" >> beats.txt',
        "schedule": {"at": "* * * * * *", "catch_up": "none", "concurrency": 10}}


def load(project, jobs):
    """Puts jobs into the state; says how long it took."""
    (project.folder / "jobs.jsonl").write_text("\n".join(map(json.dumps, jobs)) + "\n")
    begun = time.monotonic()
    added = project.sluice("schedule", "load", "jobs.jsonl")
    if added.returncode != 0:
        sys.exit(added.stderr)
    return time.monotonic() - begun


def beats(project):
    """Tick and moment of each run of the beat, as its own command wrote them: with the start of two processes."""
    file = project.folder / "beats.txt"
    lines = [line.split() for line in file.read_text().splitlines()] if file.exists() else []
    return [(moment(tick), float(begun)) for tick, begun in lines]


def many(program, work, count):
    """Start-up and memory with many schedules; how late the ticks of one of them are."""
    project = Project(program, f"{work}/many")
    zones = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe"]
    jobs = [
        {"job": f"j{number}", "command": "true",
         "schedule": {"at": f"{number % 60} {number // 60 % 24} * * {number % 7}", "timezone": zones[number % 5], "catch_up": "none"}}
        for number in range(count)]
    adding = load(project, jobs + [BEAT])
    begun, began = time.monotonic(), time.time()
    process = project.up()
    # Ticks since the jobs were added are due, so that the first run begins when the scheduler does.
    project.wait(lambda: beats(project))
    start = time.monotonic() - begun
    # A minute, in which jobs are due beside the beat.
    time.sleep(62 if count > 1000 else 5)
    memory = rss(process)
    end(process)
    ready = began + start + 1
    ticks = [(tick, at) for tick, at in beats(project) if tick > ready]
    rows = [run for run in project.json("schedule", "history", "beat", "--limit", "1000")["runs"] if moment(run["logical_time"]) > ready]
    made = [moment(run["created_at"]) - moment(run["logical_time"]) for run in rows]
    late = [at - tick for tick, at in ticks]
    return {
        "schedules": count, "added in s": adding, "first run after s": start, "memory MB": memory, "ticks": len(ticks),
        "tick in the ledger, late ms p50": 1000 * percentile(made, 0.5), "tick in the ledger, late ms p99": 1000 * percentile(made, 0.99),
        "command begins, late ms p50": 1000 * percentile(late, 0.5), "command begins, late ms p99": 1000 * percentile(late, 0.99)}


def crowd(program, work, count):
    """So many jobs that are due in one second, and one beside them that is due each second."""
    project = Project(program, f"{work}/crowd")
    due = int(time.time()) + 8
    at = time.strftime("at(%Y-%m-%dT%H:%M:%S)", time.gmtime(due))
    load(project, [{"job": f"j{number}", "command": "true", "schedule": at} for number in range(count)] + [BEAT])
    process = project.up()
    done = lambda: sum(run["state"] == "succeeded" and run["job"] != "beat" for run in runs())
    runs = lambda: project.json("schedule", "history", "--limit", "100000")["runs"]
    time.sleep(max(0, due + 2 - time.time()))
    while done() < count and time.time() < due + 120:
        time.sleep(1)
    time.sleep(2)
    end(process)
    found = [run for run in runs() if run["job"] != "beat"]
    made = [moment(run["created_at"]) - due for run in found]
    began = [moment(run["started_at"]) - due for run in found if run["started_at"]]
    ended = max(moment(run["ended_at"]) - due for run in found if run["ended_at"])
    beside = [at - tick for tick, at in beats(project) if due < tick <= due + ended + 1]
    return {
        "due in one second": count, "succeeded": sum(run["state"] == "succeeded" for run in found),
        "ticks in the ledger, late ms p50": 1000 * percentile(made, 0.5), "ticks in the ledger, late ms p99": 1000 * percentile(made, 0.99),
        "their runs begin, late ms p50": 1000 * percentile(began, 0.5), "their runs begin, late ms p99": 1000 * percentile(began, 0.99),
        "all have ended after s": ended, "runs a second": count / ended, "ticks beside them": len(beside),
        "command beside them begins, late ms p50": 1000 * percentile(beside, 0.5),
        "command beside them begins, late ms max": 1000 * max(beside, default=float("nan"))}


def next_fire(program, work, jobs):
    """Microseconds of processor time for a next tick: 41 of each of so many jobs, less one of each; 29 February has no more of them until 2199."""
    found = {}
    for text in ["* * * * *", "30 2 * * *", "0 0 29 2 *", "cron(0 6 ? * 6#5 *)", "0 9 LW * *", "rate(15 minutes)"]:
        project = Project(program, f"{work}/next")
        schedule = {"at": text} if text.startswith("rate") else {"at": text, "timezone": "America/New_York"}
        load(project, [{"job": f"j{number}", "command": "true", "schedule": schedule} for number in range(jobs)])
        times = {1: [], 41: []}
        ticks = len(project.json("schedule", "next", "j0", "--count", "41")["ticks"])
        for _ in range(5):
            for count in times:
                before = processor_time()
                project.json("schedule", "next", "--count", str(count))
                times[count].append(processor_time() - before)
        found[text] = (min(times[41]) - min(times[1])) / (jobs * (ticks - 1)) * 1e6
    return found


def processor_time():
    """Seconds that commands took which have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def sustained(program, work, seconds):
    """1,000 short jobs a minute: all of them succeed, and how late they are."""
    project = Project(program, f"{work}/sustained")
    for number in range(50):
        (project.folder / f"catalog/j{number}.yaml").write_text(
            f'job: j{number}\ncommand: "true"\nschedule: {{at: "{number % 3}-59/3 * * * * *", concurrency: 5, keep_logs: 1}}\n')
    process = project.up()
    time.sleep(seconds)
    used = sum(map(int, pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")")[-1].split()[11:13])) / os.sysconf("SC_CLK_TCK")
    end(process)
    runs = project.json("schedule", "history", "--limit", "100000")["runs"]
    late = [moment(run["started_at"]) - moment(run["logical_time"]) for run in runs if run["started_at"]]
    took = [moment(run["ended_at"]) - moment(run["started_at"]) for run in runs if run["state"] == "succeeded"]
    return {
        "runs a minute": len(runs) / seconds * 60, "succeeded": sum(run["state"] == "succeeded" for run in runs), "of": len(runs),
        "late ms p50": 1000 * percentile(late, 0.5), "late ms p99": 1000 * percentile(late, 0.99),
        "start to end ms p50": 1000 * percentile(took, 0.5), "scheduler's CPU ms a run": 1000 * used / max(1, len(runs))}


def empty(program, work, turns):
    """One empty run: by a command that runs a job, and by Prefect's flow."""
    project = Project(program, f"{work}/empty")
    (project.folder / "catalog/e.yaml").write_text('job: e\ncommand: "true"\n')
    project.sluice("schedule", "run", "e")
    found = {}

    def measure(name, command, **more):
        times = []
        for _ in range(turns):
            begun = time.monotonic()
            if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more).returncode != 0:
                return
            times.append(time.monotonic() - begun)
        found[name] = 1000 * percentile(times, 0.5)

    measure("sluice schedule run", [program, "schedule", "run", "e"], cwd=project.folder, env=dict(os.environ, SLUICE_HOME=str(project.folder / "home")))
    flow = "from prefect import flow\n@flow\ndef e(): pass\n"
    prefect = dict(os.environ, PREFECT_HOME=f"{work}/prefect", PREFECT_LOGGING_LEVEL="ERROR", DO_NOT_TRACK="1")
    measure("prefect: process with a flow", [sys.executable, "-c", flow + "e()\n"], env=prefect)
    timed = flow + "import time\ne()\nt = time.monotonic()\nfor _ in range(10): e()\nopen(%r, 'w').write(str((time.monotonic() - t) / 10))\n" % f"{work}/prefect.txt"
    if subprocess.run([sys.executable, "-c", timed], env=prefect, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
        found["prefect: a further flow in the same process"] = 1000 * float(pathlib.Path(f"{work}/prefect.txt").read_text())
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sluice", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--schedules", type=int, default=100_000)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", help="the part whose title has this")
    given = parser.parse_args()
    program = os.path.abspath(given.sluice)
    os.makedirs(given.work, exist_ok=True)
    parts = [
        ("Many schedules", lambda: many(program, given.work, 500 if given.quick else given.schedules)),
        ("Many jobs due in one second", lambda: crowd(program, given.work, 200 if given.quick else 5_000)),
        ("Next tick, microseconds of processor time", lambda: next_fire(program, given.work, 50 if given.quick else 1_000)),
        ("1,000 jobs a minute", lambda: sustained(program, given.work, 15 if given.quick else 120)),
        ("An empty run, milliseconds", lambda: empty(program, given.work, 3 if given.quick else 15)),
    ]
    for title, part in parts:
        if given.only and given.only.lower() not in title.lower():
            continue
        print(f"\n{title}")
        for name, value in part().items():
            print(f"  {name:46} {value:,.2f}" if isinstance(value, float) else f"  {name:46} {value:,}")


main()
