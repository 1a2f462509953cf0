"""The residents' letters: made in parts, one again, one void. Codes are in the answer, this once, and nowhere else."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.codes import normalise
from accounts.congresses import addresses_of
from accounts.letters import letter_number
from voting.admin.core.pages import StepPage
from voting.admin.core.slips import PrintedBefore
from voting.domain.vote.delegate_slips import issue_slips, void_slip
from voting.domain.vote.letters import MOST_AT_ONCE, issue_letters, letters_to_print
from voting.domain.vote.running_order import RunningOrder, StepKey
from voting.forms.core.verbs import Verb
from voting.forms.vote.letters import LetterPartForm, OneLetterForm, VoidLetterForm
from voting.models import Round
from voting.printing.files import staff_file
from voting.printing.qr import qr
from voting.printing.tables import Cell, rows_as_csv


class LettersPage(StepPage):
    """Make a part of the letters, make one again, void one."""

    key = StepKey.LETTERS
    button = gettext_lazy("Make these letters")
    repeatable = True
    by_letter = True
    main = "part"

    @property
    def printed(self) -> str:
        """The journal's number of the last letters made: a form sent twice makes them once."""
        entry = self.step.entry
        return str(entry.sequence) if entry else ""

    def verbs(self) -> dict[str, Verb]:
        return {
            "part": Verb(
                partial(LetterPartForm, request=self.request, initial=self.following()),
                self._part,
                undo="void",
                final=_(
                    "The codes of these letters are given out this once. Codes of the same letters from before are "
                    "worthless from then on."
                ),
            ),
            "one": Verb(
                partial(OneLetterForm, request=self.request, auto_id="one_%s"),
                self._one,
                undo="one",
                final=_(
                    "The new code of this letter is shown this once. An older one is worthless from then on."
                ),
            ),
            "void": Verb(
                partial(VoidLetterForm, auto_id="v_%s"),
                self._void,
                lambda number: _("The letter %s is void.") % number,
                undo="one",
            ),
        }

    def following(self) -> dict[str, int]:
        """Return the part that the form proposes."""
        return {"first": self.next_part[0], "last": self.next_part[1]} if self.next_part else {}

    @cached_property
    def next_part(self) -> tuple[int, int] | None:
        """The letters without a code, as they were when the page was asked for; None where all have one."""
        return letters_to_print(self.order.round) if self.order.round else None

    def _void(self, form: Any) -> str:
        number: str = form.cleaned_data["number"]
        void_slip(round_=self.round, number=number, **self.acting)
        return number

    def _once(self) -> None:
        """Let nobody else make letters meanwhile. Raises PrintedBefore where somebody has since the page was opened."""
        Round.objects.select_for_update(of=("self",)).get(pk=self.round.pk)
        self.order = RunningOrder(self.cycle, user=self.user)  # as it stands now
        if self.request.POST.get("printed", "") != self.printed:
            raise PrintedBefore

    @transaction.atomic
    def _part(self, form: Any) -> HttpResponse:
        self._once()
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
        issued = issue_letters(round_=self.round, first=first, last=last, second=form.second, **self.acting)
        if form.cleaned_data["as_file"] == "page":
            return self._sheet(issued)
        return self._file(issued)

    @transaction.atomic
    def _one(self, form: Any) -> HttpResponse:
        self._once()
        numbers = [form.cleaned_data["number"]]
        issued = issue_slips(round_=self.round, numbers=numbers, second=form.second, **self.acting)
        return self._sheet([(entry.number, code) for entry, code in issued])

    @property
    def address(self) -> str:
        with addresses_of(self.cycle.congress):
            return self.request.build_absolute_uri(reverse("accounts:enter_by_letter"))

    def _file(self, issued: list[tuple[str, str]]) -> HttpResponse:
        head: list[Cell] = [
            _("Number of the letter"),
            _("Access code"),
            _("Address"),
            _("Address for the QR code"),
        ]
        address = self.address
        rows: list[list[Cell]] = [
            [number, code, address, f"{address}#{number}.{normalise(code)}"] for number, code in issued
        ]
        name = f"{self.cycle.slug}-letters-{issued[0][0]}-{issued[-1][0]}.csv" if issued else "letters.csv"
        return staff_file(name, rows_as_csv([head, *rows]))

    def _sheet(self, issued: list[tuple[str, str]]) -> HttpResponse:
        address = self.address
        letters = [
            {"number": number, "code": code, "qr": qr(f"{address}#{number}.{normalise(code)}")}
            for number, code in issued
        ]
        context = {**self.frame(_("Letters")), "letters": letters, "address": address}
        return TemplateResponse(self.request, "admin/vote/letters.html", context).render()

    def context(self) -> dict[str, Any]:
        round_ = self.order.round
        count = round_.rules.residents if round_ else 0
        return {
            "printed": self.printed,
            "count": count,
            "most": MOST_AT_ONCE,
            "ends": (letter_number(self.cycle.letters, 1), letter_number(self.cycle.letters, count)),
            "following": self.next_part,
        }
