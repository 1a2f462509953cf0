"""Sheets from a scanner: a batch is taken whole or not at all, the machine reads first, people read blind.

What the scanner's file says is written out here; that a picture is read rightly, the tests of the reader say.

Guards ``voting.domain.vote.scans``, ``voting.domain.vote.scan_faults``, ``voting.domain.vote.scanned_pictures``,
``voting.domain.vote.opened_pictures``,
``voting.read_models.vote.paper_channels`` and ``voting.admin.vote.scanned_sheets``.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from accounts.roles import Kind
from tests.factories import Vote
from tests.integration.vote.test_admin_steps import desk, text_of
from tests.integration.vote.test_paper_ballots import acting, last_entry, read
from tests.integration.vote.test_paper_ballots import closed as closed_on_paper
from voting.count.canonical import root_of
from voting.count.choices import Choice
from voting.domain.vote import annulments, paper_ballots, scans
from voting.domain.vote.decks import ScannerNotAdopted
from voting.domain.vote.opened_pictures import NoSealedPicture, open_pictures
from voting.domain.vote.scan_faults import BatchRefused, FileUnfit
from voting.domain.vote.scanned_pictures import (
    PictureDamaged,
    destroy_pictures,
    working_picture,
)
from voting.foreign import scanned
from voting.foreign.scanned import ScannedPage
from voting.foreign.unfit import Unfit
from voting.management.verification.scans import scans_of
from voting.models import JournalEntry, PaperReading, ScanBatch, ScannedSheet
from voting.read_models.vote.paper_channels import PaperChannels, next_places, paper_channels
from voting.scan.reading import PageReading
from voting.states import Act

pytestmark = pytest.mark.django_db

PAPER, SCANS = "/admin/vote/2018/paper/", "/admin/vote/2018/paper/scans/"
FIRST, SECOND, NOTHING = {"marks": (1, 0, 0)}, {"marks": (0, 1, 0)}, {"marks": (0, 0, 0)}
IN_DOUBT = {"doubts": ("box", "writing")}


def closed(**settings: Any) -> Vote:
    """Return a closed vote with paper ballots that a scanner reads first."""
    return closed_on_paper(**{"first_reading": "scanner"} | settings)


def file_of(*pages: dict[str, Any]) -> bytes:
    """Return a file of the scanner: what its pages say, written out."""
    return json.dumps(pages).encode()


def _pages_of(
    content: bytes, layouts: object, *, earlier: Sequence[bytes] = (), longest: float | None = None
) -> Iterator[ScannedPage]:
    told = json.loads(content)
    if isinstance(told, str):
        raise Unfit(told)
    for number, page in enumerate(told, start=1):
        why, marks = page.get("why", ""), page.get("marks")
        ink = page.get("ink", f"{content!r}{number}").encode()
        yield ScannedPage(
            reading=PageReading(
                page=number, status="refused" if why else "ok", why=why, doubts=tuple(page.get("doubts", ())),
                marks=None if marks is None else tuple(marks), ink=ink,
            ),
            picture=b"" if why == "blank" else b"\xff\xd8\xffpicture of " + ink,
            same_as=page.get("same"),
            seen_before=earlier.index(ink) if ink in earlier else None,
        )  # fmt: skip


@pytest.fixture(autouse=True)
def _told_scanner(monkeypatch):
    monkeypatch.setattr(scanned, "pages_of", _pages_of)


def scan(
    vote: Vote, *pages: dict[str, Any], first: int = 1, last: int = 0, by: Any = None, **more: Any
) -> ScanBatch:
    settings = {
        "first": first,
        "last": last or first + len(pages) - 1,
        "files": [file_of(*pages)],
        "layouts": [],
    }
    return scans.scan_batch(**settings | more, round_=vote.round, by=by or vote.clerk, at=vote.later())


def pictures(vote: Vote, *places: int) -> dict[int, bytes | None]:
    """Open the sealed pictures of these places, or of all."""
    asked = {"slips": vote.slips[:3], "places": places, "reason": "核对"}
    return dict(open_pictures(**asked, **acting(vote)))


def kept() -> tuple[int, int, int, int]:
    entries = JournalEntry.objects.filter(act=Act.PAPER_SCANNED).count()
    return ScanBatch.objects.count(), ScannedSheet.objects.count(), PaperReading.objects.count(), entries


def faults_of(vote: Vote, *pages: dict[str, Any], **more: Any) -> list[str]:
    """Return every fault of a batch that is refused; nothing of it is kept."""
    before = kept()
    with pytest.raises(BatchRefused) as refused:
        scan(vote, *pages, **more)
    assert kept() == before
    return [fault.sentence for fault in refused.value.faults]


def test_a_batch_is_the_first_reading_of_what_leaves_no_doubt():
    vote = closed(on_paper=4, returned=4)
    batch = scan(vote, FIRST, IN_DOUBT, SECOND, last=4, set_aside=[3])
    machine = [(r.place, r.reading, r.marks, r.by_machine) for r in PaperReading.objects.order_by("place")]
    assert machine == [(1, 1, "1,0,0", True), (4, 1, "0,1,0", True)]
    sheets = list(ScannedSheet.objects.order_by("place"))
    assert [(sheet.place, sheet.doubts) for sheet in sheets] == [(1, ""), (2, "box,writing"), (4, "")]
    hashes = sorted(hashlib.sha256(bytes(sheet.picture)).digest() for sheet in sheets)
    assert bytes(batch.hashes) == b"".join(hashes)
    entry = last_entry()
    assert (entry.act, entry.data) == (
        Act.PAPER_SCANNED,
        {
            "round": 1, "batch": 1, "first": 1, "last": 4, "sheets": 3, "doubtful": 1, "aside": [3],
            "file": hashlib.sha256(file_of(FIRST, IN_DOUBT, SECOND)).hexdigest(), "root": root_of(hashes),
            "readings": scans.readings_digest(bytes(batch.salt), [(1, "1,0,0"), (4, "0,1,0")]),
        },
    )  # fmt: skip
    # No picture can be read in the database; the server has them for the second reading, the slips for ever.
    assert not [s for s in sheets if b"picture of" in bytes(s.picture) + bytes(s.working)]
    opened = pictures(vote)
    assert opened == {sheet.place: working_picture(vote.round, sheet.place) for sheet in sheets}
    assert b"picture of" in opened[2]


def test_people_read_what_is_in_doubt_and_everything_a_second_time():
    vote = closed(on_paper=4, returned=4)
    scan(vote, FIRST, IN_DOUBT, SECOND, last=4, set_aside=[3])
    with pytest.raises(paper_ballots.SameReader) as own:
        read(vote, (1, 0, 0), reading=2, by=vote.clerk)
    assert own.value.scanned
    with pytest.raises(paper_ballots.ReadAlready):
        read(vote, (1, 0, 0), by=vote.other_scrutineer)
    read(vote, (1, 1, 0), (0, 0, 0), first=2)
    read(vote, (1, 0, 0), (1, 1, 0), (0, 0, 0), reading=2)
    assert working_picture(vote.round, 4)
    read(vote, (1, 0, 0), first=4, reading=2)
    settle = acting(vote) | {"by": vote.chief, "marks": (0, 1, 0), "reason": "看图像"}
    assert working_picture(vote.round, 4)
    paper_ballots.settle(place=4, **settle)
    assert paper_ballots.agreed(vote.round) == [
        Choice(m) for m in ((0, 0, 0), (0, 1, 0), (1, 0, 0), (1, 1, 0))
    ]
    assert not ScannedSheet.objects.exclude(working=b"").exists()
    assert len(pictures(vote)) == 3
    assert paper_channels(vote.round) == PaperChannels(
        returned=4, by_machine=2, in_doubt=1, by_hand=1, read_twice=4, settled=1, batches=1
    )
    vote.run("counted", "certified", "published")
    assert vote.round.tally.working.count('"paper"')
    with pytest.raises(IntegrityError), transaction.atomic():
        destroy_pictures(vote.cycle)


def test_every_fault_of_a_batch_is_named_by_its_page_and_nothing_is_kept():
    vote = closed(on_paper=12, returned=12)
    scan(vote, FIRST | {"ink": "first"}, IN_DOUBT, first=11)
    pages = [
        FIRST, {"why": "back"}, {"why": "foreign_layout"}, {"why": "several_sheets"}, FIRST | {"same": 1},
        SECOND | {"ink": "first"}, {"why": "markers"}, {"why": "black_white"}, {"why": "unheard of"},
        {"why": "blank"},
    ]  # fmt: skip
    with override("en"):
        told = faults_of(vote, *pages, last=8)
    assert [line.split(":")[0] for line in told] == [
        *[f"Page {number}" for number in range(2, 11)],
        "The file has 10 pages, and 8 sheets lie at these places. Count the sheets of the batch again.",
    ]
    assert "as page 1" in told[3]
    assert "as ballot 11" in told[4]
    assert faults_of(vote, FIRST, last=2)
    # Two files: the same sheet in both is named by its page in all.
    again = FIRST | {"ink": "x"}
    two = [file_of(FIRST, again), file_of(SECOND, again)]
    assert "2" in faults_of(vote, last=4, files=two)[0]
    with pytest.raises(FileUnfit):
        scan(vote, last=2, files=[b'"locked"'])
    # A sheet of the round that cannot be read well is kept, and left to people.
    scan(vote, {"why": "blurred"}, {"marks": None}, FIRST)
    assert list(ScannedSheet.objects.filter(place__lt=4).values_list("doubts", flat=True)) == [
        "blurred",
        "box",
        "",
    ]


def test_who_was_faster_is_told_and_the_batch_is_not_kept():
    vote = closed(on_paper=2, returned=2)
    begun = scans.begin_scan(
        round_=vote.round, first=1, last=2, files=[file_of(FIRST, SECOND)], layouts=[], by=vote.clerk
    )
    assert list(begun.read()) == [1, 2]
    read(vote, (1, 0, 0), first=2, by=vote.scrutineer)
    with pytest.raises(paper_ballots.ReadAlready):
        scans.keep_scan(begun, at=vote.later())
    assert not ScanBatch.objects.exists()


def test_rules_that_give_the_first_reading_to_a_person_let_no_batch_in():
    vote = closed(on_paper=2, returned=2, first_reading="person", kind=Kind.DEMO)
    with pytest.raises(ScannerNotAdopted):
        scan(vote, FIRST, SECOND)
    assert kept() == (0, 0, 0, 0)
    shown = desk(vote.clerk).get(SCANS)
    assert "multipart" not in shown.content.decode()
    assert "按通过的表决办法" in text_of(shown)
    assert send(vote, FIRST, SECOND).startswith("409")
    at_desk = desk(vote.clerk).get(PAPER)
    assert SCANS not in at_desk.content.decode()
    assert "按通过的表决办法" in text_of(at_desk)
    assert desk(vote.clerk).get("/admin/vote/2018/paper/simulated.pdf").status_code == 404


def test_the_next_batch_is_behind_the_last_and_fills_what_was_left_out():
    """Guards ``voting.read_models.vote.paper_channels``: doubt at a batch's end does not offer its last sheet again."""
    vote = closed(on_paper=30, returned=30)

    def offered() -> list[int]:
        return list(next_places(vote.round, paper_ballots.sheets(vote.round)))

    assert offered() == [*range(1, 21)]
    scan(vote, FIRST, IN_DOUBT)
    assert offered() == [*range(3, 23)]
    scan(vote, SECOND, last=4, first=3, set_aside=[4])
    assert offered() == [*range(5, 25)]
    scan(vote, FIRST | {"ink": "a"}, IN_DOUBT | {"ink": "b"}, first=9)  # out of their order
    assert offered() == [5, 6, 7, 8]
    read(vote, *[(1, 0, 0)] * 4, first=5, by=vote.scrutineer)
    assert offered() == [*range(11, 31)]
    scan(vote, *[{"marks": (1, 0, 0), "ink": f"c{n}"} for n in range(20)], first=11)
    assert offered() == []


