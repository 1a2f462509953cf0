"""The import of delegates: preview, confirm, undo, by page and by command; nothing half done.

Guards ``voting.domain.before.rosters`` and ``accounts.roster_rows``.
"""

from __future__ import annotations

import io
from collections.abc import Collection
from pathlib import Path
from typing import get_args

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Delegate, Delegation, RosterImport, User, delegate_username
from accounts.roles import Kind, Role
from tests.factories import NOW, CongressFactory, DelegateFactory, UserFactory, Vote, make_vote
from tests.integration.vote.test_admin_steps import text_of
from tests.unit.foreign.test_tables import HEADER, as_csv, as_xlsx
from voting.count.formats import UnreadableRecord
from voting.count.formats.roster import FaultCode
from voting.domain.before import roster_previews, rosters
from voting.domain.before.rosters import RollIsFrozen, finish
from voting.domain.core.imports import CannotUndo, FaultyRows, NotStaged, PreviewChanged
from voting.domain.vote import rolls
from voting.domain.vote.attendance import attendance
from voting.models import JournalEntry
from voting.states import Act

pytestmark = pytest.mark.django_db
PAGE = "/admin/vote/2018/roster/"


def test_there_is_a_sentence_for_every_fault_that_a_preview_can_have_and_no_other_is_read(vote: Vote):
    assert set(roster_previews.FAULTS) == set(get_args(FaultCode))
    row = ["N1", "", "第1团"]
    staged = finish(
        rosters.stage(
            cycle=vote.cycle,
            file_name="list.csv",
            content=as_csv([HEADER, row]),
            mode="whole",
            by=vote.clerk,
            at=NOW,
        )
    )
    assert roster_previews.preview_of(staged)["faults"] == [(2, "no_name", "")]
    staged.refresh_from_db()
    staged.summary["faults"][0][1] = "no_such"
    with pytest.raises(UnreadableRecord, match=r"faults\[0\]\[1\]"):
        roster_previews.preview_of(staged)


@pytest.fixture
def vote() -> Vote:
    return make_vote(until="adopted", delegates=3)


@pytest.fixture
def clerk(vote: Vote) -> Client:
    client = Client()
    client.force_login(vote.clerk, backend="django.contrib.auth.backends.ModelBackend")
    return client


def people(number: int, start: int = 1) -> list[list[str]]:
    return [
        [f"N{place:06d}", f"名{place}", f"{'东南西'[place % 3]}片代表团"]
        for place in range(start, start + number)
    ]


def stage(
    vote: Vote, rows: list[list[str]], mode: str = "append", content: bytes | None = None
) -> RosterImport:
    content = content or as_csv([HEADER, *rows])
    return finish(
        rosters.stage(cycle=vote.cycle, file_name="a.csv", content=content, mode=mode, by=vote.clerk, at=NOW)
    )


def apply(
    vote: Vote, staged: RosterImport, *, leave_out: bool = False, agreed: Collection[str] = ()
) -> RosterImport:
    steps = rosters.apply(
        cycle=vote.cycle, staged=staged, leave_out=leave_out, agreed=agreed, by=vote.clerk, at=NOW
    )
    return finish(steps)


def upload(client: Client, content: bytes, name: str = "名单.csv", **more: str):
    file = io.BytesIO(content)
    file.name = name
    answer = client.post(PAGE, {"do": "upload", "mode": "append", "file": file, **more})
    text = b"".join(answer).decode() if answer.streaming else answer.content.decode()
    return answer, text


def test_f20_two_thousand_rows_with_three_wrong_ones(vote: Vote):
    rows = people(2000)
    rows[9][0] = rows[4][0]
    rows[99][1] = ""
    rows[1999][2] = "团" * 61
    staged = stage(vote, rows, content=as_csv([HEADER, *rows], encoding="gb18030", ending="\r"))
    assert (staged.summary["rows"], staged.summary["new"], staged.summary["faulty"]) == (2000, 1997, 3)
    assert [(line, code) for line, code, _about in staged.summary["faults"]] == [
        (11, "repeated"), (101, "no_name"), (2001, "long_delegation"),
    ]  # fmt: skip
    assert roster_previews.sentence(staged.summary["faults"][0]) == "与第 6 行代表证号重复"
    before = Delegate.objects.count()
    with pytest.raises(FaultyRows):
        apply(vote, staged)
    assert Delegate.objects.count() == before == 3
    apply(vote, staged, leave_out=True)
    assert Delegate.objects.count() == 2000
    with pytest.raises(NotStaged):
        apply(vote, staged, leave_out=True)


