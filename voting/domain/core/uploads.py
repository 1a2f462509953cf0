"""Files from anybody: judged by their content, made anew, stripped of places and scripts. The name says nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from voting.domain.core.refusals import Refused
from voting.domain.core.sentences import in_a_row
from voting.foreign.apart import Reader, answer_of
from voting.foreign.unfit import Unfit
from voting.text import upload_limits
from voting.text.plain import plain

MOST_BYTES = upload_limits.ATTACHMENT
MOST_PAGES = 50  # as ``foreign.paper`` counts them
_NAME = re.compile(r"[^\w\u3400-\u9fff .()-]+")
#: The ending of a file as it is kept.
_ENDINGS = {"image/png": ".png", "image/jpeg": ".jpg", "application/pdf": ".pdf"}
#: Why the rest of somebody's files is not opened after one of them.
_ENOUGH = frozenset({"busy", "much"})


class BadFile(Refused):
    """A file that is not taken; ``why`` is one of the words of ``__str__``."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(name, why)
        self.name, self.why = name, why

    def __str__(self) -> str:
        if self.why == "busy":
            return _("Somebody else's file is being read; try again in a moment. Nothing was kept.")
        reason = {
            "empty": _("is empty"),
            "large": _("is larger than 5 MB"),
            "type": _("is neither a picture (JPEG, PNG, WebP) nor a PDF; its content decides, not its name"),
            "broken": pgettext("file", "cannot be read"),
            "much": _("would take far more memory or time than a picture or a paper needs"),
            "pixels": _("has too many pixels"),
            "pages": _("has more than %d pages") % MOST_PAGES,
            "locked": _("is locked with a password"),
            "active": _("contains a script, a form or another file; save it as a plain PDF"),
        }.get(self.why) or pgettext("file", "cannot be read")
        return _("“%(name)s” %(why)s. It was not kept.") % {"name": self.name, "why": reason}


class BadFiles(Refused):
    """Some of several files are not taken, so none is; ``refusals`` has one for each."""

    def __init__(self, refusals: Sequence[BadFile]) -> None:
        super().__init__(*refusals)
        self.refusals = refusals

    def __str__(self) -> str:
        return in_a_row(map(str, self.refusals))


@dataclass(frozen=True)
class Raw:
    """A file as it came: opened by nobody yet."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Cleaned:
    """A file as it is kept."""

    name: str
    content_type: str
    data: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the content, 64 hexadecimal digits."""
        return hashlib.sha256(self.data).hexdigest()


def clean_all(files: Iterable[Raw | Cleaned]) -> list[Cleaned]:
    """Return all files made anew, one after the other. Raises BadFiles with every refusal.

    After one that its reader could not bear, the rest is not opened: what a form may cost is what one file may.
    """
    kept: list[Cleaned] = []
    refusals: list[BadFile] = []
    for each in files:
        try:
            kept.append(each if isinstance(each, Cleaned) else clean(each.name, each.data))
        except BadFile as refusal:
            refusals.append(refusal)
            if refusal.why in _ENOUGH:
                break
    if refusals:
        raise BadFiles(refusals)
    return kept


def clean(name: str, data: bytes) -> Cleaned:
    """Return the file made anew, in a process of its own. Raises BadFile."""
    shown = plain_name(name)
    if not data:
        raise BadFile(shown, "empty")
    if len(data) > MOST_BYTES:
        raise BadFile(shown, "large")
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return _made_anew("paper", shown, data)
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (data[:4], data[8:12]) == (
        b"RIFF",
        b"WEBP",
    ):
        return _made_anew("picture", shown, data)
    raise BadFile(shown, "type")


def _made_anew(reader: Reader, name: str, data: bytes) -> Cleaned:
    try:
        with answer_of(reader, data) as answer:
            kind = answer.readline(40).decode().strip() if reader == "picture" else "application/pdf"
            made = answer.read(2 * MOST_BYTES + 1)
    except Unfit as unfit:
        raise BadFile(name, unfit.code) from None
    if kind not in _ENDINGS:
        raise BadFile(name, "broken")
    if len(made) > 2 * MOST_BYTES:
        raise BadFile(name, "large")
    return Cleaned(re.sub(r"\.\w{1,5}$", "", name) + _ENDINGS[kind], kind, made)


def plain_name(name: str) -> str:
    """Return a file name that is safe to show and to offer: no path, no control characters, 80 characters at most."""
    last = re.split(r"[/\\]", plain(name))[-1]
    return _NAME.sub("_", last).strip(". ")[-80:] or "file"
