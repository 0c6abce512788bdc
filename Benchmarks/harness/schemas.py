"""Schemas as answers: a CSV line for each column, with a kind that does not depend on how a program calls its types."""

import csv
import io
import json
import re
from pathlib import Path

WRAPPERS = re.compile(r"^(?:Nullable|LowCardinality)\((.*)\)$")
KINDS = (
    ("integer", r"(U?Int\d+|(TINY|SMALL|BIG|HUGE)?INT(EGER)?|BIGNUM|int\d+)$"), ("number", r"(Float|DOUBLE|REAL|FLOAT|float|Decimal|DECIMAL|decimal)"),
    ("time", r"(Date|DATE|date|TIMESTAMP|timestamp|Datetime)"), ("truth", r"(Bool|BOOLEAN|boolean)"), ("text", r"(String|VARCHAR|string)"))


def kind(name):
    """integer, number, time, truth or text; a type that is none of them stays as it is called."""
    while found := WRAPPERS.match(name):
        name = found[1]
    return next((kind for kind, pattern in KINDS if re.match(pattern, name)), name if name in dict(KINDS) else f"unknown {name}")


def joined(kinds):
    """The kind that holds the values of several."""
    if len(kinds) == 1:
        return next(iter(kinds))
    return "number" if kinds <= {"integer", "number"} else "text"


def text(columns):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("column", "type"))
    writer.writerows(sorted((name, kind(type_name)) for name, type_name in columns))
    return out.getvalue()


def write(path, columns):
    Path(path).write_text(text(columns))


def of_table(document):
    """The columns of what `sluice catalog show --json` prints."""
    table = json.loads(document)["table"]
    return text((column["name"], column["type"]) for column in table["columns"] + table["partition_keys"])
