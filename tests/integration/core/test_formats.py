"""Every record that outlives the code: read as it was written, held against its schema, refused by one sentence.

The records are those of whole votes, so that a format which nothing writes any more, or a new one, is noticed.

Guards ``voting.count.formats.records``, ``voting.count.formats.definition``,
``voting.count.formats.working``, ``voting.count.formats.notice``, ``voting.count.formats.breakdown``,
``voting.count.formats.slate_report``, ``voting.count.formats.roster``, ``voting.count.formats.files``,
``voting.count.formats.parts`` and ``voting.read_models.core.unreadable``.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client

from tests.autumn import make_autumn
from tests.cases_after import assess
from tests.factories import PASSWORD, Vote, make_vote
from tests.integration.before.test_rosters import apply, people, stage
from tests.integration.vote.test_further_rounds import on_paper, tied_vote
from tests.sealed import encoded, sealed, tried_bytes
from tests.security.test_crawl import addresses
from tests.spring import make_spring
from voting.count.formats import ALL, Format, UnreadableRecord
from voting.count.formats.breakdown import BREAKDOWN
from voting.count.formats.files import COUNT, PUBLIC, RECOUNT, URN
from voting.count.formats.notice import NOTICE
from voting.count.formats.parts import PaperNames
from voting.count.formats.roster import ROSTER_IMPORT, ROSTER_UNDO
from voting.count.formats.slate_report import SLATE_REPORT
from voting.count.formats.working import WORKING
from voting.domain.vote import keys, paper_ballots, urn_files
from voting.domain.vote.definitions import definition_of
from voting.models import Breakdown, Notice, Tally
from voting.recount import ceremony, unseal
from voting.recount.__main__ import main
from voting.scan.layout import layout_of

pytestmark = pytest.mark.django_db

Records = dict[str, list[str]]


def of_a_vote(folder: Path) -> list[str]:
    """Two rounds, the second with paper ballots, and every file of both."""
    vote = tied_vote()
    vote.further()
    vote.run("keyed")
    trial = keys.trial_file(vote.round, word="TRIAL")
    keys.try_unsealing(round_=vote.round, slips=vote.slips[:3], by=vote.clerk, at=vote.later())
    vote.run("open")
    vote.cast(0, [10])
    tried_bytes(vote, sealed(vote, encoded(vote, [1])))
    paper_ballots.hand_out_to_rest(round_=vote.round, by=vote.clerk, at=vote.later())
    vote.run("closed")
    on_paper(vote, [(1, 0), (0, 1), (0, 1), (1, 1)])
    urn, slips, count = folder / "urn.json", folder / "slips", folder / "count.json"
    urn.write_text(vote.urn(), encoding="utf-8")
    slips.write_text("\n".join(vote.slips[:3]), encoding="utf-8")
    assert unseal.main([str(urn), "--slips", str(slips), "--out", str(count)]) == 0
    vote.run("counted", "certified", "published")
    notices = list(Notice.objects.order_by("pk"))
    tallies = list(Tally.objects.all())
    return [
        layout_of(definition_of(vote.round)).text, trial, urn.read_text(encoding="utf-8"),
        count.read_text(encoding="utf-8"),
        *(round_.definition for round_ in vote.cycle.rounds.all()),
        *(notice.body for notice in notices), *(tally.working for tally in tallies),
        *(tally.patterns for tally in tallies), urn_files.public_file(vote.round), urn_files.recount_file(vote.round),
    ]  # fmt: skip


def of_an_assessment(_folder: Path) -> list[str]:
    spring = make_spring()
    held = assess(spring, {1: 1, 2: 4, 3: 2, 4: 3})
    return [Breakdown.objects.get().body, held.round.definition, held.round.notice.body, held.tally.working]


def of_a_sub_group(_folder: Path) -> list[str]:
    vote = make_vote(until="published", delegates=12, group=6, preset="shigu", seats=2, ballots=[[1, 2]] * 9)
    return [vote.round.notice.body, vote.tally.working, urn_files.recount_file(vote.round)]


def of_the_lists(folder: Path) -> list[str]:
    key = folder / "key.json"
    arguments = ["--needed", "2", "--issued", "3", "--out", str(key), "--slips", str(folder / "slips")]
    assert ceremony.main(arguments) == 0
    vote = make_vote(until="adopted", delegates=2)
    apply(vote, stage(vote, people(3)))
    wrong = [["N000001", "改名", "第1团"], ["N9", "", "第1团"]]
    staged = apply(vote, stage(vote, wrong), leave_out=True)
    staged.refresh_from_db()
    report = make_autumn(until="report").report.body
    first_undo = {**staged.undo, "format": "piaojue-roster-undo/1"}
    del first_undo["delegations"]
    records = [staged.summary, staged.undo, first_undo]
    return [key.read_text(encoding="utf-8"), *(json.dumps(each) for each in records), report]


def made(folder: Path) -> Records:
    """Return the texts of real records by the names of their formats."""
    records: Records = {name: [] for name in ALL}
    for number, make in enumerate([of_a_vote, of_an_assessment, of_a_sub_group, of_the_lists]):
        own = folder / str(number)
        own.mkdir()
        with transaction.atomic():
            for text in make(own):
                records[json.loads(text)["format"]].append(text)
            transaction.set_rollback(True)
    return records


def changes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[Callable[[Any], None]]:
    """Yield what puts values of a wrong kind in the place of each value; of a list only the first is tried."""
    below = (
        value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else []
    )
    for step, each in below:
        here = (*path, step)
        for wrong in (0.5, [0.5]):
            yield lambda body, here=here, wrong=wrong: parent(body, here).__setitem__(here[-1], wrong)
        yield from changes(each, here)


def without(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the place of every key; of tables, whose keys are free, only the places below."""
    if isinstance(value, dict):
        for key, each in value.items():
            if not path or path[-1] not in TABLES:
                yield (*path, key)
            yield from without(each, (*path, key))
    elif isinstance(value, list):
        for place, each in enumerate(value[:1]):
            yield from without(each, (*path, place))


