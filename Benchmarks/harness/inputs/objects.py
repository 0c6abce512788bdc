"""objects/: 100,000 small objects as a service leaves them: `day=/hour=/NNNNN.json` with one to five JSON lines each, so that
opening them costs more than reading. In one object of a thousand a record lacks `coupon`; `amount` is a whole number here and there."""

import datetime
import json
import random

OBJECTS = 100_000
HOURS = 24
DAYS = 50
CITIES = ("Ulm", "Oslo", "Porto", "Lyon", "Bern", "Turku", "Gent", "Brno")


def make(path):
    chance = random.Random(20_260_101)
    start = datetime.datetime(2025, 1, 1, tzinfo=datetime.timezone.utc)
    number = 0
    each = OBJECTS // (DAYS * HOURS) + 1
    for hour in range(DAYS * HOURS):
        at = start + datetime.timedelta(hours=hour)
        folder = path / f"day={at:%Y-%m-%d}" / f"hour={at.hour}"
        folder.mkdir(parents=True)
        for place in range(min(each, OBJECTS - number)):
            lines = [record(chance, at, number, line) for line in range(chance.randint(1, 5))]
            (folder / f"{number:06d}.json").write_text("".join(json.dumps(line) + "\n" for line in lines))
            number += 1


def record(chance, at, number, line):
    amount = round(chance.uniform(1, 900), 2)
    found = {
        "id": number * 10 + line, "at": (at + datetime.timedelta(seconds=chance.randrange(3600))).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "account": f"A{chance.randrange(5000):05d}", "city": chance.choice(CITIES),
        "amount": int(amount) if chance.random() < 0.05 else amount, "paid": chance.random() < 0.8,
        "coupon": f"C{chance.randrange(99):02d}"}
    if number % 1_000 == 7:
        del found["coupon"]
    return found
