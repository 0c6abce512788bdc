"""Measures the embedded log beside the peers, checks what comes back, and prints tables. Called by Benchmarks/streams/run."""

import argparse
import json
import signal
import sys
import tempfile
from pathlib import Path

import clients
import goals
import neighbours
import page
import series
import servers
import systems

HERE = Path(__file__).resolve().parent
OURS = ("bare", "bare-written", "sluice")


def main():
    arguments = parsed()
    # So that the servers are stopped on every way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    with tempfile.TemporaryDirectory(dir=arguments.cache, prefix="run-") as work:
        results = measured(arguments, Path(work))
    text = page.page(results, arguments)
    print("\n" + text)
    target = HERE.parent / "results" / "latest.md"
    target.parent.mkdir(exist_ok=True)
    target.write_text(text)
    if arguments.json:
        arguments.json.write_text(json.dumps(page.document(results, arguments), indent=2) + "\n")
    if any(cell.state != "ok" for result in results.series for cell in result.cells.values()):
        sys.exit("an answer is wrong or a program failed; see above")


def parsed():
    description = "Sluice's log beside other streams. See Benchmarks/streams/README.md."
    parser = argparse.ArgumentParser(prog="Benchmarks/streams/run", description=description)
    parser.add_argument("--driver", type=Path, required=True, help="the driver of the embedded log (default: build it)")
    parser.add_argument("--cache", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--nats-server", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--peers", type=peer_names, default=["redis", "nats", "rabbitmq"],
                        help=f"of {','.join(systems.PEERS)} (default: redis,nats,rabbitmq); none: no peer")
    parser.add_argument("--repeats", type=int, default=3, help="turns of each system on each kind of work (default: 3)")
    parser.add_argument("--seconds", type=float, default=1.0, help="of one turn, after the warm-up (default: 1)")
    parser.add_argument("--warmup", type=float, default=0.2, help="seconds before that (default: 0.2)")
    parser.add_argument("--stored", type=int, default=10_000_000, help="records in a full stream (default: 10,000,000)")
    parser.add_argument("--quick", action="store_true", help="one short turn of each: does it work?")
    parser.add_argument("--json", type=Path, help="a file for all figures")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.repeats, arguments.seconds, arguments.warmup, arguments.stored = 1, 0.3, 0.1, 200_000
    return arguments


def peer_names(text):
    names = [] if text == "none" else [part.strip() for part in text.split(",")]
    unknown = [name for name in names if name not in systems.PEERS]
    if unknown:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r}: names are {', '.join(systems.PEERS)}")
    return names


def measured(arguments, work):
    programs = clients.compile_clients(work)
    programs["sluice"] = arguments.driver
    there, missing = [], {}
    arguments.beside = neighbours.Neighbours()
    results = page.Results()
    try:
        for name in [*OURS, *arguments.peers]:
            try:
                there.append(systems.start(name, programs, work / name, arguments.nats_server))
                print(f"{there[-1].title}: ready", flush=True)
            except servers.Missing as reason:
                missing[name] = str(reason)
                print(f"{systems.TITLES[name]}: left out: {reason}", flush=True)
        results.systems, results.missing = there, missing
        arguments.beside.sessions = {process.pid for system in there if system.server for process in system.server.processes}
        measure_all(results, arguments)
    finally:
        for system in there:
            systems.stop(system, work / system.name)
    return results


def measure_all(results, arguments):
    def done(kind, settings, title, cells):
        results.series.append(page.Series(kind, settings, title, cells))
        print(page.line(results.series[-1], results.systems), flush=True)

    there, rates = results.systems, {}
    for size in series.SIZES:
        for batch in series.BATCHES:
            for producers in series.PRODUCERS:
                cells = series.append(there, arguments, size, batch, producers)
                done("append", (size, batch, producers), f"append, {size} B, {batch} a put, {page.count_of(producers, 'producer')}", cells)
                if batch > 1:
                    rates[size] = {name: cell.median("rate") for name, cell in cells.items()}
    for size in series.SIZES:
        done("read", (size,), f"catch-up read, {size} B", series.read(there, arguments, size, rates[size]))
    for rate, producers in series.PACES:
        title = f"put to consumer, 100 B, {rate:,} records/s by {page.count_of(producers, 'producer')}"
        done("tail", (rate,), title, series.tail(there, arguments, rate, producers))
    sluice = next(system for system in there if system.name == "sluice")
    done("stored", (arguments.stored,), "put and get of one record, 100 B", series.stored(sluice, arguments))
    results.goals = goals.judged(results.series)


if __name__ == "__main__":
    main()
