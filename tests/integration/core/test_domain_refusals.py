"""Every refusal of the domain: raised by a real call, said in both languages, and nothing half saved.

Guards ``voting.domain.core.refusals``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from unittest.mock import patch

import pytest
from django.db import connection
from django.utils.translation import override

import voting.domain
from accounts import attempts, codes
from accounts.codes import CodeRefused
from accounts.kept_sessions import KeptSession
from accounts.models import Delegate, User
from accounts.roles import Role
from accounts.sessions import Shown
from tests.autumn import make_autumn
from tests.cases_after import CASES_AFTER, TRACES_AFTER
from tests.cases_before import CASES_BEFORE, TRACES_BEFORE
from tests.factories import NOW, UserFactory, Vote, make_vote
from tests.offline import with_imported_count
from tests.security.test_crawl import database
from tests.security.test_swapped_keys import write
from voting.count.formats.files import COUNT
from voting.domain.after import progress
from voting.domain.before import rosters
from voting.domain.core import cycles, imports, people, second_person
from voting.domain.core.refusals import ConditionsUnmet, ReasonMissing, Refused, StepNotAllowed
from voting.domain.vote import (
    annulments,
    ballots,
    casting,
    counts,
    daybook,
    decks,
    drawn_sheets,
    further_rounds,
    key_slips,
    keys,
    letter_rolls,
    letters,
    notices,
    opened_pictures,
    paper_ballots,
    proofs,
    roll_changes,
    roll_numbers,
    rolls,
    rounds,
    rules,
    same_people,
    samples,
    scan_faults,
    scanned_pictures,
    scans,
    ties,
    tried_keys,
    urn_files,
    urn_statement,
)
from voting.foreign import scanned
from voting.foreign.scanned import ScannedPage
from voting.foreign.unfit import Unfit
from voting.models import Round, SampleDraw, ScanBatch, TestBallot
from voting.scan.reading import PageReading
from voting.states import Presence

pytestmark = pytest.mark.django_db

ABSTRACT = {Refused, ballots.BallotRefused, CodeRefused, progress.MilestoneDayWrong}


def cast(vote, chosen, place: int = 0):
    return vote.cast(place, chosen)


def issue_letters(vote, first, last):
    return letters.issue_letters(
        round_=vote.round, first=first, last=last, by=vote.clerk, second=vote.chief, at=NOW
    )


def cast_in_no_session(vote):
    entry = vote.round.roll.get(delegate=vote.delegates[0])
    leaving = urn_statement.Leaving("", vote.delegates[0].user_id, "")
    return casting.cast_ballot(entry_id=entry.pk, round_id=entry.round_id, chosen=[1], leaving=leaving)


def cast_bytes(vote, blob, place: int = 0):
    entry = vote.round.roll.get(delegate=vote.delegates[place])
    return casting.cast_sealed(entry_id=entry.pk, round_id=entry.round_id, blob=blob)


def cast_copy(vote):
    return cast_bytes(vote, bytes(vote.round.urn.get().blob), place=1)


def one_test_too_many() -> Callable[[], object]:
    vote = make_vote(until="open", delegates=3)
    KeptSession.objects.create(
        session_key="of a delegate", user_id=1, expire_date=NOW, tests=ballots.MOST_TESTS
    )
    blob = casting.seal_choice(round_id=vote.round.pk, chosen=[1])
    session = Shown("of a delegate")
    return lambda: casting.make_test_ballot(round_id=vote.round.pk, blob=blob, session=session)


def round_full_of_tests() -> Callable[[], object]:
    one_more = one_test_too_many()
    KeptSession.objects.update(tests=0)
    most, round_ = 3 * ballots.MOST_TESTS_A_DELEGATE, Round.objects.get()
    TestBallot.objects.bulk_create(
        TestBallot(round=round_, blob=number.to_bytes(2)) for number in range(most)
    )
    return one_more


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


def damaged_tests():
    vote = make_vote(until="closed", delegates=3, ballots=[[1]] * 3)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "INSERT INTO voting_testballot (id, round_id, blob) VALUES (gen_random_uuid(), %s, 'x')",
            [vote.round.pk],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    return lambda: counts.count_round(round_=vote.round, slips=vote.slips[:3], by=vote.clerk, at=vote.later())


def paper_vote(*marks: tuple[tuple[int, ...], tuple[int, ...]], counted: bool = True):
    """Return a closed vote of three, two of them on paper, with these pairs of readings by two people."""
    rules_ = {"candidates": 3, "seats": 2, "first_reading": "scanner"}
    vote = make_vote(until="open", delegates=4, ballots=[[1]], **rules_)
    numbers = [delegate.number for delegate in vote.delegates[1:3]]
    paper_ballots.hand_out(round_=vote.round, numbers=numbers, by=vote.clerk, at=vote.later())
    vote.run("closed")
    if counted:
        paper_ballots.record_box(round_=vote.round, returned=2, by=vote.clerk, at=NOW)
    for place, (first, second) in enumerate(marks, start=1):
        read(vote, place, first)
        read(vote, place, second, reading=2, by=vote.scrutineer)
    return vote


def read(vote, place: int, *ballots_: tuple[int, ...], reading: int = 1, by=None):
    paper_ballots.read_batch(
        round_=vote.round, reading=reading, first=place, ballots=ballots_, by=by or vote.clerk, at=NOW
    )


def correct_box(vote, returned: int):
    paper_ballots.correct_box(
        round_=vote.round, returned=returned, reason="x", by=vote.clerk, at=NOW, second=vote.chief
    )


def settle(vote, *, by=None, reason: str = "看原票", place: int = 1):
    paper_ballots.settle(
        round_=vote.round, place=place, marks=(1, 0, 0), reason=reason, by=by or vote.chief, at=NOW
    )


def paper(act: Callable[..., object], *marks: tuple[tuple[int, ...], tuple[int, ...]], counted: bool = True):
    """Return a case on a closed vote with paper ballots."""

    def case() -> Callable[[], object]:
        vote = paper_vote(*marks, counted=counted)
        return lambda: act(vote)

    return case


def scan(vote, *, first: int = 1, last: int = 2, aside=(), told: str = "fault", by=None) -> ScanBatch:
    """Scan a batch; what its file says of two sheets is given by a word."""
    files = [told.encode()]
    with patch.object(scanned, "pages_of", told_pages):
        return scans.scan_batch(
            round_=vote.round, first=first, last=last, set_aside=aside, files=files, layouts=[], by=by or vote.clerk,
            at=NOW,
        )  # fmt: skip


def told_pages(content: bytes, layouts: object, *, earlier: Sequence[bytes] = ()) -> Iterator[ScannedPage]:
    if content == b"unfit":
        raise Unfit("broken")
    why, doubts = ("", ("box",)) if content == b"good" else ("back", ())
    for page in (1, 2):
        reading = PageReading(page, "refused" if why else "ok", why=why, doubts=doubts, ink=bytes([page]))
        yield ScannedPage(reading=reading, picture=b"x", same_as=None, seen_before=None)


def scanned_before():
    """Return a case in which the sheets are scanned already."""
    vote = paper_vote()
    scan(vote, told="good")
    return lambda: scan(vote)


def file_again():
    """Return a case in which the file of the first batch is sent once more."""
    vote = paper_vote()
    scan(vote, told="good")
    return lambda: scan(vote, told="good")


def damaged_picture():
    vote = paper_vote()
    scan(vote, told="good")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE voting_scannedsheet SET working = 'x'")
        cursor.execute("SET LOCAL session_replication_role = origin")
    return lambda: scanned_pictures.working_picture(vote.round, 1)


DICE = "16253416253416253416"


def drawn(vote, dice: str):
    samples.draw_sample(round_=vote.round, dice=dice, by=vote.clerk, at=NOW)


def undrawn() -> int:
    """A place of the seven that the dice did not draw."""
    return min({*range(1, 8)} - {*SampleDraw.objects.get().places})


def sampled(act: Callable[..., object], dice: str = ""):
    """Return a case on a vote whose first readings of seven sheets are counted, and drawn with these dice."""

    def case() -> Callable[[], object]:
        more = {"second_reading": "sample", "floor_base": ""}
        vote = make_vote(until="open", delegates=7, candidates=3, seats=2, **more)
        paper_ballots.hand_out_to_rest(round_=vote.round, by=vote.clerk, at=vote.later())
        vote.run("closed")
        paper_ballots.record_box(round_=vote.round, returned=7, by=vote.clerk, at=NOW)
        read(vote, 1, *[(1, 1, 0)] * 7)
        vote.run("counted")
        if dice:
            drawn(vote, dice)
        return lambda: act(vote)

    return case


def hand_out(vote, place: int):
    paper_ballots.hand_out(round_=vote.round, numbers=[vote.delegates[place].number], by=vote.clerk, at=NOW)


def holding(act: Callable[..., object], until: str = "open", *, switched: bool = False):
    """Return a case in which the third delegate holds a paper ballot."""

    def case() -> Callable[[], object]:
        vote = make_vote(until=until, delegates=3)
        hand_out(vote, 2)
        if switched:
            paper_ballots.switch_to_paper(round_=vote.round, reason="断网", by=vote.clerk, at=NOW)
        return lambda: act(vote)

    return case


TIE = {"candidates": 3, "seats": 2, "ballots": [[1, 2], [1, 3]], "floor_base": ""}


def lot(vote, *, drawn=(3, 2), witnesses: str = "监票人", reason: str = "抓阄"):
    ties.decide_by_lot(
        round_=vote.round, drawn=drawn, reason=reason, witnesses=witnesses, by=vote.clerk, at=NOW
    )


def presidium(vote, *, chosen, reason: str = "理由"):
    ties.decide_by_presidium(round_=vote.round, chosen=chosen, reason=reason, by=vote.clerk, at=NOW)


ROSTER = b"number,name,delegation\nN1,A,B\n"


def stage_roster(vote, content: bytes):
    return rosters.finish(
        rosters.stage(
            cycle=vote.cycle, file_name="a.csv", content=content, mode="append", by=vote.clerk, at=NOW
        )
    )


def apply_roster(vote, staged, *, rename: bool = False):
    if rename:
        Delegate.objects.filter(pk=vote.delegates[0].pk).update(name="改名")
    return rosters.finish(rosters.apply(cycle=vote.cycle, staged=staged, by=vote.clerk, at=NOW))


def undo_what_another_year_votes_with(vote):
    """Import delegates for next year, freeze this year's roll with them, and try to take them back."""
    autumn = make_autumn(until="call")
    staged = rosters.finish(
        rosters.stage(cycle=autumn.cycle, file_name="a.csv", content=ROSTER, mode="append", **autumn.acting)
    )
    rosters.finish(rosters.apply(cycle=autumn.cycle, staged=staged, **autumn.acting))
    rolls.freeze_roll(cycle=vote.cycle, by=vote.clerk, at=vote.later())
    rosters.undo(cycle=autumn.cycle, applied=staged, **autumn.acting)


