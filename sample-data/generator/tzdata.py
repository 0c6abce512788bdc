"""iso3166.tab and zone1970.tab of the time zone database, whole (public domain)."""

import hashlib
import sys
from pathlib import Path

VERSION = "2025b"
SYSTEM = Path("/usr/share/zoneinfo")
SHA256 = {
    "iso3166.tab": "a01a5d158f31d46ad8e6f8cc2a06c641810682a9397d460320f68d5421b65e71",
    "zone1970.tab": "57194e43b001b8f832987b21b82953d997aeeaebeb53a8520140bc12d7d8cfcc",
}


def write(out, committed):
    """Copy from the system, or from the folder `committed` where the system has another version.

    Returns the expected answers, and the zones as (country codes, zone name).
    """
    tables = {}
    for name in SHA256:
        data = read(name, committed)
        out.bytes(name, data)
        lines = data.decode("utf-8").splitlines()
        tables[name] = [line.split("\t") for line in lines if not line.startswith("#")]
    countries, zones = tables["iso3166.tab"], tables["zone1970.tab"]
    codes = [code for zone in zones for code in zone[0].split(",")]
    expected = {
        "iso3166": {"rows": len(countries), "codes_NA": sum(row[0] == "NA" for row in countries)},
        "zone1970": {
            "rows": len(zones),
            "rows_without_comment": sum(len(zone) == 3 for zone in zones),
            "rows_with_several_codes": sum("," in zone[0] for zone in zones),
            "rows_exploded": len(codes),
            "codes": len(set(codes)),
            "codes_NA": codes.count("NA"),
            "countries_without_zone": sorted({row[0] for row in countries} - set(codes)),
        },
    }
    return expected, [(zone[0].split(","), zone[2]) for zone in zones]


def read(name, committed):
    """The bytes of one table, those of `VERSION` and no others."""
    for folder in (SYSTEM, committed):
        path = folder / name
        if path.is_file():
            data = path.read_bytes()
            if hashlib.sha256(data).hexdigest() == SHA256[name]:
                return data
        if folder == SYSTEM:
            note = f"note: the system's {name} is not that of tzdata {VERSION}; keeping the committed one"
            print(note, file=sys.stderr)
    sys.exit(f"{name} of tzdata {VERSION} is neither in {SYSTEM} nor committed")
