"""The clerk's page of one project: plan, group, changes, completion, what follows a poor grade."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Delegate
from voting import permissions
from voting.admin.after.pages import ProjectPage
from voting.domain.after import (
    archive,
    changes,
    completions,
    deliveries,
    light_settings,
    rectifications,
    supervision,
)
from voting.forms.after import delivery as forms
from voting.forms.after.archive import CarryForm
from voting.forms.core.steps import StepForm
from voting.forms.core.verbs import Verb
from voting.models import ChangeRequest, Completion, Delivery
from voting.read_models.after.overview import group_of
from voting.read_models.after.plan_words import plan_differences
from voting.states import Act, DeliveryStatus
from voting.text.numbers import MOST_KEY, small_whole

_DECIDED = gettext_lazy(
    "The standing committee has decided so. The decision is public at once and not taken back."
)


class DeliveryPage(ProjectPage):
    """One project: its plan, its group, its changes, its completion, what follows a poor grade."""

    template = "admin/after/project.html"
    seen_by = permissions.can_watch
    journaled: ClassVar[Any] = {"plan": (Act.DELIVERY_CHANGED,), "group": (Act.GROUP_NAMED,)}

    @cached_property
    def change(self) -> ChangeRequest | None:
        return ChangeRequest.objects.filter(delivery=self.project, approved=None).first()

    @property
    def handed_in(self) -> Completion | None:
        return next((each for each in self.project.completions.all() if each.accepted is None), None)

    @property
    def shown(self) -> int:
        """The key of the change or the hand-in that the page showed: another may wait by now.

        One that was decided meanwhile keeps its verbs, so that the domain says what became of it.
        """
        return small_whole(self.request.POST.get("shown", ""), most=MOST_KEY) or 0

    def verbs(self) -> dict[str, Verb]:
        delivery = self.project
        if self.cycle.stage not in light_settings.GOING_ON:
            return {}
        verbs: dict[str, Verb] = {}
        if permissions.can_record_change(self.user, self.cycle) and (self.change or self.shown):
            verbs |= self._change_verbs(delivery)
        if not permissions.can_deliver(self.user, self.cycle):
            return verbs
        if self.handed_in or self.shown:
            verbs |= self._acceptance_verbs(delivery)
        return verbs | self._project_verbs(delivery)

    @cached_property
    def group(self) -> list[Delegate]:
        return group_of(self.project)

    def about(self) -> dict[str, Any]:
        return {"number": self.number}

    def _change_verbs(self, delivery: Delivery) -> dict[str, Verb]:
        def form(data: Any) -> StepForm:
            return forms.DecisionForm(data, label=_("Decision of the standing committee"), auto_id="c_%s")

        def decide(sent: Any, *, approved: bool) -> None:
            change = get_object_or_404(ChangeRequest, delivery=delivery, pk=self.shown)
            words = {"decision": sent.cleaned_data["text"], "on": sent.cleaned_data["on"]}
            changes.decide_change(change=change, approved=approved, **words, **self.acting)

        return {
            "approve": Verb(
                form,
                partial(decide, approved=True),
                _("Approved: the plan is changed and issued anew."),
                final=_DECIDED,
            ),
            "refuse": Verb(
                form, partial(decide, approved=False), _("Recorded: not approved."), final=_DECIDED
            ),
        }

    def _acceptance_verbs(self, delivery: Delivery) -> dict[str, Verb]:
        def form(data: Any) -> StepForm:
            return forms.AcceptanceForm(data, label=_("What the acceptance found"), auto_id="h_%s")

        def decide(sent: Any, *, accepted: bool) -> None:
            handed_in = get_object_or_404(Completion, delivery=delivery, pk=self.shown)
            completions.decide(
                completion=handed_in, accepted=accepted, note=sent.cleaned_data["text"], **self.acting
            )

        return {
            "accept": Verb(form, partial(decide, accepted=True), _("The project is completed."), undo="mend"),
            "return": Verb(
                form,
                partial(decide, accepted=False),
                _("Sent back to the unit."),
                undo="UnitDeliveryPage.hand_in",
            ),
        }

    def _project_verbs(self, delivery: Delivery) -> dict[str, Verb]:
        """Return what the clerk does with one project: group, plan or next year, what follows a poor grade."""
        verbs = {
            "group": Verb(
                partial(
                    forms.GroupForm,
                    initial={"numbers": " ".join(each.number for each in self.group)},
                    auto_id="g_%s",
                ),
                lambda form: supervision.name_group(
                    numbers=form.cleaned_data["numbers"], delivery=delivery, **self.acting
                ),
                _("The supervision group is named."),
                undo="group",
            )
        }
        if self.line.begun is None:
            verbs["plan"] = Verb(
                lambda data: forms.PlanForm(data, delivery=delivery),
                lambda form: deliveries.change_delivery(
                    **form.cleaned_data, delivery=delivery, **self.acting
                ),
                _("The plan is saved."),
                undo="plan",
            )
        elif delivery.status == DeliveryStatus.RUNNING:
            verbs["carry"] = Verb(
                lambda data: CarryForm(data, cycle=self.cycle, auto_id="y_%s"),
                lambda form: archive.carry_over(
                    to=form.cleaned_data["to"],
                    stage_goal=form.cleaned_data["stage_goal"],
                    delivery=delivery,
                    **self.acting,
                ),
                lambda made: (
                    _("The project goes on as number %(number)d of %(cycle)s.")
                    % {"number": made.number, "cycle": made.cycle}
                ),
                final=_(
                    "The project ends here for this year and goes on in the year named. This is not taken back."
                ),
            )
        if poor := rectifications.not_followed_up(self.line.grades).get(delivery.pk):
            verbs["mend"] = Verb(
                lambda data: forms.OrderToMendForm(data, label=_("What is to be put right"), auto_id="m_%s"),
                lambda form: rectifications.order_rectification(
                    assessment=poor,
                    text=form.cleaned_data["text"],
                    due=form.cleaned_data["due"],
                    delivery=delivery,
                    **self.acting,
                ),
                _("The order is recorded and stands on the unit's desk."),
                undo="mend",
            )
        return verbs

    def context(self) -> dict[str, Any]:
        delivery, line = self.project, self.line
        change, handed_in = self.change, self.handed_in
        return {
            "title": str(delivery),
            "delivery": delivery,
            "line": line,
            "change": change,
            "differences": plan_differences(change.before, change.after, line.units) if change else [],
            "waiting": handed_in,
            "unreached": completions.unreached(delivery, line.progress),
            "own": {
                "change": change is not None and change.asked_by_id == self.user.pk,
                "hand_in": handed_in is not None and handed_in.handed_in_by_id == self.user.pk,
            },
            "group": self.group,
        }