def exclude(vote, *, reason: str = "调离", place: int = 0):
    roll_changes.exclude(
        round_=vote.round, number=vote.delegates[place].number, reason=reason, by=vote.clerk, at=NOW
    )


def admit(vote, number: str):
    roll_changes.admit(round_=vote.round, number=number, reason="补选", by=vote.clerk, at=NOW)


#: A ballot with points, all of which must be given.
POINTS = {"ballot_type": "points", "points": 3, "most_points": 2, "under_vote": "void"}


def on(until: str, act: Callable[..., object], **more: object) -> Callable[[], Callable[[], object]]:
    """Return a case: a vote brought to a point, and the call that must be refused there."""

    def case() -> Callable[[], object]:
        vote = make_vote(until=until, **({"delegates": 3} | more))
        return lambda: act(vote)

    return case


def noted_before() -> Callable[[], object]:
    vote = make_vote(until="rolled", delegates=3)
    note = partial(daybook.leave_note, cycle=vote.cycle, by=vote.clerk, at=NOW)
    note(words="换班")
    return partial(note, words=" 换班 ")


def imported_and(act, *, forged: bool = False):
    """Return a case that begins with an imported count."""

    def case() -> Callable[[], object]:
        vote = with_imported_count(forged=forged)
        return lambda: act(vote)

    return case


