"""Tells a collector of errors (Sentry, GlitchTip) of mistakes of ours, where SENTRY_DSN names one; by default nobody.

What is sent is where the mistake happened and which name the request has. Never sent are bodies, headers, cookies,
addresses, people, values of variables, what an exception says, which may quote any of these, and anything at all about
a page of the vote.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from config.away import trouble_of
from config.env import MisunderstoodSetting
from config.observing import is_vote, request_id

#: What stays of an event; of its exceptions their types and their frames.
_KEPT = frozenset(
    {"event_id", "timestamp", "platform", "level", "exception", "release", "environment", "sdk"}
)
_OF_FRAMES = frozenset({"filename", "abs_path", "function", "module", "lineno", "in_app"})


def begin(address: str) -> None:
    """Send mistakes to the collector from now on; without an address, do nothing. Raises MisunderstoodSetting."""
    if not address:
        return
    try:
        sdk: Any = import_module("sentry_sdk")
        sdk.init(
            dsn=address,
            before_send=scrubbed,
            before_breadcrumb=_nothing,
            send_default_pii=False,
            include_local_variables=False,
            include_source_context=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            traces_sample_rate=None,
            auto_session_tracking=False,
            send_client_reports=False,  # They count what was not sent, with a time.
            server_name="piaojue",
        )
    except ModuleNotFoundError:
        raise MisunderstoodSetting(
            "SENTRY_DSN is set, and the package sentry-sdk is not installed: pip install sentry-sdk, or unset it."
        ) from None
    except ValueError as problem:
        raise MisunderstoodSetting("SENTRY_DSN is not the address of a collector of errors.") from problem


def scrubbed(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any] | None:
    """Return what of an event is sent; None where nothing may be, or the database is the matter."""
    error = (hint.get("exc_info") or (None, None, None))[1]
    if is_vote() or error is None or trouble_of(error):
        return None
    sent = {key: value for key, value in event.items() if key in _KEPT}
    if exceptions := (sent.pop("exception", None) or {}).get("values"):
        sent["exception"] = {"values": [_bare(each) for each in exceptions]}
    sent["tags"] = {"request": request_id()}
    return sent


def _bare(exception: dict[str, Any]) -> dict[str, Any]:
    """Return the type of an exception, and where it came from."""
    frames = (exception.get("stacktrace") or {}).get("frames") or ()
    return {
        "type": exception.get("type"),
        "module": exception.get("module"),
        "stacktrace": {"frames": [{k: v for k, v in frame.items() if k in _OF_FRAMES} for frame in frames]},
    }


def _nothing(crumb: object, hint: object) -> None:
    """Keep no trail of what happened before."""
