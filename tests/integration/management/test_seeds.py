"""The seeds: what the files say, loading them through the verbs, and refusing damaged ones whole.

Guards ``voting.management.seeds.loading``, ``voting.management.seeds.files``, ``voting.management.seeds.reading`` and
``voting.management.seeds.towns``.
"""

from __future__ import annotations

import re
import stat
import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models import Count
from django.utils import timezone, translation

from accounts.models import Congress, Delegate, Delegation, User
from accounts.roles import Kind, Level, Role
from tests.factories import CongressFactory, UserFactory, make_vote
from voting.count.measures import BallotType
from voting.count.notice import read_notice
from voting.domain.core.journal import first_break
from voting.domain.vote.attendance import attendance
from voting.management.commands.seed import TOWNS
from voting.management.demo.secrets import read_secrets, secrets_file
from voting.management.hall.delegate import cast_fields
from voting.management.people import spread
from voting.management.seeds.command import keep_loaded
from voting.management.seeds.reading import SeedDamaged
from voting.management.seeds.towns import load_towns
from voting.models import Cycle, JournalEntry, Notice, RollEntry, Round, VotingRules
from voting.states import RoundStatus, Stage

pytestmark = pytest.mark.django_db

SEEDS = Path(settings.BASE_DIR) / "seeds"
NAMES = [
    "回迁安置项目",
    "学校、幼儿园建设项目",
    "“阳光老人家”老旧小区养老服务项目",
    "停车场库建设项目",
    "“厕所革命”项目",
    "“最多跑一次”15分钟便民办事圈项目",
    "社区卫生服务中心提升改造项目",
    "公民“大健康”教育培训项目",
    "基层文化阵地建设项目",
    "农贸市场食品安全监督项目",
    "雨污分流项目",
    "蓝领公寓(临时租赁住房)筹集项目",
]
SUBDISTRICTS = ["米市巷", "湖墅", "小河", "和睦", "拱宸桥", "大关", "上塘", "祥符", "半山", "康桥"]


@pytest.fixture(autouse=True)
def _english_and_a_place_of_its_own(monkeypatch, settings, tmp_path):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    settings.VAR = tmp_path


def seed(capsys, *arguments: str) -> str:
    call_command("seed", *arguments)
    return str(capsys.readouterr().out)


@pytest.mark.parametrize("file", ["demo-roll.toml", "demo-this-year.toml", "demo-next-year.toml"])
def test_every_unit_and_delegation_of_the_demo_has_an_english_name(file):
    text = (SEEDS / file).read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    named = [*tables.get("unit", []), *tables.get("delegation", [])]
    assert all(re.fullmatch(r"[A-Z][ -~]+", each["name_en"]) for each in named)
    written = re.findall(r'^(?:unit|supporting|passed_to|\w+_units) = "(.*)"$', text, re.MULTILINE)
    names = {name for line in written for name in line.split("、")}
    assert names <= {each["name"] for each in named}


def test_the_demo_enters_the_english_names(capsys):
    seed(capsys, "--until", "roll")
    assert not Delegation.objects.filter(name_en="").exists()
    assert Delegation.objects.get(name="小河代表团").name_en == "Xiaohe Subdistrict Delegation"


def damaged(tmp_path: Path, *changes: tuple[str, str], file: str = "2018.toml") -> Path:
    text = (SEEDS / file).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / file
    path.write_text(text, encoding="utf-8")
    return path


def test_the_twelve_stand_there_exactly_as_in_the_report(capsys):
    seed(capsys, "--until", "slate")
    cycle = Cycle.objects.get(slug="2018")
    assert [c.name for c in cycle.candidates.order_by("number")] == NAMES
    assert [c.number for c in cycle.candidates.order_by("number")] == list(range(1, 13))
    assert (cycle.kind, cycle.seats, cycle.stage) == (Kind.DEMO, 10, Stage.DELIBERATION)
    assert cycle.disclosure_index == "K1493206-6/2018-10457"
    assert not VotingRules.objects.get(cycle=cycle).is_adopted
    unstated = cycle.candidates.get(number=8)
    assert (unstated.target, unstated.done_last_year) == ([], [])
    assert {getattr(unstated, name) for name in unstated.DOSSIER_FIELDS} == {""}


