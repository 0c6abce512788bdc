"""The goals of the stream's part, as ratios of one run."""

import dataclasses


@dataclasses.dataclass
class Goal:
    work: str
    goal: str
    reached: str
    is_reached: bool


def judged(all_series):
    """Each goal with what was reached; those whose systems were not measured are left out."""
    by_work = {(series.kind, *series.settings): series.cells for series in all_series}
    goals = []
    for producers, redis_goal in ((1, 2.3), (8, 1.1)):
        for size in (100, 1024):
            cells = by_work["append", size, 1, producers]
            work = f"append, {size} B, 1 a put, {producers} producer{'s' if producers > 1 else ''}"
            goals += at_least(work, "the bare file, growing", cells, "bare", 0.95)
            goals += at_least(work, "Redis", cells, "redis", redis_goal)
    for size in (100, 1024):
        for producers in (1, 8):
            cells = by_work["append", size, 500, producers]
            work = f"append, {size} B, 500 a put, {producers} producer{'s' if producers > 1 else ''}"
            goals += at_least(work, "Redis", cells, "redis", 10)
            goals += at_least(work, "RabbitMQ, which does not sync", cells, "rabbitmq", 2.5)
    return goals + of_reads(by_work) + of_latencies(by_work)


def at_least(work, of_whom, cells, other, least):
    ours, theirs = rate(cells, "sluice"), rate(cells, other)
    if not ours or not theirs:
        return []
    ratio = ours / theirs
    return [Goal(work, f"at least {least:g} times {of_whom}", f"{ratio:.2f}", ratio >= least)]


def rate(cells, name):
    return cells[name].median("rate") if name in cells and cells[name].state == "ok" else None


def of_reads(by_work):
    goals = []
    for size, least in ((100, 5), (1024, 3.5)):
        cells = by_work["read", size]
        best = max((name for name in cells if name not in ("sluice", "bare") and rate(cells, name)),
                   key=lambda name: rate(cells, name), default=None)
        if best:
            goals += at_least(f"catch-up read, {size} B", f"the best peer ({best})", cells, best, least)
    ours = rate(by_work["read", 1024], "sluice")
    if ours:
        gigabytes = ours * 1024 / 1e9
        goals.append(Goal("catch-up read, 1024 B", "at least 3 GB/s", f"{gigabytes:.2f} GB/s", gigabytes >= 3))
    return goals


def of_latencies(by_work):
    goals = []
    for records in (1_000, 10_000):
        cell = by_work["tail", records]["sluice"]
        p50, p99 = cell.median("p50_us"), cell.median("p99_us")
        if p50:
            goals.append(Goal(f"put to consumer, {records:,} records/s", "p50 under 250 µs", f"{p50:,.0f} µs", p50 < 250))
            goals.append(Goal(f"put to consumer, {records:,} records/s", "p99 under 2 ms", f"{p99 / 1000:.2f} ms", p99 < 2000))
    records, cells = next((settings[1], cells) for settings, cells in by_work.items() if settings[0] == "stored")
    for what in ("put", "get"):
        empty, full = (cells[name].median(f"{what}_p50_us") for name in ("empty", "full"))
        if empty and full:
            ratio = full / empty
            work = f"{what} with {records:,} stored records"
            goals.append(Goal(work, "at most 1.2 times an empty stream's p50", f"{ratio:.2f}", ratio <= 1.2))
    return goals
