"""Orders in Hive partitions, with a schema that drifts.

`channel` appears in month 02, in the middle of the columns; `coupon` in month 03, at their end. Empty is missing; the
coupon NA is a real one. A returned order is a correction: negative quantity and amount.
"""

from .common import Dice, after, count, decimal_text, instant

ROWS = 1_500
BASE = ["order_id", "customer_id", "ordered_at", "sku", "quantity", "unit_price", "amount", "status"]
HEADERS = {
    "01": BASE,
    "02": [*BASE[:2], "channel", *BASE[2:]],
    "03": [*BASE[:2], "channel", *BASE[2:], "coupon"],
}
DAYS = {"01": 31, "02": 29, "03": 31}
CHANNELS = ("web", "web", "web", "app", "app", "store")
COUPONS = ("SPRING10", "VIP", "NA")
RETURNED = 20  # rows a month
MISSING_CHANNELS = 90  # rows a month, from month 02
WITH_COUPON = 300  # rows in month 03


def write(out, snapshots):
    """`snapshots` are the customers by day; anyone who was ever one may order."""
    dice = Dice(2)
    customers = sorted(set().union(*snapshots))
    months = {month: make_month(dice, month, customers) for month in HEADERS}
    for month, orders in months.items():
        header = HEADERS[month]
        rows = [[order[name] for name in header] for order in orders]
        out.csv(f"orders/year=2024/month={month}/orders.csv", header, rows)
    return summary(months, snapshots[-1])


def make_month(dice, month, customers):
    seconds = sorted(dice.below(DAYS[month] * 86_400) for _ in range(ROWS))
    returned = set(dice.sample(range(ROWS), RETURNED))
    no_channel = set(dice.sample(range(ROWS), MISSING_CHANNELS))
    with_coupon = set(dice.sample(range(ROWS), WITH_COUPON))
    start = instant(f"2024-{month}-01T00:00:00")
    orders = []
    for index, second in enumerate(seconds):
        quantity = (1 + dice.low(6)) * (-1 if index in returned else 1)
        cents = 99 + dice.low(20_000)
        orders.append({
            "order_id": f"24{month}-{index + 1:05d}",
            "customer_id": dice.pick(customers),
            "channel": "" if index in no_channel else dice.pick(CHANNELS),
            "ordered_at": f"{after(start, seconds=second):%Y-%m-%dT%H:%M:%SZ}",
            "sku": f"{1 + dice.low(900):05d}",
            "quantity": quantity,
            "unit_price": decimal_text(cents),
            "amount": decimal_text(quantity * cents),
            "status": "returned" if index in returned else dice.pick(("paid", "shipped")),
            "coupon": dice.pick(COUPONS) if index in with_coupon else "",
            "cents": quantity * cents,
        })
    return orders


def summary(months, last_snapshot):
    everything = [order for orders in months.values() for order in orders]
    with_channel = {month: [order for order in months[month] if order["channel"]] for month in ("02", "03")}
    coupons = [order["coupon"] for order in months["03"] if order["coupon"]]
    return {
        "rows": len(everything),
        "rows_by_month": {month: len(orders) for month, orders in months.items()},
        "columns_by_month": HEADERS,
        "amount": decimal_text(sum(order["cents"] for order in everything)),
        "amount_by_month": {
            month: decimal_text(sum(order["cents"] for order in orders)) for month, orders in months.items()
        },
        "returned_by_month": {month: sum(order["cents"] < 0 for order in orders) for month, orders in months.items()},
        "channel_not_empty_by_month": {month: len(with_channel.get(month, [])) for month in months},
        "rows_by_channel": count(order["channel"] for orders in with_channel.values() for order in orders),
        "coupon_not_empty": len(coupons),
        "coupon_NA": coupons.count("NA"),
        "rows_by_coupon": count(coupons),
        "customers": len({order["customer_id"] for order in everything}),
        "rows_without_customer_on_last_day": sum(order["customer_id"] not in last_snapshot for order in everything),
    }
