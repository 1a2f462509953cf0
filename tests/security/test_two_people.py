"""F39: what needs two people is not done by one account, whatever it sends; over HTTP and as a call of the domain.

Guards ``voting.domain.core.second_person``, ``voting.forms.core.second_person``, ``accounts.staff``.
"""

from __future__ import annotations

import base64
import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils.translation import override

import voting.domain
from accounts.models import User
from accounts.roles import Kind, Role
from tests.factories import NOW, PASSWORD, UserFactory, Vote, make_vote
from tests.integration.core.test_verbs import pages
from tests.offline import forged_count
from tests.security.test_crawl import BACKEND
from voting.admin.core.people import newest
from voting.admin.vote.ceremony import trial_word
from voting.count import sealing
from voting.count.formats import files as formats
from voting.count.measures import ShortfallRule
from voting.domain.core import people
from voting.domain.core.second_person import SamePersonTwice, SecondPersonNeeded
from voting.domain.vote import (
    annulments,
    delegate_slips,
    further_rounds,
    keys,
    letters,
    paper_ballots,
    rolls,
    rounds,
    taking_back,
    unfreezing,
    urn_files,
)
from voting.domain.vote.attendance import attendance
from voting.forms.core.second_person import TwoPeople
from voting.forms.core.steps import StepForm
from voting.models import CongressEntry, JournalEntry
from voting.states import Act, CongressAct, Presence, RoundStatus

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Doing:
    """An act that two people do: the moment of it, its call, and how its page is sent."""

    until: str
    call: Callable[[Vote, User | None], object]
    address: str
    verb: str = ""
    act: Act | CongressAct = Act.ROUND_CLOSED
    #: What is sent beside the two people.
    more: Callable[[Vote], dict[str, object]] = lambda _vote: {}
    #: What leads from there to the moment.
    before: Callable[[Vote], object] = lambda _vote: None
    #: Who may stand in as second person.
    roles: tuple[str, ...] = ("presiding", "scrutineer", "chief", "clerk")
    by: Callable[[Vote], User] = lambda vote: vote.clerk
    #: The moments at which the page asks before it is told to; the others ask when it is sent.
    refused_with: int = 422
    #: So many letters, where residents vote.
    residents: int = 0

    def world(self) -> Vote:
        more = {"residents": self.residents} if self.residents else {}
        vote = make_vote(until=self.until, delegates=3, **more)
        self.before(vote)
        keeper_of(vote)
        return vote


BESIDE_KEEPER = ("presiding", "chief", "keeper")
KEY = sealing.public_key(sealing.new_seed())


def key_file() -> SimpleUploadedFile:
    body = {
        "format": "piaojue-key/1", "key": base64.b64encode(KEY.raw).decode(), "fingerprint": KEY.fingerprint,
        "needed": 2, "issued": 3,
    }  # fmt: skip
    return SimpleUploadedFile("key.json", formats.KEY.write(body).encode())


def printed(vote: Vote) -> str:
    return str(vote.cycle.journal.filter(act=Act.CODES_ISSUED).latest("sequence").sequence)


def keeper_of(vote: Vote) -> User:
    """Return the congress's keeper of accounts: one, however often a test asks."""
    kept = User.objects.filter(congress=vote.cycle.congress, role=Role.KEEPER, username="the-keeper").first()
    return kept or UserFactory(role=Role.KEEPER, congress=vote.cycle.congress, username="the-keeper")


def make_key_offline(vote: Vote) -> None:
    keys.register_key(
        round_=vote.round, raw=KEY.raw, needed=2, issued=3, by=vote.clerk, at=vote.later(), second=vote.chief
    )


def give_second_factor(vote: Vote) -> None:
    User.objects.filter(pk=vote.scrutineer.pk).update(has_second_factor=True)
    vote.scrutineer.refresh_from_db()


def freeze(vote: Vote) -> None:
    rolls.freeze_roll(cycle=vote.cycle, by=vote.clerk, at=vote.later())


