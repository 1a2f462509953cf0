"""The addresses of the open interface; they are the same in every language."""

from __future__ import annotations

from django.urls import URLPattern, re_path

from voting.views.api import description, views  # noqa: F401 they give the interface its addresses
from voting.views.api.answers import answered, interface, not_found

app_name = "api"
urlpatterns = [
    *(
        URLPattern(each.pattern, answered(each.callback), name=each.name)
        for each in interface.urls[0]
        if isinstance(each, URLPattern)
    ),
    # Whatever else: without an end, for "$" and "." stop at a line break.
    re_path("", answered(not_found), name="not-found"),
]