def test_new_delegates_sign_in_with_a_slip_only(vote: Vote):
    apply(vote, stage(vote, people(3)))
    users = User.objects.filter(username__startswith=delegate_username(vote.cycle.congress, "N"))
    assert {(user.role, user.congress, user.has_usable_password()) for user in users} == {
        (Role.DELEGATE, vote.cycle.congress, False)
    }
    assert Delegation.objects.filter(name="南片代表团").count() == 1
    rolls.freeze_roll(cycle=vote.cycle, by=vote.clerk, at=vote.later())
    assert attendance(vote.round).roll == 6
    entry = JournalEntry.objects.get(act=Act.ROSTER_IMPORTED)
    assert (entry.data["new"], entry.data["corrected"], entry.data["out"]) == (3, 0, 0)


def test_a_roll_with_the_numbers_of_a_demo_goes_into_an_official_congress_whole(vote: Vote):
    """298 delegates numbered 001 to 298, as the demo's are: each congress has its own 001."""
    demo = CongressFactory(kind=Kind.DEMO)
    of_the_demo = DelegateFactory.create_batch(3, congress=demo)
    for place, delegate in enumerate(of_the_demo, start=1):
        Delegate.objects.filter(pk=delegate.pk).update(number=f"{place:03d}")
    staged = stage(
        vote, [[f"{place:03d}", f"名{place}", f"{place % 10}号片代表团"] for place in range(1, 299)]
    )
    assert (staged.summary["new"], staged.summary["faulty"]) == (298, 0)
    apply(vote, staged, agreed=["twins"])
    assert (
        vote.cycle.congress.delegates.filter(number__in=[f"{place:03d}" for place in range(1, 299)]).count()
        == 298
    )
    assert set(demo.delegates.values_list("number", flat=True)) == {"001", "002", "003"}


def test_append_and_correct_keeps_the_others(vote: Vote):
    here = vote.delegates[0]
    staged = stage(vote, [[here.number, "改名", here.delegation.name], *people(1)])
    assert (staged.summary["new"], staged.summary["corrected"]) == (1, 1)
    assert staged.summary["corrections"][0][1]["name"] == "改名"
    apply(vote, staged)
    here.refresh_from_db()
    assert (here.name, here.user.name) == ("改名", "改名")
    assert Delegate.objects.filter(is_active=True).count() == 4
    again = stage(vote, [[here.number, "改名", here.delegation.name], *people(1)])
    assert (again.summary["new"], again.summary["corrected"], again.summary["unchanged"]) == (0, 0, 2)


def test_the_whole_list_puts_the_others_out_of_office(vote: Vote):
    staged = stage(vote, people(2), mode="whole")
    assert staged.summary["out"] == 3
    apply(vote, staged)
    assert set(Delegate.objects.filter(is_active=True).values_list("number", flat=True)) == {
        "N000001",
        "N000002",
    }
    assert Delegate.objects.count() == 5, "nobody is deleted"


def test_the_sub_group_comes_with_the_file_or_stays(vote: Vote):
    rows = [[*HEADER, "分组"], ["N1", "甲", "一", "是"], ["N2", "乙", "一", "否"], ["N3", "丙", "一", "也许"]]
    staged = stage(vote, [], content=as_csv(rows))
    assert [(line, code) for line, code, _about in staged.summary["faults"]] == [(4, "sub_group")]
    apply(vote, staged, leave_out=True)
    assert Delegate.objects.get(number="N1").in_group
    assert stage(vote, [["N1", "甲", "一"]]).summary["unchanged"] == 1


def test_the_numbers_of_another_congress_are_taken_by_nobody_here(vote: Vote):
    other = DelegateFactory(kind=Kind.DEMO, name="别处的代表")
    staged = stage(vote, [[other.number, "甲", "一"]])
    assert (staged.summary["new"], staged.summary["faults"]) == (1, [])
    apply(vote, staged)
    assert vote.cycle.congress.delegates.get(number=other.number).name == "甲"
    rosters.undo(cycle=vote.cycle, applied=staged, by=vote.clerk, at=vote.later())
    other.refresh_from_db()
    assert (other.name, other.is_active, other.congress.delegates.count()) == ("别处的代表", True, 1)


