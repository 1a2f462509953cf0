"""The vote of a drill: ``prepare COUNT`` opens one and prints its slips; ``check`` holds receipts against its urn.

A program of its own, run where the web server runs, with its environment.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys

import django


def prepare(count: int) -> dict[str, object]:
    """Open a vote of so many delegates, all present; return its address and their codes."""
    from django.utils import timezone

    from accounts.models import Congress, User
    from accounts.roles import Kind
    from voting.domain.core.congresses import open_congress
    from voting.domain.vote import keys, rolls, rounds
    from voting.management.ceremonies import typed_mark
    from voting.management.hall.rehearsal import engage_staff
    from voting.management.hall.rehearsal import prepare as rehearse

    slug = f"drill-{Congress.objects.count()}"
    names = {"name": "演习", "place": "演习", "name_en": "Drill", "place_en": "Drill"}
    congress = open_congress(kind=Kind.REHEARSAL, slug=slug, **names)
    clerk = engage_staff(congress)[0].user
    prepared = rehearse(congress, delegates=count, by=clerk)
    round_, at = prepared.round, timezone.now()
    rolls.set_rest_present(round_=round_, by=clerk, at=at)
    keys.try_unsealing(round_=round_, slips=prepared.slips[:3], by=clerk, at=at)
    second = User.objects.get(username=f"{slug}-scrutineer-1")
    rounds.open_round(round_=round_, mark=typed_mark(round_), by=clerk, at=at, second=second)
    return {"place": slug, "codes": prepared.codes}


def check(receipts: list[str]) -> dict[str, int]:
    """Return how many of the newest vote are marked, are in the urn, and which of the receipts are not."""
    from voting.domain.vote.receipts import friendly
    from voting.models import Round, SealedBallot

    round_ = Round.objects.latest("pk")
    blobs = SealedBallot.objects.filter(round=round_).values_list("blob", flat=True)
    held = {friendly(hashlib.sha256(bytes(blob)).hexdigest()) for blob in blobs}
    return {
        "marked": round_.roll.filter(voted=True).count(),
        "urn": len(blobs),
        "lost": len(set(receipts) - held),
    }


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    answer = prepare(int(sys.argv[2])) if sys.argv[1] == "prepare" else check(json.load(sys.stdin))
    json.dump(answer, sys.stdout)
