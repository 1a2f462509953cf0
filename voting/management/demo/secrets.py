"""The demo's secrets: staff passwords, the delegates' codes, the key slips; in one private file of its own.

A real vote has no such file: codes and key slips are shown once, on paper, and kept nowhere.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts.models import User
from accounts.passwords import new_password
from voting.management.seeds.loading import Loaded
from voting.models import Cycle

MARK = "demo secrets; whoever reads this file can vote and count in the demo"


#: The vote whose secrets stood in a file before a demo had several congresses.
EARLIER = "demo/2018"


@dataclass
class VoteSecrets:
    """What one vote handed out: the words of each key slip and for which key, number → code."""

    key: str = ""
    key_slips: list[str] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)


@dataclass
class DemoSecrets:
    """What the file holds: user name → password, and the secrets of every vote (``gongshu/2018``)."""

    mark: str = MARK
    staff: dict[str, str] = field(default_factory=dict)
    votes: dict[str, VoteSecrets] = field(default_factory=dict)

    def take(self, loaded: Loaded) -> None:
        """Take in what loading the seeds has handed out."""
        if loaded.key:
            self.votes[loaded.vote] = VoteSecrets(loaded.key, loaded.key_slips, loaded.codes)

    def of(self, cycle: Cycle) -> VoteSecrets:
        """Return the secrets of that vote; empty ones where it has none here. Its congress must be read already."""
        return self.votes.get(f"{cycle.congress.slug}/{cycle.slug}") or VoteSecrets()

    def of_or_new(self, cycle: Cycle) -> VoteSecrets:
        """Return the secrets of that vote, which may be added to, and are kept with the others."""
        return self.votes.setdefault(f"{cycle.congress.slug}/{cycle.slug}", VoteSecrets())


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
        votes = kept.pop("votes", {})
        if "codes" in kept:
            votes[EARLIER] = {name: kept.pop(name) for name in ("key", "key_slips", "codes")}
        return DemoSecrets(**kept, votes={vote: VoteSecrets(**each) for vote, each in votes.items()})
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
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
