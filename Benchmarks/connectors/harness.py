"""Reads Zendesk tickets and Salesforce accounts from the mock with Sluice, dlt and a Singer tap, and checks that all got the same.

    Benchmarks/connectors/run [--quick] [--sluice PROGRAM] [--tickets N] [--accounts N] [--tap-accounts N] [--repeats N] [--json FILE]

Needs only Python's standard library itself; the peers go into Benchmarks/cache/connectors (PyPI).
"""
import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CACHE = os.path.join(ROOT, "Benchmarks", "cache", "connectors")
PACKAGES = {"dlt": ["dlt[filesystem,parquet]"], "tap-zendesk": ["tap-zendesk"], "tap-salesforce": ["tap-salesforce"],
            "target-jsonl": ["target-jsonl"], "check": ["pyarrow"]}
KEPT = {"zendesk": ("tickets", "id", "created_at"), "salesforce": ("accounts", "Id", "CreatedDate")}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sluice", default=os.path.join(ROOT, ".build/release/sluice"))
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--tap-accounts", type=int, default=100_000, help="accounts that the tap reads, too: it takes minutes for a million")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="2,000 of each, once: does it work?")
    parser.add_argument("--programs", type=lambda text: text.split(","), default=list(JOBS), help="of sluice,dlt,tap (default: all)")
    parser.add_argument("--minutes", type=float, default=30, help="after which a program is given up as too slow (default: 30)")
    parser.add_argument("--json", help="a file for the figures")
    options = parser.parse_args()
    if options.quick:
        options.tickets = options.accounts = options.tap_accounts = 2_000
        options.repeats = 1
    return options


def python(name):
    """The interpreter of an environment with one peer; None, with the reason, where it cannot be installed."""
    folder = os.path.join(CACHE, name)
    program = os.path.join(folder, "bin", "python3")
    if not os.path.exists(os.path.join(folder, "complete")):
        shutil.rmtree(folder, ignore_errors=True)
        steps = [[sys.executable, "-m", "venv", folder], [program, "-m", "pip", "install", "--quiet", *PACKAGES[name]]]
        for step in steps:
            result = subprocess.run(step, capture_output=True, text=True)
            if result.returncode != 0:
                print(f"skipped: {name} cannot be installed: {result.stderr.strip().splitlines()[-1:]}")
                return None
        open(os.path.join(folder, "complete"), "w").close()
    return program


