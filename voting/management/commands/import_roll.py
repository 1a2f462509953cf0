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
from voting.domain.before import rosters
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
            preview = rosters.preview_of(staged)
            self.show(preview)
            if options["confirm"]:
                leave_out = options["leave_out_faulty"]
                applying = rosters.apply(cycle=cycle, staged=staged, leave_out=leave_out, **acting)
                rosters.finish(applying, self.progress)
                self.say(_("Imported."))
        except (OSError, Refused) as refusal:
            raise CommandError(str(refusal)) from refusal
        if preview["faulty"] and not options["leave_out_faulty"]:
            raise CommandError(_("%d rows are faulty.") % preview["faulty"])

    def show(self, preview: ImportBody) -> None:
        self.say(
            _(
                "%(rows)d rows: %(new)d new, %(corrected)d corrected, %(unchanged)d unchanged, %(faulty)d faulty"
            )
            % preview
        )
        for fault in preview["faults"]:
            self.say(_("line %(line)d: %(why)s") % {"line": fault[0], "why": rosters.sentence(fault)})

    def progress(self, done: int, total: int) -> None:
        self.stderr.write(f"{done} / {total}" if total else f"{done}")