def import_one_ballot_more(vote):
    """Import a count of this round's own urn that says of its ballot that there are two of it."""
    seed = keys.rebuild_seed(round_=vote.round, slips=vote.slips[:3])
    counted = counts.count_urn(round_=vote.round, facts=counts.facts_of(vote.round), seed=seed)
    [(marks, in_group, times)] = counted.patterns["online"]
    patterns = counted.patterns | {"online": [(marks, in_group, times + 1)]}
    text = COUNT.write({"format": COUNT.name, "working": counted.working, "patterns": patterns})
    return urn_files.import_count(round_=vote.round, text=text, by=vote.clerk, at=NOW, second=vote.chief)


def name_taken(vote):
    people.enter_people(
        congress=vote.cycle.congress,
        people=[people.Newcomer("甲", Role.CHIEF), people.Newcomer("乙", Role.CLERK, vote.clerk.username)],
        by=vote.clerk,
        at=NOW,
    )


def last_keeper():
    keeper = UserFactory(role=Role.KEEPER)
    return lambda: people.change_person(user=keeper, name="甲", unit="", may_sign_in=False, by=None, at=NOW)


def sign_in(vote, code):
    return codes.check_code(
        congress=vote.cycle.congress, number=vote.delegates[0].number, code=code, network="192.0.2.1", at=NOW
    )


