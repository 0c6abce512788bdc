"""Single calls, by which states are prepared and answers looked at."""

import http.client
import json
import time


class Refused(Exception):
    """A call did not succeed."""


def authorization(service):
    return (f"AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, "
            "SignedHeaders=host, Signature=0")


def target_headers(service, prefix, operation):
    return {"X-Amz-Target": f"{prefix}.{operation}", "Content-Type": "application/x-amz-json-1.1",
            "Authorization": authorization(service)}


class Client:
    """One connection to a program."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def target(self, service, prefix, operation, members):
        body = self.request("POST", "/", json.dumps(members), target_headers(service, prefix, operation))
        return json.loads(body) if body else {}

    def kinesis(self, operation, members):
        return self.target("kinesis", "Kinesis_20131202", operation, members)

    def firehose(self, operation, members):
        return self.target("firehose", "Firehose_20150804", operation, members)

    def glue(self, operation, members):
        return self.target("glue", "AWSGlue", operation, members)

    def s3(self, method, path, body=None):
        return self.request(method, path, body, {"Authorization": authorization("s3")})

    def request(self, method, path, body=None, headers=None):
        self.connection.request(method, path, body, headers or {})
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise Refused(f"{method} {path} {(headers or {}).get('X-Amz-Target', '')}: {answer.status} {content[:200]}")
        return content

    def make_stream(self, name, shards):
        self.kinesis("CreateStream", {"StreamName": name, "ShardCount": shards})
        until = time.monotonic() + 30
        while self.kinesis("DescribeStreamSummary", {"StreamName": name})["StreamDescriptionSummary"]["StreamStatus"] != "ACTIVE":
            if time.monotonic() > until:
                raise Refused(f"stream {name} does not become active")
            time.sleep(0.05)

    def iterator(self, name, kind="TRIM_HORIZON"):
        return self.kinesis("GetShardIterator", {
            "StreamName": name, "ShardId": "shardId-000000000000", "ShardIteratorType": kind})["ShardIterator"]
