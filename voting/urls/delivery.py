"""The addresses of what became of the projects."""

from __future__ import annotations

from django.urls import path

from voting.views.after import deliveries, documents, supervision, survey
from voting.views.front import feeds

urlpatterns = [
    path("<slug:slug>/delivery/", deliveries.index, name="deliveries"),
    path("<slug:slug>/delivery/<small:number>/", deliveries.delivery, name="delivery"),
    path("<slug:slug>/delivery/<small:number>/supervise/", supervision.supervise, name="supervise"),
    path("<slug:slug>/delivery/<small:number>/remark/", supervision.remark, name="remark"),
    path(
        "<slug:slug>/delivery/<small:number>/files/<small:report>/<small:position>/",
        deliveries.report_file,
        name="report-file",
    ),
    path("<slug:slug>/delivery/<small:number>/feed.atom", feeds.of_delivery, name="delivery-feed"),
    path("<slug:slug>/feed.atom", feeds.of_cycle, name="cycle-feed"),
    path("<slug:slug>/widget/", deliveries.widget, name="widget"),
    path("<slug:slug>/survey/", survey.survey, name="survey"),
    path("<slug:slug>/breakdown/", documents.breakdown, name="breakdown"),
    path("<slug:slug>/breakdowns/<small:version>/", documents.breakdown, name="breakdown-version"),
    path("<slug:slug>/breakdowns/<small:version>.pdf", documents.breakdown_pdf, name="breakdown-pdf"),
    path("<slug:slug>/breakdowns/<small:version>.xlsx", documents.breakdown_xlsx, name="breakdown-xlsx"),
    path("<slug:slug>/breakdowns/<small:version>.json", documents.breakdown_json, name="breakdown-json"),
    path("<slug:slug>/quarters/<small:quarter>/", documents.quarterly, name="quarterly"),
    path("<slug:slug>/quarters/<small:quarter>.pdf", documents.quarterly_pdf, name="quarterly-pdf"),
    path("<slug:slug>/quarters/<small:quarter>.xlsx", documents.quarterly_xlsx, name="quarterly-xlsx"),
    path("<slug:slug>/quarters/<small:quarter>.csv", documents.quarterly_csv, name="quarterly-csv"),
    path("<slug:slug>/bulletins/<small:month>/", documents.bulletin, name="bulletin"),
    path("<slug:slug>/bulletins/<small:month>.pdf", documents.bulletin_pdf, name="bulletin-pdf"),
    path("<slug:slug>/half-years/<small:half>/", documents.half_year, name="half-year"),
    path("<slug:slug>/half-years/<small:half>.pdf", documents.half_year_pdf, name="half-year-pdf"),
    path("<slug:slug>/glance/", documents.glance, name="glance"),
    path("<slug:slug>/glance.pdf", documents.glance_pdf, name="glance-pdf"),
    path("<slug:slug>/glance.png", documents.glance_picture, name="glance-picture"),
    path("<slug:slug>/projects.csv", documents.open_csv, name="open-csv"),
    path("<slug:slug>/projects.xlsx", documents.open_xlsx, name="open-xlsx"),
    path("<slug:slug>/projects.json", documents.open_json, name="open-json"),
]
