"""What stands above a paper and where it is signed: place, session and issuing body, in the reader's language."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import in_this_language
from voting.domain.core.names import names_of
from voting.models import Cycle


@dataclass(frozen=True)
class Letterhead:
    """The names on a paper of a cycle: as its record froze them, in both languages; on any other paper, today's."""

    cycle: Cycle
    place: str
    session: str
    congress: str
    #: The body that issues notices; empty where the congress names none.
    body: str
    seal: str

    @classmethod
    def of(cls, cycle: Cycle, frozen: Mapping[str, object] | None = None) -> Letterhead:
        """Return the names on a paper; ``frozen`` is what its record has of its cycle.

        What a record of before does not have is as the congress says it now.
        """
        words = {key: str((frozen or {}).get(key, now)) for key, now in names_of(cycle).items()}
        return cls(
            cycle,
            place=in_this_language(words["place"], words["place_en"]),
            session=in_this_language(words["congress"], words["congress_en"]),
            congress=in_this_language(words["name"], words["name_en"]),
            body=in_this_language(words["issuer"], words["issuer_en"]),
            seal=words["seal"],
        )

    @property
    def version(self) -> str:
        """A hash of all names as this reader meets them: a file that shows them is another once they change."""
        words = [self.place, self.session, self.issuer, *self.signed, self.sealed]
        return hashlib.sha256("\n".join(words).encode()).hexdigest()

    @property
    def overline(self) -> str:
        """The session; where it is not stated, the place."""
        return self.session or self.place

    @property
    def issuer(self) -> str:
        """Who issues the notice: the body that the congress names, else the session, else the congress itself."""
        return self.body or self.session or self.congress

    @property
    def above_notice(self) -> str:
        """What stands above a notice, whose heading names the body that issues it: the session, else the place."""
        return self.place if self.session in {"", self.issuer} else self.session

    @property
    def signed(self) -> list[str]:
        """The lines under a notice before its day: the body that the congress names, else the session's presidium."""
        signer = [self.issuer] if self.body else [self.issuer, _("Presidium")]
        return [*signer, self.seal] if self.seal and self.seal not in signer else signer

    @property
    def sealed(self) -> str:
        """Whose seal stands under the other papers."""
        return self.seal or self.place
