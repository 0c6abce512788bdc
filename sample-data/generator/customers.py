"""Three full snapshots of a customer table, a day apart.

Between two days some customers move to another city, some leave and some come; on the third day two that had left are
back, and one is back in the city of the first day. Nothing else changes. `points` are integers exported with `.0`.
"""

from .common import Dice

HEADER = ["customer_id", "name", "email", "city", "country", "points"]
DAYS = ("2024-03-01", "2024-03-02", "2024-03-03")
ROWS = 600
MOVES = (18, 15)  # customers that change city on day 2 and on day 3; one of day 3 moves back
LEAVES = (6, 4)
RETURNS = 2  # on day 3, of those that left on day 2
CITY, COUNTRY = 3, 4

FIRST_NAMES = (
    "Anna", "Zoë", "José", "Łukasz", "Søren", "Çağla", "François", "Iñigo", "Đorđe", "Þóra", "Jiří", "Aoife", "Liam",
    "Grace", "Иван", "Ελένη", "Nguyễn", "Chloé", "Ngozi", "Tomás", "Maja", "Olga", "Peter", "Ruth", "伟", "さくら",
)
LAST_NAMES = (
    "Müller", "Novák", "O'Brien", "Nowak", "Jørgensen", "Yılmaz", "Lefèvre", "Etxeberria", "Petrović", "Jónsdóttir",
    "Smith", "Van der Berg", "Петров", "Παπαδοπούλου", "Văcărescu", "Okafor", "Fernández", "Kowalska", "王", "田中",
)
CITIES = (
    ("Köln", "DE"), ("München", "DE"), ("Zürich", "CH"), ("Genève", "CH"), ("São Paulo", "BR"), ("Kraków", "PL"),
    ("Łódź", "PL"), ("Reykjavík", "IS"), ("Malmö", "SE"), ("Århus", "DK"), ("İzmir", "TR"), ("Bogotá", "CO"),
    ("Québec", "CA"), ("Windhoek", "NA"), ("Lüderitz", "NA"), ("Αθήνα", "GR"), ("東京", "JP"), ("Wien", "AT"),
    ("Graz", "AT"), ("Cork", "IE"), ("Austin", "US"), ("Leeds", "GB"),
)


def write(out):
    """Returns the expected answers and the snapshots: for each day, the row of each customer_id."""
    dice = Dice(1)
    numbers = iter(range(1, 10_000, 7))
    first = dict(new_customer(dice, next(numbers)) for _ in range(ROWS))
    left = dice.sample(sorted(first), LEAVES[0])
    second = without(first, left)
    moved = dice.sample(sorted(second), MOVES[0])
    move(dice, second, moved)
    second.update(new_customer(dice, next(numbers)) for _ in range(LEAVES[0]))

    left_again = dice.sample(sorted(first.keys() & second.keys() - set(moved)), LEAVES[1])
    third = without(second, left_again)
    back_in_city = moved[0]
    movers = dice.sample(sorted(third.keys() - set(moved)), MOVES[1] - 1)
    move(dice, third, movers)
    third[back_in_city] = first[back_in_city]
    returned = left[:RETURNS]
    third.update((key, first[key]) for key in returned)
    third.update(new_customer(dice, next(numbers)) for _ in range(LEAVES[1] - RETURNS))

    snapshots = [first, second, third]
    for day, snapshot in zip(DAYS, snapshots):
        out.csv(f"customers-{day}.csv", HEADER, [snapshot[key] for key in sorted(snapshot)])
    return summary(snapshots, back_in_city, returned), snapshots


def new_customer(dice, number):
    """Key and row. One name in a hundred is written `last, first`, so that it needs quotes."""
    key = f"{number:06d}"
    first, last = dice.pick(FIRST_NAMES), dice.pick(LAST_NAMES)
    name = f"{last}, {first}" if dice.chance(0.01) else f"{first} {last}"
    city, country = dice.pick(CITIES)
    points = "" if dice.chance(0.2) else f"{dice.low(5_000)}.0"
    return key, [key, name, f"c{number}@example.com", city, country, points]


def without(snapshot, keys):
    return {key: row for key, row in snapshot.items() if key not in keys}


def move(dice, snapshot, keys):
    """Give each of `keys` another city, and its country."""
    for key in keys:
        row = snapshot[key]
        city, country = dice.pick([place for place in CITIES if place[0] != row[CITY]])
        snapshot[key] = [*row[:CITY], city, country, *row[COUNTRY + 1 :]]


def summary(snapshots, back_in_city, returned):
    first, _, last = snapshots
    changes, versions = {}, len(first)
    for day, before, now in zip(DAYS[1:], snapshots, snapshots[1:]):
        added, removed = sorted(now.keys() - before.keys()), sorted(before.keys() - now.keys())
        changed = sorted(key for key in now.keys() & before.keys() if now[key] != before[key])
        versions += len(added) + len(changed)
        changes[day] = {"added": added, "city_changed": changed, "removed": removed}
    everyone = {**snapshots[0], **snapshots[1], **snapshots[2]}
    return {
        "rows_by_day": {day: len(snapshot) for day, snapshot in zip(DAYS, snapshots)},
        "changes": changes,
        "keys": len(everyone),
        "keys_back_in_first_city": [back_in_city],
        "keys_returned": sorted(returned),
        "scd2_rows_if_removal_closes": versions,
        "scd2_rows_if_removal_ignored": versions - len(returned),
        "scd2_current_rows_if_removal_closes": len(last),
        "last_day": {
            "points_missing": sum(row[5] == "" for row in last.values()),
            "points_sum": sum(int(row[5][:-2]) for row in last.values() if row[5]),
            "country_NA": sum(row[COUNTRY] == "NA" for row in last.values()),
            "names_with_comma": sum("," in row[1] for row in last.values()),
        },
    }
