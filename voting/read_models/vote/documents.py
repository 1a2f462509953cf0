"""计票报告单, 会议记录 and 公告 as plain blocks: one read model that page, print and PDF show (F22).

Every number comes from the frozen notice (through ``read_models.vote.results``) or, in the minutes, from the
journal entry of the act itself. Nothing here counts, rounds or decides anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from accounts.models import User
from voting.count.formats.notice import FurtherBallot
from voting.models import JournalEntry
from voting.printing.blocks import Block, Document, Heading, Listing, Table, Text
from voting.read_models.core.words import BECAUSE, TIES
from voting.read_models.vote.imported import entry_words
from voting.read_models.vote.lines import english
from voting.read_models.vote.results import Result
from voting.read_models.vote.round_result import RoundResult
from voting.read_models.vote.rule_words import sentences
from voting.states import Act


def count_report(result: Result) -> Document:
    """Return the 计票报告单 of the result's own round."""
    tally = result.body["tally"]
    counted = {"name": tally["counted_by"], "at": moment(result.counted_at)}
    certified = {"name": tally["certified_by"], "at": moment(result.certified_at)}
    return Document(
        title=_("Count report"),
        **_frame(result),
        blocks=[
            Text(_round_words(result, result) if result.several or result.number > 1 else ""),
            *_round_blocks(result),
            Text(_sentences([result.quorum, result.status]), strong=True),
            Text(_("Counted by %(name)s, %(at)s.") % counted),
            Text(_("Certified by %(name)s, %(at)s.") % certified),
        ],
        digests=_digests(result, notice=False),
        signatures=_signatures(),
    )


def notice(result: Result) -> Document:
    """Return the 公告: what was chosen, what became of the rest, every round's votes, the rule."""
    cycle = result.body["cycle"]
    blocks: list[Block] = [Text(_opening(result))]
    named = [
        (
            _("Chosen"),
            [(s["number"], _with_round(result, s)) for s in result.chosen_in_all if not result.graded],
        ),
        (_("Annual tasks"), [(s["number"], s["name"]) for s in result.annual_tasks]),
        (_("Left to the next session"), [(s["number"], s["name"]) for s in result.left_over]),
    ]
    for title, lines in named[:1]:
        blocks += [Heading(title), Listing(lines)] if lines else []
    if following := result.following:
        still = [(s["number"], s["name"]) for s in result.standings if s["became"] == "open"]
        blocks += [Heading(_("Still to be decided")), Text(_further(following)), Listing(still)]
    for title, lines in named[1:]:
        blocks += [Heading(title), Listing(lines)] if lines else []
    if result.annual_tasks and cycle["rest"]:
        blocks.append(Text(cycle["rest"]))
    for one in result.rounds:
        blocks += [Heading(_round_words(result, one)), *_round_blocks(one)]
        blocks += [Text(one.status)] if result.several else []
    rules = result.body["rules"]
    group = result.group
    words = sentences(
        rules, candidates=len(result.slate), roll=result.roll, group_roll=group["roll"] if group else None
    )
    blocks += [Heading(_("The rule")), *(Text(sentence) for sentence in words)]
    return Document(
        title=pgettext("paper", "Notice"),
        **(_frame(result) | {"overline": result.letterhead.issuer}),
        blocks=blocks,
        digests=_digests(result),
        sealed_by=[*result.letterhead.signed, moment(result.published_at, "Y-m-d")],
    )


