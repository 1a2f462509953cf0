"""The addresses of what became of the projects."""

from __future__ import annotations

from django.urls import path

from voting.views import deliveries, delivery_papers, feeds, supervision, survey

_papers = delivery_papers
urlpatterns = [
    path("<slug:slug>/delivery/", deliveries.index, name="deliveries"),
    path("<slug:slug>/delivery/<int:number>/", deliveries.delivery, name="delivery"),
    path("<slug:slug>/delivery/<int:number>/supervise/", supervision.supervise, name="supervise"),
    path("<slug:slug>/delivery/<int:number>/remark/", supervision.remark, name="remark"),
    path(
        "<slug:slug>/delivery/<int:number>/files/<int:report>/<int:position>/",
        deliveries.report_file,
        name="report-file",
    ),
    path("<slug:slug>/delivery/<int:number>/feed.atom", feeds.of_delivery, name="delivery-feed"),
    path("<slug:slug>/feed.atom", feeds.of_cycle, name="cycle-feed"),
    path("<slug:slug>/widget/", deliveries.widget, name="widget"),
    path("<slug:slug>/survey/", survey.survey, name="survey"),
    path("<slug:slug>/breakdown/", _papers.breakdown, name="breakdown"),
    path("<slug:slug>/breakdowns/<int:version>/", _papers.breakdown, name="breakdown-version"),
    path("<slug:slug>/breakdowns/<int:version>.pdf", _papers.breakdown_pdf, name="breakdown-pdf"),
    path("<slug:slug>/breakdowns/<int:version>.xlsx", _papers.breakdown_xlsx, name="breakdown-xlsx"),
    path("<slug:slug>/breakdowns/<int:version>.json", _papers.breakdown_json, name="breakdown-json"),
    path("<slug:slug>/quarters/<int:quarter>/", _papers.quarterly, name="quarterly"),
    path("<slug:slug>/quarters/<int:quarter>.pdf", _papers.quarterly_pdf, name="quarterly-pdf"),
    path("<slug:slug>/quarters/<int:quarter>.xlsx", _papers.quarterly_xlsx, name="quarterly-xlsx"),
    path("<slug:slug>/quarters/<int:quarter>.csv", _papers.quarterly_csv, name="quarterly-csv"),
    path("<slug:slug>/bulletins/<int:month>/", _papers.bulletin, name="bulletin"),
    path("<slug:slug>/bulletins/<int:month>.pdf", _papers.bulletin_pdf, name="bulletin-pdf"),
    path("<slug:slug>/half-years/<int:half>/", _papers.half_year, name="half-year"),
    path("<slug:slug>/half-years/<int:half>.pdf", _papers.half_year_pdf, name="half-year-pdf"),
    path("<slug:slug>/glance/", _papers.glance, name="glance"),
    path("<slug:slug>/glance.pdf", _papers.glance_pdf, name="glance-pdf"),
    path("<slug:slug>/projects.csv", _papers.open_csv, name="open-csv"),
    path("<slug:slug>/projects.xlsx", _papers.open_xlsx, name="open-xlsx"),
    path("<slug:slug>/projects.json", _papers.open_json, name="open-json"),
]
