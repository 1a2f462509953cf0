"""A whole session over HTTP, and how people at a running server are imitated.

Guards ``voting.management.commands.demo_votes``, ``voting.management.commands.rehearse``,
``voting.management.demo.choices`` and ``voting.management.hall.rehearsal``.
"""

from __future__ import annotations

import re
import socket
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models import Count, Q
from django.utils import timezone, translation

from accounts.congresses import are_several, forget
from accounts.models import Delegate, User
from accounts.roles import Kind
from tests.factories import CongressFactory, DelegateFactory, make_vote
from voting.domain.vote import delegate_slips
from voting.domain.vote.counts import certify_tally, count_round
from voting.domain.vote.notices import publish_notice
from voting.domain.vote.rounds import close_round
from voting.management.commands.seed import TOWNS
from voting.management.demo.choices import draw_choices
from voting.management.demo.secrets import read_secrets
from voting.management.hall.browser import Answer, Browser, NoAnswer, Unexpected, require_answer, trust
from voting.management.hall.crowd import Measured, all_at_once
from voting.management.hall.delegate import Voter
from voting.management.hall.desk import Desk
from voting.management.hall.rehearsal import engaged
from voting.management.seeds.command import keep_loaded
from voting.management.seeds.towns import load_towns
from voting.models import Cycle, Notice, RollEntry, Round
from voting.states import RoundStatus, Stage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _english_and_a_place_of_its_own(monkeypatch, settings, tmp_path):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    settings.VAR = tmp_path


def nobody_listens() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def test_a_rehearsal_is_a_whole_session_and_touches_no_other_vote(live_server, capsys):
    vote = make_vote(until="open", delegates=3, kind=Kind.OFFICIAL)
    call_command("rehearse", "--delegates", "12", "--url", live_server.url)
    said = capsys.readouterr().out
    assert "errors: 0" in said
    assert "roll marked = urn = count: 12 = 12 = 12" in said
    assert re.search(r"sign-ins: 12 in [\d.]+ s, [\d.]+/s, p50 \d+ ms, p99 \d+ ms", said)
    assert re.search(r"casts: 12 in [\d.]+ s, [\d.]+/s, p50 \d+ ms, p99 \d+ ms", said)
    cycle = Cycle.objects.get(congress__kind=Kind.REHEARSAL)
    assert re.fullmatch(r"rehearsal-\d{8}-\d{6}", cycle.congress.slug)
    assert cycle.slug == str(cycle.year)
    assert (cycle.stage, cycle.rounds.get().status) in {
        (Stage.PUBLICATION, RoundStatus.PUBLISHED),
        (Stage.COUNTING, RoundStatus.PUBLISHED),  # so few may leave a seat empty
    }
    assert Notice.objects.get().round.cycle == cycle
    assert not RollEntry.objects.filter(round=vote.round, voted=True).exists()
    assert vote.round.status == RoundStatus.OPEN


def test_f25_everybody_in_one_go_with_slow_clients_beside_them(live_server, capsys):
    call_command(
        "rehearse",
        "--delegates",
        "10",
        "--in-one-go",
        "--seconds",
        "1",
        "--slow",
        "4",
        "--paper",
        "3",
        "--url",
        live_server.url,
    )
    said = capsys.readouterr().out
    assert "errors: 0" in said
    assert "roll marked = urn, with the paper ballots the count: 7 = 7, 10" in said
    assert re.search(r"sign-ins with casts: 7 in [\d.]+ s", said)
    assert "Of 3 paper ballots the scanner read" in said
    assert "3 were read a second time by another person; 0 differences were settled." in said


def test_rehearsals_can_be_repeated_and_leave_nobody_who_can_sign_in(live_server):
    for _run in range(2):
        call_command("rehearse", "--delegates", "4", "--seconds", "1", "--url", live_server.url)
    assert [r.roll.count() for r in Round.objects.order_by("pk")] == [4, 4]
    assert len({r.cycle.congress for r in Round.objects.all()}) == 2
    numbers = sorted(RollEntry.objects.values_list("number", flat=True))
    assert numbers == sorted([f"00{place}" for place in (1, 2, 3, 4)] * 2)
    assert not Delegate.objects.filter(is_active=True).exists()
    assert not User.objects.filter(congress__kind=Kind.REHEARSAL, is_active=True).exists()


