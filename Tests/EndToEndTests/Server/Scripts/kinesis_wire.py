"""Plain HTTP to a port: `load FILE` puts records until the server is gone and writes down what was acknowledged; `read` prints all records;
`iterator` prints one; `use TOKEN` prints what the server says to it. Usage: kinesis_wire.py PORT MODE [ARGUMENT]"""

import base64
import http.client
import json
import sys
import threading

port, mode = int(sys.argv[1]), sys.argv[2]
STREAM = "load"


class Server:
    def __init__(self):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def call(self, operation, **body):
        headers = {"X-Amz-Target": f"Kinesis_20131202.{operation}", "Content-Type": "application/x-amz-json-1.1"}
        self.connection.request("POST", "/", json.dumps(body), headers)
        response = self.connection.getresponse()
        return response.status, json.loads(response.read() or b"{}")


def load(path):
    lock = threading.Lock()
    acknowledged = open(path, "a")

    def work(number):
        server, batch = Server(), 0
        try:
            while True:
                names = [f"{number}-{batch}-{row}" for row in range(10)]
                entries = [{"Data": base64.b64encode(name.encode()).decode(), "PartitionKey": name} for name in names]
                status, answer = server.call("PutRecords", StreamName=STREAM, Records=entries)
                stored = [name for name, entry in zip(names, answer.get("Records", [])) if "SequenceNumber" in entry]
                with lock:
                    acknowledged.write("".join(name + "\n" for name in stored))
                    acknowledged.flush()
                batch += 1
        except (OSError, http.client.HTTPException, ValueError):
            return

    server = Server()
    server.call("CreateStream", StreamName=STREAM, ShardCount=3)
    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def iterator(server, shard):
    return server.call("GetShardIterator", StreamName=STREAM, ShardId=shard, ShardIteratorType="TRIM_HORIZON")[1]["ShardIterator"]


def read():
    server = Server()
    for shard in server.call("ListShards", StreamName=STREAM)[1]["Shards"]:
        token = iterator(server, shard["ShardId"])
        while True:
            status, page = server.call("GetRecords", ShardIterator=token)
            assert status == 200, page
            for record in page["Records"]:
                print(base64.b64decode(record["Data"]).decode())
            token = page["NextShardIterator"]
            if not page["Records"]:
                break


if mode == "load":
    load(sys.argv[3])
elif mode == "read":
    read()
elif mode == "iterator":
    print(iterator(Server(), "shardId-000000000000"))
elif mode == "use":
    status, answer = Server().call("GetRecords", ShardIterator=sys.argv[3])
    print(status, answer.get("__type", "records"))
elif mode == "page":
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    method, path = sys.argv[3].split(" ")
    connection.request(method, path)
    response = connection.getresponse()
    print(response.status, response.read().decode())
