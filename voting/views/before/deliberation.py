"""审议: what the delegations asked and said, and the units' answers; both are written here by those whose it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.congresses import here
from accounts.models import Delegate, User
from accounts.roles import Role
from voting import permissions, queries
from voting.domain.before import deliberation
from voting.domain.core.refusals import Refused
from voting.forms.before.deliberation import AnswerQuestionForm, AskForm
from voting.forms.core.resubmit import words_to_resubmit
from voting.forms.core.verbs import NotNow, RefusalLine, refusal_lines
from voting.models import Cycle, Question
from voting.states import PREPARING_STAGES
from voting.text.numbers import MOST_KEY, small_whole
from voting.views.core.asked import reading
from voting.views.core.phases import Phase, moment_of

REFUSED, MISTAKEN = 409, 422


@reading("project")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show questions and answers; a delegate asks, a unit's officer answers what is put to the unit."""
    cycle = queries.public_cycle(here(request), slug)
    if request.method == "POST":
        sent = {"ask": _asked, "answer": _answered}.get(request.POST.get("do", ""), _unknown)
        return sent(request, cycle)
    return _page(request, cycle)


def _unknown(request: HttpRequest, cycle: Cycle) -> HttpResponse:
    return _page(request, cycle, refused=[RefusalLine(str(NotNow()))], status=REFUSED)


def _delegate(request: HttpRequest, cycle: Cycle) -> User | None:
    user = request.user
    fits = (
        isinstance(user, User)
        and user.role == Role.DELEGATE
        and user.congress_id == cycle.congress_id
        and hasattr(user, "delegate")
    )
    return user if fits and isinstance(user, User) else None


def _asked(request: HttpRequest, cycle: Cycle) -> HttpResponse:
    user = _delegate(request, cycle)
    form = AskForm(request.POST, cycle=cycle)
    if user is None:
        form.add_error(
            None, _("You are signed out. Your text is kept: sign in on another page, then send it again.")
        )
        return _page(request, cycle, ask=form, status=403)
    if not form.is_valid():
        return _page(request, cycle, ask=form, status=MISTAKEN)
    try:
        question = deliberation.ask(cycle=cycle, by=user, at=timezone.now(), **form.cleaned_data)
    except (Refused, ValidationError) as refusal:
        form.refuse(refusal)
        return _page(request, cycle, ask=form, status=REFUSED)
    return redirect(f"{request.path}#q{question.pk}")


def _answered(request: HttpRequest, cycle: Cycle) -> HttpResponse:
    key = small_whole(request.POST.get("question", ""), most=MOST_KEY) or 0
    question = Question.objects.filter(cycle=cycle, pk=key).select_related("cycle__congress").first()
    if question is None:
        raise Http404
    user = request.user
    form = AnswerQuestionForm(request.POST, auto_id=f"q{question.pk}_%s")
    if not isinstance(user, User) or not permissions.can_answer(user, cycle):
        form.add_error(
            None, _("You are signed out. Your text is kept: sign in on another page, then send it again.")
        )
        return _page(request, cycle, answer=(question.pk, form), status=403)
    if not form.is_valid():
        return _page(request, cycle, answer=(question.pk, form), status=MISTAKEN)
    try:
        deliberation.answer(question=question, text=form.cleaned_data["text"], by=user, at=timezone.now())
    except (Refused, ValidationError) as refusal:
        form.refuse(refusal)
        return _page(request, cycle, answer=(question.pk, form), status=REFUSED)
    return redirect(f"{request.path}#q{question.pk}")


def _page(
    request: HttpRequest,
    cycle: Cycle,
    *,
    ask: AskForm | None = None,
    answer: tuple[int, Any] | None = None,
    refused: Sequence[RefusalLine] = (),
    status: int = 200,
) -> HttpResponse:
    user = request.user
    asking = _delegate(request, cycle)
    is_open = deliberation.is_open(cycle)
    officer = user if isinstance(user, User) and permissions.can_answer(user, cycle) else None
    questions = cycle.questions.select_related("candidate", "delegation", "unit").order_by("asked_at", "pk")
    sent = ask if ask is not None else answer[1] if answer else None
    lost = bool(refused)
    if sent is not None:
        refused = refusal_lines(sent)
    rows = []
    for question in questions:
        form = answer[1] if answer and answer[0] == question.pk else None
        mine = officer and officer.unit_id and question.unit_id in {None, officer.unit_id}
        if form is None and mine and is_open and question.wants_answer and not question.answered_at:
            form = AnswerQuestionForm(auto_id=f"q{question.pk}_%s")
        rows.append((question, form))
    if ask is None and asking and is_open:
        about = small_whole(request.GET.get("project", "")) or 0
        first = cycle.candidates.filter(number=about).first()
        ask = AskForm(cycle=cycle, initial={"candidate": first, "wants_answer": True})
    delegation = Delegate.objects.select_related("delegation").get(user=asking).delegation if asking else None
    context = {
        "cycle": cycle,
        "rows": rows,
        "ask": ask,
        "is_open": is_open,
        "is_ahead": cycle.stage in PREPARING_STAGES,
        "is_begun": is_open and moment_of(cycle).phase is Phase.DELIBERATION,
        "delegation": delegation,
        "refused": refused,
        "lost_words": words_to_resubmit(request.POST) if lost else [],
        # What is half written stays: the page turns itself.
        "own_switch": ask is not None or any(form for _question, form in rows),
    }
    return render(request, "before/slate/deliberation.html", context, status=status)