def test_only_what_was_previewed_is_imported(vote: Vote):
    staged = stage(vote, people(2))
    Delegate.objects.filter(pk=vote.delegates[0].pk).update(name="中途改名")
    with pytest.raises(PreviewChanged):
        apply(vote, staged)
    assert Delegate.objects.count() == 3


def test_an_import_is_undone(vote: Vote):
    here = vote.delegates[0]
    before = list(
        Delegate.objects.order_by("number").values("number", "name", "delegation", "in_group", "is_active")
    )
    users, delegations = User.objects.count(), Delegation.objects.count()
    applied = apply(vote, stage(vote, [[here.number, "改名", "新团"], *people(4)], mode="whole"))
    rosters.undo(cycle=vote.cycle, applied=applied, by=vote.clerk, at=NOW)
    after = list(
        Delegate.objects.order_by("number").values("number", "name", "delegation", "in_group", "is_active")
    )
    assert after == before
    assert (User.objects.count(), Delegation.objects.count()) == (users, delegations)
    with pytest.raises(CannotUndo):
        rosters.undo(cycle=vote.cycle, applied=applied, by=vote.clerk, at=NOW)


def test_undoing_takes_back_no_delegation_that_was_there_before(vote: Vote):
    mine = vote.cycle.congress.delegations
    for position, name in enumerate(["第一代表团", "第七代表团"], start=7):
        mine.create(name=name, name_en=f"Delegation {position}", position=position)
    before = list(mine.values("pk", "name", "name_en", "position"))
    applied = apply(vote, stage(vote, [["N1", "甲", "第七代表团"], ["N2", "乙", "新团"]]))
    applied.refresh_from_db()
    assert applied.undo["delegations"] == ["新团"]
    rosters.undo(cycle=vote.cycle, applied=applied, by=vote.clerk, at=NOW)
    assert list(mine.values("pk", "name", "name_en", "position")) == before


def test_an_import_of_before_is_undone_and_leaves_every_delegation(vote: Vote):
    applied = apply(vote, stage(vote, [["N1", "甲", "新团"]]))
    del applied.undo["delegations"]
    applied.save()
    rosters.undo(cycle=vote.cycle, applied=applied, by=vote.clerk, at=NOW)
    assert not Delegate.objects.filter(number="N1").exists()
    assert Delegation.objects.filter(name="新团").exists()


def test_new_delegations_stand_in_the_order_of_the_file(vote: Vote):
    here = vote.delegates[0]
    names = ["第三代表团", "第一代表团", "第二代表团", "第七代表团"]
    rows = [["N1", "甲", names[0]], [here.number, here.name, names[1]], ["N2", "乙", names[2]]]
    apply(vote, stage(vote, [*rows, ["N3", "丙", names[0]], ["N4", "丁", names[3]]]))
    mine = vote.cycle.congress.delegations
    assert list(mine.filter(name__in=names).values_list("name", flat=True)) == names
    positions = list(mine.values_list("position", flat=True))
    assert len(set(positions)) == len(positions)


def test_only_the_last_import_is_undone(vote: Vote):
    first = apply(vote, stage(vote, people(2)))
    apply(vote, stage(vote, people(2, start=5)))
    with pytest.raises(CannotUndo):
        rosters.undo(cycle=vote.cycle, applied=first, by=vote.clerk, at=NOW)


def test_a_frozen_roll_takes_no_import():
    vote = make_vote(until="rolled", delegates=3)
    with pytest.raises(RollIsFrozen):
        stage(vote, people(1))


