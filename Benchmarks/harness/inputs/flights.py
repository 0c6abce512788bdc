"""flights.csv: the 336,776 flights of 2013 in copies for several years, the copies' rows interleaved.

Copy k has its years (the column `year` and the year in `time_hour`) shifted by k; all other text is the package's, but for
missing values, which are empty fields. 15 copies are 5,051,640 rows, 464 MB. The copies alternate every 10,000 rows: row by
row, neighbours would be equal but for a digit, and gzip would make 30 MB of the file where real flights become 124 MB.
"""

import gzip

from . import nycflights

COPIES = 15
BLOCK_ROWS = 10_000
SMALL_ROWS = 11_500
GZIP_LEVEL = 6


def make(path, copies=COPIES):
    header, *rows = nycflights.table(path.parent, "flights").splitlines(keepends=True)
    years = [b"%d" % (nycflights.FIRST_YEAR + copy) for copy in range(copies)]
    with path.open("wb") as out:
        out.write(header)
        # year is the first field and time_hour, `2013-01-01T10:00:00Z`, the last.
        parted = [row.rpartition(b",") for row in rows]
        for start in range(0, len(rows), BLOCK_ROWS):
            block = [(before[4:] + b",", hour) for before, _, hour in parted[start : start + BLOCK_ROWS]]
            for year in years:
                out.write(b"".join(year + before + nycflights.shifted(hour, year) for before, hour in block))


def make_gzip(path, flights):
    """As `gzip -6` writes it, without a name and a time, so that the bytes are the same every time."""
    with flights.open("rb") as plain, path.open("wb") as out:
        with gzip.GzipFile("", "wb", GZIP_LEVEL, out, mtime=0) as packed:
            while chunk := plain.read(4 << 20):
                packed.write(chunk)


def make_small(path, flights):
    """Every 439th row of flights.csv, so that all months and years occur."""
    with flights.open("rb") as plain:
        header, *rows = plain
    step = len(rows) // SMALL_ROWS
    path.write_bytes(header + b"".join(rows[: SMALL_ROWS * step : step]))