def test_nothing_of_a_rehearsal_is_in_a_list_of_others_and_its_address_leads_to_it(client):
    make_vote(until="published", delegates=3, ballots=[[1]] * 3, slug="2019")
    rehearsed = CongressFactory(kind=Kind.REHEARSAL, slug="rehearsal-1", place="演练地")
    make_vote(until="published", delegates=3, ballots=[[1]] * 3, congress=rehearsed, slug="2020")
    forget()
    assert not are_several(), "one congress stays one beside a rehearsal"
    for prefix in ("", "/gongshu"):
        for page in ("/", "/years/", "/feed.atom", "/sitemap.xml", "/api/v1/cycles/", "/en/"):
            answer = client.get(f"{prefix}{page}")
            assert answer.status_code == 200, page
            assert not re.search("演练地|rehearsal-1|2020", answer.content.decode()), (prefix, page)
    assert client.get("/gongshu/2020/").status_code == 404
    page = client.get("/rehearsal-1/2020/").content.decode()
    assert "演练地" in page
    assert 'content="noindex"' in page


def test_no_short_address_is_of_a_rehearsal_but_of_one_from_before_they_were_congresses(client):
    old = "rehearsal-20240101-090000"
    for congress, slug in (("practice", "2020"), ("old-practice", old)):
        rehearsed = CongressFactory(kind=Kind.REHEARSAL, slug=congress)
        make_vote(until="published", delegates=3, ballots=[[1]] * 3, congress=rehearsed, slug=slug)
    pages = ("/", "/result/", "/urn.txt", "/screen/", "/recount.json")
    for slug, prefix, status in [
        ("2020", "", 404), ("2020", "/practice", 200), (old, "", 200), (old, "/old-practice", 200),
    ]:  # fmt: skip
        for page in pages:
            assert client.get(f"{prefix}/{slug}{page}").status_code == status, (prefix, slug, page)
    other = CongressFactory(slug="yuhang")
    assert client.get(f"/{other.slug}/{old}/").status_code == 404


def test_a_second_rehearsal_in_the_same_second_is_refused_in_one_sentence(live_server, monkeypatch):
    now = timezone.now()
    with engaged(now):
        monkeypatch.setattr("voting.management.commands.rehearse.timezone.now", lambda: now)
        with pytest.raises(CommandError) as refusal:
            call_command("rehearse", "--delegates", "3", "--url", live_server.url)
    assert str(refusal.value) == "Another rehearsal began in the same second. Start this one again."
    assert not Cycle.objects.exists()


def test_a_rehearsal_beside_several_congresses_comes_out_right(live_server, capsys):
    make_vote(until="open", delegates=2)
    make_vote(until="open", delegates=2, congress=CongressFactory(slug="yuhang", place="余杭区"))
    call_command("rehearse", "--delegates", "4", "--url", live_server.url)
    assert "roll marked = urn = count: 4 = 4 = 4" in capsys.readouterr().out


def test_an_error_of_one_delegate_is_counted_and_fails_the_rehearsal(live_server, monkeypatch, capsys):
    issue = delegate_slips.issue_slips

    def one_wrong(**kwargs):
        issued = issue(**kwargs)
        return [(issued[0][0], issued[1][1]), *issued[1:]]

    monkeypatch.setattr(delegate_slips, "issue_slips", one_wrong)
    with pytest.raises(CommandError, match="did not come out right"):
        call_command("rehearse", "--delegates", "4", "--url", live_server.url)
    said = capsys.readouterr().out
    assert "delegate 001, sign-in: 403" in said
    assert "errors: 2" in said
    assert "roll marked = urn = count: 3 = 3 = 3" in said


def test_a_server_that_is_not_there_is_named(capsys):
    url = nobody_listens()
    with pytest.raises(CommandError, match=f"The server at {url} does not answer"):
        call_command("rehearse", "--url", url)
    assert not Cycle.objects.exists()


@pytest.mark.parametrize(
    "url", ["nonsense", "ftp://127.0.0.1", "http://127.0.0.1:x", "http://127.0.0.1/path"]
)
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(CommandError, match="is no address of a server"):
        call_command("rehearse", "--url", url)


