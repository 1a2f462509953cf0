"""The check-in desk in the doorway, and the changes of the frozen roll.

Guards ``voting.admin.vote.desk``, ``voting.domain.vote.delegate_slips``, ``voting.domain.vote.roll_numbers`` and
``voting.domain.vote.roll_changes``.
"""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts.roles import Kind, Role
from tests.factories import PASSWORD, DelegateFactory, DelegationFactory, UserFactory, make_vote
from voting.domain.vote import rolls
from voting.domain.vote.delegate_slips import without_slip
from voting.forms.vote.desk import number_of
from voting.models import JournalEntry, RollEntry
from voting.states import Act, Presence

pytestmark = pytest.mark.django_db
DESK = "/en/admin/vote/2018/desk/"
CHANGES = "/en/admin/vote/2018/roll-changes/"


@pytest.fixture
def vote():
    return make_vote(until="rolled", delegates=5, present=2)


@pytest.fixture
def desk(vote, client):
    client.force_login(vote.clerk)
    return client


def press(client, number, presence="present", **more):
    return client.post(DESK, {"do": "record", "number": number, "presence": presence, **more}, follow=True)


def presence(vote, place):
    return vote.round.roll.get(delegate=vote.delegates[place]).presence


def test_a_typed_number_is_answered_with_the_person_and_the_quorum(vote, desk):
    number = vote.delegates[3].number
    page = press(desk, number).content.decode()
    assert presence(vote, 3) == Presence.PRESENT
    answer = page.split('class="answer"')[1].split("</div>")[0]
    assert number in answer
    assert vote.delegates[3].name in answer
    assert "Present" in answer
    assert 'data-number="present">3<' in page
    assert 'data-number="missing">1<' in page


def test_several_numbers_are_not_run_together(vote, desk):
    page = press(desk, " ".join(vote.delegates[3].number))
    assert "This field takes one delegate number." in page.content.decode()
    assert presence(vote, 3) == Presence.ABSENT


@pytest.mark.parametrize(
    "scanned",
    ["https://piaojue.example/enter/#{number}.12345678901234567890", "{number}", " {number}\n"],
)
def test_of_a_scanned_slip_only_the_number_is_kept(vote, desk, scanned):
    number = vote.delegates[4].number
    answer = press(desk, scanned.format(number=number))
    assert presence(vote, 4) == Presence.PRESENT
    assert "12345678901234567890" not in answer.content.decode()
    assert not JournalEntry.objects.filter(data__icontains="1234567890").exists()


def test_what_stands_beside_the_number_never_comes_back(vote, desk):
    answer = press(desk, "https://piaojue.example/enter/#nobody.12345678901234567890")
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "The number NOBODY is not on this roll." in text
    assert "12345678901234567890" not in text
    assert number_of("https://piaojue.example/enter/") == ""
    assert number_of("a.b") == "a.b"


@pytest.mark.parametrize(("number", "status"), [("", 422), ("https://example.org/", 422), ("99999", 409)])
def test_what_is_no_number_of_the_roll_is_said_and_changes_nothing(vote, desk, number, status):
    before = JournalEntry.objects.count()
    assert press(desk, number).status_code == status
    assert JournalEntry.objects.count() == before


def test_once_more_the_same_is_no_new_entry(vote, desk):
    before = JournalEntry.objects.count()
    answer = press(desk, vote.delegates[0].number)
    assert "Recorded as present before; nothing changed." in answer.content.decode()
    assert JournalEntry.objects.count() == before


def test_each_button_records_its_word(vote, desk):
    for value in (Presence.ON_LEAVE, Presence.PRESENT, Presence.LEFT, Presence.ABSENT):
        press(desk, vote.delegates[3].number, value)
        assert presence(vote, 3) == value


def test_an_excluded_delegate_is_named_as_such(vote, desk):
    entry = vote.round.roll.get(delegate=vote.delegates[4])
    RollEntry.objects.filter(pk=entry.pk).update(excluded=True)
    answer = press(desk, entry.number)
    assert f"Delegate {entry.number} was excluded from this roll." in answer.content.decode()


def test_undo_takes_back_what_the_page_showed(vote, desk):
    press(desk, vote.delegates[3].number, Presence.ON_LEAVE)
    page = desk.get(DESK)
    entry = page.context["last"]["sequence"]
    answer = desk.post(DESK, {"do": "undo", "entry": entry}, follow=True)
    assert presence(vote, 3) == Presence.ABSENT
    assert "Taken back:" in answer.content.decode()
    last = JournalEntry.objects.filter(act=Act.PRESENCE_SET).latest("sequence")
    assert last.data["undoes"] == entry


def test_two_desks_undo_says_whose_and_never_takes_what_was_not_shown(vote, desk, client):
    press(desk, vote.delegates[3].number)
    shown = desk.get(DESK).context["last"]["sequence"]
    colleague = UserFactory(role=Role.CLERK)
    client.force_login(colleague)
    press(client, vote.delegates[4].number)
    client.force_login(vote.clerk)
    answer = client.post(DESK, {"do": "undo", "entry": shown})
    assert answer.status_code == 409
    assert (presence(vote, 3), presence(vote, 4)) == (Presence.PRESENT, Presence.PRESENT)
    assert f"Entered by {colleague} at another desk." in answer.content.decode()


