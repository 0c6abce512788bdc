"""Scenarios of Firehose with an unchanged boto3: firehose.py ADDRESS NAME..."""

import base64
import gzip
import http.server
import io
import json
import re
import sys
import threading
import time
import urllib.request
import zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ADDRESS = sys.argv[1]
ROLE = "arn:aws:iam::000000000000:role/r"
# A function of the bench: upper case; drop, bad and twice are told apart by what the record begins with.
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:shout:$LATEST"


def client(name):
    return boto3.client(
        name, endpoint_url=ADDRESS, aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1",
        config=Config(read_timeout=300, connect_timeout=300, retries={"max_attempts": 1}))


fh, s3, kinesis = client("firehose"), client("s3"), client("kinesis")


def bucket(name="lake"):
    s3.create_bucket(Bucket=name)
    return "arn:aws:s3:::" + name


def hints(seconds=0, size=1):
    return {"SizeInMBs": size, "IntervalInSeconds": seconds}


def objects(name="lake", prefix=""):
    found = {}
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=name, Prefix=prefix):
        for entry in page.get("Contents", []):
            found[entry["Key"]] = s3.get_object(Bucket=name, Key=entry["Key"])["Body"].read()
    return found


def eventually(look):
    end = time.time() + 300
    while True:
        found = look()
        if found or time.time() > end:
            assert found, "nothing came"
            return found
        time.sleep(0.1)