@pytest.mark.parametrize("argument", [("--delegates", "0"), ("--delegates", "many"), ("--seconds", "-1")])
def test_arguments_out_of_range_are_refused(argument):
    with pytest.raises(CommandError, match="a whole number from"):
        call_command("rehearse", *argument)


def test_a_server_with_another_secret_is_told_apart(live_server, monkeypatch):
    monkeypatch.setattr("voting.management.hall.desk._is_our_session", lambda *_: False)
    with pytest.raises(CommandError, match="does not use the same database and secret"):
        call_command("rehearse", "--url", live_server.url)
    assert not Cycle.objects.exists()


def test_other_rehearsals_are_other_congresses(live_server):
    other = DelegateFactory(kind=Kind.REHEARSAL, number="001")
    call_command("rehearse", "--delegates", "3", "--url", live_server.url)
    assert not RollEntry.objects.filter(delegate=other).exists()
    other.refresh_from_db()
    assert other.is_active


def test_the_demo_delegates_vote_to_a_clear_result(live_server, capsys):
    call_command("seed")
    round_ = Round.objects.get()
    absent = round_.roll.order_by("number")[6:]
    round_.roll.filter(pk__in=[entry.pk for entry in absent]).update(presence="on_leave")
    capsys.readouterr()
    call_command("demo_votes", "--url", live_server.url)
    assert "6 demo ballots cast." in capsys.readouterr().out
    assert round_.roll.filter(voted=True).count() == 6
    call_command("demo_votes", "--url", live_server.url)
    assert "All demo delegates who are present have voted." in capsys.readouterr().out


def test_the_delegates_of_a_town_vote_when_it_is_named(live_server, capsys):
    call_command("seed")
    load_towns(TOWNS, at=timezone.now(), keep=keep_loaded)
    capsys.readouterr()
    call_command("demo_votes", "--congress", "jia", "--url", live_server.url)
    assert "44 demo ballots cast." in capsys.readouterr().out
    votes = Round.objects.annotate(voted=Count("roll", filter=Q(roll__voted=True)))
    assert dict(votes.values_list("cycle__congress__slug", "voted")) == {"gongshu": 0, "jia": 44, "yi": 44}
    with pytest.raises(CommandError, match="The vote of the demo is not open"):
        call_command("demo_votes", "--congress", "yi", "--url", live_server.url)
    with pytest.raises(CommandError, match="The demo has no congress “bing” with a vote"):
        call_command("demo_votes", "--congress", "bing", "--url", live_server.url)


def test_jia_town_comes_to_a_decision(live_server):
    load_towns(TOWNS, at=timezone.now(), keep=keep_loaded)
    call_command("demo_votes", "--congress", "jia", "--url", live_server.url)
    round_ = Round.objects.select_related("cycle__congress").get(cycle__congress__slug="jia")
    clerk, chief = (User.objects.get(username=f"jia-{part}") for part in ("clerk", "chief"))
    at = timezone.now()
    close_round(round_=round_, by=clerk, at=at, second=chief)
    count_round(round_=round_, slips=read_secrets().votes["jia/2027"].key_slips[1:], by=clerk, at=at)
    certify_tally(round_=round_, by=chief, at=at)
    publish_notice(round_=round_, by=clerk, at=at)
    assert Cycle.objects.get(congress__slug="jia").stage == Stage.PUBLICATION, "no further round is needed"


def test_demo_votes_says_what_is_missing(live_server, monkeypatch):
    with pytest.raises(CommandError, match="There is no demo in this database"):
        call_command("demo_votes", "--url", live_server.url)
    call_command("seed", "--until", "ready")
    with pytest.raises(CommandError, match="The vote of the demo is not open"):
        call_command("demo_votes", "--url", live_server.url)
    call_command("seed")
    known = read_secrets()
    known.votes["gongshu/2018"].codes = {}
    monkeypatch.setattr("voting.management.commands.demo_votes.read_secrets", lambda: known)
    with pytest.raises(
        CommandError, match="292 delegates have slips that were printed on the pages of the staff"
    ):
        call_command("demo_votes", "--url", live_server.url)


