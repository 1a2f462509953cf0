"""One file per noun; ``from voting.models import Round`` is the way in."""

from voting.models.candidate import Candidate
from voting.models.cycle import Cycle
from voting.models.journal import JournalEntry
from voting.models.notice import Notice
from voting.models.round import BallotItem, RollEntry, Round
from voting.models.rules import VotingRules
from voting.models.tally import Certification, Tally
from voting.models.urn import SealedBallot, UrnSeal

__all__ = [
    "BallotItem",
    "Candidate",
    "Certification",
    "Cycle",
    "JournalEntry",
    "Notice",
    "RollEntry",
    "Round",
    "SealedBallot",
    "Tally",
    "UrnSeal",
    "VotingRules",
]
