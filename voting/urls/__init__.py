"""The addresses of the vote."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from voting.urls import ballot, delivery, public
from voting.views.core.asked import reading_nothing_else

reading_nothing_else([*public.urlpatterns, *delivery.urlpatterns])
app_name = "voting"
urlpatterns: list[URLPattern | URLResolver] = [
    *ballot.urlpatterns,
    *public.urlpatterns,
    *delivery.urlpatterns,
]
