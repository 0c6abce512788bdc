"""texts.csv: 430,000 reviews, about 300 MB, whose quoted texts hold commas, quotes and line ends (LF and CR LF).

Columns: a number, a time, a nullable small number, an amount with two decimals, a truth value, and three texts; half of the
records span several lines.
"""

import datetime
import random

from . import words

ROWS = 430_000
SEED = 20240601
FIRST_TIME = datetime.datetime(2023, 1, 1)


def make(path):
    rnd = random.Random(SEED).random
    sentences = words.pool(rnd, 20_000, lambda: words.sentence(rnd).replace('"', '""'))
    with path.open("w", encoding="utf-8", newline="") as out:
        out.write("id,posted_at,rating,price,verified,author,title,body\n")
        for index in range(ROWS):
            posted = FIRST_TIME + datetime.timedelta(seconds=index * 97 + int(rnd() * 97))
            rating = "" if rnd() < 0.15 else 1 + int(rnd() * 5)
            price = f"{rnd() ** 3 * 5_000:.2f}"
            author = f"{words.choice(rnd, words.NOUNS)}, {words.choice(rnd, words.VERBS)}" if rnd() < 0.4 else f"reader{int(rnd() * 1e6)}"
            title = words.sentence(rnd)
            body = quoted_body(rnd, sentences) if rnd() > 0.05 else ""
            out.write(f"{index},{posted:%Y-%m-%dT%H:%M:%SZ},{rating},{price},{'true' if rnd() < 0.7 else 'false'},"
                      f"{quoted_where_needed(author)},{quoted_where_needed(title)},{body}\n")


def quoted_body(rnd, sentences):
    """Sentences with blanks, commas and line ends between them; no two bodies are alike, and half of them span lines."""
    marks = (". ", ", ", "; ", "\n", "\r\n", "\n\n") if rnd() < 0.55 else (". ", ", ", "; ")
    parts = []
    for _ in range(2 + int(rnd() ** 2 * 48)):
        parts.append(words.choice(rnd, sentences))
        parts.append(words.choice(rnd, marks))
    return '"' + "".join(parts) + '"'


def quoted_where_needed(text):
    return quoted(text) if any(mark in text for mark in ',"\n\r') else text


def quoted(text):
    return '"' + text.replace('"', '""') + '"'
