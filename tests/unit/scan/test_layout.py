"""The layout of a paper ballot: every type has its boxes where a hand can ring them, each apart from the others.

Guards ``voting.scan.layout``, ``voting.scan.markers`` and ``voting.count.formats.sheet_layout``.
"""

from __future__ import annotations

import json
from itertools import combinations

import cv2
import numpy as np
import pytest

from voting.count.formats import UnreadableRecord
from voting.count.measures import BallotType
from voting.scan import markers
from voting.scan.layout import HEIGHT, MARGIN, MARKER, WIDTH, Layout, NoLayout, make_layout, read_layout

PLACES = {BallotType.RANKING: 10, BallotType.POINTS: 5}
#: The columns of every type.
COLUMNS = {
    BallotType.UP_TO: ["for"],
    BallotType.EXACTLY: ["for"],
    BallotType.PER_ITEM: ["for", "against", "abstain"],
    BallotType.PER_ITEM_UP_TO: ["for", "against", "abstain"],
    BallotType.RANKING: [str(place) for place in range(1, 11)],
    BallotType.WHOLE_REPORT: ["for", "against", "abstain"],
    BallotType.GRADES: ["satisfied", "basically", "unsatisfied", "abstain"],
    BallotType.CHOOSE_ONE: ["for"],
    BallotType.POINTS: [str(points) for points in range(1, 6)],
}


def sheet(ballot_type: BallotType, items: int) -> Layout:
    return make_layout(
        ballot_type, range(1, items + 1), places=PLACES.get(ballot_type, items), definition="a" * 64
    )


@pytest.mark.parametrize("ballot_type", list(BallotType))
@pytest.mark.parametrize("items", [1, 2, 12, 13, 14, 15, 16, 23, 30])
def test_every_box_has_its_room(ballot_type: BallotType, items: int):
    if ballot_type.numbered and items > 15:
        with pytest.raises(NoLayout):
            sheet(ballot_type, items)
        return
    layout = sheet(ballot_type, items)
    assert layout == read_layout(layout.text)
    rows = [0] if ballot_type is BallotType.WHOLE_REPORT else list(range(1, items + 1))
    assert [(box["number"], box["column"]) for box in layout.boxes] == [
        (number, column) for number in rows for column in COLUMNS[ballot_type]
    ]
    least = 7 if ballot_type.numbered else 8
    assert {box["w"] == box["h"] and least <= box["w"] <= 10 for box in layout.boxes} == {True}
    for one, other in combinations(layout.boxes, 2):
        apart_x = max(one["x"], other["x"]) - min(one["x"] + one["w"], other["x"] + other["w"])
        apart_y = max(one["y"], other["y"]) - min(one["y"] + one["h"], other["y"] + other["h"])
        assert max(apart_x, apart_y) >= 4
    lowest = max(frame["y"] + frame["h"] for frame in layout.body["frames"])
    for slot in layout.body["slots"]:
        assert slot["x"] >= MARGIN + MARKER - 1
        assert slot["x"] + slot["w"] <= WIDTH - MARGIN - MARKER + 1
        assert slot["y"] + slot["h"] <= HEIGHT - MARGIN
        assert slot["kind"] not in {"note", "seal", "stamp", "code"} or slot["y"] > lowest


@pytest.mark.parametrize("ballot_type", list(BallotType))
def test_where_a_ballot_has_room_a_further_round_with_fewer_projects_has_room(ballot_type: BallotType):
    def has_room(items: int) -> bool:
        try:
            make_layout(ballot_type, range(1, items + 1), places=min(items, 10))
        except NoLayout:
            return False
        return True

    rooms = [has_room(items) for items in range(1, 41)]
    assert rooms == sorted(rooms, reverse=True)
    assert not rooms[-1]


@pytest.mark.parametrize(("items", "places"), [(0, 1), (31, 10), (12, 11)])
def test_what_stands_on_no_such_sheet_has_no_layout(items: int, places: int):
    with pytest.raises(NoLayout):
        make_layout(
            BallotType.RANKING if places > 10 else BallotType.UP_TO, range(1, items + 1), places=places
        )


def test_the_marks_in_the_corners_name_the_layout():
    sheets = [sheet(BallotType.UP_TO, 12), sheet(BallotType.UP_TO, 11), sheet(BallotType.EXACTLY, 12)]
    body = {"numbers": range(1, 13), "places": 12, "definition": "a" * 64}
    sheets += [
        make_layout(BallotType.UP_TO, **{**body, "definition": "b" * 64}),
        make_layout(BallotType.UP_TO, **body, language="en"),
        make_layout(BallotType.UP_TO, **body, in_group=True),
        make_layout(BallotType.UP_TO, **{**body, "definition": ""}),
    ]
    assert len({each.digest for each in sheets}) == len(sheets)
    for each in sheets:
        ids = [marker["id"] for marker in each.body["markers"]]
        assert [markers.corner_of(one) for one in ids] == [0, 1, 2, 3]
        assert bytes(one % 256 for one in ids).hex() == each.digest[:8]


@pytest.mark.parametrize("change", ["box", "digest", "marker", "format"])
def test_a_layout_that_was_changed_is_refused(change: str):
    body = json.loads(sheet(BallotType.UP_TO, 3).text)
    if change == "box":
        body["boxes"][0]["x"] += 1
    elif change == "digest":
        body["digest"] = "0" * 64
    elif change == "marker":
        body["markers"][0]["id"] += 1
    else:
        body["format"] = "piaojue-sheet-layout/9"
    with pytest.raises(UnreadableRecord if change == "format" else NoLayout):
        read_layout(json.dumps(body))


def test_the_dictionary_of_the_marks_is_aruco_s_and_goes_on_as_far_apart():
    table = np.array([[int(cell) for cell in each] for each in markers.patterns()], np.uint8)
    known = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_6X6_1000)
    aruco = [cv2.aruco.Dictionary.getBitsFromByteList(each[None], 6).ravel() for each in known.bytesList]
    assert (table[:1000] == np.array(aruco)).all()
    for turns in range(4):
        turned = np.array([np.rot90(each.reshape(6, 6), turns).ravel() for each in table[1000:]])
        apart = (turned[:, None, :] != table[None]).sum(axis=2)
        assert np.sort(apart, axis=1)[:, 1 if turns == 0 else 0].min() >= 9
