"""Jobs of Glue that Spark runs, against a whole `sluice up`. Arguments: the port's address and the project's folder."""

import json
import sys
import time

import boto3
from botocore.config import Config

address, project = sys.argv[1:3]


def client(name):
    return boto3.client(name, endpoint_url=address, aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1",
                        config=Config(retries={"max_attempts": 0}))


glue, s3 = client("glue"), client("s3")


def put(key, text):
    s3.put_object(Bucket="lake", Key=key, Body=text.encode())
    return "s3://lake/" + key


def finished(job):
    run = glue.start_job_run(JobName=job)["JobRunId"]
    while (found := glue.get_job_run(JobName=job, RunId=run)["JobRun"])["JobRunState"] in ("STARTING", "WAITING", "RUNNING"):
        time.sleep(0.2)
    return found


PIPELINE = """
name: orders
source:
  files: "../raw/*.csv"
  format: csv
  columns: {id: int32, shop: string, amount: "decimal(12,2)", at: timestamp, tags: "array<string>"}
sink: {files: "s3://lake/orders", format: parquet, partition_by: shop}
"""

# Files of a bucket stand beside the script.
REPORT = """
import json, os, sys
from pyspark.sql import SparkSession, functions as f

arguments = dict(zip(sys.argv[1::2], sys.argv[2::2]))
lake = os.path.dirname(os.path.dirname(os.path.abspath(sys.argv[0])))
spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").config("spark.sql.session.timeZone", "UTC").getOrCreate()
orders = spark.read.parquet(lake + "/orders")
rows = orders.groupBy("shop").agg(f.count("*").alias("n"), f.sum("amount").alias("amount"), f.max("at").cast("string").alias("last")).orderBy("shop")
found = {"types": dict(orders.dtypes), "rows": [[r.shop, r.n, str(r.amount), r["last"]] for r in rows.collect()]}
open(arguments["--project"] + "/found.json", "w").write(json.dumps(found))
rows.write.parquet(arguments["--project"] + "/report")
"""

s3.create_bucket(Bucket="lake")
put("raw/a.csv", "id,shop,amount,at,tags\n" + "".join(f"{n},{'Oslo' if n % 3 else 'Lima'},{n}.25,2026-01-01T00:00:{n % 60:02},\"[\"\"a\"\",\"\"b\"\"]\"\n" for n in range(999)))
glue.create_job(Name="orders", Role="r", Command={"Name": "glueetl", "ScriptLocation": put("jobs/orders.yaml", PIPELINE)})
done = finished("orders")
assert done["JobRunState"] == "SUCCEEDED", done
glue.create_job(Name="report", Role="r", Command={"Name": "glueetl", "ScriptLocation": put("jobs/report.py", REPORT)}, DefaultArguments={"--project": project})
done = finished("report")
assert done["JobRunState"] == "SUCCEEDED", done
found = json.load(open(project + "/found.json"))
assert found["types"] == {"id": "int", "amount": "decimal(12,2)", "at": "timestamp_ntz", "tags": "array<string>", "shop": "string"}, found
sums = {shop: [f"{n}.25" for n in range(999) if (n % 3 > 0) == (shop == "Oslo")] for shop in ("Lima", "Oslo")}
assert found["rows"] == [
    ["Lima", 333, f"{sum(float(n) for n in sums['Lima']):.2f}", "2026-01-01 00:00:57"],
    ["Oslo", 666, f"{sum(float(n) for n in sums['Oslo']):.2f}", "2026-01-01 00:00:59"],
], found

# A program that fails says why.
glue.create_job(Name="fails", Role="r", Command={"Name": "glueetl", "ScriptLocation": put("jobs/fails.py", "raise ValueError('no orders today')\n")})
done = finished("fails")
assert done["JobRunState"] == "FAILED" and "no orders today" in done["ErrorMessage"], done
print("ok")
