"""Every step's page, by its key."""

from __future__ import annotations

from voting.admin.before.slates import ConfirmPage, ReportPage
from voting.admin.before.solicitation import CallPage, ScreeningPage
from voting.admin.core.pages import StepPage
from voting.admin.vote.ceremony import KeyPage, TrialPage
from voting.admin.vote.deck import DeckPage
from voting.admin.vote.desk import CheckInPage, SlipsPage
from voting.admin.vote.letters import LettersPage
from voting.admin.vote.paper_reading import PaperPage
from voting.admin.vote.preparing import RollPage, RulesPage, SlatePage
from voting.admin.vote.rounds import DecidePage, FurtherPage
from voting.admin.vote.sample import SamplePage
from voting.admin.vote.urn import CertifyPage, ClosePage, CountPage, OpenPage, PublishPage
from voting.domain.vote.running_order import StepKey

PAGES: dict[StepKey, type[StepPage]] = {
    page.key: page
    for page in (
        CallPage, ScreeningPage, SlatePage, ReportPage, ConfirmPage,
        RulesPage, RollPage, DeckPage, LettersPage, SlipsPage, CheckInPage, KeyPage, TrialPage, OpenPage, ClosePage,
        PaperPage, CountPage, SamplePage, CertifyPage, DecidePage, PublishPage, FurtherPage,
    )
}  # fmt: skip
