"""What ``make demo`` prints: addresses, sign-ins, slips; every part of it marked as demo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from unicodedata import east_asian_width

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from voting.management.demo.places import DEFAULT_PORT, Place
from voting.management.demo.secrets import DemoSecrets, secrets_file
from voting.models import Cycle, RollEntry, Round
from voting.states import Presence, RoundStatus

SLIPS_SHOWN = 5
RULE = "─" * 78


def sheet(place: Place, *, cycle: Cycle, known: DemoSecrets) -> Iterator[str]:
    """Yield the lines for whoever has just started the demo."""
    round_ = Round.objects.filter(cycle=cycle).order_by("number").last()
    yield RULE
    yield _("DEMO: candidate projects from the report of 2018; roll, staff, votes and result are made up.")
    yield RULE
    yield from _addresses(place, cycle)
    yield from _staff(known)
    if round_ and known.key and known.key == round_.key_fingerprint:
        yield from _slips(round_, known)
        yield from _key_slips(round_, known)
    elif round_ and round_.key_fingerprint and round_.status != RoundStatus.PUBLISHED:
        yield _(
            "The slips of this vote are not in %s (printed elsewhere, or lost). make demo-reset starts over."
        ) % (secrets_file())
        yield ""
    yield _("All demo sign-ins, slips and key slips: %s") % secrets_file()
    if round_ and round_.status == RoundStatus.OPEN and _waiting(round_, known).exists():
        elsewhere = f"PORT={place.port} " if place.port != DEFAULT_PORT else ""
        yield _("Let the other delegates vote, in a second terminal: %s") % f"{elsewhere}make demo-votes"
    yield _("Stop with Ctrl-C; the data are kept. Start over with make demo-reset.")
    yield RULE


def _addresses(place: Place, cycle: Cycle) -> Iterator[str]:
    here = place.here
    yield from table(
        [
            (_("Home"), f"{here}/"),
            (_("Delegates vote"), f"{here}/enter/"),
            (_("Staff"), f"{here}/admin/"),
            (_("Hall screen"), f"{here}/{cycle.slug}/screen/"),
            (_("In English"), f"{here}/en/"),
        ]
    )
    if others := place.addresses[1:]:
        yield from table([(_("From a phone"), f"{address}/") for address in others])
    elif place.is_everywhere:
        yield _("This machine has no address in a network, so that no phone can reach it.")
    yield ""


def _staff(known: DemoSecrets) -> Iterator[str]:
    people = User.objects.filter(username__in=known.staff, is_active=True).order_by("pk")
    rows = [(p.username, known.staff[p.username], str(Role(p.role).label), p.name) for p in people]
    yield _("Staff of the demo (user name, password):")
    yield from table(rows)
    yield ""


def _slips(round_: Round, known: DemoSecrets) -> Iterator[str]:
    if round_.status == RoundStatus.OPEN:
        waiting = _waiting(round_, known).order_by("number")[:SLIPS_SHOWN]
        rows = [(e.number, known.codes[e.number], e.name, e.delegation) for e in waiting]
        if rows:
            yield _("Slips of demo delegates who have not voted yet (number, code):")
            yield from table(rows)
        else:
            yield _("All demo delegates who are present have voted.")
        yield ""


def _waiting(round_: Round, known: DemoSecrets) -> QuerySet[RollEntry]:
    return round_.roll.filter(presence=Presence.PRESENT, voted=False, number__in=known.codes)


def _key_slips(round_: Round, known: DemoSecrets) -> Iterator[str]:
    if round_.status in {RoundStatus.READY, RoundStatus.OPEN, RoundStatus.CLOSED}:
        yield _("Key slips of the demo; any %(needed)d of the %(issued)d open the urn:") % {
            "needed": round_.slips_needed or 0,
            "issued": round_.slips_issued or 0,
        }
        for number, slip in enumerate(known.key_slips, start=1):
            words = slip.split()
            yield f"  {number}  {' '.join(words[:10])}"
            yield f"     {' '.join(words[10:])}"
        yield ""


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the rows with their columns aligned; a Chinese character is two places wide."""
    widths = [max(_width(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
        yield f"  {'  '.join(cells)}".rstrip()


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
