"""The delayed-flights job in DuckDB: python3 duckdb_delayed_flights.py INPUT OUTPUT"""

import sys

import duckdb

source, target = sys.argv[1:]
duckdb.sql(f"""
    COPY (
        SELECT *, dep_delay - arr_delay AS gain, distance * 60 / air_time AS speed
        FROM read_csv('{source}', nullstr = 'NA')
        WHERE arr_delay > 15
    ) TO '{target}' (FORMAT csv, HEADER, PARTITION_BY (month))
""")
