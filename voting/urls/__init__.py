"""The addresses of the vote."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from voting.urls import ballot, delivery, public

app_name = "voting"
urlpatterns: list[URLPattern | URLResolver] = [
    *ballot.urlpatterns,
    *public.urlpatterns,
    *delivery.urlpatterns,
]
