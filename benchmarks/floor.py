"""The two statements with nothing around them: what the database alone can do."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from benchmarks.ground import Ground
from benchmarks.web import LINES
from config.database import DatabaseUnavailable, embedded

UPDATE = 'UPDATE bare_voter SET voted = true WHERE "user" = {who} AND NOT voted'
INSERT = "INSERT INTO bare_ballot (id, blob) VALUES ({key}, {blob})"
#: The voters of these loops have numbers that no user has.
FIRST = 1_000_000


def find_pgbench() -> str | None:
    """Return the program pgbench: from the path, from the system's PostgreSQL, or from the embedded one."""
    if found := shutil.which("pgbench"):
        return found
    return next((str(path) for path in _places() if path.exists()), None)


def _places() -> Iterator[Path]:
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"), reverse=True)
    try:
        yield embedded.find_programs() / "pgbench"
    except DatabaseUnavailable:
        return


def make_voters(place: Ground, database: str, *, each: int) -> None:
    """Give every line so many voters of its own."""
    with place.connect(database) as connection:
        connection.execute(
            'INSERT INTO bare_voter ("user", voted) SELECT n, false FROM generate_series(%s::bigint, %s) AS n',
            [FIRST, FIRST + LINES * each - 1],
        )


def pgbench(program: str, place: Ground, database: str, *, each: int, blob: int) -> float:
    """Return transactions per second over sixteen lines, as pgbench finds them."""
    script = place.directory / "two-statements.sql"
    update = UPDATE.format(who=":who")
    insert = INSERT.format(key="gen_random_uuid()", blob=f"decode(repeat('00', {blob}), 'hex')")
    script.write_text(
        f"\\set who {FIRST} + :client_id * {each} + :turn\n\\set turn :turn + 1\n"
        f"BEGIN;\n{update};\n{insert};\nCOMMIT;\n"
    )
    known = {key: str(value) for key, value in place.server.items() if key not in {"dbname", "password"}}
    target = " ".join(f"{key}='{value}'" for key, value in {**known, "dbname": database}.items())
    command = [program, "--no-vacuum", "--define", "turn=0", "--file", str(script)]
    command += ["--client", str(LINES), "--jobs", str(os.cpu_count() or 1), "--transactions", str(each)]
    secret = {"PGPASSWORD": str(place.server["password"])} if "password" in place.server else {}
    ended = subprocess.run(
        [*command, target], env=os.environ | secret, capture_output=True, text=True, check=False
    )
    found = re.search(r"tps = ([\d.]+) \((?:without|excluding)", ended.stdout)
    if ended.returncode or not found:
        raise SystemExit(f"pgbench failed: {ended.stderr.strip()}")
    return float(found[1])


def loop(place: Ground, database: str, *, each: int, blob: int) -> float:
    """Return transactions per second of the same loop over sixteen lines, where there is no pgbench."""
    gate = threading.Barrier(LINES + 1)
    connections = [place.connect(database) for _ in range(LINES)]
    update, insert = UPDATE.format(who="%s"), INSERT.format(key="%s", blob="%s")

    def serve(number: int) -> None:
        connection, first = connections[number], FIRST + number * each
        gate.wait()
        for who in range(first, first + each):
            with connection.transaction():
                connection.execute(update, [who])
                connection.execute(insert, [uuid.uuid4(), bytes(blob)])

    threads = [threading.Thread(target=serve, args=(number,)) for number in range(LINES)]
    for thread in threads:
        thread.start()
    gate.wait()
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    for connection in connections:
        connection.close()
    return LINES * each / seconds
