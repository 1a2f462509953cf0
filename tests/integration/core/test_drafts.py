"""Two people on one draft: nothing of either is lost without a word, on any form that edits what is stored.

Guards ``voting.forms.core.drafts``, ``voting.admin.core.verbs`` and ``voting.admin.core.kept_people``.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Delegate, User
from accounts.roles import Role
from tests.autumn import Autumn, make_autumn
from tests.factories import UnitFactory, UserFactory, make_vote
from tests.integration.core.test_verbs import WORLDS, pages
from tests.pages import text_of
from tests.spring import make_spring
from voting.admin import front
from voting.admin.core.kept_people import KeptByClerks
from voting.forms.after.delivery import AssessmentForm
from voting.forms.after.progress import ReportForm
from voting.forms.before.screening import DecideForm, DecideTogetherForm, MergeForm
from voting.forms.core.drafts import SEEN, edited, text_in
from voting.forms.core.imports import ReadingForm
from voting.forms.core.steps import CeremonyForm
from voting.forms.vote.daybook import IncidentForm
from voting.forms.vote.letters import LetterPartForm
from voting.models import Candidate, Delivery, VotingRules

pytestmark = pytest.mark.django_db

#: What is filled in with something that is not stored, or looks after two people itself.
NO_DRAFT = {
    CeremonyForm: "everybody who may hold a slip, and how many are needed",
    AssessmentForm: "what can be assessed now",
    ReportForm: "takes nothing but what was changed in it",
    DecideForm: "adds a decision; who decided meanwhile is found by the verb",
    DecideTogetherForm: "what was ticked in the queue; who decided meanwhile is found by the verb",
    MergeForm: "what was ticked in the queue; who merged meanwhile is found by the verb",
    ReadingForm: "how we propose to read a file",
    LetterPartForm: "makes letters; what they are made as is a file until somebody says another",
    IncidentForm: "adds an incident; the time is now until somebody says another",
}
FORM = re.compile(r"<form.*?</form>", re.DOTALL)
FIELD = re.compile(r'name="seen_values" value="([^"]*)"')


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def body_of(answer: Any) -> str:
    page = b"".join(answer) if answer.streaming else answer.content
    return html.unescape(page.decode())


def as_sent(form: Any) -> dict[str, Any]:
    """Return what a browser sends of a form that nobody has touched."""
    sent: dict[str, Any] = {}
    for field in form:
        value = field.value()
        if isinstance(field.field.widget, forms.FileInput) or value is None or value is False:
            continue
        shown = field.field.widget.format_value(value)
        sent[field.html_name] = "on" if isinstance(field.field.widget, forms.CheckboxInput) else shown
    return {name: value for name, value in sent.items() if value is not None}


# --------------------------------------------------------------------------------------------------------- the walk


def test_every_form_that_edits_what_is_stored_carries_what_it_was_made_from():
    """Found by walking over all pages with verbs in all worlds: a form that is filled in is a draft."""
    drafts: set[str] = set()
    for world in [*WORLDS.values(), drafted_slate]:
        with transaction.atomic():
            for form, address, page in filled_in(*world()):
                assert SEEN in form.fields, (type(form), address)
                if here := [part for part in FORM.findall(page) if _holds(part, form)]:
                    drafts.add(type(form).__name__)
                assert all(FIELD.search(part) for part in here), (type(form), address)
            transaction.set_rollback(True)
    assert {
        "CandidateForm", "RulesForm", "PlanForm", "SlateReportForm", "CallForm", "TimesForm", "OrderForm", "LightsForm",
        "ChangeForm", "GroupForm",
    } <= drafts  # fmt: skip


def drafted_slate() -> tuple[str, list[User]]:
    autumn = make_autumn(until="screening")
    autumn.draft("公厕项目", 1, 3)
    return "2019", [autumn.clerk]


def filled_in(slug: str, people: list[User]) -> Iterator[tuple[Any, str, str]]:
    """Yield every form that is filled in on some page, with the address and the page."""
    for user in people:
        client = signed_in(user)
        for address in pages():
            shown = client.get(address.replace("<slug:slug>", slug))
            if shown.status_code != 200:
                continue
            for form in shown.context["forms"].values():
                made_from = form.initial or any(map(text_in, edited(form)))
                if not form.is_bound and type(form) not in NO_DRAFT and edited(form) and made_from:
                    yield form, address, body_of(shown)


def _holds(part: str, form: Any) -> bool:
    """Tell whether this is the form on the page: all of its fields that can be edited stand in it."""
    return all(f'id="{field.auto_id}' in part for field in edited(form))


# ----------------------------------------------------------------------------------------------------- two people


def candidate_page() -> tuple[Autumn, Client, Client, str]:
    autumn = make_autumn(until="screening")
    autumn.draft("公厕项目", 1, 3)
    other = UserFactory(role=Role.CLERK, congress=autumn.cycle.congress, name="乙同志")
    return autumn, signed_in(autumn.clerk), signed_in(other), "/admin/vote/2019/candidates/1/"


def test_the_second_editor_sees_both_texts_and_nothing_is_saved():
    _autumn, first, second, url = candidate_page()
    seen_by_first = as_sent(first.get(url).context["forms"]["save"])
    seen_by_second = as_sent(second.get(url).context["forms"]["save"])
    assert (
        second.post(url, {"do": "save", **seen_by_second, "site": "河东", "scale": "八座"}).status_code == 302
    )
    refused = first.post(url, {"do": "save", **seen_by_first, "site": "河西", "period": "全年"})
    page = text_of(refused)
    assert refused.status_code == 409
    assert "乙同志" in page, "who changed it"
    assert "河东" in page
    assert "河西" in page
    candidate = Candidate.objects.get()
    assert (candidate.site, candidate.scale, candidate.period) == ("河东", "八座", "")
    form = refused.context["forms"]["save"]
    assert form["site"].value() == "河西", "what was typed stays"
    assert form["scale"].value() == "八座", "what was not touched is taken over"
    changes = {each.theirs: each for each in refused.context["changes"]}
    assert set(changes) == {"河东", "八座"}
    assert (changes["河东"].taken, changes["八座"].taken) == (False, True)
    merged = {"do": "save", **{field.html_name: field.value() or "" for field in form}, "site": "河东、河西"}
    assert first.post(url, merged).status_code == 302
    candidate.refresh_from_db()
    assert (candidate.site, candidate.scale, candidate.period) == ("河东、河西", "八座", "全年")


def test_the_same_words_of_two_people_are_no_conflict():
    _autumn, first, second, url = candidate_page()
    sent = as_sent(first.get(url).context["forms"]["save"]) | {"do": "save", "site": "河东"}
    assert second.post(url, sent).status_code == 302
    assert first.post(url, sent).status_code == 302


def test_a_form_that_nobody_else_changed_is_saved_again_and_again():
    _autumn, first, _second, url = candidate_page()
    for site in ("河东", "河西", ""):
        sent = as_sent(first.get(url).context["forms"]["save"])
        assert first.post(url, {**sent, "do": "save", "site": site}).status_code == 302
        assert Candidate.objects.get().site == site


def test_two_drafts_of_the_rules():
    vote = make_vote(until="drafted", delegates=3)
    other = UserFactory(role=Role.CLERK, congress=vote.cycle.congress, name="乙同志")
    first, second, url = signed_in(vote.clerk), signed_in(other), "/admin/vote/2018/rules/"
    sent = as_sent(first.get(url).context["forms"]["draft"])
    assert (
        second.post(
            url, {**sent, "do": "draft", "quorum_numerator": "3", "quorum_denominator": "4"}
        ).status_code
        == 302
    )
    refused = first.post(url, {**sent, "do": "draft", "quorum_numerator": "4", "quorum_denominator": "5"})
    assert refused.status_code == 409
    assert "乙同志" in text_of(refused)
    rules = VotingRules.objects.get()
    assert (rules.quorum_numerator, rules.quorum_denominator) == (3, 4)


def test_two_plans_of_one_project():
    spring = make_spring(issued=False)
    other = UserFactory(role=Role.CLERK, congress=spring.cycle.congress, name="乙同志")
    first, second, url = signed_in(spring.vote.clerk), signed_in(other), "/admin/vote/2018/delivery/1/"
    sent = as_sent(first.get(url).context["forms"]["plan"])
    assert second.post(url, {**sent, "do": "plan", "leader": "张区长"}).status_code == 302
    refused = first.post(url, {**sent, "do": "plan", "leader": "李区长"})
    assert refused.status_code == 409
    assert "张区长" in text_of(refused)
    assert "乙同志" in text_of(refused)
    assert Delivery.objects.get(cycle=spring.cycle, number=1).leader == "张区长"


def test_what_was_numbered_anew_meanwhile_is_not_another_project():
    """The address of a candidate is its number: after a new order it is another one's."""
    autumn, first, second, url = candidate_page()
    autumn.draft("停车项目", 7)
    sent = as_sent(first.get(url).context["forms"]["save"])
    assert second.post("/admin/vote/2019/candidates/", {"do": "order", "order": "2 1"}).status_code == 302
    refused = first.post(url, {**sent, "do": "save", "site": "河西"})
    assert refused.status_code == 409
    assert "停车项目" in text_of(refused)
    assert set(Candidate.objects.values_list("name", "site")) == {("公厕项目", ""), ("停车项目", "")}


