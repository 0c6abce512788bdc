"""The servers of the peers: each starts on free loopback ports with its data in a directory of ours, and is always stopped."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

START_SECONDS = 60
STOP_SECONDS = 15
RABBITMQ_HOMES = "/usr/lib/rabbitmq/lib"


class Missing(Exception):
    """A server that is not there or does not start; the text says why."""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """One started server and what it needs. Between its turns it is halted (SIGSTOP), so that it takes no time from others."""

    def __init__(self, directory, port):
        self.directory, self.port = directory, port
        self.address = f"127.0.0.1:{port}"
        self.version = ""
        self.processes = []
        self.log = directory / "server.log"

    def launch(self, command, environment=None):
        with open(self.log, "ab") as log:
            self.processes.append(subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.directory, start_new_session=True,
                env={**os.environ, **(environment or {})}))

    def wait_until_it_listens(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.processes[-1].poll() is not None:
                break
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.05)
        self.stop()
        lines = self.log.read_text(errors="replace").strip().splitlines()
        raise Missing(f"the server did not start: {lines[-1] if lines else 'it said nothing'}")

    def signal(self, number):
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)

    def halt(self):
        self.signal(signal.SIGSTOP)

    def go_on(self):
        self.signal(signal.SIGCONT)

    def stop(self):
        """Ends the server, then what it needed; at last by force."""
        self.go_on()
        for process in reversed(self.processes):
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGTERM)
                try:
                    process.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    pass
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def first_line(command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]


def found(program):
    # Debian keeps some servers out of a user's search path.
    path = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not path:
        raise Missing(f"{program} is not installed")
    return path


def start_redis(directory):
    program = found("redis-server")
    server = Server(directory, free_port())
    server.version = first_line([program, "--version"]).split("v=")[1].split()[0]
    server.launch([
        program, "--bind", "127.0.0.1", "--port", str(server.port), "--dir", str(directory), "--appendonly", "yes",
        "--appendfsync", "always", "--save", "", "--auto-aof-rewrite-percentage", "0", "--daemonize", "no"])
    server.wait_until_it_listens()
    return server


def start_nats(directory, program, syncs):
    """Debian's version cannot sync before it acknowledges; where `syncs`, `program` is a newer one."""
    server = Server(directory, free_port())
    server.version = first_line([program, "--version"]).split()[-1].lstrip("v")
    configuration = directory / "nats.conf"
    sync = "sync_interval: always" if syncs else ""
    configuration.write_text(
        f'listen: "127.0.0.1:{server.port}"\njetstream {{ store_dir: "{directory}/data", max_mem: 256MB, max_file: 40GB, {sync} }}\n')
    server.launch([program, "--config", str(configuration)])
    server.wait_until_it_listens()
    return server


def start_rabbitmq(directory):
    homes = sorted(Path(RABBITMQ_HOMES).glob("rabbitmq_server-*"))
    if not homes:
        raise Missing("rabbitmq-server is not installed")
    server = Server(directory, free_port())
    server.version = homes[-1].name.split("-")[1]
    (directory / "enabled_plugins").write_text("[rabbitmq_stream].\n")
    (directory / "rabbitmq.conf").write_text(
        f"listeners.tcp.1 = 127.0.0.1:{free_port()}\nstream.listeners.tcp.1 = 127.0.0.1:{server.port}\nlog.console.level = error\n")
    # Erlang's name server: ours, on a port of its own, because one that Erlang starts would stay behind.
    names = str(free_port())
    server.launch([found("epmd"), "-port", names, "-address", "127.0.0.1"])
    server.launch([str(homes[-1] / "sbin" / "rabbitmq-server")], {
        "HOME": str(directory), "ERL_EPMD_PORT": names, "ERL_EPMD_ADDRESS": "127.0.0.1", "RABBITMQ_NODENAME": "measured@localhost",
        "RABBITMQ_DIST_PORT": str(free_port()), "RABBITMQ_MNESIA_BASE": str(directory / "data"), "RABBITMQ_LOG_BASE": str(directory),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(directory / "enabled_plugins"), "RABBITMQ_CONFIG_FILE": str(directory / "rabbitmq.conf"),
        "RABBITMQ_CONF_ENV_FILE": str(directory / "none"), "RABBITMQ_PID_FILE": str(directory / "pid"), "RABBITMQ_LOGS": "-",
        "RABBITMQ_FEATURE_FLAGS_FILE": str(directory / "feature_flags")})
    server.wait_until_it_listens()
    return server
