"""Calls every operation that the port offers of a service, and every one that it refuses: drive.py SERVICE OFFERED REFUSED

OFFERED is what the sources say, NAME,…; REFUSED is NAME=CODE,…. Nothing may be missing: what botocore has of the service is offered, and then
was answered and checked by the parts below; or is refused with its code; or is in neither list, because it is newer or asked for elsewhere, and
then refused, too. Each paginator and waiter upon an operation that is offered was used. The last line of the output begins with `ok`.
"""

import importlib
import sys

from port import answered, client, models, paged, waited
from refusals import check_refusals

PARTS = {
    "kinesis": ["kinesis"],
    "firehose": ["firehose"],
    "s3": ["s3_objects", "s3_settings"],
    "glue": ["glue_catalog", "glue_schemas", "glue_tools", "glue_quality", "glue_jobs", "glue_workflows"],
    "appflow": ["appflow"],
}
# Older names of operations that the service still takes.
OLDER = {
    "GetBucketLifecycle": "GetBucketLifecycleConfiguration", "PutBucketLifecycle": "PutBucketLifecycleConfiguration",
    "GetBucketNotification": "GetBucketNotificationConfiguration", "PutBucketNotification": "PutBucketNotificationConfiguration",
    "DeleteBucketLifecycle": "DeleteBucketLifecycleConfiguration",
}

service, listed = sys.argv[1], sys.argv[2].split(",")
codes = dict(pair.split("=") for pair in sys.argv[3].split(",") if pair)
for part in PARTS[service]:
    importlib.import_module(part)

calling = client(service)
known = set(calling.meta.service_model.operation_names)
offered = {name for name in known if OLDER.get(name, name) in listed}
refused = {name: code for name, code in codes.items() if name in known}
others = known - offered - set(refused)
assert offered <= answered[service], f"never answered: {sorted(offered - answered[service])}"
assert answered[service] <= offered, f"answered, and not in the list: {sorted(answered[service] - offered)}"
listings = set(models(service, "paginators-1")) & offered
assert listings == paged.get(service, set()), f"by pages: {sorted(listings ^ paged.get(service, set()))}"
waiters = {name for name, model in models(service, "waiters-2").items() if model["operation"] in offered}
assert waiters == waited.get(service, set()), f"waited for: {sorted(waiters ^ waited.get(service, set()))}"
check_refusals(calling, refused, others)
print("ok", len(offered), "answered,", len(refused), "refused", *(["; in no list, and refused:", *sorted(others)] if others else []))
