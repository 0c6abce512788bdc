"""Registries, schemas, their versions and what is kept with them, with an unchanged boto3."""

import json

from port import glue, refused


def avro(*fields):
    return json.dumps({"type": "record", "name": "Order", "fields": list(fields)})


number, text = {"name": "id", "type": "long"}, {"name": "note", "type": "string", "default": ""}
wrong = {"name": "must", "type": "string"}
made = glue.create_registry(RegistryName="shop", Description="of the shop", Tags={"a": "1"})
arn = "arn:aws:glue:us-east-1:000000000000:registry/shop"
assert made["RegistryArn"] == arn and made["Tags"] == {"a": "1"}, made
refused("AlreadyExistsException", "", glue.create_registry, RegistryName="shop")
got = glue.get_registry(RegistryId={"RegistryArn": arn})
assert (got["RegistryName"], got["Description"], got["Status"]) == ("shop", "of the shop", "AVAILABLE"), got
assert glue.get_tags(ResourceArn=arn)["Tags"] == {"a": "1"}
glue.update_registry(RegistryId={"RegistryName": "shop"}, Description="changed")
assert [(r["RegistryName"], r["Description"]) for r in glue.list_registries()["Registries"]] == [("shop", "changed")]

schema = {"SchemaName": "orders", "RegistryName": "shop"}
made = glue.create_schema(RegistryId={"RegistryName": "shop"}, SchemaName="orders", DataFormat="AVRO", Compatibility="BACKWARD",
                          SchemaDefinition=avro(number), Description="Orders")
assert (made["LatestSchemaVersion"], made["NextSchemaVersion"], made["SchemaVersionStatus"]) == (1, 2, "AVAILABLE"), made
refused("AlreadyExistsException", "", glue.create_schema, RegistryId={"RegistryName": "shop"}, SchemaName="orders", DataFormat="AVRO",
        SchemaDefinition=avro(number))
refused("EntityNotFoundException", "", glue.create_schema, RegistryId={"RegistryName": "none"}, SchemaName="x", DataFormat="AVRO",
        SchemaDefinition=avro(number))
got = glue.get_schema(SchemaId={"SchemaArn": made["SchemaArn"]})
assert (got["SchemaName"], got["Compatibility"], got["DataFormat"], got["SchemaCheckpoint"]) == ("orders", "BACKWARD", "AVRO", 1), got
second = glue.register_schema_version(SchemaId=schema, SchemaDefinition=avro(number, text))
assert (second["VersionNumber"], second["Status"]) == (2, "AVAILABLE"), second
again = glue.register_schema_version(SchemaId=schema, SchemaDefinition=avro(number, text))
assert again["SchemaVersionId"] == second["SchemaVersionId"], again
refused("InvalidInputException", "not BACKWARD compatible", glue.register_schema_version, SchemaId=schema, SchemaDefinition=avro(number, text, wrong))
got = glue.get_schema_version(SchemaVersionId=second["SchemaVersionId"])
assert got["SchemaDefinition"] == avro(number, text) and got["VersionNumber"] == 2, got
assert glue.get_schema_version(SchemaId=schema, SchemaVersionNumber={"LatestVersion": True})["VersionNumber"] == 2
assert glue.get_schema_version(SchemaId=schema, SchemaVersionNumber={"VersionNumber": 1})["SchemaDefinition"] == avro(number)
found = glue.get_schema_by_definition(SchemaId=schema, SchemaDefinition=json.dumps(json.loads(avro(number)), indent=4))
assert found["SchemaVersionId"] == made["SchemaVersionId"], found
refused("EntityNotFoundException", "", glue.get_schema_by_definition, SchemaId=schema, SchemaDefinition=avro(wrong))
pages = list(glue.get_paginator("list_schema_versions").paginate(SchemaId=schema, PaginationConfig={"PageSize": 1}))
assert [v["VersionNumber"] for p in pages for v in p["Schemas"]] == [1, 2]
assert glue.check_schema_version_validity(DataFormat="AVRO", SchemaDefinition=avro(number))["Valid"]
answer = glue.check_schema_version_validity(DataFormat="JSON", SchemaDefinition='{"type": 7}')
assert not answer["Valid"] and answer["Error"], answer