class Mock:
    """The mock of one service; it ends with the block."""

    def __init__(self, sluice, service, rows):
        self.process = subprocess.Popen([sluice, "mock", "up", service, "--rows", str(rows), "--no-quotas"], stdout=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().strip()
        if not self.address.endswith("/" + service):
            raise SystemExit(f"the mock did not start: {self.address}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


class Slow(Exception):
    """A program does not come to its end in time."""


def measured(command, folder, minutes):
    """Seconds, seconds of the processor, and the largest peak in MiB of the command and what it starts."""
    begin = time.monotonic()
    child = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
    watch = threading.Timer(60 * minutes, os.killpg, [child.pid, signal.SIGKILL])
    watch.start()
    words = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    watch.cancel()
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        raise Slow(f"no end within {minutes:g} minutes")
    if status != 0:
        raise RuntimeError(words.decode(errors="replace").strip()[-600:])
    return time.monotonic() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def sluice_job(options, service, address, folder):
    """Everything before the clock: the connection and the definition. The command to measure, and where its rows are."""
    home = os.path.join(folder, "home")
    connector = os.path.join(HERE, "zendesk.yaml") if service == "zendesk" else "salesforce"
    settings = ["--set", "email=etl@example.com", "--secret", "api_token"] if service == "zendesk" else \
        ["--set", "domain=acme", "--set", "client_id=me", "--secret", "client_secret"]
    subprocess.run([options.sluice, "connections", "add", "mock", connector, "--url", address, *settings, "--home", home],
                   input="t0ken-t0ken\n", text=True, check=True, stdout=subprocess.DEVNULL)
    source = f"{{http: {connector}, entity: tickets, connection: mock}}" if service == "zendesk" else "{salesforce: accounts, connection: mock}"
    with open(os.path.join(folder, "job.yaml"), "w") as file:
        file.write(f"name: job\nsource: {source}\nsink: {{table: bench.{KEPT[service][0]}, format: parquet}}\n")
    return [options.sluice, "run", "job.yaml", "--quiet", "--home", home], os.path.join(home, "**", "*.parquet")


def dlt_job(options, service, address, folder):
    program = python("dlt")
    return program and [program, os.path.join(HERE, "peers", "dlt_job.py"), service, address, folder], os.path.join(folder, "out", "**", "*.parquet")


def singer_job(options, service, address, folder):
    """A tap into target-jsonl, with a catalog that has the one stream alone."""
    tap, target = python(f"tap-{service}"), python("target-jsonl")
    if not tap or not target:
        return None, ""
    write_json(folder, "target.json", {"destination_path": folder, "do_timestamp_file": False})
    vendor, config, stream = (zendesk_tap if service == "zendesk" else salesforce_tap)(tap, address, folder)
    write_json(folder, "config.json", config)
    # This one knows the catalog by its older name alone.
    catalog = "--properties" if service == "salesforce" else "--catalog"
    line = (f"set -o pipefail; '{tap}' '{HERE}/peers/loopback.py' {vendor} {address} '{os.path.dirname(tap)}/tap-{service}'"
            f" --config config.json {catalog} catalog.json | '{os.path.dirname(target)}/target-jsonl' --config target.json")
    return ["bash", "-c", line], os.path.join(folder, f"{stream}.jsonl")


def write_json(folder, name, content):
    with open(os.path.join(folder, name), "w") as file:
        json.dump(content, file)


def zendesk_tap(tap, address, folder):
    with open(os.path.join(folder, "catalog.json"), "w") as file:
        subprocess.run([tap, os.path.join(HERE, "peers", "zendesk_catalog.py")], stdout=file, check=True)
    return "https://mock.zendesk.com", {"subdomain": "mock", "access_token": "mock-access-token", "start_date": "2000-01-01T00:00:00Z"}, "tickets"


def salesforce_tap(tap, address, folder):
    """The tap finds its streams by the mock's descriptions. Each refresh token of the mock is good once: finding takes the first."""
    vendor = "https://login.salesforce.com"
    config = {"refresh_token": "mock-refresh-0", "client_id": "me", "client_secret": "s3cret", "start_date": "2000-01-01T00:00:00Z",
              "api_type": "REST", "select_fields_by_default": "true"}
    write_json(folder, "config.json", config)
    program = os.path.join(os.path.dirname(tap), "tap-salesforce")
    found = subprocess.run([tap, os.path.join(HERE, "peers", "loopback.py"), vendor, address, program, "--config", "config.json", "--discover"],
                           cwd=folder, capture_output=True, text=True, check=True)
    accounts = next(stream for stream in json.loads(found.stdout)["streams"] if stream["stream"] == "Account")
    accounts["replication_key"] = "SystemModstamp"
    for item in accounts["metadata"]:
        item["metadata"]["selected"] = True
        if not item["breadcrumb"]:
            item["metadata"].update({"replication-method": "INCREMENTAL", "replication-key": "SystemModstamp"})
    write_json(folder, "catalog.json", {"streams": [accounts]})
    return vendor, {**config, "refresh_token": "mock-refresh-1"}, "Account"


CHECK = """
import glob, hashlib, json, sys
import pyarrow as pa, pyarrow.parquet as pq
pattern, key, time, rows = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
found = {}
def text(value):
    return value.strftime('%Y-%m-%dT%H:%M:%S') if hasattr(value, 'strftime') else str(value)[:19]
for path in glob.glob(pattern, recursive=True):
    if path.endswith('.jsonl'):
        records = (json.loads(line) for line in open(path))
        pairs = [(r[key], r[time]) for r in records]
    else:
        table = pq.read_table(path, partitioning=None)
        names = {n.replace('_', '').lower(): n for n in table.column_names}
        if key.replace('_', '').lower() not in names or time.replace('_', '').lower() not in names: continue
        pairs = zip(table[names[key.replace('_', '').lower()]].to_pylist(), table[names[time.replace('_', '').lower()]].to_pylist())
    for k, t in pairs: found[str(k)] = text(t)
# Records that are made while the mock runs are in some readings and not in others.
first = sorted(found.items(), key=lambda item: (item[1], item[0]))[:rows]
print(len(first), hashlib.sha256(repr(sorted(first)).encode()).hexdigest()[:16])
"""


def checked(pattern, service, rows):
    _, key, column = KEPT[service]
    result = subprocess.run([python("check"), "-c", CHECK, pattern, key, column, str(rows)], capture_output=True, text=True)
    return result.stdout.strip() or result.stderr.strip().splitlines()[-1]


JOBS = {"sluice": sluice_job, "dlt": dlt_job, "tap": singer_job}


def compare(options, service, rows, programs):
    """Lines of the table, and whether all answers are the same."""
    times, answers = {}, {}
    for name in filter(options.programs.__contains__, programs):
        job = JOBS[name]
        for turn in range(options.repeats):
            folder = os.path.join(CACHE, "work", f"{service}-{name}-{turn}")
            shutil.rmtree(folder, ignore_errors=True)
            os.makedirs(folder)
            with Mock(options.sluice, service, rows) as mock:
                command, pattern = job(options, service, mock.address, folder)
                if not command:
                    break
                try:
                    figure = measured(command, folder, options.minutes)
                except Slow as slow:
                    print(f"| {service} | {rows} | {name} | {slow} | | | |")
                    if name == "sluice":
                        answers[name] = "failed"
                    break
                except RuntimeError as error:
                    answers[name] = "failed"
                    print(f"{service} {name} failed: {error}")
                    break
            times.setdefault(name, []).append(figure)
            answers[name] = checked(pattern, service, rows)
            shutil.rmtree(folder, ignore_errors=True)
    figures = {name: {"seconds": statistics.median(t[0] for t in runs), "cpu": statistics.median(t[1] for t in runs),
                      "peak_mib": max(t[2] for t in runs), "answer": answers[name]} for name, runs in times.items()}
    for name, figure in figures.items():
        print(f"| {service} | {rows} | {name} | {figure['seconds']:.2f} | {figure['cpu']:.2f} | {figure['peak_mib']:.0f} | {figure['answer']} |")
    return figures, len(set(answers.values())) == 1 and all(a.startswith(f"{rows} ") for a in answers.values())


def main():
    options = arguments()
    os.makedirs(CACHE, exist_ok=True)
    print("| service | rows | program | seconds | processor | peak MiB | rows and their hash |\n|---|---|---|---|---|---|---|")
    tasks = [("zendesk", 10, JOBS), ("zendesk", options.tickets, JOBS), ("salesforce", options.tap_accounts, JOBS),
             ("salesforce", options.accounts, ["sluice", "dlt"])]
    results = [(service, rows, *compare(options, service, rows, programs)) for service, rows, programs in tasks]
    if options.json:
        with open(options.json, "w") as file:
            json.dump([{"service": s, "rows": r, "figures": f, "same": same} for s, r, f, same in results], file, indent=2)
    wrong = [f"{service} {rows}" for service, rows, _, same in results if not same]
    if wrong:
        raise SystemExit("WRONG: the answers differ: " + ", ".join(wrong))


if __name__ == "__main__":
    main()