def test_slips_printed_by_the_staff_are_told_of_and_new_ones_let_the_demo_go_on(live_server, capsys):
    """``UNTIL=slate make demo``: whoever prints the slips on the clerk's page has them on paper only."""
    call_command("seed")
    round_ = Round.objects.get()
    there = list(round_.roll.order_by("number")[:6])
    round_.roll.exclude(pk__in=[entry.pk for entry in there]).update(presence="on_leave")
    clerk, chief = (User.objects.get(username=f"demo-{part}") for part in ("clerk", "chief"))
    printed = {"by": clerk, "second": chief, "at": timezone.now()}
    delegate_slips.issue_slips(round_=round_, numbers=[there[1].number], **printed)
    with pytest.raises(CommandError, match=r"1 delegate has a slip .* make demo-votes SLIPS=new$"):
        call_command("demo_votes", "--url", live_server.url)
    assert not round_.roll.filter(voted=True).exists(), "nobody votes for half a hall"
    capsys.readouterr()
    call_command("demo_votes", "--new-slips", "--url", live_server.url)
    assert "6 demo ballots cast." in capsys.readouterr().out


def test_drawn_choices_put_ten_over_half_and_two_under():
    drawn = list(draw_choices(range(1, 13), seats=10, people=292, chance=Random("gongshu/2018")))
    votes = sorted(sum(number in marks for marks in drawn) for number in range(1, 13))
    assert max(len(marks) for marks in drawn) <= 10
    assert votes[1] < 130  # more than half of 298 is 150
    assert votes[2] > 180
    assert drawn == list(draw_choices(range(1, 13), seats=10, people=292, chance=Random("gongshu/2018")))


def test_percentiles_are_nearest_ranks_in_whole_milliseconds():
    crowd = Measured(waited=[place / 1000 for place in range(1, 101)], seconds=2.0)
    assert (crowd.percentile(50), crowd.percentile(99), crowd.per_second) == (50, 99, 50.0)
    assert Measured(waited=[0.0071]).percentile(99) == 7
    assert Measured().percentile(50) == 0


def test_what_the_server_refuses_is_one_persons_error():
    def refused() -> float:
        raise Unexpected("cast", Answer(409, "", '<p role="alert">Closed &amp; <b>sealed</b></p>', 0.1))

    crowd = all_at_once([lambda: 0.5, refused, lambda: 0.1], within=0.1)
    assert (sorted(crowd.waited), crowd.errors) == ([0.1, 0.5], ["cast: 409 Closed & sealed"])
    assert crowd.seconds >= 0.06


def test_a_step_that_is_not_taken_is_an_error(live_server):
    with translation.override("en"), pytest.raises(Unexpected, match="Open the vote: 403"):
        Desk(Browser(live_server.url), "2018").take("open")


def test_a_closed_vote_is_told_to_the_voter(live_server):
    vote = make_vote(until="closed", delegates=3)
    number, code = next(iter(vote.codes.items()))
    voter = Voter(Browser(live_server.url), number, code, [1])
    voter.sign_in()
    with pytest.raises(Unexpected, match=f"{number}.*"):
        voter.vote()
    assert voter.receipt == ""


# ----------------------------------------------------------------------------------------- an authority of one's own


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Return a certificate of 127.0.0.1 that no machine believes, and its key, as files."""
    place = tmp_path_factory.mktemp("authority")
    certificate, key = place / "certificate.pem", place / "key.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=127.0.0.1",
    ]
    files = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
    subprocess.run([*command, *files], check=True, capture_output=True)
    return certificate, key


@pytest.fixture
def site(certificate):
    """Yield the address of a site that answers over TLS."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"https://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    trust(None)


def test_an_authority_of_ones_own_is_believed_where_it_is_named_and_nowhere_else(site, certificate):
    """Guards ``voting.management.hall.browser.trust``."""
    with pytest.raises(NoAnswer, match="certificate verify failed"):
        require_answer(site)
    trust(certificate[0])
    require_answer(site)
    trust(None)
    with pytest.raises(NoAnswer):
        require_answer(site)


@pytest.mark.parametrize("command", ["rehearse", "demo_votes"])
def test_a_file_without_a_certificate_is_named(command, certificate, tmp_path):
    """Guards ``voting.management.hall.browser.BadAuthority``."""
    for file in (certificate[1], tmp_path / "none.pem"):
        with pytest.raises(CommandError, match=f"no certificate in PEM form in {file}"):
            call_command(command, "--url", "https://127.0.0.1:1", "--ca", str(file))
