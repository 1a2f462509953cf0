"""The key ceremony: nobody sees another's slip, what waits is unreadable, every slip is proven, and old ones are named.

Guards ``voting.domain.vote.key_slips`` and ``voting.domain.vote.keys``.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone
from django.utils.translation import override

from accounts.codes import new_code
from accounts.models import User
from accounts.roles import Role
from tests.factories import NOW, PASSWORD, UserFactory, Vote, make_vote
from tests.pages import text_of
from voting.count import sealing
from voting.count.key_marks import KeyMark
from voting.domain.core.refusals import ReasonMissing, StepNotAllowed
from voting.domain.vote import key_slips, keys, tried_keys
from voting.domain.vote.running_order import StepKey
from voting.models import JournalEntry, KeySlip, Round
from voting.states import Act, RoundStatus

pytestmark = pytest.mark.django_db
CHECK = "/admin/vote/2018/key/check/"
OWN = "/admin/vote/2018/key/mine/"


def hold(vote: Vote, *, needed: int = 3, reason: str = "一张密钥条遗失") -> keys.HeldCeremony:
    return keys.hold_ceremony(
        round_=vote.round,
        needed=needed,
        holders=vote.holders,
        reason=reason,
        by=vote.clerk,
        at=vote.later(),
    )


def take(vote: Vote, held: keys.HeldCeremony, holder: User) -> str:
    return " ".join(
        key_slips.take_slip(round_=vote.round, holder=holder, code=held.code, at=vote.later()).words
    )


def prove(vote: Vote, holder: User, text: str) -> KeySlip:
    return key_slips.prove_slip(round_=vote.round, holder=holder, text=text, at=vote.later())


def attempt(vote: Vote, slips: list[str]) -> None:
    keys.try_unsealing(round_=vote.round, slips=slips, by=vote.clerk, at=vote.later())


def desk(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_each_holder_takes_the_own_slip_and_any_three_give_the_key():
    vote = make_vote(until="rolled", delegates=3)
    held = hold(vote)
    slips = [take(vote, held, holder) for holder in vote.holders]
    assert len(set(slips)) == 5
    for holder, slip in zip(vote.holders, slips, strict=True):
        assert prove(vote, holder, sealing.digits_of_slip(slip)).place == slips.index(slip) + 1
    attempt(vote, slips[2:])
    assert vote.round.status == RoundStatus.READY
    acts = [entry.act for entry in JournalEntry.objects.filter(act__startswith="key_").order_by("sequence")]
    assert acts == [Act.KEY_SPLIT, *[Act.KEY_TAKEN] * 5, *[Act.KEY_PROVEN] * 5, Act.KEY_TRIED]


def test_a_waiting_slip_is_unreadable_and_a_taken_one_is_gone():
    vote = make_vote(until="rolled", delegates=3)
    held = hold(vote)
    waiting = {slip.place: bytes(slip.sealed) for slip in KeySlip.objects.all()}
    words = take(vote, held, vote.holders[0])
    assert all(word.encode() not in waiting[1] for word in words.split())
    assert bytes(KeySlip.objects.get(place=1).sealed) == b""
    assert all(bytes(slip.sealed) == waiting[slip.place] for slip in KeySlip.objects.exclude(place=1))
    kept = json.dumps([entry.data for entry in JournalEntry.objects.all()])
    assert held.code not in kept
    assert held.code.replace(" ", "") not in kept
    # A single word may be the name of something in the journal ("round" is one of the list), two in a row are not.
    written = " ".join(re.findall(r"\w+", kept))
    assert not any(f" {one} {next_} " in f" {written} " for one, next_ in pairwise(words.split()))


def test_neither_the_code_nor_the_server_alone_opens_a_waiting_slip():
    vote = make_vote(until="rolled", delegates=3)
    held = hold(vote)
    with override_settings(SECRET_KEY="another server"), pytest.raises(key_slips.WrongCeremonyCode):
        take(vote, held, vote.holders[0])
    with pytest.raises(key_slips.WrongCeremonyCode):
        key_slips.take_slip(round_=vote.round, holder=vote.holders[0], code=new_code(), at=NOW)
    assert settings.SECRET_KEY != "another server"
    assert not KeySlip.objects.filter(taken=True).exists()


def test_a_waiting_slip_moved_to_another_holder_does_not_open():
    vote = make_vote(until="rolled", delegates=3)
    held = hold(vote)
    first, second = KeySlip.objects.order_by("place")[:2]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        KeySlip.objects.filter(pk=second.pk).update(sealed=first.sealed)
        cursor.execute("SET LOCAL session_replication_role = origin")
    with pytest.raises(key_slips.WrongCeremonyCode):
        take(vote, held, vote.holders[1])


def test_a_slip_is_taken_once_and_by_its_holder_alone():
    vote = make_vote(until="rolled", delegates=3)
    held = hold(vote)
    take(vote, held, vote.chief)
    with pytest.raises(key_slips.SlipTaken):
        take(vote, held, vote.chief)
    for stranger in (vote.clerk, UserFactory(role=Role.SCRUTINEER)):
        with pytest.raises(key_slips.HoldsNoSlip):
            take(vote, held, stranger)


def test_every_slip_must_be_proven_before_the_round_is_ready():
    vote = make_vote(until="rolled", delegates=3)
    held = hold(vote)
    slips = [take(vote, held, holder) for holder in vote.holders[:4]]
    for holder, slip in zip(vote.holders[:3], slips, strict=False):
        prove(vote, holder, slip)
    with pytest.raises(key_slips.SlipsOutstanding) as missing:
        attempt(vote, slips[:3])
    assert [slip.place for slip in missing.value.slips] == [4, 5]
    slips.append(take(vote, held, vote.holders[4]))
    with pytest.raises(key_slips.SlipsOutstanding) as missing:
        attempt(vote, slips[:4])
    assert [slip.place for slip in missing.value.slips] == [5]
    assert vote.round.status == RoundStatus.KEYED
    assert not KeySlip.objects.get(place=4).proven, "a refused trial proves nothing"
    attempt(vote, slips)
    assert vote.round.status == RoundStatus.READY
    assert JournalEntry.objects.get(act=Act.KEY_TRIED).data["proven"] == [4, 5]


def test_the_word_of_an_offline_trial_waits_for_every_slip_too():
    vote = make_vote(until="rolled", delegates=3)
    hold(vote)
    with pytest.raises(key_slips.SlipsOutstanding):
        keys.pass_trial(round_=vote.round, word="A", expected="A", by=vote.clerk, at=NOW, second=vote.chief)


def test_an_old_slip_is_named_with_its_holder_and_the_hour_of_its_ceremony():
    vote = make_vote(until="keyed", delegates=3)
    old, holder = vote.slips[1], vote.holders[1]
    new = hold(vote)
    slips = [take(vote, new, each) for each in vote.holders]
    with pytest.raises(key_slips.SlipsRefused) as refused:
        attempt(vote, [slips[0], old, slips[2]])
    [fault] = refused.value.faults
    assert fault.place == 2
    first, second = vote.cycle.journal.filter(act=Act.KEY_SPLIT).order_by("sequence")
    with override("en"):
        assert f"mark {KeyMark.of(first.data['key'])}" in fault.sentence
        assert f"a new ceremony was held at {timezone.localtime(second.at):%Y-%m-%d %H:%M}" in fault.sentence
        assert f"this is slip 2 ({holder.name}) of the key ceremony of 2018-01-23" in fault.sentence
    with pytest.raises(key_slips.SlipsRefused) as refused:
        attempt(vote, vote.slips[:3])
    assert [fault.place for fault in refused.value.faults] == [1, 2, 3]
    with pytest.raises(key_slips.SlipsRefused):
        prove(vote, holder, old)


def test_f45_a_ceremony_is_held_again_with_a_reason_until_the_opening_and_everything_begins_anew():
    vote = make_vote(until="ready", delegates=3)
    old = vote.round
    with pytest.raises(ReasonMissing):
        hold(vote, reason=" ")
    new = hold(vote)
    assert (vote.round.status, vote.round.key_mac) == (RoundStatus.KEYED, "")
    entry = vote.cycle.journal.filter(act=Act.KEY_SPLIT).latest("sequence")
    assert (entry.data["replaces"], entry.data["reason"]) == (old.key_fingerprint, "一张密钥条遗失")
    with pytest.raises(key_slips.SlipsRefused):
        attempt(vote, vote.slips[:3])
    vote.slips = [take(vote, new, each) for each in vote.holders]
    for holder, slip in zip(vote.holders, vote.slips, strict=True):
        prove(vote, holder, slip)
    vote.run("ready", "open", chosen=[range(1, 11)] * 3)
    vote.run("closed", "counted", "certified", "published")
    staff = desk(vote.clerk).get("/en/admin/vote/2018/minutes/").content.decode()
    public = desk(vote.clerk).get("/en/2018/minutes/").content.decode()
    assert "The slips of the key ceremony before were void." in public
    assert ("一张密钥条遗失" in staff, "一张密钥条遗失" in public) == (True, False), "why is for the staff"
    with pytest.raises(StepNotAllowed):
        hold(vote)


def test_a_slip_that_was_not_taken_is_worthless_after_the_next_ceremony():
    vote = make_vote(until="rolled", delegates=3)
    first = hold(vote)
    hold(vote)
    assert all(bytes(slip.sealed) == b"" for slip in KeySlip.objects.filter(ceremony=1))
    with pytest.raises(key_slips.WrongCeremonyCode):
        take(vote, first, vote.chief)


def test_three_mistakes_are_named_at_once_each_at_its_field():
    vote = make_vote(until="keyed", delegates=3)
    stranger = sealing.split(sealing.new_seed(), needed=3, issued=5)[0]
    typed = [
        sealing.digits_of_slip(vote.slips[0])[:-1],
        vote.slips[1].replace(vote.slips[1].split()[3], "xyz"),
        stranger,
    ]
    answer = desk(vote.clerk).post(
        "/en/admin/vote/2018/trial/",
        {"do": "unseal", "confirm": "on", **{f"slip_{n}": each for n, each in enumerate(typed, 1)}},
    )
    assert answer.status_code == 409
    errors = {name: str(each) for name, each in answer.context["form"].errors.items()}
    assert list(errors) == ["slip_1", "slip_2", "slip_3"]
    assert "79 digits" in errors["slip_1"]
    assert "xyz" in errors["slip_2"]
    assert "another key ceremony" in errors["slip_3"]


def test_f32_a_key_put_in_place_of_the_ceremonys_is_no_key_of_a_trial():
    vote = make_vote(until="keyed", delegates=3)
    swap(vote, status="keyed")
    with pytest.raises(tried_keys.KeySwapped):
        attempt(vote, vote.slips[:3])
    with pytest.raises(tried_keys.KeySwapped):
        keys.pass_trial(round_=vote.round, word="A", expected="A", by=vote.clerk, at=NOW)


def swap(vote: Vote, **fields: object) -> None:
    other = sealing.public_key(sealing.new_seed())
    Round.objects.filter(pk=vote.round.pk).update(
        public_key=other.raw, key_fingerprint=other.fingerprint, **fields
    )


def test_a_key_of_an_offline_ceremony_has_no_slips_here():
    vote = make_vote(until="rolled", delegates=3)
    seed = sealing.new_seed()
    slips = sealing.split(seed, needed=2, issued=3)
    raw = sealing.public_key(seed).raw
    keys.register_key(
        round_=vote.round, raw=raw, needed=2, issued=3, by=vote.clerk, at=NOW, second=vote.chief
    )
    assert key_slips.slips_of(vote.round) == []
    with pytest.raises(key_slips.HoldsNoSlip):
        prove(vote, vote.chief, slips[0])
    attempt(vote, slips[1:])
    assert tried_keys.is_tried_key(vote.round)


def test_nothing_is_given_out_or_proven_after_the_trial():
    vote = make_vote(until="ready", delegates=3)
    with pytest.raises(StepNotAllowed):
        prove(vote, vote.chief, vote.slips[0])


def test_the_leader_sees_the_code_and_no_slip_and_the_holder_the_slip_and_no_code():
    vote = make_vote(until="rolled", delegates=3)
    form = {
        "do": "hold",
        "holders": [holder.pk for holder in vote.holders],
        "needed": 3,
        "confirm": "on",
        "fingerprint": "",
    }
    led = desk(vote.chief).post("/admin/vote/2018/key/", form).content.decode()
    [code] = re.findall(r'class="ceremony-code"[^>]*>([\d ]{24})<', led)
    assert 'class="numbers"' not in led
    assert code not in desk(vote.chief).get("/admin/vote/2018/key/").content.decode()
    shown = desk(vote.scrutineer).post(OWN, {"do": "take", "code": code, "confirm": "on"})
    page = shown.content.decode()
    digits = re.findall(r"<li><b>(\d{4})</b>", page)
    assert len(digits) == 20
    assert code not in page
    again = desk(vote.scrutineer).get(OWN).content.decode()
    assert not re.findall(r"<li><b>(\d{4})</b>", again)
    assert desk(vote.scrutineer).post(OWN, {"do": "take", "code": code, "confirm": "on"}).status_code == 409


def test_the_ceremony_is_not_called_done_before_every_slip_is_typed_back():
    vote = make_vote(until="rolled", delegates=3)
    held = hold(vote)
    slips = [take(vote, held, holder) for holder in vote.holders]
    for typed, (holder, slip) in enumerate(zip(vote.holders, slips, strict=True)):
        for page in ("/en/admin/", "/en/admin/vote/2018/key/"):
            assert f"{typed} of 5 slips typed back" in text_of(desk(vote.clerk).get(page))
        prove(vote, holder, slip)
    page = text_of(desk(vote.clerk).get("/en/admin/vote/2018/key/"))
    assert "slips typed back" not in page
    assert "Hold the key ceremony done" in page


def test_one_slip_is_checked_by_itself_and_kept_nowhere():
    vote = make_vote(until="keyed", delegates=3)
    client = desk(vote.scrutineer)

    def check(field: int, text: str) -> dict[str, object]:
        return client.post(f"/en{CHECK}", {"field": field, "text": text}).json()

    holder = vote.holders[2]
    right = check(1, sealing.digits_of_slip(vote.slips[2]))
    assert right == {"right": True, "sentence": f"Right: key slip 3, {holder.name}."}
    wrong = check(2, "1024 " + vote.slips[2])
    assert not wrong["right"]
    assert "Field 2" in str(wrong["sentence"])
    mine = {"field": 1, "text": vote.slips[2], "mine": "1"}
    another = client.post(f"/en{CHECK}", mine).json()
    assert not another["right"]
    assert "Yours is key slip" in another["sentence"]
    assert check(1, "") == {"right": False, "sentence": ""}
    assert client.get(CHECK).status_code == 405
    assert desk(vote.presiding).post(CHECK, {"field": 1, "text": "x"}).status_code == 403
    assert desk(vote.delegates[0].user).post(CHECK, {"field": 1, "text": "x"}).status_code in {302, 403}


@pytest.mark.parametrize("language", ["", "/en"])
def test_the_mark_is_on_the_scrutineers_trial_and_on_no_page_of_the_clerk_before_the_opening(language):
    vote = make_vote(until="keyed", delegates=3)
    mark = tried_keys.mark_of(vote.round)
    assert mark is not None
    trial = text_of(desk(vote.chief).get(f"{language}/admin/vote/2018/trial/"))
    assert mark.characters in trial
    assert mark.digits in trial
    clerk = desk(vote.clerk)
    for ready in False, True:
        if ready:
            vote.run("ready")
        for key in StepKey:
            page = clerk.get(f"{language}/admin/vote/2018/{key}/").content.decode()
            assert mark.characters not in page, key
            assert mark.digits not in page, key
    beside = {"second_name": vote.chief.username, "second_password": PASSWORD}
    sent = {"mark": "0001 0002", "confirm": "on", **beside}
    wrong = clerk.post(f"{language}/admin/vote/2018/open/", sent)
    assert wrong.status_code == 409
    assert wrong.context["form"].errors.keys() == {"mark"}
    assert mark.characters not in wrong.content.decode()
    assert mark.digits not in wrong.content.decode()
    assert vote.round.status == RoundStatus.READY
    typed = {"mark": " ".join(mark.characters), "confirm": "on", **beside}
    assert desk(vote.clerk).post(f"{language}/admin/vote/2018/open/", typed).status_code == 302
    screen = text_of(Client().get(f"{language}/2018/screen/"))
    assert mark.characters in screen
