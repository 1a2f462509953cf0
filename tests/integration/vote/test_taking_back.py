"""F45: a wrong slate, wrong rules, the wrong day: two people take back what was fixed, also after a round was annulled.

Guards ``voting.domain.vote.taking_back``, ``voting.domain.core.cycles``, ``voting.domain.vote.rolls`` and
``voting.admin.vote.preparing``.
"""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from tests.factories import PASSWORD, DelegateFactory, Vote, make_vote
from tests.integration.vote.test_annulments import annul, at_desk
from tests.integration.vote.test_further_rounds import notice_of
from tests.pages import text_of
from voting.domain.before.slates import drop_candidate
from voting.domain.core import cycles
from voting.domain.core.journal import first_break
from voting.domain.core.refusals import ConditionsUnmet, ReasonMissing
from voting.domain.vote import rolls, rules, taking_back, unfreezing, urn_files
from voting.management.verification.checks import Look
from voting.management.verification.votes import rules_and_definitions, urns
from voting.models import BallotItem, Candidate, Cycle, Round, VotingRules
from voting.recount.__main__ import recount_text
from voting.states import Act, RoundStatus, Stage

pytestmark = pytest.mark.django_db
SLATE, RULES, FURTHER = (f"/admin/vote/2018/{step}/" for step in ("slate", "rules", "further"))
TEN = tuple(range(1, 11))


def sent(vote: Vote, verb: str, **more: str) -> dict[str, str]:
    return {
        "do": verb, "reason": "误用上一稿", "confirm": "on",
        "second_name": vote.presiding.username, "second_password": PASSWORD,
    } | more  # fmt: skip


def by_two(vote: Vote, reason: str = "误用上一稿") -> dict:
    cycle = Cycle.objects.get(pk=vote.cycle.pk)
    return {"cycle": cycle, "reason": reason, "by": vote.clerk, "at": vote.later(), "second": vote.presiding}


def unfrozen(vote: Vote) -> None:
    unfreezing.unfreeze_roll(
        round_=vote.round, reason="名单有误", by=vote.clerk, at=vote.later(), second=vote.presiding
    )


@pytest.mark.parametrize(("page", "verb", "act"), [
    (SLATE, "back", Act.SLATE_UNFROZEN), (RULES, "back", Act.RULES_REOPENED),
])  # fmt: skip
def test_what_was_fixed_wrongly_is_taken_back_by_two_people_and_fixed_anew(page: str, verb: str, act: Act):
    vote = make_vote(until="adopted", delegates=3)
    client = at_desk(vote.clerk)
    assert f'value="{verb}"' in client.get(page).content.decode()
    for missing in ("confirm", "reason", "second_name"):
        less = {name: value for name, value in sent(vote, verb).items() if name != missing}
        refused = client.post(page, less)
        assert refused.status_code == 422, missing
        assert "。：" not in text_of(refused), "a sentence that names its tick goes on behind a colon"
    assert client.post(page, sent(vote, verb)).status_code == 302
    assert f'value="{verb}"' not in client.get(page).content.decode()
    entry = vote.cycle.journal.get(act=act)
    assert (entry.data["reason"], entry.data["second"]) == ("误用上一稿", vote.presiding.username)
    if page == SLATE:
        drop_candidate(
            candidate=Candidate.objects.get(number=12), reason="重复", by=vote.clerk, at=vote.later()
        )
        assert client.post(page, {"confirm": "on"}).status_code == 302
    else:
        again = rules.PRESETS["gongshu-2018"] | {"seats": 9}
        rules.draft_rules(cycle=vote.cycle, by=vote.clerk, at=vote.later(), **again)
        rules.adopt_rules(cycle=vote.cycle, by=vote.clerk, at=vote.later())
    vote.run("rolled")
    assert (vote.round.items.count(), vote.round.seats) == ((11, 10) if page == SLATE else (12, 9))
    assert first_break(vote.cycle) is None
    assert not list(rules_and_definitions(Look()))