def test_the_numbers_come_as_json_and_keep_no_session_alive(vote, desk):
    assert desk.get(DESK + "?turnout=desk").json() == {
        "roll": 5, "present": 2, "on_leave": 0, "left": 0, "absent": 3, "quorum": 4, "missing": 2,
        "last": JournalEntry.objects.filter(act=Act.PRESENCE_SET).latest("sequence").sequence,
    }  # fmt: skip


@pytest.mark.parametrize("to", [Presence.LEFT, Presence.ABSENT, Presence.ON_LEAVE])
def test_while_the_vote_is_open_the_desk_answers_alike_of_who_has_voted_and_who_has_not(client, to):
    vote = make_vote(until="open", delegates=3, ballots=[[1]])
    client.force_login(vote.clerk)
    before, told = JournalEntry.objects.count(), []
    for place, delegate in enumerate(vote.delegates[:2]):
        answer = press(client, delegate.number, to)
        assert answer.status_code == 409
        assert presence(vote, place) == Presence.PRESENT
        told.append([line.sentence.replace(delegate.number, "#") for line in answer.context["refused"]])
    assert told[0] == told[1]
    assert JournalEntry.objects.count() == before


def test_an_entry_taken_back_while_the_vote_is_open_names_voters_and_others_alike():
    vote = make_vote(until="open", delegates=6, present=4)
    numbers = [delegate.number for delegate in vote.delegates[4:]]
    acting = {"round_": vote.round, "by": vote.clerk, "at": vote.later()}
    rolls.set_presence(numbers=numbers, presence=Presence.PRESENT, **acting)
    vote.cast(4, [1])
    rolls.undo_presence(**acting)
    entry = JournalEntry.objects.latest("sequence")
    assert entry.data["delegates"] == sorted(numbers)
    with pytest.raises(rolls.NothingToUndo):
        rolls.undo_presence(**acting)  # what was entered before the opening stays


def test_the_desk_is_shut_after_the_close(client):
    vote = make_vote(until="closed", delegates=3, ballots=[[1]])
    client.force_login(vote.clerk)
    assert 'id="id_number"' not in client.get(DESK).content.decode()
    assert press(client, vote.delegates[1].number, Presence.LEFT).status_code == 409


@pytest.mark.parametrize("language", ["", "/en"])
def test_a_slip_of_no_official_vote_says_of_what_kind_it_is(language):
    vote = make_vote(until="rolled", delegates=2, kind=Kind.DEMO)
    client = Client()
    client.force_login(vote.clerk, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"{language}/admin/vote/2018/slips/")
    sent = {"do": "all", "confirm": "on", "printed": page.context["printed"]}
    printed = client.post(f"{language}/admin/vote/2018/slips/", sent)
    [heading, *_others] = re.findall(r'(?s)class="slip".*?<h2>(.*?)</h2>', printed.content.decode())
    assert heading.split("·")[1].strip() == {"": "演示", "/en": "demo"}[language]


def test_before_the_roll_is_frozen_the_desk_says_so(client):
    vote = make_vote(until="adopted")
    client.force_login(vote.clerk)
    page = client.get(DESK)
    assert page.status_code == 200
    assert 'id="id_number"' not in page.content.decode()
    assert press(client, "1").status_code == 409


@pytest.mark.parametrize("url", [DESK, CHANGES])
def test_only_a_clerk_may_act_here(vote, client, url):
    client.force_login(vote.scrutineer)
    before = JournalEntry.objects.count()
    given = {"number": vote.delegates[3].number, "presence": "present", "do": "exclude", "reason": "r"}
    assert client.post(url, given).status_code == 403
    assert JournalEntry.objects.count() == before


@pytest.mark.parametrize("size", [1, 3])
def test_queries_do_not_grow_with_the_entries(vote, desk, django_assert_num_queries, size):
    desk.get(DESK)
    for place in range(size):
        press(desk, vote.delegates[place].number, Presence.ON_LEAVE)
    with django_assert_num_queries(QUERIES):
        desk.get(DESK)


QUERIES = 12


def test_exclude_and_admit_with_a_reason(vote, desk):
    number = vote.delegates[1].number
    page = desk.post(CHANGES, {"number": number, "reason": "辞去代表职务", "do": "exclude"}, follow=True)
    text = page.content.decode()
    assert vote.round.roll.get(number=number).excluded
    assert "辞去代表职务" in text
    new = DelegateFactory(delegation=vote.delegates[0].delegation)
    desk.post(CHANGES, {"number": new.number, "reason": "补选", "do": "admit"})
    assert vote.round.roll.filter(number=new.number, excluded=False).exists()
    assert [e.act for e in desk.get(CHANGES).context["changes"]] == [
        Act.DELEGATE_ADMITTED, Act.DELEGATE_EXCLUDED,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"number": "{0}", "reason": " ", "do": "exclude"}, "Say why"),
        ({"number": "99999", "reason": "r", "do": "exclude"}, "number 99999 is not on this roll"),
        ({"number": "{0}", "reason": "r", "do": "admit"}, "is on this roll already"),
        ({"number": "99999", "reason": "r", "do": "admit"}, "no delegate in office"),
    ],
)
def test_a_change_that_cannot_be_is_refused_in_words(vote, desk, given, said):
    given = {**given, "number": given["number"].format(vote.delegates[0].number)}
    answer = desk.post(CHANGES, given)
    assert answer.status_code == 409
    assert said in answer.content.decode()


