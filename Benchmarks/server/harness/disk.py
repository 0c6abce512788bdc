"""What the disk does by itself: the bound of everything that is acknowledged when it is stored."""

import os
import statistics
import threading
import time

SECONDS = 2
LARGE = 8 << 20
THREADS = 4


def measure(folder):
    """Milliseconds of one sync of 4 KiB in a file that was written before (median), and MB/s of files of 8 MiB, written and synced by four threads."""
    return sync_millis(folder / "small"), synced_rate(folder)


def sync_millis(path):
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    os.pwrite(descriptor, bytes(4 << 20), 0)
    os.fsync(descriptor)
    times, until, place = [], time.monotonic() + SECONDS, 0
    while time.monotonic() < until:
        started = time.perf_counter()
        os.pwrite(descriptor, b"x" * 4096, place)
        os.fdatasync(descriptor)
        times.append(time.perf_counter() - started)
        place = (place + 4096) % (4 << 20)
    os.close(descriptor)
    return 1000 * statistics.median(times)


def synced_rate(folder):
    counts = [0] * THREADS
    content = os.urandom(LARGE)
    started = time.monotonic()

    def work(number):
        while time.monotonic() < started + SECONDS:
            # A new file each time, as a put makes one.
            path = folder / f"large-{number}-{counts[number]}"
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
            os.write(descriptor, content)
            os.fsync(descriptor)
            os.close(descriptor)
            path.unlink()
            counts[number] += 1

    threads = [threading.Thread(target=work, args=[number]) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) * LARGE / (time.monotonic() - started) / 1e6