ROUND = "(SELECT max(id) FROM voting_round WHERE status = 'closed')"
CLERK = "(SELECT run_by_id FROM voting_scanbatch LIMIT 1)"
BATCH = "(SELECT max(id) FROM voting_scanbatch)"
MAKE_READING = """INSERT INTO voting_paperreading (round_id, place, reading, marks, by_machine, read_by_id)
VALUES ({round}, {place}, {reading}, '0,1,0', true, {by})"""
MAKE_SHEET = f"""INSERT INTO voting_scannedsheet (round_id, batch_id, place, doubts, picture, digest, ink, working)
VALUES ({ROUND}, {BATCH}, {{place}}, '', 'x', {{digest}}, '', '')"""
DIGEST = "encode(sha256('x'::bytea), 'hex')"
MAKE_BATCH = f"""INSERT INTO voting_scanbatch
(round_id, number, first, last, set_aside, digest, hashes, salt, run_by_id, run_at)
VALUES ({ROUND}, 2, {{first}}, {{last}}, '{{aside}}', 'x', '', '', {CLERK}, now())"""
SCRUTINEER = "(SELECT max(id) FROM accounts_user WHERE role = 'scrutineer')"
MAKE_SETTLEMENT = f"""INSERT INTO voting_papersettlement (round_id, place, marks, reason, settled_by_id)
VALUES ({ROUND}, {{place}}, '', 'x', (SELECT max(id) FROM accounts_user WHERE role = 'chief'))"""
MAKE_TALLY = f"""INSERT INTO voting_tally (round_id, working, patterns, digest, counted_by_id, counted_at, imported)
VALUES ({ROUND}, 'x', 'x', 'x', {SCRUTINEER}, now(), false)"""

