"""The steps before the round: slate, rules, roll."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voting.admin.core.pages import StepPage
from voting.count.canonical import canonical_json, sha256_hex
from voting.domain.core.cycles import freeze_slate
from voting.domain.core.refusals import Refused
from voting.domain.vote.rolls import eligible, freeze_roll
from voting.domain.vote.rules import adopt_rules, draft_rules, settings_of
from voting.domain.vote.running_order import StepKey
from voting.forms.core.verbs import Verb
from voting.forms.vote.presets import Preset, preset_names, preset_values
from voting.forms.vote.rules import RulesForm
from voting.models import Cycle, VotingRules
from voting.read_models.vote.rule_words import Article, articles


class SlatePage(StepPage):
    key = StepKey.SLATE
    button = gettext_lazy("Freeze the slate")
    success = gettext_lazy("The slate of candidate projects is frozen.")
    warning = gettext_lazy("From now on no candidate project can be added, changed or taken away.")

    def act(self, form: Any) -> HttpResponse | None:
        freeze_slate(cycle=self.cycle, **self.acting)
        return None

    def context(self) -> dict[str, Any]:
        return {"candidates": self.cycle.candidates.order_by("number")}


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

    def verbs(self) -> dict[str, Verb]:
        return {
            "draft": Verb(self.draft_form, self._draft),
            "adopt": Verb(self.form, self._adopt, self.success, ends=True, final=True),
        }

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
        saved = self.order.rules or VotingRules(cycle=self.cycle, seats=self.cycle.seats)
        values = preset_values(self.preset, candidates=self.cycle.candidates.count()) if self.preset else {}
        return RulesForm(data, instance=saved, initial=values)

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
        }

    def in_words(self, rules: VotingRules | None) -> list[Article]:
        """Return the rules as articles, worked out for the roll as it stands."""
        if rules is None:
            return []
        counted = self.order.attendance
        roll, group = (counted.roll, counted.group_roll) if counted else in_office(self.cycle)
        candidates = self.cycle.candidates.count()
        return articles(settings_of(rules), candidates=candidates, roll=roll, group_roll=group)


class RollPage(StepPage):
    key = StepKey.ROLL
    button = gettext_lazy("Freeze the roll")
    success = gettext_lazy("The roll is frozen. Print the delegates' slips now.")
    warning = gettext_lazy(
        "The roll is complete and right. From now on nobody can be added to it or taken off it, "
        "and the majority is measured against it."
    )

    def act(self, form: Any) -> HttpResponse | None:
        freeze_roll(cycle=self.cycle, **self.acting)
        return None

    def context(self) -> dict[str, Any]:
        delegations: dict[str, int] = {}
        for delegate in eligible(self.cycle):
            name = str(delegate.delegation)
            delegations[name] = delegations.get(name, 0) + 1
        return {"delegations": delegations, "delegates": sum(delegations.values())}