glue.update_schema(SchemaId=schema, SchemaVersionNumber={"LatestVersion": True}, Compatibility="NONE", Description="less strict")
got = glue.get_schema(SchemaId=schema)
assert (got["Compatibility"], got["SchemaCheckpoint"], got["Description"]) == ("NONE", 2, "less strict"), got
third = glue.register_schema_version(SchemaId=schema, SchemaDefinition=avro(number, wrong))
pair = {"MetadataKey": "team", "MetadataValue": "shop"}
put = glue.put_schema_version_metadata(SchemaVersionId=third["SchemaVersionId"], MetadataKeyValue=pair)
assert put["LatestVersion"] and put["VersionNumber"] == 3, put
refused("AlreadyExistsException", "", glue.put_schema_version_metadata, SchemaVersionId=third["SchemaVersionId"], MetadataKeyValue=pair)
found = glue.query_schema_version_metadata(SchemaId=schema, SchemaVersionNumber={"VersionNumber": 3})["MetadataInfoMap"]
assert found["team"]["MetadataValue"] == "shop", found
glue.remove_schema_version_metadata(SchemaVersionId=third["SchemaVersionId"], MetadataKeyValue=pair)
assert glue.query_schema_version_metadata(SchemaVersionId=third["SchemaVersionId"])["MetadataInfoMap"] == {}

# A key has its newest value, and remembers those before it; a version is named in each of three ways.
ways = [{"SchemaVersionId": third["SchemaVersionId"]}, {"SchemaId": schema, "SchemaVersionNumber": {"VersionNumber": 3}},
        {"SchemaId": {"SchemaArn": made["SchemaArn"]}, "SchemaVersionNumber": {"LatestVersion": True}}]
def pair(key, value):
    return {"MetadataKey": key, "MetadataValue": value}


def told(**filters):
    found = glue.query_schema_version_metadata(SchemaId=schema, SchemaVersionNumber={"LatestVersion": True}, **filters)["MetadataInfoMap"]
    return {key: [i["MetadataValue"]] + [o["MetadataValue"] for o in i["OtherMetadataValueList"]] for key, i in found.items()}


for way, value in zip(ways, "abc"):
    glue.put_schema_version_metadata(MetadataKeyValue=pair("team", value), **way)
assert told() == {"team": ["c", "b", "a"]}, told()
for way in ways:
    refused("AlreadyExistsException", "already", glue.put_schema_version_metadata, MetadataKeyValue=pair("team", "a"), **way)
glue.put_schema_version_metadata(MetadataKeyValue=pair("owner", "b"), **ways[2])
assert told(MetadataList=[{"MetadataKey": "owner"}]) == {"owner": ["b"]} and sorted(told(MetadataList=[{"MetadataValue": "b"}])) == ["owner", "team"]
assert sorted(told(MetadataList=[pair("team", "a")])) == ["team"] and told(MetadataList=[pair("team", "z")]) == {}
glue.remove_schema_version_metadata(MetadataKeyValue=pair("team", "c"), **ways[1])
glue.remove_schema_version_metadata(MetadataKeyValue=pair("team", "a"), **ways[2])
assert told() == {"owner": ["b"], "team": ["b"]}, told()
refused("EntityNotFoundException", "team", glue.remove_schema_version_metadata, MetadataKeyValue=pair("team", "a"), **ways[0])
for place in range(8):
    glue.put_schema_version_metadata(MetadataKeyValue=pair(f"k{place}", "x"), **ways[0])
for key in ("k8", "team"):
    refused("ResourceNumberLimitExceededException", "10", glue.put_schema_version_metadata, MetadataKeyValue=pair(key, "y"), **ways[0])
