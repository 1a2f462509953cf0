"""Every refusal of the domain: raised by a real call, said in both languages, and nothing half saved."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable

import pytest
from django.db import connection
from django.utils.translation import override

import voting.domain
from accounts import codes
from accounts.codes import CodeRefused
from tests.factories import NOW, make_vote
from tests.security.test_crawl import database
from voting.domain import ballots, counts, cycles, keys, notices, rolls, rounds, rules
from voting.domain.refusals import ConditionsUnmet, Refused, StepNotAllowed
from voting.states import Presence

pytestmark = pytest.mark.django_db

ABSTRACT = {Refused, ballots.BallotRefused, CodeRefused}


def cast(vote, chosen, place: int = 0):
    return vote.cast(place, chosen)


def damaged_urn():
    vote = make_vote(until="closed", delegates=3, ballots=[[1]] * 3)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "DELETE FROM voting_sealedballot WHERE id = (SELECT min(id::text)::uuid FROM voting_sealedballot)"
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    return lambda: counts.count_round(round_=vote.round, slips=vote.slips[:3], by=vote.clerk, at=vote.later())


def changed_roll():
    vote = make_vote(until="closed", delegates=3, ballots=[[1]] * 3)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE voting_round SET issued = 2")
        cursor.execute("SET LOCAL session_replication_role = origin")
    return lambda: counts.count_round(round_=vote.round, slips=vote.slips[:3], by=vote.clerk, at=vote.later())


def unreadable_ballot():
    vote = make_vote(until="open", delegates=3, ballots=[[1]] * 3)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE voting_sealedballot SET blob = set_byte(blob, 1150, (get_byte(blob, 1150) + 1) % 256)"
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    rounds.close_round(round_=vote.round, by=vote.clerk, at=vote.later())
    return lambda: counts.count_round(round_=vote.round, slips=vote.slips[:3], by=vote.clerk, at=vote.later())


def on(until: str, act: Callable[..., object], **more: object) -> Callable[[], Callable[[], object]]:
    """Return a case: a vote brought to a point, and the call that must be refused there."""

    def case() -> Callable[[], object]:
        vote = make_vote(until=until, delegates=3, **more)
        return lambda: act(vote)

    return case


def wrong_code(vote, *, times: int = 1):
    for _ in range(times - 1):
        with pytest.raises(CodeRefused):
            codes.check_code(number=vote.delegates[0].number, code=codes.new_code(), at=NOW)
    codes.check_code(number=vote.delegates[0].number, code=codes.new_code(), at=NOW)


CASES: dict[type[Exception], Callable[[], Callable[[], object]]] = {
    StepNotAllowed: on("open", lambda v: notices.publish_notice(round_=v.round, by=v.clerk, at=NOW)),
    ConditionsUnmet: on("ready", lambda v: rounds.open_round(round_=v.round, by=v.clerk, at=NOW), present=1),
    cycles.SlateFrozen: on(
        "drafted",
        lambda v: cycles.add_candidate(cycle=v.cycle, by=v.clerk, at=NOW, number=13, name="晚到的项目"),
    ),
    rules.RulesFrozen: on("adopted", lambda v: rules.draft_rules(cycle=v.cycle, by=v.clerk, at=NOW, seats=9)),
    rolls.CheckInClosed: on(
        "closed",
        lambda v: rolls.set_presence(
            round_=v.round, numbers=[v.delegates[0].number], presence=Presence.ON_LEAVE, by=v.clerk, at=NOW
        ),
    ),
    rolls.HasVoted: on(
        "open",
        lambda v: rolls.set_presence(
            round_=v.round,
            numbers=[v.delegates[1].number, v.delegates[0].number],
            presence=Presence.ON_LEAVE,
            by=v.clerk,
            at=NOW,
        ),
        ballots=[[1]],
    ),
    rolls.NotOnRoll: on(
        "rolled",
        lambda v: rolls.set_presence(
            round_=v.round,
            numbers=[v.delegates[0].number, "77777777"],
            presence=Presence.ON_LEAVE,
            by=v.clerk,
            at=NOW,
        ),
    ),
    keys.BadSplit: on(
        "rolled", lambda v: keys.hold_ceremony(round_=v.round, needed=4, issued=3, by=v.clerk, at=NOW)
    ),
    keys.SlipsRefused: on(
        "keyed", lambda v: keys.try_unsealing(round_=v.round, slips=v.slips[:2], by=v.clerk, at=NOW)
    ),
    ballots.RoundNotOpen: on("ready", lambda v: cast(v, [1])),
    ballots.AlreadyCast: on("open", lambda v: cast(v, [1]), ballots=[[2]]),
    ballots.NotPresent: on("open", lambda v: cast(v, [1], place=2), present=2),
    ballots.TooManyMarks: on("open", lambda v: cast(v, range(1, 12))),
    ballots.ForeignMark: on("open", lambda v: cast(v, [13])),
    counts.UrnDamaged: damaged_urn,
    counts.BallotUnreadable: unreadable_ballot,
    counts.FiguresChanged: changed_roll,
    counts.SamePerson: on(
        "closed",
        lambda v: (
            counts.count_round(round_=v.round, slips=v.slips[:3], by=v.scrutineer, at=NOW),
            counts.certify_tally(round_=v.round, by=v.scrutineer, at=NOW),
        ),
        ballots=[[1]],
    ),
    counts.NotAScrutineer: on(
        "counted", lambda v: counts.certify_tally(round_=v.round, by=v.presiding, at=NOW), ballots=[[1]]
    ),
    codes.MistypedCode: on(
        "rolled", lambda v: codes.check_code(number=v.delegates[0].number, code="1234", at=NOW)
    ),
    codes.WrongCode: on("rolled", wrong_code),
    codes.TooManyAttempts: on("rolled", lambda v: wrong_code(v, times=codes.MOST_FAILURES + 1)),
}
#: These leave something behind on purpose: an attempt is counted, the count stands although its certifier is refused.
LEAVE_TRACES = {codes.WrongCode, codes.TooManyAttempts, counts.SamePerson}


def subclasses(kind: type) -> set[type]:
    return {kind}.union(*(subclasses(below) for below in kind.__subclasses__()))


def test_every_refusal_of_the_domain_has_its_case():
    for module in pkgutil.iter_modules(voting.domain.__path__, "voting.domain."):
        importlib.import_module(module.name)
    known = {kind for kind in subclasses(Refused) if kind.__module__.startswith("voting.domain.")}
    assert known | subclasses(CodeRefused) == set(CASES) | ABSTRACT


@pytest.mark.parametrize("kind", list(CASES), ids=lambda kind: kind.__name__)
def test_a_refusal_speaks_both_languages_and_leaves_nothing_half_saved(kind):
    act = CASES[kind]()
    before = database()
    with pytest.raises(kind) as refused:
        act()
    assert type(refused.value) is kind
    with override("zh-hans"):
        chinese = str(refused.value)
    with override("en"):
        english = str(refused.value)
    assert chinese != english
    assert chinese.endswith("。")
    assert english.endswith(".")
    if kind not in LEAVE_TRACES:
        assert database() == before
