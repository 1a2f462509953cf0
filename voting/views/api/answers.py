"""How the interface answers: always data, also where it refuses; open to programs of other sites, kept by its hash."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar

from django.core.exceptions import SuspiciousOperation
from django.core.paginator import EmptyPage, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.renderers import JSONRenderer

from voting.count.formats import UnreadableRecord
from voting.views.api.parameters import Paging, refusal_sentence
from voting.views.api.records import Error, Record
from voting.views.core.files import to_all

_log = logging.getLogger(__name__)

VERSION = "1.0.0"
FRESH = 60  # seconds
METHODS = ["GET", "HEAD"]
#: The answers of every address, as the description says them.
_MEANINGS = {
    HTTPStatus.OK: "Found",
    HTTPStatus.NOT_MODIFIED: "Not changed since the ETag that was sent",
    HTTPStatus.BAD_REQUEST: "A parameter means nothing",
    HTTPStatus.NOT_FOUND: "There is nothing at this address",
    HTTPStatus.CONFLICT: "A record behind it was written in a format that this version does not read, or is not whole",
}

View = Callable[..., HttpResponse]
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
Row = TypeVar("Row")


class _SortedJSON(JSONRenderer):
    """Writes the same data always as the same text, so that its hash stays."""

    json_dumps_params = {"ensure_ascii": False, "sort_keys": True}


class _Interface(NinjaAPI):
    def set_default_exception_handlers(self) -> None:
        """Leave out the library's own: the one for everything shows the trace under DEBUG. Ours stand below."""


interface = _Interface(
    title="Livelihood project votes",
    version=VERSION,
    description=f"Read-only. Every answer carries an ETag and may be kept for {FRESH} seconds.",
    urls_namespace="api",
    renderer=_SortedJSON(),
    openapi_url=None,  # ours is answered like everything else: with an ETag
    docs_url=None,  # its page takes scripts from another site
)


def address(path: str, *, answer: type[Record], summary: str) -> Callable[[Endpoint], Endpoint]:
    """Make an address of a function that returns such a record, and describe it by its name and docstring."""

    def described(endpoint: Endpoint) -> Endpoint:
        name = endpoint.__name__
        added: Callable[[Endpoint], Endpoint] = interface.api_operation(
            METHODS,
            path,
            response={
                HTTPStatus.OK: answer,
                HTTPStatus.NOT_MODIFIED: None,
                HTTPStatus.BAD_REQUEST: Error,
                HTTPStatus.NOT_FOUND: Error,
                HTTPStatus.CONFLICT: Error,
            },
            by_alias=True,
            summary=summary,
            operation_id=name,
            url_name=name,
            openapi_extra={
                "responses": {status: {"description": meaning} for status, meaning in _MEANINGS.items()}
            },
        )
        return added(endpoint)

    return described


def refuse(request: HttpRequest, status: HTTPStatus, sentence: str) -> HttpResponse:
    """Answer with a sentence for the program's author, in English."""
    return interface.create_response(request, {"error": sentence}, status=status)


@interface.exception_handler(ValidationError)
def _wrong_parameter(request: HttpRequest, wrong: ValidationError) -> HttpResponse:
    return refuse(request, HTTPStatus.BAD_REQUEST, refusal_sentence(wrong.errors[0]["loc"][-1]))


@interface.exception_handler(SuspiciousOperation)
def _unreadable(request: HttpRequest, wrong: SuspiciousOperation) -> HttpResponse:
    return refuse(request, HTTPStatus.BAD_REQUEST, "The parameters cannot be read; there may be too many.")


@interface.exception_handler(UnreadableRecord)
def _unreadable_record(request: HttpRequest, error: UnreadableRecord) -> HttpResponse:
    _log.error("%s", error)
    return refuse(request, HTTPStatus.CONFLICT, str(error))


@interface.exception_handler(Http404)
def not_found(request: HttpRequest, wrong: Http404 | None = None) -> HttpResponse:
    """Answer for every address that there is not."""
    return refuse(request, HTTPStatus.NOT_FOUND, "There is nothing at this address.")


def answered(view: View) -> View:
    """Let a view of the library, or ``not_found``, answer as the interface does.

    Nothing can be sent: other methods are 405. A browser's question before it asks from another site is answered.
    """

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            return _with_methods(HttpResponse(status=HTTPStatus.NO_CONTENT))
        if request.method not in METHODS:
            sentence = "This interface is read-only."
            return _with_methods(_kept(request, refuse(request, HTTPStatus.METHOD_NOT_ALLOWED, sentence)))
        return _kept(request, view(request, *args, **kwargs))

    return answer


def _with_methods(answer: HttpResponse) -> HttpResponse:
    """Say which methods there are, also to other sites."""
    answer["Allow"] = answer["Access-Control-Allow-Methods"] = ", ".join([*METHODS, "OPTIONS"])
    answer["Access-Control-Allow-Headers"] = "If-None-Match"
    return to_all(answer)


def _kept(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Give the answer its hash; asked for again with it, only that it is unchanged."""
    etag = f'"{hashlib.sha256(answer.content).hexdigest()[:32]}"'
    if answer.status_code == HTTPStatus.OK:
        answer = get_conditional_response(request, etag=etag) or answer
    if answer.status_code == HTTPStatus.PRECONDITION_FAILED:
        answer = refuse(request, HTTPStatus.PRECONDITION_FAILED, "The answer has another ETag.")
    answer["ETag"] = etag
    patch_cache_control(answer, public=True, max_age=FRESH)
    return to_all(answer)


def page_of(
    request: HttpRequest, paging: Paging, rows: Sequence[Row], record: Callable[[Row], Record]
) -> dict[str, Any]:
    """Return one page of rows as a ``records.Page`` says it; only its own rows are made records.

    Raises Http404 past the last page.
    """
    try:
        page = Paginator(rows, paging.page_size).page(paging.page)
    except EmptyPage as past:
        raise Http404 from past

    def of(number: int) -> str:
        parameters = request.GET.copy()
        parameters["page"] = str(number)
        return f"{request.path}?{parameters.urlencode()}"

    return {
        "count": len(rows),
        "next": of(page.next_page_number()) if page.has_next() else None,
        "previous": of(page.previous_page_number()) if page.has_previous() else None,
        "results": [record(row) for row in page],
    }
