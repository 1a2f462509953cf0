"""One file per noun; ``from voting.models import Round`` is the way in."""

from voting.models.after.assessment import Rectification
from voting.models.after.change import ChangeRequest
from voting.models.after.completion import Completion
from voting.models.after.delivery import Breakdown, Delivery, DeliveryMilestone, DeliveryTarget
from voting.models.after.lights import LightSetting
from voting.models.after.progress import MilestoneState, ProgressReport, ReportFile, TargetFigure
from voting.models.after.supervision import Finding, FindingStep, Inspection, Remark, SupervisionGroup
from voting.models.after.survey import Survey, SurveyCount, SurveyForm
from voting.models.before.call import Call
from voting.models.before.candidate import Candidate
from voting.models.before.candidate_picture import MOST_ALT, MOST_PICTURES, CandidatePicture
from voting.models.before.proposal import MOST_ATTACHMENTS, MOST_CONTENT, MOST_TITLE, Attachment, Proposal
from voting.models.before.proposal_list import ProgressList, ProposalList
from voting.models.before.screening import Decision, Opinion
from voting.models.before.seconding import ProposalVersion, Seconding
from voting.models.before.slate import CandidateVersion, Provenance, Question, ReportReading, SlateReport
from voting.models.core.congress_journal import CongressEntry
from voting.models.core.cycle import Cycle
from voting.models.core.journal import JournalEntry
from voting.models.core.knock import Knock
from voting.models.core.verification import Verification
from voting.models.vote.key_slip import KeySlip
from voting.models.vote.notice import Notice
from voting.models.vote.paper_ballot import PaperBox, PaperReading, PaperSettlement
from voting.models.vote.repair import Annulment, EndOfRounds, Unfreezing
from voting.models.vote.round import BallotItem, RollEntry, Round
from voting.models.vote.rules import VotingRules
from voting.models.vote.sample import FirstCount, SampleDraw
from voting.models.vote.scan import ScanBatch, ScannedSheet
from voting.models.vote.tally import Certification, Tally, TieDecision
from voting.models.vote.urn import Disposal, SealedBallot, ServerSealed, TestBallot, UrnSeal

__all__ = [
    "MOST_ALT",
    "MOST_ATTACHMENTS",
    "MOST_CONTENT",
    "MOST_PICTURES",
    "MOST_TITLE",
    "Annulment",
    "Attachment",
    "BallotItem",
    "Breakdown",
    "Call",
    "Candidate",
    "CandidatePicture",
    "CandidateVersion",
    "Certification",
    "ChangeRequest",
    "Completion",
    "CongressEntry",
    "Cycle",
    "Decision",
    "Delivery",
    "DeliveryMilestone",
    "DeliveryTarget",
    "Disposal",
    "EndOfRounds",
    "Finding",
    "FindingStep",
    "FirstCount",
    "Inspection",
    "JournalEntry",
    "KeySlip",
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
    "ProposalVersion",
    "Provenance",
    "Question",
    "Rectification",
    "Remark",
    "ReportFile",
    "ReportReading",
    "RollEntry",
    "Round",
    "SampleDraw",
    "ScanBatch",
    "ScannedSheet",
    "SealedBallot",
    "Seconding",
    "ServerSealed",
    "SlateReport",
    "SupervisionGroup",
    "Survey",
    "SurveyCount",
    "SurveyForm",
    "Tally",
    "TargetFigure",
    "TestBallot",
    "TieDecision",
    "Unfreezing",
    "UrnSeal",
    "Verification",
    "VotingRules",
]