TABLES = {
    "void_reasons", "bases", "channels", "by_source", "by_field", "by_outcome", "candidates_by_source",
}  # fmt: skip


#: What the first records of a format do not have, by where it stands.
_NAMES = {("cycle", key) for key in PaperNames.__annotations__}
_SEALED = [("urn", key) for key in ("group_root", "tests", "test_root", "by_server")]
_IN_WORKING = {*_SEALED, ("tests",)}
_IN_NOTICES = (
    _NAMES
    | {("round", "key_mark"), ("round", "booth"), ("annulled",)}
    | {(*where, key) for where in (("tally",), ("rounds", 0)) for key in ("imported", "proof")}
    | {(*where, *path) for where in ((), ("rounds", 0)) for path in _IN_WORKING}
)
#: Only where equal shares decide (``test_equal_shares``).
_BY_SHARES = {("singles",), ("raised",)}
LATER: dict[str, set[tuple[Any, ...]]] = {
    SLATE_REPORT.name: _NAMES | {("candidates", 0, "proposals", 0, "seconds")},
    NOTICE.name: _IN_NOTICES | _BY_SHARES,
    PUBLIC.name: {("notice", *path) for path in _IN_NOTICES} | {("singles",)},
    WORKING.name: _IN_WORKING | {("singles",)},
    RECOUNT.name: {
        ("key_mark",),
        *(("facts", *path) for path in _SEALED),
        *(("working", *path) for path in _IN_WORKING),
    },
    URN.name: {("proof",), ("groups",), ("tests",), *(("facts", *path) for path in _SEALED)},
    COUNT.name: {("proof",), *(("working", *path) for path in _IN_WORKING)},
    BREAKDOWN.name: _NAMES | {("cycle", "congress")},
    ROSTER_IMPORT.name: {
        (key,) for key in ("cells", "people", "leaving", "strengths", "remarks", "questions")
    },
    ROSTER_UNDO.name: {("delegations",), ("order",)},
}


def parent(body: Any, path: tuple[Any, ...]) -> Any:
    for step in path[:-1]:
        body = body[step]
    return body


def refused(format_: Format[Any], validator: Any, body: Any, what: object) -> None:
    """Assert that reader and schema both refuse it, the reader with nothing but its one exception."""
    with pytest.raises(UnreadableRecord) as refusal:
        format_.of(body)
    assert str(refusal.value), what
    assert not validator.is_valid(body), what


def test_every_record_of_whole_votes_is_read_as_it_was_written_and_nothing_else_is(tmp_path: Path):
    records = made(tmp_path)
    assert [name for name, texts in records.items() if not texts] == []
    for name, texts in records.items():
        format_ = ALL[name]
        schema = format_.schema()
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        for text in texts:
            body = json.loads(text)
            validator.validate(body)
            assert json.loads(format_.write(format_.read(text))) == body
            assert format_.write(format_.read(format_.write(format_.of(body)))) == format_.write(
                format_.of(body)
            )
        body = json.loads(max(texts, key=len))
        for written in (f"{name}0", "piaojue-other/1", None, 1):
            refused(format_, validator, body | {"format": written}, written)
        later = LATER.get(name, set())
        assert later - _BY_SHARES <= {*without(body)}, "what came later is always written"
        for path in without(body):
            other = copy.deepcopy(body)
            del parent(other, path)[path[-1]]
            if path in later:
                validator.validate(other)
                assert json.loads(format_.write(format_.of(other))) == other
            else:
                refused(format_, validator, other, path)
        for change in changes(body):
            other = copy.deepcopy(body)
            change(other)
            refused(format_, validator, other, change)


def test_the_schemas_are_published(client: Client):
    listed = client.get("/open-data/schemas/").json()
    assert list(listed) == list(ALL)
    for name, about in listed.items():
        schema = client.get(about["schema"]).json()
        assert schema["title"] == name
        assert schema["properties"]["format"] == {"const": name}
        later = LATER.get(name, set())
        assert schema["required"] == [each for each in schema["properties"] if (each,) not in later]
    assert client.get("/open-data/schemas/piaojue-notice/2.json").status_code == 404
    assert "/open-data/schemas/" in client.get("/open-data/").content.decode()


