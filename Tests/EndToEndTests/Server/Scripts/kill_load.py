"""Writers of records and objects until the server is gone, and what became of what it acknowledged.

    kill_load.py load PORT FILE ROUND    writes, and appends to FILE a line for each acknowledgement
    kill_load.py check PORT FILE         reads what FILE names and compares it
"""

import base64
import hashlib
import http.client
import json
import random
import re
import sys
import threading
import urllib.parse

mode, port, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
STREAM, BUCKET, PART = "load", "load", 5 << 20


class Server:
    def __init__(self):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)

    def send(self, method, target, body=b"", headers={}):
        self.connection.request(method, target, body, headers)
        response = self.connection.getresponse()
        return response.status, response.read(), response.headers

    def kinesis(self, operation, **body):
        headers = {"X-Amz-Target": f"Kinesis_20131202.{operation}", "Content-Type": "application/x-amz-json-1.1"}
        status, answer, _ = self.send("POST", "/", json.dumps(body), headers)
        return status, json.loads(answer or b"{}")


def content(name, size):
    """The same bytes whenever they are asked for."""
    return random.Random(name).randbytes(size)


def put_records(server, name, acknowledge):
    names = [f"{name}-{row}" for row in range(5)]
    entries = [{"Data": base64.b64encode(content(text, 300)).decode(), "PartitionKey": text} for text in names]
    status, answer = server.kinesis("PutRecords", StreamName=STREAM, Records=entries)
    assert status == 200, answer
    for text, entry in zip(names, answer["Records"]):
        if "SequenceNumber" in entry:
            acknowledge("record", text, 300)


def put_object(kind, sizes):
    def put(server, name, acknowledge):
        size = random.choice(sizes)
        status, answer, _ = server.send("PUT", f"/{BUCKET}/{name}", content(name, size))
        assert status == 200, answer
        acknowledge(kind, name, size)

    return put


def put_parts(server, name, acknowledge):
    body = content(name, PART + 1000)
    status, answer, _ = server.send("POST", f"/{BUCKET}/{name}?uploads")
    assert status == 200, answer
    upload = re.search(rb"<UploadId>(.*?)</UploadId>", answer).group(1).decode()
    parts = ""
    for number, part in enumerate((body[:PART], body[PART:]), 1):
        status, answer, headers = server.send("PUT", f"/{BUCKET}/{name}?partNumber={number}&uploadId={upload}", part)
        assert status == 200, answer
        parts += f"<Part><PartNumber>{number}</PartNumber><ETag>{headers['ETag']}</ETag></Part>"
    document = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>"
    status, answer, _ = server.send("POST", f"/{BUCKET}/{name}?uploadId={upload}", document)
    assert status == 200 and b"<Error>" not in answer, answer
    acknowledge("parts", name, len(body))


def put_and_delete(server, name, acknowledge):
    status, answer, _ = server.send("PUT", f"/{BUCKET}/{name}", content(name, random.choice((10, 100_000))))
    assert status == 200, answer
    status, answer, _ = server.send("DELETE", f"/{BUCKET}/{name}")
    assert status == 204, answer
    acknowledge("deleted", name, 0)


# Some of the sizes are right at the bound above which an object is a file of its own before its transaction.
SMALL, LARGE = (0, 1, 4_000, 65_535, 65_536), (65_537, 100_000, 1_000_000)
WRITERS = {
    "r": put_records, "s": put_object("small", SMALL), "d/e": put_object("small", SMALL), "l": put_object("large", LARGE), "p": put_parts,
    "x": put_and_delete,
}


def load():
    lock, file = threading.Lock(), open(path, "a")
    failures = []

    def acknowledge(kind, name, size):
        with lock:
            file.write(f"{kind} {name} {size}\n")
            file.flush()

    def work(prefix, writer):
        server, count = Server(), 0
        try:
            while True:
                writer(server, f"{prefix}-{sys.argv[4]}-{count}", acknowledge)
                count += 1
        except (OSError, http.client.HTTPException):
            return
        except Exception as failure:
            failures.append(f"{prefix}: {failure!r}")

    server = Server()
    server.kinesis("CreateStream", StreamName=STREAM, ShardCount=2)
    server.send("PUT", f"/{BUCKET}")
    threads = [threading.Thread(target=work, args=item) for item in WRITERS.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Records whose acknowledgement did not come whole are not in the file; nothing else may have gone wrong.
    sys.exit("\n".join(failures) or 0)


def records(server):
    found = {}
    for shard in server.kinesis("ListShards", StreamName=STREAM)[1]["Shards"]:
        _, answer = server.kinesis("GetShardIterator", StreamName=STREAM, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
        token, isMore = answer["ShardIterator"], True
        while isMore:
            status, page = server.kinesis("GetRecords", ShardIterator=token)
            assert status == 200, page
            for record in page["Records"]:
                assert record["PartitionKey"] not in found, f"{record['PartitionKey']} came twice"
                found[record["PartitionKey"]] = base64.b64decode(record["Data"])
            token, isMore = page["NextShardIterator"], bool(page["Records"])
    return found


def check():
    server, wrong = Server(), []
    lines = [line.split() for line in open(path).read().splitlines()]
    found = records(server)
    for kind, name, size in lines:
        if kind == "record":
            isRight = found.get(name) == content(name, int(size))
        else:
            status, body, headers = server.send("GET", f"/{BUCKET}/{name}")
            if kind == "deleted":
                isRight = status == 404
            else:
                isRight = status == 200 and body == content(name, int(size))
                if kind != "parts":
                    isRight = isRight and headers["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
        if not isRight:
            wrong.append(f"{kind} {name} {size}")
    # What a listing names can be read, too.
    token = ""
    while token is not None:
        _, page, _ = server.send("GET", f"/{BUCKET}?list-type=2" + (f"&continuation-token={token}" if token else ""))
        for key in re.findall(rb"<Key>(.*?)</Key>", page):
            status, _, _ = server.send("GET", f"/{BUCKET}/{key.decode()}")
            if status != 200:
                wrong.append(f"listed {key.decode()}: {status}")
        more = re.search(rb"<NextContinuationToken>(.*?)</NextContinuationToken>", page)
        token = urllib.parse.quote(more.group(1).decode(), safe="") if more else None
    print(f"{len(lines)} acknowledged, {len(wrong)} wrong")
    sys.exit("\n".join(wrong[:20]) or 0)


load() if mode == "load" else check()
