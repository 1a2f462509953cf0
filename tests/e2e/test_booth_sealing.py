"""The script's sealing, encoding, judging and receipts, held against the server's own, in Chromium, without a site.

Guards ``voting.static``, ``voting.views.vote.booth`` and ``voting.count.sealing``.
"""

from __future__ import annotations

import base64
import hashlib
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override
from playwright.sync_api import Browser, Page

import voting
from voting.count import sealing
from voting.count.choices import width
from voting.count.counting import BallotType, Mark
from voting.count.definition import Definition, read_definition
from voting.count.formats.definition import DEFINITION
from voting.count.judging import known_marks
from voting.count.presets import ASSESSMENTS, PRESETS
from voting.domain.vote.ballots import WHOLE, BallotRefused, marks_of
from voting.domain.vote.receipts import friendly
from voting.domain.vote.rules import settings_of
from voting.models import VotingRules
from voting.views.vote.booth import booth_rule

pytestmark = pytest.mark.e2e

SCRIPT = Path(voting.__file__).parent / "static" / "voting" / "booth.js"
#: So many random choices of every ballot type; 500 take ten seconds.
CHOICES = int(os.environ.get("BOOTH_CHOICES", "100"))
RATE = 136  # bytes of a block of SHA3-256
INFO = "piaojue/1|round 7|票决"
#: Those that can be void for being short of marks, and those that can be short.
VOID = {
    BallotType.EXACTLY,
    BallotType.PER_ITEM,
    BallotType.PER_ITEM_UP_TO,
    BallotType.RANKING,
    BallotType.GRADES,
    BallotType.POINTS,
}
SHORT = set(BallotType) - {BallotType.EXACTLY}
KINDS = [(kind, "void") for kind in BallotType if kind in VOID] + [
    (kind, "valid") for kind in BallotType if kind in SHORT
]


@pytest.fixture(scope="module")
def booth(chromium: Browser) -> Iterator[Page]:
    """An empty page of a secure context with the script on it."""
    page = chromium.new_page()
    page.route(
        "http://localhost/", lambda route: route.fulfill(body="<title>b</title>", content_type="text/html")
    )
    page.goto("http://localhost/")
    page.add_script_tag(content=SCRIPT.read_text())
    yield page
    page.close()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def definition_for(kind: BallotType, under: str = "", *, items: int = 9) -> Definition:
    under = under or ("valid" if kind in SHORT else "void")
    preset = ASSESSMENTS["zhenhai"] if kind is BallotType.GRADES else PRESETS["gongshu-2018"]
    seats = items if kind in {BallotType.WHOLE_REPORT, BallotType.GRADES} else 4
    scoring = "points" if kind is BallotType.RANKING else ""
    preset = preset | {"ballot_type": kind.value, "under_vote": under, "scoring": scoring, "seats": seats}
    if kind is BallotType.POINTS:
        preset |= {"points": 6, "most_points": 4}
    if kind is BallotType.UP_TO:  # with a sum that its projects may not pass
        preset |= {"method": "greedy", "budget": 90, "most_cost": 80}
    cost = {"cost": 255_000} if kind is BallotType.UP_TO else {}
    body: dict[str, Any] = {
        "format": DEFINITION.name,
        "cycle": "2018",
        "kind": "demo",
        "round": 1,
        "previous": None,
        "seats": seats,
        "rules": settings_of(VotingRules(**preset)),
        "rules_digest": "0" * 64,
        "items": [{"number": n, "name": f"第{n}项目", "name_en": "", **cost} for n in range(3, 3 + items)],
    }
    return read_definition(DEFINITION.write(DEFINITION.of(body)))


