"""The demo's secrets: staff passwords, the delegates' codes, the key slips; in one private file of its own.

A real vote has no such file: codes and key slips are shown once, on paper, and kept nowhere.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts.models import User
from voting.management.seeds.loading import Loaded

MARK = "demo secrets; whoever reads this file can vote and count in the demo"
#: No 0 1 i l o u v: nothing that looks alike, on paper or aloud. 12 of 29 are 58 bits.
ALPHABET = "23456789abcdefghjkmnpqrstwxyz"
GROUPS, GROUP = 3, 4


@dataclass
class DemoSecrets:
    """What the file holds: user name → password, number → code, the words of each key slip, and for which key."""

    mark: str = MARK
    staff: dict[str, str] = field(default_factory=dict)
    key: str = ""
    key_slips: list[str] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)

    def take(self, loaded: Loaded) -> None:
        """Take in what loading the seeds has handed out."""
        if loaded.key:
            self.key, self.key_slips, self.codes = loaded.key, loaded.key_slips, loaded.codes


def secrets_file() -> Path:
    """Return the file of the database in use, so that two databases never share one."""
    known = settings.DATABASES["default"]
    name = "embedded"
    if "EMBEDDED_IN" not in known:
        name = re.sub(r"[^\w.-]+", "-", f"{known['HOST'] or 'local'}-{known['PORT'] or 5432}-{known['NAME']}")
    return Path(settings.VAR) / "demo" / f"{name}.json"


def read_secrets() -> DemoSecrets:
    """Return what is kept; nothing where there is no file, or one that is not ours."""
    try:
        kept: dict[str, Any] = json.loads(secrets_file().read_text(encoding="utf-8"))
        return DemoSecrets(**kept)
    except (OSError, ValueError, TypeError):
        return DemoSecrets()


def keep_secrets(known: DemoSecrets) -> None:
    """Write the file whole or not at all, readable for its owner only."""
    path = secrets_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(asdict(known), file, ensure_ascii=False, indent=1)
        file.write("\n")
    draft.replace(path)


def new_password() -> str:
    """Return 58 random bits that are easy to type."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))


#: The hashes that this process has set: a slow hash need not be asked whether it is what it was just made from.
_set_here: dict[str, str] = {}


def give_passwords(known: DemoSecrets, staff: Iterable[User]) -> None:
    """Make sure that everybody can sign in with the password in the file; draw it where there is none."""
    for user in staff:
        password = known.staff.setdefault(user.username, new_password())
        if _set_here.get(user.password) == password:
            continue
        if not user.has_usable_password() or not user.check_password(password):
            user.set_password(password)
            user.save(update_fields=["password"])
        _set_here[user.password] = password
