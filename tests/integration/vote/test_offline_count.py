"""Exports to recount, the offline unsealing, the offline key: byte for byte, and every change is found.

Guards ``voting.domain.vote.urn_files``, ``voting.count.working``, ``voting.count.canonical`` and
``voting.recount.unseal``.
"""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Iterator
from contextlib import suppress
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client

from accounts.congresses import are_several
from accounts.roles import Role
from tests.factories import PASSWORD, CongressFactory, UserFactory, Vote, make_vote
from tests.integration.vote.test_admin_steps import text_of
from tests.integration.vote.test_further_rounds import on_paper, tied_vote
from tests.integration.vote.test_presets import CASES, MONEY, played
from voting.domain.core.journal import first_break
from voting.domain.vote import counts, paper_ballots, ties, urn_files
from voting.management.commands.export_pb import election_of
from voting.models import Notice, Tally
from voting.recount import ceremony, unseal
from voting.recount.__main__ import main, recount_text
from voting.recount.pabulib import read, write
from voting.states import RoundStatus

pytestmark = pytest.mark.django_db

TEN = tuple(range(1, 11))


def beside(user) -> dict[str, str]:
    return {"second_name": user.username, "second_password": PASSWORD}


def staff(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def closed(name: str) -> Vote:
    seats, ballots, group, _chosen = CASES[name]
    money = MONEY.get(name, {})
    return make_vote(
        until="closed", delegates=12, seats=seats, ballots=ballots, group=group, preset=name, **money
    )


# ------------------------------------------------------------------------------------------------------- recount


@pytest.mark.parametrize("name", list(CASES))
def test_the_recount_agrees_with_every_preset(client: Client, name: str):
    vote = played(name)
    public = recount_text(client.get("/2018/recount.json").content.decode())
    assert public.agrees, public.to_dict()["disagreements"]
    held = recount_text(urn_files.recount_file(vote.round))
    assert held.agrees, held.to_dict()["disagreements"]
    assert public.result["chosen"] == held.result["chosen"] == CASES[name][3]


def test_the_recount_agrees_with_rounds_paper_and_a_lot(client: Client):
    vote = tied_vote()
    vote.further()
    vote.run("keyed", "ready", "open")
    vote.cast(0, [10])
    paper_ballots.hand_out_to_rest(round_=vote.round, by=vote.clerk, at=vote.later())
    vote.run("closed")
    on_paper(vote, [(1, 0), (0, 1), (0, 1), (1, 1)])
    vote.run("counted", "certified", "published")
    for number in (1, 2):
        report = recount_text(client.get(f"/2018/rounds/{number}/recount.json").content.decode())
        assert report.agrees, report.to_dict()["disagreements"]
    assert recount_text(urn_files.recount_file(vote.round)).agrees


@pytest.mark.parametrize("rule", ["lot", "presidium"])
def test_a_decided_tie_is_recounted(client: Client, rule: str):
    vote = tied_vote("certified", tie_rule=rule)
    given = {"round_": vote.round, "reason": "理由", "by": vote.clerk, "at": vote.later()}
    if rule == "lot":
        ties.decide_by_lot(drawn=[11, 10], witnesses="监票人", **given)
    else:
        ties.decide_by_presidium(chosen=[11], **given)
    vote.run("published")
    text = client.get("/2018/recount.json").content.decode()
    assert recount_text(text).agrees
    file = json.loads(text)
    file["notice"]["tie"]["chosen"] = [9]
    assert not recount_text(json.dumps(file)).agrees


def numbers_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where the whole numbers of a JSON value stand."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from numbers_in(below, (*path, key))
    elif isinstance(value, list):
        for place, below in enumerate(value):
            yield from numbers_in(below, (*path, place))
    elif isinstance(value, int) and not isinstance(value, bool):
        yield path


def changed(file: dict[str, Any], path: tuple[Any, ...]) -> str:
    """Return the file with that number one higher."""
    other = copy.deepcopy(file)
    place = other
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] += 1
    return json.dumps(other, ensure_ascii=False)


