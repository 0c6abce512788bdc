"""updates.csv: 4,000,000 changes of 400,000 accounts, for keep-latest: of each account the row with the greatest `updated_at` counts.

Rows come late by up to eight minutes, so that the last row of an account is not always its latest; no two rows have the same
time. A few accounts have most of the changes, and one in three a missing balance or city.
"""

import datetime
import random

ROWS, ACCOUNTS = 4_000_000, 400_000
SEED = 20240301
FIRST_TIME = datetime.datetime(2024, 3, 1)
CITIES = ("Berlin", "São Paulo", "Łódź", "New York", "Nairobi", "", "Osaka", "Reykjavík")
STATES = ("active", "closed", "locked", "new")


def make(path):
    rnd = random.Random(SEED).random
    dates = [(FIRST_TIME + datetime.timedelta(days=day)).strftime("%Y-%m-%d") for day in range(ROWS // 86_400 + 2)]
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write("account,updated_at,revision,state,balance,city,email\n")
        for index in range(ROWS):
            number = int(ACCOUNTS * rnd() ** 2)
            # Two rows of one second are less than 1,000 rows apart, so that their milliseconds differ.
            second = max(0, index + int(rnd() * 960) - 480)
            day, within = divmod(second, 86_400)
            draw = rnd()
            balance = "" if draw < 0.1 else f"{draw * 90_000 - 20_000:.2f}"
            clock = f"{within // 3600:02d}:{within // 60 % 60:02d}:{within % 60:02d}.{index % 1000:03d}"
            out.write(
                f"AC-{number * 7919 % 10_000_000:07d},{dates[day]}T{clock}Z,"
                f"{index},{STATES[int(draw * 97) & 3]},{balance},{CITIES[int(draw * 1009) & 7]},user{number}@example.org\n")
