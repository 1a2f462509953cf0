"""Votes of any size, brought about by the verbs that people use; only people are written in bulk."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import Any

from django.db import connection, transaction

from accounts import congresses, frames
from accounts.models import Congress, Delegation, User, delegate_username
from accounts.roles import Kind, Role
from benchmarks.sealed import CANDIDATES, SEATS, seal_some
from voting.count import sealing
from voting.count.measures import BallotType
from voting.count.presets import PRESETS
from voting.domain.core import cycles
from voting.domain.vote import casting, delegate_slips, keys, rolls, rounds, rules
from voting.domain.vote.definitions import definition_of, sealing_info
from voting.management.ceremonies import play_ceremony, typed_mark, witness_of
from voting.models import Round, SealedBallot
from voting.states import Stage

AT = datetime(2018, 1, 23, 6, 0, tzinfo=UTC)
WIDTH = 6  # digits of a delegate number


@dataclass
class OpenVote:
    """A round that is open, and three of its slips."""

    round: Round
    slips: list[str]


def use(database: str) -> None:
    """Let the verbs in this process work on that database from now on; what is kept of the one before is forgotten."""
    connection.close()
    connection.settings_dict["NAME"] = database
    casting._booths.clear()  # noqa: SLF001 a process that serves has one database
    congresses.forget()
    frames.forget()


def congress(kind: Kind) -> Congress:
    """Return the one congress of this kind."""
    return Congress.objects.get_or_create(
        slug=f"bench-{kind}", defaults={"kind": kind, "name": "基准", "place": "基准"}
    )[0]


@transaction.atomic
def enrol(count: int, *, kind: Kind) -> list[str]:
    """Put so many delegates into office, past the model as a roll of 300 000 asks for; return their numbers."""
    theirs = congress(kind)
    delegation = Delegation.objects.create(congress=theirs, name="代表团")
    given: dict[str, Any] = {
        "congress": theirs.pk,
        "prefix": delegate_username(theirs, ""),
        "role": Role.DELEGATE,
        "count": count,
        "delegation": delegation.pk,
        "width": WIDTH,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_user (username, name, role, congress_id, password, is_active, password_is_initial)"
            " SELECT %(prefix)s || lpad(n::text, %(width)s, '0'), n::text, %(role)s, %(congress)s, '!', true, false"
            " FROM generate_series(1, %(count)s) AS n",
            given,
        )
        cursor.execute(
            "INSERT INTO accounts_delegate (congress_id, user_id, delegation_id, number, name, in_group, is_active)"
            " SELECT congress_id, id, %(delegation)s, right(username, %(width)s), name, false, true FROM accounts_user"
            " WHERE role = %(role)s AND congress_id = %(congress)s",
            given,
        )
        cursor.execute("ANALYZE")
    return [f"{number:0{WIDTH}d}" for number in range(1, count + 1)]


#: Candidates that say nothing but their names.
PLAIN = tuple(
    {"number": number, "name": f"第{number}项目", "name_en": f"Project {number}"}
    for number in range(1, CANDIDATES + 1)
)


def open_vote(
    *,
    kind: Kind,
    year: int,
    candidates: Sequence[Mapping[str, Any]] = PLAIN,
    settings: Mapping[str, Any] = PRESETS["gongshu-2018"],
) -> OpenVote:
    """Adopt rules, freeze the roll, check everyone in, hold the key ceremony and open the vote."""
    by = User.objects.get_or_create(
        username=f"clerk-{kind}", defaults={"name": "clerk", "role": Role.CLERK, "congress": congress(kind)}
    )[0]
    seats = len(candidates) if settings["ballot_type"] == BallotType.WHOLE_REPORT else SEATS
    cycle = cycles.create_cycle(by=by, at=AT, congress=congress(kind), slug=str(year), year=year, seats=seats)
    for stage in (Stage.SCREENING, Stage.DELIBERATION):
        cycles.move_cycle(cycle, to=stage, by=by, at=AT)
    for fields in candidates:
        cycles.add_candidate(cycle=cycle, by=by, at=AT, **fields)
    cycles.freeze_slate(cycle=cycle, by=by, at=AT)
    rules.draft_rules(cycle=cycle, by=by, at=AT, seats=seats, **settings)
    cycle.refresh_from_db()
    rules.adopt_rules(cycle=cycle, by=by, at=AT)
    round_ = rolls.freeze_roll(cycle=cycle, by=by, at=AT)
    rolls.set_rest_present(round_=round_, by=by, at=AT)
    holders = [
        User.objects.get_or_create(
            username=f"scrutineer-{number}-{kind}",
            defaults={"name": f"scrutineer {number}", "role": Role.SCRUTINEER, "congress": congress(kind)},
        )[0]
        for number in range(1, 6)
    ]
    slips = play_ceremony(round_=round_, needed=3, holders=holders, by=by, at=AT)
    keys.try_unsealing(round_=round_, slips=slips[:3], by=by, at=AT)
    rounds.open_round(round_=round_, mark=typed_mark(round_), by=by, at=AT, second=holders[0])
    return OpenVote(Round.objects.select_related("cycle", "rules").get(pk=round_.pk), slips[:3])


def issue(vote: OpenVote, numbers: Iterable[str]) -> dict[str, str]:
    """Return new access codes by delegate number."""
    by = User.objects.get(username=f"clerk-{vote.round.cycle.kind}")
    issued = delegate_slips.issue_slips(
        round_=vote.round, numbers=numbers, by=by, at=AT, second=witness_of(vote.round)
    )
    return {entry.number: code for entry, code in issued}


def fill_urn(vote: OpenVote, *, until: int) -> None:
    """Let delegates vote past the web until the urn holds so many ballots: sealed here, written in bulk."""
    missing = until - SealedBallot.objects.filter(round=vote.round).count()
    cores = os.cpu_count() or 1
    info, key = sealing_info(vote.round), bytes(vote.round.public_key or b"")
    share = -(-missing // cores)
    parts = [min(share, missing - start) for start in range(0, missing, share)]
    with (
        ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        sealed = pool.map(seal_some, parts, range(len(parts)), [key] * len(parts), [info] * len(parts))
        with cursor.copy("COPY voting_sealedballot (id, round_id, blob) FROM STDIN") as copy:
            for ballots in sealed:
                for blob in ballots:
                    fresh = SealedBallot(blob=blob)
                    copy.write_row((fresh.pk, vote.round.pk, blob))
        cursor.execute(
            "UPDATE voting_rollentry SET voted = true WHERE id IN (SELECT id FROM voting_rollentry"
            " WHERE round_id = %s AND NOT voted ORDER BY id LIMIT %s)",
            [vote.round.pk, missing],
        )


def close(vote: OpenVote) -> bytes:
    """Close the vote, and return the seed of its key."""
    by = User.objects.get(username=f"clerk-{vote.round.cycle.kind}")
    second = User.objects.get_or_create(
        username=f"presiding-{vote.round.cycle.kind}",
        defaults={"name": "presiding", "role": Role.PRESIDING, "congress": by.congress},
    )[0]
    rounds.close_round(round_=vote.round, by=by, at=AT, second=second)
    return keys.rebuild_seed(round_=vote.round, slips=vote.slips)


def sealed_length(vote: OpenVote) -> int:
    """Return how many bytes a sealed ballot of this vote has."""
    definition = definition_of(vote.round)
    key = sealing.load_public_key(bytes(vote.round.public_key or b""))
    plain = definition.encode((0,) * len(definition.numbers))
    return len(sealing.seal(key, plain, info=sealing_info(vote.round)))
