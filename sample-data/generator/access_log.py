"""A web server's log in the combined format.

A line carries the time at which its request began and is written when it ends, up to 59 s later: most lines are behind
the largest time seen so far. Some lines are cut off; some answers have no body, which the format writes as `-`.
"""

from .common import Dice, after, count, cut, instant, lag

LINES = 3_000
CUT = 12
ADDRESSES = 120  # 203.0.113.1 and up: the network is reserved for documentation
SPAN_SECONDS = 3 * 3_600
DELAY_SECONDS, FAST_SECONDS = 60, 2
FAST = 0.15  # of all requests end within FAST_SECONDS
SESSION_GAP_SECONDS = 30 * 60
START = instant("2024-03-01T10:00:00")

STATUSES = (200,) * 80 + (304,) * 9 + (404,) * 6 + (302,) * 3 + (500,) * 2
WITHOUT_BODY = {304}
METHODS = ("GET",) * 17 + ("POST",) * 2 + ("HEAD",)
PATHS = ("/", "/cart?step=2", "/search?q=caf%C3%A9", "/static/app.js")
REFERRERS = ("-", "-", "https://shop.example/", "https://search.example/?q=tea+kettle")
AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:123.0) Gecko/20100101 Firefox/123.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_3 like Mac OS X) Safari/604.1",
    "curl/8.5.0",
    "-",
)


def write(out):
    dice = Dice(4)
    requests = make_requests(dice)
    cut_off = set(dice.sample(range(LINES), CUT))
    lines = [line_of(request) for request in requests]
    out.lines("access.log", [cut(dice, line) if index in cut_off else line for index, line in enumerate(lines)])
    whole = [request for index, request in enumerate(requests) if index not in cut_off]
    return summary(whole, cut_off)


def make_requests(dice):
    """All requests in the order in which they ended. A visit is a few requests from one address, with short pauses."""
    requests = []
    while len(requests) < LINES:
        address = f"203.0.113.{1 + dice.low(ADDRESSES)}"
        agent, user = dice.pick(AGENTS), "ann" if dice.chance(0.05) else "-"
        second = dice.below(SPAN_SECONDS)
        for _ in range(1 + dice.low(40)):
            requests.append(make_request(dice, address, agent, user, second))
            second += 1 + dice.low(90)
    requests = requests[:LINES]
    requests.sort(key=lambda request: (request["end"], request["second"], request["address"]))
    return requests


def make_request(dice, address, agent, user, second):
    status, method = dice.pick(STATUSES), dice.pick(METHODS)
    without_body = status in WITHOUT_BODY or method == "HEAD"
    return {
        "address": address,
        "user": user,
        "second": second,
        "end": second + (dice.below(FAST_SECONDS) if dice.chance(FAST) else 30 + dice.below(DELAY_SECONDS - 30)),
        "method": method,
        "path": dice.pick((f"/p/{1 + dice.low(900):05d}", *PATHS)),
        "status": status,
        "bytes": None if without_body else 120 + dice.low(60_000),
        "referrer": dice.pick(REFERRERS),
        "agent": agent,
    }


def line_of(request):
    time = f"{after(START, seconds=request['second']):%d/%b/%Y:%H:%M:%S} +0000"
    size = "-" if request["bytes"] is None else request["bytes"]
    return (
        f'{request["address"]} - {request["user"]} [{time}] "{request["method"]} {request["path"]} HTTP/1.1" '
        f'{request["status"]} {size} "{request["referrer"]}" "{request["agent"]}"'
    )


def summary(whole, cut_off):
    lags = lag(request["second"] for request in whole)
    return {
        "lines": LINES,
        "cut": CUT,
        "cut_lines": sorted(index + 1 for index in cut_off),
        "whole": len(whole),
        "addresses": len({request["address"] for request in whole}),
        "bytes": sum(request["bytes"] or 0 for request in whole),
        "without_byte_count": sum(request["bytes"] is None for request in whole),
        "whole_by_status": count(request["status"] for request in whole),
        "whole_by_method": count(request["method"] for request in whole),
        "whole_by_hour": count(f"{after(START, seconds=request['second']):%Y-%m-%dT%H:00:00Z}" for request in whole),
        "behind_lines": sum(seconds > 0 for seconds in lags),
        "behind_seconds_max": max(lags),
        "session_gap_minutes": SESSION_GAP_SECONDS // 60,
        "sessions": sessions(whole),
    }


def sessions(whole):
    """Runs of requests from one address whose pauses are at most the gap; no pause is exactly as long as it."""
    by_address = {}
    for request in whole:
        by_address.setdefault(request["address"], []).append(request["second"])
    total = 0
    for seconds in by_address.values():
        seconds.sort()
        pauses = [later - earlier for earlier, later in zip(seconds, seconds[1:])]
        assert SESSION_GAP_SECONDS not in pauses, "a pause as long as the gap makes the answer ambiguous"
        total += 1 + sum(pause > SESSION_GAP_SECONDS for pause in pauses)
    return total