def test_one_digit_changed_anywhere_and_the_recount_disagrees(client: Client, tmp_path: Path):
    """Must show 4."""
    vote = make_vote(until="published", delegates=6, candidates=3, seats=2, ballots=[[1, 2]] * 4 + [[3]])
    for text in [client.get("/2018/recount.json").content.decode(), urn_files.recount_file(vote.round)]:
        file = json.loads(text)
        path = tmp_path / "file.json"
        path.write_text(text, encoding="utf-8")
        assert main([str(path)]) == 0
        places = list(numbers_in(file))
        assert len(places) > 40
        for place in places:
            path.write_text(changed(file, place), encoding="utf-8")
            assert main([str(path)]) in {1, 2}, place


def test_votes_of_one_project_changed_with_every_hash_made_anew_are_found(client: Client):
    """Whoever can make the hashes anew must still make the sums and the winners agree."""
    make_vote(until="published", delegates=6, candidates=3, seats=2, ballots=[[1, 2]] * 4 + [[3]])
    file = json.loads(client.get("/2018/recount.json").content)
    file["notice"]["items"][2]["for"] += 4
    file["notice"]["items"][2]["abstain"] -= 4
    from voting.count.canonical import canonical_json, sha256_hex  # noqa: PLC0415

    file["notice_digest"] = sha256_hex(canonical_json(file["notice"]))
    failed = {check["check"] for check in recount_text(json.dumps(file)).to_dict()["disagreements"]}
    assert any("decision" in name for name in failed)
    assert "hash of the notice" not in failed


def test_f26_whole_ballots_are_for_scrutineers_alone():
    """The file to recount and the record of the count: everybody else, who may see the count itself, sees no ballot."""
    vote = make_vote(until="counted", delegates=3, ballots=[[1]] * 3)
    file, record = "/admin/vote/2018/count/?file=recount", f"/admin/voting/tally/{vote.tally.pk}/change/"
    for user in (vote.scrutineer, vote.chief):
        assert recount_text(staff(user).get(file).content.decode()).agrees
        assert vote.tally.patterns in unescape(staff(user).get(record).content.decode())
    for user in (vote.clerk, vote.presiding):
        assert staff(user).get(file).status_code == 403
        answer = staff(user).get(record)
        assert answer.status_code == 200
        page = unescape(answer.content.decode())
        assert vote.tally.working in page
        assert vote.tally.patterns not in page
    for user, status in (
        (vote.delegates[0].user, 302),
        (UserFactory(role=Role.SCRUTINEER, congress=CongressFactory(slug="yuhang")), 404),
        (UserFactory(role=Role.SCRUTINEER, is_active=False), 302),
        (UserFactory(role=Role.KEEPER), 403),
        (UserFactory(role=Role.KEEPER, congress=None), 404),
    ):
        assert staff(user).get(file).status_code == status
        assert staff(user).get(record).status_code in {302, 403, 404}


# ------------------------------------------------------------------------------------------------ offline unsealing


@pytest.mark.parametrize("name", list(CASES))
def test_offline_equals_online_byte_for_byte(name: str, tmp_path: Path):
    """Must show 7."""
    vote = closed(name)
    slips = tmp_path / "slips"
    slips.write_text("\n".join(vote.slips[2:]), encoding="utf-8")
    urn, count = tmp_path / "urn.json", tmp_path / "count.json"
    urn.write_text(vote.urn(), encoding="utf-8")
    assert unseal.main([str(urn), "--slips", str(slips), "--out", str(count)]) == 0

    class Back(Exception):
        pass

    with suppress(Back), transaction.atomic():
        online = counts.count_round(round_=vote.round, slips=vote.slips[:3], by=vote.clerk, at=vote.later())
        raise Back
    text = count.read_text(encoding="utf-8")
    offline = urn_files.import_count(
        round_=vote.round, text=text, by=vote.clerk, at=vote.later(), second=vote.chief
    )
    assert (offline.working, offline.patterns, offline.digest) == (
        online.working,
        online.patterns,
        online.digest,
    )
    vote.run("certified", "published")
    assert first_break(vote.cycle) is None


