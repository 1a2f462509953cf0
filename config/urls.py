"""The addresses: zh-Hans at /, English at /en/; the monitor's are answered before them (``config.health``)."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from config.robots import robots_txt, sitemap_xml
from voting.admin import front
from voting.views.core.asked import reading_nothing_else

handler400, handler500 = "config.away.unreadable", "config.away.fault"

_files = [
    path("sitemap.xml", sitemap_xml, name="sitemap"),
    path("robots.txt", robots_txt, name="robots"),
]
reading_nothing_else(_files)
urlpatterns = [
    path("api/v1/", include("voting.urls.api")),
    *_files,
    *i18n_patterns(
        path("admin/", front.urls),
        path("", include("accounts.urls")),
        path("", include("voting.urls")),
        prefix_default_language=False,
    ),
]