def minutes(result: Result, entries: Iterable[JournalEntry], *, open_to_all: bool = True) -> Document:
    """Return the 会议记录: the procedure in its order, who did what and when, and every round's count.

    ``entries`` are the cycle's journal up to the result's round. Why a delegate left or entered the roll is for the
    staff: the reason may name an illness (``open_to_all``).
    """
    groups: dict[int, list[list[str]]] = {}
    entries = list(entries)
    seconds = _seconds(entries)
    for entry in entries:
        number = int(entry.data.get("round", 0))
        lines = _entry_sentences(entry, open_to_all=open_to_all)
        if lines and number <= result.number:
            groups.setdefault(number, []).append([moment(entry.at), lines, _people(entry, seconds)])
    blocks: list[Block] = [Text(_opening(result))]
    head = [_("Time"), _("Act"), _("By")]
    if 0 in groups:
        blocks += [Heading(_("Before the vote")), Table(_("Before the vote"), head, groups[0])]
    for one in result.rounds:
        words = _round_words(result, one)
        blocks += [
            Heading(words),
            Table(_("Acts of round %(number)s") % {"number": one.number}, head, groups.get(one.number, [])),
            *_round_blocks(one),
        ]
        blocks.append(Text(_sentences([one.quorum, one.status]), strong=True))
        if one.following:
            blocks.append(Text(_further(one.following)))
    return Document(
        title=_("Minutes of the vote"),
        **_frame(result),
        blocks=blocks,
        digests=_digests(result),
        signatures=[_("Executive chairperson"), *_signatures()],
    )


def moment(at: datetime | None, form: str = "Y-m-d H:i") -> str:
    """Return a moment in the place's own time; nothing where there is none."""
    return date_format(timezone.localtime(at), form) if at else ""


def _frame(result: Result) -> dict[str, Any]:
    kinds = {"demo": _("Demonstration"), "rehearsal": _("Rehearsal")}
    return {"overline": result.letterhead.session, "note": kinds.get(result.body["kind"], "")}


def _digests(result: Result, *, notice: bool = True) -> list[tuple[str, str]]:
    """Return the hashes; that of the notice only where there is one."""
    known = [
        (_("Mark of the key"), result.key_mark.digits if english() else str(result.key_mark)),
        (_("Root of the sealed urn"), result.body["urn"]["root"]),
        (_("Hash of the count"), result.body["tally"]["digest"]),
    ]
    return [*known, (_("Hash of the notice"), result.digest)] if notice and result.digest else known


def _signatures() -> list[str]:
    return [_("Chief scrutineer"), _("Scrutineers"), _("Tellers")]


def _opening(result: Result) -> str:
    """Return the first sentences: who voted on what, the quorum, how many rounds or how it came out."""
    words = (
        _("In %(place)s %(items)s livelihood projects of %(year)s were assessed by secret ballot.")
        if result.graded
        else _(
            "The delegates of the people's congress of %(place)s voted by secret ballot on %(items)s candidate "
            "livelihood projects of %(year)s."
        )
    )
    year = result.body["cycle"]["year"]
    opening = words % {"place": result.letterhead.place, "year": year, "items": len(result.slate)}
    lines = [opening, result.quorum]
    if result.several:
        rounds = {"rounds": len(result.rounds), "because": result.because}
        lines.append(_("There were %(rounds)s rounds, the last one %(because)s.") % rounds)
    else:
        lines.append(result.status)
    return _sentences(lines)


def _sentences(lines: Iterable[str]) -> str:
    """Return the sentences in a row; Chinese writes no blank between them."""
    return (" " if english() else "").join(filter(None, lines))


def _listed(values: Iterable[Any]) -> str:
    return pgettext("list", ", ").join(str(value) for value in values)


def _with_round(result: Result, standing: dict[str, Any]) -> str:
    name = str(standing["name"])
    if not result.several:
        return name
    return _in_brackets(name, _("round %(number)s") % {"number": standing["round"]})


def _in_brackets(what: object, more: object) -> str:
    return _("%(what)s (%(more)s)") % {"what": what, "more": more}


def _further(following: FurtherBallot) -> str:
    return _("A further round follows: %(seats)s of these %(candidates)s projects will be chosen.") % {
        "seats": following["seats"],
        "candidates": len(following["candidates"]),
    }


def _round_words(result: Result, one: RoundResult) -> str:
    if not result.several and one.number == 1:
        return _("Votes of every project")
    return _("Round %(number)s: %(seats)s of %(candidates)s") % {
        "number": one.number,
        "seats": one.seats,
        "candidates": len(one.items),
    }


