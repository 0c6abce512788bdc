"""What a process and everything that it began are doing: for tests that hang on a machine that nobody can look at.

    waiting.py PID      prints a line for each process, and how many of its threads wait where in the kernel
"""

import collections
import pathlib
import sys

proc = pathlib.Path("/proc")


def parent(process: pathlib.Path) -> int:
    """The parent's number; 0 where the process has ended."""
    try:
        return int(process.joinpath("stat").read_text().rpartition(") ")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return 0


def threads(process: pathlib.Path) -> str:
    """Such as `9 futex_wait_queue, 1 do_epoll_wait`."""
    waits: collections.Counter[str] = collections.Counter()
    for task in process.glob("task/*"):
        try:
            state = task.joinpath("stat").read_text().rpartition(") ")[2][0]
            place = task.joinpath("wchan").read_text()
        except (OSError, IndexError):
            continue
        waits[place if place not in ("", "0") else f"state {state}"] += 1
    return ", ".join(f"{count} {place}" for place, count in waits.most_common())


def main(root: int) -> None:
    children = collections.defaultdict(list)
    for process in proc.glob("[0-9]*"):
        children[parent(process)].append(int(process.name))
    left = [(root, 0)]
    while left:
        number, depth = left.pop()
        process = proc / str(number)
        try:
            line = process.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        print(f"{'  ' * depth}{number} {line[:120]}: {threads(process)}")
        left += [(child, depth + 1) for child in sorted(children[number], reverse=True)]


if __name__ == "__main__":
    main(int(sys.argv[1]))
