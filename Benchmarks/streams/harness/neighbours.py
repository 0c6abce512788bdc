"""How much of the processors other programs took while something was measured."""

import os
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
KERNEL_THREADS = 2
# Above this share of one core a turn is taken again.
SHARE_MOST = 0.2
# Turns that a run takes again at most, so that its length is bounded on a busy machine.
AGAIN_MOST = 60


class Neighbours:
    """Adds up the processor time of all programs but this one, its clients, and the servers whose sessions are named."""

    def __init__(self):
        self.sessions = set()
        self.taken_again = 0

    def start(self):
        self.began, self.before = time.monotonic(), self.seconds()

    def share(self):
        """Of one core, since `start`."""
        return max(0.0, self.seconds() - self.before) / max(time.monotonic() - self.began, 1e-3)

    def may_repeat(self):
        self.taken_again += 1
        return self.taken_again <= AGAIN_MOST

    def seconds(self):
        own = os.getpid()
        ticks = 0
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == own:
                continue
            try:
                text = (entry / "stat").read_text()
            except OSError:
                continue  # It ended; its time is its parent's now.
            # Behind the name, which may have spaces: state, parent, group, session, …; the times are user, system, and those of children.
            fields = text.rpartition(")")[2].split()
            if int(fields[1]) not in (KERNEL_THREADS, own) and int(fields[3]) not in self.sessions:
                ticks += sum(int(field) for field in fields[11:15])
        return ticks / TICKS
