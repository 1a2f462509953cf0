"""F34: lists of the admin answer the questions that they show, and no other: nobody reads who has voted, or a ballot.

The proof is a swap: two delegates of whom one has voted change places, by SQL, and every page, list, file and answer of
the interface must stay as it was, to the byte, for everybody, whatever they ask it for. What an answer is made from is
seen in its statements: after the swap those are asked for again that read the table where something changed.

Guards ``voting.admin.core.closed_lists``, ``voting.admin.core.records``, ``voting.permissions``,
``voting.domain.vote.rolls`` and ``voting.domain.vote.paper_ballots``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import pytest
from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR
from django.db import connection
from django.db.models import Field, Model
from django.db.models.fields.related import RelatedField
from django.test import Client, RequestFactory
from django.urls import get_resolver

from accounts.models import User
from accounts.roles import Role
from tests.factories import UserFactory, Vote, make_vote
from tests.security.test_crawl import BACKEND
from tests.security.test_crawl import addresses as every_address
from voting.admin.core.closed_lists import ClosedList
from voting.admin.core.site import site
from voting.domain.core.refusals import Refused
from voting.domain.vote import paper_ballots, rolls
from voting.models import JournalEntry, RollEntry, Tally
from voting.read_models.core.page_state import States
from voting.states import Act, Presence

pytestmark = pytest.mark.django_db

ROLES = (Role.CLERK, Role.SCRUTINEER, Role.PRESIDING, Role.KEEPER, Role.UNIT)
COUNTING = (Role.CLERK, Role.SCRUTINEER, Role.CHIEF, Role.PRESIDING)
LOOKUPS = (
    "", "exact", "iexact", "contains", "icontains", "startswith", "istartswith", "endswith", "iendswith", "regex",
    "iregex", "in", "isnull", "gt", "gte", "lt", "lte", "range", "year", "date", "has_key", "contained_by",
)  # fmt: skip
#: What is different in every answer, and says nothing.
NOISE = re.compile(
    rb'(csrfmiddlewaretoken|name="trial"|name="ticket"|name="fingerprint"|type="datetime-local")[^>]*>|nonce="[^"]*"'
)


@pytest.fixture(autouse=True)
def lists() -> None:
    """The lists are put on the site with the addresses."""
    assert get_resolver().url_patterns


def past_triggers(sql: str, *parameters: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, parameters)
        cursor.execute("SET LOCAL session_replication_role = origin")


def list_of(model: type[Model]) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


def paths(model: type[Model], depth: int) -> Iterator[tuple[str, Field | None]]:
    """Yield every way of a lookup from a model: its fields, and those of all that it points to or that points to it."""
    for field in model._meta.get_fields():
        name = field.name
        yield name, field if isinstance(field, Field) else None
        if depth and field.related_model and (isinstance(field, RelatedField) or field.auto_created):
            for below, leaf in paths(field.related_model, depth - 1):
                yield f"{name}__{below}", leaf


# --------------------------------------------------------------------------------------------- every question there is


def request_of(user: User):
    request = RequestFactory().get("/")
    request.user = user
    return request


def test_every_list_of_the_admin_is_a_closed_one():
    assert [model for model, shown in site._registry.items() if not isinstance(shown, ClosedList)] == []


def test_f34_a_list_is_asked_for_what_it_shows_as_a_filter_and_for_nothing_else():
    """Every field of every table and of all tables around it, with every lookup."""
    assert site._registry
    for model in site._registry:
        require_closed(model)


def require_closed(model: type[Model]) -> None:
    shown = site._registry[model]
    request = request_of(UserFactory(role=Role.CLERK))
    filters = {str(each[0] if isinstance(each, tuple) else each) for each in shown.get_list_filter(request)}
    key = model._meta.pk.name
    allowed = set()
    asked = 0
    for path, _field in paths(model, 2):
        for lookup in LOOKUPS:
            question = f"{path}__{lookup}" if lookup else path
            asked += 1
            if shown.lookup_allowed(question, "1", request):
                allowed.add((path, lookup))
    assert asked > len(LOOKUPS)
    own = {(name, how) for name in (key, "pk") for how in ("", "exact")}
    filtered = {(name, how) for name in filters for how in ("", "exact", "isnull")}
    through = {(f"{name}__{each}", "exact") for name in filters for each in ("id", "user")}
    assert allowed <= own | filtered | through
    hidden = {
        "voted",
        "patterns",
        "paper",
        "password",
        "blob",
        "excluded",
        "undo",
        "content",
        "code",
        "secret",
    }
    assert not {path for path, _lookup in allowed if path.split("__")[-1] in hidden}


def test_no_list_searches_or_sorts_by_what_it_does_not_show():
    request = request_of(UserFactory(role=Role.CLERK))
    for model, shown in site._registry.items():
        columns = set(shown.get_list_display(request))
        for name in shown.get_search_fields(request):
            assert name.lstrip("^=@") in columns | {"name_en"}, (model, name)
        for column in columns:
            by = getattr(getattr(shown, column, None), "admin_order_field", None)
            assert by is None or by in columns | {column.removesuffix("_shown")}, (model, column)
        for name in shown.sortable_by or ():
            assert name in columns
        assert shown.date_hierarchy is None
        assert not shown.list_editable


# ------------------------------------------------------------------------------------------------------- the swap


def questions(path: str, value: str) -> Iterator[str]:
    """Yield what somebody may try on a list to learn of a hidden column."""
    for lookup in ("", "exact", "startswith", "gt", "in", "isnull", "regex"):
        yield urlencode({f"{path}__{lookup}" if lookup else path: value})
    yield urlencode({path: value, "number__exact": "1"})
    yield urlencode({"o": path, SEARCH_VAR: ""})
    yield urlencode({SEARCH_VAR: value})
    yield urlencode({"_to_field": path})
    for column in range(-6, 7):
        yield urlencode({"o": column})
    for more in ({"o": "1.2.3"}, {"e": 1}, {PAGE_VAR: 9}, {"all": ""}, {"_facets": "True"}, {"_popup": 1}):
        yield urlencode(more)


#: The ways from a list to who has voted.
TO_VOTED = {
    "rollentry": "voted", "delegate": "roll_entries__voted", "delegation": "delegates__roll_entries__voted",
    "round": "roll__voted", "cycle": "rounds__roll__voted", "tally": "round__roll__voted",
    "urnseal": "round__roll__voted", "ballotitem": "round__roll__voted", "journalentry": "cycle__rounds__roll__voted",
}  # fmt: skip
TO_PATTERNS = {
    "tally": "patterns", "round": "tally__patterns", "certification": "tally__patterns",
    "cycle": "rounds__tally__patterns",
}  # fmt: skip


def addresses() -> list[str]:
    """Return the addresses whose answers tell of a vote; a second factor is drawn anew at every look at its page."""
    return [each for each in every_address() if not each.startswith("/admin/second-factor/")]


def asked_for(ways: dict[str, str], value: str) -> list[str]:
    """Return the addresses of every list with every question, of the pages of records, and of the completions."""
    asked = []
    for model in site._registry:
        way = ways.get(str(model._meta.model_name))
        asked += [
            f"{list_of(model)}?{question}" for question in (questions(way, value) if way else ("", "o=-1"))
        ]
        first = model._default_manager.order_by("pk").first()
        if first is not None and way:
            filters = quote(f"{way}__exact={value}")
            asked += [
                f"{list_of(model)}{quote(str(first.pk))}/change/?_changelist_filters={filters}",
                f"{list_of(model)}{quote(str(first.pk))}/history/?_changelist_filters={filters}",
                f"{list_of(model)}{quote(str(first.pk))}/delete/?{way}={value}",
                f"{list_of(model)}{value}/change/?_to_field={way}",
            ]
        for field in model._meta.get_fields():
            if isinstance(field, RelatedField):
                names = {"app_label": model._meta.app_label, "model_name": model._meta.model_name}
                asked.append(
                    f"/admin/autocomplete/?{urlencode(names | {'field_name': field.name, 'term': value})}"
                )
    return asked


def desk(vote: Vote) -> list[str]:
    """Return what the desk is asked for with an address."""
    numbers = [delegate.number for delegate in vote.delegates]
    queries = [f"number={each}" for each in numbers] + [
        f"undone={','.join(numbers)}",
        "delegation=1",
        "turnout",
    ]
    pages = [
        each
        for each in addresses()
        if re.search(r"^/admin/vote/2018/.*(check|desk|scan|paper|roll|clos)", each)
    ]
    assert len(pages) > 4
    return [f"{page}?{query}" for page in pages for query in queries]


@dataclass(frozen=True)
class Told:
    """An answer: its status, its text without what differs each time, and the tables that it was made from."""

    status: int
    text: str
    tables: frozenset[str]


def seen_by(user: User, asked: Iterable[str]) -> dict[str, Told]:
    # What is told of a request by its number alone differs from one to the next.
    client = Client(raise_request_exception=False, headers={"X-Request-ID": "0" * 32})
    client.force_login(user, backend=BACKEND)
    states, seen = States(), {}
    for address in asked:
        with states.seeing() as reading:
            answer = client.get(address)
            body = b"".join(answer) if answer.streaming else answer.content
        kind = answer.headers.get("Content-Type", "")
        if kind.startswith(("text/", "application/json")):
            text = NOISE.sub(b"", body).decode("utf-8", "replace")
        else:
            text = answer.headers.get("Location", kind)
        seen[address] = Told(answer.status_code, text, frozenset(reading.tables))
    return seen


def differing(user: User, before: dict[str, Told], *, table: str) -> dict[str, tuple[Told, Told]]:
    """Return each answer that is another one now that something in this table is."""
    made_from_it = [address for address, told in before.items() if table in told.tables]
    assert made_from_it, "somebody's pages read the table"
    after = seen_by(user, made_from_it)
    return {
        address: (before[address], after[address])
        for address in made_from_it
        if before[address] != after[address]
    }


def swap(vote: Vote) -> None:
    """Let one who has voted and one who has not change places; the turnout stays."""
    first, last = vote.delegates[0], vote.delegates[-1]
    entry = vote.round.roll.get(delegate=first)
    assert entry.voted
    assert not vote.round.roll.get(delegate=last).voted
    past_triggers(
        "UPDATE voting_rollentry SET voted = NOT voted WHERE round_id = %s AND delegate_id IN (%s, %s)",
        vote.round.pk,
        first.pk,
        last.pk,
    )


def watching(vote: Vote, role: Role) -> User:
    known = {
        Role.CLERK: vote.clerk,
        Role.SCRUTINEER: vote.scrutineer,
        Role.PRESIDING: vote.presiding,
        Role.CHIEF: vote.chief,
    }
    return known.get(role) or UserFactory(role=role)


@pytest.mark.parametrize("role", ROLES)
def test_f34_who_has_voted_is_told_by_no_list_page_or_file_while_the_vote_is_open(role: Role):
    vote = make_vote(until="open", delegates=5, candidates=3, seats=2, ballots=[[1]] * 3)
    user = watching(vote, role)
    asked = [*asked_for(TO_VOTED, "1"), *addresses(), *desk(vote)]
    before = seen_by(user, asked)
    assert {told.status for told in before.values()} >= ({200, 403} if role != Role.UNIT else {403})
    assert not [address for address, told in before.items() if told.status >= 500]
    swap(vote)
    assert differing(user, before, table="voting_rollentry") == {}


@pytest.mark.parametrize("role", COUNTING)
def test_f34_a_ballot_is_told_to_no_one_but_scrutineers_by_any_list_page_or_file(role: Role):
    vote = make_vote(until="counted", delegates=5, candidates=3, seats=2, ballots=[[1], [2]])
    patterns = Tally.objects.get().patterns
    user = watching(vote, role)
    asked = [*asked_for(TO_PATTERNS, patterns[:75]), *addresses()]
    before = seen_by(user, asked)
    past_triggers("UPDATE voting_tally SET patterns = %s", patterns.replace("[1,0,0]", "[1,1,0]"))
    assert Tally.objects.get().patterns != patterns
    told = set(differing(user, before, table="voting_tally"))
    if role in {Role.SCRUTINEER, Role.CHIEF}:
        assert told
        assert all(address.startswith("/admin/voting/tally/") for address in told)
        assert not [address for address in told if "?" in address and "/change/" not in address]
    else:
        assert told == set()


def test_the_swap_finds_a_list_that_answers_too_much(monkeypatch: pytest.MonkeyPatch):
    """Django as it comes: filters on every field."""
    vote = make_vote(until="open", delegates=5, candidates=3, seats=2, ballots=[[1]] * 3)
    monkeypatch.delattr(ClosedList, "lookup_allowed")
    user = vote.clerk
    asked = [f"{list_of(RollEntry)}?voted__exact=1&number__exact={vote.delegates[0].number}"]
    before = seen_by(user, asked)
    swap(vote)
    assert set(differing(user, before, table="voting_rollentry")) == set(asked)


# -------------------------------------------------------------------------------------------- what the desk refuses


def absent(vote: Vote, numbers: list[str]) -> object:
    return rolls.set_presence(
        round_=vote.round, numbers=numbers, presence=Presence.ABSENT, by=vote.clerk, at=vote.later()
    )


def paper(vote: Vote, numbers: list[str]) -> object:
    return paper_ballots.hand_out(round_=vote.round, numbers=numbers, by=vote.clerk, at=vote.later())


@pytest.mark.parametrize("act", [absent, paper])
def test_the_desk_is_no_oracle(act: Callable[[Vote, list[str]], object]):
    """Whoever asks for a delegate beside one who is refused anyhow learns nothing.

    Alone, of presence nothing is learnt either; that paper is refused is told, and stands in the journal.
    """
    vote = make_vote(until="open", delegates=5, present=4, ballots=[[1]])
    voter, other, another, _here, away = (delegate.number for delegate in vote.delegates)
    known = JournalEntry.objects.count()
    for beside, refusal in (("NOBODY", "NotOnRoll"), (away, "NotInTheHall"), (voter, None)):
        told = []
        for suspect in (voter, other):
            if beside == suspect or (act is absent and beside == away):
                continue
            with pytest.raises(Refused) as refused:
                act(vote, [suspect, beside, another])
            told.append((type(refused.value).__name__, str(refused.value)))
        assert len(set(told)) <= 1, told
        assert all(refusal is None or name == refusal for name, _words in told)
        assert act is absent or all(voter not in words for _name, words in told)
    refusals = JournalEntry.objects.filter(act=Act.PAPER_REFUSED).count()
    assert refusals == (act is paper)
    assert JournalEntry.objects.count() == known + refusals
    told = []
    for suspect in (voter, other):
        try:
            told.append(str(act(vote, [suspect])))
        except Refused as refused:
            told.append(str(refused).replace(suspect, "#"))
    if act is absent:
        assert told[0] == told[1]
        assert JournalEntry.objects.count() == known
    else:
        assert JournalEntry.objects.filter(act=Act.PAPER_REFUSED).count() == 2
