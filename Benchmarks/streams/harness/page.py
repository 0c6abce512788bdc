"""Figures as a page of text and as a document."""

import dataclasses
import datetime
import os
import platform
import statistics
import sys
from pathlib import Path

import neighbours

sys.path.append(str(Path(__file__).resolve().parents[2] / "harness"))

from report import processor, system, table  # noqa: E402  the tables of the other benchmarks


@dataclasses.dataclass
class Series:
    """All systems on one kind of work (append, read, tail, stored)."""

    kind: str
    settings: tuple
    title: str
    cells: dict


@dataclasses.dataclass
class Results:
    systems: list = dataclasses.field(default_factory=list)
    missing: dict = dataclasses.field(default_factory=dict)
    series: list = dataclasses.field(default_factory=list)
    goals: list = dataclasses.field(default_factory=list)


def count_of(count, noun):
    return f"{count} {noun}" + ("" if count == 1 else "s")


def line(series, systems):
    """What is printed as soon as a series is done."""
    figure = {"append": "rate", "read": "rate", "tail": "p50_us", "stored": "put_p50_us"}[series.kind]
    unit = "records/s" if figure == "rate" else "µs at p50"
    parts = []
    for name, cell in series.cells.items():
        value = cell.median(figure)
        parts.append(f"{name} {value:,.0f}" if cell.state == "ok" and value is not None else f"{name} {cell.state}: {cell.note}")
    return f"{series.title} ({unit}): " + ", ".join(parts)


def page(results, arguments):
    parts = [
        conditions(results),
        f"Median of {count_of(arguments.repeats, 'turn')} of {arguments.seconds:g} s each; the systems took turns, and a server whose turn "
        f"it was not was halted.",
        durabilities(results), goals_table(results)]
    for series in results.series:
        body = {"append": rates_table, "read": rates_table, "tail": tail_table, "stored": stored_table}[series.kind]
        parts += [f"### {series.title[0].upper()}{series.title[1:]}", body(series, results.systems), notes(series)]
    return "\n\n".join(part for part in parts if part) + "\n"


def conditions(results):
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return (
        f"{datetime.date.today().isoformat()}; {processor()}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GiB; {system()};\n"
        f"Python {platform.python_version()}. {beside(results)}")


def beside(results):
    """What other programs took of the processors meanwhile."""
    shares = sorted(turn["others"] for series in results.series for cell in series.cells.values() for turn in cell.turns)
    if not shares:
        return ""
    disturbed = sum(share > neighbours.SHARE_MOST for share in shares)
    return (
        f"Other programs took {statistics.median(shares):.0%} of one core (median of all turns); more than "
        f"{neighbours.SHARE_MOST:.0%} in {disturbed} of {count_of(len(shares), 'turn')}.")


def durabilities(results):
    lines = [f"* {system.title}: {system.durability}." for system in results.systems]
    lines += [f"* {name}: **left out**: {reason}." for name, reason in results.missing.items()]
    return "\n".join(lines)


def goals_table(results):
    rows = [(goal.work, goal.goal, goal.reached, "yes" if goal.is_reached else "no") for goal in results.goals]
    return table(("work", "goal", "measured", "reached"), rows)


def titled(series, systems):
    """The cells of the systems, in their order."""
    return [(system, series.cells[system.name]) for system in systems if system.name in series.cells]


def rates_table(series, systems):
    size, rows = series.settings[0], []
    ours = series.cells["sluice"].median("rate") if "sluice" in series.cells else None
    has_latency = series.kind == "append"
    for system, cell in titled(series, systems):
        rate = cell.median("rate")
        if cell.state != "ok" or not rate:
            rows.append((system.title, cell.state, *[""] * (7 if has_latency else 5)))
            continue
        low, high = cell.spread("rate")
        latencies = (f"{cell.median('p50_us'):,.0f}", f"{cell.median('p99_us'):,.0f}") if has_latency else ()
        rows.append((
            system.title, f"{rate:,.0f}", f"{low:,.0f} to {high:,.0f}", f"{rate * size / 1e6:,.1f}", *latencies,
            "equal" if cell.is_checked else "no" if system.keeps_records else "not kept",
            f"{cell.median('others'):.0%}", f"{ours / rate:.2f}" if ours else ""))
    latencies = ("put p50 µs", "put p99 µs") if has_latency else ()
    return table(("", "records/s", "from, to", "MB/s", *latencies, "read back", "others", "Sluice / it"), rows)


def tail_table(series, systems):
    rows = []
    ours = series.cells["sluice"].median("p50_us") if "sluice" in series.cells else None
    for system, cell in titled(series, systems):
        p50 = cell.median("p50_us")
        if cell.state != "ok" or not p50:
            rows.append((system.title, cell.state, *[""] * 5))
            continue
        low, high = cell.spread("p99_us")
        rows.append((
            system.title, f"{p50:,.0f}", f"{cell.median('p99_us'):,.0f}", f"{low:,.0f} to {high:,.0f}",
            "once, in order", f"{cell.median('others'):.0%}", f"{p50 / ours:.2f}" if ours else ""))
    return table(("", "p50 µs", "p99 µs", "p99 from, to", "records", "others", "its p50 / Sluice's"), rows)


def stored_table(series, _):
    rows = []
    for name, title in (("empty", "empty stream"), ("full", f"{series.settings[0]:,} stored records")):
        cell = series.cells[name]
        if cell.state != "ok" or not cell.turns:
            rows.append((title, cell.state, "", "", ""))
            continue
        rows.append((title, *(f"{cell.median(figure):,.1f}" for figure in ("put_p50_us", "put_p99_us", "get_p50_us", "get_p99_us"))))
    return table(("Sluice", "put p50 µs", "put p99 µs", "get p50 µs", "get p99 µs"), rows)


def notes(series):
    return "\n".join(f"* {name}: {cell.state}: {cell.note}" for name, cell in series.cells.items() if cell.state != "ok")


def document(results, arguments):
    """All figures for a program to read: records a second, microseconds."""
    return {
        "conditions": conditions(results), "repeats": arguments.repeats, "seconds": arguments.seconds,
        "systems": [{"name": system.name, "title": system.title, "durability": system.durability} for system in results.systems],
        "missing": results.missing,
        "series": [{
            "work": series.title, "kind": series.kind, "settings": series.settings,
            "systems": {name: dataclasses.asdict(cell) for name, cell in series.cells.items()}} for series in results.series],
        "goals": [dataclasses.asdict(goal) for goal in results.goals]}
