"""A published notice, read back from its canonical text. Pure: no Django, no database."""

from __future__ import annotations

from voting.count import counting
from voting.count.definition import counting_rule
from voting.count.formats import UnreadableRecord
from voting.count.formats.notice import NOTICE, NoticeBody


def read_notice(text: str) -> NoticeBody:
    """Return the notice of that text. Raises UnreadableRecord, also where its parts contradict each other."""
    body = NOTICE.read(text)
    voted_on = {item["number"] for part in (*body["rounds"], body) for item in part["items"]}
    if missing := [line["number"] for line in body["slate"] if line["number"] not in voted_on]:
        raise UnreadableRecord(
            NOTICE.name, place="slate", why=f"no round has these of its projects: {missing}"
        )
    try:
        counting_rule(body["rules"], seats=body["round"]["seats"])
    except counting.ImpossibleRule as error:
        raise UnreadableRecord(NOTICE.name, place="rules", why=str(error)) from error
    return body