def test_two_keepers_on_one_account_and_on_one_congress():
    congress = make_autumn().cycle.congress
    one, other = (UserFactory(role=Role.KEEPER, congress=congress) for _place in range(2))
    person = UserFactory(role=Role.CLERK, congress=congress, name="王明")
    for url, field in ((f"/admin/people/{person.pk}/", "name"), ("/admin/congress/", "issuer")):
        first, second = signed_in(one), signed_in(other)
        sent = as_sent(first.get(url).context["forms"]["save"]) | {"do": "save"}
        assert second.post(url, {**sent, field: "区人大常委会甲"}).status_code == 302, url
        refused = first.post(url, {**sent, field: "区人大常委会乙"})
        assert refused.status_code == 409, url
        assert "区人大常委会甲" in text_of(refused), url
    person.refresh_from_db()
    congress.refresh_from_db()
    assert (person.name, congress.issuer) == ("区人大常委会甲", "区人大常委会甲")


# ------------------------------------------------------------------------------------------- two forms on one page


def test_an_opening_that_was_typed_goes_out_with_the_report_that_is_issued():
    autumn = make_autumn(until="report")
    client, url = signed_in(autumn.clerk), "/admin/vote/2019/report/"
    page = body_of(client.get(url))
    form = next(part for part in FORM.findall(page) if 'value="issue"' in part)
    assert 'value="draft"' in form, "both buttons stand at the same words"
    assert page.count('name="opening"') == 1
    refused = client.post(url, {"do": "issue", "opening": "新的开头", "closing": "新的结尾"})
    assert refused.status_code == 422, "what is issued is ticked"
    assert "新的开头" in body_of(refused)
    issued = client.post(url, {"do": "issue", "opening": "新的开头", "closing": "新的结尾", "confirm": "on"})
    assert issued.status_code == 302
    assert (autumn.report.version, autumn.report.opening, autumn.report.closing) == (
        2,
        "新的开头",
        "新的结尾",
    )
    assert "新的开头" in autumn.report.body


