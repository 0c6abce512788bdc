"""Measures the port of `sluice up` beside other programs, checks the answers, and prints tables. Called by Benchmarks/server/run."""

import argparse
import json
import signal
import statistics
import sys
import tempfile
from pathlib import Path

import disk
import growth
import load
import programs
import report
import tasks

HERE = Path(__file__).resolve().parent


def main():
    arguments = parsed()
    # So that the servers are ended on every way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    results = report.Results(arguments.seconds, arguments.repeats)
    with tempfile.TemporaryDirectory(dir=arguments.cache, prefix="run-") as work:
        if arguments.stored:
            growth.measure(results, arguments, Path(work))
        else:
            measure(results, arguments, Path(work))
    text = report.page(results)
    print("\n" + text)
    target = HERE.parent / "results" / ("stored.md" if arguments.stored else "latest.md")
    target.parent.mkdir(exist_ok=True)
    target.write_text(text)
    if arguments.json:
        arguments.json.write_text(json.dumps(report.document(results), indent=2) + "\n")
    if results.is_wrong():
        sys.exit("an answer is wrong or a program failed; see above")


def parsed():
    description = "The port of sluice up beside other servers. See Benchmarks/server/README.md."
    parser = argparse.ArgumentParser(prog="Benchmarks/server/run", description=description)
    parser.add_argument("--sluice", type=lambda text: Path(text).resolve(), required=True, help="the program (default: build it)")
    parser.add_argument("--cache", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--tasks", type=task_names, default=tasks.TASKS,
                        help=f"of {','.join(task.name for task in tasks.TASKS)} (default: all)")
    parser.add_argument("--peers", type=peer_names, default=[*programs.PEERS, "nginx"],
                        help="of moto,ministack,nginx (default: all); none: no peer")
    parser.add_argument("--repeats", type=int, default=3, help="turns of each program at each task (default: 3)")
    parser.add_argument("--seconds", type=int, default=3, help="of one turn, behind the second in which answers are checked (default: 3)")
    parser.add_argument("--stored", type=int, help="measure latencies with so many records and keys stored instead")
    parser.add_argument("--quick", action="store_true", help="one short turn of each: does it work?")
    parser.add_argument("--json", type=Path, help="a file for all figures")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.repeats, arguments.seconds = 1, 1
    # Where the peers of PyPI are: beside the Python that runs this.
    arguments.programs = Path(sys.executable).parent
    return arguments


def task_names(text):
    known = {task.name: task for task in tasks.TASKS}
    names = [part.strip() for part in text.split(",")]
    if unknown := [name for name in names if name not in known]:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r}: names are {', '.join(known)}")
    return [known[name] for name in names]


def peer_names(text):
    names = [] if text == "none" else [part.strip() for part in text.split(",")]
    if unknown := [name for name in names if name not in [*programs.PEERS, "nginx"]]:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r}: names are moto, ministack and nginx")
    return names


def measure(results, arguments, work):
    there = []
    results.disk = disk.measure(work)
    try:
        for name in ["sluice", *arguments.peers]:
            try:
                begin(name, arguments, work, there, results)
            except programs.Missing as reason:
                results.missing[name] = str(reason)
                print(f"{programs.TITLES[name]}: left out: {reason}", flush=True)
        for task in arguments.tasks:
            cells = {program.name: turns_of(task, program, arguments, work) for program in columns(task, there)}
            results.rows.append(report.Row(task, cells))
            print(report.line(results.rows[-1]), flush=True)
    finally:
        for program in there:
            if isinstance(program, programs.Program):
                program.end()


def begin(name, arguments, work, there, results):
    """Starts a program several times for its start-up and its memory, and leaves the last one running."""
    starts, memory = [], []
    for left in reversed(range(arguments.repeats)):
        program = programs.start(name, arguments, work / name)
        starts.append(program.started_in)
        growth.settle()
        memory.append(program.memory_mib())
        if left:
            program.end()
    there.append(program)
    results.programs[name] = report.Cost(program.version, statistics.median(starts), statistics.median(memory))
    print(f"{program.title} {program.version}: answers in {1000 * statistics.median(starts):.0f} ms, "
          f"{statistics.median(memory):.0f} MiB when idle", flush=True)
    if name == "nginx":
        there.append(programs.Files(program))


def columns(task, there):
    # A long body that nginx throws away is read in small pieces, slower than one that it stores: no ceiling of anything.
    without = {"s3-put-8m": "nginx"}.get(task.name) if task.name.startswith("s3-") else "nginx-files"
    return [program for program in there if program.name != without]


def turns_of(task, program, arguments, work):
    """The figures of each turn, or what went wrong."""
    cell = report.Cell()
    try:
        request = task.prepare(program)
        for _ in range(arguments.repeats):
            cell.turns.append(load.run(request, program.port, arguments.seconds, work))
    except load.Slow as slow:
        cell.slow = str(slow)
        print(f"{program.title}: {task.title}: {slow}", flush=True)
    except Exception as error:
        cell.error = f"{type(error).__name__}: {error}"
        print(f"{program.title}: {task.title}: {cell.error}", flush=True)
    return cell


if __name__ == "__main__":
    main()
