"""The pictures of a candidate project in the admin: the clerk adds and takes them off until the slate is frozen."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from voting.admin.core.pages import StepPage
from voting.domain.before import candidate_pictures
from voting.domain.vote.running_order import StepKey
from voting.forms.before.candidate_pictures import PictureForm
from voting.forms.core.steps import StepForm
from voting.forms.core.verbs import Verb
from voting.models import Candidate, CandidatePicture
from voting.states import Act


class CandidatePicturesPage(StepPage):
    """The pictures of one draft, each with what it shows in words."""

    key = StepKey.SLATE
    template = "admin/before/candidate_pictures.html"
    repeatable = True
    journaled: ClassVar[Any] = {"add": (Act.CANDIDATE_CHANGED,)}

    def about(self) -> dict[str, Any]:
        return {"number": self.number}

    def dispatch(self, request: HttpRequest, *args: Any, number: int = 0, **kwargs: Any) -> HttpResponse:
        self.number = number
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def candidate(self) -> Candidate:
        candidate = Candidate.objects.filter(cycle=self.cycle, number=self.number).first()
        if candidate is None:
            raise Http404
        return candidate

    @cached_property
    def pictures(self) -> list[CandidatePicture]:
        return list(self.candidate.pictures.defer("data"))

    def verbs(self) -> dict[str, Verb]:
        first = next((self._off(each.position) for each in self.pictures), "add")
        add = Verb(self.with_files(PictureForm), self._add, _("The picture is added."), undo=first)
        off = {
            self._off(each.position): Verb(
                StepForm, partial(self._take_off, each.position), _("The picture is taken off."), undo="add"
            )
            for each in self.pictures
        }
        return {"add": add, **off}

    @staticmethod
    def _off(position: int) -> str:
        return f"off-{position}"

    def _add(self, form: Any) -> None:
        candidate_pictures.add_picture(candidate=self.candidate, **form.values, **self.acting)

    def _take_off(self, position: int, _form: Any) -> None:
        candidate_pictures.take_picture_off(candidate=self.candidate, position=position, **self.acting)

    @property
    def usable(self) -> bool:
        return self.step.mine and not self.cycle.slate_frozen_at

    def context(self) -> dict[str, Any]:
        return {
            "candidate": self.candidate,
            "pictures": [(each, self._off(each.position)) for each in self.pictures],
            "title": _("Pictures of %s") % self.candidate,
        }
