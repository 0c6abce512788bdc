"""What is measured side by side."""

import dataclasses
import shutil
from pathlib import Path

import clients
import servers


@dataclasses.dataclass
class System:
    """One column of the tables. `address`: what its program connects to, `prefix`: what its streams' names begin with."""

    name: str
    title: str
    durability: str
    program: Path
    address: str = ""
    prefix: str = "s"
    server: servers.Server = None
    has_consumers: bool = True
    keeps_records: bool = True

    def call(self, command, stream, **options):
        return clients.call(self.program, command, address=self.address, stream=self.prefix + stream, **options)

    def begin_turn(self):
        if self.server:
            self.server.go_on()

    def end_turn(self):
        if self.server:
            self.server.halt()


TITLES = {
    "sluice": "Sluice", "bare": "bare file", "bare-written": "bare, written before", "redis": "Redis", "nats": "NATS",
    "nats-debian": "NATS of Debian", "rabbitmq": "RabbitMQ"}
PEERS = ("redis", "nats", "rabbitmq", "nats-debian")
DURABILITY = {
    "sluice": "fdatasync before every acknowledgement, shared by producers that wait (durability `always`)",
    "bare": "pwrite and fdatasync before every acknowledgement, shared by producers that wait; a file that grows",
    "bare-written": "the same, to 256 MiB of blocks that were written before, again and again",
    "redis": "`appendfsync always`: fdatasync before every acknowledgement, shared by the commands that came in together; 500 records are "
             "one transaction (MULTI, EXEC), which is one write and one sync",
    "nats": "`sync_interval: always`: fsync before every acknowledgement",
    "nats-debian": "**does not sync before it acknowledges**: this version has no such option and syncs every two minutes",
    "rabbitmq": "**does not sync**: a stream's record is acknowledged when it is in the page cache"}


def start(name, programs, directory, nats_program):
    """A system ready to be measured, its server halted. Throws `servers.Missing`."""
    directory.mkdir(parents=True)
    client = programs[name.split("-")[0]]
    system = System(name, TITLES[name], DURABILITY[name], client, address=str(directory))
    if name.startswith("bare"):
        system.has_consumers = False
    if name == "bare-written":
        system.prefix, system.keeps_records = "written", False
    if name in PEERS:
        system.server = {
            "redis": lambda: servers.start_redis(directory),
            "nats": lambda: servers.start_nats(directory, servers.found(str(nats_program)), syncs=True),
            "nats-debian": lambda: servers.start_nats(directory, servers.found("nats-server"), syncs=False),
            "rabbitmq": lambda: servers.start_rabbitmq(directory)}[name]()
        system.address = system.server.address
        system.title += " " + system.server.version
        system.server.halt()
    return system


def stop(system, directory):
    if system.server:
        system.server.stop()
    shutil.rmtree(directory, ignore_errors=True)
