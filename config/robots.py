"""What search engines ask for: where the pages are, and which are nobody's but their user's."""

from __future__ import annotations

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.congresses import addresses_of, are_several, here, listed, shown_here
from accounts.models import Congress
from voting import queries
from voting.models import Delivery

#: The name of a page's address, and what it is made of.
Page = tuple[str, tuple[object, ...]]
#: The ballot needs no line: whoever is not signed in is led on to the sign-in.
_PRIVATE = ("/admin/", "/delegate/", "/enter/", "/leave/", "/look/", "/track/")


@require_safe
def robots_txt(request: HttpRequest) -> HttpResponse:
    languages = ["", *(f"/{code}" for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE)]
    if are_several():
        languages += [f"/*{prefix}" for prefix in languages]
    lines = ["User-agent: *", *(f"Disallow: {prefix}{path}" for prefix in languages for path in _PRIVATE)]
    lines.append(f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


class PublicPages(Sitemap):  # type: ignore[type-arg]
    """Every public page with its addresses in all languages."""

    i18n = alternates = True

    def __init__(self, congress: Congress | None) -> None:
        self.congress = congress

    def location(self, item: Page) -> str:
        name, args = item
        return reverse(f"voting:{name}", args=args)

    def items(self) -> list[Page]:
        """Return the pages; four queries."""
        pages: list[Page] = [(name, ()) for name in ("home", "secrecy", "years", "api-docs")]
        cycles = list(queries.shown_cycles(self.congress))
        for cycle in cycles:
            pages.append(("cycle", (cycle.slug,)))
            if cycle.slate_frozen_at:
                pages += [("candidate", (cycle.slug, each.number)) for each in cycle.candidates.all()]
            if queries.newest_published(cycle):
                pages += [(name, (cycle.slug,)) for name in ("result", "notice", "rules")]
        delivered = Delivery.objects.filter(cycle__in=cycles).order_by("cycle", "number")
        addresses = list(delivered.values_list("cycle__slug", "number"))
        for slug in dict.fromkeys(slug for slug, _number in addresses):
            pages += [(name, (slug,)) for name in ("deliveries", "glance", "breakdown")]
        return pages + [("delivery", address) for address in addresses]


@require_safe
def sitemap_xml(request: HttpRequest) -> HttpResponse:
    """List the public pages of a congress; where there are several and the address names none, their lists."""
    if here(request) is None and are_several():
        return TemplateResponse(
            request, "sitemap_index.xml", {"sitemaps": _sitemaps(request)}, content_type="application/xml"
        )
    return sitemap(request, {"pages": PublicPages(shown_here(request))})


def _sitemaps(request: HttpRequest) -> list[dict[str, str]]:
    places = []
    for congress in listed(""):
        with addresses_of(congress):
            places.append({"location": request.build_absolute_uri(reverse("sitemap"))})
    return places
