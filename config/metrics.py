"""How many requests were answered, and how, for a monitor: counts as of the last full minute, and nothing finer.

Each worker writes its own counts once a minute into a directory, so that whichever of them is asked tells of all. There
is no count for an address, a delegate or a network: by sort of page and by how it ended, and that is all.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import connection

MINUTE = 60  # seconds
_ENDS = {2: "ok", 3: "redirected", 4: "refused", 5: "fault"}
UNAVAILABLE = 503
#: Each measure with its type and what it says.
MEASURES = {
    "piaojue_requests_total": ("counter", "Requests answered, as of the last full minute."),
    "piaojue_slow_statements_total": ("counter", "Statements that took longer than SLOW_STATEMENT_MS."),
    "piaojue_memory_bytes": ("gauge", "Resident memory of the worker."),
    "piaojue_connections": ("gauge", "Connections of the worker's pool."),
}

_counts: Counter[tuple[str, str]] = Counter()
_slow = [0]
_one = threading.Lock()


def count(sort: str, status: int) -> None:
    """Count an answer."""
    end = "unavailable" if status == UNAVAILABLE else _ENDS.get(status // 100, "other")
    with _one:
        _counts[sort, end] += 1


def count_slow() -> None:
    """Count a statement that took long."""
    with _one:
        _slow[0] += 1


def publish_every_minute() -> None:
    """Write this worker's figures at every full minute, for ever."""
    while True:
        with suppress(OSError):
            publish()
        time.sleep(MINUTE - time.time() % MINUTE)


def publish() -> None:
    """Write this worker's figures as they are now."""
    with _one:
        counts, slow = dict(_counts), _slow[0]
    figures = {f'piaojue_requests_total{{page="{sort}",end="{end}",': n for (sort, end), n in counts.items()}
    figures["piaojue_slow_statements_total{"] = slow
    figures["piaojue_memory_bytes{"] = _resident()
    figures |= {f'piaojue_connections{{state="{state}",': n for state, n in _connections().items()}
    place = _directory()
    place.mkdir(parents=True, exist_ok=True)
    draft = place / f".{os.getpid()}"
    draft.write_text(json.dumps(figures))
    draft.replace(place / f"{os.getpid()}.json")


def text(*, ready: bool) -> str:
    """Return the figures of all workers in Prometheus's text format."""
    lines = ["# HELP piaojue_ready Whether a ballot could be cast now.", "# TYPE piaojue_ready gauge"]
    lines.append(f"piaojue_ready {int(ready)}")
    samples = sorted(_samples())
    for name, (kind, meaning) in MEASURES.items():
        lines += [f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"]
        lines += [sample for sample in samples if sample.startswith(f"{name}{{")]
    return "\n".join(lines) + "\n"


def _samples() -> Iterator[str]:
    for path in _directory().glob("*.json"):
        with suppress(OSError, ValueError):
            if not _lives(int(path.stem)):
                path.unlink()
                continue
            for key, figure in json.loads(path.read_text()).items():
                yield f'{key}worker="{path.stem}"}} {figure}'


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _directory() -> Path:
    return Path(settings.VAR) / "metrics"


def _resident() -> int:
    with suppress(OSError):
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _connections() -> dict[str, int]:
    pool = getattr(connection, "pool", None)
    if pool is None:
        return {}
    stats = pool.get_stats()
    idle = stats.get("pool_available", 0)
    return {"in use": stats.get("pool_size", 0) - idle, "idle": idle}
