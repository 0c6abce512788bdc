"""python3 csv_to_parquet.py flights.csv flights.parquet"""

import sys

import pyarrow
import pyarrow.csv
import pyarrow.parquet as pq

ROW_GROUP_ROWS = 262_144
TEXTS = {"carrier", "tailnum", "origin", "dest"}

source, target = sys.argv[1:]
with open(source) as file:
    header = file.readline().rstrip().split(",")
types = {name: pyarrow.string() if name in TEXTS else pyarrow.int32() for name in header}
types["time_hour"] = pyarrow.timestamp("us", "UTC")
options = pyarrow.csv.ConvertOptions(column_types=types, strings_can_be_null=True, null_values=[""])
table = pyarrow.csv.read_csv(source, convert_options=options).combine_chunks()
pq.write_table(table, target, row_group_size=ROW_GROUP_ROWS, compression="snappy")