def test_sha3_gives_the_known_answers(booth: Page):
    lengths = [
        *range(RATE + 3),
        *range(2 * RATE - 2, 2 * RATE + 3),
        3 * RATE - 1,
        3 * RATE,
        3 * RATE + 1,
        10_000,
    ]
    texts = [random.Random(n).randbytes(n) for n in lengths]
    hashes = booth.evaluate(
        "texts => texts.map(text => Booth.to64(Booth.sha3(Booth.from64(text))))", list(map(b64, texts))
    )
    assert hashes == [b64(hashlib.sha3_256(text).digest()) for text in texts]


SEAL = """async ([key, info, code, ballots]) => {
  const held = Booth.from64(key), drawn = [];
  for (const marks of ballots) {
    const plain = Booth.encode(marks, code), sealed = await Booth.seal(held, plain, info);
    drawn.push([Booth.to64(plain), Booth.to64(sealed), (await Booth.receipt(sealed)).join("-")]);
  }
  return drawn;
}"""


@pytest.mark.parametrize("kind", BallotType)
def test_what_chromium_seals_python_opens(booth: Page, kind: BallotType):
    """The same bytes for the same marks, one length, never the same sealed bytes, and the receipt of these."""
    definition, drawn = definition_for(kind), random.Random(kind.value)
    seed = sealing.new_seed()
    key, known = sealing.public_key(seed), sorted(known_marks(definition.rule))
    ballots = [[drawn.choice(known) for _number in definition.numbers] for _ in range(CHOICES)]
    code = booth_rule(definition)["code"]
    opened = sealing.private_key(seed)
    answers = booth.evaluate(SEAL, [b64(key.raw), INFO, code, ballots])
    sealed = [base64.b64decode(each) for _plain, each, _receipt in answers]
    assert len(set(sealed)) == CHOICES
    assert {len(each) for each in sealed} == {
        len(sealing.seal(sealing.load_public_key(key.raw), definition.encode(ballots[0]), info=INFO.encode()))
    }
    for marks, blob, (plain, _blob, receipt) in zip(ballots, sealed, answers, strict=True):
        assert base64.b64decode(plain) == definition.encode(marks)
        assert definition.decode(sealing.unseal(opened, blob, info=INFO.encode())).marks == tuple(marks)
        assert receipt == friendly(hashlib.sha256(blob).hexdigest())


#: The same functions the other way round; what a browser never has is the private key, so the script can't open.
OPEN = """async ([seed, x25519, info, sealed]) => {
  const jwk = { kty: "OKP", crv: "X25519", d: x25519[0], x: x25519[1] };
  const text = (data) => Booth.to64(new Uint8Array(data));
  const own = await crypto.subtle.importKey("raw-seed", Booth.from64(seed), "ML-KEM-768", false, ["decapsulateBits"]);
  const other = await crypto.subtle.importKey("jwk", jwk, "X25519", false, ["deriveBits"]), drawn = [];
  const theirs = Booth.from64(x25519[1].replace(/-/g, "+").replace(/_/g, "/"));
  for (const each of sealed) {
    const blob = Booth.from64(each), sent = blob.slice(1088, 1120);
    const inner = new Uint8Array(await crypto.subtle.decapsulateBits("ML-KEM-768", own, blob.slice(0, 1088)));
    const point = await crypto.subtle.importKey("raw", sent, "X25519", true, []);
    const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: "X25519", public: point }, other, 256));
    const [key, iv] = await Booth.schedule(Booth.combined(inner, shared, sent, theirs), info);
    const cipher = await crypto.subtle.importKey("raw-secret", key, "ChaCha20-Poly1305", false, ["decrypt"]);
    drawn.push(text(await crypto.subtle.decrypt({ name: "ChaCha20-Poly1305", iv }, cipher, blob.slice(1120))));
  }
  return drawn;
}"""


