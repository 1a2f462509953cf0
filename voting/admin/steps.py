"""Every step's page, by its key."""

from __future__ import annotations

from voting.admin.ceremony import KeyPage, TrialPage
from voting.admin.desk import CheckInPage, SlipsPage
from voting.admin.pages import StepPage
from voting.admin.papers import PaperPage
from voting.admin.preparing import RollPage, RulesPage, SlatePage
from voting.admin.rounds import DecidePage, FurtherPage
from voting.admin.slates import ConfirmPage, ReportPage
from voting.admin.solicitation import CallPage, ScreeningPage
from voting.admin.urn import CertifyPage, ClosePage, CountPage, OpenPage, PublishPage
from voting.domain.running_order import StepKey

PAGES: dict[StepKey, type[StepPage]] = {
    page.key: page
    for page in (
        CallPage, ScreeningPage, SlatePage, ReportPage, ConfirmPage,
        RulesPage, RollPage, SlipsPage, CheckInPage, KeyPage, TrialPage, OpenPage, ClosePage, PaperPage,
        CountPage, CertifyPage, DecidePage, PublishPage, FurtherPage,
    )
}  # fmt: skip