def test_the_roll_has_298_demo_delegates_in_ten_delegations(capsys):
    seed(capsys, "--until", "roll")
    groups = {}
    for entry in Round.objects.get().roll.order_by("number"):
        groups.setdefault(entry.delegation, []).append(entry.number)
    assert list(groups) == [f"{name}代表团" for name in SUBDISTRICTS]
    assert sorted(len(numbers) for numbers in groups.values()) == [29, 29] + [30] * 8
    assert [n for numbers in groups.values() for n in numbers] == [f"{n:03d}" for n in range(1, 299)]
    assert Delegate.objects.exclude(congress__kind=Kind.DEMO).count() == 0
    assert all(name.startswith("演示代表") for name in Delegate.objects.values_list("name", flat=True))


def test_open_is_reached_by_verbs_and_a_second_loading_changes_nothing(capsys):
    seed(capsys)
    round_ = Round.objects.get()
    assert round_.status == RoundStatus.OPEN
    counts = attendance(round_)
    assert (counts.roll, counts.present, counts.on_leave, counts.voted) == (298, 292, 6, 0)
    assert first_break(round_.cycle) is None
    before = JournalEntry.objects.count(), secrets_file().read_text()
    assert seed(capsys) == "Nothing to do: all of this is loaded already.\n"
    assert (JournalEntry.objects.count(), secrets_file().read_text()) == before


def test_the_points_can_be_reached_one_after_another(capsys):
    for point, stage in [("slate", "deliberation"), ("rules", "deliberation"), ("roll", "voting")]:
        assert "Nothing to do" not in seed(capsys, "--until", point)
        assert Cycle.objects.get().stage == stage
    seed(capsys, "--until", "ready")
    assert Round.objects.get().status == RoundStatus.READY
    assert seed(capsys, "--until", "open") == "Vote opened.\n"


def test_secrets_go_to_a_private_file_and_work(capsys, client):
    seed(capsys)
    known = read_secrets()
    assert stat.S_IMODE(secrets_file().stat().st_mode) == 0o600
    assert stat.S_IMODE(secrets_file().parent.stat().st_mode) == 0o700
    vote = known.votes["gongshu/2018"]
    assert len(vote.codes) == 298
    assert len(vote.key_slips) == 5
    clerk = User.objects.get(username="demo-clerk")
    assert clerk.check_password(known.staff["demo-clerk"])
    answer = client.post("/enter/", {"number": "001", "code": vote.codes["001"]})
    assert answer.status_code == 302