def _round_blocks(one: RoundResult) -> list[Block]:
    """Return a round's figures, its decided tie, its votes and its channels."""
    figures = [(name, str(value)) for name, value in one.figures]
    if one.has_floor and not one.graded:
        figures.append((_("Votes needed at least"), str(one.least)))
    blocks: list[Block] = [
        Table(
            _("Figures of the vote"), [_("Figures of the vote"), _("Number")], figures, frozenset({1}), wide=0
        )
    ]
    if one.void_reasons:
        reasons = _listed(f"{reason} {number}" for reason, number in one.void_reasons)
        blocks.append(Text(f"{_('Void ballots:')} {reasons}"))
    if one.imported:
        blocks.append(Text(one.imported, strong=True))
    if one.tie:
        blocks += _tie_blocks(one.tie)
    return [*blocks, *_votes(one), *_channels(one)]


def _votes(one: RoundResult) -> list[Block]:
    columns = one.columns
    place = [] if one.graded else [_("Place")]
    head = [_("No."), one.name_heading, *columns, one.percent_heading, *place, _("Result")]
    rows = [
        [
            str(item.number),
            " ".join([item.name, *(_places(place, ballots) for place, ballots in item.places_in_words)])
            if one.ranking
            else item.name,
            *(str(cell) for cell in item.cells),
            f"{item.percent}%",
            *([] if one.graded else [str(item.place)]),
            _("annual task") if item.annual_task else item.decided,
        ]
        for item in one.rows
    ]
    numeric = frozenset({0, *range(2, 3 + len(columns) + len(place))})
    notes = [_("Per cent of %(base)s.") % {"base": one.base}]
    if one.by_points:
        notes.append(
            _("The first place gives %(seats)s points, each next place one less, the last one point.")
            % {"seats": one.seats}
        )
    if group := one.group:
        threshold = {"group": group["name"], "least": group["least"], "size": group["size"]}
        notes.append(_("Second threshold: %(group)s, at least %(least)s of %(size)s.") % threshold)
    workings = [Text(f"{item.number}. {item.name}: {item.reason}", small=True) for item in one.rows]
    return [
        Table(_("Votes in round %(number)s") % {"number": one.number}, head, rows, numeric),
        Text(_sentences(notes), small=True),
        *(workings if one.graded else []),
    ]


def _places(place: int, ballots: int) -> str:
    return "· " + _("place %(place)s: %(ballots)s") % {"place": place, "ballots": ballots}


def _channels(one: RoundResult) -> list[Block]:
    channels = one.channels
    if not channels:
        return []
    head = [_("Channel"), _("Ballots issued"), _("Ballots returned"), _("Valid ballots"), _("Void ballots")]
    rows = [[c["name"], *(str(c[key]) for key in ("issued", "returned", "valid", "void"))] for c in channels]
    blocks: list[Block] = [Table(_("Online and on paper"), head, rows, frozenset(range(1, 5)), wide=0)]
    if votes := one.channel_votes:
        names = [c["name"] for c in channels]
        lines = [[str(item.number), item.name, *map(str, numbers)] for item, numbers in votes]
        head = [_("No."), one.name_heading, *names]
        numeric = frozenset({0, *range(2, 2 + len(names))})
        return [*blocks, Table(_("Votes by channel"), head, lines, numeric)]
    small = _(
        "Fewer than five ballots came by one of the channels; votes by channel are not published, since they could "
        "name a voter."
    )
    return [*blocks, Text(small, small=True)]


def _tie_blocks(tie: dict[str, Any]) -> list[Block]:
    lines = [tie["sentence"], _("Chosen: %(numbers)s.") % {"numbers": _listed(tie["chosen"])}]
    if tie["drawn"]:
        lines.append(_("Drawn in this order: %(numbers)s.") % {"numbers": _listed(tie["drawn"])})
    reason = [tie["reason"]]
    if tie["witnesses"]:
        reason.append(f"{_('Witnesses:')} {tie['witnesses']}")
    return [Text(_sentences(lines), strong=True), Text(_sentences(reason))]


def _seconds(entries: Sequence[JournalEntry]) -> dict[str, User]:
    """Return the people who stood by an act as second person, by user name; asks for them only where there are any."""
    names = {entry.data["second"] for entry in entries if "second" in entry.data}
    return {user.username: user for user in User.objects.filter(username__in=names)} if names else {}


