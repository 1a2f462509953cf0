"""What a recount found: every check by its name, what the file says and what was counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class Unreadable(ValueError):
    """The file cannot be recounted; the message says why."""


@dataclass
class Report:
    """The checks in the order they were made, and the counted result."""

    kind: str
    checks: list[dict[str, Any]] = field(default_factory=list)
    result: dict[str, Any] = field(default_factory=dict)

    def check(self, name: str, *, found: Any, said: Any) -> None:
        """Note a check: ``said`` is what the file says, ``found`` what was counted."""
        self.checks.append({"check": name, "said": said, "found": found, "agrees": said == found})

    @property
    def agrees(self) -> bool:
        """Everything agrees; a file in which nothing could be checked does not."""
        return bool(self.checks) and all(check["agrees"] for check in self.checks)

    @property
    def verdict(self) -> bool | None:
        """What the exit status says: everything agrees, something does not, or there is nothing to hold it against."""
        return self.agrees

    def to_dict(self) -> dict[str, Any]:
        failed = [check for check in self.checks if not check["agrees"]]
        return {
            "file": self.kind,
            "agrees": self.agrees,
            "checks": self.checks,
            "disagreements": failed,
            "result": self.result,
        }
