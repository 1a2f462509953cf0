"""``manage.py import_roll``: the list of delegates from an XLSX or CSV file, previewed, and imported when confirmed."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import RosterImport, User
from voting import permissions
from voting.count.formats.roster import ImportBody
from voting.domain.before import roster_previews, rosters
from voting.domain.core.imports import NotSettled
from voting.domain.core.list_words import unsettled_sentence
from voting.domain.core.refusals import Refused
from voting.management.terminal_language import SpeakingCommand
from voting.models import Cycle


class Command(SpeakingCommand):
    summary = gettext_lazy(
        "Read a list of delegates, name every faulty row, and import it only with --confirm. The exit status is 1 "
        "where a row is faulty and not left out."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help=_("the address of the vote, for example 2018"))
        parser.add_argument("file", type=Path, help=_("the XLSX or CSV file"))
        parser.add_argument("--by", required=True, help=_("user name of the clerk who imports it"))
        parser.add_argument("--whole", action="store_true", help=_("the file is the whole list"))
        parser.add_argument("--confirm", action="store_true", help=_("import it, not only preview it"))
        parser.add_argument(
            "--leave-out-faulty", action="store_true", help=_("leave faulty rows out and import the others")
        )
        parser.add_argument("--agree", action="store_true", help=_("say yes to all that the preview asks"))

    def handle(self, *args: Any, **options: Any) -> None:
        by = User.objects.filter(username=options["by"]).first()
        cycle = Cycle.objects.filter(congress=by.congress_id, slug=options["slug"]).first() if by else None
        if cycle is None or by is None or not permissions.can_prepare(by, cycle):
            raise CommandError(_("There is no such vote here, or “%s” is no clerk of it.") % options["by"])
        acting: dict[str, Any] = {"by": by, "at": timezone.now()}
        mode = RosterImport.Mode.WHOLE if options["whole"] else RosterImport.Mode.APPEND
        try:
            content = options["file"].read_bytes()
            name = options["file"].name
            steps = rosters.stage(cycle=cycle, file_name=name, content=content, mode=mode, **acting)
            staged = rosters.finish(steps, self.progress)
            preview = self.preview_of(staged, cycle)
            self.show(preview)
            if options["confirm"]:
                leave_out = options["leave_out_faulty"]
                agreed = (
                    [code for code, _asked in roster_previews.questions_of(preview)]
                    if options["agree"]
                    else []
                )
                applying = rosters.apply(
                    cycle=cycle, staged=staged, leave_out=leave_out, agreed=agreed, **acting
                )
                rosters.finish(applying, self.progress)
                self.say(_("Imported."))
        except (OSError, Refused) as refusal:
            raise CommandError(str(refusal)) from refusal
        if preview["faulty"] and not options["leave_out_faulty"]:
            raise CommandError(_("%d rows are faulty.") % preview["faulty"])

    def preview_of(self, staged: RosterImport, cycle: Cycle) -> ImportBody:
        """Return the preview. Raises CommandError with what is not settled: only a page can settle that."""
        if staged.summary:
            return roster_previews.preview_of(staged)
        table = rosters.ROSTER.reopened(staged, cycle=cycle)
        sentences = [unsettled_sentence(each, roster_previews.roster_labels()) for each in table.unsettled]
        raise CommandError(" ".join([str(NotSettled()), *sentences]))

    def show(self, preview: ImportBody) -> None:
        self.say(
            _(
                "%(rows)d rows: %(new)d new, %(corrected)d corrected, %(unchanged)d unchanged, %(faulty)d faulty"
            )
            % preview
        )
        for line, why in roster_previews.faults_of(preview):
            self.say(_("line %(line)d: %(why)s") % {"line": line, "why": why})
        for remark in roster_previews.remarks_of(preview):
            self.say(remark)
        for _code, question in roster_previews.questions_of(preview):
            self.say(_("Asked: %s") % question)

    def progress(self, done: int, total: int) -> None:
        self.stderr.write(f"{done} / {total}" if total else f"{done}")
