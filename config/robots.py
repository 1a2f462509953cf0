"""What search engines ask for: where the pages are, and which are nobody's but their user's."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.http import require_safe

from voting import queries
from voting.models import Delivery

_PRIVATE = ("/admin/", "/ballot/", "/delegate/", "/enter/", "/leave/", "/track/")


@require_safe
def robots_txt(request: HttpRequest) -> HttpResponse:
    languages = ["", *(f"/{code}" for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE)]
    lines = ["User-agent: *", *(f"Disallow: {prefix}{path}" for prefix in languages for path in _PRIVATE)]
    lines.append(f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def sitemap_xml(request: HttpRequest) -> HttpResponse:
    """Return every public page with its addresses in all languages; three queries."""
    pages: list[tuple[str, list[object]]] = [
        ("voting:home", []),
        ("voting:secrecy", []),
        ("voting:years", []),
        ("voting:api-docs", []),
    ]
    cycles = list(queries.shown_cycles())
    for cycle in cycles:
        pages.append(("voting:cycle", [cycle.slug]))
        pages += [
            ("voting:candidate", [cycle.slug, each.number])
            for each in cycle.candidates.all()
            if cycle.slate_frozen_at
        ]
        if queries.newest_published(cycle):
            pages += [(f"voting:{name}", [cycle.slug]) for name in ("result", "notice", "rules")]
    delivered = Delivery.objects.filter(cycle__in=cycles).select_related("cycle").order_by("cycle", "number")
    for slug in dict.fromkeys(each.cycle.slug for each in delivered):
        pages += [(f"voting:{name}", [slug]) for name in ("deliveries", "glance", "breakdown")]
    pages += [("voting:delivery", [each.cycle.slug, each.number]) for each in delivered]
    entries = [_addresses(request, name, args) for name, args in pages]
    return HttpResponse(
        render_to_string("sitemap.xml", {"entries": entries}), content_type="application/xml; charset=utf-8"
    )


def _addresses(request: HttpRequest, name: str, args: list[object]) -> list[tuple[str, str]]:
    found = []
    for code, _name in settings.LANGUAGES:
        with override(code):
            found.append((code, request.build_absolute_uri(reverse(name, args=args))))
    return found
