"""Connections, their types and entities, with an unchanged boto3. The third argument is the address of a mock of Zendesk."""

import sys

from port import glue, refused

mock = sys.argv[3]
secret = "sup3r-s3cret-t0ken"
zendesk = {"Name": "acme", "ConnectionType": "ZENDESK", "Description": "tickets", "MatchCriteria": ["a"],
           "ConnectionProperties": {"INSTANCE_URL": mock},
           "AuthenticationConfiguration": {"AuthenticationType": "BASIC", "BasicAuthenticationCredentials": {"Username": "etl@example.com", "Password": secret}}}
assert glue.create_connection(ConnectionInput=dict(zendesk, ValidateCredentials=True), Tags={"t": "1"})["CreateConnectionStatus"] == "READY"
refused("AlreadyExistsException", "acme", glue.create_connection, ConnectionInput=zendesk)
got = glue.get_connection(Name="acme")["Connection"]
assert got["ConnectionType"] == "ZENDESK" and got["ConnectionProperties"] == {"INSTANCE_URL": mock} and got["Status"] == "READY", got
assert got["AuthenticationConfiguration"] == {"AuthenticationType": "BASIC"} and got["MatchCriteria"] == ["a"], got
assert secret not in str(got) and secret not in str(glue.get_connections(HidePassword=False)), got
assert glue.get_tags(ResourceArn="arn:aws:glue:us-east-1:000000000000:connection/acme")["Tags"] == {"t": "1"}
glue.test_connection(ConnectionName="acme")

# An update without credentials leaves those that are there.
glue.update_connection(Name="acme", ConnectionInput=dict(zendesk, Description="new", AuthenticationConfiguration={
    "AuthenticationType": "BASIC", "BasicAuthenticationCredentials": {"Username": "etl@example.com"}}))
assert glue.get_connection(Name="acme")["Connection"]["Description"] == "new"
glue.test_connection(ConnectionName="acme")
refused("EntityNotFoundException", "none", glue.update_connection, Name="none", ConnectionInput=dict(zendesk, Name="none"))
refused("InvalidInputException", "keeps its name", glue.update_connection, Name="acme", ConnectionInput=dict(zendesk, Name="other"))

# Refusals quote no secret.
create = glue.create_connection
for words, change in [
    ("not supported", {"ConnectionType": "MONGODB"}), ("HOME", {"ConnectionProperties": {"HOME": "x"}}),
    ("SecretArn", {"AuthenticationConfiguration": {"AuthenticationType": "BASIC", "SecretArn": "arn:aws:secretsmanager:us-east-1:0:secret:x"}}),
    ("PhysicalConnectionRequirements", {"PhysicalConnectionRequirements": {"SubnetId": "s"}}),
    ("credentials", {"AuthenticationConfiguration": {"AuthenticationType": "CUSTOM", "CustomAuthenticationCredentials": {"email": "a@b.c"}}}),
    ("without encryption", {"ConnectionProperties": {"INSTANCE_URL": "http://example.com"}}),
    ("colour", {"AuthenticationConfiguration": {"AuthenticationType": "CUSTOM", "CustomAuthenticationCredentials": {"colour": secret}}}),
    ("512", {"AuthenticationConfiguration": {"AuthenticationType": "BASIC", "BasicAuthenticationCredentials": {"Username": "u", "Password": secret * 60}}}),
    ("letters", {"Name": "a/../b"}),
]:
    try:
        create(ConnectionInput=dict(zendesk, **dict({"Name": "x"}, **change)))
        raise SystemExit(f"{change} was taken")
    except glue.exceptions.InvalidInputException as error:
        assert words in str(error) and secret not in str(error), error

# OAuth 2.0, with what is no secret told again.
oauth = {"AuthenticationType": "OAUTH2", "OAuth2Properties": {
    "OAuth2GrantType": "CLIENT_CREDENTIALS", "TokenUrl": mock + "/oauth/tokens",
    "OAuth2ClientApplication": {"UserManagedClientApplicationClientId": "id"}, "OAuth2Credentials": {"UserManagedClientApplicationClientSecret": secret}}}
create(ConnectionInput={"Name": "oauth", "ConnectionType": "ZENDESK", "ConnectionProperties": {"INSTANCE_URL": mock}, "AuthenticationConfiguration": oauth})
told = glue.get_connection(Name="oauth")["Connection"]["AuthenticationConfiguration"]
assert told["OAuth2Properties"]["OAuth2ClientApplication"] == {"UserManagedClientApplicationClientId": "id"} and secret not in str(told), told
oauth["OAuth2Properties"]["TokenUrl"] = "https://elsewhere.example.com/t"
refused("InvalidInputException", "TokenUrl", create, ConnectionInput={
    "Name": "y", "ConnectionType": "ZENDESK", "ConnectionProperties": {"INSTANCE_URL": mock}, "AuthenticationConfiguration": oauth})

# A database.
jdbc = {"Name": "shop", "ConnectionType": "JDBC", "ConnectionProperties": {
    "JDBC_CONNECTION_URL": "jdbc:postgresql://127.0.0.1:1/shop", "USERNAME": "etl", "PASSWORD": secret, "JDBC_ENFORCE_SSL": "true"}}
