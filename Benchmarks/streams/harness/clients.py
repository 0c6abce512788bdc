"""The measured programs: a client in C for each peer and for the bare file, and the log's driver. All have the same commands."""

import json
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
COMPILER = ["cc", "-O2", "-std=gnu17", "-Wall", "-Wextra", "-Werror", "-pthread"]
# A command that takes longer has failed.
SECONDS_MOST = 180
NAMES = ("bare", "redis", "nats", "rabbitmq")


class Failed(Exception):
    """A program that ended with an error; the text is what it said."""


def compile_clients(target):
    """Compiles the clients; returns a program for each name."""
    programs = {}
    for name in NAMES:
        sources = ["clients/bench.c", f"clients/{name}.c", "workload/workload.c"] + ([] if name == "bare" else ["clients/wire.c"])
        programs[name] = target / f"client-{name}"
        subprocess.run(
            [*COMPILER, "-I", HERE / "workload" / "include", "-o", programs[name], *(HERE / source for source in sources)], check=True)
    return programs


def call(program, command, **options):
    """Runs a command and returns the figures that it printed."""
    words = [str(program), command, *(f"{name}={value}" for name, value in options.items())]
    try:
        result = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS_MOST)
    except subprocess.TimeoutExpired:
        raise Failed(f"{command} took over {SECONDS_MOST} s") from None
    if result.returncode != 0:
        raise Failed((result.stderr.strip() or f"{command} ended with code {result.returncode}").splitlines()[0])
    return json.loads(result.stdout) if result.stdout.strip() else {}