def _people(entry: JournalEntry, seconds: dict[str, User]) -> str:
    """Return who did it, and who stood by it as second person."""
    second = seconds.get(entry.data.get("second", ""))
    people = [entry.actor, second] if second else [entry.actor]
    return pgettext("list", ", ").join(_person(each) for each in people)


def _person(who: User) -> str:
    return _in_brackets(who, who.get_role_display()) if who.role else str(who)


#: What the minutes say of an act; acts that are not here are not part of the procedure in the hall.
_ACTS: dict[str, Promise] = {
    Act.SLATE_FROZEN: gettext_lazy("The list of candidate projects was confirmed."),
    Act.RULES_ADOPTED: gettext_lazy("The plenary adopted the voting rules."),
    Act.ROLL_FROZEN: gettext_lazy("The roll was frozen: %(roll)s delegates."),
    Act.DELEGATE_EXCLUDED: gettext_lazy(
        "Delegate %(delegate)s was excluded from the roll, which is now %(roll)s."
    ),
    Act.DELEGATE_ADMITTED: gettext_lazy(
        "Delegate %(delegate)s was admitted to the roll, which is now %(roll)s."
    ),
    Act.ROUND_BEGUN: gettext_lazy("A further round was begun, %(because)s."),
    Act.CODES_ISSUED: gettext_lazy("A new slip was printed for delegate %(delegates)s."),
    Act.CODE_VOIDED: gettext_lazy("The slip of delegate %(delegate)s was voided."),
    Act.KEY_SPLIT: gettext_lazy(
        "The key of the urn was shared: %(issued)s slips, of which %(needed)s open it."
    ),
    Act.KEY_TRIED: gettext_lazy("The key slips were tried; the empty urn was ready."),
    Act.ROUND_OPENED: gettext_lazy("Voting was opened: %(present)s of %(roll)s delegates present."),
    Act.SWITCHED_TO_PAPER: gettext_lazy("The vote was switched to paper; the ballots cast online were kept."),
    Act.ROUND_CLOSED: gettext_lazy("Voting was closed and the urn sealed with %(ballots)s ballots."),
    Act.PAPER_RETURNED: gettext_lazy("The box was opened: %(returned)s paper ballots."),
    Act.PAPER_SETTLED: gettext_lazy("A difference between two readings of a paper ballot was settled."),
    Act.URN_TAKEN: gettext_lazy("The sealed urn was handed out as a file, to be counted offline."),
    Act.ROUND_COUNTED: gettext_lazy("The ballots were counted."),
    Act.TALLY_CERTIFIED: gettext_lazy("The count was certified."),
    Act.TIE_DECIDED: gettext_lazy("%(method)s"),
    Act.NOTICE_PUBLISHED: gettext_lazy("The public notice was published."),
}
_WORDED: dict[str, Callable[[Any], str]] = {
    "because": lambda value: str(BECAUSE.get(value, value)),
    "method": lambda value: str(TIES.get(value, value)),
    "delegates": _listed,
}


def _entry_sentences(entry: JournalEntry, *, open_to_all: bool) -> str:
    """Return the sentence for an act, with the numbers of its own journal entry; empty for what is left out."""
    words = _ACTS.get(entry.act)
    if words is None or (entry.act == Act.CODES_ISSUED and "delegates" not in entry.data):
        return ""
    known = {name: _WORDED.get(name, str)(value) for name, value in entry.data.items()}
    lines = [str(words) % known, entry_words(entry)]
    if entry.act == Act.ROUND_OPENED and "minutes" in entry.data:
        count = int(entry.data["minutes"])
        lines.append(
            ngettext("%(count)d minute was announced.", "%(count)d minutes were announced.", count)
            % {"count": count}
        )
    if not open_to_all and entry.act in {Act.DELEGATE_EXCLUDED, Act.DELEGATE_ADMITTED}:
        lines.append(f"{_('Reason for the change')}: {entry.data['reason']}")
    return _sentences(lines)
