"""A proposer mends what is held back of the own proposal: 「似乎含有电话号码」 is an offer, not a verdict.

What it said before stays for the staff until the year is archived, beside what it says now. What the public sees,
what was put to a unit and what was decided or merged stays as it is: others have judged those words.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from voting.domain.before.proposals import count_sender, set_standing
from voting.domain.core.refusals import Refused
from voting.models import Cycle, Proposal, ProposalVersion
from voting.states import Outcome, Stage, Visibility
from voting.text.plain import plain

#: What of a proposal its proposer may correct.
CORRECTED = ("title", "content", "field", "place", "reason", "beneficiaries", "cost")
MOST_CORRECTIONS = 20


class CorrectionTooLate(Refused):
    def __str__(self) -> str:
        return _(
            "This proposal can no longer be corrected here: the public sees it already, or it was put to a unit, "
            "decided or merged meanwhile. Nothing was changed."
        )


class NothingCorrected(Refused):
    def __str__(self) -> str:
        return _("Nothing was changed in the text: it says what it said before.")


class TooManyCorrections(Refused):
    def __str__(self) -> str:
        return _("This proposal was corrected very often. It waits as it is now; somebody looks at it.")


def correctable(proposal: Proposal) -> bool:
    """Tell whether its proposer may correct it: it is held back, and nobody has judged its words yet."""
    cycle = proposal.cycle
    return (
        proposal.standing == Visibility.HELD
        and proposal.outcome == Outcome.OPEN
        and proposal.merged_into_id is None
        and cycle.slate_frozen_at is None
        and cycle.stage in {Stage.SOLICITATION, Stage.SCREENING}
        and not proposal.opinions.exists()
        and not proposal.decisions.exists()
    )


def correct(*, proposal: Proposal, texts: Mapping[str, Any], address: str, at: datetime) -> Proposal:
    """Put corrected texts in the place of those that are held back, and return the proposal as it is now.

    What nothing speaks against any more is shown at once, unless it has pictures or papers. Raises TooMany,
    CorrectionTooLate, NothingCorrected, TooManyCorrections, or ValidationError with a sentence per field.
    """
    count_sender(address, at=at)
    with transaction.atomic():
        # The cycle first, as every step of the screening does.
        Cycle.objects.select_for_update(no_key=True).get(pk=proposal.cycle_id)
        held = Proposal.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=proposal.pk)
        if not correctable(held):
            raise CorrectionTooLate
        before = {name: getattr(held, name) for name in CORRECTED}
        after = before | {name: plain(str(text)) for name, text in texts.items() if name in CORRECTED}
        if after == before:
            raise NothingCorrected
        number = held.versions.count() + 1
        if number > MOST_CORRECTIONS:
            raise TooManyCorrections
        ProposalVersion.objects.create(
            proposal=held, number=number, texts=before, standing_reason=held.standing_reason, replaced_at=at
        )
        for name, text in after.items():
            setattr(held, name, text)
        set_standing(held, attached=held.attachments.exists())
        held.save(update_fields=[*CORRECTED, "terms", "standing", "standing_reason"])
    return held
