"""Load seeds through the verbs that people use: all of it in one transaction, and what is there already stays.

A step that was taken is not taken again, so loading twice changes nothing. Evidence is never overwritten: where the
database and a file differ, ``Loaded.differences`` says where.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Congress, User
from accounts.roles import Kind, Role
from voting.domain.core import cycles
from voting.domain.core.congresses import open_congress
from voting.domain.vote import delegate_slips, keys, letters, rolls, rounds, rules
from voting.management.ceremonies import play_ceremony, scrutineers_of, typed_mark, witness_of
from voting.management.decks import try_simulated_deck
from voting.management.people import enter_delegates, enter_delegations, enter_staff
from voting.management.seeds.files import CycleSeed, RollSeed
from voting.models import Cycle, Round, VotingRules
from voting.states import Presence, RoundStatus, Stage


class Point(StrEnum):
    """How far to load: a cycle's slate is frozen, its rules adopted, its roll frozen, its vote ready, or open."""

    SLATE = "slate"
    RULES = "rules"
    ROLL = "roll"
    READY = "ready"
    OPEN = "open"


class SecretsBelongToPeople(Exception):
    """Beyond the roll there are slips and a key, which a program holds in a demo only."""

    def __str__(self) -> str:
        return _(
            "Only a demo is loaded further than the roll: in a real vote the clerk prints the slips and the "
            "scrutineers hold the key. Use --until roll and go on in the admin."
        )


class PeopleMadeUp(Exception):
    """A roll of numbered people, for a vote that is no demo."""

    def __str__(self) -> str:
        return _(
            "The roll has made-up people, numbered for a demo, and this is a real congress. Name its delegates one by "
            "one in [[delegate]], or leave them out and import the list of delegates."
        )


class NoClerk(Exception):
    """Nobody is there who could take the steps."""

    def __str__(self) -> str:
        return _(
            "The congress has no clerk yet, who takes the steps: name one in [[staff]] of a roll file, or open the "
            "congress and let its keeper enter one."
        )