def annulled(vote: Vote) -> None:
    annulments.annul_round(
        round_=vote.round, decision="主席团决定", reason="理由", by=vote.clerk, at=NOW, second=vote.chief
    )
    vote.cycle.refresh_from_db()


def count_sheets(vote: Vote) -> None:
    paper_ballots.hand_out_to_rest(round_=vote.round, by=vote.clerk, at=vote.later())
    vote.run("closed")
    paper_ballots.record_box(round_=vote.round, returned=3, by=vote.clerk, at=vote.later())


DECIDED: dict[str, object] = {"decision": "主席团决定", "reason": "理由"}


#: Every verb that needs two people, by the name of its function: a new one stands here, or a test fails.
DOINGS = {
    "close_round": Doing(
        until="open",
        call=lambda vote, second: rounds.close_round(round_=vote.round, by=vote.clerk, at=NOW, second=second),
        address="/admin/vote/<slug:slug>/close/",
    ),
    "unfreeze_roll": Doing(
        until="adopted",
        before=freeze,
        call=lambda vote, second: unfreezing.unfreeze_roll(
            round_=vote.round, reason="理由", by=vote.clerk, at=NOW, second=second
        ),
        address="/admin/vote/<slug:slug>/roll/",
        verb="unfreeze",
        act=Act.ROLL_UNFROZEN,
        more=lambda _vote: {"reason": "理由"},
    ),
    "take_slate_back": Doing(
        until="adopted",
        call=lambda vote, second: taking_back.take_slate_back(
            cycle=vote.cycle, reason="理由", by=vote.clerk, at=NOW, second=second
        ),
        address="/admin/vote/<slug:slug>/slate/",
        verb="back",
        act=Act.SLATE_UNFROZEN,
        more=lambda _vote: {"reason": "理由"},
    ),
    "reopen_rules": Doing(
        until="adopted",
        call=lambda vote, second: taking_back.reopen_rules(
            cycle=vote.cycle, reason="理由", by=vote.clerk, at=NOW, second=second
        ),
        address="/admin/vote/<slug:slug>/rules/",
        verb="back",
        act=Act.RULES_REOPENED,
        more=lambda _vote: {"reason": "理由"},
    ),
    "prepare_anew": Doing(
        until="open",
        before=annulled,
        call=lambda vote, second: taking_back.prepare_anew(
            cycle=vote.cycle, reason="理由", by=vote.clerk, at=NOW, second=second
        ),
        address="/admin/vote/<slug:slug>/further/",
        verb="anew",
        act=Act.PREPARED_ANEW,
        more=lambda _vote: {"reason": "理由"},
    ),
    "correct_box": Doing(
        until="open",
        before=count_sheets,
        call=lambda vote, second: paper_ballots.correct_box(
            round_=vote.round, returned=2, reason="理由", by=vote.clerk, at=NOW, second=second
        ),
        address="/admin/vote/<slug:slug>/paper/",
        verb="correct",
        act=Act.PAPER_CORRECTED,
        more=lambda _vote: {"returned": "2", "again": "2", "reason": "理由"},
    ),
    "annul_round": Doing(
        until="open",
        call=lambda vote, second: annulments.annul_round(
            round_=vote.round, decision="主席团决定", reason="理由", by=vote.clerk, at=NOW, second=second
        ),
        address="/admin/vote/<slug:slug>/annul/",
        verb="annul",
        act=Act.ROUND_ANNULLED,
        more=lambda _vote: DECIDED,
    ),
    "end_rounds": Doing(
        until="published",
        call=lambda vote, second: further_rounds.end_rounds(
            cycle=vote.cycle,
            seats=ShortfallRule.STAY_EMPTY,
            decision="主席团决定",
            reason="理由",
            by=vote.clerk,
            at=NOW,
            second=second,
        ),
        address="/admin/vote/<slug:slug>/further/",
        verb="end",
        act=Act.ROUNDS_ENDED,
        more=lambda _vote: DECIDED | {"seats": "stay_empty"},
    ),
    "import_count": Doing(
        until="closed",
        call=lambda vote, second: urn_files.import_count(
            round_=vote.round, text=forged_count(vote.round), by=vote.clerk, at=NOW, second=second
        ),
        address="/admin/vote/<slug:slug>/count/",
        verb="import",
        act=Act.ROUND_COUNTED,
        more=lambda vote: {
            "count_file": SimpleUploadedFile("count.json", forged_count(vote.round).encode())
        },
    ),
    "register_key": Doing(
        until="rolled",
        call=lambda vote, second: keys.register_key(
            round_=vote.round, raw=KEY.raw, needed=2, issued=3, by=vote.clerk, at=NOW, second=second
        ),
        address="/admin/vote/<slug:slug>/key/",
        verb="offline",
        act=Act.KEY_SPLIT,
        more=lambda vote: {"fingerprint": vote.round.key_fingerprint, "key_file": key_file()},
        roles=("scrutineer", "chief"),
    ),
    "pass_trial": Doing(
        until="rolled",
        before=make_key_offline,
        call=lambda vote, second: keys.pass_trial(
            round_=vote.round, word="A", expected="A", by=vote.clerk, at=NOW, second=second
        ),
        address="/admin/vote/<slug:slug>/trial/",
        verb="word",
        act=Act.KEY_TRIED,
        more=lambda vote: {"trial": "abc", "word": trial_word(vote.round, "abc")},
        roles=("scrutineer", "chief"),
    ),
    "open_round": Doing(
        until="ready",
        call=lambda vote, second: rounds.open_round(
            round_=vote.round, mark=vote.mark, by=vote.clerk, at=NOW, second=second
        ),
        address="/admin/vote/<slug:slug>/open/",
        act=Act.ROUND_OPENED,
        more=lambda vote: {"mark": vote.mark},
        roles=("scrutineer", "chief"),
    ),
    "issue_slips": Doing(
        until="ready",
        call=lambda vote, second: delegate_slips.issue_slips(
            round_=vote.round, numbers=[vote.delegates[0].number], by=vote.clerk, at=NOW, second=second
        ),
        address="/admin/vote/<slug:slug>/slips/",
        verb="one",
        act=Act.CODES_ISSUED,
        more=lambda vote: {"number": vote.delegates[0].number, "printed": printed(vote)},
    ),
    "issue_letters": Doing(
        until="rolled",
        residents=3,
        call=lambda vote, second: letters.issue_letters(
            round_=vote.round, first=1, last=2, by=vote.clerk, at=NOW, second=second
        ),
        address="/admin/vote/<slug:slug>/letters/",
        verb="part",
        act=Act.CODES_ISSUED,
        more=lambda vote: {"first": "1", "last": "2", "as_file": "file", "printed": printed(vote)},
    ),
    "issue_slips of some": Doing(
        until="open",
        call=lambda vote, second: delegate_slips.issue_slips(
            round_=vote.round, numbers=[vote.delegates[0].number, vote.delegates[1].number], by=vote.clerk, at=NOW,
            second=second,
        ),
        address="/admin/vote/<slug:slug>/slips/",
        verb="some",
        act=Act.CODES_ISSUED,
        more=lambda vote: {"printed": printed(vote), "delegations": [vote.delegates[0].delegation.name]},
    ),
    "issue_slips of all": Doing(
        until="open",
        call=lambda vote, second: delegate_slips.issue_slips(round_=vote.round, by=vote.clerk, at=NOW, second=second),
        address="/admin/vote/<slug:slug>/slips/",
        verb="all",
        act=Act.CODES_ISSUED,
        more=lambda vote: {"printed": printed(vote)},
    ),
    "enter_people": Doing(
        until="keyed",
        call=lambda vote, second: people.enter_people(
            congress=vote.cycle.congress, people=[people.Newcomer("甲", Role.SCRUTINEER)],
            by=keeper_of(vote), at=NOW, second=second,
        ),
        address="/admin/people/",
        act=CongressAct.ACCOUNT_ENTERED,
        more=lambda vote: {
            "name_1": "甲", "role_1": "scrutineer", "shown": newest(people.kept_by(keeper_of(vote)))
        },
        roles=BESIDE_KEEPER,
        by=keeper_of,
    ),
    "renew_password": Doing(
        until="open",
        call=lambda vote, second: people.renew_password(
            vote.scrutineer, by=keeper_of(vote), at=NOW, second=second
        ),
        address="/admin/people/<small:pk>/",
        verb="renew",
        act=CongressAct.PASSWORD_GIVEN,
        more=lambda vote: {"shown": vote.scrutineer.get_session_auth_hash()[:16]},
        roles=BESIDE_KEEPER,
        by=keeper_of,
    ),
    "reset_second_factor": Doing(
        until="counted",
        before=give_second_factor,
        call=lambda vote, second: people.reset_second_factor(
            vote.scrutineer, by=keeper_of(vote), at=NOW, second=second
        ),
        address="/admin/people/<small:pk>/",
        verb="reset",
        act=CongressAct.FACTOR_RESET,
        more=lambda vote: {"shown": vote.scrutineer.get_session_auth_hash()[:16]},
        roles=BESIDE_KEEPER,
        by=keeper_of,
    ),
    "change_person": Doing(
        until="certified",
        call=lambda vote, second: people.change_person(
            user=vote.scrutineer, name="乙", unit="", may_sign_in=True,
            by=keeper_of(vote), at=NOW, second=second,
        ),
        address="/admin/people/<small:pk>/",
        verb="save",
        act=CongressAct.ACCOUNT_CHANGED,
        more=lambda _vote: {"name": "乙", "may_sign_in": "on"},
        roles=BESIDE_KEEPER,
        by=keeper_of,
        refused_with=409,
    ),
}  # fmt: skip
#: Who can't be the second person of the clerk, and what is wrong with them.
UNFIT: dict[str, Callable[[Vote], User]] = {
    "the same person": lambda vote: vote.clerk,
    "of another congress": lambda _vote: UserFactory(role=Role.SCRUTINEER, kind=Kind.DEMO),
    "who may not sign in": lambda _vote: UserFactory(role=Role.SCRUTINEER, is_active=False),
    "a delegate": lambda vote: _with_password(vote.delegates[0].user),
    "a unit officer": lambda _vote: UserFactory(role=Role.UNIT),
    "the keeper of accounts": lambda _vote: UserFactory(role=Role.KEEPER),
    "the keeper of the installation": lambda _vote: UserFactory(role=Role.KEEPER, congress=None),
}


