"""The web servers of a drill and the proxy before them, as ``deploy/piaojue.service`` and ``deploy/nginx.conf`` say."""

from __future__ import annotations

import os
import re
import secrets
import shlex
import signal
import subprocess
from pathlib import Path

from benchmarks.drills.hosts import Host, Kept, send, wait_until
from benchmarks.ground import BASE
from benchmarks.serving import children

NAME = "vote.example.org"
INSTALLED = "/opt/piaojue"
DEPLOY = BASE / "deploy"
#: nginx before this version is told of HTTP/2 in another way.
HTTP2_ON = (1, 25, 1)


#: A unit for each of several instances on one machine, or one for all.
UNITS = [DEPLOY / "piaojue@.service", DEPLOY / "piaojue.service"]
UNIT = next(path for path in UNITS if path.exists())


class Instance:
    """One process of the service with its workers, started and kept as its unit says."""

    def __init__(self, host: Host, base: Path, number: int, env: dict[str, str]) -> None:
        self.host, self.number, self.env = host, number, env
        self.runtime = base / f"{host.name}-run-{number}"
        self.runtime.mkdir()
        self.runtime.chmod(0o755)
        self.kept = Kept(host, self._start)

    def words(self, name: str) -> list[str]:
        """Return the words of ``ExecStart`` or the like, for a machine of the drill; none where the unit has none."""
        text = UNIT.read_text().replace("\\\n", " ")
        line = next((line for line in text.splitlines() if line.startswith(f"{name}=")), "")
        for there, here in {
            "/run/piaojue-%i": str(self.runtime),
            INSTALLED: str(BASE),
            "%i": str(self.number),
        }.items():
            line = line.replace(there, here)
        known = {"127.0.0.1": self.host.address}
        if "$MAINPID" in line:
            known["$MAINPID"] = str(self.kept.process.pid)
        return [known.get(word, word) for word in shlex.split(line.partition("=")[2])]

    def _start(self) -> subprocess.Popen[bytes]:
        process = self.host.start(self.words("ExecStart"), env=self.env, cwd=BASE)
        if ready := self.words("ExecStartPost"):
            self.host.start(ready, env=self.env, cwd=BASE)
        return process

    @property
    def is_at_socket(self) -> bool:
        return "--uds" in self.words("ExecStart")

    @property
    def upstream(self) -> str:
        """Return the line of ``nginx.conf`` that names it."""
        place = f"unix:{self.runtime}/proxy.sock" if self.is_at_socket else f"{self.host.address}:8000"
        return f"    server {place} max_fails=0;"

    def status_of(self, path: str) -> str:
        """Return the status of a page, asked past the proxy."""
        place = ["--unix-socket", str(self.runtime / "proxy.sock")] if self.is_at_socket else []
        address = "127.0.0.1" if self.is_at_socket else f"{self.host.address}:8000"
        headers = ["-H", f"Host: {NAME}", "-H", "X-Forwarded-Proto: https"]
        asked = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-m", "2", *place, *headers]
        return self.host.run([*asked, f"http://{address}{path}"])

    def do(self, name: str) -> bool:
        """Do what the unit says, to its end; return whether it says anything."""
        if words := self.words(name):
            self.host.run(words, env=self.env, cwd=BASE)
        return bool(words)