def test_offline_with_paper_in_the_admin(tmp_path: Path):
    vote = make_vote(until="open", delegates=7, candidates=3, seats=2, ballots=[[1, 2]] * 3)
    paper_ballots.hand_out_to_rest(round_=vote.round, by=vote.clerk, at=vote.later())
    vote.run("closed")
    clerk = staff(vote.clerk)
    take = {"do": "urn", "confirm": "on"}
    refused = clerk.post("/admin/vote/2018/count/", take)
    assert refused.status_code == 409, "the paper is not read yet"
    on_paper(vote, [(1, 0, 1)] * 3 + [()])
    urn = tmp_path / "urn.json"
    urn.write_bytes(clerk.post("/admin/vote/2018/count/", take).content)
    slips = tmp_path / "slips"
    slips.write_text("\n".join(vote.slips[:3]), encoding="utf-8")
    assert unseal.main([str(urn), "--slips", str(slips), "--out", str(tmp_path / "count.json")]) == 0
    raw = (tmp_path / "count.json").read_bytes()
    for wrong in [b"{}", b"\xff", raw.replace(b'"for":3', b'"for":4'), b"[" * 100_000]:
        file = io.BytesIO(wrong)
        file.name = "count.json"
        answer = clerk.post(
            "/admin/vote/2018/count/",
            {"do": "import", "confirm": "on", "count_file": file, **beside(vote.chief)},
        )
        assert answer.status_code == 409
        assert not Tally.objects.exists()
    file = io.BytesIO(raw)
    file.name = "count.json"
    assert (
        clerk.post(
            "/admin/vote/2018/count/",
            {"do": "import", "confirm": "on", "count_file": file, **beside(vote.chief)},
        ).status_code
        == 302
    )
    assert vote.round.status == RoundStatus.COUNTED
    assert "线下" in text_of(clerk.get("/admin/vote/2018/journal/"))


def test_f23_k_good_slips_are_enough_and_a_bad_one_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    vote = make_vote(until="closed", delegates=3, ballots=[[1]] * 3)
    urn, slips = tmp_path / "urn.json", tmp_path / "slips"
    urn.write_text(vote.urn(), encoding="utf-8")
    torn = " ".join([*vote.slips[0].split()[:6], "xxxx", *vote.slips[0].split()[7:]])
    slips.write_text("\n".join([torn, *vote.slips[1:3]]), encoding="utf-8")
    assert unseal.main([str(urn), "--slips", str(slips)]) == 1
    assert "Slip 1: word 7, “xxxx”" in capsys.readouterr().err
    slips.write_text("\n".join(vote.slips[:2]), encoding="utf-8")
    assert unseal.main([str(urn), "--slips", str(slips)]) == 1
    slips.write_text("\n".join(vote.slips[2:]), encoding="utf-8")
    assert unseal.main([str(urn), "--slips", str(slips)]) == 0
    assert unseal.main([str(tmp_path / "none.json")]) == 2
    with pytest.raises(Exception, match=r"第 \d 栏|Field \d"):
        counts.count_round(round_=vote.round, slips=[torn, *vote.slips[1:3]], by=vote.clerk, at=vote.later())
    assert counts.count_round(round_=vote.round, slips=vote.slips[2:], by=vote.clerk, at=vote.later())


