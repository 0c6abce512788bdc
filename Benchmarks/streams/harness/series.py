"""What is done to each system, turn after turn, and what came out."""

import dataclasses
import os
import statistics

import clients
import neighbours

SIZES = (100, 1024)
BATCHES = (1, 500)
PRODUCERS = (1, 8)
# Records a second, and by how many producers.
PACES = ((1_000, 1), (10_000, 8))
# Streams that are read have what a system writes in this time, within bounds.
FILL_SECONDS = 3
FILL_LEAST, FILL_MOST, FILL_BYTES_MOST = 20_000, 1_000_000, 256_000_000


@dataclasses.dataclass
class Cell:
    """One system on one kind of work: a list of figures for each turn. `state`: ok, WRONG, failed."""

    turns: list = dataclasses.field(default_factory=list)
    state: str = "ok"
    note: str = ""
    is_checked: bool = False

    def median(self, figure):
        values = [turn[figure] for turn in self.turns if figure in turn]
        return statistics.median(values) if values else None

    def spread(self, figure):
        values = [turn[figure] for turn in self.turns if figure in turn]
        return (min(values), max(values)) if values else None

    def call(self, system, command, stream, **options):
        """Runs a command; a failure is noted, and the system is left out from then on."""
        try:
            return system.call(command, stream, **options)
        except clients.Failed as failure:
            self.state, self.note = "failed", str(failure)
            return None

    def measure(self, system, command, stream, beside, **options):
        """The same for a command that gives figures, which are kept; again where others disturbed it."""
        while True:
            os.sync()  # Nobody pays for writing what the program before left in the page cache.
            beside.start()
            figures = self.call(system, command, stream, **options)
            if figures is None:
                return None
            figures["others"] = beside.share()
            if not figures.get("in_order", True):
                self.state, self.note = "WRONG", "records came out of order, twice or with gaps"
                return None
            if figures["others"] <= neighbours.SHARE_MOST or not beside.may_repeat():
                self.turns.append(figures)
                return figures

    def check(self, system, stream, size, written):
        """Reads everything back: each record once, in order for each producer, and the hashes of the payloads."""
        read = self.call(system, "read", stream, size=size, records=written["records"], check=1)
        if read is None:
            return
        self.is_checked = True
        if not read["in_order"] or read["records"] != written["records"] or read["hash"] != written["hash"]:
            self.state = "WRONG"
            self.note = f"wrote {written['records']} records with the hash {written['hash']}, read {read['records']} with {read['hash']}" \
                        + ("" if read["in_order"] else ", out of order, twice or with gaps")


def in_turns(systems, cells, turns, once):
    """Calls `once(system, cell, turn)` for the systems one after another, and again."""
    for turn in range(turns):
        for system in systems:
            cell = cells[system.name]
            if cell.state == "ok":
                system.begin_turn()
                once(system, cell, turn)
                system.end_turn()


def append(systems, arguments, size, batch, producers):
    cells = {system.name: Cell() for system in systems}

    def once(system, cell, turn):
        figures = cell.measure(
            system, "append", "append", arguments.beside, size=size, batch=batch, producers=producers, warmup=arguments.warmup,
            seconds=arguments.seconds)
        if figures and system.keeps_records:
            if turn == arguments.repeats - 1:
                cell.check(system, "append", size, figures)
            cell.call(system, "delete", "append")

    in_turns(systems, cells, arguments.repeats, once)
    return cells


def read(systems, arguments, size, rates):
    """Streams written before, by eight producers, from the page cache. `rates`: records a second that a system wrote in batches."""
    readable = [system for system in systems if system.keeps_records]
    cells = {system.name: Cell() for system in readable}
    written = {}

    def fill(system, cell, _):
        in_time = int((rates.get(system.name) or 0) * FILL_SECONDS)
        count = min(FILL_MOST, FILL_BYTES_MOST // size, max(FILL_LEAST, in_time))
        written[system.name] = cell.call(system, "append", "read", size=size, batch=500, producers=8, records=count)
        if cell.state == "ok":
            cell.check(system, "read", size, written[system.name])

    def once(system, cell, _):
        records = written[system.name]["records"]
        cell.measure(system, "read", "read", arguments.beside, size=size, records=records, seconds=arguments.seconds)

    in_turns(readable, cells, 1, fill)
    in_turns(readable, cells, arguments.repeats, once)
    in_turns(readable, cells, 1, lambda system, cell, _: cell.call(system, "delete", "read"))
    return cells


def tail(systems, arguments, rate, producers):
    live = [system for system in systems if system.has_consumers]
    cells = {system.name: Cell() for system in live}

    def once(system, cell, _):
        seconds = 2 * arguments.seconds
        if cell.measure(system, "tail", "tail", arguments.beside, size=100, rate=rate, producers=producers, seconds=seconds):
            cell.is_checked = True
            cell.call(system, "delete", "tail")

    in_turns(live, cells, arguments.repeats, once)
    return cells


def stored(sluice, arguments):
    """Sluice with an empty stream and with many records in it."""
    cells = {"empty": Cell(), "full": Cell()}
    cell = cells["full"]
    # One record a put, as the puts that are measured are: a get reads the frame of a put, and frames of other sizes are other work.
    if cell.call(sluice, "append", "full", size=100, batch=1, producers=1, records=arguments.stored, buffered=1) is None:
        return cells
    for _ in range(arguments.repeats):
        for name, cell in cells.items():
            if cell.state == "ok":
                if name == "empty":
                    cell.call(sluice, "create", "empty")
                cell.measure(sluice, "stored", name, arguments.beside, size=100, seconds=arguments.seconds)
    for name, cell in cells.items():
        cell.call(sluice, "delete", name)
    return cells