def test_a_file_that_was_changed_later_is_reported_and_overwrites_nothing(capsys, tmp_path):
    seed(capsys, "--until", "slate")
    changed = damaged(tmp_path, ('name_en = "Car parks and garages"', 'name_en = "Car parks"'))
    said = seed(capsys, "--until", "slate", "--cycle", str(changed))
    assert "[[candidate]] no. 4 name_en" in said
    assert Cycle.objects.get().candidates.get(number=4).name_en == "Car parks and garages"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("seats = 10", "seats 10"), "line 29: this is not well-formed TOML."),
        (("seats = 10", "seats = \"ten\""), "[cycle]: the field “seats” must be a whole number."),
        (("seats = 10", "seats = true"), "[cycle]: the field “seats” must be a whole number."),
        (("seats = 10", "seats = 0"), "[cycle]: the field “seats” must be at least 1."),
        (("seats = 10", "seats = 13"), "[cycle]: seats = 13, but there are only 12 candidate projects."),
        (("place = ", "palce = "), "[congress]: the field “palce” is not known."),
        (("place = \"杭州市拱墅区\"\n", ""), "[congress]: the field “place” is missing."),
        (("place = \"杭州市拱墅区\"", "place = \" \""), "[congress]: the field “place” is empty."),
        (
            ("kind = \"demo\"", "kind = \"real\""),
            "[congress]: the field “kind” must be one of official, demo, rehearsal.",
        ),
        (("slug = \"2018\"", "slug = \"2018/1\""), "[cycle]: slug: Lower-case letters, digits and hyphens only."),
        (("report_date = 2018-01-21", "report_date = \"x\""), "the field “report_date” must be a date like"),
        (("number = 3\n", "number = 2\n"), "[[candidate]] no. 3: number = 2 stands already in no. 2."),
        (("“厕所革命”项目", "停车场库建设项目"), "no. 5: name = 停车场库建设项目 stands already in no. 4."),
        (("target = []", "target = [1]"), "no. 8: the field “target” must be a list of texts."),
        (("number = 12", "number = 120000"), "[[candidate]] no. 12: number:"),
        (("[cycle]", "[cycles]"), "[cycles]: no such table is known here"),
    ],
)  # fmt: skip
def test_a_damaged_file_is_refused_in_one_sentence_and_nothing_is_saved(tmp_path, change, sentence):
    path = damaged(tmp_path, change)
    with pytest.raises(CommandError) as refused:
        call_command("seed", "--cycle", str(path))
    said = str(refused.value)
    assert said.startswith(f"{path} ")
    assert sentence in said
    assert said.endswith("Nothing was loaded.")
    assert "\n" not in said
    assert not Cycle.objects.exists()
    assert not User.objects.exists()
    assert not secrets_file().exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("\"041\"", "\"999\""), "[roll]: on_leave names delegate 999, who is not on the roll."),
        (("湖墅代表团", "米市巷代表团"), "[[delegation]] no. 2: name = 米市巷代表团 stands already in no. 1."),
        (("demo-chief", "demo-clerk"), "[[staff]] no. 2: username = demo-clerk stands already in no. 1."),
        (("role = \"clerk\"", "role = \"unit\""), "[[staff]]: a clerk is needed."),
        (("role = \"clerk\"", "role = \"delegate\""), "[[staff]] no. 1: the field “role” must be one of"),
        (("delegates = 298", "delegates = 10000"), "[roll]: at most 9999 delegates can be numbered."),
    ],
)  # fmt: skip
def test_a_damaged_roll_is_refused_too(tmp_path, change, sentence):
    path = damaged(tmp_path, change, file="demo-roll.toml")
    with pytest.raises(CommandError) as refused:
        call_command("seed", "--roll", str(path))
    assert sentence in str(refused.value)
    assert not Cycle.objects.exists()
    assert not User.objects.exists()


def test_a_file_that_is_no_text_or_not_there_is_refused(tmp_path):
    path = tmp_path / "gb.toml"
    path.write_bytes((SEEDS / "2018.toml").read_text(encoding="utf-8").encode("gb18030"))
    with pytest.raises(CommandError, match="the text is not UTF-8"):
        call_command("seed", "--cycle", str(path))
    with pytest.raises(CommandError, match="the file cannot be read"):
        call_command("seed", "--cycle", str(tmp_path / "none.toml"))


def test_the_sentence_is_chinese_where_the_terminal_is(tmp_path, monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    path = damaged(tmp_path, ("place = ", "palce = "))
    with pytest.raises(CommandError, match="没有“palce”这个字段"):
        call_command("seed", "--cycle", str(path))


PEOPLE = """
[[delegation]]
name = "城关代表团"

[[delegate]]
number = "001"
name = "甲一"
delegation = "城关代表团"

[[staff]]
username = "jia-clerk"
name = "甲二"
role = "clerk"
"""


def official(tmp_path: Path) -> str:
    return str(damaged(tmp_path, ('kind = "demo"', 'kind = "official"')))


def test_a_real_vote_is_not_led_past_its_roll_by_a_program_and_its_people_stand_in_a_file(tmp_path, capsys):
    roll = tmp_path / "roll.toml"
    roll.write_text(PEOPLE, encoding="utf-8")
    files = ("--cycle", official(tmp_path), "--roll", str(roll))
    with pytest.raises(CommandError, match="Only a demo is loaded further than the roll"):
        call_command("seed", *files, "--until", "open")
    assert not Cycle.objects.exists()
    lines = seed(capsys, *files, "--until", "roll")
    assert "jia-clerk" in lines
    assert str(secrets_file()) not in lines
    assert list(Round.objects.get().roll.values_list("number", "name")) == [("001", "甲一")]
    assert not secrets_file().exists()
    assert not User.objects.get(username="jia-clerk").has_usable_password()


def test_a_real_congress_gets_no_made_up_people(tmp_path):
    files = ("--cycle", official(tmp_path), "--until", "roll")
    with pytest.raises(CommandError, match="made-up people"):
        call_command("seed", *files, "--roll", str(SEEDS / "demo-roll.toml"))
    with pytest.raises(CommandError, match="no clerk yet"):
        call_command("seed", *files)
    assert not User.objects.exists()


def test_without_a_roll_a_real_congress_keeps_whom_it_has(tmp_path, capsys):
    people = tmp_path / "roll.toml"
    people.write_text(PEOPLE, encoding="utf-8")
    seed(capsys, "--cycle", official(tmp_path), "--roll", str(people), "--until", "slate")
    seed(capsys, "--cycle", official(tmp_path), "--until", "rules")
    assert Delegate.objects.count() == 1
    assert VotingRules.objects.get().is_adopted


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (('delegation = "城关代表团"', 'delegation = "河东代表团"'), "the delegation “河东代表团” stands nowhere"),
        (("[[staff]]", '[roll]\ndelegates = 3\nname = "x"\n[[staff]]'), "none stands beside them"),
    ],
)  # fmt: skip
def test_a_roll_of_people_says_where_it_is_damaged(tmp_path, change, sentence):
    roll = tmp_path / "roll.toml"
    roll.write_text(PEOPLE.replace(*change), encoding="utf-8")
    with pytest.raises(CommandError, match=sentence):
        call_command("seed", "--cycle", official(tmp_path), "--roll", str(roll), "--until", "slate")
    assert not User.objects.exists()


