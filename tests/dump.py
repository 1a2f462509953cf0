"""Make the dump of this release: ``python -m tests.dump NAME`` writes ``tests/data/dumps/NAME.sql.gz``.

A later release must open it (``tests/integration/core/test_upgrade.py``). It holds a year that is in delivery and was
assessed, and the next one, in deliberation; everybody in it is made up. The statements are plain INSERTs,
so that any PostgreSQL from 15 on reads them, whichever wrote them.
"""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
from pathlib import Path

import django

DUMPS = Path(__file__).parent / "data" / "dumps"
#: What the programs of one version say to a server and another version does not understand.
VERSIONED = re.compile(r"^(?:SET transaction_timeout = 0;|\\(?:un)?restrict \w+)\n", re.MULTILINE)


def build() -> None:
    """Fill the empty database. Every record that is frozen is in it."""
    from tests.autumn import make_autumn  # noqa: PLC0415 Django is set up first
    from tests.integration.after.test_delivery_pages import lived  # noqa: PLC0415

    lived()
    make_autumn(until="confirmed")


def main(name: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import setup_databases, teardown_databases  # noqa: PLC0415

    from config.database.embedded import find_programs  # noqa: PLC0415

    made = setup_databases(verbosity=0, interactive=False)
    try:
        build()
        known = connection.settings_dict
        command = [
            find_programs() / "pg_dump", "--inserts", "--no-owner", "--no-privileges",
            "-h", known["HOST"], "-p", str(known["PORT"]), "-U", known["USER"], known["NAME"],
        ]  # fmt: skip
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    finally:
        connection.close()
        teardown_databases(made, verbosity=0)
    path = DUMPS / f"{name}.sql.gz"
    path.write_bytes(gzip.compress(VERSIONED.sub("", text).encode(), mtime=0))
    sys.stdout.write(f"{path.name}: {path.stat().st_size} bytes\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