class Application:
    """One web server."""

    def __init__(self, host: Host, base: Path, *, url: str, more: dict[str, str]) -> None:
        self.host, self.base = host, base
        var = base / f"{host.name}-var"
        var.mkdir()
        self.env = {
            "PATH": os.defpath,
            "PIAOJUE_ENV": "production",
            "PIAOJUE_VAR": str(var),
            "DATABASE_URL": url,
            "ALLOWED_HOSTS": NAME,
            "BEHIND_PROXY": "on",
            "SECOND_FACTOR": "optional",
            "GRANIAN_WORKERS": "1" if "@" in UNIT.name else "2",
            "GRANIAN_BLOCKING_THREADS": "8",
            "GRANIAN_UDS_PERMISSIONS": "666",
            "PYTHONDONTWRITEBYTECODE": "1",
            **more,
        }
        host.run(
            [BASE / ".venv/bin/python", "manage.py", "collectstatic", "--no-input", "-v0"],
            env=self.env,
            cwd=BASE,
        )

    def serve(self) -> None:
        """Start it as the service does."""
        numbers = (1, 2) if "@" in UNIT.name else (1,)
        self.instances = [Instance(self.host, self.base, number, self.env) for number in numbers]
        wait_until(self.can_vote, f"the web server on {self.host.name}")

    def can_vote(self) -> bool:
        """Tell whether every instance shows a page that needs the database."""
        return all(each.status_of("/") in {"200", "302", "404"} for each in self.instances)

    def workers(self) -> list[int]:
        """Return the numbers of the worker processes."""
        return [pid for each in self.instances for pid in children(each.kept.process.pid)]

    def restart(self) -> None:
        """``systemctl restart``, one instance after the other."""
        for each in self.instances:
            each.do("ExecStop")
            before = each.kept.process
            before.terminate()
            before.wait(timeout=30)
            wait_until(lambda: each.kept.process is not before and self.can_vote(), "the web server")  # noqa: B023 called at once

    def reload(self) -> bool:
        """``systemctl reload``, one instance after the other; return whether the unit can."""
        return all(each.do("ExecReload") for each in self.instances)

    def die(self) -> None:
        """Lose the whole machine's processes at once, for good."""
        for each in self.instances:
            each.kept.leave()
        for pid in self.host.pids():
            send(pid, signal.SIGKILL)


class Proxy:
    """nginx, with TLS."""

    def __init__(self, host: Host, base: Path, applications: list[Application]) -> None:
        self.host, self.base = host, base / "nginx"
        self.base.mkdir()
        for name in ("piaojue.crt", "piaojue.key"):
            (self.base / name).touch()
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-keyout", self.base / "piaojue.key", "-out", self.base / "piaojue.crt", "-days", "2", "-subj",
             f"/CN={NAME}"],
            check=True, capture_output=True,
        )  # fmt: skip
        (self.base / "nginx.conf").write_text(self._configuration(applications))
        self.kept = Kept(
            host, lambda: host.start(["/usr/sbin/nginx", "-c", self.base / "nginx.conf"], cwd=self.base)
        )
        asked = [
            "curl",
            "-sk",
            "-o",
            "/dev/null",
            "-m",
            "2",
            "-H",
            f"Host: {NAME}",
            f"https://{host.address}/",
        ]
        wait_until(lambda: host.run(asked) == "", "the proxy")

    def _configuration(self, applications: list[Application]) -> str:
        """Return ``deploy/nginx.conf`` with the paths and machines of the drill, inside what Debian puts around it."""
        site = (DEPLOY / "nginx.conf").read_text()
        servers = "\n".join(instance.upstream for each in applications for instance in each.instances)
        site = re.sub(r"(upstream piaojue \{\n)(?: *server [^;]*;\n)+", rf"\g<1>{servers}\n", site)
        site = re.sub(r"ssl_certificate .*;", f"ssl_certificate {self.base}/piaojue.crt;", site)
        site = re.sub(r"ssl_certificate_key .*;", f"ssl_certificate_key {self.base}/piaojue.key;", site)
        site = re.sub(r"/var/log/nginx", str(self.base), site)
        for file in DEPLOY.glob("*.conf"):
            (self.base / file.name).write_text(file.read_text().replace(INSTALLED, str(BASE)))
        site = re.sub(r"/etc/nginx/(piaojue[\w.-]*)", rf"{self.base}/\1", site).replace(INSTALLED, str(BASE))
        version = subprocess.run(["/usr/sbin/nginx", "-v"], capture_output=True, text=True, check=True).stderr
        numbers = re.search(r"(\d+)\.(\d+)\.(\d+)", version)
        if not numbers or tuple(map(int, numbers.groups())) < HTTP2_ON:
            site = site.replace("    http2 on;\n", "")
        return (
            f"daemon off;\nuser www-data;\nworker_processes 2;\npid {self.base}/nginx.pid;\n"
            f"error_log {self.base}/error.log;\nevents {{ worker_connections 4096; }}\n"
            f"http {{\ninclude /etc/nginx/mime.types;\n{site}\n}}\n"
        )


def secret() -> str:
    return secrets.token_urlsafe(48)