def test_the_demo_takes_nobodys_place():
    make_vote(until="drafted", slug="2018")
    with pytest.raises(CommandError, match="of another kind"):
        call_command("seed")
    assert not User.objects.filter(congress__kind=Kind.DEMO).exists()


def test_a_user_name_of_somebody_else_is_refused():
    UserFactory(congress=CongressFactory(slug="elsewhere"), username="demo-chief", role=Role.CLERK)
    with pytest.raises(CommandError, match="“demo-chief” belongs to somebody else"):
        call_command("seed")
    assert not Cycle.objects.exists()


# ------------------------------------------------------------------------------------------------------- the towns


def towns(file: Path = TOWNS) -> None:
    load_towns(file, at=timezone.now(), keep=keep_loaded)


def test_two_towns_stand_beside_the_district_each_with_its_vote_and_all_of_it_a_demo(capsys):
    seed(capsys)
    towns()
    district, jia, yi = Congress.objects.order_by("pk")
    for town, seats, ballot_type, status in [
        (jia, 1, BallotType.EXACTLY, RoundStatus.OPEN),
        (yi, 3, BallotType.PER_ITEM, RoundStatus.PUBLISHED),
    ]:
        round_ = Round.objects.get(cycle__congress=town)
        assert (round_.seats, round_.rules.ballot_type, round_.status) == (seats, ballot_type, status)
        assert (town.kind, town.level, town.parent) == (Kind.DEMO, Level.TOWN, None)
        assert town.place not in district.name
        assert first_break(round_.cycle) is None
        roles = list(town.users.exclude(role=Role.DELEGATE).order_by("role").values_list("role", flat=True))
        assert roles == ["chief", "clerk", "keeper", "presiding", "scrutineer", "scrutineer"]
        for named in (town, round_.cycle, *town.delegations.all(), *round_.cycle.candidates.all()):
            assert getattr(named, "name_en", getattr(named, "session_en", "")), named
        assert {each.congress.kind for each in town.users.all()} == {Kind.DEMO}
        assert all("演示" in name for name in town.users.values_list("name", flat=True))
        assert all(each.content for each in round_.cycle.candidates.all())
    sizes = [
        town.delegations.annotate(n=Count("delegates")).values_list("n", flat=True) for town in (jia, yi)
    ]
    assert [sorted(each) for each in sizes] == [[15, 15, 15], [11, 11, 11, 12]]


def test_numbers_are_the_same_in_every_congress_and_codes_are_not(capsys):
    seed(capsys)
    towns()
    numbers = [
        sorted(each.delegates.values_list("number", flat=True)) for each in Congress.objects.order_by("pk")
    ]
    assert numbers[1] == numbers[2] == numbers[0][:45] == [f"{number:03d}" for number in range(1, 46)]
    votes = read_secrets().votes
    assert set(votes) == {"gongshu/2018", "jia/2027", "yi/2027"}
    assert len({vote.codes["001"] for vote in votes.values()}) == 3
    assert len({vote.key for vote in votes.values()}) == 3


