"""计票报告单, 会议记录 and 公告 as plain blocks: one read model that page, print and PDF show (F22).

Every number comes from the frozen notice (through ``read_models.vote.results``) or, in the minutes, from the
journal entry of the act itself. Nothing here counts, rounds or decides anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from voting.count.formats.notice import FurtherBallot
from voting.domain.core.sentences import english, in_a_row
from voting.models import JournalEntry
from voting.printing.blocks import Block, Document, Heading, Listing, Table, Text
from voting.read_models.core.days import day_words, moment_words
from voting.read_models.vote.acts_told import people_of, seconds_of, told_of
from voting.read_models.vote.lines import in_brackets, listed
from voting.read_models.vote.money_lines import of_money
from voting.read_models.vote.results import Result
from voting.read_models.vote.round_result import RoundResult
from voting.read_models.vote.rule_words import residents, sentences
from voting.read_models.vote.tried_blocks import tried_blocks

#: Where something is written by hand.
_BLANK = "_" * 40


def count_report(result: Result) -> Document:
    """Return the 计票报告单 of the result's own round."""
    tally = result.body["tally"]
    counted = {"name": tally["counted_by"], "at": moment_words(result.counted_at)}
    certified = {"name": tally["certified_by"], "at": moment_words(result.certified_at)}
    return Document(
        title=_("Count report"),
        **_frame(result),
        blocks=[
            Text(_round_words(result, result) if result.several or result.number > 1 else ""),
            *_round_blocks(result),
            *tried_blocks(result),
            Text(_("Objections of those who made test ballots: ") + _BLANK if result.tried else ""),
            Text(in_a_row([result.quorum, result.status]), strong=True),
            Text(_("Counted by %(name)s, %(at)s.") % counted),
            Text(_("Certified by %(name)s, %(at)s.") % certified),
        ],
        digests=_digests(result, notice=False),
        signatures=_signatures(),
        dated=result.certified_at,
    )


def notice(result: Result) -> Document:
    """Return the 公告: what was chosen, what became of the rest, every round's votes, the rule."""
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
    blocks += [Text(in_a_row(result.ending))] if result.ending else []
    for title, lines in named[1:]:
        blocks += [Heading(title), Listing(lines)] if lines else []
    blocks += [Text(in_a_row(words)) for _number, words in result.annulled]
    if result.annual_tasks and result.rest:
        blocks.append(Text(result.rest))
    for one in result.rounds:
        blocks += [Heading(_round_words(result, one)), *_round_blocks(one)]
        blocks += [Text(one.status)] if result.several else []
        blocks += tried_blocks(one)
    rules = result.body["rules"]
    group = result.group
    words = sentences(
        rules, candidates=len(result.slate), roll=result.roll, group_roll=group["roll"] if group else None
    )
    blocks += [Heading(_("The rule")), *(Text(sentence) for sentence in words)]
    return Document(
        title=_("Notice of %(body)s") % {"body": result.letterhead.issuer},
        **(_frame(result) | {"overline": result.letterhead.above_notice}),
        blocks=blocks,
        digests=_digests(result),
        sealed_by=[*result.letterhead.signed, day_words(result.published_at)],
        dated=result.published_at,
    )


def minutes(result: Result, entries: Iterable[JournalEntry], *, open_to_all: bool = True) -> Document:
    """Return the 会议记录: the procedure in its order, who did what and when, and every round's count.

    ``entries`` are the cycle's journal up to the result's round. Why a delegate left or entered the roll is for the
    staff: the reason may name an illness (``open_to_all``).
    """
    groups: dict[int, list[list[str]]] = {}
    entries = list(entries)
    seconds = seconds_of(entries)
    for entry in entries:
        number = int(entry.data.get("round", 0))
        lines = told_of(entry, open_to_all=open_to_all, by_letter=result.by_letter)
        if lines and number <= result.number:
            groups.setdefault(number, []).append([moment_words(entry.at), lines, people_of(entry, seconds)])
    blocks: list[Block] = [Text(_opening(result))]
    head = [_("Time"), _("Act"), _("By")]
    if 0 in groups:
        blocks += [Heading(_("Before the vote")), Table(_("Before the vote"), head, groups[0])]
    annulled = result.annulled
    for one in result.rounds:
        while annulled and annulled[0][0] < one.number:
            blocks += _annulled_blocks(*annulled.pop(0), head, groups)
        words = _round_words(result, one)
        alone = not result.several and one.number == 1
        blocks += [
            Heading(_("Course of the vote") if alone else words),
            Table(_("Acts of round %(number)s") % {"number": one.number}, head, groups.get(one.number, [])),
            *([Heading(words)] if alone else []),
            *_round_blocks(one),
        ]
        blocks.append(Text(in_a_row([one.quorum, one.status]), strong=True))
        if one.following:
            blocks.append(Text(_further(one.following)))
    blocks += [Text(in_a_row(result.ending), strong=True)] if result.ending else []
    return Document(
        title=_("Minutes of the vote"),
        **_frame(result),
        blocks=blocks,
        digests=_digests(result),
        signatures=[_("Executive chairperson"), *_signatures()],
        dated=max((entry.at for entry in entries), default=None),
    )


