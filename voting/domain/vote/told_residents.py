"""What a resident with a letter is told where a delegate in a hall is sent to the desk."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from voting.domain.vote.ballots import (
    BallotRefused,
    HoldsPaperBallot,
    OnPaperOnly,
    RoundNotOpen,
    SealedToAnother,
    SessionOver,
)


def to_resident(refusal: BallotRefused) -> str:
    """Return the sentence of a refusal where residents vote by letter."""
    if isinstance(refusal, RoundNotOpen) and refusal.is_over:
        return str(refusal)
    return str(_SENTENCES.get(type(refusal), refusal))


_SENTENCES: dict[type[BallotRefused], Promise] = {
    RoundNotOpen: _("Voting has not opened yet. Please come back when it is open."),
    HoldsPaperBallot: _(
        "A paper ballot was handed out for this letter, so this ballot was not cast. Vote on paper, or give the "
        "unused paper back to the office that handed it out."
    ),
    OnPaperOnly: _(
        "The vote goes on with paper ballots, so this ballot was not cast. Please ask the office that sent the letter "
        "for a paper ballot."
    ),
    SealedToAnother: _(
        "Your ballot was not cast: the key of this vote is not the one that the scrutineers tried. Please tell the "
        "office that sent the letter at once; you can cast your ballot when it has settled this."
    ),
    SessionOver: _("You are signed out, so this ballot was not cast. Please sign in again with your letter."),
}
