"""A small export from an office program: cp1252, semicolons, CRLF, 1.234,56 and dd/mm/yyyy.

All rows but four become (code string, name string, date, amount decimal(12,2), quantity int) once the options for
encoding, dialect and locale are set. Names and codes may have trailing blanks, and a code comes in two letter cases.
"""

from datetime import date, timedelta

from .common import Dice, decimal_text

HEADER = "code;name;date;amount;quantity"
ROWS = 300
BREAK_ROW, SEMICOLON_ROW, QUOTE_ROW = 41, 77, 120  # data rows, from 1
BAD_ROWS = {63: "date", 118: "amount", 201: "fields", 266: "quantity"}
BAD_VALUES = {"date": "31/02/2024", "amount": "n/a", "quantity": "12,5"}
NAMES = (
    "Café crème", "Grüner Tee", "Jalapeño – scharf", "Gutschein 10 €", "Brot", "Müsli ‘Bio’", "Œuf dur", "Crème brûlée",
    "Šunka", "Notizbuch A5", "Kugelschreiber", "Fußmatte", "Ersatzteil „groß“", "Žito™",
)
MAX_CENTS = 2_500_000


def write(out):
    dice = Dice(5)
    lines, good, bad, physical = [HEADER], [], [], 2
    for row in range(1, ROWS + 1):
        record = make_record(dice, row)
        if row in BAD_ROWS:
            reason = BAD_ROWS[row]
            bad.append({"line": physical, "reason": reason, "row": row, "value": spoil(record, reason)})
        else:
            good.append(record)
        line = ";".join([record["code"], record["name"], record["date"], record["amount"], record["quantity"]])
        lines.append(line)
        physical += 1 + line.count("\n")
    out.bytes("messy.csv", "".join(line + "\r\n" for line in lines).encode("cp1252"))
    return summary(good, bad, physical - 1)


def make_record(dice, row):
    """The five fields as written, and the values that they stand for."""
    code = f"{dice.pick('abc')}-{1 + dice.below(40):03d}"
    cents = (1 + dice.low(MAX_CENTS)) * (-1 if dice.chance(0.06) else 1)
    quantity = (1 + dice.low(200)) * (-1 if cents < 0 else 1)
    day = date(2024, 1, 1) + timedelta(days=dice.below(366))
    record = {
        "code": (code.upper() if dice.chance(0.7) else code) + (" " if dice.chance(0.05) else ""),
        "name": dice.pick(NAMES) + (" " * (1 + dice.below(4)) if dice.chance(0.2) else ""),
        "date": f"{day:%d/%m/%Y}",
        "amount": locale_text(cents),
        "quantity": str(quantity),
        "cents": cents,
        "day": f"{day:%Y-%m-%d}",
    }
    special = {
        BREAK_ROW: '"Tasse\nmit Henkel"',
        SEMICOLON_ROW: '"Schrauben; 6 mm"',
        QUOTE_ROW: '"Rohr 3/4"" – verzinkt"',
    }
    record["name"] = special.get(row, record["name"])
    return record


def locale_text(cents):
    """-123456 as `-1.234,56`."""
    whole = f"{abs(cents) // 100:,}".replace(",", ".")
    return f"{'-' if cents < 0 else ''}{whole},{abs(cents) % 100:02d}"


def spoil(record, reason):
    """Make the record bad in one way; returns the text at fault."""
    if reason == "fields":
        record["name"] = "Draht; 2 mm"  # an unquoted semicolon: six fields
        return record["name"]
    record[reason] = BAD_VALUES[reason]
    return record[reason]


def summary(good, bad, lines):
    codes = [record["code"] for record in good]
    return {
        "rows": ROWS,
        "lines": lines,
        "good": len(good),
        "bad": bad,
        "amount": decimal_text(sum(record["cents"] for record in good)),
        "quantity": sum(int(record["quantity"]) for record in good),
        "negative_amounts": sum(record["cents"] < 0 for record in good),
        "codes_as_written": len(set(codes)),
        "codes_cleaned": len({code.strip().upper() for code in codes}),
        "names_with_trailing_blanks": sum(record["name"] != record["name"].rstrip() for record in good),
        "first_day": min(record["day"] for record in good),
        "last_day": max(record["day"] for record in good),
    }