def test_what_python_seals_chromium_opens(booth: Page):
    """With the private key, which no browser of ours ever has, and the script's own key schedule."""
    seed = sealing.new_seed()
    raw, opened = sealing.public_key(seed).raw, sealing.private_key(seed)
    x25519 = [sealing._expand(seed, b"X25519", 32), raw[sealing.MLKEM_PUBLIC_BYTES :]]
    jwk = [base64.urlsafe_b64encode(each).decode().rstrip("=") for each in x25519]
    plain = [random.Random(n).randbytes(64 * (1 + n % 3)) for n in range(CHOICES)]
    sealed = [sealing.seal(sealing.load_public_key(raw), each, info=INFO.encode()) for each in plain]
    mlkem = b64(sealing._expand(seed, b"ML-KEM-768", 64))
    assert booth.evaluate(OPEN, [mlkem, jwk, INFO, [b64(each) for each in sealed]]) == [
        b64(each) for each in plain
    ]
    assert [sealing.unseal(opened, each, info=INFO.encode()) for each in sealed] == plain


@pytest.mark.parametrize("items", [1, 61, 62, 63, 126, 127])
def test_the_width_is_the_same_as_the_server_s(booth: Page, items: int):
    assert booth.evaluate("items => Booth.encode(Array(items).fill(1), 1).length", items) == width(items)


def test_what_was_sealed_to_another_round_does_not_open(booth: Page):
    seed = sealing.new_seed()
    [[_plain, sealed, _receipt]] = booth.evaluate(
        SEAL, [b64(sealing.public_key(seed).raw), INFO, 1, [[1, 0]]]
    )
    opened, blob = sealing.private_key(seed), base64.b64decode(sealed)
    for changed in (blob[:-1] + bytes((blob[-1] ^ 1,)), bytes((blob[0] ^ 1,)) + blob[1:]):
        with pytest.raises(sealing.CannotUnseal):
            sealing.unseal(opened, changed, info=INFO.encode())
    with pytest.raises(sealing.CannotUnseal):
        sealing.unseal(opened, blob, info=b"piaojue/1|round 8")


@pytest.mark.parametrize(("kind", "under"), KINDS)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_script_judges_as_the_server_does(booth: Page, kind: BallotType, under: str, language: str):
    """The same sentence, word for word, and the same numbers, for whatever can be marked on the page."""

    definition, drawn = definition_for(kind, under), random.Random(f"{kind} {under}")
    numbers, known = definition.numbers, sorted(known_marks(definition.rule))
    ballots = []
    for each in range(200):
        most = each % (len(numbers) + 1)
        marks = [0] * len(numbers)
        for at in drawn.sample(range(len(numbers)), most):
            marks[at] = drawn.choice(known[1:]) if each % 3 else known[1]
        if kind is BallotType.POINTS and each % 5 == 1:
            marks[0] = 5  # more than one project may get, which the page does not offer
        if kind is BallotType.RANKING and each % 2:
            marks = [
                place if place <= min(most, len(known) - 1) else 0 for place in drawn.sample(range(1, 10), 9)
            ]
        ballots.append([marks[0]] * len(numbers) if kind is BallotType.WHOLE_REPORT else marks)
    with override(language):
        rule = booth_rule(definition)
        answers = booth.evaluate(
            "([ballots, rule]) => ballots.map(marks => Booth.judge(marks, rule))", [ballots, rule]
        )
        for marks, answer in zip(ballots, answers, strict=True):
            assert answer == _judged(definition, marks), marks
    assert None in answers


def _judged(definition: Definition, marks: list[int]) -> dict[str, Any] | None:
    chosen = {number: mark for number, mark in zip(definition.numbers, marks, strict=True) if mark}
    if definition.ballot_type is BallotType.WHOLE_REPORT:
        chosen = {WHOLE: marks[0]} if marks[0] else {}
    try:
        marks_of(definition, chosen)
    except BallotRefused as refusal:
        return {"text": str(refusal), "numbers": list(getattr(refusal, "numbers", ()))}
    return None


def test_the_marks_that_the_page_knows_are_all_that_the_count_knows():
    for kind in BallotType:
        if not kind.numbered:
            definition = definition_for(kind)
            assert {Mark.NONE, *booth_rule(definition)["marks"].values()} == known_marks(definition.rule)
