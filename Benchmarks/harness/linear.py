"""Whether time grows as the input does: T1 and T3 at several sizes, whose files are made and deleted on the way."""

import shutil
import sys

import engines
import inputs
import measure
import report
from tasks import TASKS

ROWS_A_COPY = 336_776
BYTES_A_ROW = 92
# The input, an answer of about half its size, and room to breathe.
SPACE_FACTOR = 2


def run(arguments):
    lines = []
    for millions in arguments.linear:
        lines += sized(millions, arguments)
    header = ("task, program", "million rows", "wall s", "s a million rows", "peak MB")
    print("\n" + report.conditions(arguments.sluice) + "\n\n" + report.table(header, sorted(lines)))


def sized(millions, arguments):
    copies = max(1, round(millions * 1_000_000 / ROWS_A_COPY))
    rows = copies * ROWS_A_COPY
    free = shutil.disk_usage(arguments.cache).free
    if rows * BYTES_A_ROW * SPACE_FACTOR > free:
        sys.exit(f"{millions:g} million rows need {rows * BYTES_A_ROW * SPACE_FACTOR / 1e9:.0f} GB of disk; {free / 1e9:.0f} are free")
    data = arguments.cache / f"linear-{millions:g}"
    inputs.remove(data)
    data.mkdir()
    try:
        print(f"making {rows:,} rows", flush=True)
        made = arguments.cache / "making-linear.csv"
        inputs.made_apart(made, "flights.csv", copies)
        made.rename(data / "flights.csv")
        inputs.warm(data)
        return [line for name in ("T1", "T3") for line in timed(TASKS[name], rows, data, arguments)]
    finally:
        inputs.remove(data)


def timed(task, rows, data, arguments):
    lines = []
    for engine in arguments.engines:
        job = engines.job(engine, task, arguments.sluice, data, arguments.cache / "work")
        if job is None:
            continue
        measurements = []
        for _ in range(arguments.repeats):
            job.prepare()
            measurement = measure.run(job.command)
            if measurement.exit_code != 0:
                sys.exit(f"{task.name} {engine} at {rows:,} rows ended with {measurement.exit_code}: {measurement.errors}")
            measurements.append(measurement)
        job.clear()
        median, millions = measure.median(measurements), rows / 1e6
        print(f"{task.name} {engine} {millions:.1f} M rows: {median.seconds:.2f} s", flush=True)
        lines.append((
            f"{task.name}, {engines.TITLES[engine]}", f"{millions:6.1f}", f"{median.seconds:.2f}", f"{median.seconds / millions:.3f}",
            f"{median.peak_mb:.0f}"))
    return lines
