"""F45: before its call a year can be corrected or given up; what is given up is out of the way and stays on record.

Guards ``voting.domain.core.cycles``, ``voting.admin.core.years`` and ``voting.models.core.cycle``.
"""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils.translation import override

from accounts.models import User
from tests.autumn import Autumn, make_autumn
from tests.factories import CongressFactory
from voting.domain.before import calls
from voting.domain.core.cycles import SlateFrozen, YearBegun, correct_year, give_up_year
from voting.domain.core.journal import first_break
from voting.domain.core.refusals import ReasonMissing, StepNotAllowed
from voting.models import Cycle
from voting.states import Act, Stage

pytestmark = pytest.mark.django_db


def at_desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(autumn: Autumn) -> str:
    return f"/admin/vote/{autumn.cycle.slug}/year/"


def entered(autumn: Autumn, **changed: object) -> dict[str, object]:
    cycle = Cycle.objects.get(pk=autumn.cycle.pk)
    names = ("year", "slug", "seats", "session", "session_en", "vote_at")
    return {name: getattr(cycle, name) for name in names} | {"asked": "", "do": "correct"} | changed


def drafted() -> Autumn:
    """Return a year whose call is a draft."""
    return make_autumn(until="", slug="2109")


def test_a_year_given_up_is_out_of_the_way_and_its_address_is_free():
    autumn = drafted()
    clerk = at_desk(autumn.clerk)
    bare = clerk.post(page(autumn), {"do": "give_up", "reason": "年度录错"})
    assert bare.status_code == 422, "it is ticked first"
    done = clerk.post(page(autumn), {"do": "give_up", "reason": "年度录错", "confirm": "on"}, follow=True)
    assert "年度录错" in done.content.decode(), "the page of new years names those given up, with the reason"
    assert not Cycle.objects.filter(pk=autumn.cycle.pk).exists()
    for address in ("/2109/", "/admin/vote/2109/call/"):
        assert clerk.get(address).status_code == 404
    assert "2109" not in clerk.get("/").content.decode()
    form = {"year": "2019", "seats": "10", "slug": "2109", "asked": ""}
    assert clerk.post("/admin/new-year/", form)["Location"] == "/admin/vote/2109/call/"


def test_a_year_given_up_keeps_its_journal_and_the_chain_holds():
    autumn = drafted()
    give_up_year(cycle=autumn.cycle, reason="届次录错", **autumn.acting)
    kept = Cycle.every.get(pk=autumn.cycle.pk)
    assert (kept.stage, first_break(kept)) == (Stage.GIVEN_UP, None)
    assert [entry.act for entry in kept.journal.order_by("-sequence")[:2]] == [
        Act.STAGE_CHANGED,
        Act.YEAR_GIVEN_UP,
    ]
    assert "届次录错" in at_desk(autumn.clerk).get(f"/admin/vote/{kept.slug}/journal/").content.decode()


def test_a_published_call_is_not_given_up_nor_its_address_changed():
    autumn = make_autumn(until="call", slug="2109")
    with pytest.raises(YearBegun):
        give_up_year(cycle=autumn.cycle, reason="不想办了", **autumn.acting)
    with pytest.raises(YearBegun):
        correct_year(cycle=autumn.cycle, slug="2110", reason="录错", **autumn.acting)
    shown = at_desk(autumn.clerk).get(page(autumn))
    assert 'value="give_up"' not in shown.content.decode()
    for change in ({"stage": Stage.GIVEN_UP}, {"slug": "2110", "first_slug": "2109"}):
        with pytest.raises(IntegrityError, match="the year has begun"), transaction.atomic():
            Cycle.every.filter(pk=autumn.cycle.pk).update(**change)


def test_a_call_is_not_published_of_a_year_that_was_given_up_meanwhile():
    autumn = drafted()
    give_up_year(cycle=Cycle.objects.get(pk=autumn.cycle.pk), reason="录错", **autumn.acting)
    with pytest.raises(StepNotAllowed):
        calls.publish_call(cycle=autumn.cycle, **autumn.acting)


def test_everything_that_was_entered_wrongly_is_corrected_before_the_call_and_the_chain_holds():
    autumn = drafted()
    sent = entered(autumn, slug="2110", year="2110", seats="3", session="第十六届第五次会议", asked="群众")
    answer = at_desk(autumn.clerk).post(page(autumn), sent)
    assert answer["Location"] == "/admin/vote/2110/year/"
    cycle = Cycle.objects.get(pk=autumn.cycle.pk)
    assert (cycle.slug, cycle.year, cycle.seats, cycle.solicited_from) == ("2110", 2110, 3, ["群众"])
    entry = cycle.journal.get(act=Act.YEAR_CORRECTED)
    assert (entry.data["before"]["slug"], entry.data["after"]["slug"]) == ("2109", "2110")
    assert first_break(cycle) is None
    correct_year(cycle=cycle, slug="2111", **autumn.acting)
    assert first_break(Cycle.objects.get(pk=cycle.pk)) is None


def test_the_address_of_the_journal_is_not_made_up():
    """A first address that was never the year's own would break the chain of everything before."""
    autumn = drafted()
    for change in ({"first_slug": "2000"}, {"slug": "2110"}, {"slug": "2110", "first_slug": "2000"}):
        with pytest.raises(IntegrityError, match="the year has begun"), transaction.atomic():
            Cycle.objects.filter(pk=autumn.cycle.pk).update(**change)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"slug": "admin"}, "slug"),
        ({"slug": "Zwei"}, "slug"),
        ({"seats": "0"}, "seats"),
        ({"slug": "place"}, "slug"),
    ],
)
def test_a_correction_that_cannot_be_is_said_at_its_field(changed: dict[str, str], field: str):
    autumn = drafted()
    CongressFactory(slug="place")
    answer = at_desk(autumn.clerk).post(page(autumn), entered(autumn, **changed))
    assert answer.status_code in {403, 409, 422}
    assert set(answer.context["forms"]["correct"].errors) == {field}
    assert Cycle.objects.get(pk=autumn.cycle.pk).slug == "2109"


def test_more_seats_than_candidates_is_said_before_it_blocks_and_corrected_with_a_reason():
    autumn = make_autumn(until="screening", seats=9)
    autumn.draft("河边公厕")
    clerk = at_desk(autumn.clerk)
    with override("en"):
        told = clerk.get("/en" + page(autumn)).content.decode()
        step = clerk.get("/en/admin/vote/2019/slate/").content.decode()
    assert "1 drafts of candidate projects and 9 projects to choose" in " ".join(told.split())
    assert "(1) than projects to choose (9)" in step
    bare = clerk.post(page(autumn), entered(autumn, seats="1"))
    assert "reason" in bare.context["forms"]["correct"].errors
    assert clerk.post(page(autumn), entered(autumn, seats="1", reason="候选项目减少")).status_code == 302
    assert Cycle.objects.get(pk=autumn.cycle.pk).seats == 1
    with pytest.raises(ReasonMissing):
        correct_year(cycle=autumn.cycle, seats=2, **autumn.acting)


def test_a_frozen_slate_fixes_the_rest():
    autumn = make_autumn(until="slate")
    with pytest.raises(SlateFrozen):
        correct_year(cycle=autumn.cycle, seats=1, reason="录错", **autumn.acting)


def test_a_correction_that_changes_nothing_leaves_no_entry():
    autumn = drafted()
    assert at_desk(autumn.clerk).post(page(autumn), entered(autumn)).status_code == 302
    assert not autumn.cycle.journal.filter(act=Act.YEAR_CORRECTED).exists()
