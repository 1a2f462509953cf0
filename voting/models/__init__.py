"""One file per noun; ``from voting.models import Round`` is the way in."""

from voting.models.assessment import (
    Rectification,
    Survey,
    SurveyAddress,
    SurveyCount,
    SurveyForm,
)
from voting.models.call import Call
from voting.models.candidate import Candidate
from voting.models.cycle import Cycle
from voting.models.delivery import (
    Breakdown,
    Delivery,
    DeliveryMilestone,
    DeliveryTarget,
    LightSetting,
    MilestoneState,
    ProgressReport,
    ReportFile,
    TargetFigure,
)
from voting.models.journal import JournalEntry
from voting.models.notice import Notice
from voting.models.paper import PaperBox, PaperReading, PaperSettlement
from voting.models.proposal import MOST_ATTACHMENTS, MOST_CONTENT, Attachment, Knock, Proposal
from voting.models.proposal_list import ProgressList, ProposalList
from voting.models.round import BallotItem, RollEntry, Round
from voting.models.rules import VotingRules
from voting.models.screening import Decision, Opinion
from voting.models.slate import CandidateVersion, Provenance, Question, ReportReading, SlateReport
from voting.models.supervision import (
    ChangeRequest,
    Completion,
    Finding,
    FindingStep,
    Inspection,
    Remark,
    SupervisionGroup,
)
from voting.models.tally import Certification, Tally, TieDecision
from voting.models.urn import Disposal, SealedBallot, UrnSeal

__all__ = [
    "MOST_ATTACHMENTS",
    "MOST_CONTENT",
    "Attachment",
    "BallotItem",
    "Breakdown",
    "Call",
    "Candidate",
    "CandidateVersion",
    "Certification",
    "ChangeRequest",
    "Completion",
    "Cycle",
    "Decision",
    "Delivery",
    "DeliveryMilestone",
    "DeliveryTarget",
    "Disposal",
    "Finding",
    "FindingStep",
    "Inspection",
    "JournalEntry",
    "Knock",
    "LightSetting",
    "MilestoneState",
    "Notice",
    "Opinion",
    "PaperBox",
    "PaperReading",
    "PaperSettlement",
    "ProgressList",
    "ProgressReport",
    "Proposal",
    "ProposalList",
    "Provenance",
    "Question",
    "Rectification",
    "Remark",
    "ReportFile",
    "ReportReading",
    "RollEntry",
    "Round",
    "SealedBallot",
    "SlateReport",
    "SupervisionGroup",
    "Survey",
    "SurveyAddress",
    "SurveyCount",
    "SurveyForm",
    "Tally",
    "TargetFigure",
    "TieDecision",
    "UrnSeal",
    "VotingRules",
]
