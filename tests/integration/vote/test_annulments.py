"""F45: a round is annulled, or no further round is held, by a recorded decision and two people; no ballot is touched.

Guards ``voting.domain.vote.annulments``, ``voting.domain.vote.further_rounds``, ``voting.admin.vote.rounds`` and
``voting.read_models.vote.results``.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.models import User
from tests.factories import PASSWORD, Vote, make_vote
from tests.integration.vote.test_further_rounds import NINE, notice_of, tied_vote
from tests.pages import text_of
from voting.domain.after.deliveries import begin_delivery
from voting.domain.core.journal import first_break
from voting.domain.core.refusals import ConditionsUnmet, StepNotAllowed
from voting.domain.vote import annulments, counts, further_rounds, urn_files
from voting.domain.vote.ballots import RoundNotOpen
from voting.domain.vote.same_people import confirm_same_people
from voting.management.verification.checks import Look
from voting.management.verification.votes import counts as verify_counts
from voting.management.verification.votes import urns
from voting.models import Annulment, Round, SealedBallot, Tally, UrnSeal
from voting.recount.__main__ import recount_text
from voting.states import Act, Became, RoundStatus, Stage

pytestmark = pytest.mark.django_db
PAGE = "/admin/vote/2018/annul/"
FURTHER = "/admin/vote/2018/further/"
TEN = tuple(range(1, 11))


def at_desk(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def by_two(vote: Vote, **more: str) -> dict[str, str]:
    return {
        "decision": "主席团第三次会议决定，2018年1月23日", "reason": "密钥条遗失，无法启封", "confirm": "on",
        "second_name": vote.chief.username, "second_password": PASSWORD,
    } | more  # fmt: skip


def annul(vote: Vote) -> Annulment:
    return annulments.annul_round(
        round_=vote.round, decision="主席团第三次会议决定", reason="密钥条遗失", by=vote.clerk, at=vote.later(),
        second=vote.presiding,
    )  # fmt: skip


@pytest.mark.parametrize("until", ["open", "closed", "counted"])
def test_f45_a_round_is_annulled_its_urn_stays_sealed_and_the_same_slate_is_voted_on_again(until: str):
    vote = make_vote(until=until, delegates=3, ballots=[TEN] * 2)
    client, annulled = at_desk(vote.clerk), vote.round
    blobs = sorted(bytes(blob) for blob in SealedBallot.objects.values_list("blob", flat=True))
    assert "2 ballots in the urn stay sealed" in text_of(client.get(f"/en{PAGE}"))
    for missing in ("confirm", "decision", "reason", "second_name"):
        sent = {name: value for name, value in by_two(vote).items() if name != missing}
        assert client.post(PAGE, {"do": "annul"} | sent).status_code == 422, missing
    assert client.post(PAGE, {"do": "annul"} | by_two(vote)).status_code == 302
    annulled.refresh_from_db()
    assert annulled.status == RoundStatus.ANNULLED
    assert sorted(bytes(blob) for blob in SealedBallot.objects.values_list("blob", flat=True)) == blobs
    assert UrnSeal.objects.get(round=annulled).ballots == 2
    entry = vote.cycle.journal.get(act=Act.ROUND_ANNULLED)
    assert (entry.data["second"], entry.data["since"], entry.data["ballots"]) == (
        vote.chief.username,
        until,
        2,
    )
    for act in (
        lambda: counts.count_round(round_=annulled, slips=vote.slips[:3], by=vote.clerk, at=vote.later()),
        lambda: urn_files.urn_body(annulled),
        lambda: annul(vote),
    ):
        with pytest.raises(StepNotAllowed):
            act()
    with pytest.raises(RoundNotOpen):
        vote.cast(2, TEN)
    assert "The round was annulled" in text_of(Client().get("/en/2018/"))

    assert client.post(FURTHER, {"confirm": "on"}).status_code == 302
    new = vote.round
    assert (new.number, new.seats, new.items.count()) == (2, annulled.seats, annulled.items.count())
    vote.cycle.refresh_from_db()
    from_desk(vote)
    vote.finish(chosen=[TEN] * 3)
    assert vote.cycle.stage == Stage.PUBLICATION
    assert first_break(vote.cycle) is None
    told(vote, counted=until == "counted")


def from_desk(vote: Vote) -> None:
    confirm_same_people(round_=vote.round, by=vote.clerk, at=vote.later())


def told(vote: Vote, *, counted: bool) -> None:
    """Notice, pages, minutes, the recount and the verification know of it."""
    body = notice_of(vote, 2)
    (part,) = body["annulled"]
    assert (part["number"], part["counted"], part["urn"]["ballots"]) == (1, counted, 2)
    known = Round.objects.get(cycle=vote.cycle, number=1).definition_digest
    assert body["round"]["previous"] == {"round": 1, "because": "annulled", "notice": known}
    for page in ("/en/2018/result/", "/en/2018/notice/", "/en/2018/minutes/"):
        words = text_of(Client().get(page))
        assert "Round 1 was annulled by decision of the presidium: 主席团第三次会议决定" in words, page
        assert "密钥条遗失" in words, page
    assert not recount_text(urn_files.public_file(vote.round)).to_dict()["disagreements"]
    assert not list(urns(Look()))
    assert not list(verify_counts(Look()))


@pytest.mark.parametrize("until", ["rolled", "ready", "certified", "published"])
def test_before_the_opening_and_after_the_certification_nothing_is_annulled(until: str):
    vote = make_vote(until=until, delegates=3, ballots=[TEN] * 3)
    with pytest.raises(StepNotAllowed):
        annul(vote)
    assert 'value="annul"' not in at_desk(vote.clerk).get(PAGE).content.decode()


MAKE = """INSERT INTO public.voting_annulment
(round_id, decision, reason, counted, recorded_by_id, second_id, recorded_at)
VALUES (%s, 'x', 'x', %s, %s, %s, now()); SET CONSTRAINTS ALL IMMEDIATE"""


def test_the_database_takes_no_annulment_that_is_made_up():
    vote = make_vote(until="closed", delegates=3, ballots=[TEN] * 3)
    round_, clerk, chief = vote.round, vote.clerk, vote.chief
    for counted, recorded, second, why in (
        (False, clerk, clerk, "two_people"),
        (False, chief, clerk, "not the act of this person"),
        (False, clerk, vote.delegates[0].user, "not the act of this person"),
        (True, clerk, chief, "tells another count"),
        (False, clerk, chief, "only with the step"),
    ):
        with pytest.raises(IntegrityError, match=why), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(MAKE % (round_.pk, counted, recorded.pk, second.pk))
    with pytest.raises(IntegrityError, match="nothing is kept"), transaction.atomic():
        Round.objects.filter(pk=round_.pk).update(status=RoundStatus.ANNULLED)
    annul(vote)
    for statement in (
        "UPDATE public.voting_annulment SET reason = 'y'",
        "DELETE FROM public.voting_annulment",
        "DELETE FROM public.voting_sealedballot",
        "UPDATE public.voting_round SET status = 'closed'",
        TALLY.format(by=clerk.pk),
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert not Tally.objects.exists()


TALLY = """INSERT INTO public.voting_tally
(round_id, working, patterns, digest, counted_by_id, counted_at, imported)
SELECT id, '{{}}', '{{}}', '', {by}, now(), false FROM public.voting_round"""


def short_vote() -> Vote:
    """Seven of ten pass, and again another round is called for."""
    ballots = [NINE[:7], NINE[:7], NINE[:7], (8, 9, 10, 11, 12), (8,)]
    return make_vote(until="published", delegates=5, ballots=ballots)


def end(vote: Vote, **more: Any) -> Any:
    return at_desk(vote.presiding).post(
        FURTHER, {"do": "end", "seats": "stay_empty"} | by_two(vote, reason="两次未过半数") | more
    )


@pytest.mark.parametrize("seats", ["stay_empty", "next_session"])
def test_f45_a_shortfall_without_end_is_ended_by_decision_and_the_year_goes_on_with_fewer(seats: str):
    vote = short_vote()
    assert "3 places are left, and 5 projects are not voted on again" in text_of(
        at_desk(vote.clerk).get(f"/en{FURTHER}")
    )
    assert end(vote, second_password="x").status_code == 422
    assert end(vote, decision="").status_code == 422
    assert end(vote, seats="further_round").status_code == 422
    assert end(vote, seats=seats).status_code == 302
    vote.cycle.refresh_from_db()
    assert vote.cycle.stage == Stage.PUBLICATION
    with pytest.raises(ConditionsUnmet):
        further_rounds.begin_round(cycle=vote.cycle, by=vote.clerk, at=vote.later())
    for page in ("/en/2018/result/", "/en/2018/notice/", "/en/2018/minutes/"):
        words = text_of(Client().get(page))
        assert "no further round is held" in words, page
        assert "A further round follows" not in words, page
        assert ("The places that are left stay empty." in words) is (seats == "stay_empty"), page
    made = begin_delivery(cycle=vote.cycle, by=vote.clerk, at=vote.later())
    kinds = [each.became for each in made]
    assert kinds.count(Became.CHOSEN) == 7
    assert kinds.count(Became.ANNUAL) == (5 if seats == "stay_empty" else 0)
    assert first_break(vote.cycle) is None


def test_no_rounds_are_ended_while_one_is_under_way_or_none_is_called_for():
    vote = tied_vote()
    vote.further()
    assert end(vote).status_code == 409
    with (
        pytest.raises(IntegrityError, match="only in the stage"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(END % (vote.cycle.pk, vote.clerk.pk, vote.chief.pk))
    vote.run("keyed", "ready", "open", "closed")
    with (
        pytest.raises(IntegrityError, match="a round is under way"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(END % (vote.cycle.pk, vote.clerk.pk, vote.chief.pk))


END = """INSERT INTO public.voting_endofrounds
(cycle_id, decision, seats, reason, recorded_by_id, second_id, recorded_at)
VALUES (%s, 'x', 'stay_empty', 'x', %s, %s, now())"""


def test_the_rules_may_say_after_how_many_rounds_the_places_stay_empty():
    ballots = [NINE[:7], NINE[:7], NINE[:7], (8, 9, 10, 11, 12), (8,)]
    vote = make_vote(until="published", delegates=5, ballots=ballots, most_rounds=2)
    assert notice_of(vote, 1)["final"] is False
    assert "At most 2 rounds are held" in text_of(Client().get("/en/2018/notice/"))
    vote.further()
    annul_in_between(vote)
    vote.finish(chosen=[[8], [8], [8], [10], []])
    last = notice_of(vote, 3)
    assert (last["final"], last["next"], last["chosen_in_all"]) == (True, None, [1, 2, 3, 4, 5, 6, 7, 8])
    assert last["annual_tasks"] == [9, 10, 11, 12]
    assert vote.cycle.stage == Stage.PUBLICATION


def annul_in_between(vote: Vote) -> None:
    """A round that was annulled counts for none."""
    vote.run("keyed", "ready", "open")
    annul(vote)
    vote.cycle.refresh_from_db()
    vote.further()