def code(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    return None, None


def put(stream, *records):
    answer = fh.put_record_batch(DeliveryStreamName=stream, Records=[{"Data": r} for r in records])
    assert answer["FailedPutCount"] == 0 and len(answer["RequestResponses"]) == len(records), answer


def create(name, **extended):
    settings = {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake", "BufferingHints": hints()} | extended
    return fh.create_delivery_stream(DeliveryStreamName=name, ExtendedS3DestinationConfiguration=settings)


def lifecycle():
    arn = fh.create_delivery_stream(
        DeliveryStreamName="plain", Tags=[{"Key": "team", "Value": "etl"}],
        S3DestinationConfiguration={"RoleARN": ROLE, "BucketARN": bucket()})["DeliveryStreamARN"]
    assert arn == "arn:aws:firehose:us-east-1:000000000000:deliverystream/plain"
    told = fh.describe_delivery_stream(DeliveryStreamName="plain")["DeliveryStreamDescription"]
    assert told["DeliveryStreamStatus"] == "ACTIVE" and told["DeliveryStreamType"] == "DirectPut" and told["VersionId"] == "1"
    assert not told["HasMoreDestinations"] and told["DeliveryStreamARN"] == arn
    destination = told["Destinations"][0]["S3DestinationDescription"]
    assert destination["BufferingHints"] == {"SizeInMBs": 5, "IntervalInSeconds": 300}, destination
    assert destination["CompressionFormat"] == "UNCOMPRESSED"
    assert destination["EncryptionConfiguration"] == {"NoEncryptionConfig": "NoEncryption"}
    assert told["Destinations"][0]["ExtendedS3DestinationDescription"]["S3BackupMode"] == "Disabled"
    create("other")
    assert fh.list_delivery_streams()["DeliveryStreamNames"] == ["other", "plain"]
    page = fh.list_delivery_streams(Limit=1)
    assert page["DeliveryStreamNames"] == ["other"] and page["HasMoreDeliveryStreams"]
    page = fh.list_delivery_streams(ExclusiveStartDeliveryStreamName="other", DeliveryStreamType="DirectPut")
    assert page["DeliveryStreamNames"] == ["plain"] and not page["HasMoreDeliveryStreams"]
    assert code(create, name="plain")[0] == "ResourceInUseException"
    fh.tag_delivery_stream(DeliveryStreamName="plain", Tags=[{"Key": "a", "Value": "1"}, {"Key": "b"}])
    fh.untag_delivery_stream(DeliveryStreamName="plain", TagKeys=["a"])
    tags = fh.list_tags_for_delivery_stream(DeliveryStreamName="plain", Limit=1)
    assert tags["Tags"] == [{"Key": "b", "Value": ""}] and tags["HasMoreTags"]
    tags = fh.list_tags_for_delivery_stream(DeliveryStreamName="plain", ExclusiveStartTagKey="b")
    assert tags["Tags"] == [{"Key": "team", "Value": "etl"}] and not tags["HasMoreTags"]
    fh.delete_delivery_stream(DeliveryStreamName="plain")
    assert code(fh.describe_delivery_stream, DeliveryStreamName="plain")[0] == "ResourceNotFoundException"
    assert code(fh.put_record, DeliveryStreamName="plain", Record={"Data": b"x"})[0] == "ResourceNotFoundException"
    create("plain")


def validation():
    bucket()
    processor = lambda kind, **given: {"ProcessingConfiguration": {"Enabled": True, "Processors": [{
        "Type": kind, "Parameters": [{"ParameterName": k, "ParameterValue": v} for k, v in given.items()]}]}}
    query = lambda text: processor("MetadataExtraction", JsonParsingEngine="JQ-1.6", MetadataExtractionQuery=text)
    large = {"BufferingHints": hints(size=64), "DynamicPartitioningConfiguration": {"Enabled": True}}
    expressions = {"Prefix": "d=!{partitionKeyFromQuery:d}/", "ErrorOutputPrefix": "e/!{firehose:error-output-type}/"}
    refused = [
        ({"BufferingHints": {"SizeInMBs": 3}}, "IntervalInSeconds"),
        ({"BufferingHints": {"IntervalInSeconds": 60}}, "SizeInMBs"),
        ({"Prefix": "!{timestamp:yyyy}/"}, "ErrorOutputPrefix"),
        ({"Prefix": "!{timestamp:qq}/", "ErrorOutputPrefix": "e!{firehose:error-output-type}"}, "letter q"),
        ({"Prefix": "!{firehose:error-output-type}/", "ErrorOutputPrefix": "e!{firehose:error-output-type}"}, "Prefix cannot"),
        ({"Prefix": "x/", "ErrorOutputPrefix": "!{timestamp:yyyy}/"}, "error-output-type"),
        ({"Prefix": "!{partitionKeyFromQuery:d}/", "ErrorOutputPrefix": "e!{firehose:error-output-type}"}, "partition key d"),
        ({"Prefix": "!{timestamp:yyyy/"}, "not closed"),
        ({"CustomTimeZone": "Europe/Nowhere"}, "zone"),
        ({"Prefix": "x" * 510}, "512"),
        ({"ErrorOutputPrefix": "x" * 480}, "512"),
        ({"EncryptionConfiguration": {"KMSEncryptionConfig": {"AWSKMSKeyARN": "arn:aws:kms:us-east-1:000000000000:key/k"}}}, "encrypted"),
        (processor("Lambda", LambdaArn="arn:aws:lambda:us-east-1:000000000000:function:f"), "was not found"),
        (processor("Lambda", LambdaArn="arn:aws:sqs:us-east-1:000000000000:f"), "ARN of a function"),
        (processor("Lambda", LambdaArn=FUNCTION, BufferSizeInMBs="4"), "out of its range"),
        (processor("Decompression", CompressionFormat="GZIP"), "not supported"),
        (query("{d: .d}"), "Dynamic Partitioning"),
        ({"S3BackupMode": "Enabled"}, "S3BackupConfiguration"),
        (large | expressions, "MetadataExtraction"),
        (large | expressions | query("{d: .d | tostring}"), "simple paths"),
        (large | expressions | query("{d: .d, e: .e}"), "partition key e"),
        (large | expressions | query("{d: .d}") | {"BufferingHints": hints(size=5)}, "at least 64"),
        ({"DataFormatConversionConfiguration": {
            "SchemaConfiguration": {"DatabaseName": "d", "TableName": "t"},
            "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
            "OutputFormatConfiguration": {"Serializer": {"OrcSerDe": {}}}}, "BufferingHints": hints(size=64)}, "ORC"),
    ]
    for settings, word in refused:
        kind, message = code(create, name="x", **settings)
        assert kind == "InvalidArgumentException" and word in message, (settings, kind, message)
    other = {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake"}
    splunk = {"HECEndpoint": "https://x", "HECEndpointType": "Raw", "HECToken": "t", "S3Configuration": other}
    kind, message = code(fh.create_delivery_stream, DeliveryStreamName="x", SplunkDestinationConfiguration=splunk)
    assert kind == "InvalidArgumentException" and "Splunk" in message
    assert code(fh.create_delivery_stream, DeliveryStreamName="x")[0] == "InvalidArgumentException"
    assert code(create, name="a b")[0] == "ValidationException"
    assert code(create, name="x", RoleARN="nobody")[0] == "ValidationException"
    kind, message = code(fh.create_delivery_stream, DeliveryStreamName="x", HttpEndpointDestinationConfiguration={
        "EndpointConfiguration": {"Url": "http://example.com/"}, "S3Configuration": other})
    assert kind == "InvalidArgumentException" and "https://" in message, message
    create("x")
    assert code(fh.put_record, DeliveryStreamName="x", Record={"Data": bytes((1000 << 10) + 1)})[0] == "ValidationException"
    kind, _ = code(fh.put_record_batch, DeliveryStreamName="x", Records=[{"Data": bytes(900 << 10)}] * 5)
    assert kind == "InvalidArgumentException"
    kind, _ = code(fh.put_record_batch, DeliveryStreamName="x", Records=[{"Data": b"a"}] * 501)
    assert kind == "ValidationException"


def naming():
    bucket()
    create("named")
    first = fh.put_record(DeliveryStreamName="named", Record={"Data": b"one"})
    assert first["RecordId"] and first["Encrypted"] is False
    found = eventually(objects)
    (key, data), = found.items()
    pattern = r"\d{4}/\d\d/\d\d/\d\d/named-1-\d{4}(-\d\d){5}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    assert re.fullmatch(pattern, key), key
    assert data == b"one"
    create("zoned", Prefix="z/!{timestamp:yyyy-MM-dd'T'HH}/!{firehose:random-string}/", CustomTimeZone="Asia/Tokyo",
           ErrorOutputPrefix="e/!{firehose:error-output-type}/", FileExtension=".json")
    put("zoned", b"{}\n", b"[]\n")
    (key, data), = eventually(lambda: objects(prefix="z/")).items()
    assert re.fullmatch(r"z/\d{4}-\d\d-\d\dT\d\d/[A-Za-z0-9]{11}/zoned-1-.*\.json", key), key
    local = time.strptime(key.split("/")[1], "%Y-%m-%dT%H")
    utc = time.strptime(re.search(r"zoned-1-(\d{4}-\d\d-\d\d-\d\d)", key)[1], "%Y-%m-%d-%H")
    assert time.mktime(local) - time.mktime(utc) == 9 * 3600, key
    assert data == b"{}\n[]\n"
    create("plain", Prefix="logs/")
    put("plain", b"x")
    (key, _), = eventually(lambda: objects(prefix="logs/")).items()
    assert re.match(r"logs/\d{4}/\d\d/\d\d/\d\d/plain-1-", key), key
    # The size makes a delivery due long before the interval.
    create("sized", Prefix="sized/", BufferingHints=hints(900, 1))
    for _ in range(3):
        put("sized", bytes(500 << 10))
    found = eventually(lambda: objects(prefix="sized/"))
    assert [len(v) for v in found.values()] == [3 * (500 << 10)], [len(v) for v in found.values()]


def compression():
    bucket()
    data = b"line of text\n" * 20000
    parts = [data[i:i + 100000] for i in range(0, len(data), 100000)]
    for kind, suffix in [("GZIP", ".gz"), ("ZIP", ".zip"), ("Snappy", ".snappy"), ("HADOOP_SNAPPY", ".hsnappy")]:
        create(kind, Prefix=kind + "/", CompressionFormat=kind, BufferingHints=hints(1))
        put(kind, *parts)
        (key, packed), = eventually(lambda: objects(prefix=kind + "/")).items()
        assert key.endswith(suffix) and len(packed) < len(data) / 5, (key, len(packed))
        if kind == "GZIP":
            plain = gzip.decompress(packed)
        elif kind == "ZIP":
            archive = zipfile.ZipFile(io.BytesIO(packed))
            assert archive.testzip() is None
            plain = archive.read(archive.namelist()[0])
        else:
            plain = unsnap(packed, kind)
        assert plain == data, (kind, len(plain), len(data))


def unsnap(packed, kind):
    import pyarrow
    plain, place = b"", 16 if kind == "Snappy" else 0
    if kind == "Snappy":
        assert packed[:16] == b"\x82SNAPPY\0\0\0\0\1\0\0\0\1"
    number = lambda at: int.from_bytes(packed[at:at + 4], "big")
    while place < len(packed):
        if kind == "HADOOP_SNAPPY":
            size, place = number(place), place + 4
        length, place = number(place), place + 4
        block = packed[place:place + length]
        if kind == "Snappy":
            size, shift, at = 0, 0, 0
            while True:
                size |= (block[at] & 127) << shift
                shift += 7
                at += 1
                if block[at - 1] < 128:
                    break
        plain += pyarrow.decompress(block, size, codec="snappy", asbytes=True)
        place += length
    return plain


def delimiter():
    bucket()
    create("lines", ProcessingConfiguration={"Enabled": True, "Processors": [{
        "Type": "AppendDelimiterToRecord", "Parameters": [{"ParameterName": "Delimiter", "ParameterValue": "\\n"}]}]})
    put("lines", b'{"a":1}', b'{"a":2}')
    assert list(eventually(objects).values()) == [b'{"a":1}\n{"a":2}\n']


def partitioned(name, query, prefix, kind=None, **more):
    processors = [{"Type": "MetadataExtraction", "Parameters": [
        {"ParameterName": "JsonParsingEngine", "ParameterValue": "JQ-1.6"},
        {"ParameterName": "MetadataExtractionQuery", "ParameterValue": query}]}]
    if kind:
        processors.insert(0, {"Type": "RecordDeAggregation", "Parameters": [
            {"ParameterName": k, "ParameterValue": v} for k, v in kind.items()]})
    processors.append({"Type": "AppendDelimiterToRecord", "Parameters": []})
    create(name, Prefix=name + "/" + prefix, ErrorOutputPrefix=name + "-failed/!{firehose:error-output-type}/",
           BufferingHints=hints(1, 64), DynamicPartitioningConfiguration={"Enabled": True},
           ProcessingConfiguration={"Enabled": True, "Processors": processors}, **more)


def partitions():
    bucket()
    partitioned("p", '{day: .at.day, "user name": .users[0]["name"]}',
                "day=!{partitionKeyFromQuery:day}/u=!{partitionKeyFromQuery:user name}/")
    good = [json.dumps({"at": {"day": day}, "users": [{"name": "ann"}], "n": n}).encode() for n, day in enumerate([1, 2, 1])]
    put("p", good[0], b"no JSON", good[1], b'{"at":{"day":null}}', good[2])
    found = eventually(lambda: len(objects(prefix="p")) >= 3 and objects(prefix="p"))
    folders = {key.split("p-1-")[0]: data for key, data in found.items()}
    assert folders["p/day=1/u=ann/"] == good[0] + b"\n" + good[2] + b"\n", folders
    assert folders["p/day=2/u=ann/"] == good[1] + b"\n"
    failed = [json.loads(line) for line in folders["p-failed/processing-failed/"].splitlines()]
    assert [base64.b64decode(f["rawData"]) for f in failed] == [b"no JSON", b'{"at":{"day":null}}'], failed
    assert failed[0]["errorCode"] == "DynamicPartitioning.MetadataExtractionFailed" and failed[0]["attemptsMade"] == 1
    assert failed[0]["attemptEndingTimestamp"] >= failed[0]["arrivalTimestamp"] > 1_500_000_000_000
    partitioned("j", "{k: .k}", "!{partitionKeyFromQuery:k}/", {"SubRecordType": "JSON"})
    put("j", b'{"k":"a"}{"k":"b","t":"}{"}\n[{"k":"a","n":[1]}]')
    found = eventually(lambda: len(objects(prefix="j/")) >= 2 and objects(prefix="j/"))
    assert sorted(found.values()) == [b'{"k":"a"}\n{"k":"a","n":[1]}\n', b'{"k":"b","t":"}{"}\n'], found
    partitioned("d", "{k: .k}", "!{partitionKeyFromQuery:k}/",
                {"SubRecordType": "DELIMITED", "Delimiter": base64.b64encode(b"##").decode()})
    put("d", b'{"k":1}##{"k":true}##')
    found = eventually(lambda: len(objects(prefix="d/")) >= 2 and objects(prefix="d/"))
    assert sorted(key.split("/")[1] for key in found) == ["1", "true"], found


def conversion():
    import pyarrow.parquet as pq
    bucket()
    # Failures have the time that the test moved.
    urllib.request.urlopen(urllib.request.Request(ADDRESS + "/_sluice/clock?advance=86400", method="POST")).read()
    create("orders", Prefix="orders/", ErrorOutputPrefix="failed/!{firehose:error-output-type}/", BufferingHints=hints(1, 64),
           DataFormatConversionConfiguration={
               "SchemaConfiguration": {"RoleARN": ROLE, "DatabaseName": "shop", "TableName": "orders", "Region": "us-east-1", "VersionId": "LATEST"},
               "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {"ColumnToJsonKeyMappings": {"at": "when"}}}},
               "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {"Compression": "GZIP"}}}})
    bad = [b'{"id":"many"}', b"nothing", b'[{"id":9}]', b'{"id":"x"}', b'{"userId":"x"}']
    several = (b'{"id":3,"when":"2026-11-30T10:00:00.123+02:00"}{"id":4,"when":"2026-11-30T08:00:00Z"}\n'
               b'{"id":5,"when":1796025600}\n{"id":6,"when":1796025600123} {"id":7,"when":1796025600.5}')
    put("orders", b'{"ID":1,"Name":"a","when":"2026-11-30T10:00:00","more":[1],"userId":7,"st":{"innerKey":8}}\n', bad[0], b'{"id":2}', bad[1], several, bad[2], b'{"id":8}{"id":"x"}', bad[4])
    found = eventually(lambda: len(objects()) >= 2 and objects())
    (key, data), = [(k, v) for k, v in found.items() if k.startswith("orders/")]
    assert key.endswith(".parquet"), key
    table = pq.read_table(io.BytesIO(data))
    rows = table.to_pylist()
    assert [r["id"] for r in rows] == [1, 2, 3, 4, 5, 6, 7, 8] and rows[0]["name"] == "a" and rows[0]["at"].hour == 10 and rows[1]["at"] is None, rows
    assert rows[0]["userId"] == 7 and rows[0]["st"] == {"innerKey": 8}, rows[0]
    times = [r["at"].replace(tzinfo=None).isoformat() for r in rows[2:7]]
    assert times == [f"2026-11-30T08:00:00{rest}" for rest in (".123000", "", "", ".123000", ".500000")], times
    assert pq.ParquetFile(io.BytesIO(data)).metadata.row_group(0).column(0).compression == "GZIP"
    (key, data), = [(k, v) for k, v in found.items() if k.startswith("failed/format-conversion-failed/")]
    failed = [json.loads(line) for line in data.splitlines()]
    assert [base64.b64decode(f["rawData"]) for f in failed] == bad
    assert [f["lastErrorCode"] for f in failed] == [
        f"DataFormatConversion.{kind}" for kind in ("MalformedData", "ParseError", "ParseError", "MalformedData", "MalformedData")], failed
    assert 0 <= failed[0]["attemptEndingTimestamp"] - failed[0]["arrivalTimestamp"] < 43_200_000, failed
    assert failed[0]["arrivalTimestamp"] > (time.time() + 43_200) * 1_000, failed
    assert failed[0]["dataCatalogTable"]["tableName"] == "orders" and "id" in failed[0]["lastErrorMessage"]


def backup():
    bucket()
    create("b", Prefix="main/", S3BackupMode="Enabled", S3BackupConfiguration={
        "RoleARN": ROLE, "BucketARN": bucket("vault"), "Prefix": "raw/", "CompressionFormat": "GZIP"},
        ProcessingConfiguration={"Enabled": True, "Processors": [{"Type": "AppendDelimiterToRecord"}]})
    put("b", b"1", b"2")
    assert list(eventually(lambda: objects(prefix="main/")).values()) == [b"1\n2\n"]
    (key, data), = eventually(lambda: objects("vault")).items()
    assert key.startswith("raw/") and gzip.decompress(data) == b"12"
    change = lambda version, mode: fh.update_destination(
        DeliveryStreamName="b", CurrentDeliveryStreamVersionId=version, DestinationId="destinationId-000000000001",
        ExtendedS3DestinationUpdate={"S3BackupMode": mode})
    kind, message = code(change, version="1", mode="Disabled")
    assert kind == "InvalidArgumentException" and "S3BackupMode" in message, (kind, message)
    change("1", "Enabled")


def transforms(*more):
    return {"Enabled": True, "Processors": [
        {"Type": "Lambda", "Parameters": [{"ParameterName": "LambdaArn", "ParameterValue": FUNCTION}]}, *more]}


def transformation():
    """Records by their outcome, those that failed with their reason as they came, and all of them in the backup."""
    bucket()
    create("t", Prefix="main/", ErrorOutputPrefix="errors/", S3BackupMode="Enabled",
           S3BackupConfiguration={"RoleARN": ROLE, "BucketARN": bucket("vault")},
           ProcessingConfiguration=transforms({"Type": "AppendDelimiterToRecord"}))
    put("t", b"one", b"drop it", b"bad one", b"two", b"twice")
    eventually(lambda: objects("vault"))
    assert list(eventually(lambda: objects(prefix="main/")).values()) == [b"ONE\nTWO\n"], objects()
    assert b"".join(objects("vault").values()) == b"onedrop itbad onetwotwice"
    (key, text), = objects(prefix="errors/").items()
    assert key.startswith("errors/processing-failed/"), key
    failed = {base64.b64decode(f["rawData"]): f for f in map(json.loads, text.splitlines())}
    assert failed.keys() == {b"bad one", b"twice"}, failed
    assert failed[b"bad one"]["errorCode"] == "Lambda.ProcessingFailedStatus" and failed[b"bad one"]["errorMessage"] == "it is bad"
    assert failed[b"twice"]["errorCode"] == "Lambda.DuplicatedRecordId" and failed[b"twice"]["lambdaArn"] == FUNCTION
    described = fh.describe_delivery_stream(DeliveryStreamName="t")["DeliveryStreamDescription"]["Destinations"][0]
    assert described["ExtendedS3DestinationDescription"]["ProcessingConfiguration"]["Processors"][0]["Type"] == "Lambda"
    # All of a delivery may be dropped.
    put("t", b"drop all")
    eventually(lambda: len(objects("vault")) == 2)
    assert len(objects(prefix="main/")) == 1


def transformed_partitions():
    """Records are taken apart before the function has them, and sorted by what it made of them."""
    bucket()
    query = {"Type": "MetadataExtraction", "Parameters": [
        {"ParameterName": "MetadataExtractionQuery", "ParameterValue": "{d: .DAY}"},
        {"ParameterName": "JsonParsingEngine", "ParameterValue": "JQ-1.6"}]}
    split = {"Type": "RecordDeAggregation", "Parameters": [{"ParameterName": "SubRecordType", "ParameterValue": "JSON"}]}
    create("p", Prefix="d=!{partitionKeyFromQuery:d}/", ErrorOutputPrefix="errors/", BufferingHints=hints(0, 64),
           DynamicPartitioningConfiguration={"Enabled": True}, ProcessingConfiguration=transforms(split, query))
    put("p", b'{"day":"mon"}{"day":"tue"}', b'{"day":"mon"}')
    found = eventually(lambda: len(objects()) >= 2 and objects())
    by_day = {key.split("/")[0]: data for key, data in found.items()}
    assert by_day == {"d=MON": b'{"DAY":"MON"}{"DAY":"MON"}', "d=TUE": b'{"DAY":"TUE"}'}, found


def transformed_endpoint():
    endpoint = Endpoint(200)
    fh.create_delivery_stream(DeliveryStreamName="e", HttpEndpointDestinationConfiguration={
        "EndpointConfiguration": {"Url": endpoint.url}, "BufferingHints": hints(), "ProcessingConfiguration": transforms(),
        "S3Configuration": {"RoleARN": ROLE, "BucketARN": bucket()}})
    put("e", b"one", b"bad one")
    eventually(lambda: objects())
    assert [base64.b64decode(r["data"]) for r in endpoint.requests[0][1]["records"]] == [b"ONE"], endpoint.requests
    assert list(objects())[0].startswith("processing-failed/"), objects()


class Endpoint:
    """Answers as it is told, and remembers what came."""

    def __init__(self, *statuses):
        self.requests, self.statuses = [], list(statuses)
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                document = json.loads(body)
                outer.requests.append((dict(self.headers), document))
                status = outer.statuses.pop(0) if len(outer.statuses) > 1 else outer.statuses[0]
                answer = json.dumps({"requestId": document["requestId"], "timestamp": 1, "errorMessage": "the key is " +
                                     self.headers.get("X-Amz-Firehose-Access-Key", "")}).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/in"


def to_endpoint(name, endpoint, retry, **more):
    fh.create_delivery_stream(DeliveryStreamName=name, HttpEndpointDestinationConfiguration={
        "EndpointConfiguration": {"Url": endpoint.url, "Name": "e", "AccessKey": "hidden-key"}, "BufferingHints": hints(1),
        "RetryOptions": {"DurationInSeconds": retry}, "S3Configuration": {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake",
                                                                            "Prefix": name + "/"}} | more)


def endpoint():
    bucket()
    there = Endpoint(500, 200)
    to_endpoint("h", there, 600, S3BackupMode="AllData", RequestConfiguration={
        "ContentEncoding": "GZIP", "CommonAttributes": [{"AttributeName": "env", "AttributeValue": "test"}]})
    told = json.dumps(fh.describe_delivery_stream(DeliveryStreamName="h"), default=str)
    assert "hidden-key" not in told and there.url in told
    put("h", b"first", b"second")
    found = eventually(lambda: objects(prefix="h/"))
    assert list(found.values()) == [b"firstsecond"], found
    assert len(there.requests) == 2
    (headers, first), (_, second) = there.requests
    assert first["requestId"] == second["requestId"] == headers["X-Amz-Firehose-Request-Id"]
    assert headers["X-Amz-Firehose-Access-Key"] == "hidden-key" and headers["X-Amz-Firehose-Protocol-Version"] == "1.0"
    assert json.loads(headers["X-Amz-Firehose-Common-Attributes"]) == {"commonAttributes": {"env": "test"}}
    assert headers["X-Amz-Firehose-Source-Arn"].endswith(":deliverystream/h")
    assert [base64.b64decode(r["data"]) for r in second["records"]] == [b"first", b"second"] and second["timestamp"] > 1_500_000_000_000


def endpoint_failure():
    bucket()
    never, large = Endpoint(503), Endpoint(413)
    create("besides", Prefix="besides/")
    to_endpoint("never", never, 0)
    to_endpoint("large", large, 7200)
    put("never", b"lost?")
    put("large", b"big")
    put("besides", b"goes on")
    for name, word, data in [("never", "503", b"lost?"), ("large", "413", b"big")]:
        (key, lines), = eventually(lambda: objects(prefix=name + "/")).items()
        assert re.match(name + r"/http-endpoint-failed/\d{4}/\d\d/\d\d/\d\d/" + name + "-1-", key), key
        failed = json.loads(lines)
        assert base64.b64decode(failed["rawData"]) == data and word in failed["errorMessage"], failed
        assert "hidden-key" not in failed["errorMessage"] and failed["attemptsMade"] == 1
    eventually(lambda: objects(prefix="besides/"))


def endpoint_late():
    bucket()
    to_endpoint("late", Endpoint(503), 6)
    put("late", b"lost?")
    eventually(lambda: objects(prefix="late/"))


def put_transformed():
    bucket()
    create("t", Prefix="main/", ProcessingConfiguration=transforms())
    put("t", b"one")
    time.sleep(1)


def from_kinesis():
    bucket()
    assert code(fh.create_delivery_stream, DeliveryStreamName="k", DeliveryStreamType="KinesisStreamAsSource",
                KinesisStreamSourceConfiguration={"KinesisStreamARN": "arn:aws:kinesis:us-east-1:000000000000:stream/clicks", "RoleARN": ROLE},
                ExtendedS3DestinationConfiguration={"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake"})[0] == "InvalidArgumentException"
    kinesis.create_stream(StreamName="clicks", ShardCount=2)
    kinesis.put_record(StreamName="clicks", PartitionKey="k", Data=b"before")
    fh.create_delivery_stream(
        DeliveryStreamName="k", DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration={"KinesisStreamARN": "arn:aws:kinesis:us-east-1:000000000000:stream/clicks", "RoleARN": ROLE},
        ExtendedS3DestinationConfiguration={"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake", "BufferingHints": hints()})
    told = fh.describe_delivery_stream(DeliveryStreamName="k")["DeliveryStreamDescription"]
    assert told["Source"]["KinesisStreamSourceDescription"]["KinesisStreamARN"].endswith("stream/clicks")
    assert code(fh.put_record, DeliveryStreamName="k", Record={"Data": b"x"})[0] == "InvalidArgumentException"
    kinesis.put_records(StreamName="clicks", Records=[{"PartitionKey": str(n), "Data": b"%02d" % n} for n in range(20)])
    eventually(lambda: sum(map(len, objects().values())) >= 40)
    joined = b"".join(objects().values())
    assert sorted(joined[i:i + 2] for i in range(0, 40, 2)) == [b"%02d" % n for n in range(20)], joined
    kinesis.split_shard(StreamName="clicks", ShardToSplit="shardId-000000000000", NewStartingHashKey=str(2 ** 126))
    kinesis.put_records(StreamName="clicks", Records=[{"PartitionKey": str(n), "Data": b"!"} for n in range(20)])
    eventually(lambda: b"".join(objects().values()).count(b"!") == 20)


def aggregated():
    """Two user records as the Kinesis Producer Library packs them."""
    import hashlib
    bucket()
    kinesis.create_stream(StreamName="packed", ShardCount=1)
    fh.create_delivery_stream(
        DeliveryStreamName="k", DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration={"KinesisStreamARN": "arn:aws:kinesis:us-east-1:000000000000:stream/packed", "RoleARN": ROLE},
        ExtendedS3DestinationConfiguration={
            "RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake", "BufferingHints": hints(), "ProcessingConfiguration": {
                "Processors": [{"Type": "AppendDelimiterToRecord"}]}})
    field = lambda number, data: bytes([number << 3 | 2, len(data)]) + data
    message = field(1, b"k") + b"".join(field(3, b"\x08\x00" + field(3, data)) for data in (b"one", b"two"))
    packed = b"\xf3\x89\x9a\xc2" + message + hashlib.md5(message).digest()
    kinesis.put_record(StreamName="packed", PartitionKey="k", Data=packed)
    assert list(eventually(objects).values()) == [b"one\ntwo\n"]


def accounts():
    make = lambda name: boto3.client(
        name, endpoint_url=ADDRESS, aws_access_key_id="111122223333", aws_secret_access_key="b", region_name="eu-west-1",
        config=Config(read_timeout=300, connect_timeout=300, retries={"max_attempts": 1}))
    bucket()
    create("mine")
    assert make("firehose").list_delivery_streams()["DeliveryStreamNames"] == []
    arn = make("firehose").create_delivery_stream(
        DeliveryStreamName="mine", ExtendedS3DestinationConfiguration={
            "RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake", "BufferingHints": hints()})["DeliveryStreamARN"]
    assert arn == "arn:aws:firehose:eu-west-1:111122223333:deliverystream/mine"
    make("firehose").put_record(DeliveryStreamName="mine", Record={"Data": b"theirs"})
    put("mine", b"ours")
    eventually(objects)
    time.sleep(1)
    assert list(objects().values()) == [b"ours"]


def update():
    bucket()
    create("u", Prefix="one/")
    destination = fh.describe_delivery_stream(DeliveryStreamName="u")["DeliveryStreamDescription"]["Destinations"][0]["DestinationId"]
    change = lambda version, **more: fh.update_destination(
        DeliveryStreamName="u", CurrentDeliveryStreamVersionId=version, DestinationId=destination, ExtendedS3DestinationUpdate=more)
    assert code(change, version="2", Prefix="x/")[0] == "ConcurrentModificationException"
    assert code(change, version="1", Prefix="!{timestamp:yyyy}")[0] == "InvalidArgumentException"
    assert code(change, version="1", DynamicPartitioningConfiguration={"Enabled": True})[0] == "InvalidArgumentException"
    put("u", b"1")
    eventually(lambda: objects(prefix="one/"))
    change("1", Prefix="two/", CompressionFormat="GZIP")
    told = fh.describe_delivery_stream(DeliveryStreamName="u")["DeliveryStreamDescription"]
    assert told["VersionId"] == "2" and told["LastUpdateTimestamp"]
    settings = told["Destinations"][0]["ExtendedS3DestinationDescription"]
    assert settings["Prefix"] == "two/" and settings["BufferingHints"] == hints()
    put("u", b"2")
    (key, data), = eventually(lambda: objects(prefix="two/")).items()
    assert "/u-2-" in key and key.endswith(".gz") and gzip.decompress(data) == b"2"


def missing_bucket():
    create("early", BucketARN="arn:aws:s3:::later")
    bucket()
    create("other")
    put("early", b"kept")
    put("other", b"x")
    eventually(objects)
    time.sleep(1)
    s3.create_bucket(Bucket="later")
    assert list(eventually(lambda: objects("later")).values()) == [b"kept"]
    # One that never comes is changed for another.
    create("wrong", BucketARN="arn:aws:s3:::nowhere")
    put("wrong", b"saved")
    time.sleep(1)
    fh.update_destination(DeliveryStreamName="wrong", CurrentDeliveryStreamVersionId="1", DestinationId="destinationId-000000000001",
                          ExtendedS3DestinationUpdate={"BucketARN": "arn:aws:s3:::lake", "Prefix": "saved/"})
    assert list(eventually(lambda: objects(prefix="saved/")).values()) == [b"saved"]


def encryption():
    bucket()
    create("e")
    fh.start_delivery_stream_encryption(DeliveryStreamName="e")
    told = fh.describe_delivery_stream(DeliveryStreamName="e")["DeliveryStreamDescription"]["DeliveryStreamEncryptionConfiguration"]
    assert told == {"KeyType": "AWS_OWNED_CMK", "Status": "ENABLED"}, told
    assert fh.put_record(DeliveryStreamName="e", Record={"Data": b"1"})["Encrypted"] is True
    eventually(objects)
    fh.stop_delivery_stream_encryption(DeliveryStreamName="e")
    assert fh.put_record(DeliveryStreamName="e", Record={"Data": b"2"})["Encrypted"] is False
    eventually(lambda: b"".join(objects().values()).count(b"2") and sorted(objects().values()) == [b"1", b"2"])


def put_slowly():
    bucket()
    create("slow", Prefix="slow/", BufferingHints=hints(900))
    create("lost", Prefix="lost/", BufferingHints=hints(900), BucketARN="arn:aws:s3:::second")
    put("slow", b"a", b"b")
    put("lost", b"c")
    assert not objects()


def find_slowly():
    assert list(objects(prefix="slow/").values()) == [b"ab"], objects()
    s3.create_bucket(Bucket="second")
    assert list(eventually(lambda: objects("second")).values()) == [b"c"]


def put_halfway():
    """The main object can be written, and the backup cannot: the delivery is begun again and again."""
    bucket()
    create("half", Prefix="half/", S3BackupMode="Enabled", S3BackupConfiguration={"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::vault"},
           ProcessingConfiguration={"Processors": [{"Type": "AppendDelimiterToRecord"}]})
    put("half", b"a", b"b")
    eventually(objects)
    # What comes meanwhile waits for the next delivery.
    put("half", b"c")


def find_halfway():
    s3.create_bucket(Bucket="vault")
    eventually(lambda: sorted(objects("vault").values()) == [b"ab", b"c"] or list(objects("vault").values()) == [b"abc"])
    assert sorted(b"".join(sorted(objects(prefix="half/").values())).split()) == [b"a", b"b", b"c"], objects()


for name in sys.argv[2:]:
    globals()[name]()
print("ok")
