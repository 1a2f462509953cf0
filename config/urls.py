"""The addresses: zh-Hans at /, English at /en/, the monitor's outside of both."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from config.health import healthz
from config.robots import robots_txt, sitemap_xml
from voting.admin import front

urlpatterns = [
    path("healthz", healthz, name="healthz"),
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
