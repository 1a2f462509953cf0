"""The monitor's own port of each worker: it answers when every thread of the voters waits for a frozen database.

On this computer only, and nothing else than ``/healthz``, ``/readyz`` and ``/metrics``. The workers share the port;
whichever is asked tells of all.
"""

from __future__ import annotations

import logging
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from django.conf import settings

from config import metrics
from config.health import LIVES, PLAIN, READY, verdict

_log = logging.getLogger(__name__)

METRICS = "/metrics"
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
HERE = "127.0.0.1"
NOT_FOUND = 404


class _Monitor(BaseHTTPRequestHandler):
    timeout = 5
    server_version, sys_version = "piaojue", ""

    def do_GET(self) -> None:
        """Answer one of the three addresses."""
        kind = PLAIN
        if self.path in {LIVES, READY}:
            status, words = verdict(self.path)
        elif self.path == METRICS:
            kind, status, words = METRICS_TYPE, 200, metrics.text(ready=verdict(READY)[0] == 200).rstrip("\n")  # noqa: PLR2004
        else:
            status, words = NOT_FOUND, "there is nothing at this address"
        body = f"{words}\n".encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 as the library calls it
        """Write no line for a question that is asked every few seconds."""


class _Shared(ThreadingHTTPServer):
    daemon_threads = True

    def server_bind(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        super().server_bind()


def begin(port: int | None = None) -> _Shared | None:
    """Serve monitors from now on, in threads of its own; without MONITOR_PORT nothing, and a port in use is a line."""
    port = settings.MONITOR_PORT if port is None else port
    if not port:
        return None
    try:
        server = _Shared((HERE, port), _Monitor)
    except OSError as problem:
        _log.error("no monitor can ask at port %d: %s", port, problem.strerror)
        return None
    for work in (server.serve_forever, metrics.publish_every_minute):
        threading.Thread(target=work, name="monitor", daemon=True).start()
    return server
