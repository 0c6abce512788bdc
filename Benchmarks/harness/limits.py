"""What one core of this machine can do at most: a small C program, compiled here against Sluice's own text scans."""

import shutil
import subprocess
from pathlib import Path

import inputs

ROOT = Path(__file__).resolve().parent.parent.parent
SCANS = ROOT / "Sources" / "CTextScan"
FILES = ("flights.csv", "flights.csv.gz", "events.jsonl")


def measured_limits(cache):
    """(name, MB/s) of each limit; empty, with the reason printed, where the program cannot be built."""
    compiler = shutil.which("clang") or shutil.which("cc")
    if compiler is None:
        print("limits: there is no C compiler")
        return []
    program = cache / "limits"
    sources = [ROOT / "Benchmarks" / "limits" / "limits.c", *sorted(SCANS.glob("*.c"))]
    build = [compiler, "-O2", "-std=gnu11", "-I", SCANS / "include", *sources, "-lz", "-lisal", "-o", program]
    built = subprocess.run(build, capture_output=True, text=True)
    if built.returncode != 0:
        print("limits: not built:", built.stderr.strip()[:500])
        return []
    paths = [inputs.ensure(cache, name) for name in FILES]
    for path in paths:
        inputs.warm(path)
    ran = subprocess.run([program, *paths, cache / "limits.scratch"], capture_output=True, text=True, check=True)
    return [(name, float(speed)) for name, speed in (line.split("\t") for line in ran.stdout.splitlines())]