def test_the_page_previews_confirms_and_undoes(vote: Vote, clerk: Client):
    rows = people(3)
    rows[1][1] = ""
    answer, text = upload(clerk, as_xlsx([list(HEADER), *rows]), "名单.xlsx")
    assert answer.streaming
    assert "3 / 3 行" in text
    staged = RosterImport.objects.get()
    assert f"?import={staged.pk}" in text
    page = text_of(clerk.get(f"{PAGE}?import={staged.pk}"))
    assert "第 3 行" in page
    assert "缺姓名" in page
    refused = clerk.post(PAGE, {"do": "apply", "staged": staged.pk})
    assert "有 1 行有误，未导入" in b"".join(refused).decode()
    assert Delegate.objects.count() == 3
    done = clerk.post(PAGE, {"do": "apply", "staged": staged.pk, "leave_out": "on"})
    assert "2 / 2 行" in b"".join(done).decode()
    assert Delegate.objects.count() == 5
    assert "已导入" in text_of(clerk.get(f"{PAGE}?import={staged.pk}"))
    assert f'<input type="hidden" name="shown" value="{staged.pk}">' in clerk.get(PAGE).content.decode()
    assert clerk.post(PAGE, {"do": "undo", "shown": staged.pk}).status_code == 302
    assert Delegate.objects.count() == 3
    assert clerk.post(PAGE, {"do": "undo", "shown": staged.pk}).status_code == 409


def test_what_is_undone_is_what_the_page_named(vote: Vote, clerk: Client):
    first = apply(vote, stage(vote, people(2)))
    apply(vote, stage(vote, people(2, start=5)))
    for sent, status in (({"shown": first.pk}, 409), ({}, 422)):
        assert clerk.post(PAGE, {"do": "undo", **sent}).status_code == status
    assert Delegate.objects.count() == 7


def test_a_preview_that_cannot_be_read_is_a_sentence(vote: Vote, clerk: Client):
    staged = stage(vote, people(1))
    RosterImport.objects.filter(pk=staged.pk).update(summary={"format": "roster-import/99"})
    answer = clerk.post(PAGE, {"do": "apply", "staged": staged.pk})
    assert answer.status_code == 409
    assert "roster-import/99" in answer.content.decode()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("学号,名\n1,2\n".encode(), "现有：学号 | 名"),
        (b"PK\x03\x04nothing", "文件不是可读取的 XLSX 工作簿"),
        (b"\xff\xfe\x00", "无法读取文件的文字"),
        (b"\n", "文件是空的"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_a_sentence(clerk: Client, content: bytes, sentence: str):
    _answer, text = upload(clerk, content)
    assert sentence in text
    assert not RosterImport.objects.exists()


def test_no_file_is_said_on_the_field(clerk: Client):
    answer = clerk.post(PAGE, {"do": "upload", "mode": "append"})
    assert answer.status_code == 422
    assert "请选择文件" in text_of(answer)


def test_a_preview_can_be_dropped(vote: Vote, clerk: Client):
    staged = stage(vote, people(1))
    assert clerk.post(PAGE, {"do": "drop", "staged": staged.pk}).status_code == 302
    assert "已使用或已放弃" in b"".join(clerk.post(PAGE, {"do": "apply", "staged": staged.pk})).decode()


@pytest.mark.parametrize("role", [Role.SCRUTINEER, Role.PRESIDING])
def test_others_look_and_do_not_import(vote: Vote, role: Role):
    client = Client()
    client.force_login(UserFactory(role=role), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(PAGE).status_code == 200
    answer, _text = upload(client, as_csv([HEADER, *people(1)]))
    assert answer.status_code == 403
    assert not RosterImport.objects.exists()


def test_a_script_in_a_name_is_text(vote: Vote, clerk: Client):
    here = vote.delegates[0]
    staged = stage(vote, [[here.number, "<script>alert(1)</script>", "<b>团</b>"]])
    body = clerk.get(f"{PAGE}?import={staged.pk}").content.decode()
    assert "<script>alert" not in body
    assert "&lt;script&gt;alert" in body


def test_the_command_previews_and_imports(vote: Vote, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "list.csv"
    rows = people(3)
    rows[2][0] = ""
    path.write_bytes(as_csv([HEADER, *rows]))
    with pytest.raises(CommandError):
        call_command("import_roll", "2018", str(path), "--by", vote.clerk.username)
    assert "line 4: the delegate number is missing" in capsys.readouterr().out
    assert Delegate.objects.count() == 3
    call_command(
        "import_roll", "2018", str(path), "--by", vote.clerk.username, "--confirm", "--leave-out-faulty"
    )
    assert Delegate.objects.count() == 5
    for wrong in (["2019", str(path)], ["2018", str(tmp_path / "none")]):
        with pytest.raises(CommandError):
            call_command("import_roll", *wrong, "--by", vote.clerk.username)
    with pytest.raises(CommandError):
        call_command("import_roll", "2018", str(path), "--by", vote.presiding.username)
