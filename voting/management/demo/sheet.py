"""What ``make demo`` prints: addresses, sign-ins, slips; every part of it marked as demo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from unicodedata import east_asian_width

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Congress, User
from accounts.roles import Role
from voting.count.key_marks import KeyMark
from voting.management.demo.places import DEFAULT_PORT, Place
from voting.management.demo.secrets import DemoSecrets, VoteSecrets, secrets_file
from voting.management.demo.votes import demo_congresses, vote_of
from voting.models import Cycle, RollEntry, Round
from voting.states import Presence, RoundStatus

#: Slips of the first congress, and of each other.
SLIPS_SHOWN, SLIPS_BESIDE = 5, 3
RULE = "─" * 78


class Section:
    """One congress of the demo on the sheet: the vote that is shown of it, its newest round, and what it handed out."""

    def __init__(self, congress: Congress, *, known: DemoSecrets, address: str, first: bool) -> None:
        self.congress, self.address, self.first = congress, address, first
        self.cycle: Cycle | None = vote_of(congress)
        self.round: Round | None = Round.objects.filter(cycle=self.cycle).order_by("number").last()
        self.known = known.of(self.cycle) if self.cycle else VoteSecrets()

    @property
    def is_known(self) -> bool:
        """Whether the slips that the round goes by are those that are known."""
        return bool(self.round and self.known.key and self.known.key == self.round.key_fingerprint)

    @property
    def is_lost(self) -> bool:
        round_ = self.round
        return bool(
            round_ and round_.key_fingerprint and round_.status != RoundStatus.PUBLISHED and not self.is_known
        )

    @property
    def argument(self) -> str:
        """What ``make demo-votes`` is told of this congress: it asks for the first by itself."""
        return "" if self.first else f" CONGRESS={self.congress.slug}"

    @property
    def is_open(self) -> bool:
        return self.is_known and self.round is not None and self.round.status == RoundStatus.OPEN

    def waiting(self) -> QuerySet[RollEntry]:
        """Return the delegates who are present and have not voted, and whose code is known."""
        present = RollEntry.objects.filter(round=self.round, presence=Presence.PRESENT, voted=False)
        return present.filter(number__in=self.known.codes).order_by("number")


def sheet(place: Place, *, known: DemoSecrets) -> Iterator[str]:
    """Yield the lines for whoever has just started the demo; the way in stands last, where a terminal shows it."""
    congresses = list(demo_congresses())
    several = len(congresses) > 1
    sections = [
        Section(
            each, known=known, address=f"{place.here}/{each.slug}" if several else place.here, first=not at
        )
        for at, each in enumerate(congresses)
    ]
    yield RULE
    yield _("DEMO: candidate projects from the report of 2018; roll, staff, votes and result are made up.")
    if several:
        yield _("Beside the district there are towns that do not exist; everything in them is made up.")
    yield RULE
    for section in sections:
        yield from _staff(known, section.congress)
    for section in sections:
        yield from _key_slips(section)
    yield RULE
    yield from _installation(place, known, several=several)
    for section in sections:
        yield from _way_in(section, known)
    yield _("All demo sign-ins, slips and key slips: %s") % secrets_file()
    elsewhere = f"PORT={place.port} " if place.port != DEFAULT_PORT else ""
    rows = [
        (each.congress.place_shown, f"{elsewhere}make demo-votes{each.argument}")
        for each in sections
        if each.is_open and each.waiting().exists()
    ]
    if rows:
        yield _("Let the other delegates vote, in a second terminal:")
        yield from table(rows)
    yield _("Stop with Ctrl-C; the data are kept. Start over with make demo-reset.")
    yield RULE


def _staff(known: DemoSecrets, congress: Congress) -> Iterator[str]:
    people = User.objects.filter(username__in=known.staff, congress=congress, is_active=True).order_by("pk")
    if rows := [(p.username, known.staff[p.username], str(Role(p.role).label), p.name) for p in people]:
        yield _("Staff of the demo, %(congress)s (user name, password):") % {"congress": congress}
        yield from table(rows)
        yield ""


def _key_slips(section: Section) -> Iterator[str]:
    round_ = section.round
    if (
        section.is_known
        and round_
        and round_.status in {RoundStatus.READY, RoundStatus.OPEN, RoundStatus.CLOSED}
    ):
        yield _("Key slips of the demo, %(congress)s; any %(needed)d of the %(issued)d open the urn:") % {
            "congress": section.congress,
            "needed": round_.slips_needed or 0,
            "issued": round_.slips_issued or 0,
        }
        yield f"  {_('Mark of the key')}  {KeyMark.of(round_.key_fingerprint)}"
        for number, slip in enumerate(section.known.key_slips, start=1):
            words = slip.split()
            yield f"  {number}  {' '.join(words[:10])}"
            yield f"     {' '.join(words[10:])}"
        yield ""


def _installation(place: Place, known: DemoSecrets, *, several: bool) -> Iterator[str]:
    """Yield the addresses that belong to no congress, and who keeps the installation."""
    rows = []
    if several:
        rows += [(_("All congresses"), f"{place.here}/", ""), (_("In English"), f"{place.here}/en/", "")]
    if keeper := _sign_in(known, None, Role.KEEPER):
        rows.append((_("Open a congress"), f"{place.here}/admin/", keeper))
    rows += [(_("From a phone"), f"{address}/", "") for address in place.addresses[1:]]
    if rows:
        yield from table(rows)
        yield ""
    if place.is_everywhere and not place.addresses[1:]:
        yield _("This machine has no address in a network, so that no phone can reach it.")
        yield ""


def _sign_in(known: DemoSecrets, congress: Congress | None, role: Role) -> str:
    """Return user name and password of the first with that role whose password is known; empty where there is none."""
    people = User.objects.filter(username__in=known.staff, congress=congress, role=role, is_active=True)
    person = people.order_by("pk").first()
    return f"{person.username}  {known.staff[person.username]}" if person else ""


def _way_in(section: Section, known: DemoSecrets) -> Iterator[str]:
    yield str(section.congress)
    rows = [
        (_("Home"), f"{section.address}/", ""),
        (_("Residents vote"), f"{section.address}/enter/letter/", "")
        if section.cycle and section.cycle.by_letter
        else (_("Delegates vote"), f"{section.address}/enter/", ""),
        (_("Staff"), f"{section.address}/admin/", _sign_in(known, section.congress, Role.CLERK)),
    ]
    if section.cycle and section.round and section.round.status == RoundStatus.PUBLISHED:
        rows.append((_("Result"), f"{section.address}/{section.cycle.slug}/result/", ""))
    elif section.cycle and section.first:
        rows.append((_("Hall screen"), f"{section.address}/{section.cycle.slug}/screen/", ""))
    if section.first:
        rows.append((_("In English"), f"{section.address}/en/", ""))
    yield from table(rows)
    if section.is_lost:
        yield _(
            "The slips of this vote are not in %s (printed elsewhere, or lost). make demo-reset starts over."
        ) % (secrets_file())
    elif section.is_open:
        yield from _slips(section)
    yield ""


def _slips(section: Section) -> Iterator[str]:
    waiting = section.waiting()[: SLIPS_SHOWN if section.first else SLIPS_BESIDE]
    if rows := [
        (each.number, section.known.codes[each.number], each.name, each.delegation) for each in waiting
    ]:
        yield "  " + (
            _("Letters with which nobody has voted yet (number, code):")
            if section.cycle and section.cycle.by_letter
            else _("Slips of demo delegates who have not voted yet (number, code):")
        )
        yield from table(rows)
    else:
        yield "  " + _("All demo delegates who are present have voted.")


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the rows with their columns aligned; a Chinese character is two places wide."""
    widths = [max(_width(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
        yield f"  {'  '.join(cells)}".rstrip()


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
