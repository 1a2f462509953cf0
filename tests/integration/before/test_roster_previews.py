"""The preview of a list of delegates: who comes, changes and leaves, by name; who stands here twice; what is shifted.

Guards ``accounts.roster_rows``, ``voting.domain.before.roster_previews``, ``voting.admin.vote.roll_sheet`` and
``voting.read_models.vote.roll_sheet``.
"""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import RosterImport
from tests.factories import NOW, Vote, make_vote
from tests.integration.before.test_rosters import PAGE, apply
from tests.office_files import HEAD
from tests.pages import text_of
from tests.unit.foreign.test_tables import as_csv
from voting.domain.before import roster_previews, rosters
from voting.domain.before.rosters import NobodyInTheList, finish
from voting.domain.core.imports import Unanswered

pytestmark = pytest.mark.django_db


@pytest.fixture
def vote() -> Vote:
    vote = make_vote(until="adopted", delegates=3)
    vote.cycle.congress.delegations.update(name="老代表团")
    for number, (delegate, name) in enumerate(
        zip(vote.delegates, ["甲一", "乙二", "丙三"], strict=True), start=1
    ):
        delegate.number, delegate.name = f"{number:03d}", name
        delegate.save()
    return vote


def stage(vote: Vote, *rows: list[str], mode: str = "append") -> RosterImport:
    content = as_csv([HEAD, *rows])
    return finish(
        rosters.stage(cycle=vote.cycle, file_name="a.csv", content=content, mode=mode, by=vote.clerk, at=NOW)
    )


def asked(staged: RosterImport) -> dict[str, str]:
    return {code: about for code, _where, about in staged.summary["questions"]}


def warned(staged: RosterImport) -> dict[str, str]:
    return {code: about for code, _where, about in staged.summary["remarks"]}


def test_everybody_who_comes_changes_or_leaves_is_named_and_each_delegation_counted(vote: Vote):
    staged = stage(
        vote,
        ["002", "乙二改", "老代表团"],
        ["004", "丁四", "新片代表团"],
        ["005", "戊五", "新片代表团"],
        mode="whole",
    )
    assert [(each["number"], each["name"]) for each in staged.summary["people"]] == [
        ("004", "丁四"),
        ("005", "戊五"),
    ]
    assert [each["number"] for each in staged.summary["leaving"]] == ["001", "003"]
    assert [tuple(each) for each in staged.summary["strengths"]] == [("老代表团", 3, 1), ("新片代表团", 0, 2)]
    client = Client()
    client.force_login(vote.clerk)
    page = text_of(client.get(f"{PAGE}?import={staged.pk}"))
    for words in ("004 丁四", "005 戊五", "001 甲一", "003 丙三", "乙二改", "新片代表团 0 2"):
        assert words in page, words


def test_a_list_of_nobody_puts_nobody_out_of_office(vote: Vote):
    for mode in ("whole", "append"):
        with pytest.raises(NobodyInTheList):
            stage(vote, mode=mode)
    only_faulty = stage(vote, ["", "无号", "老代表团"], mode="whole")
    with pytest.raises(NobodyInTheList):
        apply(vote, only_faulty, leave_out=True)
    assert vote.cycle.congress.delegates.filter(is_active=True).count() == 3


def test_the_demo_re_saved_without_its_zeros_is_asked_about(vote: Vote):
    staged = stage(vote, ["1", "甲一", "老代表团"], ["002", "乙二", "老代表团"])
    assert asked(staged) == {"twins": "1 – 001"}
    with pytest.raises(Unanswered):
        apply(vote, staged)
    assert vote.cycle.congress.delegates.count() == 3
    apply(vote, staged, agreed=["twins"])
    assert vote.cycle.congress.delegates.count() == 4


def test_a_delegation_that_only_looks_new_is_asked_about(vote: Vote):
    staged = stage(vote, ["004", "丁四", "老代表团（城东）"], ["005", "戊五", "老团"])
    assert asked(staged) == {"alike": "老代表团 – 老代表团（城东）, 老代表团 – 老团"}
    with pytest.raises(Unanswered):
        apply(vote, staged)


