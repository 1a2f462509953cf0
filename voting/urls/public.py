"""The addresses of the public pages. Fixed words come first, so that no cycle can take their place."""

from __future__ import annotations

from django.urls import path

from voting.views.after import deliveries
from voting.views.api import description
from voting.views.before import deliberation, seconding, slate_report, solicitation, tracking
from voting.views.core import elder, schemas
from voting.views.front import comparison, delegate, feeds, home, ways
from voting.views.vote import ballot_sheet, documents, published, receipt, recount, rules, screen

urlpatterns = [
    path("", home.home, name="home"),
    path("receipt/", receipt.receipt, name="receipt"),
    path("look/", elder.look, name="look"),
    path("secrecy/", home.secrecy, name="secrecy"),
    path("delegate/", delegate.home, name="delegate"),
    path("track/", tracking.track, name="track"),
    path("track/correct/", tracking.correct, name="correct"),
    path("years/", deliveries.years, name="years"),
    path("open-data/", description.docs, name="api-docs"),
    path("open-data/schemas/", schemas.index, name="schemas"),
    path("open-data/schemas/<slug:name>/<small:version>.json", schemas.schema, name="schema"),
    path("feed.atom", feeds.everything, name="feed"),
    path("recount.py", recount.program, name="recount-program"),
    path("propose/", ways.proposals, name="way-proposals"),
    path("candidates/", ways.candidates, name="way-candidates"),
    path("results/", ways.result, name="way-result"),
    path("progress/", ways.delivery, name="way-delivery"),
    path("<slug:slug>/", home.cycle, name="cycle"),
    path("<slug:slug>/projects/", comparison.candidates, name="candidates"),
    path("<slug:slug>/projects/<small:number>/", home.candidate, name="candidate"),
    path("<slug:slug>/call/", solicitation.call, name="call"),
    path("<slug:slug>/propose/", solicitation.propose, name="propose"),
    path("<slug:slug>/propose/alike/", seconding.alike, name="alike"),
    path("<slug:slug>/proposals.csv", solicitation.open_csv, name="proposals-csv"),
    path("<slug:slug>/proposals/", solicitation.listing, name="proposals"),
    path("<slug:slug>/proposals/<small:number>/", solicitation.proposal, name="proposal"),
    path("<slug:slug>/proposals/<small:number>/second/", seconding.second, name="second"),
    path(
        "<slug:slug>/proposals/<small:number>/files/<small:position>/",
        solicitation.attachment,
        name="attachment",
    ),
    path("<slug:slug>/slate-report/", slate_report.page, name="slate-report"),
    path("<slug:slug>/slate-report.pdf", slate_report.pdf, name="slate-report-pdf"),
    path("<slug:slug>/slate-report.json", slate_report.as_json, name="slate-report-json"),
    path("<slug:slug>/slate-report.csv", slate_report.funnel_csv, name="slate-report-csv"),
    path("<slug:slug>/slate-reports/<small:version>/", slate_report.page, name="slate-report-version"),
    path("<slug:slug>/slate-reports/<small:version>.pdf", slate_report.pdf, name="slate-report-version-pdf"),
    path(
        "<slug:slug>/slate-reports/<small:version>.json",
        slate_report.as_json,
        name="slate-report-version-json",
    ),
    path(
        "<slug:slug>/slate-reports/<small:version>.csv",
        slate_report.funnel_csv,
        name="slate-report-version-csv",
    ),
    path("<slug:slug>/deliberation/", deliberation.page, name="deliberation"),
    path("<slug:slug>/rules/", rules.rules, name="rules"),
    path("<slug:slug>/ballot-paper/", ballot_sheet.ballot_paper, name="ballot-paper"),
    path("<slug:slug>/ballot-paper.pdf", ballot_sheet.ballot_paper_pdf, name="ballot-paper-pdf"),
    path("<slug:slug>/result/", published.result, name="result"),
    path("<slug:slug>/notice/", published.notice, name="notice"),
    path("<slug:slug>/report/", documents.report, name="tally-report"),
    path("<slug:slug>/result.json", published.result_json, name="result-json"),
    path("<slug:slug>/result.csv", published.result_csv, name="result-csv"),
    path("<slug:slug>/result.xlsx", published.result_xlsx, name="result-xlsx"),
    path("<slug:slug>/rounds/<small:number>/notice/", published.notice, name="round-notice"),
    path("<slug:slug>/rounds/<small:number>/report/", documents.report, name="round-report"),
    path("<slug:slug>/rounds/<small:number>/result.json", published.result_json, name="round-json"),
    path("<slug:slug>/rounds/<small:number>/result.csv", published.result_csv, name="round-csv"),
    path("<slug:slug>/rounds/<small:number>/result.xlsx", published.result_xlsx, name="round-xlsx"),
    path("<slug:slug>/rounds/<small:number>/urn.txt", receipt.urn_hashes, name="round-urn"),
    path("<slug:slug>/recount.json", published.recount_json, name="recount-json"),
    path("<slug:slug>/rounds/<small:number>/recount.json", published.recount_json, name="round-recount"),
    path("<slug:slug>/recount/", recount.page, name="recount"),
    path("<slug:slug>/urn.txt", receipt.urn_hashes, name="urn-hashes"),
    path("<slug:slug>/minutes/", documents.minutes, name="minutes"),
    path("<slug:slug>/minutes.pdf", documents.minutes_pdf, name="minutes-pdf"),
    path("<slug:slug>/report.pdf", documents.report_pdf, name="report-pdf"),
    path("<slug:slug>/notice.pdf", documents.notice_pdf, name="notice-pdf"),
    path("<slug:slug>/rounds/<small:number>/minutes/", documents.minutes, name="round-minutes"),
    path("<slug:slug>/rounds/<small:number>/minutes.pdf", documents.minutes_pdf, name="round-minutes-pdf"),
    path("<slug:slug>/rounds/<small:number>/report.pdf", documents.report_pdf, name="round-report-pdf"),
    path("<slug:slug>/rounds/<small:number>/notice.pdf", documents.notice_pdf, name="round-notice-pdf"),
    path("<slug:slug>/screen/", screen.screen, name="screen"),
    path("<slug:slug>/screen.json", screen.screen_json, name="screen-json"),
]