FORGERIES = {
    "a picture is replaced": ("UPDATE voting_scannedsheet SET picture = 'x', working = ''", "append-only"),
    "its hash, too": (f"UPDATE voting_scannedsheet SET digest = {DIGEST}, working = ''", "append-only"),
    "a doubt is taken away": ("UPDATE voting_scannedsheet SET doubts = '', working = ''", "append-only"),
    "a working picture is replaced": ("UPDATE voting_scannedsheet SET working = 'x'", "append-only"),
    "a sheet is deleted": ("DELETE FROM voting_scannedsheet", "append-only"),
    "all are": ("TRUNCATE voting_scannedsheet", "append-only"),
    "a batch is changed": ("UPDATE voting_scanbatch SET set_aside = ''", "append-only"),
    "a batch is deleted": ("DELETE FROM voting_scanbatch", "append-only"),
    "a reading without a scan": (
        MAKE_READING.format(round=ROUND, place=4, reading=1, by=CLERK),
        "no such sheet",
    ),
    "a reading in doubt": (MAKE_READING.format(round=ROUND, place=2, reading=1, by=CLERK), "no such sheet"),
    "a reading by another": (
        MAKE_READING.format(round=ROUND, place=1, reading=1, by=SCRUTINEER),
        "no such sheet",
    ),
    "a second reading": (
        MAKE_READING.format(round=ROUND, place=1, reading=2, by=SCRUTINEER),
        "no such sheet",
    ),
    "a sheet set aside": (MAKE_SHEET.format(place=3, digest=DIGEST), "no sheet of this batch"),
    "a sheet beyond": (MAKE_SHEET.format(place=5, digest=DIGEST), "no sheet of this batch"),
    "a wrong hash": (MAKE_SHEET.format(place=4, digest="'x'"), "not the hash"),
    "a batch without sheets": (MAKE_BATCH.format(first=4, last=4, aside=""), "taken whole"),
    "a batch without a journal": (MAKE_BATCH.format(first=4, last=4, aside="4"), "stands in no journal"),
    "a batch beyond the box": (MAKE_BATCH.format(first=4, last=7, aside=""), "not so many sheets"),
    "a file again": (
        MAKE_BATCH.format(first=4, last=4, aside="4").replace("'x'", "(SELECT digest FROM voting_scanbatch)"),
        "taken already",
    ),
    "a sheet again": (
        MAKE_BATCH.format(first=4, last=4, aside="")
        + ";"
        + MAKE_SHEET.format(place=4, digest=DIGEST).replace(
            "'', '')", "(SELECT ink FROM voting_scannedsheet WHERE place = 1), '')"
        ),
        "a sheet is taken once",
    ),
    "a reading beyond the box": (
        MAKE_READING.format(round=ROUND, place=6, reading=1, by=CLERK).replace("true", "false"),
        "not so many sheets",
    ),
    "another number of sheets": ("UPDATE voting_paperbox SET returned = 3", "has been read"),
    "a settlement of nothing": (MAKE_SETTLEMENT.format(place=1), "no two readings differ"),
    "a count before all is read": (MAKE_TALLY, "not read twice"),
}