def test_a_padded_name_is_the_same_person_and_a_namesake_is_warned_of(vote: Vote):
    vote.cycle.congress.delegates.filter(number="001").update(name="李明")
    vote.delegates[0].user.name = "李明"
    vote.delegates[0].user.save()
    staged = stage(vote, ["001", "李　明", "老代表团"], ["009", "李 明", "老代表团"])
    assert (staged.summary["unchanged"], staged.summary["new"]) == (1, 1)
    assert warned(staged) == {"padded": "2–3", "namesakes": "李明 001, 李明 009"}
    assert asked(staged) == {}


@pytest.mark.parametrize(
    "row",
    [
        ["甲", "004", "丁四"],
        ["004", "老代表团", "备注"],
        ["004", "丁四", "12"],
        ["004", "片区代表团", "丁四"],
    ],
)
def test_a_shifted_row_founds_no_delegation(vote: Vote, row: list[str]):
    staged = stage(vote, row, ["006", "己六", "片区代表团"], ["007", "庚七", "片区代表团"])
    assert [(line, code) for line, code, _about in staged.summary["faults"]] == [(2, "shifted")]
    apply(vote, staged, leave_out=True)
    names = set(vote.cycle.congress.delegations.values_list("name", flat=True))
    assert names == {"老代表团", "片区代表团"}


def test_everything_that_is_wrong_with_a_row_is_named_at_once(vote: Vote):
    staged = stage(vote, ["", "", ""], ["", "", "老代表团"], ["#N/A", "x", "#REF!"], ["4", "丁" * 61, ""])
    with_words = roster_previews.faults_of(roster_previews.preview_of(staged))
    assert [line for line, _why in with_words] == [3, 3, 4, 4, 5, 5]
    assert staged.summary["faulty"] == 3
    assert {"no_number", "no_name", "long_name", "no_delegation"} == {
        each[1] for each in staged.summary["faults"]
    }


def test_a_new_delegation_of_one_among_many_is_pointed_out(vote: Vote):
    many = [[f"1{n:02d}", f"名{n}甲", "东片代表团" if n % 2 else "西片代表团"] for n in range(10)]
    assert warned(stage(vote, *many, ["199", "独一", "东片代表图"]))["alone"] == "东片代表图"


def test_the_order_of_the_whole_list_is_the_order_of_the_delegations_and_is_undone_with_it(vote: Vote):
    congress = vote.cycle.congress
    congress.delegations.create(name="第七代表团", position=9)
    before = list(congress.delegations.values_list("name", flat=True))
    rows = [["004", "丁四", "第一代表团"], ["005", "戊五", "第七代表团"], ["006", "己六", "第三代表团"]]
    staged = stage(vote, *rows, ["001", "甲一", "老代表团"], mode="whole")
    applied = apply(vote, staged, agreed=list(asked(staged)))
    names = ["第一代表团", "第七代表团", "第三代表团", "老代表团"]
    assert list(congress.delegations.values_list("name", flat=True)) == names
    rosters.undo(cycle=vote.cycle, applied=applied, by=vote.clerk, at=NOW)
    assert list(congress.delegations.values_list("name", flat=True)) == before


def test_what_changes_of_a_number_on_its_way_is_said(vote: Vote):
    assert warned(stage(vote, ["1-3", "丁四", "老代表团"]))["plain_numbers"] == "1-3 → 13"


def test_the_roll_to_sign_names_everybody_by_delegation_before_it_is_frozen_and_after(vote: Vote):
    client = Client()
    client.force_login(vote.clerk)
    page = text_of(client.get("/admin/vote/2018/roll-sheet/"))
    assert "老代表团 (3)" in page
    for words in ("001 甲一", "002 乙二", "003 丙三", "尚未冻结", "签名"):
        assert words in page, words
    vote.run("rolled")
    after = text_of(client.get("/admin/vote/2018/roll-sheet/"))
    assert "已冻结的代表名册共 3 名" in after
    assert client.get("/admin/vote/2018/roll-sheet/?file=pdf").content[:5] == b"%PDF-"
