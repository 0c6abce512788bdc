"""Messy CSV files, each with the columns that a careful person gives it and the number of its rows.

A kind is right where it keeps every value: text for what loses a leading zero, a digit or a letter as a number. Where two kinds are both fair, both are
listed with a bar between them.
"""

ROWS = 30_000


def lines(*rows):
    return "".join(row + "\n" for row in rows)


def many(name, value, last):
    """A column that changes behind what a sample sees."""
    return lines(name, *(value(n) for n in range(ROWS)), last)


def numbered(*values):
    return lines("id,value", *(f"{number},{value}" for number, value in enumerate(values)))


# Name: bytes, columns with their kinds, rows.
CASES = {
    "leading zeros": (lines("zip,n", "02134,1", "90210,2", "10115,3"), "zip text, n integer", 3),
    "long ids": (lines("id,n", "12345678901234567890123,1", "12345678901234567890124,2"), "id text|integer, n integer", 2),
    "long ids, late": (many("id", lambda n: str(n), "123456789012345678901234567890123456789012345"), "id text|integer", ROWS + 1),
    "fraction behind many integers": (many("n", str, "0.5"), "n number", ROWS + 1),
    "text behind many integers": (many("n", str, "n/a?"), "n text", ROWS + 1),
    "leading zero behind many integers": (many("zip", lambda n: str(10_000 + n), "02134"), "zip text", ROWS + 1),
    "date behind many empty fields": (lines("id,day", *(f"{n}," for n in range(ROWS)), f"{ROWS},2024-02-29"), "id integer, day time", ROWS + 1),
    "days of one form": (numbered("2024-01-31", "2024-02-29"), "id integer, value time", 2),
    "days, the day first": (numbered("31.12.2024", "01.02.2024"), "id integer, value time", 2),
    "days, the month first": (numbered("12/31/2024", "02/01/2024"), "id integer, value time", 2),
    "days of two orders": (numbered("31/12/2024", "12/31/2024"), "id integer, value text", 2),
    "days of two forms": (numbered("2024-12-31", "31.12.2024"), "id integer, value text|time", 2),
    "no day of the calendar": (numbered("2024-01-31", "2024-02-30"), "id integer, value text", 2),
    "times with zones": (numbered("2024-01-31T10:00:00Z", "2024-01-31T10:00:00+02:00"), "id integer, value time", 2),
    "decimal commas": (lines("id;price", "1;1.234,50", "2;99,95"), "id integer, price number", 2),
    "thousands with commas": (lines('id;n', '1;"1,234,567"', '2;"12,345"'), "id integer, n integer|number|text", 2),
    "a number that is no double": (numbered("1e999", "2"), "id integer, value text", 2),
    "truths": (numbered("true", "false"), "id integer, value truth", 2),
    "truths and a number": (numbered("true", "1", "2"), "id integer, value text", 3),
    "NA that is a country": (lines("country,n", "NA,1", "DE,2", "FR,3"), "country text, n integer", 3),
    "empty fields": (lines("a,b", "1,", ",x", "3,y"), "a integer, b text", 3),
    "latin-1": ("id,city\n1,Zürich\n2,Malmö\n".encode("latin-1"), "id integer, city text", 2),
    "UTF-16": ("id,city\n1,Zürich\n2,Malmö\n".encode("utf-16"), "id integer, city text", 2),
    "UTF-8 with a mark": ("﻿id,city\n1,Zürich\n".encode(), "id integer, city text", 1),
    "rows that are too short": (lines("a,b,c", *(f"{n},{n},x" for n in range(50)), "50,50", "51,51,y"), "a integer, b integer, c text", 52),
    "lines before the header": (lines("Report of 2024-01-31", "", "id,name,n", "1,a,2", "2,b,3", "3,c,4"), "id integer, name text, n integer", 3),
    "comments": (lines("# made by hand", "id,name", "1,a", "# not yet", "2,b"), "id integer, name text", 2),
    "line ends in quotes": ('id,text\n1,"a\nb, ""c"""\n2,d\n', "id integer, text text", 2),
    "old line ends": ("id,name\r1,a\r2,b\r", "id integer, name text", 2),
    "bars": (lines("id|name|n", "1|a, b|2", "2|c|3"), "id integer, name text, n integer", 2),
    "quotes within fields": (lines("id,size", '1,5" pipe', '2,6" pipe'), "id integer, size text", 2),
    "spaces around": (lines("id, name, n", "1, a, 2", "2, b, 3"), "id integer, name text, n integer", 2),
    "phone numbers": (numbered("+49301234567", "+14155550100"), "id integer, value text", 2),
    "hexadecimal": (numbered("00ff", "12e4", "3456"), "id integer, value text", 3),
    "versions": (numbered("1.10", "1.9", "1.2.3"), "id integer, value text", 3),
    "infinite and no number": (numbered("1.5", "NaN", "inf"), "id integer, value number|text", 3),
    "a column of one": (lines("name", "a", "b"), "name text", 2),
}
