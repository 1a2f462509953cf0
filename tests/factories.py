"""Plain factories, and one function that brings a cycle to any point of the vote through the domain's own verbs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import factory
from django.db import transaction
from factory.django import DjangoModelFactory

from accounts.congresses import forget
from accounts.models import Congress, Delegate, Delegation, Unit, User, delegate_username
from accounts.roles import Kind, Role
from tests.worlds import kept
from voting.domain.core import cycles
from voting.domain.core.journal import record
from voting.domain.vote import (
    ballots,
    casting,
    counts,
    delegate_slips,
    further_rounds,
    keys,
    letters,
    notices,
    proofs,
    rolls,
    rounds,
    rules,
    same_people,
)
from voting.domain.vote.decks import deck_passed, is_scanned
from voting.management.ceremonies import play_ceremony, scrutineers_of, typed_mark
from voting.models import Candidate, Cycle, Round, Tally, UrnSeal
from voting.states import Act, Presence, Stage

NOW = datetime(2018, 1, 23, 6, 0, tzinfo=UTC)
PASSWORD = "only for tests"

Chosen = Collection[int] | Mapping[int, int]

POINTS = (
    "drafted", "adopted", "rolled", "keyed", "ready", "open", "closed", "counted", "certified", "published",
)  # fmt: skip


#: The congress of a test, by its kind: one of each.
SLUGS = {Kind.OFFICIAL: "gongshu", Kind.DEMO: "demo", Kind.REHEARSAL: "rehearsal"}


class CongressFactory(DjangoModelFactory[Congress]):
    class Meta:
        model = Congress
        django_get_or_create = ("slug",)

    kind = Kind.OFFICIAL
    slug = factory.LazyAttribute(lambda congress: SLUGS[Kind(congress.kind)])
    name = factory.LazyAttribute(lambda congress: f"{congress.place}人民代表大会")
    place = "杭州市拱墅区"

    @classmethod
    def _create(cls, model_class: type[Congress], *args: Any, **kwargs: Any) -> Congress:
        forget()
        return super()._create(model_class, *args, **kwargs)


class InCongress(factory.Factory):
    """What belongs to a congress: to the one given, else to the one of its kind."""

    class Meta:
        abstract = True

    class Params:
        kind = Kind.OFFICIAL

    congress = factory.LazyAttribute(lambda it: CongressFactory(kind=it.kind))


class UserFactory(InCongress, DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user-{n}")
    name = factory.LazyAttribute(lambda user: f"人员 {user.username}")
    role = Role.CLERK
    password = factory.django.Password(PASSWORD)


class UnitFactory(InCongress, DjangoModelFactory[Unit]):
    class Meta:
        model = Unit
        django_get_or_create = ("congress", "name")

    name = factory.Sequence(lambda n: f"第{n}单位")


class DelegationFactory(InCongress, DjangoModelFactory[Delegation]):
    class Meta:
        model = Delegation

    name = factory.Sequence(lambda n: f"第{n}代表团")


class DelegateFactory(InCongress, DjangoModelFactory[Delegate]):
    class Meta:
        model = Delegate

    number = factory.Sequence(lambda n: f"{n:05d}")
    name = factory.LazyAttribute(lambda delegate: f"代表{delegate.number}")
    delegation = factory.SubFactory(DelegationFactory, congress=factory.SelfAttribute("..congress"))
    user = factory.SubFactory(
        UserFactory,
        username=factory.LazyAttribute(
            lambda user: delegate_username(user.congress, user.factory_parent.number)
        ),
        name=factory.LazyAttribute(lambda user: f"代表{user.factory_parent.number}"),
        role=Role.DELEGATE,
        congress=factory.SelfAttribute("..congress"),
        password=None,
    )


@dataclass
class Vote:
    """A cycle on its way, with the people and the slips that a test needs."""

    cycle: Cycle
    clerk: User
    scrutineer: User
    other_scrutineer: User
    presiding: User
    chief: User
    delegates: list[Delegate]
    slips: list[str] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    receipts: list[ballots.Receipt] = field(default_factory=list)
    imported_file: str = ""
    at: datetime = NOW

    @property
    def round(self) -> Round:
        """The newest round."""
        return Round.objects.select_related("cycle", "rules").filter(cycle=self.cycle).latest("number")

    @property
    def holders(self) -> list[User]:
        """The scrutineers, each with a slip of the key, in the order of ``slips``."""
        return scrutineers_of(self.cycle.congress)

    @property
    def mark(self) -> str:
        """The mark of the key, as it is typed from a slip."""
        return typed_mark(self.round)

    @property
    def tally(self) -> Tally:
        return Tally.objects.get(round=self.round)

    def later(self) -> datetime:
        """Return a moment one minute after the last one."""
        self.at += timedelta(minutes=1)
        return self.at

    def run(self, *points: str, chosen: Sequence[Chosen] = ()) -> None:
        """Take the steps to these points, one after the other; ``chosen`` are cast when the round is open."""
        for point in points:
            _STEPS[point](self)
            if point == "open":
                for place, each in enumerate(chosen):
                    self.cast(place, each)
        self.cycle.refresh_from_db()

    def finish(self, *, chosen: Sequence[Chosen] = ()) -> None:
        """Bring a round that is laid out to its publication."""
        self.run(*POINTS[3:], chosen=chosen)

    def open_vote(self, **more: Any) -> None:
        """Open the vote, the chief scrutineer beside the clerk with the mark."""
        opening: dict[str, Any] = {"at": self.later(), "mark": self.mark, "second": self.chief, **more}
        rounds.open_round(round_=self.round, by=self.clerk, **opening)

    def close(self) -> UrnSeal:
        """Close the vote, the presiding officer beside the clerk: some may not have voted."""
        return rounds.close_round(round_=self.round, by=self.clerk, at=self.later(), second=self.presiding)

    def further(self) -> Round:
        """Begin the further round."""
        round_ = further_rounds.begin_round(cycle=self.cycle, by=self.clerk, at=self.later())
        same_people.confirm_same_people(round_=round_, by=self.clerk, at=self.later())
        self.cycle.refresh_from_db()
        return round_

    def cast(self, place: int, chosen: Chosen = ()) -> ballots.Receipt:
        """Let the delegate at that place of the list vote."""
        entry = self.round.roll.get(delegate=self.delegates[place])
        receipt = casting.cast_ballot(entry_id=entry.pk, round_id=entry.round_id, chosen=chosen)
        self.receipts.append(receipt)
        return receipt

    def urn(self, by: User | None = None) -> str:
        """Take the sealed urn for an offline count, as the clerk unless it is said who."""
        return proofs.take_urn(round_=self.round, by=by or self.clerk, at=self.later())

    def sign_in(self, client: Any, place: int = 0) -> None:
        """Sign a delegate in on a test client without the slip."""
        client.force_login(self.delegates[place].user, backend="django.contrib.auth.backends.ModelBackend")


def make_vote(
    *,
    until: str = "open",
    delegates: int = 5,
    candidates: int = 12,
    seats: int = 10,
    ballots: Sequence[Chosen] = (),
    kind: Kind = Kind.OFFICIAL,
    congress: Congress | None = None,
    slug: str = "2018",
    present: int | None = None,
    group: int = 0,
    **settings: Any,
) -> Vote:
    """Return a vote brought to ``until`` (one of POINTS) by the verbs that people use.

    ``ballots`` are cast in order by the first delegates while the round is open; ``present`` delegates are checked
    in (all by default); the first ``group`` of them are of the sub-group; ``settings`` change the Gongshu preset.
    """
    here = delegates if present is None else present
    how = {"delegates": delegates, "candidates": candidates, "seats": seats, "kind": kind, "slug": slug}
    whole = how | {"congress": congress, "present": here, "group": group, "settings": settings}
    return _vote_at(until, ballots=ballots if is_after(until, "ready") else (), **whole)


#: Where many votes part: what was made as far as here serves all that go on from it.
_PARTINGS = ("drafted", "rolled", "ready", "open")


def is_after(point: str, other: str) -> bool:
    return POINTS.index(point) > POINTS.index(other)


@kept
def _vote_at(until: str, *, ballots: Sequence[Chosen], present: int, **how: Any) -> Vote:
    """Return the vote at this point: the vote at the last parting before it, and the steps from there."""
    if until == POINTS[0]:
        return _draft_vote(**how)
    parting = next(each for each in reversed(_PARTINGS) if is_after(until, each))
    cast_before = ballots if is_after(parting, "ready") else ()
    vote = _vote_at(parting, ballots=cast_before, present=present, **how)
    for point in POINTS[POINTS.index(parting) + 1 : POINTS.index(until) + 1]:
        if point == "rolled":
            _freeze_and_check_in(vote, present)
            vote.cycle.refresh_from_db()
        else:
            vote.run(point, chosen=ballots)
    return vote


def _draft_vote(
    *, delegates: int, candidates: int, seats: int, kind: Kind, congress: Congress | None, slug: str, group: int,
    settings: dict[str, Any],
) -> Vote:  # fmt: skip
    congress = congress or CongressFactory(kind=kind)
    people = {
        "clerk": UserFactory(role=Role.CLERK, congress=congress),
        "scrutineer": UserFactory(role=Role.SCRUTINEER, congress=congress),
        "other_scrutineer": UserFactory(role=Role.SCRUTINEER, congress=congress),
        "presiding": UserFactory(role=Role.PRESIDING, congress=congress),
        "chief": UserFactory(role=Role.CHIEF, congress=congress),
    }
    UserFactory.create_batch(2, role=Role.SCRUTINEER, congress=congress)
    cycle = draft_cycle(
        by=people["clerk"], slug=slug, candidates=candidates, seats=seats, settings={**settings}
    )
    roll = DelegateFactory.create_batch(
        delegates, congress=congress, delegation=DelegationFactory(congress=congress)
    )
    for member in roll[:group]:
        member.in_group = True
        member.save()
    return Vote(cycle=cycle, delegates=roll, **people)


def draft_cycle(*, by: User, slug: str, candidates: int, seats: int, settings: dict[str, Any]) -> Cycle:
    """Return a cycle in deliberation with a frozen slate and a draft of the rules.

    ``costs`` among the settings are the candidates' total investments.
    """
    costs = settings.pop("costs", [None] * candidates)
    cycle = cycles.create_cycle(
        by=by, at=NOW, congress=by.congress, slug=slug, year=2018, seats=seats,
        rest="其余项目也将纳入政府年度任务并抓好落实。",
    )  # fmt: skip
    for stage in (Stage.SCREENING, Stage.DELIBERATION):
        cycles.move_cycle(cycle, to=stage, by=by, at=NOW)
    named: list[dict[str, Any]] = [
        {"number": n, "name": f"第{n}项目", "name_en": f"Project {n}", "investment_total": cost}
        for n, cost in enumerate(costs, start=1)
    ]
    cycles.add_candidate(cycle=cycle, by=by, at=NOW, **named[0])
    # One statement for the others: most tests begin here, and few ask how the slate came to be.
    Candidate.objects.bulk_create(Candidate(cycle=cycle, **fields) for fields in named[1:])
    cycles.freeze_slate(cycle=cycle, by=by, at=NOW)
    preset = rules.PRESETS[settings.pop("preset", "gongshu-2018")]
    rules.draft_rules(cycle=cycle, by=by, at=NOW, seats=seats, **(preset | settings))
    return Cycle.objects.get(pk=cycle.pk)


def _freeze_and_check_in(vote: Vote, present: int) -> None:
    by = vote.clerk
    rolls.freeze_roll(cycle=vote.cycle, by=by, at=vote.later())
    if vote.cycle.by_letter:
        _send_letters(vote)
        return
    here = [d.number for d in vote.delegates[:present]]
    rolls.set_presence(round_=vote.round, numbers=here, presence=Presence.PRESENT, by=by, at=vote.later())
    issued = delegate_slips.issue_slips(round_=vote.round, by=by, at=vote.later())
    vote.codes = {entry.number: code for entry, code in issued}
    for delegate in vote.delegates:
        delegate.user.refresh_from_db()


def _send_letters(vote: Vote) -> None:
    issued = letters.issue_letters(
        round_=vote.round,
        first=1,
        last=vote.round.rules.residents,
        by=vote.clerk,
        second=vote.chief,
        at=vote.later(),
    )
    vote.codes = dict(issued)
    vote.delegates = list(
        Delegate.every.filter(roll_entries__round=vote.round).select_related("user").order_by("number")
    )


def _split_key(vote: Vote) -> None:
    acting = {"by": vote.clerk, "at": vote.later()}
    vote.slips = play_ceremony(round_=vote.round, needed=3, holders=vote.holders, **acting)


def _certify(vote: Vote) -> None:
    if vote.tally.imported:
        proofs.certify_with_slips(
            round_=vote.round, slips=vote.slips[:3], by=vote.scrutineer, at=vote.later()
        )
    else:
        counts.certify_tally(round_=vote.round, by=vote.scrutineer, at=vote.later())


def _pass_deck(vote: Vote) -> None:
    """Say that the scanner read the test deck, where the rules give the first reading to one."""
    round_ = vote.round
    if is_scanned(round_) and not deck_passed(round_):
        data = {"round": round_.number, "definition": round_.definition_digest, "deck": "0" * 64, "pages": 1}
        with transaction.atomic():
            record(cycle=vote.cycle, act=Act.DECK_PASSED, by=vote.clerk, at=vote.later(), data=data)


def _open(vote: Vote) -> None:
    _pass_deck(vote)
    vote.open_vote()


_STEPS: dict[str, Callable[[Vote], object]] = {
    "adopted": lambda v: rules.adopt_rules(cycle=v.cycle, by=v.clerk, at=v.later()),
    "rolled": lambda v: _freeze_and_check_in(v, len(v.delegates)),
    "keyed": _split_key,
    "ready": lambda v: keys.try_unsealing(round_=v.round, slips=v.slips[:3], by=v.clerk, at=v.later()),
    "open": _open,
    "closed": lambda v: v.close(),
    "counted": lambda v: counts.count_round(round_=v.round, slips=v.slips[-3:], by=v.clerk, at=v.later()),
    "certified": _certify,
    "published": lambda v: notices.publish_notice(round_=v.round, by=v.clerk, at=v.later()),
}
