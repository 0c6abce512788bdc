"""Load by wrk: first a short pass in which every answer is checked, then the pass that is measured."""

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

SCRIPT = Path(__file__).resolve().parent.parent / "load.lua"
# How far the mean length of the measured answers may be from that of the checked ones: numbers in them grow, refusals are shorter or longer.
LENGTH_TOLERANCE = 0.1
LONGEST_SECONDS = 27


class Wrong(Exception):
    """An answer is not what the task wants."""


class Slow(Exception):
    """A program gives no answer in the longest turn."""


@dataclass
class Load:
    """What wrk sends, and what must come back."""

    method: str
    paths: list
    headers: dict = field(default_factory=dict)
    body: bytes | None = None
    connections: int = 8
    # One thread of wrk for each connection, each with one of the paths.
    each_thread: bool = False
    # A Lua pattern of the status.
    statuses: str = "200"
    # Of the answer: its bytes, its length, or how often a Lua pattern is found in it.
    equals: bytes | None = None
    length: int | None = None
    pattern: str | None = None
    count: int = 1


@dataclass
class Figures:
    calls_per_second: float
    p50_ms: float
    p99_ms: float


def run(load, port, seconds, work):
    """Checks and measures; `Wrong` where an answer is not right, `Slow` where none comes."""
    specification = written(load, work)
    checked = enough(load, port, 1, specification, checks=True)
    if not checked["checked"] and not checked["failed"]:
        raise Slow(f"no answer within {LONGEST_SECONDS} s")
    if checked["wrong"] or checked["failed"]:
        raise Wrong(f"{max(checked['wrong'], checked['failed'])} of {checked['checked']} answers are wrong: {checked['example']}")
    measured = enough(load, port, seconds, specification, checks=False)
    if measured["failed"] or not measured["requests"]:
        raise Wrong(f"{measured['failed']} of {measured['requests']} requests failed")
    lengths = [one["bytes"] / one["requests"] for one in (checked, measured)]
    # Answers that were cut off at the end count in the bytes.
    if measured["requests"] > 20 * load.connections and abs(lengths[1] / lengths[0] - 1) > LENGTH_TOLERANCE:
        raise Wrong(f"the measured answers have {lengths[1]:.0f} bytes, the checked ones {lengths[0]:.0f}")
    return Figures(measured["requests"] / measured["seconds"], measured["p50_ms"], measured["p99_ms"])


def enough(load, port, seconds, specification, checks):
    """A turn in which each connection has several answers: a longer one where a program is slow."""
    while True:
        figures = wrk(load, port, seconds, specification, checks)
        if figures["requests"] >= 3 * load.connections or seconds >= LONGEST_SECONDS:
            return figures
        seconds *= 3


def written(load, work):
    def file(name, content):
        if content is None:
            return "nil"
        path = work / name
        path.write_bytes(content)
        return quoted(str(path))

    text = "return {" + ", ".join([
        f"method = {quoted(load.method)}",
        "paths = {" + ", ".join(quoted(path) for path in load.paths) + "}",
        "headers = {" + ", ".join(f"[{quoted(name)}] = {quoted(value)}" for name, value in load.headers.items()) + "}",
        f"body = {file('body', load.body)}",
        f"equals = {file('equals', load.equals)}",
        f"statuses = {quoted(f'^{load.statuses}$')}",
        f"length = {'nil' if load.length is None else load.length}",
        f"pattern = {'nil' if load.pattern is None else quoted(load.pattern)}",
        f"count = {load.count}",
        f"eachThread = {'true' if load.each_thread else 'false'}",
    ]) + "}\n"
    path = work / "specification.lua"
    path.write_text(text)
    return path


def quoted(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def wrk(load, port, seconds, specification, checks):
    threads = load.connections if load.each_thread else 1
    command = ["wrk", "-t", str(threads), "-c", str(load.connections), "-d", f"{seconds}s", "--timeout", "30s",
               "-s", str(SCRIPT), f"http://127.0.0.1:{port}/"]
    environment = {**os.environ, "SPECIFICATION": str(specification)} | ({"CHECK": "1"} if checks else {})
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=seconds + 90)
    if done.returncode != 0:
        raise Wrong(f"wrk failed: {done.stderr.strip() or done.stdout.strip()}")
    return json.loads(done.stdout.strip().splitlines()[-1])
