"""The tasks: what is sent to a program, what must come back, and how much faster than the best peer Sluice is to be."""

import base64
import json
import random
from dataclasses import dataclass
from typing import Callable

from calls import Client, authorization, target_headers
from load import Load

BUCKET = "load-bucket"
SMALL, LARGE = 4 << 10, 8 << 20
SMALL_KEYS, LARGE_KEYS = 1_000, 4
PARTITIONS, COLUMNS = 100, 20


@dataclass
class Task:
    name: str
    title: str
    # Of one call: how many units, and which.
    units: float
    unit: str
    # At least so many times the best peer, or what nginx does with files where `against` says so.
    goal: float | None
    prepare: Callable
    against: str = "peers"


def payload(size, seed=1):
    return random.Random(seed).randbytes(size)


def text(size, seed=1):
    return base64.b64encode(payload(size, seed)).decode()


# Bytes of Sluice's answers, by operation: nginx answers as many.
ANSWER_BYTES = {}


def nginx_answer(program, name, content):
    """Has nginx answer a request of any method with a constant."""
    if not content:
        return "/empty"
    path = program.log.parent / "answers" / name
    path.write_bytes(content)
    return f"/answers/{name}"


def call(program, service, prefix, operation, members, **expected):
    """A load of calls of one operation. Against nginx the same requests, and an answer as long as Sluice's."""
    headers = target_headers(service, prefix, operation)
    body = json.dumps(members).encode()
    if program.name == "nginx":
        answer = b"x" * ANSWER_BYTES[operation]
        return Load("POST", [nginx_answer(program, operation, answer)], headers, body, equals=answer)
    return Load("POST", ["/"], headers, body, **expected)


def put_records(size):
    def prepare(program):
        stream = f"puts-{size}"
        members = {"StreamName": stream, "Records": [
            {"Data": text(size, number), "PartitionKey": f"key-{number}"} for number in range(500)]}
        if program.name != "nginx":
            Client(program.port).make_stream(stream, 2)
            note_answer(program, "PutRecords", Client(program.port).kinesis("PutRecords", members))
        return call(program, "kinesis", "Kinesis_20131202", "PutRecords", members, pattern='"FailedRecordCount": ?0[,}]')
    return prepare


def put_record(program):
    members = {"StreamName": "put", "PartitionKey": "key-1", "Data": text(100)}
    if program.name != "nginx":
        Client(program.port).make_stream("put", 2)
        note_answer(program, "PutRecord", Client(program.port).kinesis("PutRecord", members))
    return call(program, "kinesis", "Kinesis_20131202", "PutRecord", members, pattern='"SequenceNumber": ?"%d+"')


def get_records(program):
    members = {"Limit": 500, "ShardIterator": "x" * 100}
    if program.name != "nginx":
        client = Client(program.port)
        client.make_stream("reads", 1)
        for start in (0, 500):
            client.kinesis("PutRecords", {"StreamName": "reads", "Records": [
                {"Data": text(100, start + number), "PartitionKey": f"key-{number}"} for number in range(500)]})
        members["ShardIterator"] = client.iterator("reads")
        answer = client.kinesis("GetRecords", members)
        note_answer(program, "GetRecords", answer)
        if [record["Data"] for record in answer["Records"]] != [text(100, number) for number in range(500)]:
            raise ValueError("GetRecords does not give the records that were put")
    return call(program, "kinesis", "Kinesis_20131202", "GetRecords", members, pattern='"SequenceNumber": ?"', count=500)


def put_record_batch(program):
    members = {"DeliveryStreamName": "load", "Records": [{"Data": text(100, number)} for number in range(500)]}
    if program.name != "nginx":
        client = Client(program.port)
        make_bucket(client)
        client.firehose("CreateDeliveryStream", {
            "DeliveryStreamName": "load", "DeliveryStreamType": "DirectPut", "ExtendedS3DestinationConfiguration": {
                "RoleARN": "arn:aws:iam::000000000000:role/load", "BucketARN": f"arn:aws:s3:::{BUCKET}"}})
        note_answer(program, "PutRecordBatch", client.firehose("PutRecordBatch", members))
    return call(program, "firehose", "Firehose_20150804", "PutRecordBatch", members, pattern='"FailedPutCount": ?0[,}]')


def storage(location):
    return {"Columns": [{"Name": f"column_{number}", "Type": "string"} for number in range(COLUMNS)], "Location": location,
            "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
            "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
            "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"}}


