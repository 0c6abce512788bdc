"""Tables to join with flights.csv: airlines (16 rows), airports (1,458), planes (3,322), and the weather of every hour.

weather.csv has the same 15 shifted years as flights.csv, so that every flight finds its hour: 26,115 rows a year.
"""

from . import flights, nycflights


def make(path):
    path.write_bytes(nycflights.table(path.parent, path.name.removeprefix("making-").removesuffix(".csv")))


def make_weather(path):
    header, *rows = nycflights.table(path.parent, "weather").splitlines(keepends=True)
    columns = header.rstrip().split(b",")
    year_at, hour_at = columns.index(b"year"), columns.index(b"time_hour")
    with path.open("wb") as out:
        out.write(header)
        for copy in range(flights.COPIES):
            year = b"%d" % (nycflights.FIRST_YEAR + copy)
            for row in rows:
                fields = row.rstrip(b"\n").split(b",")
                fields[year_at] = nycflights.shifted(fields[year_at], year)
                fields[hour_at] = nycflights.shifted(fields[hour_at], year)
                out.write(b",".join(fields) + b"\n")
