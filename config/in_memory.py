"""Files that are never written to a disk as they come in: scans of paper ballots, which can name a hand.

Django puts a file of more than a few megabytes into a temporary file. For the two addresses that take scans, and for
somebody who is signed in, it stays in memory; the form, the proxy and the child process that opens it do the same.
"""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler

from voting.text import upload_limits

#: The addresses that take scans, by their names.
NAMES = frozenset({"scans", "step_deck"})


class ScansInMemory(MemoryFileUploadHandler):
    """Keep the files of a request for scans in memory, however large; leave all others to the next handlers."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 Django calls it so
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> None:
        match = getattr(self.request, "resolver_match", None)
        user = getattr(self.request, "user", None)
        self.activated = (
            match is not None
            and match.url_name in NAMES
            and content_length <= upload_limits.REQUEST
            and user is not None
            and user.is_authenticated
        )