def test_words_of_a_draft_that_is_refused_stand_in_the_form_that_issues_them_too():
    autumn = make_autumn(until="report")
    client, url = signed_in(autumn.clerk), "/admin/vote/2019/report/"
    refused = client.post(url, {"do": "draft", "opening": "很长" * 3000, "closing": "新的结尾"})
    assert refused.status_code == 422
    page = body_of(refused)
    assert page.count("新的结尾") == 1
    assert page.count('name="opening"') == 1


# -------------------------------------------------------------------------------------------------------- presets


@pytest.mark.parametrize(
    ("first", "second"), [("yangpu", "gongshu-2018"), ("shigu", "binjiang"), ("liyang", "dongyang")]
)
def test_one_preset_after_another_is_the_same_as_the_second_alone(first: str, second: str):
    """Yangpu, saved, then Gongshu, saved: the second one is not the first one with a few changes."""
    vote = make_vote(until="drafted", delegates=3, candidates=12, seats=10)
    client, url = signed_in(vote.clerk), "/admin/vote/2018/rules/"
    alone = as_sent(client.get(f"{url}?preset={second}").context["forms"]["draft"])
    taken = as_sent(client.get(f"{url}?preset={first}").context["forms"]["draft"])
    assert client.post(url, {**taken, "do": "draft"}).status_code == 302
    after = as_sent(client.get(f"{url}?preset={second}").context["forms"]["draft"])
    alone.pop(SEEN, None)
    token = after.pop(SEEN)
    assert after == alone
    assert client.post(url, {**after, SEEN: token, "do": "draft"}).status_code == 302
    assert VotingRules.objects.get().preset == second


# --------------------------------------------------------------------------------------- the lists that clerks keep


@pytest.mark.parametrize("which", KeptByClerks.__subclasses__())
def test_two_clerks_on_one_row_of_a_list_are_told_of_each_other_and_who_saved_is_logged(
    which: type[KeptByClerks],
):
    vote = make_vote(until="drafted", delegates=3)
    (kept,) = [each for each in front.site._registry.values() if type(each) is which]
    UnitFactory(congress=vote.cycle.congress)
    row = kept.model.objects.filter(congress=vote.cycle.congress)[0]
    address = reverse(f"admin:{kept.stem}_change", args=[row.pk])
    one, other = signed_in(vote.clerk), signed_in(vote.clerk)
    forms_of = [client.get(address).context["form"] for client in (one, other)]
    mine, theirs = (as_sent(form) for form in forms_of)
    assert one.post(address, mine | {"name": "甲所写"}).status_code == 302
    logged = LogEntry.objects.get(object_id=str(row.pk))
    assert (logged.user, json.loads(logged.change_message)[0]["changed"]["fields"] != []) == (
        vote.clerk,
        True,
    )
    refused = other.post(address, theirs | {"name": "乙所写"})
    assert refused.status_code == 409
    assert {"甲所写", "乙所写"} <= {
        text for change in refused.context["changes"] for text in (change.theirs, change.yours)
    }
    assert "甲所写" in body_of(refused)
    row.refresh_from_db()
    assert row.name == "甲所写"
    again = as_sent(refused.context["form"])
    assert other.post(address, again | {"name": "乙所写"}).status_code == 302
    row.refresh_from_db()
    assert row.name == "乙所写"
    if isinstance(row, Delegate):
        assert User.objects.get(delegate=row).name == "乙所写"
