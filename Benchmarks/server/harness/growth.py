"""Latencies of single calls while a stream and a bucket hold little, and while they hold much."""

import json
import os
import random
import sqlite3
import statistics
import subprocess
import time

import load
import programs
import report
import tasks
from calls import Client, target_headers

LITTLE = 1_000
CALLS = 300
# Keys of a bucket, spread over folders as people do.
FOLDER_KEYS = 1_000
CONTENT = b"x" * 100


def settle():
    """Time in which a program ends what it does behind its start."""
    time.sleep(1)


def measure(results, arguments, work):
    """With little, with much, and with little again on a state of its own: so that a machine that became slower meanwhile shows."""
    program, client, little = with_little(arguments, work / "sluice")
    try:
        fill_stream(client, arguments.stored - LITTLE)
        program.end()
        fill_bucket(work / "sluice" / "state" / "buckets", arguments.stored)
        program = programs.start("sluice", arguments, work / "sluice", is_fresh=False)
        print(f"answers {1000 * program.started_in:.0f} ms behind its start with {arguments.stored:,} records and keys", flush=True)
        print(f"has looked at all files of the bucket {idle_after(program):.0f} s behind it", flush=True)
        much = latencies(Client(program.port), arguments.stored)
        results.programs["sluice"] = report.Cost(program.version, program.started_in, program.memory_mib())
    finally:
        program.end()
    program, _, again = with_little(arguments, work / "again")
    program.end()
    results.counts = (LITTLE, arguments.stored, LITTLE)
    results.stored = [(title, [little[title], much[title], again[title]]) for title in little]


def with_little(arguments, folder):
    """A program with a new state that holds little, a client of it, and its latencies."""
    program = programs.start("sluice", arguments, folder)
    try:
        client = Client(program.port)
        client.make_stream("stored", 1)
        client.s3("PUT", f"/{tasks.BUCKET}")
        for number in range(LITTLE):
            client.s3("PUT", f"/{tasks.BUCKET}/{key(number)}", CONTENT)
        fill_stream(client, LITTLE)
        return program, client, latencies(client, LITTLE)
    except BaseException:
        program.end()
        raise


def idle_after(program):
    """Seconds until the program does nothing for a second."""
    started = time.monotonic()
    before = -1.0
    while (now := program.processor_seconds()) - before > 0.02:
        before = now
        time.sleep(1)
    return time.monotonic() - started


def key(number):
    return f"folder-{number // FOLDER_KEYS:05}/key-{number % FOLDER_KEYS:04}"


def fill_stream(client, count):
    records = [{"Data": tasks.text(100, number), "PartitionKey": f"key-{number}"} for number in range(500)]
    body = json.dumps({"StreamName": "stored", "Records": records}).encode()
    for _ in range(count // 500):
        answer = client.request("POST", "/", body, target_headers("kinesis", "Kinesis_20131202", "PutRecords"))
        if json.loads(answer)["FailedRecordCount"]:
            raise load.Wrong("a record was refused")
    print(f"{count:,} records put", flush=True)


def fill_bucket(folder, count):
    """Files and their rows of the index, as puts leave them; a million puts would take minutes."""
    index = sqlite3.connect(folder / ".sluice" / "index.sqlite")
    columns = "bucket, size, place, version, marker, modified, etag, traits"
    bucket, *rest = index.execute(f"SELECT {columns} FROM objects WHERE key = ?", [key(0).encode()]).fetchone()
    first = index.execute("SELECT MIN(stamp) FROM objects").fetchone()[0]

    def rows():
        for number in range(LITTLE, count):
            name = key(number)
            path = folder / tasks.BUCKET / name
            if number % FOLDER_KEYS == 0:
                path.parent.mkdir(exist_ok=True)
            path.write_bytes(CONTENT)
            # A file is known by its time, each by another.
            stamp = first - number * 1_000
            os.utime(path, ns=(stamp, stamp))
            yield [bucket, name.encode(), stamp, stamp, *rest]

    index.executemany(
        "INSERT INTO objects(bucket, key, stamp, file_time, size, place, version, marker, modified, etag, traits) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows())
    index.commit()
    index.close()
    subprocess.run(["sync"], check=True)
    print(f"{count:,} keys in the bucket", flush=True)


def latencies(client, count):
    """Medians of calls one after another, in milliseconds, by what the call is."""
    chosen = random.Random(1)
    data = tasks.text(100)
    middle = key(count // 2)
    iterator = client.iterator("stored")

    def put_record(_):
        client.kinesis("PutRecord", {"StreamName": "stored", "PartitionKey": "key-1", "Data": data})

    def get_records(_):
        require(len(client.kinesis("GetRecords", {"ShardIterator": iterator, "Limit": 500})["Records"]) == 500)

    def get_newest(_):
        newest = client.iterator("stored", "LATEST")
        require(client.kinesis("GetRecords", {"ShardIterator": newest})["Records"] == [])

    def put_object(number):
        client.s3("PUT", f"/{tasks.BUCKET}/new/{count}-{number}", CONTENT)

    def put_again(_):
        client.s3("PUT", f"/{tasks.BUCKET}/{key(chosen.randrange(count))}", CONTENT)

    def get_object(_):
        require(client.s3("GET", f"/{tasks.BUCKET}/{key(chosen.randrange(count))}") == CONTENT)

    def list_objects(_):
        answer = client.s3("GET", f"/{tasks.BUCKET}?list-type=2&max-keys=100&start-after={middle}")
        require(answer.count(b"<Key>") == 100)

    calls = {
        "PutRecord": put_record, "GetRecords, 500 from the oldest": get_records, "GetShardIterator LATEST and GetRecords": get_newest,
        "S3 PUT, a new key": put_object, "S3 PUT, a key that is there": put_again, "S3 GET": get_object,
        "ListObjectsV2, 100 keys from the middle": list_objects,
    }
    found = {}
    for title, body in calls.items():
        times = []
        for number in range(CALLS):
            started = time.perf_counter()
            body(number)
            times.append(time.perf_counter() - started)
        found[title] = 1000 * statistics.median(times)
    return found


def require(is_right):
    if not is_right:
        raise load.Wrong("a call does not answer what was stored")
