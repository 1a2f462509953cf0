"""The journal in words: no code of ours stands on the page, whatever happened in the year.

Guards ``voting.read_models.core.journal_words``.
"""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils.translation import override

from tests.cases_after import archived_with_nothing_left
from tests.factories import make_vote
from tests.spring import make_spring
from voting.models import Cycle, JournalEntry
from voting.read_models.core.journal_words import name_of, value_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("from", "solicitation", "征集"),
        ("to", "2019", "2019"),
        ("body", "committee", "常委会组成人员"),
        ("by_unit", False, "否"),
        ("by_unit", True, "是"),
        ("tie_rule", "further_ballot", "就得票相等的项目再次投票"),
        ("method", "lot", "当场抽签，并作记录"),
        ("because", "tie", "因得票相等"),
        ("yellow", "ge10", "不少于 10"),
        ("red", "gt30", "超过 30"),
        ("numbers", [1, 2, 3], "1、2、3"),
        ("since", "open", "正在投票"),
        ("chosen", [], "—"),
        ("candidate", None, "—"),
        ("group_name", "", "—"),
        ("count", 0, "0"),
    ],
)
def test_a_datum_in_words(key: str, value: object, said: str):
    with override("zh-hans"):
        assert value_of(key, value) == said


def test_the_journal_of_a_whole_year_shows_no_code():
    spring = make_spring()
    archived_with_nothing_left(spring)
    client = Client()
    client.force_login(spring.vote.clerk)
    for cycle in Cycle.objects.all():
        with override("zh-hans"):
            unnamed = {
                key
                for entry in JournalEntry.objects.filter(cycle=cycle)
                for key in entry.data
                if name_of(key) == key
            }
        assert unnamed == set()
        first = client.get(f"/admin/vote/{cycle.slug}/journal/")
        pages = range(1, first.context["page"].paginator.num_pages + 1)
        addresses = [f"/admin/vote/{cycle.slug}/journal/?page={number}" for number in pages]
        page = "".join(client.get(address).content.decode() for address in addresses)
        values = re.findall(r'<span class="nb"><span class="muted">[^<]*</span>\s+([^<]*)</span>', page)
        assert len(values) > 50
        codes = [each for each in values if re.fullmatch(r"[a-z]+(_[a-z]+)*|True|False|None", each)]
        assert codes == [cycle.congress.slug], "an address is no code"


def test_the_rules_say_when_they_were_adopted_as_every_page_says_a_day(client):
    vote = make_vote(until="adopted", delegates=1)
    day = f"{vote.cycle.rules.adopted_at:%Y-%m-%d}"
    assert f"Adopted on {day}" in client.get("/en/2018/rules/").content.decode()
