"""建议: proposals come in, are looked at where that is needed, and are found again by their code."""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts.models import User
from voting.domain.before.calls import CallNotOpen, local
from voting.domain.core.floods import TooOften, count_knock
from voting.domain.core.journal import record
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.domain.core.sentences import english
from voting.domain.core.uploads import Cleaned, Raw, clean_all
from voting.models import Attachment, Call, Cycle, Proposal, ProposalVersion
from voting.states import Act, Channel, Source, Stage, Visibility
from voting.text.plain import plain
from voting.text.search import terms
from voting.text.typed import bare

#: So many submissions from one network address within so long; a family and an office share one.
MOST_KNOCKS, WINDOW = 10, timedelta(minutes=10)
#: No letters that look alike: 30 characters, 12 of them are 58 random bits.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 12
#: What may name a person: an identity number, a telephone number, an e-mail address.
PERSONAL = {
    "identity": (re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)"), gettext_lazy("an identity number")),
    "phone": (
        re.compile(r"(?<!\d)(?:1[3-9]\d[ -]?\d{4}[ -]?\d{4}|0\d{2,3}-?\d{7,8})(?!\d)"),
        gettext_lazy("a telephone number"),
    ),
    "mail": (re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+\.\w+"), gettext_lazy("an e-mail address")),
}
ABUSE = ("他妈", "妈的", "傻逼", "傻x", "混蛋", "王八蛋", "狗日", "畜生", "fuck", "shit", "bastard")


class TooMany(Refused):
    """Too many submissions from one network address."""

    def __init__(self, again: datetime) -> None:
        super().__init__(again)
        self.again = again

    def __str__(self) -> str:
        return _(
            "Too many proposals came from your connection in a short time. Yours is kept in this form: "
            "send it again after %s."
        ) % local(self.again)


class NoPublicReason(Refused):
    def __str__(self) -> str:
        return _("Give the reason: the proposer reads it.")


class CorrectedMeanwhile(Refused):
    """A proposer corrected a proposal after somebody of the staff had opened it; ``seen`` is how it is now."""

    def __init__(self, seen: int) -> None:
        super().__init__(seen)
        self.seen = seen

    def __str__(self) -> str:
        return _(
            "A proposer corrected the text while you had it open. Nothing of yours was recorded: read what it says "
            "now, and send it once more."
        )


def code_of(ticket: uuid.UUID) -> str:
    """Return the tracking code of a submission, in three groups; the same form sent twice has the same code."""
    number = int.from_bytes(salted_hmac("piaojue.proposal.code", ticket.bytes, algorithm="sha256").digest())
    letters = []
    for _place in range(CODE_LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[rest])
    text = "".join(letters)
    return "-".join(text[at : at + 4] for at in range(0, CODE_LENGTH, 4))


def _digest(code: str) -> str:
    plain = re.sub(r"[^0-9A-Z]", "", bare(code).upper())
    return salted_hmac("piaojue.proposal", plain, algorithm="sha256").hexdigest()


def by_code(code: str) -> Proposal | None:
    """Return the proposal with this tracking code, however it is typed."""
    return Proposal.objects.select_related("cycle__congress").filter(code_digest=_digest(code)).first()


def submit(
    *,
    cycle: Cycle,
    ticket: uuid.UUID,
    at: datetime,
    fields: dict[str, Any],
    attachments: Sequence[Raw | Cleaned] = (),
    by: User | None = None,
    address: str = "",
) -> tuple[Proposal, str]:
    """Take a proposal while the call is open and return it with its tracking code, which is kept nowhere.

    *by* a delegate or a unit officer; without a person it is a resident's, and *address* is counted against floods.
    The files are opened after that, before anything is locked. The same ticket again gives the same proposal. Raises
    CallNotOpen, TooMany, uploads.BadFiles, or ValidationError with a sentence per field; then nothing is saved.
    """
    if known := Proposal.objects.filter(ticket=ticket).first():
        return known, code_of(ticket)
    if address:
        count_sender(address, at=at)
    code = code_of(ticket)
    files = _opened(cycle, attachments, at)
    with transaction.atomic():
        call = Call.objects.select_for_update().filter(cycle=cycle).first()
        if call is None or not call.is_open(at):
            raise CallNotOpen(call, at)
        if known := Proposal.objects.filter(ticket=ticket).first():
            return known, code
        delegate = by.as_delegate if by else None
        proposal = draft_of(
            cycle=cycle,
            source=Source.DELEGATE if delegate else Source.UNIT if by else Source.RESIDENT,
            channel=Channel.ONLINE,
            fields=fields,
            ticket=ticket,
            at=at,
            attached=bool(files),
            by=by,
        )
        proposal.number = next_number(cycle)
        proposal.save(force_insert=True)
        Attachment.objects.bulk_create(_attached(proposal, files))
    return proposal, code


def count_sender(address: str, *, at: datetime) -> None:
    """Count a proposal, or a correction of one, against its address. Raises TooMany."""
    try:
        count_knock(purpose="proposal", address=address, most=MOST_KNOCKS, ends_at=at + WINDOW, at=at)
    except TooOften as flood:
        raise TooMany(flood.again) from flood


def _opened(cycle: Cycle, attachments: Sequence[Raw | Cleaned], at: datetime) -> list[Cleaned]:
    """Return the files made anew; where nothing is taken in now, none is opened. Raises CallNotOpen or BadFiles."""
    if attachments:
        call = Call.objects.filter(cycle=cycle).first()
        if call is None or not call.is_open(at):
            raise CallNotOpen(call, at)
    return clean_all(attachments)


def enter_form(
    *, cycle: Cycle, ticket: uuid.UUID, source: str, fields: dict[str, Any], by: User, at: datetime
) -> tuple[Proposal, str]:
    """Enter a proposal that came on paper, until the slate is frozen. Raises StepNotAllowed or ValidationError."""
    code = code_of(ticket)
    with transaction.atomic():
        hold_before_the_slate(cycle)
        if known := Proposal.objects.filter(ticket=ticket).first():
            return known, code
        proposal = draft_of(
            cycle=cycle, source=source, channel=Channel.FORM, fields=fields, ticket=ticket, at=at
        )
        proposal.number, proposal.entered_by = next_number(cycle), by
        proposal.save(force_insert=True)
        record(cycle=cycle, act=Act.PROPOSAL_ENTERED, by=by, at=at, data={"number": proposal.number})
    return proposal, code


def hold_before_the_slate(cycle: Cycle) -> None:
    """Lock the cycle while its staff still enter proposals. Raises StepNotAllowed once the slate is frozen."""
    locked = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    if locked.slate_frozen_at or locked.stage not in {Stage.SOLICITATION, Stage.SCREENING}:
        raise StepNotAllowed


def flags(texts: Iterable[str]) -> list[str]:
    """Return why somebody should look before the public does; empty where nothing speaks against showing it."""
    text = "\n".join(texts)
    reasons = [kind for kind, (pattern, _name) in PERSONAL.items() if pattern.search(text)]
    if any(word in text.lower() for word in ABUSE):
        reasons.append("abuse")
    return [flag_sentence(reason) for reason in reasons]


def flag_sentence(kind: str) -> str:
    """Return the sentence on one kind of reason: of ``PERSONAL``, abuse, attached."""
    if kind == "abuse":
        return _("It may contain abusive words.")
    if kind == "attached":
        return _("It has pictures or papers.")
    return _("It seems to contain %s.") % PERSONAL[kind][1]


def standing_words(proposal: Proposal) -> str:
    """Return why a proposal is held back or hidden: our own sentences in the reader's language, whoever's they were."""
    words = proposal.standing_reason
    if proposal.standing != Visibility.HELD:
        return words
    for kind in (*PERSONAL, "abuse", "attached"):
        here = flag_sentence(kind)
        for language, _name in settings.LANGUAGES:
            with override(language):
                words = words.replace(flag_sentence(kind), here)
    return words if english() else words.replace("。 ", "。")


def draft_of(
    *,
    cycle: Cycle,
    source: str,
    channel: str,
    fields: dict[str, Any],
    ticket: uuid.UUID,
    at: datetime,
    attached: bool = False,
    by: User | None = None,
) -> Proposal:
    """Return a proposal that is checked and not yet saved, held back where somebody should look at it first.

    Its number is the caller's to give. Raises ValidationError with a sentence per field.
    """
    delegate = by.as_delegate if by else None
    proposal = Proposal(
        cycle=cycle,
        number=0,
        source=source,
        channel=channel,
        submitted_at=at,
        ticket=ticket,
        code_digest=_digest(code_of(ticket)),
        delegate=delegate,
        unit=by.unit if by and not delegate else None,
        **{name: plain(text) for name, text in fields.items()},
    )
    set_standing(proposal, attached=attached)
    return proposal


def set_standing(proposal: Proposal, *, attached: bool) -> None:
    """Check the texts, and settle whether the public sees them at once or somebody looks first.

    Raises ValidationError with a sentence per field.
    """
    proposal.terms = proposal_terms(proposal)
    reasons = flags(public_texts(proposal))
    if attached:
        reasons.append(flag_sentence("attached"))
    proposal.standing = Visibility.HELD if reasons else Visibility.SHOWN
    proposal.standing_reason = " ".join(reasons)[:300]
    proposal.clean_fields(exclude=["terms", "cycle", "number"])


def next_number(cycle: Cycle) -> int:
    """Return the next number of the cycle, which is held from now on: two who come at once get two numbers."""
    Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    return (Proposal.objects.filter(cycle=cycle).aggregate(last=Max("number"))["last"] or 0) + 1


def public_texts(proposal: Proposal) -> list[str]:
    """Return what of a proposal the public reads."""
    return [
        proposal.title,
        proposal.content,
        proposal.place,
        proposal.reason,
        proposal.beneficiaries,
        proposal.cost,
    ]


def proposal_terms(proposal: Proposal) -> list[str]:
    return terms(f"{proposal.title}\n{proposal.place}\n{proposal.content}\n{proposal.reason}")


def _attached(proposal: Proposal, attachments: Sequence[Cleaned]) -> Iterable[Attachment]:
    for position, file in enumerate(attachments, start=1):
        yield Attachment(
            proposal=proposal,
            position=position,
            name=file.name,
            content_type=file.content_type,
            data=file.data,
            size=len(file.data),
            digest=file.digest,
        )


def versions_of(cycle: Cycle, numbers: Sequence[int]) -> int:
    """Return how often these proposals were corrected, all of them together: what a page says it has shown."""
    return ProposalVersion.objects.filter(proposal__cycle=cycle, proposal__number__in=numbers).count()


def require_seen(cycle: Cycle, numbers: Sequence[int], seen: int | None) -> None:
    """Raise CorrectedMeanwhile where a proposer corrected one of these, which are locked, after they were looked at."""
    if seen is not None and (now := versions_of(cycle, numbers)) != seen:
        raise CorrectedMeanwhile(now)


@transaction.atomic
def show(*, cycle: Cycle, numbers: Sequence[int], by: User, at: datetime, seen: int | None = None) -> int:
    """Show proposals to the public after somebody has looked; return how many.

    ``seen`` is how often they had been corrected when they were looked at (``versions_of``). Raises CorrectedMeanwhile.
    """
    waiting = (
        Proposal.objects.select_for_update(of=("self",))
        .filter(cycle=cycle, number__in=numbers)
        .exclude(standing=Visibility.SHOWN)
    )
    shown = sorted(waiting.values_list("number", flat=True))
    require_seen(cycle, numbers, seen)
    Proposal.objects.filter(cycle=cycle, number__in=shown).update(
        standing=Visibility.SHOWN, standing_reason=""
    )
    if shown:
        record(cycle=cycle, act=Act.PROPOSAL_SHOWN, by=by, at=at, data={"numbers": shown})
    return len(shown)


@transaction.atomic
def hide(*, cycle: Cycle, number: int, reason: str, by: User, at: datetime) -> None:
    """Keep a proposal from the public; it is screened all the same. Raises NoPublicReason or Proposal.DoesNotExist."""
    if not reason.strip():
        raise NoPublicReason
    proposal = Proposal.objects.select_for_update().get(cycle=cycle, number=number)
    proposal.standing, proposal.standing_reason = Visibility.HIDDEN, reason.strip()
    proposal.save(update_fields=["standing", "standing_reason"])
    record(
        cycle=cycle, act=Act.PROPOSAL_HIDDEN, by=by, at=at, data={"number": number, "reason": reason.strip()}
    )


def new_ticket() -> uuid.UUID:
    """Return a random ticket for one form."""
    return uuid.UUID(bytes=secrets.token_bytes(16), version=4)