create(ConnectionInput=jdbc)
got = glue.get_connection(Name="shop", HidePassword=False)["Connection"]
assert got["ConnectionProperties"]["USERNAME"] == "etl" and "PASSWORD" not in got["ConnectionProperties"] and got["ConnectionSchemaVersion"] == 1, got
# Without a password the one that is there stays; a Redshift is known by its address.
del jdbc["ConnectionProperties"]["PASSWORD"]
glue.update_connection(Name="shop", ConnectionInput=dict(jdbc, Description="new"))
assert secret not in str(glue.get_connection(Name="shop"))
warehouse = {"JDBC_CONNECTION_URL": "jdbc:redshift://dw.example.com:5439/dev", "USERNAME": "etl", "PASSWORD": secret}
create(ConnectionInput=dict(jdbc, Name="warehouse", ConnectionProperties=warehouse))
got = glue.get_connection(Name="warehouse")["Connection"]
assert got["ConnectionType"] == "JDBC" and got["ConnectionProperties"]["JDBC_CONNECTION_URL"] == warehouse["JDBC_CONNECTION_URL"], got
refused("InvalidInputException", "sslmode", create, ConnectionInput=dict(jdbc, Name="my", ConnectionProperties={
    "JDBC_CONNECTION_URL": "jdbc:postgresql://h/d?sslmode=maybe"}))
glue.delete_connection(ConnectionName="warehouse")
jdbc["ConnectionProperties"]["JDBC_CONNECTION_URL"] = "jdbc:mysql://h/d"
refused("InvalidInputException", "PostgreSQL", create, ConnectionInput=dict(jdbc, Name="my"))
jdbc["ConnectionProperties"]["JDBC_CONNECTION_URL"] = "jdbc:postgresql://h/d?password=" + secret
try:
    create(ConnectionInput=dict(jdbc, Name="my"))
    raise SystemExit("a password in an address was taken")
except glue.exceptions.InvalidInputException as error:
    assert secret not in str(error), error
try:
    glue.test_connection(ConnectionName="shop")
    raise SystemExit("a database that is not there answered")
except (glue.exceptions.FederationSourceException, glue.exceptions.InvalidInputException) as error:
    assert secret not in str(error), error
refused("InvalidInputException", "database", glue.list_entities, ConnectionName="shop")

# Tests of what is not kept, and of what does not answer.
test = {"ConnectionType": "ZENDESK", "ConnectionProperties": {"INSTANCE_URL": mock}, "AuthenticationConfiguration": zendesk["AuthenticationConfiguration"]}
glue.test_connection(TestConnectionInput=test)
refused("InvalidInputException", "ConnectionName", glue.test_connection, ConnectionName="acme", TestConnectionInput=test)
refused("EntityNotFoundException", "none", glue.test_connection, ConnectionName="none")

# Listings.
assert [c["Name"] for p in glue.get_paginator("get_connections").paginate(PaginationConfig={"PageSize": 1}) for c in p["ConnectionList"]] == ["acme", "oauth", "shop"]
assert [c["Name"] for c in glue.get_connections(Filter={"ConnectionType": "JDBC"})["ConnectionList"]] == ["shop"]
assert [c["Name"] for c in glue.get_connections(Filter={"MatchCriteria": ["a"]})["ConnectionList"]] == ["acme"]
types = [t["ConnectionType"] for p in glue.get_paginator("list_connection_types").paginate(PaginationConfig={"PageSize": 3}) for t in p["ConnectionTypes"]]
assert types == ["JDBC", "MARKETO", "POSTGRESQL", "SALESFORCE", "SERVICENOW", "SLACK", "STRIPE", "ZENDESK"], types
for name in types:
    described = glue.describe_connection_type(ConnectionType=name)
    assert described["ConnectionType"] == name and described["Capabilities"]["SupportedAuthenticationTypes"], described
secrets = glue.describe_connection_type(ConnectionType="ZENDESK")["AuthenticationConfiguration"]["CustomAuthenticationProperties"]
assert secrets["api_token"]["PropertyTypes"] == ["SECRET"] and secrets["subdomain"]["Required"] is True, secrets
refused("InvalidInputException", "ORACLE", glue.describe_connection_type, ConnectionType="ORACLE")

# Entities, fields and records.
entities = {e["EntityName"]: e for p in glue.get_paginator("list_entities").paginate(ConnectionName="acme") for e in p["Entities"]}
assert "tickets" in entities and entities["tickets"]["Description"], entities
fields = {f["FieldName"]: f for p in glue.get_paginator("describe_entity").paginate(ConnectionName="acme", EntityName="tickets") for f in p["Fields"]}
assert fields["id"]["IsPrimaryKey"] and fields["id"]["FieldType"] == "BIGINT" and fields["subject"]["IsCreateable"], fields
refused("EntityNotFoundException", "ticket", glue.describe_entity, ConnectionName="acme", EntityName="ticket")
records, token = [], {}
while True:
    answer = glue.get_entity_records(ConnectionName="acme", EntityName="tickets", Limit=70, SelectedFields=["id", "subject"], **token)
    records += answer["Records"]
    assert len(answer["Records"]) <= 70 and all(set(r) <= {"id", "subject"} for r in answer["Records"]), answer
    if not answer.get("NextToken"):
        break
    token = {"NextToken": answer["NextToken"]}
ids = [r["id"] for r in records]
assert len(ids) == len(set(ids)) and len(ids) >= 250, len(ids)
refused("InvalidInputException", "NextToken", glue.get_entity_records, ConnectionName="acme", EntityName="tickets", Limit=5, NextToken="cmVjb3Jkcwpub25l")
refused("InvalidInputException", "FilterPredicate", glue.get_entity_records, ConnectionName="acme", EntityName="tickets", Limit=5, FilterPredicate="id = 1")

gone = glue.batch_delete_connection(ConnectionNameList=["oauth", "none"])
assert gone["Succeeded"] == ["oauth"] and gone["Errors"]["none"]["ErrorCode"] == "EntityNotFoundException", gone
glue.delete_connection(ConnectionName="shop")
refused("EntityNotFoundException", "shop", glue.delete_connection, ConnectionName="shop")
print("ok")
