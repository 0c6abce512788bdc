"""What was measured, as tables and as JSON."""

import datetime
import os
import platform
import re
import statistics
from dataclasses import dataclass, field
from pathlib import Path

import programs

START_GOAL_MS, MEMORY_GOAL_MIB = 50, 40


@dataclass
class Cell:
    """The turns of a program at a task."""

    turns: list = field(default_factory=list)
    error: str | None = None
    # That it gave no answer: a peer that is too slow to be measured is no failure.
    slow: str | None = None

    def median(self, name):
        return statistics.median(getattr(turn, name) for turn in self.turns) if self.turns and not self.error and not self.slow else None


@dataclass
class Row:
    task: object
    cells: dict

    def rate(self, name):
        """Units a second; None where the program was not measured."""
        calls = self.cells[name].median("calls_per_second") if name in self.cells else None
        return None if calls is None else calls * self.task.units

    def ratio(self):
        """Sluice to what the goal is about."""
        names = programs.PEERS if self.task.against == "peers" else [self.task.against]
        others = [rate for rate in map(self.rate, names) if rate]
        ours = self.rate("sluice")
        return ours / max(others) if ours and others else None


@dataclass
class Cost:
    version: str
    start_seconds: float
    memory_mib: float


@dataclass
class Results:
    seconds: int
    repeats: int
    programs: dict = field(default_factory=dict)
    missing: dict = field(default_factory=dict)
    rows: list = field(default_factory=list)
    # Title, milliseconds with little stored, with much, and with little again.
    stored: list = field(default_factory=list)
    counts: tuple = ()
    # Milliseconds of a sync of 4 KiB, and MB/s of synced files of 8 MiB.
    disk: tuple = ()

    def is_wrong(self):
        return any(cell.error or name == "sluice" and cell.slow for row in self.rows for name, cell in row.cells.items())


def line(row):
    cells = ", ".join(f"{programs.TITLES[name]} {number(row.rate(name))}" for name in row.cells)
    return f"{row.task.title}: {cells} {row.task.unit}; {judged(row)}"


def judged(row):
    ratio = row.ratio()
    if ratio is None:
        return "no ratio"
    told = f"{ratio:.1f} times" if ratio >= 1.5 else f"{ratio:.2f} times"
    return told + goal(row.task.goal, ratio >= (row.task.goal or 0), " times")


def goal(wanted, is_reached, unit=""):
    return "" if wanted is None else f" (goal {wanted:g}{unit}: {'reached' if is_reached else 'not reached'})"


def number(value):
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def page(results):
    lines = [f"{machine()}, {datetime.date.today()}."]
    if results.rows:
        lines += [f"Median of {results.repeats} turns of {results.seconds} s; p50 and p99 in ms are Sluice's.", ""]
        names = [name for name in programs.TITLES if any(name in row.cells for row in results.rows)]
        lines.append("| task | " + " | ".join(programs.TITLES[name] for name in names) + " | unit | Sluice to the best peer | p50 | p99 |")
        lines.append("|---|" + "--:|" * len(names) + "---|---|--:|--:|")
        for row in results.rows:
            rates = [cell(row, name) for name in names]
            latency = [f"{row.cells['sluice'].median(name) or 0:.2f}" for name in ("p50_ms", "p99_ms")]
            against = " (nginx with files)" if row.task.against != "peers" else ""
            lines.append(f"| {row.task.title} | {' | '.join(rates)} | {row.task.unit} | {judged(row)}{against} | {' | '.join(latency)} |")
    if results.disk:
        lines += ["", f"The disk by itself: {results.disk[0]:.1f} ms for a sync of 4 KiB (median of calls one after another), "
                  f"{results.disk[1]:,.0f} MB/s in files of 8 MiB that four threads write and sync."]
    if results.programs:
        lines += ["", "| program | version | start to the first answer | memory when idle |", "|---|---|--:|--:|"]
    for name, cost in results.programs.items():
        start, memory = 1000 * cost.start_seconds, cost.memory_mib
        goals = (goal(START_GOAL_MS, start < START_GOAL_MS, " ms"), goal(MEMORY_GOAL_MIB, memory < MEMORY_GOAL_MIB, " MiB"))
        told = goals if name == "sluice" else ("", "")
        lines.append(f"| {programs.TITLES[name].split(',')[0]} | {cost.version} | {start:.0f} ms{told[0]} | {memory:.0f} MiB{told[1]} |")
    for name, reason in results.missing.items():
        lines += ["", f"{programs.TITLES[name]} is left out: {reason}"]
    if results.stored:
        lines += ["", "| call | " + " | ".join(f"{count:,} stored" for count in results.counts) + " |", "|---|" + "--:|" * len(results.counts)]
        lines += [f"| {title} | " + " | ".join(f"{value:.2f} ms" for value in values) + " |" for title, values in results.stored]
    return "\n".join(lines) + "\n"


def cell(row, name):
    if name in row.cells and row.cells[name].error:
        return "WRONG"
    if name in row.cells and row.cells[name].slow:
        return "no answer"
    return number(row.rate(name))


def machine():
    info = Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*:\s*(.*)", info)
    return f"{model.group(1) if model else platform.machine()}, {os.cpu_count()} processors, Linux {platform.release()}"


def document(results):
    return {
        "machine": machine(), "seconds": results.seconds, "repeats": results.repeats,
        "disk": dict(zip(("sync_ms", "synced_mb_per_s"), results.disk)),
        "programs": {name: vars(cost) for name, cost in results.programs.items()}, "missing": results.missing,
        "tasks": [{
            "task": row.task.name, "unit": row.task.unit, "ratio": row.ratio(), "goal": row.task.goal,
            "programs": {name: {"rate": row.rate(name), "p50_ms": cell.median("p50_ms"), "p99_ms": cell.median("p99_ms"),
                                "error": cell.error or cell.slow} for name, cell in row.cells.items()},
        } for row in results.rows],
        "stored": [{"call": title, "counts": list(results.counts), "ms": values} for title, values in results.stored],
    }
