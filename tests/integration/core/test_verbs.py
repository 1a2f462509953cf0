"""Every page with verbs, found in the addresses: a name that is missing, unknown or not possible now does nothing.

Guards ``voting.admin.core.verbs`` and ``voting.forms.core.verbs``.
"""

from __future__ import annotations

import ast
import html
import inspect
import re
from collections.abc import Callable, Iterator
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.functional import cached_property

from accounts.models import User
from tests.autumn import make_autumn
from tests.cases_after import archived_with_nothing_left, ask, hand_in
from tests.cases_after import inspect as inspected
from tests.factories import UserFactory, make_vote
from tests.security.test_crawl import LIVING, database
from tests.spring import make_spring
from voting.admin.core.congresses import CongressPage, OpenCongressPage, OwnCongressPage
from voting.admin.core.pages import NotYours, StepPage
from voting.admin.core.people import PeoplePage, PersonPage
from voting.admin.core.second_factor import SecondFactorPage
from voting.admin.core.verbs import VerbPage
from voting.domain.after import supervision
from voting.domain.before import deliberation, screening
from voting.domain.vote import paper_ballots
from voting.forms.core.steps import TICK, StepForm
from voting.forms.core.verbs import NotNow, Verb
from voting.views.after.supervision import NoSuchStep

pytestmark = pytest.mark.django_db

#: What is kept of a congress, not of a year of it.
OF_NO_YEAR = {CongressPage, OwnCongressPage, OpenCongressPage, PeoplePage, PersonPage, SecondFactorPage}
VERB = re.compile(r'"(\w+)"\]?(?::| =) Verb\(')
SAID = re.compile(r'alert-danger|class="no"|invalid-feedback')


def pages(resolver: URLResolver | None = None, prefix: str = "") -> dict[str, type[VerbPage]]:
    """Return every page with verbs, by its address with the numbers of the world in it."""
    known: dict[str, type[VerbPage]] = {}
    for part in (resolver or get_resolver()).url_patterns:
        here = prefix + str(part.pattern)
        if isinstance(part, URLResolver):
            known |= pages(part, here)
        elif isinstance(part, URLPattern):
            page = getattr(part.callback, "view_class", None)
            if isinstance(page, type) and issubclass(page, VerbPage):
                known["/" + re.sub(r"<\w+:number>", "1", here)] = page
    return known


def leaves(cls: type) -> list[type]:
    below = [leaf for each in cls.__subclasses__() for leaf in leaves(each)]
    return below + ([cls] if cls in OF_NO_YEAR or not below else [])


def test_every_page_with_verbs_has_an_address():
    assert set(pages().values()) == set(leaves(VerbPage))


def test_what_a_page_read_before_a_refusal_is_read_again():
    vote, all_kept = make_vote(until="adopted", delegates=3), set()
    for cls in set(pages().values()):
        kept = {
            name for name, _value in inspect.getmembers(cls, lambda each: isinstance(each, cached_property))
        }
        page = cls()
        page.request, page.cycle = SimpleNamespace(user=vote.clerk), vote.cycle
        vars(page).update(dict.fromkeys(kept, "old"))
        page.renew()
        assert not kept & set(vars(page)), cls
        assert page.cycle is not vote.cycle or cls in OF_NO_YEAR, cls
        all_kept |= kept
    assert {"call", "draft", "printed", "seen"} <= all_kept


def parts(node: ast.AST, *, within: str) -> Iterator[tuple[str, ast.AST]]:
    """Yield every part of a module with the class or the module that it stands in."""
    for each in ast.iter_child_nodes(node):
        inside = each.name if isinstance(each, ast.ClassDef) else within
        yield inside, each
        yield from parts(each, within=inside)


def names_in(within: str, node: ast.AST) -> set[str]:
    """Return the names that a table has here: ``{"name": …}`` and ``table["name"] = …``."""
    keys: list[Any] = list(node.keys) if isinstance(node, ast.Dict) else []
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        keys = [node.targets[0].slice]
    return {f"{within}.{key.value}" for key in keys if isinstance(key, ast.Constant)}