def make_table(client):
    try:
        client.glue("GetTable", {"DatabaseName": "load", "Name": "events"})
    except Exception:
        client.glue("CreateDatabase", {"DatabaseInput": {"Name": "load"}})
        client.glue("CreateTable", {"DatabaseName": "load", "TableInput": {
            "Name": "events", "TableType": "EXTERNAL_TABLE", "StorageDescriptor": storage(f"s3://{BUCKET}/events/"),
            "PartitionKeys": [{"Name": "day", "Type": "string"}]}})
        client.glue("BatchCreatePartition", {"DatabaseName": "load", "TableName": "events", "PartitionInputList": [
            {"Values": [f"{day:03}"], "StorageDescriptor": storage(f"s3://{BUCKET}/events/day={day:03}/")}
            for day in range(PARTITIONS)]})


def glue(operation, members, pattern, count):
    def prepare(program):
        if program.name != "nginx":
            client = Client(program.port)
            make_table(client)
            note_answer(program, operation, client.glue(operation, members))
        return call(program, "glue", "AWSGlue", operation, members, pattern=pattern, count=count)
    return prepare


def note_answer(program, operation, answer):
    """How long the answer of nginx is to be."""
    if program.name == "sluice":
        ANSWER_BYTES[operation] = len(json.dumps(answer, separators=(",", ":")))


def make_bucket(client):
    try:
        client.s3("PUT", f"/{BUCKET}")
    except Exception as refused:
        if "BucketAlreadyOwnedByYou" not in str(refused):
            raise


def objects(method, size):
    """Objects of one size, each connection or each request another key."""
    is_large = size == LARGE
    keys = LARGE_KEYS if is_large else SMALL_KEYS

    def prepare(program):
        body = payload(size)
        traits = {"connections": LARGE_KEYS if is_large else 32, "each_thread": is_large, "headers": {"Authorization": authorization("s3")}}
        if program.name == "nginx":
            paths = [nginx_answer(program, f"{size}", body if method == "GET" else b"")]
        else:
            client = Client(program.port)
            if program.name != "nginx-files":
                make_bucket(client)
            folder = "dav" if program.name == "nginx-files" else BUCKET
            paths = [f"/{folder}/{size}/{number:04}" for number in range(keys)]
            for path in paths:
                put(client, path, body)
        if method == "GET":
            return Load("GET", paths, equals=body, **traits)
        return Load("PUT", paths, body=body, length=0, statuses="20[04]", **traits)
    return prepare


def put(client, path, body):
    client.connection.request("PUT", path, body, {"Authorization": authorization("s3")})
    answer = client.connection.getresponse()
    answer.read()
    if answer.status not in (200, 201, 204):
        raise ValueError(f"PUT {path}: {answer.status}")


TASKS = [
    Task("put-records-100", "PutRecords, 500 x 100 B", 500, "records/s", 20, put_records(100)),
    Task("put-records-1024", "PutRecords, 500 x 1 KiB", 500, "records/s", 25, put_records(1_024)),
    Task("put-record", "PutRecord, 100 B, 8 connections", 1, "records/s", 18, put_record),
    Task("get-records", "GetRecords, 500 x 100 B", 500, "records/s", 15, get_records),
    Task("s3-put-4k", "S3 PUT, 4 KiB, 32 connections", 1, "objects/s", 3, objects("PUT", SMALL)),
    Task("s3-get-4k", "S3 GET, 4 KiB, 32 connections", 1, "objects/s", 10, objects("GET", SMALL)),
    Task("s3-put-8m", "S3 PUT, 8 MiB, 4 connections", LARGE / 1e6, "MB/s", 1, objects("PUT", LARGE), against="nginx-files"),
    Task("s3-get-8m", "S3 GET, 8 MiB, 4 connections", LARGE / 1e6, "MB/s", 1, objects("GET", LARGE), against="nginx-files"),
    Task("firehose", "PutRecordBatch, 500 x 100 B", 500, "records/s", None, put_record_batch),
    Task("glue-table", f"GetTable, {COLUMNS} columns", 1, "calls/s", None,
         glue("GetTable", {"DatabaseName": "load", "Name": "events"}, '"column_%d+"', COLUMNS)),
    Task("glue-partitions", f"GetPartitions, {PARTITIONS} of {COLUMNS} columns", 1, "calls/s", None,
         glue("GetPartitions", {"DatabaseName": "load", "TableName": "events"}, '"Values"', PARTITIONS)),
]
