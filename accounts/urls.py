"""The addresses of signing in and out with a slip."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from accounts import views

app_name = "accounts"
urlpatterns: list[URLPattern | URLResolver] = [
    path("enter/", views.enter, name="enter"),
    path("leave/", views.leave, name="leave"),
]
