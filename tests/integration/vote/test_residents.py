"""Residents vote by letter, from the rules to the notice; and a letter opens its ballot and nothing else.

Guards ``voting.domain.vote.letters``, ``voting.domain.vote.letter_rolls``, ``accounts.letters``,
``accounts.managers``, ``voting.admin.vote.letters``, ``voting.domain.vote.step_keys``,
``voting.forms.vote.letters`` and ``voting.read_models.vote.rule_words.residents``.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.letters import delegation_of_letters, enrol_letters, series_name
from accounts.models import Delegate, User
from accounts.roles import Role
from tests.factories import NOW, PASSWORD, CongressFactory, DelegateFactory, Vote, make_vote
from tests.integration.vote.test_ballot_pages import BALLOT, cast, in_urn
from tests.pages import text_of
from voting.admin.vote import preparing
from voting.domain.before import deliberation
from voting.domain.core.refusals import StepNotAllowed
from voting.domain.core.second_person import SecondPersonNeeded
from voting.domain.vote import (
    further_rounds,
    letter_rolls,
    notices,
    paper_ballots,
    roll_changes,
    rolls,
    rules,
    unfreezing,
)
from voting.domain.vote.attendance import attendance
from voting.domain.vote.delegate_slips import issue_slips, void_slip
from voting.domain.vote.letters import issue_letters, letters_to_print
from voting.forms.vote.desk import LastDayField
from voting.management.commands.seed import RESIDENTS_TOWN
from voting.management.seeds.towns import load_towns
from voting.models import Cycle, JournalEntry, Notice, Round, VotingRules
from voting.read_models.vote.rule_words import articles
from voting.states import Act, Body, Presence, RoundStatus

pytestmark = pytest.mark.django_db
ENTER = "/enter/letter/"
PAGE = "/en/admin/vote/2018/letters/"
TEN = list(range(1, 11))


def residents(until: str = "open", count: int = 5, **more) -> Vote:
    return make_vote(until=until, delegates=1, residents=count, **more)


def letter(vote: Vote, place: int = 0) -> dict[str, str]:
    number = sorted(vote.codes)[place]
    return {"number": number, "code": vote.codes[number]}


def entered(vote: Vote, place: int = 0) -> Client:
    client = Client()
    assert client.post(ENTER, letter(vote, place))["Location"] == BALLOT
    return client


# ----------------------------------------------------------------------------------------------- the whole way


def test_residents_vote_from_the_letter_to_the_notice():
    vote = residents()
    assert vote.cycle.body == Body.RESIDENTS
    assert sorted(vote.codes) == [f"A00000{place}" for place in range(1, 6)]
    assert set(vote.round.roll.values_list("presence", "name", "delegation")) == {
        (Presence.PRESENT, "", "居民")
    }
    for place in range(4):
        client = entered(vote, place)
        page = text_of(client.get(BALLOT))
        assert sorted(vote.codes)[place] in page
        assert cast(client, TEN).status_code == 200
    assert len(in_urn(vote)) == 4
    again = Client().post(ENTER, letter(vote, 0), follow=True)
    assert "已在票箱" in text_of(again) or "票箱" in text_of(again)
    vote.run("closed", "counted", "certified", "published")
    assert len(Notice.objects.get().round.cycle.congress.delegates.all()) == 1
    shown = notices.read_notice(Notice.objects.get().body)
    assert shown["rules"]["residents"] == 5
    assert (shown["attendance"]["roll"], shown["ballots"]["returned"]) == (5, 4)
    for address in (
        "/en/vote/2018/notice/",
        "/en/vote/2018/",
        "/en/vote/2018/rules/",
        "/en/vote/2018/result/",
    ):
        page = Client().get(address, follow=True)
        if page.status_code == 200:
            words = re.sub(r"(?s)^.*?<main", "", page.content.decode())
            assert "delegates present" not in words
            assert "quorum" not in words, address
    notice = text_of(Client().get(reverse("voting:notice", args=["2018"])))
    assert "5" in notice


def test_the_articles_say_who_votes_and_speak_of_no_delegates():
    vote = residents("adopted", count=300_000)
    settings = rules.settings_of(VotingRules.objects.get(cycle=vote.cycle))
    with override("en"):
        said_lines = [
            line for each in articles(settings, candidates=12, roll=300_000) for line in each.sentences
        ]
    text = " ".join(said_lines)
    assert "300000 residents vote" in text
    assert "150001" in text
    assert not re.search(r"\bdelegates?\b|\bquorum of\b|\bpresent\b", text)
    with override("zh-hans"):
        text = "".join(
            line for each in articles(settings, candidates=12, roll=300_000) for line in each.sentences
        )
    assert "居民" in text
    assert "全体代表" not in text


def test_rules_that_need_a_hall_are_refused_on_their_fields():
    vote = residents("drafted")
    acting = {"cycle": vote.cycle, "by": vote.clerk, "at": NOW}
    for field, values in {
        "floor_base": {"floor_base": "present"},
        "group_base": {"group_name": "代表", "group_base": "all"},
    }.items():
        with pytest.raises(ValidationError) as refused:
            rules.draft_rules(**acting, **values)
        assert field in refused.value.error_dict
    rules.draft_rules(**acting, residents=0)
    assert Cycle.objects.get(pk=vote.cycle.pk).body == Body.DELEGATES


# ------------------------------------------------------------------------------------------------ one letter


def test_a_lost_letter_is_void_and_of_one_number_there_is_one_ballot():
    vote = residents()
    old, held = letter(vote, 1), entered(vote, 1)
    number = old["number"]
    acting = {"round_": vote.round, "by": vote.clerk, "at": vote.later()}
    with pytest.raises(SecondPersonNeeded):
        issue_slips(numbers=[number], **acting)
    [(_entry, code)] = issue_slips(numbers=[number], second=vote.presiding, **acting)
    assert Client().post(ENTER, old).status_code == 403
    assert held.get(BALLOT, follow=True).redirect_chain  # its session is over
    client = Client()
    client.post(ENTER, {"number": number, "code": code})
    assert cast(client, TEN).status_code == 200
    [(_entry, third)] = issue_slips(numbers=[number], second=vote.presiding, **acting)
    once_more = Client()
    once_more.post(ENTER, {"number": number, "code": third})
    assert once_more.get(BALLOT).status_code == 200
    assert len(in_urn(vote)) == 1
    void_slip(number=letter(vote, 2)["number"], **acting)
    assert Client().post(ENTER, letter(vote, 2)).status_code == 403
    acts = JournalEntry.objects.filter(cycle=vote.cycle, act__in=[Act.CODES_ISSUED, Act.CODE_VOIDED])
    assert acts.filter(data__second=vote.presiding.username).count() == 2


def test_a_letter_may_be_handed_in_for_a_paper_ballot():
    vote = residents()
    number = letter(vote, 3)["number"]
    paper_ballots.hand_out(round_=vote.round, numbers=[number], by=vote.clerk, at=vote.later())
    assert "纸质" in text_of(entered(vote, 3).get(BALLOT))
    assert not in_urn(vote)


def test_a_delegate_with_the_number_of_a_letter_is_somebody_else():
    vote = residents("rolled")
    twin = DelegateFactory(
        congress=vote.cycle.congress, number="A000001", delegation=vote.cycle.congress.delegations.first()
    )
    from accounts.codes import check_code, issue_codes  # noqa: PLC0415

    code = issue_codes([twin])[twin.pk]
    known = {"congress": vote.cycle.congress, "number": "A000001", "network": "n", "at": NOW}
    assert check_code(code=code, **known).role == Role.DELEGATE
    assert check_code(code=vote.codes["A000001"], **known).role == Role.RESIDENT


# --------------------------------------------------------------------------------------- nothing but the ballot


def test_a_resident_can_do_nothing_that_a_delegate_can():
    vote = residents()
    client = entered(vote)
    user = User.objects.get(delegate__number="A000001")
    assert user.as_delegate is None
    assert not user.is_staff
    assert client.get("/delegate/")["Location"].endswith(BALLOT)
    with pytest.raises(StepNotAllowed):
        deliberation.ask(
            cycle=vote.cycle, candidate=None, text="问", wants_answer=True, unit=None, by=user, at=NOW
        )
    stranger = Client()
    for address in ("/admin/", PAGE, "/vote/2018/deliberation/", "/vote/2018/propose/"):
        mine, theirs = client.get(address), stranger.get(address)
        assert (mine.status_code, mine.get("Location")) == (theirs.status_code, theirs.get("Location")), (
            address
        )
    assert not User.objects.filter(role=Role.RESIDENT).exclude(congress=vote.cycle.congress).exists()
    assert not Delegate.objects.filter(user=user).exists()
    assert not rolls.eligible(vote.cycle).exists()


def test_a_letter_opens_nothing_in_another_congress_nor_in_another_year():
    vote = residents()
    other = CongressFactory(slug="binjiang", place="杭州市滨江区")
    here, there = Client(), Client()
    there.post(f"/{other.slug}{ENTER}", letter(vote))
    assert there.get(f"/{other.slug}{BALLOT}").status_code != 200 or "表决票" not in text_of(
        there.get(BALLOT)
    )
    here.post(f"/{vote.cycle.congress.slug}{ENTER}", letter(vote))
    vote.run("closed", "counted", "certified", "published")
    later = residents(congress=vote.cycle.congress, slug="2019", count=3)
    assert sorted(later.codes) == ["B000001", "B000002", "B000003"]
    old = Client()
    old.post(f"/{vote.cycle.congress.slug}{ENTER}", letter(vote, 4))
    page = old.get(f"/{vote.cycle.congress.slug}{BALLOT}")
    assert 'id="ballot"' not in page.content.decode()
    assert later.round.roll.filter(voted=True).count() == 0


# -------------------------------------------------------------------------------------------------- the roll


def test_nobody_is_checked_in_and_the_opening_asks_for_no_quorum():
    vote = residents("ready")
    assert attendance(vote.round).quorum_met
    with override("en"):
        client = Client()
        client.force_login(vote.clerk)
        front = text_of(client.get("/en/admin/"))
        assert "Check the delegates in" not in front
        assert "Make the residents" in front
        assert "quorum" not in text_of(client.get("/en/admin/vote/2018/open/"))
        for page in ("check-in", "slips", "desk", "roll-sheet"):
            assert client.get(f"/en/admin/vote/2018/{page}/").status_code == 404, page
        for page in ("letters", "roll", "roll-changes", "paper", "close"):
            assert client.get(f"/en/admin/vote/2018/{page}/").status_code == 200, page


def test_a_further_round_has_the_same_roll_and_the_same_codes():
    vote = residents(candidates=3, seats=2)
    for place in range(2):
        vote.cast(place, [1, 2 + place])
    vote.run("closed", "counted", "certified", "published")
    round_ = further_rounds.begin_round(cycle=vote.cycle, by=vote.clerk, at=vote.later())
    assert round_.roll.filter(presence=Presence.PRESENT, voted=False).count() == 5
    vote.cycle.refresh_from_db()
    vote.run("keyed", "ready", "open")
    assert entered(vote, 0).get(BALLOT).status_code == 200


def test_an_unfrozen_roll_is_frozen_anew_with_the_same_numbers():
    vote = make_vote(until="adopted", delegates=1, residents=4)
    rolls.freeze_roll(cycle=vote.cycle, by=vote.clerk, at=vote.later())
    unfreezing.unfreeze_roll(
        round_=vote.round, reason="错", by=vote.clerk, at=vote.later(), second=vote.presiding
    )
    vote.cycle.refresh_from_db()
    rolls.freeze_roll(cycle=vote.cycle, by=vote.clerk, at=vote.later())
    assert list(vote.round.roll.order_by("number").values_list("number", flat=True)) == [
        "A000001", "A000002", "A000003", "A000004",
    ]  # fmt: skip
    assert Delegate.every.filter(is_resident=True).count() == 4
    act = {"round_": vote.round, "by": vote.clerk, "at": vote.later(), "number": "A000002", "reason": "搬走"}
    roll_changes.exclude(**act)
    assert not vote.round.roll.get(number="A000002").voted
    roll_changes.admit(**act)
    assert vote.round.roll.get(number="A000002").presence == Presence.PRESENT


def test_series_of_letters_never_run_out():
    names = [series_name(place) for place in range(24 * 25)]
    assert names[:2] == ["A", "B"]
    assert names[24:26] == ["AA", "AB"]
    assert len(set(names)) == len(names)
    assert not {"I", "O"} & set("".join(names))


# -------------------------------------------------------------------------------------------------- the page


def test_letters_are_made_in_parts_by_two_people_this_once():
    vote = make_vote(until="adopted", delegates=1, residents=7)
    rolls.freeze_roll(cycle=vote.cycle, by=vote.clerk, at=vote.later())
    assert letters_to_print(vote.round) == (1, 7)
    client = Client()
    client.force_login(vote.clerk)
    assert client.get(PAGE).status_code == 200
    sent = {"do": "part", "first": "1", "last": "4", "as_file": "file", "printed": "", "confirm": "on"}
    assert client.post(PAGE, sent).status_code == 422  # alone
    two = {"second_name": vote.chief.username, "second_password": PASSWORD}
    assert client.post(PAGE, sent | two | {"last": "9"}).status_code == 409
    answer = client.post(PAGE, sent | two)
    assert "no-store" in answer["Cache-Control"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["A000001", "A000002", "A000003", "A000004"]
    number, code, address, full = rows[1]
    assert address.endswith(ENTER.lstrip("/"))
    assert full == f"{address}#{number}.{code.replace(' ', '')}"
    assert letters_to_print(vote.round) == (5, 7)
    assert client.post(PAGE, sent | two).status_code == 409  # the same form again would void them
    printed = re.search(r'name="printed" value="(\d+)"', client.get(PAGE).content.decode())
    assert printed
    page = client.post(
        PAGE, sent | two | {"printed": printed[1], "first": "5", "last": "7", "as_file": "page"}
    )
    assert page.content.decode().count('class="slip"') == 3
    assert letters_to_print(vote.round) is None
    assert not JournalEntry.objects.filter(data__icontains=code[:9]).exists()
    assert Client().post(ENTER, {"number": number, "code": code})["Location"] == BALLOT


def test_letters_are_for_residents_and_only_until_the_close():
    vote = residents(count=3)
    acting = {"by": vote.clerk, "second": vote.chief, "at": vote.later(), "first": 1, "last": 2}
    with pytest.raises(StepNotAllowed):
        issue_slips(round_=vote.round, by=vote.clerk, second=vote.chief, at=NOW)  # all at once
    vote.close()
    with pytest.raises(StepNotAllowed):
        issue_letters(round_=vote.round, **acting)
    hall = make_vote(until="rolled", delegates=2, slug="2020", congress=CongressFactory(slug="yuhang"))
    with pytest.raises(StepNotAllowed):
        issue_letters(round_=hall.round, **acting)


def statements(act) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        act()
    return len(seen)


def test_a_roll_costs_the_same_statements_whatever_its_length():
    counts = set()
    for place, size in enumerate((3, 400)):
        vote = make_vote(
            until="adopted",
            delegates=1,
            residents=size,
            congress=CongressFactory(slug=f"town-{place}"),
            slug="2018",
        )
        frozen = statements(lambda vote=vote: rolls.freeze_roll(cycle=vote.cycle, by=vote.clerk, at=NOW))
        made = statements(
            lambda vote=vote, size=size: issue_letters(
                round_=vote.round, first=1, last=size, by=vote.clerk, second=vote.chief, at=NOW
            )
        )
        client = Client()
        client.force_login(vote.clerk)
        client.get(PAGE)
        counts.add((frozen, made, statements(lambda client=client: client.get(PAGE))))
    assert len(counts) == 1


def test_letters_of_before_stay_when_more_are_made():
    congress = CongressFactory()
    residents = delegation_of_letters(congress)
    enrol_letters(residents, "A", 1, 2)
    kept = set(Delegate.every.filter(is_resident=True).values_list("pk", "user_id"))
    enrol_letters(residents, "A", 1, 3)
    assert kept < set(Delegate.every.filter(is_resident=True).values_list("pk", "user_id"))
    assert Round.objects.count() == 0


def test_the_town_of_the_demo_votes_by_letter():
    handed_out = []
    load_towns(RESIDENTS_TOWN, at=timezone.now(), keep=lambda loaded, _people: handed_out.append(loaded))
    round_ = Round.objects.select_related("cycle__congress").get(cycle__congress__slug="ding")
    assert (round_.status, round_.roll.count()) == (RoundStatus.OPEN, 20)
    number, code = next(iter(handed_out[0].codes.items()))
    client = Client()
    assert client.post(f"/ding{ENTER}", {"number": number, "code": code}).status_code == 302
    assert cast(client, [1, 2]).status_code == 200
    page = Client().get("/ding/en/").content.decode()
    assert "of 20 residents have voted" in " ".join(page.split())
    assert f'href="/ding/en{ENTER}"' in page


def test_only_congresses_that_sent_letters_are_listed_for_residents(client: Client):
    CongressFactory()
    sender = CongressFactory(slug="yuhang", place="杭州市余杭区", place_en="Yuhang District")
    for language, nobody in (
        ("", "目前还没有人民代表大会向居民寄发信函。"),
        ("/en", "No people's congress here has sent"),
    ):
        empty = client.get(f"{language}{ENTER}")
        assert nobody in text_of(empty)
        assert f'href="{language}/enter/"' in empty.content.decode(), "a delegate finds the way"
        assert 'name="q"' not in empty.content.decode()
    enrol_letters(delegation_of_letters(sender), "A", 1, 1)
    for language in ("", "/en"):
        page = client.get(f"{language}{ENTER}").content.decode().split('class="congresses"')[1]
        assert re.findall(r'href="(/[a-z]+(?:/en)?/enter/letter/)"', page) == [f"/yuhang{language}{ENTER}"]
        assert "/gongshu" in client.get(f"{language}/enter/").content.decode()
    assert "have sent letters" in text_of(client.get(f"/en{ENTER}", {"q": "拱墅"}))


def test_where_nobody_has_a_letter_no_sign_in_is_shown(client: Client):
    here, sender = (
        CongressFactory(),
        CongressFactory(slug="yuhang", place="杭州市余杭区", place_en="Yuhang District"),
    )
    enrol_letters(delegation_of_letters(sender), "A", 1, 1)
    for language, words in (("", "居民不以信函方式投票"), ("/en", "do not vote by letter")):
        address = f"/{here.slug}{language}{ENTER}"
        for answer in (client.get(address), client.post(address, {"number": "A000001", "code": "1" * 20})):
            page = answer.content.decode()
            assert words in text_of(answer)
            assert 'name="code"' not in page
            for way in (f"/{here.slug}{language}/", f"/{here.slug}{language}/enter/", f"{language}{ENTER}"):
                assert f'href="{way}"' in page.split("<main")[1]
        there = client.get(f"/yuhang{language}{ENTER}")
        assert 'name="code"' in there.content.decode()
        assert words not in text_of(there)


def test_residents_have_days_to_vote_and_the_page_says_until_when():
    field, today = LastDayField(), timezone.localdate()
    minutes = field.clean((today + timedelta(days=2)).isoformat())
    assert minutes is not None
    assert timezone.localdate(timezone.now() + timedelta(minutes=minutes)) == today + timedelta(days=2)
    assert field.clean("") is None
    for wrong in ((today - timedelta(days=1)).isoformat(), (today + timedelta(days=400)).isoformat(), "x"):
        with pytest.raises(ValidationError):
            field.clean(wrong)
    vote = residents("ready")
    client = Client()
    client.force_login(vote.clerk)
    sent = {
        "minutes": (today + timedelta(days=2)).isoformat(), "mark": vote.mark, "confirm": "on",
        "second_name": vote.chief.username, "second_password": PASSWORD,
    }  # fmt: skip
    assert client.post("/en/admin/vote/2018/open/", sent).status_code == 302
    assert "Votes are taken until" in text_of(Client().get("/en/"))


def test_the_letters_page_sends_to_itself_so_that_a_refusal_speaks_of_letters(client: Client):
    residents()
    assert f'action="{ENTER}"' in client.get(ENTER).content.decode()
    assert 'action="/enter/"' in client.get("/enter/").content.decode()


def test_a_long_roll_is_frozen_part_by_part_and_the_page_says_each(monkeypatch: pytest.MonkeyPatch):
    for module in (letter_rolls, preparing):
        monkeypatch.setattr(module, "A_PART", 2)
    vote = make_vote(until="adopted", delegates=1, residents=5)
    client = Client()
    client.force_login(vote.clerk)
    page = "/en/admin/vote/2018/roll/"
    sent = {"confirm": "on", "second_name": vote.chief.username, "second_password": PASSWORD}
    answer = client.post(page, sent)
    assert answer.streaming
    words = " ".join(b"".join(answer).decode().split())
    assert [words.index(f"{done} of 5 letters") for done in (2, 4, 5)]
    assert "/en/admin/" in words[words.index("5 of 5 letters") :]
    assert list(vote.round.roll.order_by("pk").values_list("number", flat=True)) == [
        f"A00000{place}" for place in range(1, 6)
    ]
    assert JournalEntry.objects.get(act=Act.ROLL_FROZEN).data["roll"] == 5
    refused = b"".join(client.post(page, sent)).decode()
    assert Round.objects.count() == 1
    assert "frozen already" in refused or "already stands somewhere else" in refused
