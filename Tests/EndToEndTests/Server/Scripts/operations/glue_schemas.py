"""Glue's schema registry: registries, schemas, versions and what is kept with them."""

import json

from port import client, pages, refused

glue = client("glue")
ID = {"SchemaName": "orders", "RegistryName": "shop"}
LATEST = {"LatestVersion": True}


def avro(*fields):
    return json.dumps({"type": "record", "name": "Order", "fields": list(fields)})


NUMBER, NOTE, MUST = {"name": "id", "type": "long"}, {"name": "note", "type": "string", "default": ""}, {"name": "must", "type": "string"}


def registries():
    for name in ["shop", "web"]:
        assert glue.create_registry(RegistryName=name, Description="of " + name)["RegistryArn"].endswith("registry/" + name)
    glue.update_registry(RegistryId={"RegistryName": "shop"}, Description="changed")
    assert glue.get_registry(RegistryId={"RegistryName": "shop"})["Description"] == "changed"
    assert [r["RegistryName"] for r in pages(glue.list_registries)] == ["shop", "web"]
    glue.delete_registry(RegistryId={"RegistryName": "web"})
    refused("EntityNotFoundException", "", glue.get_registry, RegistryId={"RegistryName": "web"})


def schemas():
    for name in ["orders", "clicks"]:
        made = glue.create_schema(RegistryId={"RegistryName": "shop"}, SchemaName=name, DataFormat="AVRO", Compatibility="BACKWARD",
                                  SchemaDefinition=avro(NUMBER))
        assert (made["LatestSchemaVersion"], made["SchemaVersionStatus"]) == (1, "AVAILABLE"), made
    assert [s["SchemaName"] for s in pages(glue.list_schemas, RegistryId={"RegistryName": "shop"})] == ["clicks", "orders"]
    second = glue.register_schema_version(SchemaId=ID, SchemaDefinition=avro(NUMBER, NOTE))
    assert (second["VersionNumber"], second["Status"]) == (2, "AVAILABLE"), second
    refused("InvalidInputException", "not BACKWARD compatible", glue.register_schema_version, SchemaId=ID, SchemaDefinition=avro(NUMBER, MUST))
    assert glue.get_schema_version(SchemaId=ID, SchemaVersionNumber=LATEST)["SchemaDefinition"] == avro(NUMBER, NOTE)
    found = glue.get_schema_by_definition(SchemaId=ID, SchemaDefinition=avro(NUMBER, NOTE))
    assert found["SchemaVersionId"] == second["SchemaVersionId"], found
    assert [v["VersionNumber"] for v in pages(glue.list_schema_versions, SchemaId=ID)] == [1, 2]
    assert glue.check_schema_version_validity(DataFormat="AVRO", SchemaDefinition=avro(NUMBER))["Valid"] is True
    assert glue.check_schema_version_validity(DataFormat="JSON", SchemaDefinition='{"type": 7}')["Valid"] is False
    diff = glue.get_schema_versions_diff(SchemaId=ID, FirstSchemaVersionNumber={"VersionNumber": 1}, SecondSchemaVersionNumber=LATEST,
                                         SchemaDiffType="SYNTAX_DIFF")["Diff"]
    assert any(line.startswith("+") and '"note"' in line for line in diff.split("\n")), diff
    glue.update_schema(SchemaId=ID, SchemaVersionNumber=LATEST, Compatibility="NONE")
    assert glue.get_schema(SchemaId=ID)["Compatibility"] == "NONE"
    version = {"SchemaVersionId": second["SchemaVersionId"]}
    pair = {"MetadataKey": "team", "MetadataValue": "web"}
    assert glue.put_schema_version_metadata(**version, MetadataKeyValue=pair)["VersionNumber"] == 2
    assert glue.query_schema_version_metadata(**version)["MetadataInfoMap"]["team"]["MetadataValue"] == "web"
    glue.remove_schema_version_metadata(**version, MetadataKeyValue=pair)
    assert glue.query_schema_version_metadata(**version)["MetadataInfoMap"] == {}
    glue.register_schema_version(SchemaId=ID, SchemaDefinition=avro(MUST))
    assert [e["VersionNumber"] for e in glue.delete_schema_versions(SchemaId=ID, Versions="1-3")["SchemaVersionErrors"]] == [2]
    assert [v["VersionNumber"] for v in glue.list_schema_versions(SchemaId=ID)["Schemas"]] == [2]
    glue.delete_schema(SchemaId=ID)
    refused("EntityNotFoundException", "", glue.get_schema, SchemaId=ID)


registries()
schemas()
