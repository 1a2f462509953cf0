"""The clerk's and the scrutineers' desk: the running order and every step's page, over the test client.

Guards ``voting.admin.step_pages``, ``voting.domain.vote.running_order``,
``voting.domain.vote.step_conditions`` and ``voting.domain.vote.steps``.
"""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.kept_sessions import KeptSession
from accounts.models import AccessCode, Delegate
from accounts.roles import Kind, Role
from tests.factories import PASSWORD, UserFactory, Vote, make_vote
from tests.pages import text_of
from voting.admin.step_pages import PAGES
from voting.domain.core.refusals import StepNotAllowed
from voting.domain.vote import rules
from voting.domain.vote.running_order import STEPS, RunningOrder, StepKey
from voting.forms.core.steps import StepForm
from voting.models import JournalEntry, Notice, RollEntry, Round, Verification, VotingRules
from voting.states import Presence, RoundStatus

pytestmark = pytest.mark.django_db

CHOICES = [range(1, 11)] * 3 + [range(3, 13)]


def desk(user) -> Client:
    """Return a browser in which this person is signed in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(key: str, slug: str = "2018") -> str:
    return reverse(f"admin:step_{key.replace('-', '_')}", args=[slug])


def take(client: Client, key: str, **data: object):
    """Send the form of a step and require that it was taken."""
    answer = client.post(address(key), {"confirm": "on", "do": PAGES[StepKey(key)].main} | data)
    assert answer.status_code == 302, unescape(answer.content.decode())
    return answer


def words(slips: list[str]) -> dict[str, str]:
    return {f"slip_{place}": slip for place, slip in enumerate(slips, start=1)}


OWN_SLIP = "/admin/vote/2018/key/mine/"


def ceremony(vote: Vote, *, needed: int = 3) -> dict[str, object]:
    """The form of the ceremony as it stands on the page: every scrutineer takes a slip."""
    holders = [holder.pk for holder in vote.holders]
    return {"do": "hold", "holders": holders, "needed": needed, "confirm": "on", "fingerprint": ""}


def test_the_whole_round_through_the_pages():
    vote = make_vote(until="drafted", delegates=4)
    clerk, scrutineer = desk(vote.clerk), desk(vote.scrutineer)
    take(clerk, "rules")
    take(clerk, "roll")
    sheet = clerk.post(address("slips"), {"do": "all", "printed": "", "confirm": "on"})
    assert sheet.status_code == 200
    assert len(re.findall(r'class="secret"', sheet.content.decode())) == 4
    assert "no-store" in sheet["Cache-Control"]
    clerk.post(
        address("check-in"), {"do": "record", "numbers": vote.delegates[3].number, "presence": "on_leave"}
    )
    clerk.post(address("check-in"), {"do": "rest", "confirm": "on"})
    assert vote.round.roll.filter(presence=Presence.PRESENT).count() == 3
    page = clerk.post(address("key"), ceremony(vote))
    assert "no-store" in page["Cache-Control"]
    [code] = re.findall(r'class="ceremony-code"[^>]*>([\d ]{24})<', page.content.decode())
    slips = []
    for holder in vote.holders:
        client = desk(holder)
        shown = client.post(OWN_SLIP, {"do": "take", "code": code, "confirm": "on"})
        assert "no-store" in shown["Cache-Control"]
        slips.append("".join(re.findall(r"<li><b>(\d{4})</b>", shown.content.decode())))
        proven = client.post(OWN_SLIP, {"do": "prove", "slip_1": slips[-1]})
        assert proven.status_code == 302
    assert [len(slip) for slip in slips] == [80] * 5
    take(clerk, "trial", **words(slips[:3]))
    beside = {"second_name": vote.scrutineer.username, "second_password": PASSWORD}
    take(clerk, "open", mark=vote.mark, **beside)
    for place in range(3):
        vote.cast(place, CHOICES[place])
    take(clerk, "close")
    take(scrutineer, "count", **words(slips[2:]))
    refused = scrutineer.post(address("certify"), {"confirm": "on"})
    assert refused.status_code == 403
    take(desk(vote.other_scrutineer), "certify")
    take(clerk, "publish")
    assert vote.round.status == RoundStatus.PUBLISHED
    assert Notice.objects.count() == 1
    vote.cycle.refresh_from_db()
    assert RunningOrder(vote.cycle, user=vote.clerk).current is None


MOMENTS = ("drafted", "rolled", "keyed", "ready", "open", "closed", "counted", "published")


@pytest.mark.parametrize(
    ("until", "language", "residents"),
    [
        *zip(MOMENTS, ("zh-hans", "en") * 4, [0] * 8, strict=True),
        *[("open", "zh-hans", 0), ("published", "zh-hans", 0)],
        *[("rolled", "zh-hans", 4), ("closed", "en", 4), ("published", "zh-hans", 4)],
    ],
)
def test_every_step_has_a_page_at_every_moment_and_no_other_voters_step_has_one(until, language, residents):
    hall = {"delegates": 4, "present": 3, "ballots": CHOICES[:3]}
    vote = make_vote(until=until, **({"delegates": 1, "residents": residents} if residents else hall))
    prefix = "/en" if language == "en" else ""
    for user in (vote.clerk, vote.scrutineer, vote.presiding):
        client = desk(user)
        assert client.get(f"{prefix}/admin/").status_code == 200
        for key, page in PAGES.items():
            has = page.by_letter in {None, vote.cycle.by_letter}
            answer = client.get(f"{prefix}/admin/vote/2018/{key}/")
            assert answer.status_code == (200 if has else 404), key
        assert client.get(f"{prefix}/admin/vote/2018/journal/").status_code == 200


def test_the_first_page_shows_one_next_step_and_what_is_missing():
    vote = make_vote(until="keyed", delegates=4, present=2)
    page = desk(vote.clerk).get(reverse("admin:index"), headers={"accept-language": "zh-hans"})
    assert page.content.decode().count('aria-current="step"') == 1
    assert "代表签到" in text_of(page)
    opening = text_of(desk(vote.clerk).get(address("open")))
    assert "到会代表未达到法定人数" in opening
    assert "请先制作密钥并试启封" in opening


def test_an_irreversible_step_asks_first():
    vote = make_vote(until="ready", delegates=3)
    answer = desk(vote.clerk).post(address("open"), {})
    assert answer.status_code == 422
    assert "目前未作任何处理" in text_of(answer)
    assert vote.round.status == RoundStatus.READY


def test_a_step_out_of_order_changes_nothing_and_says_so():
    vote = make_vote(until="open", delegates=3, ballots=CHOICES[:1])
    entries = JournalEntry.objects.count()
    answer = desk(vote.clerk).post(address("publish"), {"confirm": "on"})
    assert answer.status_code == 409
    assert "现在不能进行这一步" in text_of(answer)
    assert vote.round.status == RoundStatus.OPEN
    assert JournalEntry.objects.count() == entries


def test_a_step_of_another_person_is_refused():
    vote = make_vote(until="ready", delegates=3)
    answer = desk(vote.scrutineer).post(address("slips"), {"do": "all", "confirm": "on", "printed": ""})
    assert answer.status_code == 403
    assert "这一步不由您办理" in text_of(answer)


def test_staff_of_the_demo_cannot_see_an_official_vote():
    make_vote(until="open", delegates=3)
    stranger = UserFactory(role=Role.CLERK, kind=Kind.DEMO)
    client = desk(stranger)
    assert "2018" not in text_of(client.get(reverse("admin:index")))
    assert client.get(address("close")).status_code == 404
    assert client.post(address("close"), {"confirm": "on"}).status_code == 404


def test_a_keeper_takes_no_step():
    vote = make_vote(until="open", delegates=3)
    for congress, status in ((vote.cycle.congress, 403), (None, 404)):
        keeper = UserFactory(role=Role.KEEPER, congress=congress)
        assert desk(keeper).post(address("close"), {"confirm": "on"}).status_code == status
    assert vote.round.status == RoundStatus.OPEN


def test_too_few_slips_a_wrong_word_and_a_strange_slip_are_named_on_their_field():
    vote = make_vote(until="closed", delegates=3, ballots=CHOICES[:3])
    client = desk(vote.scrutineer)
    few = client.post(address("count"), {"do": "count", "confirm": "on", **words(vote.slips[:2])})
    assert few.status_code == 409
    assert "需要同时录入 3 份不同的密钥条" in text_of(few)
    broken = vote.slips[1].split()
    broken[4] = "xylophone"
    wrong = client.post(
        address("count"),
        {"do": "count", "confirm": "on", **words([vote.slips[0], " ".join(broken), vote.slips[2]])},
    )
    assert wrong.status_code == 409
    assert "第 2 栏：第 5 个词“xylophone”不在词表中" in text_of(wrong)
    assert wrong.context["form"].errors.keys() == {"slip_2"}
    kept = re.findall(r'<input type="password" name="slip_\d" value="([^"]*)"', wrong.content.decode())
    assert kept == [vote.slips[0], " ".join(broken), vote.slips[2]], "what was typed stays, masked"
    assert wrong.content.decode().count(vote.slips[0]) == 1
    assert vote.round.status == RoundStatus.CLOSED


def test_the_ceremony_and_the_slips_are_given_once_per_opened_form():
    vote = make_vote(until="rolled", delegates=3)
    clerk = desk(vote.clerk)
    form = ceremony(vote)
    assert clerk.post(address("key"), form).status_code == 200
    fingerprint = vote.round.key_fingerprint
    again = clerk.post(address("key"), form)
    assert again.status_code == 409
    assert "没有再制" in text_of(again)
    assert vote.round.key_fingerprint == fingerprint
    codes = set(AccessCode.objects.values_list("digest", flat=True))
    twice = clerk.post(address("slips"), {"do": "all", "printed": "", "confirm": "on"})
    assert twice.status_code == 409
    assert set(AccessCode.objects.values_list("digest", flat=True)) == codes


def test_one_slip_is_reissued_and_voided():
    vote = make_vote(until="rolled", delegates=3)
    clerk, number = desk(vote.clerk), vote.delegates[0].number
    printed = re.search(r'name="printed" value="(\d+)"', clerk.get(address("slips")).content.decode())[1]
    sheet = clerk.post(address("slips"), {"do": "one", "number": number, "printed": printed, "confirm": "on"})
    assert sheet.content.decode().count('class="secret"') == 1
    assert vote.codes[number] not in sheet.content.decode()
    assert clerk.post(address("slips"), {"do": "void", "number": number}).status_code == 302
    unknown = clerk.post(address("slips"), {"do": "void", "number": "999999"})
    assert unknown.status_code == 409
    assert "名册中没有编号 999999" in text_of(unknown)


def test_check_in_names_an_unknown_number_and_keeps_what_was_typed():
    vote = make_vote(until="rolled", delegates=3, present=0)
    here = vote.delegates[0].number
    answer = desk(vote.clerk).post(
        address("check-in"), {"do": "record", "numbers": f"{here}, 88888", "presence": "present"}
    )
    assert answer.status_code == 409
    assert "名册中没有编号 88888" in text_of(answer)
    assert f'value="{here}, 88888"' in answer.content.decode()
    assert not vote.round.roll.filter(presence=Presence.PRESENT).exists()


def test_an_impossible_fraction_is_refused_on_its_field():
    vote = make_vote(until="drafted", delegates=3)
    client = desk(vote.clerk)
    page = client.get(address("rules"))
    values = {
        field: page.context["forms"]["draft"][field].value()
        for field in page.context["forms"]["draft"].fields
    }
    answer = client.post(address("rules"), values | {"do": "draft", "floor_numerator": 2})
    assert answer.status_code == 409
    assert "floor_numerator" in answer.context["forms"]["draft"].errors
    assert VotingRules.objects.get().floor_numerator == 1


def test_nobody_reads_the_count_per_project_before_it_is_made():
    vote = make_vote(until="closed", delegates=4, ballots=CHOICES[:4])
    page = desk(vote.scrutineer).get(address("count"))
    assert "report" not in page.context or not page.context["report"]


def test_the_journal_shows_a_broken_chain(monkeypatch):
    vote = make_vote(until="adopted", delegates=2)
    page = reverse("admin:journal", args=["2018"])
    assert "日志链完整" in text_of(desk(vote.clerk).get(page))
    monkeypatch.setattr("voting.admin.core.journal.first_break", lambda _cycle: 3)
    assert "第 3 条断开" in text_of(desk(vote.clerk).get(page))


@pytest.mark.parametrize("delegates", [1, 3])
def test_the_desk_costs_the_same_queries_for_one_delegate_and_for_three(delegates, django_assert_num_queries):
    vote = make_vote(until="rolled", delegates=delegates)
    client = desk(vote.clerk)
    client.get(reverse("admin:index"))
    with django_assert_num_queries(QUERIES["index"]):
        client.get(reverse("admin:index"))
    with django_assert_num_queries(QUERIES["check-in"]):
        client.get(address("check-in"))


QUERIES = {"index": 20, "check-in": 10}


def test_evidence_is_only_read():
    vote = make_vote(until="published", delegates=3, ballots=CHOICES[:3])
    client = desk(vote.clerk)
    for name in (
        "cycle",
        "candidate",
        "votingrules",
        "round",
        "rollentry",
        "urnseal",
        "notice",
        "journalentry",
    ):
        page = client.get(reverse(f"admin:voting_{name}_changelist"))
        assert page.status_code == 200, name
        for way in ("add/", "1/delete/", "1/history/", "1/"):
            assert client.get(f"{reverse(f'admin:voting_{name}_changelist')}{way}").status_code == 404, (
                name,
                way,
            )
    entry = RollEntry.objects.first()
    page = reverse("admin:voting_rollentry_change", args=[entry.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"name": "x"}).status_code == 403
    assert RollEntry.objects.get(pk=entry.pk).name == entry.name
    assert Round.objects.get().status == RoundStatus.PUBLISHED
    assert vote.tally.digest


def test_f17_a_delegate_is_renamed_or_leaves_but_is_never_deleted():
    vote = make_vote(until="open", delegates=3)
    client, delegate = desk(vote.clerk), vote.delegates[0]
    change = reverse("admin:accounts_delegate_change", args=[delegate.pk])
    assert client.get(change).status_code == 200
    assert client.post(change.replace("/change/", "/delete/"), {"post": "yes"}).status_code == 404
    client.post(change, {"name": "改名", "delegation": delegate.delegation_id, "is_active": ""})
    assert Delegate.objects.get(pk=delegate.pk).name == "改名"
    assert vote.round.roll.get(delegate=delegate).name != "改名", "the roll is a copy"


def test_every_step_has_one_page_and_one_template_and_there_are_no_others():
    assert list(STEPS) == list(StepKey)
    assert set(PAGES) == set(STEPS)
    assert len(set(PAGES.values())) == len(PAGES)
    for key, page in PAGES.items():
        assert page.key == key
        assert "template" not in vars(page), "its template follows from the step"
    folder = Path(settings.BASE_DIR, "templates")
    drawn = {str(file.relative_to(folder)) for file in folder.rglob("step_*.html")}
    assert drawn == {f"admin/{spec.room}/step_{key.replace('-', '_')}.html" for key, spec in STEPS.items()}


def test_the_order_names_who_takes_each_step():
    vote = make_vote(until="counted", delegates=3, ballots=CHOICES[:3])
    order = RunningOrder(vote.cycle, user=vote.scrutineer)
    assert vote.scrutineer in order.people(StepKey.CERTIFY)
    assert vote.tally.counted_by not in order.people(StepKey.CERTIFY)


def test_only_the_draft_that_was_shown_is_adopted():
    vote = make_vote(until="drafted", delegates=3)
    client = desk(vote.clerk)
    page = client.get(address("rules"))
    shown = re.search(r'name="shown" value="([0-9a-f]{64})"', page.content.decode())[1]
    rules.draft_rules(cycle=vote.cycle, by=vote.clerk, at=vote.later(), seats=9)
    answer = client.post(address("rules"), {"do": "adopt", "confirm": "on", "shown": shown})
    assert answer.status_code == 409
    assert "没有通过任何办法" in text_of(answer)
    assert not VotingRules.objects.get().is_adopted


def test_a_delegate_who_leaves_office_in_mid_vote_votes_on(client: Client):
    vote = make_vote(until="open", delegates=2)
    delegate = vote.delegates[0]
    Delegate.objects.filter(pk=delegate.pk).update(is_active=False)
    answer = client.post("/enter/", {"number": delegate.number, "code": vote.codes[delegate.number]})
    assert answer.status_code == 302


def test_f29_the_end_of_a_delegates_session_is_a_full_hour(client: Client):
    vote = make_vote(until="open", delegates=1)
    delegate = vote.delegates[0]
    client.post("/enter/", {"number": delegate.number, "code": vote.codes[delegate.number]})
    ends = KeptSession.objects.get().expire_date
    assert (ends.minute, ends.second, ends.microsecond) == (0, 0, 0)
    assert ends >= timezone.now() + timedelta(minutes=59)


def test_an_address_that_the_site_uses_is_refused():
    with pytest.raises(ValidationError) as refused:
        make_vote(until="drafted", slug="receipt")
    assert refused.value.message_dict.keys() == {"slug"}


def test_a_refusal_takes_the_tick_back():
    """What was ticked is what the page said before it was refused."""
    form = StepForm(QueryDict("confirm=on&other=1"))
    form.tick("It cannot be undone.")
    assert form.is_valid()
    form.refuse(StepNotAllowed())
    assert not form["confirm"].value()
    assert form.data["other"] == "1"


def test_the_first_page_says_what_has_been_done_since_the_last_run(client):
    vote = make_vote(until="ready", delegates=3)
    client.force_login(vote.clerk)
    assert "before the vote is opened" in text_of(client.get("/en/admin/"))
    for until, words in (("open", "before the vote was opened"), ("closed", "before the vote was closed")):
        run = Verification(at=vote.later(), checks=1, damages=0)
        run.mac = run.vouched()
        run.save()
        vote.run(until)
        assert f"That was {words}." in text_of(client.get("/en/admin/"))
    Verification.objects.all().delete()
    assert "before the vote" not in text_of(client.get("/en/admin/"))