def test_after_a_roll_was_unfrozen_a_project_is_dropped_and_its_ballot_lets_it_go():
    vote = make_vote(until="adopted", delegates=3)
    rolls.freeze_roll(cycle=vote.cycle, by=vote.clerk, at=vote.later())
    first = vote.round
    unfrozen(vote)
    taking_back.take_slate_back(**by_two(vote))
    drop_candidate(candidate=Candidate.objects.get(number=12), reason="重复", by=vote.clerk, at=vote.later())
    kept = Round.every.get(pk=first.pk)
    assert "第12项目" in kept.definition
    assert BallotItem.objects.filter(round=kept).count() == 11


@pytest.mark.parametrize("until", ["rolled", "ready", "open", "closed", "published"])
def test_while_a_round_stands_nothing_is_taken_back(until: str):
    vote = make_vote(until=until, delegates=3, ballots=[TEN] * 3)
    for verb in (taking_back.take_slate_back, taking_back.reopen_rules, taking_back.prepare_anew):
        with pytest.raises(ConditionsUnmet):
            verb(**by_two(vote))
    for statement in (
        "UPDATE public.voting_cycle SET slate_frozen_at = NULL, list_confirmed_at = NULL",
        "UPDATE public.voting_votingrules SET adopted_at = NULL, digest = ''",
        "DELETE FROM public.voting_ballotitem",
        "UPDATE public.voting_cycle SET stage = 'deliberation'",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_database_takes_nothing_back_that_stands_in_no_journal():
    make_vote(until="adopted", delegates=3)
    for statement in (
        "UPDATE public.voting_cycle SET slate_frozen_at = NULL, list_confirmed_at = NULL",
        "UPDATE public.voting_votingrules SET adopted_at = NULL, digest = ''",
    ):
        both = f"{statement}; SET CONSTRAINTS ALL IMMEDIATE"
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(both)
    for statement in (
        "UPDATE public.voting_cycle SET slate_frozen_at = now()",
        "UPDATE public.voting_votingrules SET seats = 3",
        "DELETE FROM public.voting_votingrules",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_reason_is_said_for_what_is_taken_back():
    vote = make_vote(until="adopted", delegates=3)
    for verb in (taking_back.take_slate_back, taking_back.reopen_rules):
        with pytest.raises(ReasonMissing):
            verb(**by_two(vote, reason=" "))


def test_the_wrong_slate_was_on_the_ballot_it_is_annulled_mended_and_voted_on_with_another_roll():
    vote = make_vote(until="open", delegates=3, ballots=[TEN] * 2)
    client, wrong = at_desk(vote.clerk), vote.round
    annul(vote)
    assert "The slate, the rules or the roll were wrong" in text_of(client.get(f"/en{FURTHER}"))
    assert "stays sealed and is never counted" in text_of(client.get(f"/en{FURTHER}"))
    assert client.post(FURTHER, sent(vote, "anew", confirm="")).status_code == 422
    assert client.post(FURTHER, sent(vote, "anew")).status_code == 302
    vote.cycle.refresh_from_db()
    assert vote.cycle.stage == Stage.DELIBERATION
    assert client.post(SLATE, sent(vote, "back")).status_code == 302
    assert client.post(RULES, sent(vote, "back")).status_code == 302
    drop_candidate(candidate=Candidate.objects.get(number=12), reason="误列", by=vote.clerk, at=vote.later())
    vote.cycle.refresh_from_db()
    cycles.freeze_slate(cycle=vote.cycle, by=vote.clerk, at=vote.later())
    vote.run("adopted")
    vote.delegates.append(DelegateFactory(congress=vote.cycle.congress))
    assert "2" in text_of(client.get("/en/admin/"))
    vote.run("rolled")
    assert (vote.round.number, vote.round.items.count(), vote.round.roll.count()) == (2, 11, 4)
    vote.run("keyed", "ready", "open", chosen=[TEN] * 4)
    vote.run("closed", "counted", "certified", "published")
    told(vote, wrong)


def told(vote: Vote, wrong: Round) -> None:
    """The notice, the minutes, the recount and the verification know both rounds."""
    body = notice_of(vote, 2)
    assert (len(body["items"]), body["chosen"], body["annual_tasks"]) == (11, list(TEN), [11])
    assert body["round"]["previous"] == {"round": 1, "because": "annulled", "notice": wrong.definition_digest}
    assert [part["number"] for part in body["annulled"]] == [1]
    words = text_of(Client().get("/en/2018/minutes/"))
    assert "Round 1 was annulled by decision of the presidium" in words
    assert words.index("Round 1, annulled") < words.index("Round 2: 10 of 11")
    assert "After the round was annulled the vote was prepared anew." in words
    assert "误用上一稿" not in words, "why is for the staff"
    assert "误用上一稿" in text_of(at_desk(vote.clerk).get("/en/admin/vote/2018/minutes/"))
    assert not recount_text(urn_files.public_file(vote.round)).to_dict()["disagreements"]
    assert not list(rules_and_definitions(Look()))
    assert not list(urns(Look()))
    assert first_break(vote.cycle) is None
    wrong.refresh_from_db()
    assert wrong.status == RoundStatus.ANNULLED
    assert "第12项目" in wrong.definition
    assert VotingRules.objects.get(cycle=vote.cycle).is_adopted


def test_a_roll_that_is_frozen_anew_after_an_annulment_can_be_unfrozen_too():
    vote = make_vote(until="open", delegates=3, ballots=[TEN])
    annul(vote)
    taking_back.prepare_anew(**by_two(vote))
    vote.cycle.refresh_from_db()
    rolls.freeze_roll(cycle=vote.cycle, by=vote.clerk, at=vote.later())
    unfrozen(vote)
    vote.cycle.refresh_from_db()
    vote.run("rolled")
    assert vote.round.number == 2


def test_the_roll_of_a_further_round_is_not_unfrozen():
    vote = make_vote(until="published", delegates=3, ballots=[(1,)] * 3)
    vote.further()
    with pytest.raises(ConditionsUnmet):
        unfrozen(vote)


def test_a_vote_with_a_published_result_is_not_prepared_anew():
    vote = make_vote(until="published", delegates=3, ballots=[(1,)] * 3)
    vote.further()
    vote.run("keyed", "ready", "open")
    annul(vote)
    assert "The slate, the rules or the roll were wrong" not in text_of(
        at_desk(vote.clerk).get(f"/en{FURTHER}")
    )
    with pytest.raises(ConditionsUnmet):
        taking_back.prepare_anew(**by_two(vote))
    with pytest.raises(IntegrityError), transaction.atomic():
        Cycle.objects.filter(pk=vote.cycle.pk).update(stage=Stage.DELIBERATION)


def test_the_wrong_day_is_corrected_until_a_result_names_it():
    vote = make_vote(until="closed", delegates=3, ballots=[TEN] * 3)
    page, client = "/admin/vote/2018/year/", at_desk(vote.clerk)
    day = {"vote_at": "第四次全体会议", "session": "第二次会议", "session_en": ""}
    assert client.post(page, {"do": "correct"} | day).status_code == 409, "a reason is said"
    assert client.post(page, {"do": "correct", "reason": "大雪延期"} | day).status_code == 302
    vote.cycle.refresh_from_db()
    assert vote.cycle.vote_at == "第四次全体会议"
    with pytest.raises(cycles.SlateFrozen):
        cycles.correct_year(cycle=vote.cycle, by=vote.clerk, at=vote.later(), reason="x", seats=3)
    vote.run("counted", "certified", "published")
    with pytest.raises(cycles.ResultPublished):
        cycles.correct_year(cycle=vote.cycle, by=vote.clerk, at=vote.later(), reason="x", vote_at="x")
    assert client.post(page, {"do": "correct", "reason": "x"} | day | {"vote_at": "x"}).status_code in {
        403,
        409,
    }
    assert 'value="correct"' not in client.get(page).content.decode()
