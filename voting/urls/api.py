"""The addresses of the open interface; they are the same in every language."""

from __future__ import annotations

from django.urls import path, re_path

from voting.views.api import views as api

app_name = "api"
urlpatterns = [
    path("", api.root, name="root"),
    path("openapi.json", api.openapi, name="openapi"),
    path("cycles/", api.cycles, name="cycles"),
    path("cycles/<slug:slug>/", api.cycle, name="cycle"),
    path("cycles/<slug:slug>/votes/", api.votes, name="votes"),
    path("cycles/<slug:slug>/projects/", api.projects, name="projects"),
    path("cycles/<slug:slug>/projects/<small:number>/", api.project, name="project"),
    path("cycles/<slug:slug>/projects/<small:number>/reports/", api.reports, name="reports"),
    re_path(r"^(?P<rest>.*)$", api.not_found, name="not-found"),
]
