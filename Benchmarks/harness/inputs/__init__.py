"""The inputs of the benchmark, each made once into the cache, the same bytes every time."""

import shutil
import subprocess
import sys
from pathlib import Path


def ensure(cache, name):
    """The path of an input, made if it is not there yet. An interrupted run leaves no half input."""
    target = cache / name
    if target.exists():
        return target
    print(f"making {name}", flush=True)
    unfinished = cache / ("making-" + name)
    remove(unfinished)
    made_apart(unfinished, name)
    unfinished.rename(target)
    return target


def made_apart(path, name, *more):
    """Makes an input in a process of its own, so that this one stays small: see measure.py."""
    subprocess.run([sys.executable, Path(__file__).with_name("__main__.py"), path, name, *map(str, more)], check=True)


def remove(path):
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def warm(path):
    """Reads an input once, so that every program finds it in the page cache. Returns its size in bytes."""
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    size, buffer = 0, bytearray(256 << 10)
    for file in files:
        with file.open("rb", buffering=0) as stream:
            while count := stream.readinto(buffer):
                size += count
    return size