def test_the_votes_of_yi_town_are_those_of_the_file(client):
    towns()
    body = read_notice(Notice.objects.get().body)
    for_each = [(item["for"], item["against"], item["abstain"]) for item in body["items"]]
    assert for_each == [(42, 1, 1), (39, 3, 2), (31, 8, 5), (20, 17, 7)]
    assert body["ballots"]["returned"] == 44
    text = client.get("/yi/en/2027/result/").content.decode()
    assert "Shelters at the village bus stops" in text
    assert "Demonstration" in text


def test_a_delegate_of_jia_town_votes_there_and_meets_nothing_of_yi_town(client, capsys):
    seed(capsys)
    towns()
    votes = read_secrets().votes
    slip = {"number": "001", "code": votes["jia/2027"].codes["001"]}
    for elsewhere in ("/yi/enter/", "/gongshu/enter/"):
        assert client.post(elsewhere, slip).status_code == 403
    answer = client.post("/jia/enter/", slip)
    assert (answer.status_code, answer["Location"]) == (302, "/jia/ballot/")
    own = ["/jia/", "/jia/ballot/", "/jia/delegate/", "/jia/2027/"]
    for page in [*own, "/jia/years/", "/jia/feed.atom", "/jia/sitemap.xml", "/jia/api/v1/cycles/"]:
        text = client.get(page, follow=True).content.decode()
        assert "甲镇" in text or page not in own, page
        assert not re.search("乙镇|Yi Town|/yi/|农村饮用水|拱墅区", text), page
    for page in ("/yi/ballot/", "/yi/delegate/", "/yi/admin/"):
        assert client.get(page).status_code == 404, page
    ticket = re.search(r'name="ticket" value="([^"]+)"', client.get("/jia/ballot/").content.decode())[1]
    review = client.post("/jia/ballot/review/", {"ticket": ticket, "mark": ["2"]}).content.decode()
    cast = client.post("/jia/ballot/cast/", cast_fields(review))
    assert "您的表决票已投入票箱" in cast.content.decode()
    voted = RollEntry.objects.filter(voted=True).exclude(round__status=RoundStatus.PUBLISHED)
    assert [(entry.round.cycle.congress.slug, entry.number) for entry in voted] == [("jia", "001")]


def test_a_town_is_loaded_once(capsys):
    towns()
    before = JournalEntry.objects.count(), secrets_file().read_text()
    towns()
    assert (JournalEntry.objects.count(), secrets_file().read_text()) == before


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("kind = \"demo\"", "kind = \"official\""), "no. 1 [congress]: kind = demo is all"),
        (("under_vote = \"void\"", "under_vote = \"valid\""), "no. 1 [rules]: under_vote: With “exactly N”"),
        (("preset = \"dongyang\"", "preset = \"nowhere\""), "no. 2 [rules]: the field “preset” must be one of"),
        (("[[town.votes]]\nnumber = 1", "[[town.votes]]\nnumber = 7"), "no. 2 [[votes]]: every candidate project has"),
        (("against = 3", "against = 6"), "no. 2 [[votes]] no. 2: more votes than the 44 delegates"),
        (("[[town.candidate]]", "[[town.candidat]]"), "no. 1 [candidat]: no such table is known here"),
        (("slips_needed = 2", "slips_needed = 0"), "no. 1 [roll]: the field “slips_needed” must be at least 1."),
    ],
)  # fmt: skip
def test_damaged_towns_are_refused_whole(tmp_path, change, sentence):
    path = damaged(tmp_path, change, file="demo-towns.toml")
    with translation.override("en"):
        with pytest.raises(SeedDamaged) as refused:
            towns(path)
        assert f"{path} [[town]] {sentence}" in str(refused.value)
    assert not Congress.objects.exists()


@pytest.mark.parametrize(("people", "groups"), [(298, 10), (10, 10), (7, 3), (2, 5)])
def test_people_are_spread_in_even_blocks(people, groups):
    places = spread(people, over=groups)
    sizes = [places.count(group) for group in range(groups)]
    assert places == sorted(places)
    assert sum(sizes) == people
    assert max(sizes) - min(sizes) <= 1
