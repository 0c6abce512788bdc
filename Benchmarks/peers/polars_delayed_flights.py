"""The delayed-flights job in Polars, streaming: python3 polars_delayed_flights.py INPUT OUTPUT"""

import sys

import polars

source, target = sys.argv[1:]
(
    polars.scan_csv(source, null_values="NA", try_parse_dates=True)
    .filter(polars.col("arr_delay") > 15)
    .with_columns(
        gain=polars.col("dep_delay") - polars.col("arr_delay"),
        speed=polars.col("distance") * 60 / polars.col("air_time"),
    )
    .sink_csv(polars.PartitionBy(target, key="month", include_key=False), mkdir=True)
)