def test_after_opening_the_roll_stays(client):
    vote = make_vote(until="open", delegates=3)
    client.force_login(vote.clerk)
    assert (
        "The vote has been opened; the roll can no longer be changed." in client.get(CHANGES).content.decode()
    )
    given = {"number": vote.delegates[0].number, "reason": "r", "do": "exclude"}
    assert client.post(CHANGES, given).status_code == 409
    assert not vote.round.roll.filter(excluded=True).exists()


@pytest.mark.parametrize(("minutes", "announced"), [("", None), ("15", 15)])
def test_opening_may_announce_the_minutes(client, minutes, announced):
    vote = make_vote(until="ready", delegates=3)
    client.force_login(vote.clerk)
    url = reverse("admin:step_open", args=["2018"])
    sent = {"minutes": minutes, "mark": vote.mark, "confirm": "on"}
    sent |= {"second_name": vote.chief.username, "second_password": PASSWORD}
    assert client.post(url, sent).status_code == 302
    round_ = vote.round
    length = round_.announced_close and round(
        (round_.announced_close - round_.opened_at).total_seconds() / 60
    )
    assert length == announced


@pytest.mark.parametrize("minutes", ["0", "-3", "soon", "100000"])
def test_minutes_that_are_none_open_nothing(client, minutes):
    vote = make_vote(until="ready", delegates=3)
    client.force_login(vote.clerk)
    with override("en"):
        url = reverse("admin:step_open", args=["2018"])
    answer = client.post(url, {"minutes": minutes, "confirm": "on"})
    assert answer.status_code == 422
    assert "A whole number of minutes" in answer.content.decode()
    assert vote.round.opened_at is None


def test_a_number_without_its_zeros_is_the_one_delegate_it_fits(vote, desk):
    number = vote.delegates[3].number
    press(desk, number.lstrip("0"))
    assert presence(vote, 3) == Presence.PRESENT


def named(vote, place, name):
    """Let a delegate of the roll have that name; the database keeps a roll as it is frozen."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        vote.round.roll.filter(delegate=vote.delegates[place]).update(name=name)
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.mark.parametrize("typed", ["单明", "明", "shanming", "sm", "DM"])
def test_a_name_or_its_initials_offer_the_delegates_and_record_nobody(vote, desk, typed):
    named(vote, 3, "单明")
    before = JournalEntry.objects.count()
    answer = press(desk, typed)
    assert [entry.number for entry in answer.context["hits"]] == [vote.delegates[3].number]
    assert "单明" in answer.content.decode()
    assert JournalEntry.objects.count() == before
    assert presence(vote, 3) == Presence.ABSENT
    press(desk, answer.context["hits"][0].number)
    assert presence(vote, 3) == Presence.PRESENT


def test_nobody_of_that_name_is_refused_as_an_unknown_number(vote, desk):
    assert press(desk, "xq").status_code == 409


def test_of_several_numbers_all_unknown_ones_are_named_at_once(vote, desk):
    numbers = f"{vote.delegates[3].number} 99998 {vote.delegates[4].number} 99997"
    answer = desk.post(
        "/en/admin/vote/2018/check-in/", {"do": "record", "numbers": numbers, "presence": "present"}
    )
    assert answer.status_code == 409
    assert "99997, 99998" in answer.content.decode()
    assert presence(vote, 3) == Presence.ABSENT


def test_slips_are_printed_by_delegation_until_everybody_has_one(client):
    vote = make_vote(until="adopted", delegates=5)
    rolls.freeze_roll(cycle=vote.cycle, by=vote.clerk, at=vote.later())
    client.force_login(vote.clerk)
    url = "/en/admin/vote/2018/slips/"
    names = list(vote.round.roll.values_list("delegation", flat=True).distinct())
    other = DelegationFactory(congress=vote.cycle.congress)
    moved = vote.delegates[4]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        vote.round.roll.filter(delegate=moved).update(delegation=other.name)
        cursor.execute("SET LOCAL session_replication_role = origin")
    sent = {"do": "some", "printed": "", "delegations": [other.name], "confirm": "on"}
    answer = client.post(url, sent)
    assert [slip["entry"].number for slip in answer.context["slips"]] == [moved.number]
    assert without_slip(vote.round) == {delegate.number for delegate in vote.delegates[:4]}
    assert not client.get(url).context["step"].is_done
    sent |= {"printed": client.get(url).context["printed"], "delegations": names}
    assert len(client.post(url, sent).context["slips"]) == 4
    assert client.get(url).context["step"].is_done
