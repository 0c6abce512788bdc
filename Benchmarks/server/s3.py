#!/usr/bin/env python3
"""Measures an S3 service by raw HTTP: objects of 4 KiB and 8 MiB, put and got on several connections.

    python3 Benchmarks/server/s3.py http://127.0.0.1:4566 [--seconds 5] [--connections 32]

Prints a line of JSON for each task. The service must take requests without a signature. Each connection is a process, which costs about 0.1 ms a
request of its own: on a machine of two cores the figures are those of client and server together.
"""

import argparse
import http.client
import json
import multiprocessing
import os
import time
import urllib.parse

BUCKET = "bench-bucket"


def call(connection, method, path, body=None):
    connection.request(method, path, body)
    answer = connection.getresponse()
    data = answer.read()
    if answer.status not in (200, 409):
        raise SystemExit(f"{method} {path}: {answer.status} {data[:200]}")
    return data


def work(address, method, size, keys, seconds, number, barrier, results):
    connection = http.client.HTTPConnection(address.hostname, address.port)
    body = os.urandom(size)
    paths = [f"/{BUCKET}/{size}/{number}-{key}" for key in range(keys)]
    for path in paths:
        call(connection, "PUT", path, body)
    latencies = []
    barrier.wait()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.monotonic()
        data = call(connection, method, paths[len(latencies) % keys], body if method == "PUT" else None)
        if method == "GET" and len(data) != size:
            raise SystemExit(f"{len(data)} bytes instead of {size}")
        latencies.append(time.monotonic() - start)
    results.put(latencies)


def measure(address, method, size, keys, seconds, connections):
    results = multiprocessing.Queue()
    barrier = multiprocessing.Barrier(connections)
    workers = [
        multiprocessing.Process(target=work, args=(address, method, size, keys, seconds, number, barrier, results), daemon=True)
        for number in range(connections)
    ]
    for worker in workers:
        worker.start()
    latencies = sorted(latency for _ in workers for latency in results.get(timeout=600))
    for worker in workers:
        worker.join()
    count = len(latencies)
    print(json.dumps({
        "task": f"{method} {size}", "connections": connections, "objects_per_s": round(count / seconds, 1),
        "mb_per_s": round(count * size / seconds / 1e6, 1), "p50_ms": round(1e3 * latencies[count // 2], 2),
        "p99_ms": round(1e3 * latencies[count * 99 // 100], 2)}), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--connections", type=int, default=32)
    given = parser.parse_args()
    address = urllib.parse.urlsplit(given.address)
    call(http.client.HTTPConnection(address.hostname, address.port), "PUT", f"/{BUCKET}")
    for size, keys, connections in [(4 << 10, 20, given.connections), (8 << 20, 2, 4)]:
        for method in ["PUT", "GET"]:
            measure(address, method, size, keys, given.seconds, connections)


main()
