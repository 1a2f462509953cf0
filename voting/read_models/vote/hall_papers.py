"""议程安排 and 主持词: the steps in their order, and what the chairperson says, with this roll's numbers."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from voting.count.canonical import canonical_json, sha256_hex
from voting.domain.core.sentences import english
from voting.domain.vote.rules import settings_of
from voting.domain.vote.running_order import RunningOrder, Step
from voting.domain.vote.step_keys import StepKey
from voting.printing.blocks import Block, Document, Heading, Listing, Table, Text
from voting.read_models.core.letterhead import Letterhead
from voting.read_models.vote import letter_script
from voting.read_models.vote.money_lines import of_money
from voting.read_models.vote.round_result import RoundResult
from voting.read_models.vote.rule_words import sentences

#: What is written by hand where a number is not known yet.
BLANK = "＿＿＿＿"


def running_sheet(order: RunningOrder) -> Document:
    """Return every step with its planned date, who takes it, and whether it is done."""
    head = [_("No."), _("Step"), _("Planned for"), _("Taken by"), _("Done")]
    rows = [
        [str(step.place), _step(step), _planned(order, step), _people(step), _done(step)]
        for step in order.steps
    ]
    table = Table(_("Running sheet"), head, rows, frozenset({0}), shares=(1, 6, 2, 3, 2))
    return _document(order, _("Running sheet"), [table])


def _step(step: Step) -> str:
    return f"{step.title}{_(': ')}{step.purpose}"


def _planned(order: RunningOrder, step: Step) -> str:
    day = order.daybook.dates.get(step.key.value)
    return date_format(day, "Y-m-d") if day else ""


def _people(step: Step) -> str:
    return pgettext("list", ", ").join(dict.fromkeys(person.get_role_display() for person in step.people))


def _done(step: Step) -> str:
    return "✓" if step.is_done else ""


def script(order: RunningOrder, *, result: RoundResult | None) -> Document:
    """Return what the chairperson says from who votes to the result; a number that is not known yet is left blank.

    ``result`` is the certified result of the round; without it the paper says what will stand in its place.
    """
    blocks: list[Block] = []
    for title, lines in (
        (_("Who votes") if order.cycle.by_letter else _("Attendance and quorum"), _attendance(order)),
        (_("The voting rules"), _rules(order)),
        (_("The candidate projects"), [_("The candidate projects, as the official list has them, are:")]),
        (_("The scrutineers and the key"), _key(order)),
        (_("Voting"), _voting(order)),
        (_("Closing and counting"), letter_script.letters_closed() if order.cycle.by_letter else _closing()),
        (_("The result"), []),
    ):
        blocks += [Heading(title), *(Text(line) for line in lines)]
        if title == _("The candidate projects"):
            numbered = order.cycle.candidates.filter(number__gt=0).order_by("number")
            blocks.append(
                Listing([(each.number, (english() and each.name_en) or each.name) for each in numbered])
            )
    blocks += _result(result) if result is not None else _no_result()
    return _document(order, _("Chairperson's script"), blocks)


def _attendance(order: RunningOrder) -> list[str]:
    counted = order.attendance
    if counted is None:
        numbers: dict[str, object] = {"roll": BLANK, "present": BLANK, "quorum": BLANK}
    else:
        known = counted.present or BLANK
        numbers = {"roll": counted.roll, "present": known, "quorum": counted.quorum_least}
    if order.cycle.by_letter:
        return letter_script.voters(numbers)
    lines = [
        _("Fellow delegates: of %(roll)s delegates who should attend, %(present)s are present.") % numbers,
        _("The quorum is %(quorum)s delegates.") % numbers,
    ]
    if counted is not None and counted.quorum_met:
        lines.append(_("The quorum is reached; the meeting can vote."))
    return lines


def _rules(order: RunningOrder) -> list[str]:
    if order.rules is None:
        return [_("The voting rules are read out and put to the vote: %(blank)s.") % {"blank": BLANK}]
    counted = order.attendance
    return sentences(
        settings_of(order.rules),
        candidates=order.cycle.candidates.count(),
        roll=counted.roll if counted else None,
        group_roll=counted.group_roll if counted else None,
    )


def _key(order: RunningOrder) -> list[str]:
    people = pgettext("list", ", ").join(str(person) for person in order.people(StepKey.CERTIFY)) or BLANK
    if order.cycle.by_letter:
        return letter_script.scrutineers_and_key(people)
    return [
        _("Scrutineers of this vote are: %(people)s. Who agrees, please raise a hand.") % {"people": people},
        _("The scrutineers have shared the key of the urn and tried it before everybody; the urn is empty."),
    ]


def _voting(order: RunningOrder) -> list[str]:
    if order.cycle.by_letter:
        return letter_script.letters_open()
    counted = order.attendance
    slips = counted.present if counted and counted.present else BLANK
    return [
        _(
            "%(number)s delegates present have a slip each. Whoever has none or cannot use it, please raise a hand."
        )
        % {"number": slips},
        _(
            "Voting is open. Please mark your ballot, look at it once more and cast it; each ballot is secret."
        ),
    ]


def _closing() -> list[str]:
    return [
        _("Is there anybody present who has not voted? … Nobody. Voting is closed and the urn is sealed."),
        _(
            "The scrutineers enter their key slips; the ballots are counted, and another scrutineer certifies the "
            "count."
        ),
    ]


def _no_result() -> list[Block]:
    return [
        Text(_report() % dict.fromkeys(("issued", "returned", "valid", "void"), BLANK)),
        Text(_("By the rules these projects are chosen: %(blank)s.") % {"blank": BLANK}),
        Text(
            _(
                "Once the count is certified, its numbers and the projects chosen stand here: print this paper "
                "anew then."
            ),
            small=True,
        ),
    ]


def _result(result: RoundResult) -> list[Block]:
    """Return what is read out of a certified count: its numbers, what it decides, and the projects chosen."""
    ballots = result.part["ballots"]
    known: list[Block] = [
        Text(_report() % {name: ballots[name] for name in ("issued", "returned", "valid", "void")}),
        Text(f"{result.quorum} {result.status}" if english() else f"{result.quorum}{result.status}"),
    ]
    if result.graded:
        return [
            *known,
            Listing([(item.number, f"{item.name}{_(': ')}{item.decided}") for item in result.items]),
        ]
    if result.chosen:
        known += [Text(_("By the rules these projects are chosen:")), Listing(_chosen(result))]
    else:
        known.append(Text(_("By the rules no project is chosen.")))
    if result.tied:
        tied = [(item.number, item.name) for item in result.tied]
        words = (
            _("Equal votes, and the money does not reach for all of them:")
            if of_money(result.part)
            else _("Tied at the last place, to be decided:")
        )
        known += [Text(words), Listing(tied)]
    return known


def _report() -> str:
    return _(
        "The chief scrutineer reports the count: issued %(issued)s, returned %(returned)s, valid %(valid)s, "
        "void %(void)s."
    )


def _chosen(result: RoundResult) -> list[tuple[int, str]]:
    if result.by_points or result.ranking or result.whole_report:
        return [(item.number, item.name) for item in result.chosen]
    votes = _("%(name)s, %(votes)s for")
    return [(item.number, votes % {"name": item.name, "votes": item.votes}) for item in result.chosen]


def _document(order: RunningOrder, title: str, blocks: list[Block]) -> Document:
    cycle = order.cycle
    kinds = {"demo": _("Demonstration"), "rehearsal": _("Rehearsal")}
    overline = Letterhead.of(cycle).overline
    words = [str(block) for block in blocks]
    digests = [(_("Hash of this paper"), sha256_hex(canonical_json(words)))]
    return Document(
        title=title,
        overline=overline,
        note=kinds.get(cycle.congress.kind, ""),
        blocks=blocks,
        digests=digests,
    )
