"""One file per noun; ``from voting.models import Round`` is the way in."""

from voting.models.candidate import Candidate
from voting.models.cycle import Cycle
from voting.models.journal import JournalEntry
from voting.models.notice import Notice
from voting.models.paper import PaperBox, PaperReading, PaperSettlement
from voting.models.round import BallotItem, RollEntry, Round
from voting.models.rules import VotingRules
from voting.models.tally import Certification, Tally, TieDecision
from voting.models.urn import SealedBallot, UrnSeal

__all__ = [
    "BallotItem",
    "Candidate",
    "Certification",
    "Cycle",
    "JournalEntry",
    "Notice",
    "PaperBox",
    "PaperReading",
    "PaperSettlement",
    "RollEntry",
    "Round",
    "SealedBallot",
    "Tally",
    "TieDecision",
    "UrnSeal",
    "VotingRules",
]
