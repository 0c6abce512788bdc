"""Figures as a page of text and as a document: tables for each task, with what a reader needs to judge them."""

import datetime
import importlib.metadata
import os
import platform
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import engines
import measure

OURS = ("sluice", "convert")


@dataclass
class Run:
    """One program on one task: `state` is ok, not yet, failed or WRONG, `note` the reason."""

    job: engines.Job
    measurements: list = field(default_factory=list)
    state: str = "ok"
    note: str = ""
    answer: dict = None
    output_bytes: int = 0

    @property
    def median(self):
        return measure.median(self.measurements)


@dataclass
class Result:
    """All programs on one task. `source_bytes`: size of the input that speeds are given for."""

    task: object
    source_bytes: int
    runs: list

    def best_peer(self, figure):
        """The least of a figure among the peers with a right answer, or nil."""
        return min((figure(run.median) for run in self.runs if run.job.engine in engines.PEERS and run.state == "ok"), default=None)

    @property
    def ours(self):
        """Sluice's run that counts: the faster of a pipeline and `sluice convert`."""
        there = [run for run in self.runs if run.job.engine in OURS and run.state == "ok"]
        return min(there, key=lambda run: run.median.seconds, default=None)

    def goals(self):
        """Each goal as (text, reached); nil where there is nothing to judge."""
        ours, seconds, peak = self.ours, self.best_peer(lambda m: m.seconds), self.best_peer(lambda m: m.peak_mb)
        if ours is None or seconds is None:
            return []
        task, mine = self.task, ours.median
        ratio = seconds / mine.seconds
        goals = [(f"{ratio:.2f} of {task.ratio_goal:g} times the best peer's speed", ratio >= task.ratio_goal),
                 (f"{mine.peak_mb:.0f} MB, leanest peer {peak:.0f}", mine.peak_mb <= peak)]
        if task.peak_goal_mb:
            goals.append((f"under {task.peak_goal_mb:g} MB", mine.peak_mb < task.peak_goal_mb))
        if task.seconds_goal:
            goals.append((f"under {task.seconds_goal * 1000:g} ms", mine.seconds < task.seconds_goal))
        return goals


def page(results, arguments, limits, startups):
    parts = [conditions(arguments.sluice), f"Median of {arguments.repeats} runs; the programs took turns.", summary(results)]
    for result in results:
        parts += [f"### {result.task.name}: {result.task.title}", task_table(result), goal_lines(result)]
    if limits:
        parts += ["### Limits of this machine, one core", table(("step", "MB/s"), [(name, f"{speed:,.0f}") for name, speed in limits])]
    if startups:
        lines = [(f"`{name}`", f"{milliseconds:.1f}") for name, milliseconds in startups.items()]
        parts += ["### Start to end of a command that has nearly nothing to do", table(("command", "median ms"), lines)]
    return "\n\n".join(part for part in parts if part) + "\n"


def table(header, rows):
    """A Markdown table; the first column is text, the others are figures."""
    widths = [max(len(str(row[i])) for row in [header, *rows]) for i in range(len(header))]

    def line(cells):
        texts = [str(c).ljust(w) if i == 0 else str(c).rjust(w) for i, (c, w) in enumerate(zip(cells, widths))]
        return "| " + " | ".join(texts) + " |"

    rule = "|" + "|".join("-" * (w + 2) if i == 0 else "-" * (w + 1) + ":" for i, w in enumerate(widths)) + "|"
    return "\n".join([line(header), rule, *map(line, rows)])


def summary(results):
    """A line for each task: wall seconds and peak memory of each program, and our place among them."""
    names = [name for name in engines.TITLES if any(run.job.engine == name for result in results for run in result.runs)]
    lines = []
    for result in results:
        by_engine = {run.job.engine: run for run in result.runs}
        cells = [short(by_engine[name]) if name in by_engine else "" for name in names]
        goals = result.goals()
        ratio = goals[0][0].split()[0] if goals else "-"
        reached = "-" if not goals else "yes" if all(done for _, done in goals) else "no"
        lines.append((f"{result.task.name}: {result.task.title}", *cells, ratio, f"{result.task.ratio_goal:g}", reached))
    header = ("task: wall s (peak MB)", *(engines.TITLES[name] for name in names), "best peer / ours", "goal", "all goals")
    return table(header, lines)


def short(run):
    if run.state != "ok":
        return run.state
    figures = run.median
    return f"{seconds(figures.seconds)} ({figures.peak_mb:.0f})"


def seconds(value):
    return f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def task_table(result):
    megabytes = result.source_bytes / 1e6
    lines = []
    for run in result.runs:
        title = engines.TITLES[run.job.engine]
        if run.state != "ok":
            lines.append((title, run.state, *[""] * 6))
            continue
        median, walls = run.median, [m.seconds for m in run.measurements]
        rows = f"{run.answer['rows']:,}" if run.answer else ""
        lines.append((
            title, seconds(median.seconds), f"{seconds(min(walls))} to {seconds(max(walls))}", f"{median.cpu_seconds:.2f}",
            f"{megabytes / median.seconds:,.0f}", f"{median.peak_mb:.0f}", rows, f"{run.output_bytes / 1e6:,.1f}"))
    header = (f"{result.task.source}, {megabytes:,.0f} MB", "wall s", "from, to", "CPU s", "MB/s", "peak MB", "rows out", "MB out")
    return table(header, lines)


def goal_lines(result):
    lines = [f"* {'reached' if done else 'not reached'}: {text}" for text, done in result.goals()]
    notes = [
        f"* {engines.TITLES[run.job.engine]}: {run.state}: {first_line(run.note)}"
        for run in result.runs if run.state in ("WRONG", "failed", "not yet")]
    return "\n".join(lines + notes)


def first_line(note):
    return next((line for line in note.splitlines() if line.strip()), "")


def conditions(sluice):
    """Machine, versions and date."""
    version = subprocess.run([sluice, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    libraries = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in engines.PEERS)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return (
        f"{datetime.date.today().isoformat()}; {processor()}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GiB; {system()};\n"
        f"Sluice {version.removeprefix('sluice').strip()}, {libraries}, Python {platform.python_version()}.")


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def system():
    names = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line)
    return f"{names.get('PRETTY_NAME', 'Linux').strip(chr(34))}, Linux {platform.release().split(chr(45))[0]}"


def document(results, arguments, limits, startups):
    """All figures for a program to read: seconds, megabytes (10^6 bytes)."""
    return {
        "conditions": conditions(arguments.sluice), "repeats": arguments.repeats,
        "tasks": [{
            "task": result.task.name, "title": result.task.title, "source_bytes": result.source_bytes,
            "best_peer_seconds": result.best_peer(lambda m: m.seconds), "leanest_peer_mb": result.best_peer(lambda m: m.peak_mb),
            "goals": [{"goal": text, "reached": done} for text, done in result.goals()],
            "engines": [{
                "engine": run.job.engine, "state": run.state, "note": run.note, "answer": run.answer, "output_bytes": run.output_bytes,
                "wall_seconds": [m.seconds for m in run.measurements], "cpu_seconds": [m.cpu_seconds for m in run.measurements],
                "peak_mb": [m.peak_mb for m in run.measurements]} for run in result.runs]} for result in results],
        "limits_mb_per_second": dict(limits), "startup_milliseconds": startups}
