"""The sample of a second reading: first readings are counted, dice name who reads what again, then the count stands.

Guards ``voting.domain.vote.samples``, ``voting.domain.vote.drawn_sheets``, ``voting.domain.vote.first_counts``,
``voting.domain.vote.reading_figures`` and ``voting.read_models.vote.samples``.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from tests.factories import Vote
from tests.integration.vote.test_admin_steps import address, desk, words
from tests.integration.vote.test_paper_ballots import acting, closed, last_entry, read
from tests.offline import imported, offline_count
from tests.pages import text_of
from voting.count.canonical import canonical_json
from voting.count.formats import UnreadableRecord
from voting.count.formats.notice import NOTICE
from voting.count.formats.working import PATTERNS, WORKING
from voting.count.sampling import draw, sample_size
from voting.domain.core.refusals import StepNotAllowed
from voting.domain.vote import annulments, counts, notices, paper_ballots, samples, urn_files
from voting.domain.vote.drawn_sheets import NotDrawn, NotDrawnYet, readable_again
from voting.models import FirstCount, PaperReading, SampleDraw, Tally
from voting.recount.__main__ import recount_text
from voting.states import Act, RoundStatus

pytestmark = pytest.mark.django_db

DICE = "16253 41625 34162 53416"
#: Two of three projects for the first two; six sheets, and one ballot online.
SHEETS = [(1, 1, 0)] * 5 + [(0, 0, 0)]
SAMPLE = {"second_reading": "sample", "floor_base": ""}


def first_counted(**settings: Any) -> Vote:
    """A vote whose first readings are counted, nothing drawn."""
    vote = closed(on_paper=6, returned=6, **(SAMPLE | settings))
    read(vote, *SHEETS)
    counts.count_round(slips=vote.slips[:3], **acting(vote))
    return vote


def drawn(**settings: Any) -> tuple[Vote, SampleDraw]:
    vote = first_counted(**settings)
    return vote, samples.draw_sample(dice=DICE, **acting(vote))


def read_again(vote: Vote, *places: int, **other: tuple[int, ...]) -> None:
    """The scrutineer reads these places again; ``p3`` and the like say what otherwise."""
    marks = {place: other.get(f"p{place}", SHEETS[place - 1]) for place in places}
    paper_ballots.read_sheets(reading=2, ballots=marks, **(acting(vote) | {"by": vote.scrutineer}))


def certified(vote: Vote) -> Any:
    counts.certify_tally(round_=vote.round, by=vote.other_scrutineer, at=vote.later())
    notice = notices.publish_notice(round_=vote.round, by=vote.clerk, at=vote.later())
    return NOTICE.read(notice.body)


def recounted(vote: Vote) -> None:
    for text in (urn_files.public_file(vote.round), urn_files.recount_file(vote.round)):
        report = recount_text(text)
        assert report.agrees, [check for check in report.checks if not check["agrees"]]


def test_the_first_readings_are_fixed_and_counted_before_anything_is_drawn():
    vote = closed(on_paper=6, returned=6, **SAMPLE)
    with pytest.raises(NotDrawnYet):
        read_again(vote, 1)
    read(vote, *SHEETS[:5])
    with pytest.raises(paper_ballots.PaperNotReady):
        counts.count_round(slips=vote.slips[:3], **acting(vote))
    read(vote, SHEETS[5], first=6)
    with pytest.raises(StepNotAllowed):
        samples.draw_sample(dice=DICE, **acting(vote))
    counts.count_round(slips=vote.slips[:3], **acting(vote))
    first, entry = FirstCount.objects.get(), last_entry()
    assert entry.act == Act.FIRST_COUNTED
    assert (entry.data["first_count"], entry.data["first_readings"]) == (first.digest, first.readings)
    assert not Tally.objects.exists()
    assert vote.round.status == RoundStatus.CLOSED
    for verb in (
        lambda: counts.count_round(slips=vote.slips[:3], **acting(vote)),
        lambda: counts.certify_tally(round_=vote.round, by=vote.other_scrutineer, at=vote.later()),
        lambda: samples.release_count(**acting(vote)),
    ):
        with pytest.raises(StepNotAllowed):
            verb()
    with pytest.raises(NotDrawnYet):
        read_again(vote, 1)


def test_the_count_stands_once_the_drawn_ballots_agree():
    vote, sample = drawn()
    assert (sample.sheets, sample.misread) == (6, 3)  # 6 votes before none: 3 sheets
    assert sample.places == draw(
        range(1, 7), 4, dice=DICE.replace(" ", ""), root=FirstCount.objects.get().readings
    )
    entry = last_entry()
    assert (entry.act, entry.data["places"], entry.data["size"]) == (Act.SAMPLE_DRAWN, sample.places, 4)
    left = min({1, 2, 3, 4, 5, 6} - {*sample.places})
    with pytest.raises(NotDrawn):
        read_again(vote, left)
    with pytest.raises(paper_ballots.SameReader):
        paper_ballots.read_sheets(reading=2, ballots={sample.places[0]: (1, 1, 0)}, **acting(vote))
    read_again(vote, *sample.places[:3])
    with pytest.raises(samples.SampleUnread) as refused:
        samples.release_count(**acting(vote))
    assert refused.value.unread == 1
    read_again(vote, *sample.places[3:])
    tally = samples.release_count(round_=vote.round, by=vote.chief, at=vote.later())
    first = FirstCount.objects.get()
    assert (tally.counted_by, tally.counted_at) == (first.counted_by, first.counted_at)
    assert WORKING.read(tally.working)["outcome"] == WORKING.read(first.working)["outcome"]
    assert (last_entry().act, last_entry().data["sample"]) == (Act.ROUND_COUNTED, "agrees")
    body = certified(vote)
    assert body["paper"] is not None
    assert body["paper"]["readings"] == {
        "scanned": 0, "twice": 4, "settled": 0,
        "sample": {
            "sheets": 6, "misread": 3, "dice": DICE.replace(" ", ""), "root": first.readings, "places": sample.places,
        },
    }  # fmt: skip
    recounted(vote)


def test_one_difference_means_the_whole_second_reading_and_another_count():
    vote, sample = drawn()
    place, *others = sample.places
    read_again(vote, place, *others, **{f"p{place}": (0, 1, 1)})
    with pytest.raises(paper_ballots.PaperNotReady):
        samples.release_count(**acting(vote))
    read_again(vote, *({1, 2, 3, 4, 5, 6} - {*sample.places}))
    with pytest.raises(paper_ballots.PaperNotReady):
        samples.release_count(**acting(vote))
    paper_ballots.settle(
        place=place, marks=(0, 1, 1), reason="看错", round_=vote.round, by=vote.chief, at=vote.later()
    )
    tally = samples.release_count(**acting(vote))
    votes = [item["for"] for item in WORKING.read(tally.working)["outcome"]["items"]]
    agreed = [SHEETS[each - 1] if each != place else (0, 1, 1) for each in range(1, 7)]
    assert votes == [sum(marks[item] for marks in agreed) + (item < 2) for item in range(3)]
    assert last_entry().data["sample"] == "differs"
    assert certified(vote)["paper"]["readings"]["settled"] == 1
    recounted(vote)


def test_a_draw_is_of_dice_and_made_once():
    vote = first_counted()
    with pytest.raises(samples.DiceMissing):
        samples.draw_sample(dice="123", **acting(vote))
    samples.draw_sample(dice=DICE, **acting(vote))
    with pytest.raises(samples.DrawnAlready):
        samples.draw_sample(dice=DICE, **acting(vote))


OTHERS: list[tuple[Any, dict[str, Any]]] = [
    (FirstCount, {"salt": "0"}),
    (FirstCount, {"readings": "0" * 64}),
    (FirstCount, {"working": ""}),
    (FirstCount, {"patterns": canonical_json({"format": PATTERNS.name, "online": [], "paper": []})}),
    (SampleDraw, {"places": []}),
    (SampleDraw, {"misread": 6}),
    (SampleDraw, {"dice": "1" * 20}),
    (PaperReading, {"marks": "1,1,0"}),
]


def test_nothing_is_released_where_count_draw_or_readings_are_others():
    vote, sample = drawn()
    read_again(vote, *sample.places)
    for table, change in OTHERS:
        saved = transaction.savepoint()
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            table.objects.update(**change)
            cursor.execute("SET LOCAL session_replication_role = origin")
        with pytest.raises((counts.FiguresChanged, UnreadableRecord)):
            samples.release_count(**acting(vote))
        transaction.savepoint_rollback(saved)
    assert samples.release_count(**acting(vote))


def test_the_database_holds_the_order_too():
    vote = closed(on_paper=6, returned=6, **SAMPLE)
    read(vote, *SHEETS[:5])
    tally: Any = {
        "working": "",
        "patterns": "",
        "digest": "",
        "counted_by": vote.clerk,
        "counted_at": vote.later(),
    }
    first = {**tally, "readings": "", "salt": ""}
    at_hand = {"sheets": 6, "drawn_by": vote.clerk, "drawn_at": vote.at}
    dice = "1" * 20
    few = draw(range(1, 7), 4, dice=dice, root="")
    true: Any = {**at_hand, "misread": 3, "dice": dice, "places": few}
    others = sorted({*range(1, 7)} - {*few} | {*few[:2]})

    def refused(table: Any, match: str, **values: Any) -> None:
        with pytest.raises(IntegrityError, match=match), transaction.atomic():
            table.objects.create(round=vote.round, **values)

    refused(Tally, "the sample was not read", **tally)
    refused(SampleDraw, "drawn after", **true)
    refused(FirstCount, "not every sheet", **first)
    read(vote, SHEETS[5], first=6)
    FirstCount.objects.create(round=vote.round, **first)
    refused(SampleDraw, "no sheets of the box", **true | {"sheets": 7})
    for size in (3, 5, 0):
        places = draw(range(1, 7), size, dice=dice, root="")
        refused(SampleDraw, "another number", **true | {"places": places})
    for otherwise in ({"places": others}, {"places": few[::-1]}, {"dice": "2" * 20}, {"dice": "1" * 19}):
        refused(SampleDraw, "dice name", **true | otherwise)
    SampleDraw.objects.create(round=vote.round, **true)
    refused(Tally, "the sample was not read", **tally)
    for table in (FirstCount, SampleDraw):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            table.objects.all().delete()


def test_the_database_reckons_the_size_of_a_sample_as_the_count_does():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sheets, misread, min(drawn)"
            " FROM (SELECT s FROM generate_series(1, 24) s UNION SELECT 300) AS b (sheets),"
            " generate_series(1, least(sheets, 24)) AS misread, generate_series(1, sheets) AS drawn"
            " WHERE NOT public.piaojue_drawn_too_few(sheets, misread, drawn) GROUP BY sheets, misread"
        )
        sizes = cursor.fetchall()
    assert len(sizes) == 24 * 25 // 2 + 24
    assert [size for sheets, misread, size in sizes if size != sample_size(sheets, misread)] == []


def test_an_offline_count_waits_for_the_sample_as_well():
    vote = closed(on_paper=6, returned=6, **SAMPLE)
    read(vote, *SHEETS)
    imported(vote, offline_count(vote, vote.urn()))
    assert FirstCount.objects.get().imported
    sample = samples.draw_sample(dice=DICE, **acting(vote))
    read_again(vote, *sample.places)
    assert samples.release_count(**acting(vote)).imported
    with pytest.raises(counts.Unproven):
        counts.certify_tally(round_=vote.round, by=vote.other_scrutineer, at=vote.later())


def test_a_round_that_was_opened_and_annulled_was_counted():
    vote = first_counted()
    annulled = annulments.annul_round(decision="d", reason="r", second=vote.presiding, **acting(vote))
    assert annulled.counted


def test_an_empty_box_needs_no_sample():
    vote = closed(on_paper=2, returned=0, **SAMPLE)
    counts.count_round(slips=vote.slips[:3], **acting(vote))
    assert Tally.objects.exists()


# --------------------------------------------------------------------------------------------------------- its pages


def sent(vote: Vote, by: Any, do: str, **data: Any) -> Any:
    return desk(by).post(address("sample"), {"do": do, "confirm": "on", **data}, follow=True)


def test_the_desk_offers_to_read_again_only_what_the_dice_drew_and_all_once_one_differs():
    """Guards ``voting.admin.vote.paper_reading`` too."""
    vote = first_counted()

    def offered() -> bool:
        page = desk(vote.other_scrutineer).get(address("paper"))
        assert page.context["unread"] == len(readable_again(vote.round) or ())
        return bool(page.context["batches"][0]["readings"][1]["mine"])

    assert (readable_again(vote.round), offered()) == (set(), False)
    sample = samples.draw_sample(dice=DICE, **acting(vote))
    assert (readable_again(vote.round), offered()) == (set(sample.places), True)
    first, *_rest = sample.places
    read_again(vote, first, **{f"p{first}": (0, 1, 1)})
    assert readable_again(vote.round) is None


def test_the_sample_through_the_pages_with_two_marks_in_a_row_to_the_published_papers():
    """A per-item vote whose rules void a project for two marks: first readings, dice, second readings, notice."""
    settings = {"preset": "dongyang", "double_mark": "item", "floor_base": "", "second_reading": "sample"}
    vote = closed(on_paper=3, returned=3, online=0, **settings)
    field = {"ballot_1_0": "1 2", "ballot_1_1": "2 3", "ballot_1_2": "", "ballot_2_0": "1", "ballot_3_0": "1"}
    entered = desk(vote.clerk).post(address("paper"), {"do": "read", "reading": "1", "first": "1", **field})
    assert entered.status_code == 302
    assert PaperReading.objects.get(place=1).marks == "1,5,2"
    counted = desk(vote.clerk).post(
        address("count"), {"do": "count", "confirm": "on", **words(vote.slips[:3])}, follow=True
    )
    assert "第一次录入已固定并计票" in text_of(counted)
    page = text_of(desk(vote.clerk).get(address("sample")))
    assert "已录入纸质表决票 3 张。其中至少有 1 张录错" in page
    assert "N = 3，k = 1，n = 3" in page
    assert FirstCount.objects.get().readings[:8] in page
    assert "赞成" not in page  # no total stands on the page before the count is released
    assert "至少 20 次" in text_of(sent(vote, vote.clerk, "draw", dice="12"))
    sent(vote, vote.clerk, "draw", dice=DICE)
    assert SampleDraw.objects.get().places == [1, 2, 3]
    for nobody in (vote.clerk, vote.chief):  # the clerk read first, the chief settles
        assert "ballot_" not in desk(nobody).get(address("sample")).content.decode()
    page = desk(vote.scrutineer).get(address("sample")).content.decode()
    assert all(f'name="ballot_{place}_0"' in page for place in (1, 2, 3))
    assert "from hashlib import sha256" in page
    sent(vote, vote.scrutineer, "read", **field)
    assert vote.round.status == RoundStatus.CLOSED
    sent(vote, vote.scrutineer, "release")
    assert vote.round.status == RoundStatus.COUNTED
    body = certified(vote)
    assert [item.get("double_marked") for item in body["items"]] == [0, 1, 0]
    assert [item["for"] for item in body["items"]] == [3, 0, 0]
    recounted(vote)
    assert not recount_text(
        urn_files.public_file(vote.round).replace('"double_marked":1', '"double_marked":0')
    ).agrees
    shown = {
        path: text_of(Client().get(f"/2018/{path}/"))
        for path in ("result", "report", "notice", "minutes", "rules")
    }
    assert all("重复标记" in shown[path] for path in ("result", "report", "notice", "rules"))
    assert all(DICE.replace(" ", "") in shown[path] for path in ("result", "report", "notice", "minutes"))
    assert all(word in shown["rules"] for word in ("骰子", "仅该项目无效"))
