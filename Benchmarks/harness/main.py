"""Measures the tasks for each program, checks that all answers are equal, and prints tables. Called by Benchmarks/run."""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

import checks
import engines
import inputs
import linear
import measure
import report
from limits import measured_limits
from tasks import TASKS

HERE = Path(__file__).resolve().parent
CORES = 2


def main():
    arguments = parsed()
    keep_to_cores(CORES)
    if arguments.linear:
        return linear.run(arguments)
    results = [measured(TASKS[name], arguments) for name in arguments.tasks]
    limits, startups = [], {}
    if arguments.limits:
        limits = measured_limits(arguments.cache)
        with tempfile.TemporaryDirectory() as home:
            startups = {name: measure.startup(command) for name, command in engines.startups(arguments.sluice, home).items()}
    text = report.page(results, arguments, limits, startups)
    print("\n" + text)
    written(text, report.document(results, arguments, limits, startups), arguments)
    if any(run.state in ("WRONG", "failed") for result in results for run in result.runs):
        sys.exit("an answer is wrong or a program failed; see above")


def parsed():
    description = "Sluice beside DuckDB, Polars and ClickHouse. See Benchmarks/README.md."
    parser = argparse.ArgumentParser(prog="Benchmarks/run", description=description)
    parser.add_argument("--sluice", type=Path, required=True, help="the program, built with optimisation (default: build it)")
    parser.add_argument("--cache", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--tasks", type=names_of(TASKS), default=list(TASKS), help=f"of {','.join(TASKS)} (default: all)")
    parser.add_argument(
        "--engines", type=names_of(engines.TITLES), default=list(engines.TITLES), help=f"of {','.join(engines.TITLES)} (default: all)")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each program on each task (default: 3)")
    parser.add_argument("--quick", action="store_true", help="T10 and T3 once: does it work?")
    parser.add_argument("--limits", action="store_true", help="also measure start-up times, and what the machine can do at most")
    parser.add_argument("--json", type=Path, help="a file for all figures")
    parser.add_argument("--no-check", action="store_true", help="do not compare answers (while tuning)")
    parser.add_argument("--keep", action="store_true", help="keep the outputs in the cache")
    parser.add_argument("--linear", type=lambda text: [float(n) for n in text.split(",")], metavar="1,5,20,100",
                        help="T1 and T3 at so many million rows instead of the tasks; the files are made and deleted on the way")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.tasks, arguments.repeats = ["T10", "T3"], 1
    return arguments


def names_of(known):
    by_lower = {name.lower(): name for name in known}

    def parse(text):
        names = [by_lower.get(part.strip().lower()) for part in text.split(",")]
        if None in names:
            raise argparse.ArgumentTypeError(f"{text!r}: names are {', '.join(known)}")
        return names

    return parse


def keep_to_cores(count):
    """This process and all that it starts use so many cores, on a machine that has more."""
    available = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, available[:count])


def measured(task, arguments):
    """One task: the programs take turns, so that a slow minute of the machine does not hit one of them alone."""
    sizes = [inputs.warm(inputs.ensure(arguments.cache, name)) for name in task.inputs]
    work = arguments.cache / "work"
    runs = []
    for engine in arguments.engines:
        job = engines.job(engine, task, arguments.sluice, arguments.cache, work)
        if job:
            runs.append(report.Run(job))
    for turn in range(arguments.repeats):
        for run in runs:
            if run.state == "ok":
                once(task, run, turn, arguments)
    if not arguments.no_check:
        checks.compare(task, [run for run in runs if run.state == "ok"])
    for run in runs:
        if not arguments.keep:
            run.job.clear()
    return report.Result(task, sizes[0], runs)


def once(task, run, turn, arguments):
    job = run.job
    job.prepare()
    # Nobody pays for writing what the program before left in the page cache.
    os.sync()
    measurement = measure.run(job.command)
    title = f"{task.name}  {engines.TITLES[job.engine]}"
    if measurement.exit_code == 0:
        run.measurements.append(measurement)
        job.finish()
        run.output_bytes = size_of(job.output)
        print(f"{title}  {turn + 1} of {arguments.repeats}: {measurement.seconds:.3f} s, {measurement.peak_mb:.0f} MB", flush=True)
        return
    run.state = "not yet" if job.lacks(measurement.exit_code) else "failed"
    run.note = measurement.errors.strip()
    first = next((line for line in run.note.splitlines() if "error" in line.lower()), run.note[:200])
    print(f"{title}: {run.state} (exit {measurement.exit_code}): {first}", flush=True)


def size_of(output):
    files = output.rglob("*") if output.is_dir() else [output]
    return sum(file.stat().st_size for file in files if file.is_file())


def written(text, document, arguments):
    target = HERE.parent / "results" / "latest.md"
    target.parent.mkdir(exist_ok=True)
    target.write_text(text)
    if arguments.json:
        arguments.json.write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    main()
