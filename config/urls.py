"""The addresses: zh-Hans at /, English at /en/; the monitor's are answered before them (``config.health``)."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from config.robots import robots_txt, sitemap_xml
from voting.admin import front

handler400, handler500 = "config.away.unreadable", "config.away.fault"

urlpatterns = [
    path("api/v1/", include("voting.urls.api")),
    path("sitemap.xml", sitemap_xml, name="sitemap"),
    path("robots.txt", robots_txt, name="robots"),
    *i18n_patterns(
        path("admin/", front.urls),
        path("", include("accounts.urls")),
        path("", include("voting.urls")),
        prefix_default_language=False,
    ),
]
