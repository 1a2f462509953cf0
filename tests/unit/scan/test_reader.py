"""What a picture of a sheet says: never a wrong mark, doubt wherever a person would doubt, and plain rings read.

Guards ``voting.scan.reader``, ``voting.scan.registering``, ``voting.scan.aligning``, ``voting.scan.inking``,
``voting.scan.boxes``, ``voting.scan.strays``, ``voting.scan.prints`` and ``voting.scan.reading``.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from tests.unit.scan import sheets
from tests.unit.scan.forms import form
from tests.unit.scan.sheets import Paper, Picture, Sheet, hand, printed_page, scanned
from voting.count.measures import BallotType
from voting.scan.layout import Layout
from voting.scan.reader import marks_of, read_page, same_sheet
from voting.scan.reading import BoxReading, PageReading, page_reading


@cache
def page(ballot_type: BallotType = BallotType.UP_TO, definition: str = "ab" * 32) -> Picture:
    return printed_page(form(ballot_type, definition=definition))


def made(kind: str, seed: int, ballot_type: BallotType = BallotType.UP_TO) -> Sheet:
    foreign = page(definition="cd" * 32) if kind == "foreign" else None
    return sheets.make(
        np.random.default_rng(seed), kind, form(ballot_type), page(ballot_type), foreign=foreign
    )


def read(picture: Picture, *layouts: Layout) -> PageReading:
    return read_page(picture, layouts or [form(BallotType.UP_TO)], page=1)[0]


def wrongly_read(sheet: Sheet, reading: PageReading) -> list[BoxReading]:
    right = {"ring": {"marked"}, "empty": {"empty"}, "near": {"empty"}, "other": set()}
    return [
        box
        for box in reading.boxes
        if box.reading not in right[sheet.truth[box.number, box.column]] | {"doubtful"}
    ]


@pytest.mark.parametrize(
    ("kind", "seed", "ballot_type"),
    [
        ("pencil", 1, BallotType.UP_TO), ("ballpoint", 2, BallotType.PER_ITEM), ("gel", 3, BallotType.RANKING),
        ("upside down", 4, BallotType.UP_TO), ("96 %", 5, BallotType.UP_TO),
    ],
)  # fmt: skip
def test_plain_rings_are_read(kind: str, seed: int, ballot_type: BallotType):
    sheet = made(kind, seed, ballot_type)
    reading = read(sheet.picture, form(ballot_type))
    assert (reading.status, reading.doubts, wrongly_read(sheet, reading)) == ("ok", (), [])
    assert reading.marks is not None
    assert sum(mark > 0 for mark in reading.marks) == sum(truth == "ring" for truth in sheet.truth.values())


@pytest.mark.parametrize(
    ("kind", "seed"),
    [
        ("strike", 1), ("strike", 2), ("writing", 3), ("name beside", 4), ("cross", 5), ("tick", 6), ("filled", 7),
        ("corrected", 8), ("beside", 10), ("between", 11),
    ],
)  # fmt: skip
def test_what_is_no_plain_ring_makes_the_whole_sheet_doubtful(kind: str, seed: int):
    sheet = made(kind, seed)
    reading = read(sheet.picture)
    assert sheet.is_foul or "other" in sheet.truth.values()
    assert (reading.doubt, reading.marks, wrongly_read(sheet, reading)) == (True, None, [])


@pytest.mark.parametrize("kind", ["fold", "crumple"])
def test_what_happens_to_paper_is_never_a_mark(kind: str):
    sheet = made(kind, 20)
    reading = read(sheet.picture)
    assert wrongly_read(sheet, reading) == []


@pytest.mark.parametrize(
    ("kind", "whys"),
    [
        ("blank", {"blank"}), ("back", {"back", "blank", "markers"}), ("half", {"half"}),
        ("foreign", {"foreign_layout"}),
        ("two", {"several_sheets"}), ("page of text", {"markers"}), ("black and white", {"black_white"}),
    ],
)  # fmt: skip
def test_what_is_no_readable_ballot_of_the_round_is_refused_by_name(kind: str, whys: set[str]):
    reading = read(made(kind, 30).picture)
    assert (reading.status, reading.boxes, reading.marks, reading.doubt) == ("refused", (), None, False)
    assert reading.why in whys


def test_a_sheet_is_read_by_the_layout_whose_markers_it_has():
    sheet, other = made("pencil", 1), form(BallotType.UP_TO, definition="cd" * 32)
    assert read(sheet.picture, other, form(BallotType.UP_TO)).layout == form(BallotType.UP_TO).digest
    assert read(sheet.picture, other).why == "foreign_layout"


def test_a_layout_without_its_print_leaves_every_sheet_to_a_person():
    bare = form(BallotType.UP_TO).drawn("")
    assert "print" in read(made("pencil", 1).picture, bare).doubts


def test_the_same_sheet_is_known_again_and_another_with_the_same_choice_is_not():
    random, layout = np.random.default_rng(40), form(BallotType.UP_TO)
    inks = []
    for _person in range(2):
        paper = Paper(random, layout, page(), hand(random, "gel"))
        for box in layout.boxes[:5]:
            paper.mark(box, "ring")
        inks.append([read(scanned(random, paper.light, dpi=200)[0]).ink for _scan in range(2)])
    (first, again), (other, _later) = inks
    assert same_sheet(again, [other, first]) == 1
    assert same_sheet(other, [first, again]) is None
    assert same_sheet(bytes(len(first)), [bytes(len(first))]) is None
    # One hand that rings the same box on two sheets is hard, and one box that two people fill from edge to edge harder.
    own, alike = hand(random, "gel"), []
    for _sheet in range(2):
        paper = Paper(random, layout, page(), own)
        paper.mark(layout.boxes[0], "ring")
        alike.append(read(scanned(random, paper.light, dpi=200)[0]).ink)
    assert same_sheet(alike[0], alike[1:]) is None
    full, box = [], layout.boxes[0]
    for half in (0.4, 0.42):
        paper = Paper(random, layout, page(), own)
        x, y, reach = box["x"] + box["w"] / 2, box["y"] + box["h"] / 2, box["w"] * half
        lines = [(x + reach * (-1) ** k, y - reach + 2 * reach * k / 60) for k in range(61)]
        paper.draw([np.array(lines)], hand(random, "felt"))
        full.append([read(scanned(random, paper.light, dpi=200)[0]).ink for _scan in range(2)])
    assert same_sheet(full[0][0], [full[1][0], full[0][1]]) == 1


def boxes_of(layout: Layout, *marked: tuple[int, str]) -> list[BoxReading]:
    return [
        BoxReading(
            box["number"], box["column"], "marked" if (box["number"], box["column"]) in marked else "empty"
        )
        for box in layout.boxes
    ]


def test_marks_stand_in_ballot_order():
    each, whole, ranked = (
        form(kind) for kind in (BallotType.PER_ITEM, BallotType.WHOLE_REPORT, BallotType.RANKING)
    )
    assert marks_of(each, boxes_of(each, (2, "against"), (3, "for"), (3, "abstain"))) == (0, 2, 5, *[0] * 9)
    assert marks_of(whole, boxes_of(whole, (0, "abstain"))) == (3,) * 12
    assert marks_of(whole, boxes_of(whole, (0, "abstain"), (0, "for"))) is None
    assert marks_of(ranked, boxes_of(ranked, (1, "10"), (12, "1"))) == (10, *[0] * 10, 1)
    assert marks_of(ranked, boxes_of(ranked, (1, "10"), (1, "1"))) is None


def test_a_reading_is_plain_values_and_comes_back():
    reading = PageReading(
        3, "ok", doubts=("box",), boxes=(BoxReading(1, "for", "doubtful"),), layout="a", ink=b"1"
    )
    assert page_reading(reading.to_dict(), b"1") == reading
    assert reading.to_dict()["doubt"] is True