# ----------------------------------------------------------------------------------------- met by a page or a program

FROM_THE_NOTICE = (
    "", "result/", "notice/", "report/", "report.pdf", "minutes/", "result.json", "result.csv", "recount.json",
    "screen/",
)  # fmt: skip
SENTENCES = {"": "本版本不能读取", "/en": "a format that this version does not read"}


def written_otherwise(table: str, column: str, old: str, new: str) -> None:
    """Change what is frozen, as only somebody with the database in hand can."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"UPDATE {table} SET {column} = replace({column}, %s, %s)", [old, new])
        assert cursor.rowcount == 1
        cursor.execute("SET LOCAL session_replication_role = origin")


def staff(vote: Vote) -> Client:
    client = Client()
    client.force_login(vote.chief, backend="django.contrib.auth.backends.ModelBackend")
    return client


def asked(client: Client, address: str) -> tuple[int, str]:
    """Return the status and the text of an address; what a view or a template raises is raised here too."""
    answer = client.get(address)
    body = b"".join(answer) if answer.streaming else answer.content
    return answer.status_code, body.decode("utf-8", "replace")


@pytest.mark.parametrize(
    ("table", "column", "name"),
    [
        ("voting_notice", "body", "piaojue-notice"),
        ("voting_round", "definition", "piaojue-definition"),
        ("voting_tally", "working", "piaojue-tally"),
    ],
)
def test_a_frozen_record_of_another_format_is_a_sentence_on_every_page(table: str, column: str, name: str):
    """Must show of HOUSE: no page, file or address of the interface meets it with a fault, in either language.

    It takes down pages of its own year alone.
    """
    vote = make_vote(until="published", delegates=3, ballots=[[1], [1], [2]], tie_rule="lot")
    written_otherwise(table, column, f"{name}/1", f"{name}/9")
    refusing, down = set(), set()
    for client in (Client(), staff(vote)):
        for path in [path for path in addresses() if "logout" not in path]:
            status, text = asked(client, path)
            assert status < 500, path
            down |= {path} if status == 409 else set()
            if status != 409 or f"{name}/9" not in text:
                continue
            refusing.add(path)
            if path.startswith("/api/"):
                assert SENTENCES["/en"] in text, path
                continue
            for prefix, sentence in SENTENCES.items():
                status, text = asked(client, prefix + path)
                assert (status, sentence in text, f"{name}/9" in text) == (409, True, True), prefix + path
    assert refusing
    assert {path for path in down if "2018" not in path} == set()
    if name == "piaojue-notice":
        assert {*(f"/2018/{path}" for path in FROM_THE_NOTICE), "/api/v1/cycles/2018/votes/"} <= refusing


def test_programs_say_it_in_a_sentence_and_end_with_another_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    vote = make_vote(until="closed", delegates=3, ballots=[[1]] * 3)
    urn, slips = tmp_path / "urn.json", tmp_path / "slips"
    text = vote.urn()
    slips.write_text("\n".join(vote.slips[:3]), encoding="utf-8")
    for old, new, sentence in [
        ("piaojue-urn/1", "piaojue-urn/9", "does not read: piaojue-urn/9"),
        ('"slips_needed":', '"slips":', "is not whole: slips_needed: it is missing"),
        ("piaojue-definition/1", "piaojue-definition/9", "does not read: piaojue-definition/9"),
    ]:
        urn.write_text(text.replace(old, new), encoding="utf-8")
        assert unseal.main([str(urn), "--slips", str(slips)]) == 2
        assert sentence in capsys.readouterr().err
    vote.run("counted", "certified", "published")
    for text in (urn_files.public_file(vote.round), urn_files.recount_file(vote.round)):
        for old, new in [
            ("piaojue-definition/1", "piaojue-definition/9"),
            ("piaojue-notice/1", "piaojue-notice/9"),
        ]:
            if old in text:
                urn.write_text(text.replace(old, new), encoding="utf-8")
                assert main([str(urn)]) == 2
                assert f"does not read: {new}" in capsys.readouterr().err
    written_otherwise("voting_notice", "body", "piaojue-notice/1", "piaojue-notice/9")
    with pytest.raises(CommandError, match="piaojue-notice/9"):
        call_command("export_pb", "2018", str(tmp_path / "out.pb"))


def test_a_count_of_another_format_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("voting.management.rounds.getpass", lambda _prompt: PASSWORD)
    vote = make_vote(until="closed", delegates=3, ballots=[[1]] * 3)
    count = tmp_path / "count.json"
    count.write_text('{"format": "piaojue-count/9"}', encoding="utf-8")
    with pytest.raises(CommandError, match=r"线下|offline"):
        call_command(
            "import_count", "2018", str(count), "--by", vote.clerk.username, "--second", vote.chief.username
        )
    assert not Tally.objects.exists()
