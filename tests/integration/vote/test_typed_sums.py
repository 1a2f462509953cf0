"""Sums of money as clerks type them: what is no number is told on its field, in both languages, and nothing is lost.

Guards ``voting.forms.core.plain``, ``voting.forms.core.steps`` and ``voting.forms.vote.rules``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any

import pytest
from django import forms
from django.http import QueryDict
from django.test import Client
from django.utils.translation import override

from tests.factories import Vote, make_vote
from tests.integration.vote.test_rules import desk, page, values
from tests.pages import text_of
from voting.forms.core.plain import PlainForm
from voting.models import JournalEntry, VotingRules

pytestmark = pytest.mark.django_db

NO_NUMBER = (
    "请用数字填写整数，例如 1200，不加逗号、空格和单位。",
    "Write a whole number in digits alone, such as 1200: no comma, no blank, no unit.",
)
NO_SUM = ("请填写资金总额。", "Say how much money is shared out.")
SMALL = ("所填数字过小，不得小于 0。", "This number is too small: the least is 0.")
LARGE = ("所填数字过大，不得大于 {}。", "This number is too large: the most is {}.")
RANGE = (
    "一件项目可给的分数至少为1分，至多为20分，且不多于每张表决票的分数。",
    "One project may get at least 1 point, at most 20, and no more than a ballot has.",
)
#: What is typed over a draft that shares out 100: field, text, and what is said there.
TYPED: list[tuple[str, str, tuple[str, str]]] = [
    *(("budget", text, NO_NUMBER) for text in ("1,000", "1 000", "1e6", "100万元", "100 USD 90 EUR", "--")),
    ("budget", "0", NO_SUM),
    ("budget", "", NO_SUM),
    ("budget", "-5", SMALL),
    ("budget", "2147483648", (LARGE[0].format(2147483647), LARGE[1].format(2147483647))),
    ("seats", "0", ("至少应选一个项目。", "At least one project must be chosen.")),
    (
        "seats",
        "7",
        ("候选项目只有 6 件，应选数不得超过此数。", "There are only 6 candidate projects to choose from."),
    ),
    ("seats", "40000", (LARGE[0].format(32767), LARGE[1].format(32767))),
    ("residents", "30-0", NO_NUMBER),
    ("residents", "400001", (LARGE[0].format(400000), LARGE[1].format(400000))),
    ("most_rounds", "two", NO_NUMBER),
]
#: Settings that go together no better, said on the field named.
TOGETHER: list[tuple[dict[str, str], str, tuple[str, str]]] = [
    ({"ballot_type": "points", "points": "4", "most_points": "5"}, "most_points", RANGE),
    ({"ballot_type": "points", "points": "40", "most_points": "21"}, "most_points", RANGE),
]


def sums(costs: Sequence[int | None] = (40,) * 6) -> Vote:
    return make_vote(
        until="drafted", delegates=10, candidates=6, seats=5, preset="sum", budget=100, costs=list(costs)
    )


def refused_on(client: Client, sent: dict[str, Any], field: str, sentences: tuple[str, str]) -> list[str]:
    """Return what is wrong with the answers, in both languages, to what was sent."""
    faults = []
    for language, sentence in zip(("zh-hans", "en"), sentences, strict=True):
        answer = client.post(page(language), sent)
        errors = {
            name: list(map(str, each)) for name, each in answer.context["forms"]["draft"].errors.items()
        }
        if answer.status_code not in (409, 422) or errors != {field: [sentence]}:
            faults.append(f"{sent[field]!r}: {answer.status_code} {errors}")
        kept = re.findall(rf'<input[^>]* name="{field}"[^>]*>', answer.content.decode())
        if sent[field] and not any(f'value="{escape(sent[field])}"' in each for each in kept):
            faults.append(f"{sent[field]!r} is not kept: {kept}")
    return faults


def test_what_is_no_sum_is_told_on_its_field_and_kept_as_it_was_typed():
    vote = sums()
    client = desk(vote)
    shown, entries = values(client.get(page())), JournalEntry.objects.count()
    faults = [
        fault
        for field, text, said in TYPED
        for fault in refused_on(client, shown | {field: text}, field, said)
    ]
    for settings, field, said in TOGETHER:
        faults += refused_on(client, shown | settings, field, said)
    assert not faults, "\n".join(faults)
    assert (VotingRules.objects.get().budget, JournalEntry.objects.count()) == (100, entries)
    assert client.post(page(), shown | {"budget": " １２０ "}).status_code == 302, (
        "full-width digits are digits"
    )
    assert VotingRules.objects.get().budget == 120


def test_no_number_is_typed_into_a_field_that_a_browser_empties():
    class Some(PlainForm, forms.Form):
        whole = forms.IntegerField(min_value=1, max_value=9)
        part = forms.DecimalField(decimal_places=2)
        unseen = forms.IntegerField(widget=forms.HiddenInput)

    form = Some(QueryDict("whole=１0&part=1,5&unseen=x"))
    form.fields["later"] = forms.IntegerField(required=False)
    assert {each.name: each.field.widget.input_type for each in form} == {
        "whole": "text", "part": "text", "unseen": "hidden", "later": "text",
    }  # fmt: skip
    assert "min=" not in str(form) + str(form["whole"])
    assert 'inputmode="numeric"' in str(form["whole"])
    assert 'inputmode="decimal"' in str(form["part"])
    with override("en"):
        assert {name: list(map(str, each)) for name, each in form.errors.items()} == {
            "whole": ["This number is too large: the most is 9."],
            "part": [
                "Write a number in digits, such as 1200.5: a point before decimals, no comma, no blank, no unit."
            ],
            "unseen": [NO_NUMBER[1]],
        }


def test_a_million_is_written_in_digits():
    class Sum(PlainForm, forms.Form):
        cost = forms.DecimalField(decimal_places=2)
        seats = forms.IntegerField(required=False)

    typed = {
        "cost": ["1e6", "1E%2B6", "1e-2", "0.1e1", "1_000", "1000000", "0.5", "%2B5", "%C2%A05"],
        "seats": ["1_000", "10"],
    }
    assert {
        name: [each for each in texts if Sum(QueryDict(f"cost=1&{name}={each}")).errors == {}]
        for name, texts in typed.items()
    } == {"cost": typed["cost"][5:], "seats": ["10"]}


def test_how_many_digits_there_is_room_for_is_said_in_our_words():
    class Sum(PlainForm, forms.Form):
        cost = forms.DecimalField(max_digits=4, decimal_places=2)

    def told(typed: str) -> str:
        return str(Sum(QueryDict(f"cost={typed}")).errors["cost"][0])

    assert [told(each) for each in ("1.234", "123", "12345")] == [
        "小数位数过多，最多 2 位。", "所填数字过大，小数点前最多 2 位。", "所填数字过长，最多 4 位。",
    ]  # fmt: skip
    with override("en"):
        assert told("123") == "This number is too large: the most is 2 digits before the point."


def test_projects_that_no_sum_could_pay_are_named_before_the_adoption():
    client = desk(sums(costs=[40, None, 101, 40, 40, 40]))
    for language, sentences in {
        "zh-hans": ("下列项目未填写总投资：2", "下列项目的总投资超过资金总额：3"),
        "en": ("no total investment: 2", "cost more than the whole sum of money: 3"),
    }.items():
        shown = text_of(client.get(page(language)))
        assert all(sentence in shown for sentence in sentences), language
        answer = client.post(page(language), {"do": "adopt", "confirm": "on"})
        assert answer.status_code == 409
        assert all(sentence in text_of(answer) for sentence in sentences), language
    assert not VotingRules.objects.get().is_adopted