def commit(*statements: str) -> None:
    """Do these, and let the rules be asked that are asked at the end of a transaction."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_what_the_web_role_cannot_forge():
    vote = closed(on_paper=5, returned=5)
    scan(vote, FIRST, IN_DOUBT, last=3, set_aside=[3])
    commit()
    for name, (statement, answer) in FORGERIES.items():
        with pytest.raises(IntegrityError, match=answer) as refused, transaction.atomic():
            commit(statement)
        assert "refused on" in str(refused.value), name
    ScannedSheet.objects.filter(place=1).update(working=b"")
    assert working_picture(vote.round, 1) is None


def test_where_people_read_first_no_sql_lets_a_machine_in():
    closed(on_paper=1, returned=1, first_reading="person")
    clerk = "(SELECT max(id) FROM accounts_user WHERE role = 'clerk')"
    batch = MAKE_BATCH.format(first=1, last=1, aside="").replace(CLERK, clerk)
    reading = MAKE_READING.format(round=ROUND, place=1, reading=1, by=clerk)
    for statement, answer in [(batch, "people read first"), (reading, "no such sheet")]:
        with pytest.raises(IntegrityError, match=answer), transaction.atomic():
            commit(statement)


def test_a_file_is_taken_once_and_what_was_scanned_stays_counted():
    """Blank sheets are like any others: nothing else tells that the same stack came again."""
    vote = closed(on_paper=4, returned=4)
    scan(vote, NOTHING | {"ink": "", "doubts": ("writing",)})
    with pytest.raises(scans.FileTaken) as again:
        scan(vote, NOTHING | {"ink": "", "doubts": ("writing",)}, first=2)
    assert again.value.batch == 1
    with pytest.raises(paper_ballots.SheetRead):
        paper_ballots.correct_box(returned=3, reason="再数", second=vote.chief, **acting(vote))


def test_a_working_picture_of_another_place_does_not_open_and_none_outlasts_the_round():
    vote = closed(on_paper=2, returned=2)
    scan(vote, FIRST, SECOND)
    commit()
    commit(
        "SET session_replication_role = replica",  # past the triggers
        "UPDATE voting_scannedsheet SET (picture, working) ="
        " (SELECT picture, working FROM voting_scannedsheet WHERE place = 2) WHERE place = 1",
        "SET session_replication_role = origin",
    )
    with pytest.raises(PictureDamaged):
        working_picture(vote.round, 1)
    opened = pictures(vote)
    assert (opened[1], opened[2] is None) == (None, False)
    with pytest.raises(IntegrityError, match="working pictures"), transaction.atomic():
        type(vote.round).objects.filter(pk=vote.round.pk).update(status="annulled")
    annulments.annul_round(decision="主席团决定", reason="重来", second=vote.presiding, **acting(vote))
    assert not ScannedSheet.objects.exclude(working=b"").exists()


def test_what_somebody_wrote_past_the_triggers_is_found():
    """Guards ``voting.management.verification.scans`` too."""
    vote = closed(on_paper=3, returned=3)
    scan(vote, FIRST, SECOND, IN_DOUBT)
    commit()
    assert not list(scans_of(vote.round, is_disposed=False))
    for change in (
        "UPDATE voting_scannedsheet SET picture = 'x' WHERE place = 1",
        "UPDATE voting_paperreading SET marks = '0,0,1' WHERE place = 1",
        "UPDATE voting_scanbatch SET digest = 'x'",
        "DELETE FROM voting_scannedsheet WHERE place = 3",
    ):
        with transaction.atomic():
            commit("SET session_replication_role = replica", change, "SET session_replication_role = origin")
            assert len(list(scans_of(vote.round, is_disposed=False))) == 1, change
            transaction.set_rollback(True)
    assert len(list(scans_of(vote.round, is_disposed=True))) == 1


# ------------------------------------------------------------------------------------------------------ the pages


def send(vote: Vote, *pages: dict[str, Any], by: Any = None, **fields: Any) -> str:
    """Upload a batch and return the page that grew with it."""
    sent = {
        "do": "scan", "first": "1", "last": str(len(pages)), "set_aside": "",
        "pages": SimpleUploadedFile("scan.pdf", file_of(*pages)),
    }  # fmt: skip
    answer = desk(by or vote.clerk).post(SCANS, sent | fields)
    body = answer.getvalue() if answer.streaming else answer.content
    return f"{answer.status_code} {body.decode()}"


def test_the_desk_scans_a_batch_and_two_people_read_from_the_pictures():
    vote = closed(on_paper=4, returned=4)
    assert 'class="alert alert-danger"' in send(vote, {"why": "back"}, FIRST, SECOND, IN_DOUBT)
    assert not ScanBatch.objects.exists()
    assert send(vote, FIRST, last="9").startswith("409")
    assert send(vote, FIRST, set_aside="x").startswith("422")
    grown = send(vote, FIRST, SECOND, IN_DOUBT, last="4", set_aside="3")
    assert grown.startswith("200")
    assert "?batch=1#batches" in grown
    assert "有的方框不能确定是否画圈" in text_of(desk(vote.clerk).get(SCANS))
    doubtful = desk(vote.clerk).get(f"{PAPER}?reading=1&doubtful=1")
    assert doubtful.context["places"] == "4"
    picture = desk(vote.clerk).get(doubtful.context["lines"][0]["picture"])
    assert picture.content == working_picture(vote.round, 4)
    assert picture["Content-Type"] == "image/jpeg"
    assert "no-store" in picture["Cache-Control"]
    assert desk(vote.presiding).get(doubtful.context["lines"][0]["picture"]).status_code == 403
    sent = {"do": "read", "reading": "1", "places": "4", "doubtful": "1", "ballot_4_0": "1 2"}
    assert desk(vote.clerk).post(PAPER, sent).status_code == 302
    # The sheet that was set aside is typed; the machine's readings are nowhere.
    typed = desk(vote.clerk).get(f"{PAPER}?reading=1&first=1")
    assert (typed.context["places"], typed.context["lines"][0]["picture"]) == ("3", "")
    assert desk(vote.clerk).post(PAPER, sent | {"places": "3", "ballot_3_0": "0"}).status_code == 302
    second = desk(vote.scrutineer).get(f"{PAPER}?reading=2&first=1")
    assert second.context["places"] == "1,2,3,4"
    assert [bool(line["picture"]) for line in second.context["lines"]] == [True, True, False, True]
    assert not any(field.value() != [""] and field.value() for field in second.context["batch"])
    without = desk(vote.scrutineer).get(f"{PAPER}?reading=2&first=1&paper=1")
    assert not any(line["picture"] for line in without.context["lines"])
    ballots = {"ballot_1_0": "1", "ballot_2_0": "3", "ballot_3_0": "0", "ballot_4_0": "1 2"}
    desk(vote.scrutineer).post(PAPER, {"do": "read", "reading": "2", "places": "1,2,3,4", **ballots})
    chief = desk(vote.chief).get(PAPER)
    assert [d["picture"][-3:] for d in chief.context["differences"]] == ["/2/"]
    settle = {"do": "settle", "place": "2", "marks_0": "2", "reason": "看原票", "confirm": "on"}
    assert desk(vote.chief).post(PAPER, settle).status_code == 302
    assert desk(vote.chief).get(chief.context["differences"][0]["picture"]).status_code == 404
    assert len(paper_ballots.agreed(vote.round)) == 4


def test_the_sealed_pictures_are_opened_with_the_slips_and_the_journal_says_why():
    """Guards ``voting.domain.vote.opened_pictures``, ``voting.admin.vote.opened_pictures`` and
    ``voting.printing.packed`` too.
    """
    vote = closed(on_paper=3, returned=3)
    scan(vote, FIRST, SECOND, last=3, set_aside=[3])
    with pytest.raises(NoSealedPicture) as none:
        pictures(vote, 1, 3)
    assert none.value.place == 3
    assert list(pictures(vote, 2)) == [2]
    entry = last_entry()
    assert (entry.act, entry.data) == (
        Act.PICTURES_OPENED,
        {"round": 1, "sheets": 1, "places": [2], "reason": "核对"},
    )
    before = JournalEntry.objects.count()
    at = "/admin/vote/2018/paper/pictures/"
    fields = {"do": "open", "places": "", "reason": "当场复核", "confirm": "on"}
    few = {f"slip_{place}": slip for place, slip in enumerate(vote.slips[:2], start=1)}
    assert "2 张" in text_of(desk(vote.presiding).get(at)) or "slip_1" not in text_of(
        desk(vote.presiding).get(at)
    )
    assert desk(vote.clerk).post(at, fields | few).status_code == 409
    slips = few | {"slip_3": vote.slips[2]}
    assert desk(vote.clerk).post(at, fields | slips | {"reason": " "}).status_code == 422
    assert desk(vote.clerk).post(at, fields | slips | {"places": "3"}).status_code == 409
    assert desk(vote.presiding).post(at, fields | slips).status_code == 403
    assert JournalEntry.objects.count() == before
    answer = desk(vote.scrutineer).post(at, fields | slips)
    assert "no-store" in answer["Cache-Control"]
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as packed:
        assert packed.testzip() is None
        assert {name: packed.read(name) for name in packed.namelist()} == {
            f"000{place}.jpg": working_picture(vote.round, place) for place in (1, 2)
        }
    assert (last_entry().actor, last_entry().data["reason"]) == (vote.scrutineer, "当场复核")


def test_a_large_scan_is_never_written_to_a_disk(monkeypatch):
    """Guards ``config.in_memory`` too."""
    vote = closed(on_paper=1, returned=1)
    monkeypatch.setattr(TemporaryUploadedFile, "__init__", lambda *_a, **_k: pytest.fail("it is on a disk"))
    large = file_of(FIRST) + b" " * settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    assert send(vote, FIRST, pages=SimpleUploadedFile("scan.pdf", large)).startswith("200")
    assert ScanBatch.objects.exists()


def test_another_congress_has_no_picture_and_no_batch():
    vote = closed(on_paper=1, returned=1)
    scan(vote, IN_DOUBT)
    other = closed(on_paper=1, returned=1, slug="2019", kind=Kind.REHEARSAL)
    assert desk(other.clerk).get("/admin/vote/2018/paper/picture/1/").status_code in {403, 404}
