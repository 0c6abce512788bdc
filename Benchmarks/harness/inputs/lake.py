"""lake/: 2,000 days of flights, a CSV file each (`year=/month=/day=/part-0.csv`, about 920 rows, without those three columns).

lake_drift/ is the same until something changes, as it does in a real lake: from file 1,500 on there is one more column
(`gate`), in file 1,700 the integer column `flight` holds one text, and in file 1,800 the integer column `distance` holds
one `1400.5`. Files count from 0 in the order of days.
"""

from . import flights, nycflights

FILES = 2_000
NEW_COLUMN_FROM, TEXT_IN, FRACTION_IN = 1_500, 1_700, 1_800
CHANGED_ROW = 400


def make(path):
    write(path, lambda index, header, rows: (header, rows))


def make_drift(path):
    write(path, drifted)


def write(path, change):
    header, *rows = nycflights.table(path.parent, "flights").splitlines()
    by_day = {}
    for row in rows:
        _, month, day, rest = row.split(b",", 3)
        by_day.setdefault((int(month), int(day)), []).append(rest)
    rest_of_header = header.split(b",", 3)[3]
    days = [(copy, *day) for copy in range(flights.COPIES) for day in sorted(by_day)][:FILES]
    for index, (copy, month, day) in enumerate(days):
        year = b"%d" % (nycflights.FIRST_YEAR + copy)
        rows_of_day = []
        for row in by_day[month, day]:
            between, _, hour = row.rpartition(b",")
            rows_of_day.append(between.split(b",") + [nycflights.shifted(hour, year)])
        columns, changed = change(index, rest_of_header.split(b","), rows_of_day)
        folder = path / f"year={year.decode()}" / f"month={month}" / f"day={day}"
        folder.mkdir(parents=True)
        lines = [b",".join(fields) for fields in [columns, *changed]]
        (folder / "part-0.csv").write_bytes(b"\n".join(lines) + b"\n")


def drifted(index, header, rows):
    if index == TEXT_IN:
        rows[CHANGED_ROW][header.index(b"flight")] = b"15A"
    if index == FRACTION_IN:
        rows[CHANGED_ROW][header.index(b"distance")] = b"1400.5"
    if index < NEW_COLUMN_FROM:
        return header, rows
    return header + [b"gate"], [row + [b"%c%d" % (65 + at % 5, 1 + at % 40)] for at, row in enumerate(rows)]
