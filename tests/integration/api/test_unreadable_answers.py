"""A record that this version does not read is answered by the interface in its own form, as its description says.

Guards ``voting.views.api.answers``.
"""

from __future__ import annotations

import pytest

from tests.factories import make_vote
from tests.integration.core.test_unreadable import written_otherwise

pytestmark = pytest.mark.django_db


def test_an_unreadable_record_is_answered_as_every_refusal_is(client):
    make_vote(until="published", delegates=3, ballots=[[1], [1], [2]])
    written_otherwise("voting_notice", "body", "piaojue-notice/1", "piaojue-notice/9")
    address = "/api/v1/cycles/{slug}/votes/"
    answer = client.get(address.replace("{slug}", "2018"))
    assert answer.status_code == 409
    assert "piaojue-notice/9" in answer.json()["error"]
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["ETag"]
    described = client.get("/api/v1/openapi.json").json()["paths"][address]["get"]["responses"]
    assert described["409"]["content"] == described["404"]["content"]
    assert "does not read" in described["409"]["description"]
