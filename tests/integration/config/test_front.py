"""Two web servers behind one front, as ``deploy/availability.md`` says it: who asks, and what if one has no instance.

Beside the files: guards ``accounts.networks``, which counts floods by that address.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from typing import Any

import pytest
from django.conf import settings

DEPLOY = settings.BASE_DIR / "deploy"
SITE, CLIENT = "vote.example.org", "127.0.0.77"
NGINX = shutil.which("nginx", path=f"{os.defpath}:/usr/sbin")
BLOCKS = re.findall(r"```sh\n(.*?)```", (DEPLOY / "availability.md").read_text(), re.DOTALL)


class Answers(BaseHTTPRequestHandler):
    """An instance that says what it was told."""

    def do_GET(self) -> None:
        body = json.dumps(dict(self.headers)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return "somebody"

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Machine:
    """A machine with the files of nginx as ``deploy/README.md`` puts them, at an address of this one."""

    def __init__(self, base: Path, address: str, port: int) -> None:
        self.base, self.address, self.port = base, address, port
        (base / "conf.d").mkdir(parents=True)
        (base / "sites-available").mkdir()
        shutil.copy(DEPLOY / "piaojue-proxy.conf", base)
        shutil.copy(DEPLOY / "nginx.conf", base / "sites-available/piaojue")

    def run(self, block: str, changed: dict[str, str]) -> None:
        """Run a block of the page, with this machine's files."""
        for there, here in {"/etc/nginx": str(self.base), **changed}.items():
            block = block.replace(there, here)
        subprocess.run(["/bin/sh", "-eu", "-c", block], check=True)

    @contextmanager
    def serving(self, certificate: Path) -> Iterator[None]:
        site = (self.base / "sites-available/piaojue").read_text()
        for there, here in {
            r"listen 80;|listen \[::\].*;": "",
            r"listen 443 ssl http2;": f"listen {self.address}:{self.port} ssl;",
            r"/run/piaojue-": f"{self.base}/run-",
            r"/var/log/nginx": str(self.base),
            r"/etc/ssl/piaojue": str(certificate.parent),
            r"/etc/nginx": str(self.base),
            r"/opt/piaojue/deploy": str(DEPLOY),
        }.items():
            site = re.sub(there, here, site)
        # The first server of the file redirects plain HTTP.
        site = re.sub(r"server \{\s*server_name [^}]*return 301[^}]*\}", "", site)
        temporary = "".join(
            f"{kind}_temp_path {self.base}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        account = "user root;" if os.geteuid() == 0 else ""
        (self.base / "nginx.conf").write_text(
            f"daemon off; {account} pid {self.base}/pid; error_log {self.base}/error.log;"
            f" events {{}}\nhttp {{ {temporary}\ninclude {self.base}/conf.d/*.conf;\n{site}\n}}\n"
        )
        assert NGINX, "nginx is not here: apt-get install nginx-light"
        with subprocess.Popen([NGINX, "-p", self.base, "-c", self.base / "nginx.conf"]) as process:
            deadline = time.monotonic() + 10
            while not self.is_there():
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
            try:
                yield
            finally:
                process.terminate()

    def is_there(self) -> bool:
        with socket.socket() as asked:
            return asked.connect_ex((self.address, self.port)) == 0


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    made = tmp_path / "ssl/fullchain.pem"
    made.parent.mkdir()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-keyout", made.parent / "privkey.pem", "-out", made, "-subj", f"/CN={SITE}", "-addext",
         f"subjectAltName=DNS:{SITE}"],
        check=True, capture_output=True,
    )  # fmt: skip
    return made


def test_the_front_tells_who_asks_and_asks_the_other_where_one_has_no_instance(
    tmp_path: Path, certificate: Path
) -> None:
    """Nobody names another address than their own; with one web server empty, every page comes from the other.

    Guards ``deploy/availability.md``.
    """
    port = free_port()
    web = [Machine(tmp_path / f"app{n}", f"127.0.0.2{n}", port) for n in (1, 2)]
    front = Machine(tmp_path / "front", "127.0.0.30", port)
    for each in web:
        each.run(BLOCKS[0], {"10.0.0.30": "127.0.0.1"})  # from where the front asks, on this machine
    front.run(
        BLOCKS[1],
        {"10.0.0.21:443": f"127.0.0.21:{port}", "10.0.0.22:443": f"127.0.0.22:{port}",
         "/etc/ssl/certs/ca-certificates.crt": str(certificate)},
    )  # fmt: skip
    place = web[0].base / "run-1"
    place.mkdir()
    instance: Any = ThreadingUnixStreamServer(str(place / "proxy.sock"), Answers)
    threading.Thread(target=instance.serve_forever, args=(0.01,), daemon=True).start()
    believed = ssl.create_default_context(cafile=certificate)
    believed.check_hostname = False  # it is asked by its address
    with ExitStack() as stack:
        stack.callback(instance.server_close)
        stack.callback(instance.shutdown)
        for machine in (*web, front):
            stack.enter_context(machine.serving(certificate))
        for _number in range(4):  # whichever is asked first
            connection = HTTPSConnection(front.address, port, source_address=(CLIENT, 0), context=believed)
            connection.request("GET", "/", headers={"Host": SITE, "X-Forwarded-For": "9.9.9.9"})
            answer = connection.getresponse()
            assert answer.status == 200
            told = json.loads(answer.read())
            connection.close()
            assert (told["X-Forwarded-For"], told["X-Forwarded-Proto"]) == (CLIENT, "https")
            assert told["Host"] == SITE