page = glue.query_schema_version_metadata(MaxResults=7, **ways[0])
rest = glue.query_schema_version_metadata(MaxResults=7, NextToken=page["NextToken"], **ways[0])
assert len(page["MetadataInfoMap"]) == 7 and len(rest["MetadataInfoMap"]) == 3 and "NextToken" not in rest, (page, rest)
first = glue.query_schema_version_metadata(SchemaId=schema, SchemaVersionNumber={"VersionNumber": 1})
assert first["MetadataInfoMap"] == {} and first["SchemaVersionId"] == made["SchemaVersionId"], first
errors = glue.delete_schema_versions(SchemaId=schema, Versions="1-3")["SchemaVersionErrors"]
assert [e["VersionNumber"] for e in errors] == [2], errors
assert [v["VersionNumber"] for v in glue.list_schema_versions(SchemaId=schema)["Schemas"]] == [2]
refused("InvalidInputException", "names no versions", glue.delete_schema_versions, SchemaId=schema, Versions="3-1")

glue.create_schema(SchemaName="loose", DataFormat="JSON", Compatibility="FULL_ALL", SchemaDefinition='{"type": "object"}')
assert [s["SchemaName"] for s in glue.list_schemas()["Schemas"]] == ["loose", "orders"]
assert [s["SchemaName"] for s in glue.list_schemas(RegistryId={"RegistryName": "shop"})["Schemas"]] == ["orders"]
assert glue.get_schema(SchemaId={"SchemaName": "loose", "RegistryName": "default-registry"})["DataFormat"] == "JSON"
glue.delete_schema(SchemaId=schema)
refused("EntityNotFoundException", "", glue.get_schema, SchemaId=schema)
assert glue.get_registry(RegistryId={"RegistryName": "shop"})["Status"] == "AVAILABLE"
glue.delete_registry(RegistryId={"RegistryName": "shop"})
refused("EntityNotFoundException", "", glue.get_registry, RegistryId={"RegistryName": "shop"})
# Tables that take their columns from a schema.
rich = avro(number, {"name": "when", "type": ["null", {"type": "long", "logicalType": "timestamp-millis"}]}, {"name": "lines", "type": {
    "type": "array", "items": {"type": "record", "name": "Line", "fields": [{"name": "price", "type": "double"}]}}})
version = glue.create_schema(SchemaName="rich", DataFormat="AVRO", SchemaDefinition=rich, Compatibility="NONE")["SchemaVersionId"]
glue.register_schema_version(SchemaId={"SchemaName": "rich"}, SchemaDefinition=avro(number))
glue.create_schema(SchemaName="loop", DataFormat="AVRO", SchemaDefinition=avro({"name": "next", "type": ["null", "Order"]}))
glue.create_schema(SchemaName="json", DataFormat="JSON", SchemaDefinition="{}")
glue.create_database(DatabaseInput={"Name": "tables"})
table = lambda name, reference, **storage: glue.create_table(DatabaseName="tables", TableInput={
    "Name": name, "StorageDescriptor": {"Location": "/data/x", "SchemaReference": reference} | storage})
columns = lambda name: [(c["Name"], c["Type"]) for c in glue.get_table(DatabaseName="tables", Name=name)["Table"]["StorageDescriptor"]["Columns"]]
three = [("id", "bigint"), ("when", "timestamp"), ("lines", "array<struct<price:double>>")]
table("by_id", {"SchemaVersionId": version})
table("by_number", {"SchemaId": {"SchemaName": "rich"}, "SchemaVersionNumber": 1}, Columns=[])
table("newest", {"SchemaId": {"SchemaName": "rich"}})
table("given", {"SchemaVersionId": version}, Columns=[{"Name": "other", "Type": "int"}])
assert (columns("by_id"), columns("by_number"), columns("newest")) == (three, three, three[:1]), (columns("by_id"), columns("newest"))
assert columns("given") == [("other", "int")]
for reference in [{"SchemaId": {"SchemaName": "none"}}, {"SchemaId": {"SchemaName": "rich"}, "SchemaVersionNumber": 9},
                  {"SchemaVersionId": "00000000-0000-0000-0000-000000000000"}]:
    refused("EntityNotFoundException", "not found", table, name="x", reference=reference)
refused("InvalidInputException", "contains itself", table, name="x", reference={"SchemaId": {"SchemaName": "loop"}})
refused("InvalidInputException", "AVRO", table, name="x", reference={"SchemaId": {"SchemaName": "json"}})
print("ok")