def test_a_ballot_taken_out_of_the_file_is_noticed(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    vote = make_vote(until="closed", delegates=3, ballots=[[1]] * 3)
    file = json.loads(vote.urn())
    file["ballots"].pop()
    urn, slips = tmp_path / "urn.json", tmp_path / "slips"
    urn.write_text(json.dumps(file), encoding="utf-8")
    slips.write_text("\n".join(vote.slips[:3]), encoding="utf-8")
    assert unseal.main([str(urn), "--slips", str(slips)]) == 1
    assert "封箱" in capsys.readouterr().err


def counted_offline(vote: Vote, folder: Path) -> str:
    """Return the count file that the scrutineers bring back from the other machine."""
    urn, slips, count = folder / "urn.json", folder / "slips", folder / "count.json"
    urn.write_text(vote.urn(), encoding="utf-8")
    slips.write_text("\n".join(vote.slips[:3]), encoding="utf-8")
    assert unseal.main([str(urn), "--slips", str(slips), "--out", str(count)]) == 0
    return count.read_text(encoding="utf-8")


def past_triggers(sql: str, *parameters: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, parameters)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_a_right_count_file_is_not_taken_where_the_urn_changed_since(tmp_path: Path):
    vote = make_vote(until="closed", delegates=3, ballots=[[1]] * 3)
    text = counted_offline(vote, tmp_path)
    past_triggers("UPDATE voting_sealedballot SET blob = blob || '0'")
    with pytest.raises(counts.UrnDamaged):
        urn_files.import_count(
            round_=vote.round, text=text, by=vote.clerk, at=vote.later(), second=vote.chief
        )
    assert not Tally.objects.exists()


def test_a_count_file_is_not_taken_where_the_roll_has_another_sub_group_than_the_ballots_say(tmp_path: Path):
    vote = make_vote(until="closed", delegates=10, ballots=[TEN] * 10, group=5, preset="shigu")
    past_triggers("UPDATE voting_rollentry SET in_group = true WHERE number = %s", vote.delegates[5].number)
    text = counted_offline(vote, tmp_path)
    with pytest.raises(counts.FiguresChanged):
        urn_files.import_count(
            round_=vote.round, text=text, by=vote.clerk, at=vote.later(), second=vote.chief
        )
    assert not Tally.objects.exists()


def test_the_commands_export_and_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    typed = [PASSWORD]
    monkeypatch.setattr("voting.management.rounds.getpass", lambda _prompt: typed[0])
    vote = make_vote(until="closed", delegates=3, ballots=[[1]] * 3)
    urn, slips, count = tmp_path / "urn.json", tmp_path / "slips", tmp_path / "count.json"
    by, second = ("--by", vote.clerk.username), ("--second", vote.chief.username)
    with pytest.raises(CommandError):
        call_command("export_urn", "2018", str(urn), "--by", vote.presiding.username)
    assert not urn.exists()
    call_command("export_urn", "2018", str(urn), *by)
    with pytest.raises(CommandError):
        call_command("export_urn", "2018", str(urn), *by)
    with pytest.raises(CommandError):
        call_command("export_urn", "2019", str(tmp_path / "other"), *by)
    slips.write_text("\n".join(vote.slips[:3]), encoding="utf-8")
    assert unseal.main([str(urn), "--slips", str(slips), "--out", str(count)]) == 0
    with pytest.raises(CommandError):
        call_command("import_count", "2018", str(count), "--by", vote.presiding.username, *second)
    typed[0] = "another"
    with pytest.raises(CommandError):
        call_command("import_count", "2018", str(count), *by, *second)
    typed[0] = PASSWORD
    with pytest.raises(CommandError):
        call_command("import_count", "2018", str(count), *by, "--second", vote.clerk.username)
    call_command("import_count", "2018", str(count), *by, *second)
    assert vote.round.status == RoundStatus.COUNTED


def test_the_key_is_made_and_tried_offline(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    vote = make_vote(until="rolled", delegates=3)
    key, folder = tmp_path / "key.json", tmp_path / "slips"
    assert ceremony.main(["--needed", "2", "--issued", "3", "--out", str(key), "--slips", str(folder)]) == 0
    assert ceremony.main(["--needed", "9", "--issued", "3", "--out", str(tmp_path / "k")]) == 1
    clerk = staff(vote.clerk)
    broken = io.BytesIO(b'{"key": "AAAA", "needed": 2, "issued": 3}')
    broken.name = "key.json"
    sent = {"do": "offline", "key_file": broken, "fingerprint": "", "confirm": "on", **beside(vote.chief)}
    assert clerk.post("/admin/vote/2018/key/", sent).status_code == 409
    other = io.BytesIO(json.dumps(json.loads(key.read_text()) | {"fingerprint": "0" * 64}).encode())
    other.name = "key.json"
    assert clerk.post("/admin/vote/2018/key/", sent | {"key_file": other}).status_code == 409
    with key.open("rb") as file:
        assert clerk.post("/admin/vote/2018/key/", sent | {"key_file": file}).status_code == 302
    assert (vote.round.slips_needed, vote.round.slips_issued) == (2, 3)
    trial = tmp_path / "trial.json"
    trial.write_bytes(clerk.get("/admin/vote/2018/trial/?file=abc").content)
    slips = tmp_path / "typed"
    words = [(folder / f"slip-{place}.txt").read_text(encoding="utf-8").strip() for place in (1, 3)]
    slips.write_text("\n".join(words), encoding="utf-8")
    capsys.readouterr()
    assert unseal.main([str(trial), "--trial", "--slips", str(slips)]) == 0
    word = capsys.readouterr().out.strip()
    given = {"do": "word", "trial": "abc", "confirm": "on", **beside(vote.scrutineer)}
    assert clerk.post("/admin/vote/2018/trial/", {**given, "word": "WRONG"}).status_code == 409
    assert clerk.post("/admin/vote/2018/trial/", {**given, "trial": "abd", "word": word}).status_code == 409
    assert clerk.post("/admin/vote/2018/trial/", {**given, "word": word.lower()}).status_code == 302
    assert vote.round.status == RoundStatus.READY
    vote.slips = words
    vote.run("open", chosen=[[1], [1], [2]])
    vote.run("closed")
    assert counts.count_round(round_=vote.round, slips=words, by=vote.clerk, at=vote.later())


# ------------------------------------------------------------------------------------------------------- pabulib


@pytest.mark.parametrize("name", ["gongshu-2018", "binjiang", "liyang", "dongyang"])
def test_the_export_is_accepted_by_the_checker_and_recounted(name: str, tmp_path: Path):
    vote = played(name)
    path = tmp_path / "out.pb"
    call_command("export_pb", "2018", str(path))
    from pabulib.checker import Checker  # noqa: PLC0415 it prints when it is loaded

    checked = Checker().process_files([str(path)])
    assert checked["metadata"] == {"processed": 1, "valid": 1, "invalid": 0}, checked
    report = recount_text(path.read_text(encoding="utf-8"))
    assert report.agrees, report.to_dict()["disagreements"]
    body = json.loads(Notice.objects.get().body)
    assert report.result["votes"] == {str(item["number"]): item["for"] for item in body["items"]}
    assert read(write(election_of(vote.round))) == election_of(vote.round)


def test_a_round_that_is_not_published_is_not_exported(tmp_path: Path):
    make_vote(until="certified", delegates=3, ballots=[[1]] * 3)
    with pytest.raises(CommandError):
        call_command("export_pb", "2018", str(tmp_path / "out.pb"))


def test_an_election_is_imported_as_a_rehearsal(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    from tests.unit.recount.test_recount import APPROVAL, ORDINAL  # noqa: PLC0415

    path = tmp_path / "in.pb"
    path.write_text(APPROVAL, encoding="utf-8")
    call_command("import_pb", str(path), "--slug", "pb-1")
    assert "Bus; stop" in capsys.readouterr().out
    path.write_text(ORDINAL, encoding="utf-8")
    call_command("import_pb", str(path), "--slug", "pb-2")
    bodies = [json.loads(body) for body in Notice.objects.order_by("round_id").values_list("body", flat=True)]
    assert [body["kind"] for body in bodies] == ["rehearsal", "rehearsal"]
    assert [[item["for"] for item in body["items"]] for body in bodies] == [[3, 2, 0], [2, 2, 1]]
    assert [item["points"] for item in bodies[1]["items"]] == [5, 5, 1]
    path.write_text(APPROVAL.replace("a;1;3", "a;1;2"), encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("import_pb", str(path), "--slug", "pb-3")
    path.write_text(APPROVAL.replace("approval", "cumulative"), encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("import_pb", str(path), "--slug", "pb-4")
    path.write_text(APPROVAL, encoding="utf-8")
    for slug in ("pb-1", "2019", "enter"):  # taken, no address, the site's own
        with pytest.raises(CommandError, match="slug: "):
            call_command("import_pb", str(path), "--slug", slug)
    assert not are_several(), "what is played beside a congress is none of its like"
