"""The catalog of tap-zendesk with tickets alone, from the schemas that the package has: its own search asks for every kind of record."""
import json
import os
import sys

import tap_zendesk
from singer import resolve_schema_references

folder = os.path.join(os.path.dirname(tap_zendesk.__file__), "schemas")
shared = {}
for name in os.listdir(os.path.join(folder, "shared")) if os.path.isdir(os.path.join(folder, "shared")) else []:
    with open(os.path.join(folder, "shared", name)) as file:
        shared["shared/" + name] = json.load(file)
with open(os.path.join(folder, "tickets.json")) as file:
    schema = resolve_schema_references(json.load(file), shared)
metadata = [{"breadcrumb": [], "metadata": {
    "selected": True, "table-key-properties": ["id"], "forced-replication-method": "INCREMENTAL",
    "valid-replication-keys": ["generated_timestamp"]}}]
metadata += [{"breadcrumb": ["properties", name], "metadata": {"inclusion": "available", "selected": True}} for name in schema["properties"]]
json.dump({"streams": [{"tap_stream_id": "tickets", "stream": "tickets", "schema": schema, "key_properties": ["id"],
                        "metadata": metadata}]}, sys.stdout)
