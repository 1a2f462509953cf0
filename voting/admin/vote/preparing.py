"""The steps before the round: slate, rules, roll."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voting.admin.core.growing import Work, growing_page, way_back, way_on
from voting.admin.core.pages import StepPage
from voting.count.canonical import canonical_json, sha256_hex
from voting.count.measures import BallotType
from voting.domain.core.cycles import freeze_slate
from voting.domain.core.refusals import Condition, Refused
from voting.domain.vote.letter_rolls import A_PART
from voting.domain.vote.rolls import eligible, freeze_roll, freeze_roll_in_parts
from voting.domain.vote.rules import adopt_rules, draft_rules, settings_of
from voting.domain.vote.running_order import StepKey
from voting.domain.vote.taking_back import (
    reopen_rules,
    rules_back_conditions,
    slate_back_conditions,
    take_slate_back,
)
from voting.domain.vote.unfreezing import unfreeze_roll, unfreezing_conditions
from voting.forms.core.verbs import Verb
from voting.forms.vote.presets import Preset, preset_names, preset_values
from voting.forms.vote.repairs import TakeBackForm
from voting.forms.vote.rules import RulesForm
from voting.models import Cycle, VotingRules
from voting.read_models.vote.rule_words import Article, articles
from voting.states import Act, RoundStatus


class SlatePage(StepPage):
    key = StepKey.SLATE
    button = gettext_lazy("Freeze the slate")
    success = gettext_lazy("The slate of candidate projects is frozen.")
    warning = gettext_lazy("From now on no candidate project can be added, changed or taken away.")

    def verbs(self) -> dict[str, Verb]:
        verbs = {"": Verb(self.form, self.act, self.success, ends=True, final=self.warning)}
        if self.step.mine and self.taking_back and all(each.met for each in self.taking_back):
            verbs["back"] = Verb(
                partial(
                    TakeBackForm,
                    request=self.request,
                    auto_id="b_%s",
                    wrong=_("What is wrong with the slate"),
                ),
                lambda form: take_slate_back(
                    cycle=self.cycle, reason=form.cleaned_data["reason"], second=form.second, **self.acting
                ),
                _("The slate is a draft again. Mend the candidate projects, then freeze it anew."),
                final=self.taken_back,
            )
        return verbs

    @cached_property
    def taking_back(self) -> list[Condition]:
        """What taking the slate back needs; nothing while it is a draft."""
        return slate_back_conditions(self.cycle) if self.cycle.slate_frozen_at else []

    def taken_back(self) -> str:
        """What taking the slate back means, with the numbers of now."""
        return _(
            "The slate of %(candidates)d candidate projects becomes a draft again and is frozen anew later. Where the "
            "official list was confirmed, the presidium confirms it again. Rules and roll stay."
        ) % {"candidates": self.cycle.candidates.count()}

    def act(self, form: Any) -> HttpResponse | None:
        freeze_slate(cycle=self.cycle, **self.acting)
        return None

    def context(self) -> dict[str, Any]:
        return {
            "candidates": self.cycle.candidates.order_by("number"),
            "may_correct_year": self.order.may_correct_year,
            "taking_back": self.taking_back,
        }


def in_office(cycle: Cycle) -> tuple[int, int]:
    """Return how many delegates would be on the roll today, and how many of the sub-group among them."""
    counted = eligible(cycle).aggregate(roll=Count("pk"), group=Count("pk", filter=Q(in_group=True)))
    return counted["roll"], counted["group"]


class DraftChanged(Refused):
    """Somebody saved another draft after this page was opened."""

    def __str__(self) -> str:
        return _(
            "The draft was changed after this page was opened. Nothing was adopted; read it again below."
        )


class RulesPage(StepPage):
    """Two forms: the draft, which can be saved again and again, and its adoption, which happens once."""

    key = StepKey.RULES
    button = gettext_lazy("The plenary has adopted these rules")
    success = gettext_lazy("The voting rules are adopted and frozen.")
    warning = gettext_lazy(
        "The plenary has adopted the rules as they stand above. From now on they cannot be changed by anyone."
    )
    main = "adopt"
    journaled: ClassVar[Any] = {"draft": (Act.RULES_DRAFTED,)}

    def verbs(self) -> dict[str, Verb]:
        verbs = {
            "draft": Verb(self.draft_form, self._draft, undo="draft"),
            "adopt": Verb(self.form, self._adopt, self.success, ends=True, final=self.warning),
        }
        if self.step.mine and self.taking_back and all(each.met for each in self.taking_back):
            verbs["back"] = Verb(
                partial(
                    TakeBackForm,
                    request=self.request,
                    auto_id="b_%s",
                    wrong=_("What is wrong with the rules as they stand here"),
                ),
                lambda form: reopen_rules(
                    cycle=self.cycle, reason=form.cleaned_data["reason"], second=form.second, **self.acting
                ),
                _("The rules are a draft again. Mend them, then record their adoption anew."),
                final=_(
                    "Another text than the plenary's stands here as adopted. It becomes a draft again, is mended, and "
                    "its adoption is recorded anew; the journal keeps both."
                ),
            )
        return verbs

    @cached_property
    def taking_back(self) -> list[Condition]:
        """What taking the adoption back needs; nothing while the rules are a draft."""
        rules = self.order.rules
        return rules_back_conditions(self.cycle, rules) if rules and rules.is_adopted else []

    @property
    def preset(self) -> str:
        """The preset that the form is filled in from; empty for the draft as saved."""
        name = self.request.GET.get("preset", "")
        return name if name in self.presets and self.doing != "draft" else ""

    @property
    def presets(self) -> dict[str, Preset]:
        return preset_names(assessment=self.cycle.assesses_id is not None)

    def draft_form(self, data: Any = None) -> RulesForm:
        """The draft as saved; ``?preset=`` fills the form in and saves nothing."""
        saved = self.order.rules or self._blank()
        if not self.preset:
            return RulesForm(data, instance=saved)
        values = preset_values(self.preset, candidates=self.cycle.candidates.count())
        if values.get("method"):  # no preset knows the sum
            values["budget"] = saved.budget
        form = RulesForm(data, instance=self._blank(), initial=values)
        form.stored = RulesForm(None, instance=saved)
        return form

    def _blank(self) -> VotingRules:
        """The rules as they are before anybody has drafted any: a preset fills these in, and nothing of a draft."""
        kind = {"ballot_type": BallotType.GRADES} if self.cycle.assesses_id else {}
        return VotingRules(cycle=self.cycle, seats=self.cycle.seats, **kind)

    def _draft(self, form: Any) -> HttpResponse:
        draft_rules(cycle=self.cycle, **form.cleaned_data, **self.acting)
        return self.stay(_("The draft is saved. It can be changed until it is adopted."), query="#adopt")

    @transaction.atomic
    def _adopt(self, _form: Any) -> None:
        """Adopt the draft that the page showed, and no other that was saved meanwhile. Raises DraftChanged."""
        rules = VotingRules.objects.select_for_update().filter(cycle=self.cycle).first()
        if rules and self.request.POST.get("shown", self.digest(rules)) != self.digest(rules):
            raise DraftChanged
        adopt_rules(cycle=self.cycle, **self.acting)

    @staticmethod
    def digest(rules: VotingRules | None) -> str:
        return sha256_hex(canonical_json(settings_of(rules))) if rules else ""

    def context(self) -> dict[str, Any]:
        rules = VotingRules.objects.filter(cycle=self.cycle).first()
        return {
            "rules": rules,
            "drafting": self.doing == "draft",
            "presets": self.presets,
            "filled": self.presets.get(self.preset),
            "follows": self.presets.get(rules.preset) if rules else None,
            "articles": self.in_words(rules),
            "hidden": {"shown": self.digest(rules)},
            "taking_back": self.taking_back,
        }

    def _in_office(self, rules: VotingRules) -> tuple[int, int]:
        return (rules.residents, 0) if rules.residents else in_office(self.cycle)

    def in_words(self, rules: VotingRules | None) -> list[Article]:
        """Return the rules as articles, worked out for the roll as it stands."""
        if rules is None:
            return []
        counted = self.order.attendance
        roll, group = (counted.roll, counted.group_roll) if counted else self._in_office(rules)
        candidates = self.cycle.candidates.count()
        return articles(settings_of(rules), candidates=candidates, roll=roll, group_roll=group)


class RollPage(StepPage):
    key = StepKey.ROLL
    button = gettext_lazy("Freeze the roll")
    success = gettext_lazy("The roll is frozen. The next step gives everybody on it number and code.")
    warning = gettext_lazy(
        "The roll is complete and right. From now on nobody can be added to it or taken off it, "
        "and the majority is measured against it."
    )

    def verbs(self) -> dict[str, Verb]:
        round_ = self.order.round
        verbs = {"": Verb(self.form, self.act, self.success, ends=True, final=self.warning)}
        if round_ is not None and round_.status == RoundStatus.PREPARING:
            verbs["unfreeze"] = Verb(
                partial(
                    TakeBackForm, request=self.request, auto_id="u_%s", wrong=_("What is wrong with the roll")
                ),
                lambda form: unfreeze_roll(
                    round_=self.round, reason=form.cleaned_data["reason"], second=form.second, **self.acting
                ),
                _("The roll is unfrozen. Mend the number of letters in the rules, then freeze it anew.")
                if self.cycle.by_letter
                else _("The roll is unfrozen. Mend the list of delegates, then freeze it anew."),
                final=self.taken_back,
            )
        return verbs

    def taken_back(self) -> str:
        """What unfreezing means, with the numbers of now."""
        counts = self.order.attendance
        if self.cycle.by_letter:
            return _(
                "The roll of %(roll)d residents' letters is taken back and frozen anew later. Rules and candidate "
                "projects stay."
            ) % {"roll": counts.roll if counts else 0}
        return _(
            "The roll of %(roll)d delegates is taken back and frozen anew later; the %(present)d who are checked in "
            "are checked in again then. Rules and candidate projects stay."
        ) % {"roll": counts.roll if counts else 0, "present": counts.present if counts else 0}

    def act(self, form: Any) -> HttpResponseBase | None:
        rules = self.order.rules
        if rules and rules.residents > A_PART:
            return growing_page(
                self.request, self.frame(_("Freezing the roll")), self._parts(rules.residents)
            )
        freeze_roll(cycle=self.cycle, **self.acting)
        return None

    def _parts(self, residents: int) -> Work:
        """Yield a line for each part of a long roll, and return the way on; a refusal is the last line."""
        try:
            for done in freeze_roll_in_parts(cycle=self.cycle, **self.acting):
                yield _("%(done)d of %(all)d letters are on the roll") % {"done": done, "all": residents}
        except Refused as refusal:
            return way_back([str(refusal)], self.address, _("Back to this step"))
        return way_on(reverse("admin:index"))

    def context(self) -> dict[str, Any]:
        round_ = self.order.round
        people: dict[str, list[tuple[str, str, bool]]] = {}
        if self.cycle.by_letter:
            pass  # numbers without names: how many there are says it
        elif round_ is None:
            for delegate in eligible(self.cycle).order_by("number"):
                line = (delegate.number, delegate.name, delegate.in_group)
                people.setdefault(str(delegate.delegation), []).append(line)
        else:
            for entry in (
                round_.roll.filter(excluded=False).select_related("delegate__delegation").order_by("number")
            ):
                people.setdefault(entry.delegation_shown, []).append(
                    (entry.number, entry.name, entry.in_group)
                )
        return {
            "people": people,
            "delegates": sum(map(len, people.values())),
            "group": self.order.rules.group_name if self.order.rules else "",
            "unfreezing": unfreezing_conditions(self.cycle, round_) if "unfreeze" in self.verbs() else [],
        }
