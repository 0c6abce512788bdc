"""The measured programs, each a process with a port of its own that the run starts and ends."""

import getpass
import http.client
import os
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

TITLES = {"sluice": "Sluice", "moto": "moto", "ministack": "ministack", "nginx": "nginx, a constant", "nginx-files": "nginx, files"}
PEERS = ["moto", "ministack"]


class Missing(Exception):
    """A program that is not there, or does not start."""


class Program:
    """A running server."""

    def __init__(self, name, command, port, log, environment=None, version="", port_file=None):
        self.name, self.title, self.version = name, TITLES[name], version
        self.log = log
        started = time.perf_counter()
        with log.open("wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ, **(environment or {})},
                                            cwd=log.parent, start_new_session=True)
        try:
            self.port = port or self.told_port(port_file)
            self.await_answer()
        except Exception:
            self.end()
            raise
        # From the start of the process to its first answer, seconds.
        self.started_in = time.perf_counter() - started

    def told_port(self, path):
        while True:
            self.require_running()
            if path.exists() and (text := path.read_text().strip()):
                return int(text)
            time.sleep(0.0005)

    def await_answer(self):
        until = time.monotonic() + 60
        while time.monotonic() < until:
            self.require_running()
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            try:
                connection.request("GET", "/")
                connection.getresponse().read()
                return
            except OSError:
                time.sleep(0.0005)
            finally:
                connection.close()
        raise Missing(f"{self.title} does not answer")

    def require_running(self):
        if self.process.poll() is not None:
            raise Missing(f"{self.title} ended at once: {self.log.read_text(errors='replace')[-300:].strip()}")

    def memory_mib(self):
        """Resident memory of the process and its children."""
        pids = [self.process.pid]
        for pid in pids:
            children = Path(f"/proc/{pid}/task/{pid}/children")
            pids += [int(child) for child in children.read_text().split()] if children.exists() else []
        return sum(int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()).group(1)) for pid in pids) / 1024

    def processor_seconds(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Files:
    """nginx as it stores what is put and sends what it stored: the same process."""

    def __init__(self, nginx):
        self.name, self.title, self.version = "nginx-files", TITLES["nginx-files"], nginx.version
        self.log, self.port = nginx.log, nginx.port


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start(name, arguments, work, is_fresh=True):
    """Starts a program with its state below `work`."""
    if is_fresh:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
    return {"sluice": sluice, "moto": moto, "ministack": ministack, "nginx": nginx}[name](arguments, work)


def sluice(arguments, work):
    version = subprocess.run([arguments.sluice, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    (work / "port").unlink(missing_ok=True)
    command = [arguments.sluice, "up", "--port", "0", "--no-schedule", "--quiet", "--home", work / "state", "--port-file", work / "port"]
    return Program("sluice", command, None, work / "log", version=version, port_file=work / "port")


def moto(arguments, work):
    port = free_port()
    program = executable(arguments, "moto_server")
    return Program("moto", [program, "-H", "127.0.0.1", "-p", str(port)], port, work / "log", version=of_package("moto"))


def ministack(arguments, work):
    port = free_port()
    environment = {"GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "LOG_LEVEL": "WARNING", "TMPDIR": str(work),
                   "PATH": f"{arguments.programs}:{os.environ['PATH']}"}
    program = executable(arguments, "ministack")
    return Program("ministack", [program], port, work / "log", environment, of_package("ministack"))


def nginx(arguments, work):
    if not (program := shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")):
        raise Missing("there is no nginx")
    port = free_port()
    for folder in ("answers", "dav", "bodies"):
        (work / folder).mkdir()
    configuration = work / "nginx.conf"
    configuration.write_text(NGINX.format(work=work, port=port, user=getpass.getuser()))
    told = subprocess.run([program, "-v"], capture_output=True, text=True).stderr
    return Program("nginx", [program, "-c", configuration, "-g", "daemon off;", "-p", work], port, work / "log",
                   version=told.strip().rpartition("/")[2])


# A file of `answers` for any method, as the constant that it is; `dav` stores what is put, without waiting for the disk.
NGINX = """
user {user};
worker_processes 2;
pid {work}/pid;
error_log {work}/errors warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000000;
    client_max_body_size 0;
    client_body_buffer_size 1m;
    client_body_temp_path {work}/bodies;
    open_file_cache max=10000;
    open_file_cache_min_uses 1;
    proxy_temp_path {work}/bodies;
    fastcgi_temp_path {work}/bodies;
    uwsgi_temp_path {work}/bodies;
    scgi_temp_path {work}/bodies;
    server {{
        listen 127.0.0.1:{port};
        location = /empty {{ return 200; }}
        location /answers/ {{ root {work}; error_page 405 =200 $uri; }}
        location /dav/ {{ root {work}; dav_methods PUT; create_full_put_path on; error_page 405 =200 $uri; }}
        location / {{ return 200; }}
    }}
}}
"""


def executable(arguments, name):
    path = arguments.programs / name
    if not path.exists():
        raise Missing(f"there is no {name}")
    return path


def of_package(name):
    from importlib import metadata
    return metadata.version(name)
