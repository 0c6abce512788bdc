"""Two hours of a web shop's events as JSON lines, as an at-least-once producer with a bad network writes them.

Lines stand in order of arrival, at most 90 s after the event. A repeated line is equal to the first one byte for byte.
A line that was cut off is a first attempt: its event comes again, whole, further down. So no event is lost.
"""

import json

from .common import Dice, after, count, cut, decimal_text, instant, lag

EVENTS = 4_000
REPEATED = 40
CUT = 16
SPAN_MS = 2 * 3_600_000
DELAY_MS, STRAGGLER_DELAY_MS = 30_000, 90_000
STRAGGLERS = 0.02
START = instant("2024-03-01T08:00:00")
USERS = 400
INTEGER_BUILDS = 25  # `build` is an integer in these events and a string in the others
LONG_TEXT = 35_000  # characters in the longest feedback
NULL_REFERRER = 0.3

TYPES = ("view",) * 60 + ("search",) * 18 + ("cart",) * 14 + ("purchase",) * 6 + ("feedback",) * 2
ITEM_TYPES = {"cart", "purchase"}
BUILDS = ("3.4.0", "3.4.1", "3.5.0-beta")
DEVICES = ({"os": "Android"}, {"os": "iOS"}, {"os": "Linux", "screen": 1440})
WORDS = "shoes blue crème brûlée size 42 naïve façade tea kettle für Größe red wool señor lamp slow parcel".split()
TAGS = ("sale", "new", "gift", "bulky")
REFERRERS = ("https://search.example/?q=tea", "https://news.example/a/1", "https://social.example/")


def write(out, zones, customers):
    """`zones` come from zone1970.tab, the users' ids from the first snapshot of the customers."""
    dice = Dice(3)
    users = make_users(dice, zones, customers)
    events = make_events(dice, users)
    chosen = dice.sample(range(EVENTS), REPEATED + CUT)  # the events that take two attempts
    cut_off = chosen[REPEATED:]
    arrivals = []  # (arrival in ms, event number, kind, line)
    for number, event in enumerate(events):
        line = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        first, second = sorted([delay_ms(dice), delay_ms(dice)]) if number in chosen else (delay_ms(dice), None)
        time = event_ms(event)
        if number in cut_off:
            arrivals.append((time + first, number, "cut", cut(dice, line)))
        else:
            arrivals.append((time + first, number, "whole", line))
        if second is not None:
            arrivals.append((time + second, number, "whole", line))
    arrivals.sort(key=lambda arrival: arrival[:3])
    out.lines("clickstream.jsonl", [line for *_, line in arrivals])
    return summary(events, arrivals, zones)


def make_users(dice, zones, customers):
    """Ids with a time zone each; one of them lives in Namibia, whose country code is NA."""
    windhoek = next(name for codes, name in zones if name == "Africa/Windhoek")
    ids = dice.sample(customers, USERS)
    return [
        {"id": key, "zone": windhoek if index == 0 else dice.pick(zones)[1], "device": dice.pick(DEVICES)}
        for index, key in enumerate(ids)
    ]


def make_events(dice, users):
    """All events in order of their time, numbered in that order."""
    times = sorted(dice.below(SPAN_MS) for _ in range(EVENTS))
    integers = set(dice.sample(range(EVENTS), INTEGER_BUILDS))
    events, long_text_pending = [], True
    for number, time in enumerate(times):
        kind = dice.pick(TYPES)
        moment = after(START, milliseconds=time)
        events.append({
            "id": f"e-{number + 1:06d}",
            "time": f"{moment:%Y-%m-%dT%H:%M:%S}.{time % 1000:03d}Z",
            "type": kind,
            "user": users[dice.low(USERS)],
            "build": 3 if number in integers else dice.pick(BUILDS),
            "props": item_props(dice) if kind in ITEM_TYPES else page_props(dice, kind),
        })
        if kind == "feedback" and long_text_pending and number > EVENTS // 2:
            events[-1]["props"]["text"] = words(dice, LONG_TEXT)[:LONG_TEXT]
            long_text_pending = False
    return events


def page_props(dice, kind):
    """The shape of view, search and feedback: `text` is absent in views, `referrer` is null for a direct visit."""
    referrer = None if dice.chance(NULL_REFERRER) else dice.pick(REFERRERS)
    props = {"path": f"/p/{1 + dice.low(900):05d}", "referrer": referrer}
    if kind == "search":
        props["text"] = words(dice, 12)
    if kind == "feedback":
        props["text"] = words(dice, 40)
    return props


def item_props(dice):
    """The shape of cart and purchase."""
    cents = 99 + dice.low(20_000)
    tags = [tag for tag in TAGS if dice.chance(0.25)]
    return {"sku": f"{1 + dice.low(900):05d}", "quantity": 1 + dice.low(5), "price": cents / 100, "tags": tags}


def words(dice, length):
    """Words until there are at least `length` characters."""
    text = dice.pick(WORDS)
    while len(text) < length:
        text += " " + dice.pick(WORDS)
    return text


def delay_ms(dice):
    """How long a line is on its way: mostly a few seconds, for some stragglers up to 90."""
    if dice.chance(STRAGGLERS):
        return DELAY_MS + dice.below(STRAGGLER_DELAY_MS - DELAY_MS)
    return dice.low(DELAY_MS)


def event_ms(event):
    """Milliseconds since START."""
    return round((instant(event["time"][:23]) - START).total_seconds() * 1000)


def summary(events, arrivals, zones):
    seen, repeated_lines = set(), []
    for line_number, (_, number, kind, _) in enumerate(arrivals, 1):
        if kind == "whole" and number in seen:
            repeated_lines.append(line_number)
        if kind == "whole":
            seen.add(number)
    lags = lag(event_ms(events[number]) for _, number, kind, _ in arrivals if kind == "whole")
    windows = count(f"{event['time'][:15]}0:00Z" for event in events)
    namibian = {name for codes, name in zones if "NA" in codes}
    purchases = [event["props"] for event in events if event["type"] == "purchase"]
    revenue = sum(props["quantity"] * round(props["price"] * 100) for props in purchases)
    return {
        "lines": len(arrivals),
        "cut": sum(kind == "cut" for _, _, kind, _ in arrivals),
        "cut_lines": [index for index, arrival in enumerate(arrivals, 1) if arrival[2] == "cut"],
        "whole": len(lags),
        "repeated": len(repeated_lines),
        "repeated_lines": repeated_lines,
        "events": len(seen),
        "events_by_type": count(event["type"] for event in events),
        "events_by_10_minutes": windows,
        "events_in_zones_of_NA": sum(event["user"]["zone"] in namibian for event in events),
        "events_with_integer_build": sum(event["build"] == 3 for event in events),
        "events_with_null_referrer": sum(event["props"].get("referrer", "") is None for event in events),
        "events_with_text": sum("text" in event["props"] for event in events),
        "purchase_revenue": decimal_text(revenue),
        "tags_exploded": sum(len(event["props"].get("tags", [])) for event in events),
        "users": len({event["user"]["id"] for event in events}),
        "zones": len({event["user"]["zone"] for event in events}),
        "longest_text_characters": max(len(event["props"].get("text", "")) for event in events),
        "longest_line_bytes": max(len(line.encode()) for *_, line in arrivals),
        "behind_ms_max": max(lags),
        "whole_lines_behind_more_than_seconds": {
            str(seconds): sum(ms > seconds * 1000 for ms in lags) for seconds in (0, 10, 30, 60, 90)
        },
    }