def _annulled_blocks(
    number: int, told: list[str], head: list[str], groups: dict[int, list[list[str]]]
) -> list[Block]:
    """Return what was done in a round that was annulled, at its place among the rounds."""
    return [
        Heading(_("Round %(number)s, annulled") % {"number": number}),
        Table(_("Acts of round %(number)s") % {"number": number}, head, groups.get(number, [])),
        Text(in_a_row(told), strong=True),
    ]


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
    year = result.body["cycle"]["year"]
    known = {"place": result.letterhead.place, "year": year, "items": len(result.slate)}
    words = (
        _("In %(place)s %(items)s livelihood projects of %(year)s were assessed by secret ballot.")
        if result.graded
        else _(
            "The delegates of the people's congress of %(place)s voted by secret ballot on %(items)s candidate "
            "livelihood projects of %(year)s."
        )
    )
    opening = residents.residents_opening(known) if result.by_letter else words % known
    lines = [opening, result.quorum]
    if result.several:
        rounds = {"rounds": len(result.rounds), "because": result.because}
        lines.append(_("There were %(rounds)s rounds, the last one %(because)s.") % rounds)
    else:
        lines.append(result.status)
    return in_a_row(lines)


def _with_round(result: Result, standing: dict[str, Any]) -> str:
    name = str(standing["name"])
    if not result.several:
        return name
    return in_brackets(name, _("round %(number)s") % {"number": standing["round"]})


def _further(following: FurtherBallot) -> str:
    words = {"seats": following["seats"], "candidates": len(following["candidates"])}
    if "money_left" in following and following["seats"] >= len(following["candidates"]):
        return (
            _(
                "A further round follows for the money that is left: of these %(candidates)s projects as many will be "
                "chosen as it pays for."
            )
            % words
        )
    if "money_left" in following:
        return (
            _(
                "A further round follows for the money that is left: at most %(seats)s of these %(candidates)s "
                "projects will be chosen."
            )
            % words
        )
    return _("A further round follows: %(seats)s of these %(candidates)s projects will be chosen.") % words


def _round_words(result: Result, one: RoundResult) -> str:
    if not result.several and one.number == 1:
        return _("Votes of every project")
    if one.any_number:
        return _("Round %(number)s") % {"number": one.number}
    words = (
        _("Round %(number)s: at most %(seats)s of %(candidates)s")
        if of_money(one.part)
        else _("Round %(number)s: %(seats)s of %(candidates)s")
    )
    return words % {
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
        reasons = listed(f"{reason} {number}" for reason, number in one.void_reasons)
        blocks.append(Text(_("Void ballots: ") + reasons))
    if one.money_chart:
        words = _("%(spent)s of %(sum)s are spent, %(left)s are left.")
        money = {"spent": one.money_chart.spent, "sum": one.money_chart.budget, "left": one.money_chart.left}
        blocks.append(Text(in_a_row([words % money, *one.shares])))
    blocks.append(Text(in_a_row(one.sealing), small=True))
    blocks.append(Text(in_a_row(one.readings)))
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
    if one.by_points and one.ranking:
        notes.append(
            _("The first place gives %(seats)s points, each next place one less, the last one point.")
            % {"seats": one.seats}
        )
    if group := one.group:
        threshold = {"group": group["name"], "least": group["least"], "size": group["size"]}
        notes.append(_("Second threshold: %(group)s, at least %(least)s of %(size)s.") % threshold)
    workings = [Text(f"{item.number}. {item.name}{_(': ')}{item.reason}", small=True) for item in one.rows]
    return [
        Table(_("Votes in round %(number)s") % {"number": one.number}, head, rows, numeric),
        Text(in_a_row(notes), small=True),
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
    lines = [tie["sentence"], _("Chosen: %(numbers)s.") % {"numbers": listed(tie["chosen"])}]
    if tie["drawn"]:
        lines.append(_("Drawn in this order: %(numbers)s.") % {"numbers": listed(tie["drawn"])})
    reason = [tie["reason"]]
    if tie["witnesses"]:
        reason.append(_("Witnesses: ") + tie["witnesses"])
    return [Text(in_a_row(lines), strong=True), Text(in_a_row(reason))]