def wrong_code(vote, *, times: int = 1):
    for _ in range(times - 1):
        with pytest.raises(CodeRefused):
            sign_in(vote, codes.new_code())
    sign_in(vote, codes.new_code())


def open_vote(vote: Vote, *, mark: str) -> None:
    vote.open_vote(mark=mark, at=NOW)


def swapped(act: Callable[[Vote], object], *, until: str = "open") -> Callable[[], Callable[[], object]]:
    """Return a case: a vote whose key the server no longer vouches for."""

    def case() -> Callable[[], object]:
        vote = make_vote(until=until, delegates=3)
        write(vote, key_mac="0" * 64)
        return lambda: act(vote)

    return case


def at_a_ceremony(
    act: Callable[[Vote, list[str]], object], *, takers: int = 0
) -> Callable[[], Callable[[], object]]:
    """Return a case: a ceremony is held, and so many have taken their slips."""

    def case() -> Callable[[], object]:
        vote = make_vote(until="rolled", delegates=3)
        held = hold_key(vote)
        slips = [" ".join(take_slip(vote, held.code, holder=holder)) for holder in vote.holders[:takers]]
        return lambda: act(vote, slips)

    return case


def hold_key(vote: Vote, *holders: User, needed: int = 2) -> keys.HeldCeremony:
    acting = {"by": vote.clerk, "at": NOW}
    return keys.hold_ceremony(round_=vote.round, needed=needed, holders=holders or vote.holders, **acting)


def take_slip(vote: Vote, code: str, *, holder: User) -> list[str]:
    return key_slips.take_slip(round_=vote.round, holder=holder, code=code, at=NOW).words


def prove_slip(vote: Vote, text: str, *, holder: User) -> None:
    key_slips.prove_slip(round_=vote.round, holder=holder, text=text, at=NOW)


