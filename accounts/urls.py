"""The addresses of signing in and out with a slip."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from accounts import views

app_name = "accounts"
urlpatterns: list[URLPattern | URLResolver] = [
    path("enter/", views.enter, name="enter"),
    path("enter/letter/", views.enter_by_letter, name="enter_by_letter"),
    path("leave/", views.leave, name="leave"),
]