class OtherKind(Exception):
    """A cycle of that address and another kind is there already."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug

    def __str__(self) -> str:
        return _("The congress “%(slug)s” in this database is of another kind; nothing was loaded.") % {
            "slug": self.slug
        }


@dataclass
class Loaded:
    """What loading did, in sentences, and the secrets it was handed, this once."""

    steps: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    new_staff: list[User] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    key_slips: list[str] = field(default_factory=list)
    key: str = ""
    #: Whether a program may hold secrets of this vote.
    is_demo: bool = True
    #: The vote that they are for, as people write it: ``gongshu/2018``.
    vote: str = ""


def load(
    *,
    cycle: CycleSeed,
    roll: RollSeed,
    until: Point,
    at: datetime,
    keep: Callable[[Loaded], object] | None = None,
) -> Loaded:
    """Load the seeds as far as *until* and return what was done; ``keep`` gets it before it is committed.

    All or nothing. Raises SeedDamaged, SecretsBelongToPeople, PeopleMadeUp, NoClerk, OtherKind, people.Taken or a
    refusal of a verb.
    """
    if cycle.kind != Kind.DEMO:
        if until in {Point.READY, Point.OPEN}:
            raise SecretsBelongToPeople
        if roll.made_up:
            raise PeopleMadeUp
    with transaction.atomic():
        loading = _Loading(cycle, roll, at)
        for point in Point:
            loading.STEPS[point](loading)
            if point == until:
                break
        if keep:
            keep(loading.loaded)
    return loading.loaded


class _Loading:
    """One loading: which step was taken already is read from the database, step by step."""

    def __init__(self, cycle: CycleSeed, roll: RollSeed, at: datetime) -> None:
        self.file, self.roll, self.at = cycle, roll, at
        self.loaded = Loaded(is_demo=cycle.kind == Kind.DEMO)

    @cached_property
    def congress(self) -> Congress:
        """The congress of the file, made where there is none at its address. Raises OtherKind, SeedDamaged."""
        known = Congress.objects.filter(slug=self.file.congress["slug"]).first()
        if known is None:
            try:
                known = open_congress(**self.file.congress)
            except ValidationError as error:
                raise self.file.reader.refuse("[congress]", sentence_of(error)) from error
        elif known.kind != self.file.kind:
            raise OtherKind(known.slug)
        return known

    @cached_property
    def cycle(self) -> Cycle:
        return Cycle.objects.select_for_update(no_key=True).get(congress=self.congress, slug=self.file.slug)

    @property
    def round(self) -> Round | None:
        return (
            Round.objects.select_related("cycle__congress", "rules")
            .filter(cycle=self.cycle)
            .order_by("number")
            .last()
        )

    @cached_property
    def acting(self) -> dict[str, Any]:
        """The first clerk of the file takes every step, or of the congress where the file has none. Raises NoClerk."""
        clerks = User.objects.filter(congress=self.congress, role=Role.CLERK, is_active=True).order_by("pk")
        if names := [person.username for person in self.roll.staff if person.role == Role.CLERK]:
            clerks = clerks.filter(username=names[0])
        if (clerk := clerks.first()) is None:
            raise NoClerk
        return {"by": clerk, "at": self.at}

    def done(self, sentence: str) -> None:
        self.loaded.steps.append(sentence)

    def slate(self) -> None:
        self._enter_people()
        if self._create_cycle():
            for to in (Stage.SCREENING, Stage.DELIBERATION):
                cycles.move_cycle(self.cycle, to=to, **self.acting)
        if not self.cycle.slate_frozen_at:
            added = self._add_candidates()
            cycles.freeze_slate(cycle=self.cycle, **self.acting)
            self.done(
                ngettext(
                    "Slate frozen, with %(count)d candidate project added.",
                    "Slate frozen, with %(count)d candidate projects added.",
                    added,
                )
                % {"count": added}
            )
        self._compare()
        if not VotingRules.objects.filter(cycle=self.cycle).exists():
            try:
                rules.draft_rules(cycle=self.cycle, seats=self.cycle.seats, **self.file.rules, **self.acting)
            except ValidationError as error:
                raise self.file.reader.refuse("[rules]", sentence_of(error)) from error
            self.done(_("Draft of the voting rules tabled."))

    def rules(self) -> None:
        if not VotingRules.objects.get(cycle=self.cycle).is_adopted:
            rules.adopt_rules(cycle=self.cycle, **self.acting)
            self.done(_("Voting rules adopted."))

    def freeze_roll(self) -> None:
        if self.round is None:
            rolls.freeze_roll(cycle=self.cycle, **self.acting)
            self.done(_("Roll frozen."))

    def ready(self) -> None:
        """Slips, presence, key and trial belong together: done while the round is being prepared, or done before."""
        round_ = self.round
        if round_ is None or round_.status != RoundStatus.PREPARING:
            return
        if self.cycle.by_letter:
            self.loaded.codes = dict(
                letters.issue_letters(
                    round_=round_,
                    first=1,
                    last=round_.rules.residents,
                    second=witness_of(round_),
                    **self.acting,
                )
            )
        else:
            self._slips_and_presence(round_)
        needed, count = self.roll.slips
        self.loaded.key_slips = play_ceremony(
            round_=round_, needed=needed, holders=scrutineers_of(self.congress)[:count], **self.acting
        )
        keys.try_unsealing(round_=round_, slips=self.loaded.key_slips[:needed], **self.acting)
        round_.refresh_from_db()
        self.loaded.key = round_.key_fingerprint
        self.loaded.vote = f"{self.congress.slug}/{self.cycle.slug}"
        self.done(_("Slips issued, delegates checked in, key split and tried."))

    def _slips_and_presence(self, round_: Round) -> None:
        issued = delegate_slips.issue_slips(round_=round_, **self.acting)
        self.loaded.codes = {entry.number: code for entry, code in issued}
        rolls.set_presence(
            round_=round_, numbers=self.roll.on_leave, presence=Presence.ON_LEAVE, **self.acting
        )
        rolls.set_rest_present(round_=round_, **self.acting)

    def open_vote(self) -> None:
        round_ = self.round
        if round_ and round_.status == RoundStatus.READY:
            if try_simulated_deck(round_, **self.acting):
                self.done(_("The scanner has read a test deck that nobody marked."))
            rounds.open_round(
                round_=round_, mark=typed_mark(round_), second=witness_of(round_), **self.acting
            )
            self.done(_("Vote opened."))

    STEPS: dict[Point, Callable[[_Loading], None]] = {
        Point.SLATE: slate,
        Point.RULES: rules,
        Point.ROLL: freeze_roll,
        Point.READY: ready,
        Point.OPEN: open_vote,
    }

    def _enter_people(self) -> None:
        roll = self.roll
        for person in roll.staff:
            user, new = enter_staff(
                congress=self.congress, username=person.username, name=person.name, role=person.role
            )
            if new:
                self.loaded.new_staff.append(user)
        groups = {
            each.name: each
            for each in enter_delegations(
                congress=self.congress, names=roll.delegations, english=roll.delegations
            )
        }
        people = {number: (name, groups[group]) for number, (name, group) in roll.delegates.items()}
        if new_ones := enter_delegates(congress=self.congress, people=people):
            text = ngettext("%(count)d delegate entered.", "%(count)d delegates entered.", new_ones)
            self.done(text % {"count": new_ones})

    def _create_cycle(self) -> bool:
        known = Cycle.objects.filter(congress=self.congress, slug=self.file.slug).first()
        if known is None:
            try:
                cycles.create_cycle(congress=self.congress, **self.file.fields, **self.acting)
            except ValidationError as error:
                raise self.file.reader.refuse("[cycle]", sentence_of(error)) from error
            self.done(_("Cycle “%(slug)s” created.") % {"slug": self.file.slug})
        return known is None

    def _add_candidates(self) -> int:
        known = set(self.cycle.candidates.values_list("number", flat=True))
        added = 0
        for place, fields in enumerate(self.file.candidates, start=1):
            if fields["number"] in known:
                continue
            try:
                cycles.add_candidate(cycle=self.cycle, **fields, **self.acting)
            except ValidationError as error:
                reader = self.file.reader
                raise reader.refuse(reader.place("candidate", place), sentence_of(error)) from error
            added += 1
        self.cycle.refresh_from_db()
        return added

    def _compare(self) -> None:
        """Note where the file says otherwise than the cycle in the database, which stays as it is."""
        self.loaded.differences += [
            f"[cycle] {name}"
            for name, value in self.file.fields.items()
            if getattr(self.cycle, name) != value
        ]
        candidates = {candidate.number: candidate for candidate in self.cycle.candidates.all()}
        for place, fields in enumerate(self.file.candidates, start=1):
            candidate = candidates.get(fields["number"])
            self.loaded.differences += [
                f"{self.file.reader.place('candidate', place)} {name}"
                for name, value in fields.items()
                if getattr(candidate, name, None) != value
            ]


def sentence_of(error: ValidationError) -> str:
    """Return one sentence for a refusal with sentences per field."""
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return " ".join(
        f"{name}: {' '.join(messages)}" if name != "__all__" else " ".join(messages)
        for name, messages in error.message_dict.items()
    )
