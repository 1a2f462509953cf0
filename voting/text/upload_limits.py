"""What may be sent at most: one list for the forms, for the server without a proxy, and for ``deploy/nginx.conf``."""

from __future__ import annotations

MEGABYTE = 1024 * 1024

#: A picture or paper of a proposal or of a report, and how many there may be.
ATTACHMENT = 5 * MEGABYTE
ATTACHMENTS_OF_PROPOSAL = 5
ATTACHMENTS_OF_REPORT = 6
#: A list of delegates, of proposals or of progress.
TABLE = 20 * MEGABYTE
#: A count that was made off the server.
COUNT = 16 * MEGABYTE
#: A batch of scanned sheets: 200 of them, grey, at 200 dots per inch.
SCANS = 60 * MEGABYTE

#: What stands around the files of a form, and its other fields.
AROUND = 4 * MEGABYTE
#: The largest request of all.
REQUEST = max(ATTACHMENT * max(ATTACHMENTS_OF_PROPOSAL, ATTACHMENTS_OF_REPORT), TABLE, COUNT, SCANS) + AROUND
