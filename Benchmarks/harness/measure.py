"""Running a program in a fresh process and measuring it: wall time, CPU time, and the peak memory that the kernel counted for it."""

import os
import statistics
import subprocess
import time
from dataclasses import dataclass


@dataclass
class Measurement:
    seconds: float
    cpu_seconds: float
    peak_mb: float
    exit_code: int = 0
    errors: str = ""


def run(command, environment=None) -> Measurement:
    """Start to end of one process and of those that it starts, start-up included."""
    started = time.perf_counter()
    child = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, **(environment or {})})
    errors = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    child.stderr.close()
    # Linux counts ru_maxrss in KiB, and not below the memory of the process that made the child: this one stays small.
    peak = usage.ru_maxrss / 1024
    return Measurement(seconds, usage.ru_utime + usage.ru_stime, peak, child.returncode, errors.decode(errors="replace"))


def median(measurements) -> Measurement:
    """The median of each figure; of the memory, the largest."""
    return Measurement(
        statistics.median(m.seconds for m in measurements),
        statistics.median(m.cpu_seconds for m in measurements),
        max(m.peak_mb for m in measurements))


def startup(command, times=21) -> float:
    """Median milliseconds from start to end of a program that has nearly nothing to do."""
    return statistics.median(run(command).seconds for _ in range(times)) * 1000