def is_verb(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Verb"


def test_every_verb_says_how_it_is_put_right_or_what_cannot_be():
    """A verb that can be put right names the verb that does it, and there is one of that name; others are ticked."""
    names: set[str] = set()
    undone, unsaid = {}, []
    for path in (settings.BASE_DIR / "voting").rglob("*.py"):
        for within, node in parts(ast.parse(path.read_text()), within=path.stem):
            names |= names_in(within, node)
            if not isinstance(node, ast.Call) or not is_verb(node):
                continue
            where = f"{path.name}:{node.lineno}"
            declared = {keyword.arg: keyword.value for keyword in node.keywords}
            if not {"undo", "final"} & set(declared):
                unsaid.append(where)
            if isinstance(undo := declared.get("undo"), ast.Constant):
                undone[where] = undo.value if "." in undo.value else f"{within}.{undo.value}"
    assert not unsaid
    assert len(undone) > 50
    assert not {where: undo for where, undo in undone.items() if undo not in names}


def blocks(page: str) -> Iterator[str]:
    return (part.split("</form>")[0] for part in page.split("<form")[1:])


def buttons(page: str, name: str) -> list[str]:
    """Return the forms of the page that have this verb's button."""
    pressed = re.compile(rf'name="do"\s+value="{re.escape(name)}"')
    return [block for block in blocks(page) if pressed.search(block)]


def before(until: str) -> tuple[str, list[User]]:
    autumn = make_autumn(until=until)
    if until == "proposals":
        autumn.run("screening")
        proposal = autumn.proposals[0]
        screening.ask_opinion(proposal=proposal, unit=autumn.unit, due=date(2030, 1, 1), **autumn.acting)
    if until == "report":
        deliberation.ask(
            cycle=autumn.cycle, candidate=None, text="为什么？", wants_answer=True, unit=autumn.unit,
            by=autumn.delegate.user, at=autumn.at,
        )  # fmt: skip
    return "2019", [autumn.clerk, autumn.officer]


def during(until: str) -> tuple[str, list[User]]:
    paper = until == "closed"
    vote = make_vote(until="open" if paper else until, delegates=3)
    if paper:
        numbers = [delegate.number for delegate in vote.delegates]
        paper_ballots.hand_out(round_=vote.round, numbers=numbers, by=vote.clerk, at=vote.later())
        vote.run("closed")
        paper_ballots.record_box(
            round_=vote.round, returned=1, returned_group=0, by=vote.clerk, at=vote.later()
        )
    other = {"open": vote.presiding, "certified": vote.presiding, "closed": vote.chief}.get(until)
    return "2018", [vote.clerk, other] if other else [vote.clerk]


def after(*, issued: bool, archived: bool = False, handed_in: bool = False) -> tuple[str, list[User]]:
    spring = make_spring(issued=issued)
    if archived:
        archived_with_nothing_left(spring)
    elif issued:
        (hand_in if handed_in else ask)(spring)
        watcher, faults = spring.vote.delegates[0], [("裂缝", spring.unit, date(2018, 2, 1))]
        supervision.name_group(delivery=spring.delivery(), numbers=[watcher.number], **spring.acting)
        inspected(spring, faults=faults, by=watcher.user)
    return "2018", [spring.vote.clerk, spring.officer]


WORLDS: dict[str, Callable[[], tuple[str, list[User]]]] = {
    "drafting the call": lambda: before(""),
    "proposals come in": lambda: before("call"),
    "screening": lambda: before("proposals"),
    "deliberation": lambda: before("report"),
    "rules": lambda: during("drafted"),
    "roll": lambda: during("rolled"),
    "vote": lambda: during("open"),
    "paper": lambda: during("closed"),
    "certified": lambda: during("certified"),
    "published": lambda: during("published"),
    "plans": lambda: after(issued=False),
    "delivery": lambda: after(issued=True),
    "handed in": lambda: after(issued=True, handed_in=True),
    "archive": lambda: after(issued=True, archived=True),
}


def text(answer: Any) -> str:
    body = b"".join(answer) if answer.streaming else answer.content
    return html.unescape(body.decode())


def written() -> dict[str, int]:
    """Return how many rows of every table were written in this transaction, those taken back included."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables WHERE relname <> ALL(%s)",
            [list(LIVING)],
        )
        return {name: number for name, number in cursor.fetchall() if number}


#: The names that a page has refused a role while it had this table of verbs.
refused_once: set[tuple[type[VerbPage], str, str, frozenset[str]]] = set()


@pytest.mark.parametrize("world", WORLDS)
def test_no_name_and_no_empty_form_does_what_was_not_asked(world: str):
    slug, people = WORLDS[world]()
    seen = 0
    for user in people:
        client = Client()
        client.force_login(user)
        rows = database()
        for address, page in pages().items():
            url = address.replace("<slug:slug>", slug)
            shown = client.get(url)
            if shown.status_code != 200:
                continue
            seen += 1
            forms = shown.context["forms"]
            for name in {"", "nothing", *VERB.findall(inspect.getsource(page))} - set(forms):
                # A name is looked up in the table and in nothing else of the world; no table has the first two.
                case = ("", frozenset()) if name in {"", "nothing"} else (user.role, frozenset(forms))
                if (page, name, *case) in refused_once:
                    continue
                refused_once.add((page, name, *case))
                refused = client.post(url, {"do": name} if name else {})
                assert refused.status_code == 403, (url, name)
                told = text(refused)
                assert str(NotNow()) in told or str(NotYours()) in told, (url, name)
            for name, form in forms.items():
                if (TICK in form.fields) and name:
                    assert all(f'name="{TICK}"' in block for block in buttons(text(shown), name)), (url, name)
                with transaction.atomic():
                    press(client, url, name, form)
                    transaction.set_rollback(True)
        assert database() == rows, user.role
    assert seen > len(people)


def press(client: Client, url: str, name: str, form: Any) -> None:
    """Send an empty form; only a verb that needs nothing may be done, and a refusal says why and changes nothing."""
    known = written()
    answer = client.post(url, {"do": name} if name else {})
    told = text(answer)
    if TICK in form.fields:
        assert answer.status_code in {403, 404, 409, 422}, (url, name)
    if answer.status_code in {200, 302}:
        assert not any(field.required for field in form.fields.values()), (url, name)
        return
    assert answer.status_code in {403, 404, 409, 422}, (url, name)
    assert answer.status_code == 404 or SAID.search(told), (url, name)
    assert written() == known, (url, name)


def test_a_step_of_several_buttons_names_its_own():
    """The form that a step shows as its own belongs to a verb of its table."""
    vote = make_vote(until="rolled", delegates=2)
    client = Client()
    client.force_login(vote.clerk)
    for address, page in pages().items():
        if issubclass(page, StepPage) and page.main:
            shown = client.get(address.replace("<slug:slug>", "2018"))
            if shown.status_code == 200 and shown.context["forms"]:
                assert page.main in shown.context["forms"], page


@pytest.mark.parametrize("name", ["", "nothing", "carry"])
def test_the_pages_of_delegates_refuse_a_name_that_they_do_not_know(name: str):
    spring = make_spring()
    delegate = spring.vote.delegates[0]
    supervision.name_group(delivery=spring.delivery(), numbers=[delegate.number], **spring.acting)
    client = Client()
    client.force_login(delegate.user, backend="django.contrib.auth.backends.ModelBackend")
    known = database()
    for url in ("/2018/delivery/1/supervise/", "/2018/deliberation/"):
        refused = client.post(url, {"do": name, "text": "写了一些话"})
        told = text(refused)
        assert refused.status_code == 409, url
        assert str(NotNow()) in told or str(NoSuchStep()) in told, url
        assert "写了一些话" in told, "what was typed is kept"
    assert database() == known


def test_what_cannot_be_undone_is_ticked_whatever_its_form():
    page = VerbPage()
    page.request = SimpleNamespace(user=UserFactory(role="clerk"), session={})
    verb = Verb(StepForm, lambda _form: None, final=lambda: "三百份票一次性作废。")
    bare, ticked = page.made(verb, {}), page.made(verb, {TICK: "on"})
    assert (set(bare.errors), ticked.is_valid()) == ({TICK}, True)
    assert bare.fields[TICK].label == "三百份票一次性作废。"
    assert TICK not in page.made(Verb(StepForm, lambda _form: None, undo="again"), {}).fields