def _with_password(user: User) -> User:
    user.set_password(PASSWORD)
    user.save()
    return user


def verbs_of_two() -> set[str]:
    """Return the functions of the domain that take a second person."""
    names = set()
    for module in pkgutil.walk_packages(voting.domain.__path__, "voting.domain."):
        for name, function in vars(importlib.import_module(module.name)).items():
            if inspect.isfunction(function) and not name.startswith("_") and name != "second_person":
                names |= {name} if "second" in inspect.signature(function).parameters else set()
    return names


def at_clerk(vote: Vote) -> Client:
    return at(vote.clerk)


def at(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def send(doing: Doing, vote: Vote, **data: str) -> HttpResponse:
    name = {"do": doing.verb} if doing.verb else {}
    address = doing.address.replace("<slug:slug>", "2018").replace("<small:pk>", str(vote.scrutineer.pk))
    return at(doing.by(vote)).post(address, {"confirm": "on", **name, **doing.more(vote), **data})


def form_in(answer: HttpResponse, doing: Doing) -> StepForm:
    context = answer.context
    return context["forms"][doing.verb] if "forms" in context else context["form"]


def done(doing: Doing) -> Any:
    """Return the newest entry of the act, in the journal of the year or of the congress."""
    journal = CongressEntry if isinstance(doing.act, CongressAct) else JournalEntry
    return journal.objects.filter(act=doing.act).latest("sequence")


def written() -> int:
    return JournalEntry.objects.count() + CongressEntry.objects.exclude(act=CongressAct.REST_BEGUN).count()


def beside(user: User, password: str = PASSWORD) -> dict[str, str]:
    return {"second_name": user.username, "second_password": password}


def test_every_verb_of_two_people_is_tried():
    assert verbs_of_two() == {name.partition(" ")[0] for name in DOINGS}


@pytest.mark.parametrize("until", ["drafted", "rolled", "ready", "open", "closed", "certified", "published"])
def test_every_page_that_asks_for_a_second_person_is_tried(until: str):
    """Each form of two people stands in the table, at the address and under the name it has there."""
    vote, asking = make_vote(until=until, delegates=3), set()
    for user in vote.clerk, keeper_of(vote):
        client = at(user)
        for address in pages():
            url = address.replace("<slug:slug>", "2018").replace("<small:pk>", str(vote.scrutineer.pk))
            shown = client.get(url)
            forms = (
                (shown.context.get("forms") or {"": shown.context.get("form")})
                if shown.status_code == 200
                else {}
            )
            asking |= {(address, name) for name, form in forms.items() if isinstance(form, TwoPeople)}
    assert asking
    assert asking <= {(doing.address, doing.verb) for doing in DOINGS.values()}


def unfit_for(doing: Doing) -> list[str]:
    fit = {"the keeper of accounts"} if "keeper" in doing.roles else set()
    return [who for who in UNFIT if who not in fit]


@pytest.mark.parametrize(
    ("name", "who"), [(name, who) for name, doing in DOINGS.items() for who in unfit_for(doing)]
)
def test_f39_one_account_cannot_do_it(name: str, who: str):
    doing, vote = DOINGS[name], DOINGS[name].world()
    by = doing.by(vote)
    unfit = by if who == "the same person" else UNFIT[who](vote)
    with pytest.raises(SamePersonTwice if unfit == by else SecondPersonNeeded):
        doing.call(vote, unfit)
    known = written()
    answer = send(doing, vote, **beside(unfit))
    assert answer.status_code == 422
    errors = form_in(answer, doing).errors
    assert set(errors) <= {"second_name", "second_password"}
    assert errors
    assert PASSWORD not in answer.content.decode()
    assert written() == known


@pytest.mark.parametrize(
    ("name", "role"),
    [
        (name, role)
        for name, doing in DOINGS.items()
        for role in Role
        if role not in doing.roles and role != Role.NONE
    ],
)
def test_f39_each_act_has_its_own_second_people(name: str, role: str):
    doing, vote = DOINGS[name], DOINGS[name].world()
    with pytest.raises(SecondPersonNeeded):
        doing.call(vote, UserFactory(role=role))


@pytest.mark.parametrize("name", DOINGS)
def test_f39_nobody_beside_is_a_refusal_on_the_fields(name: str):
    doing, vote = DOINGS[name], DOINGS[name].world()
    with pytest.raises(SecondPersonNeeded):
        doing.call(vote, None)
    known = written()
    answer = send(doing, vote)
    assert answer.status_code == doing.refused_with
    assert "second_name" in form_in(answer, doing).errors
    assert 'name="second_password"' in answer.content.decode()
    assert written() == known


@pytest.mark.parametrize("name", DOINGS)
def test_f39_an_unknown_name_and_a_wrong_password_are_answered_alike_and_not_echoed(name: str):
    doing, vote = DOINGS[name], DOINGS[name].world()
    unknown = send(doing, vote, second_name="nobody-here", second_password="what-was-typed")
    wrong = send(doing, vote, **beside(vote.chief, "what-was-typed"))
    told = [form_in(answer, doing).errors for answer in (unknown, wrong)]
    assert told[0] == told[1]
    assert set(told[0]) == {"second_password"}
    for answer in unknown, wrong:
        page = unescape(answer.content.decode())
        assert "what-was-typed" not in page
        assert "nobody-here" not in page
        assert f'value="{vote.chief.username}"' not in page


@pytest.mark.parametrize("name", DOINGS)
def test_f39_a_second_person_with_an_initial_password_is_told_to_choose_their_own(name: str):
    doing, vote = DOINGS[name], DOINGS[name].world()
    User.objects.filter(pk=vote.chief.pk).update(password_is_initial=True)
    answer = send(doing, vote, **beside(vote.chief))
    assert answer.status_code == 422
    assert set(form_in(answer, doing).errors) == {"second_name"}


@pytest.mark.parametrize(
    ("name", "role"), [(name, role) for name, doing in DOINGS.items() for role in doing.roles]
)
def test_two_people_do_it_and_the_journal_names_both(name: str, role: str):
    doing, vote = DOINGS[name], DOINGS[name].world()
    second = UserFactory(role=role)
    answer = send(doing, vote, **beside(second))
    assert answer.status_code in {200, 302}, unescape(answer.content.decode())
    entry = done(doing)
    assert (entry.actor, entry.data["second"]) == (doing.by(vote), second.username)
    with override("en"):
        page = "/en/admin/sign-ins/" if isinstance(doing.act, CongressAct) else "/en/admin/vote/2018/journal/"
        assert second.username in at(doing.by(vote)).get(page).content.decode()


def test_a_vote_in_which_everybody_present_has_voted_is_closed_by_one():
    vote = make_vote(until="open", delegates=3, present=2, ballots=[[1]] * 2)
    client = at_clerk(vote)
    assert "second_name" not in client.get("/admin/vote/2018/close/").context["form"].fields
    assert send(DOINGS["close_round"], vote).status_code == 302
    assert "second" not in vote.cycle.journal.get(act=Act.ROUND_CLOSED).data


def test_the_page_says_how_many_present_delegates_have_not_voted():
    vote = make_vote(until="open", delegates=5, present=4, ballots=[[1]])
    client = at_clerk(vote)
    assert (
        "3 delegates who were in the hall since the opening have no ballot in the urn"
        in client.get("/en/admin/vote/2018/close/").content.decode()
    )


def test_somebody_who_comes_while_the_form_is_on_its_way_needs_a_second_person_too(monkeypatch):
    """The domain decides; the page that was made before shows the fields then."""
    vote = make_vote(until="open", delegates=3, present=2, ballots=[[1]] * 2)
    closing = rounds.close_round

    def late(**given: object) -> object:
        vote.round.roll.filter(delegate=vote.delegates[2]).update(presence=Presence.PRESENT)
        return closing(**given)

    monkeypatch.setattr("voting.admin.vote.urn.close_round", late)
    answer = send(DOINGS["close_round"], vote)
    assert answer.status_code == 409
    form = answer.context["form"]
    assert form.errors["second_name"] == [str(SecondPersonNeeded())]
    assert 'name="second_password"' in answer.content.decode()


def test_the_minutes_name_both():
    vote = make_vote(until="published", delegates=3, ballots=[range(1, 11)])
    page = at_clerk(vote).get("/admin/vote/2018/minutes/").content.decode()
    assert page.count(vote.presiding.name) == 1
    assert page.count(vote.chief.name) == 1


def test_f39_handing_out_paper_does_not_let_one_close_alone():
    vote = make_vote(until="open", delegates=3, ballots=[[1]])
    paper_ballots.hand_out_to_rest(round_=vote.round, by=vote.clerk, at=vote.later())
    with pytest.raises(SecondPersonNeeded):
        rounds.close_round(round_=vote.round, by=vote.clerk, at=NOW)
    assert send(DOINGS["close_round"], vote).status_code == 422


@pytest.mark.parametrize("to", [Presence.LEFT, Presence.ABSENT, Presence.ON_LEAVE])
def test_f39_setting_delegates_left_does_not_let_one_close_alone(to: Presence):
    vote = make_vote(until="open", delegates=3, ballots=[[1]])
    acting = {"round_": vote.round, "by": vote.clerk, "at": vote.later()}
    for delegate in vote.delegates[1:]:
        with pytest.raises(rolls.StaysPresent):
            rolls.set_presence(numbers=[delegate.number], presence=to, **acting)
    with pytest.raises(SecondPersonNeeded):
        rounds.close_round(**acting)


def test_f39_taking_a_check_in_back_does_not_let_one_close_alone():
    vote = make_vote(until="open", delegates=3, present=2, ballots=[[1]] * 2)
    acting = {"round_": vote.round, "by": vote.clerk, "at": vote.later()}
    rolls.set_presence(numbers=[vote.delegates[2].number], presence=Presence.PRESENT, **acting)
    assert rolls.undo_presence(**acting) == [vote.delegates[2].number]
    assert attendance(vote.round).pending == 0
    with pytest.raises(SecondPersonNeeded):
        rounds.close_round(**acting)


def test_the_minutes_name_the_single_slips_that_were_printed_and_not_the_first_printing():
    vote = make_vote(until="ready", delegates=3)
    number = vote.delegates[0].number
    given = {"round_": vote.round, "numbers": [number], "by": vote.clerk, "at": vote.later()}
    delegate_slips.issue_slips(**given, second=vote.presiding)
    vote.run("open", "closed", "counted", "certified", "published")
    page = at_clerk(vote).get("/en/admin/vote/2018/minutes/").content.decode()
    assert page.count("A new slip was printed for delegate") == 1
    assert f"A new slip was printed for delegate {number}." in page


def test_one_account_cannot_hold_the_offline_ceremony_again_at_ready():
    """The whole way of the attack: an own key, an own trial, the mark read off the page."""
    vote = make_vote(until="ready", delegates=3)
    for name in "register_key", "open_round":
        assert send(DOINGS[name], vote).status_code == 422
    assert vote.round.status == RoundStatus.READY
    assert vote.round.key_fingerprint != KEY.fingerprint


def test_a_key_made_offline_is_taken_once_per_opened_form():
    vote = make_vote(until="keyed", delegates=3)
    sent = {"fingerprint": "", **beside(vote.chief)}
    answer = send(DOINGS["register_key"], vote, **sent)
    assert answer.status_code == 409
    assert vote.round.key_fingerprint != KEY.fingerprint


def test_units_and_their_officers_are_entered_by_one_while_a_vote_is_under_way():
    vote = make_vote(until="open", delegates=3)
    newcomer = people.Newcomer("甲", Role.UNIT, unit="教育局")
    assert people.enter_people(congress=vote.cycle.congress, people=[newcomer], by=keeper_of(vote), at=NOW)


@pytest.mark.parametrize("until", ["rolled", "published"])
def test_before_the_ceremony_and_after_the_publication_a_keeper_acts_alone(until: str):
    vote = make_vote(until=until, delegates=3)
    assert people.renew_password(vote.scrutineer, by=keeper_of(vote), at=NOW)


def test_the_installations_keeper_enters_a_congresss_keeper_beside_somebody_of_it():
    vote = make_vote(until="open", delegates=3)
    root = UserFactory(role=Role.KEEPER, congress=None)
    page = f"/admin/congresses/{vote.cycle.congress.slug}/"
    sent = {
        "do": "keeper",
        "keeper_name": "甲",
        "confirm": "on",
        "shown": at(root).get(page).context["shown"],
    }
    assert at(root).post(page, sent).status_code == 422
    answer = at(root).post(page, sent | beside(vote.chief))
    assert answer.status_code == 200
    assert CongressEntry.objects.latest("pk").data["second"] == vote.chief.username
