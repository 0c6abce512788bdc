"""Measures the delayed-flights job and start-up times, checks that all answers are equal, and writes results/latest.md.

Called by Benchmarks/run, which builds and installs what it needs.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import data
import jobs
import measure
import report

HERE = Path(__file__).resolve().parent
COPIES = 15


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sluice", type=Path, required=True, help="the program, built with optimisation")
    parser.add_argument("--cache", type=Path, required=True, help="a folder for the input and the outputs")
    parser.add_argument("--quick", action="store_true", help="one copy of the flights and one run each: does it work?")
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    copies, runs = (1, 1) if arguments.quick else (COPIES, arguments.runs)

    source = data.flights(arguments.cache, copies)
    data.warm(source)
    all_jobs = jobs.jobs(arguments.sluice, source, arguments.cache / "work")
    results = measured(all_jobs, runs)
    rows = compared(all_jobs)
    home = arguments.cache / "work" / "sluice-files" / "home"
    startups = {name: measure.startup(command) for name, command in jobs.startups(arguments.sluice, home).items()}

    text = page(arguments.sluice, source, copies, runs, results, rows, startups)
    print("\n" + text)
    target = HERE.parent / "results" / "latest.md"
    target.parent.mkdir(exist_ok=True)
    target.write_text(text)
    print(f"written to {target.relative_to(HERE.parent.parent)}")


def measured(all_jobs, runs):
    """Median of each job; the jobs take turns, so that a slow minute of the machine does not hit one of them alone."""
    measurements = {job.name: [] for job in all_jobs}
    for turn in range(runs):
        for job in all_jobs:
            job.prepare()
            measurement = measure.run(job.command, job.environment)
            print(f"run {turn + 1} of {runs}  {job.name}: {measurement.seconds:.2f} s, {measurement.peak_mb:.0f} MB", flush=True)
            measurements[job.name].append(measurement)
    return [(name, measure.median(values)) for name, values in measurements.items()]


def compared(all_jobs):
    """Rows of the answer; ends the benchmark when two programs have different ones."""
    answers = {}
    for job in all_jobs:
        # Another process, so that this one stays small: see measure.py.
        command = [sys.executable, HERE / "answers.py", job.output]
        answers[job.name] = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    if len(set(answers.values())) != 1:
        sys.exit("the answers differ:\n" + "\n".join(f"  {answer}  {name}" for name, answer in answers.items()))
    answer = next(iter(answers.values()))
    print(f"all {len(answers)} answers are equal: {answer}")
    return int(answer.split()[0])


def page(sluice, source, copies, runs, results, answer_rows, startups):
    with source.open("rb") as file:
        rows = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(16 << 20), b"")) - 1
    megabytes = source.stat().st_size / 1e6
    return "\n".join([
        report.conditions(sluice),
        "",
        f"{rows:,} rows in ({megabytes:.0f} MB, {copies} copies), {answer_rows:,} rows out, all answers equal; median of {runs}.",
        "",
        report.job_table(results, rows, megabytes),
        "",
        "Start to end of a command that has nearly nothing to do:",
        "",
        report.startup_table(startups),
        "",
    ])


if __name__ == "__main__":
    main()
