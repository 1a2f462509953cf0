"""What was written is never lost: a page that was done meanwhile, a sign-in that had ended.

Guards ``voting.forms.core.resubmit``.
"""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from tests.cases_after import hand_in
from tests.spring import make_spring
from voting.models import Completion, ProgressReport

pytestmark = pytest.mark.django_db
WRITTEN = {"do": "hand_in", "text": "验收单见附件。<b>", "password": "secret", "slip_1": "academic"}


def test_what_was_done_meanwhile_is_said_and_the_words_are_shown(client):
    spring = make_spring()
    hand_in(spring)
    client.force_login(spring.officer)
    answer = client.post("/admin/vote/2018/unit/1/", WRITTEN)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "可能已另行办理，或应由他人办理" in page
    assert "验收单见附件。&lt;b&gt;" in page
    assert Completion.objects.count() == 1


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/admin/vote/2018/unit/1/", "提交前登录已失效，未作任何记录。"),
        ("/2018/delivery/1/supervise/", "未作任何记录。"),
        ("/2018/delivery/1/remark/", "未作任何记录。"),
    ],
)
def test_words_sent_after_the_sign_in_ended_are_shown(address, said):
    make_spring()
    answer = Client().post(address, WRITTEN)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert said in page
    assert "验收单见附件。&lt;b&gt;" in page
    assert "secret" not in page
    assert "academic" not in page
    assert not ProgressReport.objects.exists()


@pytest.mark.parametrize("first", ["second factor", "no second factor yet", "initial password"])
def test_words_sent_before_the_sign_in_was_complete_are_shown(first, client, settings):
    """Set up in another browser, demanded since, or a password that was given anew: what was written is not lost."""
    spring = make_spring()
    client.force_login(spring.officer)
    ways = {"second factor": "/admin/login/code/", "no second factor yet": "/admin/second-factor/"}
    if first == "second factor":
        User.objects.filter(pk=spring.officer.pk).update(has_second_factor=True)
    elif first == "no second factor yet":
        settings.SECOND_FACTOR_REQUIRED = True
    else:
        User.objects.filter(pk=spring.officer.pk).update(password_is_initial=True)
    answer = client.post("/admin/vote/2018/unit/1/", WRITTEN)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "验收单见附件。&lt;b&gt;" in page
    assert "secret" not in page
    way = ways.get(first, "/admin/password_change/")
    assert f'href="{way}"' in page
    assert client.get(way).status_code == 200
    assert not ProgressReport.objects.exists()


def test_a_mistake_is_named_at_the_top_with_a_way_to_its_field(client):
    spring = make_spring()
    client.force_login(spring.officer)
    answer = client.post("/admin/vote/2018/unit/1/", {"do": "report", "day": "2018-02-30", "text": ""})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "未作记录，请更正：" in page
    assert 'href="#id_day"' in page
    assert 'href="#id_text"' in page