CASES: dict[type[Exception], Callable[[], Callable[[], object]]] = {
    StepNotAllowed: on("open", lambda v: notices.publish_notice(round_=v.round, by=v.clerk, at=NOW)),
    ConditionsUnmet: on("ready", lambda v: open_vote(v, mark=v.mark), present=1),
    rounds.WrongMark: on("ready", lambda v: open_vote(v, mark="0000")),
    tried_keys.KeySwapped: swapped(lambda v: open_vote(v, mark=v.mark), until="ready"),
    ballots.SealedToAnother: swapped(lambda v: v.cast(0, [1])),
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
    letter_rolls.NobodyCheckedIn: on(
        "open",
        lambda v: rolls.set_presence(
            round_=v.round, numbers=[v.delegates[0].number], presence=Presence.ON_LEAVE, by=v.clerk, at=NOW
        ),
        residents=3,
    ),
    letters.NoSuchLetters: on("rolled", lambda v: issue_letters(v, 2, 4), residents=3),
    letters.TooManyLetters: on(
        "rolled", lambda v: issue_letters(v, 1, letters.MOST_AT_ONCE + 1), residents=3
    ),
    rolls.StaysPresent: on(
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
    roll_numbers.NotOnRoll: on(
        "rolled",
        lambda v: rolls.set_presence(
            round_=v.round,
            numbers=[v.delegates[0].number, "77777777"],
            presence=Presence.ON_LEAVE,
            by=v.clerk,
            at=NOW,
        ),
    ),
    roll_numbers.SeveralFit: lambda: lambda: roll_numbers.meant(["7"], {"07", "007"}),
    daybook.NoWords: on("rolled", lambda v: daybook.leave_note(cycle=v.cycle, words=" ", by=v.clerk, at=NOW)),
    daybook.WrittenAlready: noted_before,
    daybook.NotYetHappened: on(
        "rolled",
        lambda v: daybook.record_incident(
            round_=v.round, happened=NOW + timedelta(minutes=1), words="停电", by=v.clerk, at=NOW
        ),
    ),
    keys.BadSplit: on("rolled", lambda v: hold_key(v, needed=6)),
    keys.NoSlipToSpare: on("rolled", lambda v: hold_key(v, needed=5)),
    keys.NotAHolder: on("rolled", lambda v: hold_key(v, v.clerk, v.chief, v.scrutineer)),
    key_slips.SlipsRefused: on(
        "keyed", lambda v: keys.try_unsealing(round_=v.round, slips=v.slips[:2], by=v.clerk, at=NOW)
    ),
    key_slips.SlipsOutstanding: at_a_ceremony(
        lambda v, slips: keys.try_unsealing(round_=v.round, slips=slips, by=v.clerk, at=NOW), takers=2
    ),
    key_slips.HoldsNoSlip: at_a_ceremony(lambda v, _slips: take_slip(v, "0", holder=v.clerk)),
    key_slips.SlipTaken: on("keyed", lambda v: take_slip(v, "0", holder=v.chief)),
    key_slips.CeremonyCodeMistyped: at_a_ceremony(lambda v, _slips: take_slip(v, "0", holder=v.chief)),
    key_slips.WrongCeremonyCode: at_a_ceremony(
        lambda v, _slips: take_slip(v, codes.new_code(), holder=v.chief)
    ),
    key_slips.SlipNotTaken: at_a_ceremony(lambda v, _slips: prove_slip(v, "", holder=v.chief)),
    key_slips.SlipOfAnother: on("keyed", lambda v: prove_slip(v, v.slips[0], holder=v.holders[1])),
    ballots.RoundNotOpen: on("ready", lambda v: cast(v, [1])),
    ballots.NotSealed: on("open", lambda v: cast_bytes(v, b"short")),
    ballots.CopiedBallot: on("open", cast_copy, ballots=[[1]]),
    ballots.NoTestsLeft: one_test_too_many,
    ballots.NoMoreTests: round_full_of_tests,
    ballots.AlreadyCast: on("open", lambda v: cast(v, [1]), ballots=[[2]]),
    ballots.NotPresent: on("open", lambda v: cast(v, [1], place=2), present=2),
    ballots.SessionOver: on("open", cast_in_no_session),
    ballots.TooManyMarks: on("open", lambda v: cast(v, range(1, 12))),
    ballots.ForeignMark: on("open", lambda v: cast(v, [13])),
    ballots.TooFewMarks: on("open", lambda v: cast(v, [1]), ballot_type="exactly", under_vote="void"),
    ballots.NotAllMarked: on("open", lambda v: cast(v, {1: 1}), ballot_type="per_item", under_vote="void"),
    ballots.RepeatedPlace: on(
        "open", lambda v: cast(v, {1: 1, 2: 1}), ballot_type="ranking", scoring="points"
    ),
    ballots.TooManyPoints: on("open", lambda v: cast(v, {1: 2, 2: 2}), **POINTS),
    ballots.TooManyOnOne: on("open", lambda v: cast(v, {1: 3}), **POINTS),
    ballots.TooFewPoints: on("open", lambda v: cast(v, {1: 2}), **POINTS),
    ballots.OverSum: on(
        "open", lambda v: cast(v, [1, 2]), method="greedy", budget=90, most_cost=50, costs=[40] * 12
    ),
    ballots.MissingPlace: on("open", lambda v: cast(v, {1: 2}), ballot_type="ranking", scoring="points"),
    ballots.HoldsPaperBallot: holding(lambda v: cast(v, [1], place=2)),
    ballots.OnPaperOnly: holding(lambda v: cast(v, [1]), switched=True),
    rolls.HasPaper: holding(
        lambda v: rolls.set_presence(
            round_=v.round, numbers=[v.delegates[2].number], presence=Presence.LEFT, by=v.clerk, at=NOW
        ),
        until="ready",
    ),
    rolls.NothingToUndo: on(
        "rolled", lambda v: rolls.undo_presence(round_=v.round, by=v.clerk, at=NOW), present=0
    ),
    roll_changes.RollFixed: on("open", exclude),
    ReasonMissing: on("ready", lambda v: exclude(v, reason=" ")),
    roll_changes.AlreadyOnRoll: on("ready", lambda v: admit(v, v.delegates[0].number)),
    roll_changes.NotADelegate: on("ready", lambda v: admit(v, "77777777")),
    roll_changes.GroupTooSmall: on("ready", exclude, group=5, preset="shigu", delegates=10),
    roll_changes.HoldsPaper: holding(lambda v: exclude(v, place=2), until="ready"),
    paper_ballots.NotInTheHall: on("open", lambda v: hand_out(v, 2), present=2),
    paper_ballots.VotedOnline: on("open", lambda v: hand_out(v, 0), ballots=[[1]]),
    paper_ballots.HasNoPaper: on(
        "open",
        lambda v: paper_ballots.take_back(
            round_=v.round, numbers=[v.delegates[0].number], by=v.clerk, at=NOW
        ),
    ),
    paper_ballots.BoxCounted: paper(
        lambda v: paper_ballots.record_box(round_=v.round, returned=3, by=v.clerk, at=NOW)
    ),
    paper_ballots.SheetRead: paper(lambda v: correct_box(v, 3), ((1, 0, 0), (1, 0, 0))),
    paper_ballots.MoreReturned: paper(lambda v: correct_box(v, 99)),
    further_rounds.DecisionMissing: on(
        "open",
        lambda v: annulments.annul_round(
            round_=v.round, decision=" ", reason="x", by=v.clerk, at=NOW, second=v.chief
        ),
    ),
    same_people.NothingToTakeOver: on(
        "rolled", lambda v: same_people.confirm_same_people(round_=v.round, by=v.clerk, at=NOW)
    ),
    cycles.YearBegun: on(
        "rolled", lambda v: cycles.give_up_year(cycle=v.cycle, reason="x", by=v.clerk, at=NOW)
    ),
    cycles.ResultPublished: on(
        "published",
        lambda v: cycles.correct_year(cycle=v.cycle, vote_at="x", reason="x", by=v.clerk, at=NOW),
    ),
    paper_ballots.BoxNotCounted: paper(lambda v: read(v, 1, (1, 0, 0)), counted=False),
    paper_ballots.GroupTooMany: paper(
        lambda v: paper_ballots.record_box(round_=v.round, returned=2, returned_group=3, by=v.clerk, at=NOW),
        counted=False,
    ),
    paper_ballots.ReadAlready: paper(lambda v: read(v, 1, (1, 0, 0), by=v.chief), ((1, 0, 0), (1, 0, 0))),
    paper_ballots.SameReader: paper(
        lambda v: (read(v, 1, (1, 0, 0)), read(v, 1, (1, 0, 0), reading=2)),
    ),
    paper_ballots.ChiefReads: paper(lambda v: read(v, 1, (1, 0, 0), by=v.chief)),
    paper_ballots.NoSuchPlace: paper(lambda v: read(v, 2, (1, 0, 0), (1, 0, 0))),
    drawn_sheets.NotDrawnYet: sampled(lambda v: read(v, 1, (1, 0, 0), reading=2, by=v.scrutineer)),
    drawn_sheets.NotDrawn: sampled(lambda v: read(v, undrawn(), (1, 0, 0), reading=2, by=v.scrutineer), DICE),
    samples.DiceMissing: sampled(lambda v: drawn(v, "12")),
    samples.DrawnAlready: sampled(lambda v: drawn(v, DICE), DICE),
    samples.SampleUnread: sampled(lambda v: samples.release_count(round_=v.round, by=v.chief, at=NOW), DICE),
    decks.ScannerNotAdopted: on(
        "rolled", lambda v: decks.read_deck(round_=v.round, files=[], layouts=[], by=v.clerk, at=NOW)
    ),
    paper_ballots.NothingToSettle: paper(settle, ((1, 0, 0), (1, 0, 0))),
    paper_ballots.NotTheChief: paper(lambda v: settle(v, by=v.scrutineer), ((1, 0, 0), (0, 1, 0))),
    scan_faults.BatchRefused: paper(scan),
    scan_faults.FileUnfit: paper(lambda v: scan(v, told="unfit")),
    scanned_pictures.PictureDamaged: damaged_picture,
    opened_pictures.NoSealedPicture: paper(
        lambda v: opened_pictures.open_pictures(
            round_=v.round, slips=v.slips[:3], reason="r", by=v.clerk, at=NOW
        )
    ),
    scans.BatchTooLarge: paper(lambda v: scan(v, last=2 + scans.MOST_SHEETS)),
    scans.NothingScanned: paper(lambda v: scan(v, aside=[1, 2])),
    scans.SheetScanned: scanned_before,
    scans.FileTaken: file_again,
    paper_ballots.PaperNotReady: paper(
        lambda v: counts.count_round(round_=v.round, slips=v.slips[:3], by=v.clerk, at=NOW),
        ((1, 0, 0), (0, 1, 0)),
    ),
    ties.NotTied: on("certified", lambda v: lot(v, drawn=(1, 2)), **TIE, tie_rule="lot"),
    ties.WrongNumber: on("certified", lambda v: presidium(v, chosen=[2, 3]), **TIE, tie_rule="presidium"),
    ties.TieReasonMissing: on(
        "certified", lambda v: presidium(v, chosen=[2], reason=" "), **TIE, tie_rule="presidium"
    ),
    ties.WitnessMissing: on("certified", lambda v: lot(v, witnesses=" "), **TIE, tie_rule="lot"),
    notices.TieUndecided: on(
        "certified",
        lambda v: notices.publish_notice(round_=v.round, by=v.clerk, at=NOW),
        **TIE,
        tie_rule="lot",
    ),
    rosters.RollIsFrozen: on("rolled", lambda v: stage_roster(v, ROSTER)),
    rosters.NobodyInTheList: on("adopted", lambda v: stage_roster(v, "代表证号,姓名,代表团\n".encode())),
    imports.NotSettled: on(
        "adopted", lambda v: apply_roster(v, stage_roster(v, "甲,乙,丙\n1,2,3\n".encode()))
    ),
    imports.Unanswered: on(
        "adopted", lambda v: apply_roster(v, stage_roster(v, "序号,姓名,代表团\n7,某人,某团\n".encode()))
    ),
    imports.PreviewChanged: on("adopted", lambda v: apply_roster(v, stage_roster(v, ROSTER), rename=True)),
    imports.CannotUndo: on(
        "adopted",
        lambda v: rosters.undo(cycle=v.cycle, applied=stage_roster(v, ROSTER), by=v.clerk, at=NOW),
    ),
    rosters.OnARoll: on("adopted", undo_what_another_year_votes_with),
    keys.NotAKey: on(
        "rolled",
        lambda v: keys.register_key(round_=v.round, raw=b"short", needed=3, issued=5, by=v.clerk, at=NOW),
    ),
    keys.WrongWord: on(
        "keyed",
        lambda v: keys.pass_trial(round_=v.round, word="A", expected="B", by=v.clerk, at=NOW, second=v.chief),
    ),
    urn_files.NotACount: on(
        "closed",
        lambda v: urn_files.import_count(round_=v.round, text="{}", by=v.clerk, at=NOW, second=v.chief),
    ),
    urn_files.CountDiffers: on("closed", import_one_ballot_more, ballots=[[1]]),
    counts.UrnDamaged: damaged_urn,
    counts.TestsDamaged: damaged_tests,
    counts.FiguresChanged: changed_roll,
    counts.SamePerson: on(
        "closed",
        lambda v: (
            counts.count_round(round_=v.round, slips=v.slips[:3], by=v.scrutineer, at=NOW),
            counts.certify_tally(round_=v.round, by=v.scrutineer, at=NOW),
        ),
        ballots=[[1]],
    ),
    counts.Unproven: imported_and(
        lambda v: counts.certify_tally(round_=v.round, by=v.scrutineer, at=v.later())
    ),
    proofs.ProofDiffers: imported_and(
        lambda v: proofs.certify_with_slips(round_=v.round, slips=v.slips[:3], by=v.scrutineer, at=v.later()),
        forged=True,
    ),
    proofs.NotYourProof: imported_and(
        lambda v: proofs.certify_with_file(
            round_=v.round, text=v.imported_file, by=v.scrutineer, at=v.later()
        )
    ),
    counts.NotAScrutineer: on(
        "counted", lambda v: counts.certify_tally(round_=v.round, by=v.presiding, at=NOW), ballots=[[1]]
    ),
    codes.MistypedCode: on(
        "rolled",
        lambda v: sign_in(v, "1234"),
    ),
    codes.WrongCode: on("rolled", wrong_code),
    codes.ManyWrongCodes: on("rolled", lambda v: wrong_code(v, times=attempts.MOST_WRONG_CODES + 1)),
    second_person.SecondPersonNeeded: on(
        "open", lambda v: rounds.close_round(round_=v.round, by=v.clerk, at=NOW)
    ),
    second_person.SamePersonTwice: on(
        "open", lambda v: rounds.close_round(round_=v.round, by=v.clerk, at=NOW, second=v.clerk)
    ),
    people.UserNameTaken: on("rolled", name_taken),
    people.LastKeeper: last_keeper,
    **CASES_BEFORE,
    **CASES_AFTER,
}
#: These leave something behind on purpose: an attempt is counted, the count stands although its certifier is refused.
LEAVE_TRACES = {
    codes.WrongCode, codes.ManyWrongCodes, counts.SamePerson, paper_ballots.SameReader,
    imports.PreviewChanged, imports.CannotUndo, imports.NotSettled, imports.Unanswered, rosters.OnARoll,
    paper_ballots.VotedOnline,
    *TRACES_BEFORE, *TRACES_AFTER,
}  # fmt: skip


def subclasses(kind: type) -> set[type]:
    return {kind}.union(*(subclasses(below) for below in kind.__subclasses__()))


def test_every_refusal_of_the_domain_has_its_case():
    for module in pkgutil.walk_packages(voting.domain.__path__, "voting.domain."):
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
