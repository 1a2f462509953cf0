"""年度: the whole course of one year's vote, from the call to the archive."""

from __future__ import annotations

import re

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Congress, in_this_language
from voting.states import Body, Stage

#: What the address of a second assessment ends with; ``open_assessment`` writes it.
_NUMBER = re.compile(r"-assessment-([0-9]{1,4})$")
#: 第三次全体会议: what is written where a year names the meeting that votes; it has no English of its own.
_PLENARY = re.compile(r"第([一二三四五六七八九十])次(?:全体)?会议")


class InUse(models.Manager["Cycle"]):
    """The years that were not given up."""

    def get_queryset(self) -> models.QuerySet[Cycle]:
        return super().get_queryset().exclude(stage=Stage.GIVEN_UP)


class Cycle(models.Model):
    """One year of the procedure in one congress. What its source does not state stays empty and shows so."""

    congress = models.ForeignKey(
        Congress,
        on_delete=models.PROTECT,
        related_name="cycles",
        verbose_name=_("people's congress"),
        editable=False,
    )
    slug = models.CharField(
        _("address"),
        max_length=40,
        db_index=True,  # a short address names no congress
        validators=[
            RegexValidator(r"^[0-9a-z][0-9a-z-]*$", _("Lower-case letters, digits and hyphens only."))
        ],
    )
    #: The address under which the journal began; empty as long as it is the same.
    first_slug = models.CharField(
        _("first address"), max_length=40, blank=True, default="", db_default="", editable=False
    )
    year = models.PositiveSmallIntegerField(_("year"))
    stage = models.CharField(
        _("stage"), max_length=14, choices=Stage.choices, default=Stage.SOLICITATION, editable=False
    )
    seats = models.PositiveSmallIntegerField(_("projects to choose"))
    assesses = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="assessments",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("assesses the delivery of"),
    )
    body = models.CharField(
        _("who votes"), max_length=10, choices=Body.choices, default=Body.DELEGATES, editable=False
    )
    #: What the numbers of its residents' letters begin with; empty until there are any.
    letters = models.CharField(
        _("numbers of letters begin with"),
        max_length=4,
        blank=True,
        default="",
        db_default="",
        editable=False,
    )
    session = models.CharField(_("session of the congress"), max_length=120, blank=True)
    session_en = models.CharField(_("session in English"), max_length=200, blank=True)
    vote_at = models.CharField(_("meeting that votes"), max_length=60, blank=True)
    solicited_from = models.JSONField(_("asked for suggestions"), default=list, blank=True)
    candidate_report = models.CharField(_("report on the candidates"), max_length=200, blank=True)
    report_date = models.DateField(_("report given on"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    rest = models.TextField(_("what the source says of the projects not chosen"), blank=True)
    disclosure_index = models.CharField(_("index number"), max_length=60, blank=True)
    disclosure_mode = models.CharField(_("mode of disclosure"), max_length=60, blank=True)
    disclosure_publisher = models.CharField(_("publisher"), max_length=60, blank=True)
    disclosure_scope = models.CharField(_("scope of disclosure"), max_length=60, blank=True)
    disclosure_document_number = models.CharField(_("document number"), max_length=60, blank=True)
    disclosure_term = models.CharField(_("term of disclosure"), max_length=60, blank=True)
    disclosure_generated = models.DateField(_("date generated"), null=True, blank=True)
    disclosure_published = models.DateField(_("date published"), null=True, blank=True)
    list_confirmed_at = models.DateTimeField(
        _("official list confirmed at"), null=True, blank=True, editable=False
    )
    slate_frozen_at = models.DateTimeField(_("slate frozen at"), null=True, blank=True, editable=False)

    objects = InUse()
    #: All of them, those given up too.
    every: models.Manager[Cycle] = models.Manager()

    class Meta:
        verbose_name = _("cycle")
        verbose_name_plural = _("cycles")
        ordering = ["-year", "slug"]
        constraints = [
            models.CheckConstraint(condition=models.Q(stage__in=Stage.values), name="cycle_stage_known"),
            models.UniqueConstraint(
                fields=["congress", "slug"],
                name="cycle_address_once",
                violation_error_message=_("Another year of this congress has this address."),
            ),
            models.CheckConstraint(condition=models.Q(body__in=Body.values), name="cycle_body_known"),
            models.CheckConstraint(
                condition=models.Q(seats__gte=1),
                name="cycle_seats_positive",
                violation_error_message=_("At least one project must be chosen."),
            ),
        ]

    def __str__(self) -> str:
        if self.assesses_id:
            names = {"place": self.congress.place_shown, "year": self.year, "number": self.assessment_number}
            if self.assessment_number > 1:
                return _("%(place)s %(year)s, assessment no. %(number)d") % names
            return _("%(place)s %(year)s, assessment") % names
        return f"{self.congress.place_shown} {self.year}"

    @property
    def journal_slug(self) -> str:
        """The address that the hashes of the journal were made with: it stays when the address is corrected."""
        return self.first_slug or self.slug

    @property
    def by_letter(self) -> bool:
        """Residents vote, each with a letter; nobody is checked in."""
        return self.body == Body.RESIDENTS

    @property
    def kind(self) -> str:
        return self.congress.kind

    def get_kind_display(self) -> str:
        """Return the kind in the reader's language, as a field of the cycle's own would."""
        return self.congress.get_kind_display()

    @property
    def place(self) -> str:
        """The place as its congress writes it: what is frozen and published holds these words."""
        return self.congress.place

    @property
    def place_shown(self) -> str:
        """The place in the reader's language, where it has a name in it."""
        return self.congress.place_shown

    @property
    def session_shown(self) -> str:
        """The session in the reader's language, where it has a name in it."""
        return in_this_language(self.session, self.session_en)

    @property
    def vote_at_shown(self) -> str:
        """The meeting that votes in the reader's language, where it is written as it always is."""
        plenary = _PLENARY.fullmatch(self.vote_at)
        number = "一二三四五六七八九十".index(plenary[1]) + 1 if plenary else 0
        return in_this_language(self.vote_at, f"plenary meeting no. {number}" if number else "")

    @property
    def assessment_number(self) -> int:
        """Which assessment of its year this is, as its address says: a name costs no query."""
        match = _NUMBER.search(self.slug)
        return int(match[1]) if match else 1
