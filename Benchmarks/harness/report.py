"""Figures as a page of text: a table for each question, with what a reader needs to judge them."""

import datetime
import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path


def table(header, rows):
    """A Markdown table; the first column is text, the others are figures."""
    widths = [max(len(str(row[i])) for row in [header, *rows]) for i in range(len(header))]

    def line(cells):
        texts = [str(c).ljust(w) if i == 0 else str(c).rjust(w) for i, (c, w) in enumerate(zip(cells, widths))]
        return "| " + " | ".join(texts) + " |"

    rule = "|" + "|".join("-" * (w + 2) if i == 0 else "-" * (w + 1) + ":" for i, w in enumerate(widths)) + "|"
    return "\n".join([line(header), rule, *map(line, rows)])


def job_table(results, rows, megabytes):
    """`results`: name and median measurement, the peers behind Sluice; ratios are those of wall time to the best peer."""
    best = min(m.seconds for name, m in results if not name.startswith("Sluice"))
    lines = [
        (name, f"{m.seconds:.2f}", f"{m.cpu_seconds:.2f}", f"{rows / m.seconds / 1e6:.2f} M", f"{megabytes / m.seconds:.0f}",
         f"{m.peak_mb:.0f}", f"{best / m.seconds:.2f}")
        for name, m in results
    ]
    return table(("program", "wall s", "CPU s", "rows/s", "MB/s", "peak MB", "best peer's time / its time"), lines)


def startup_table(times):
    return table(("command", "median ms"), [(f"`{name}`", f"{milliseconds:.1f}") for name, milliseconds in times.items()])


def conditions(sluice):
    """Machine, versions and date."""
    version = subprocess.run([sluice, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    libraries = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("duckdb", "polars"))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return (
        f"{datetime.date.today().isoformat()}; {processor()}, {os.cpu_count()} cores, {memory:.0f} GiB; {system()};\n"
        f"Sluice {version.removeprefix('sluice').strip()}, {libraries}, Python {platform.python_version()}.")


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def system():
    names = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line)
    return f"{names.get('PRETTY_NAME', 'Linux').strip(chr(34))}, Linux {platform.release().split(chr(45))[0]}"
