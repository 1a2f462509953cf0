"""What the minutes say of an act of the journal, and of the people who did it, with the entry's own numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from accounts.models import User
from voting.domain.core.sentences import in_a_row
from voting.models import JournalEntry
from voting.read_models.core.words import BECAUSE, MONEY_WAS_TIED, TIES
from voting.read_models.vote.imported import entry_words
from voting.read_models.vote.lines import in_brackets, listed
from voting.states import Act


def seconds_of(entries: Sequence[JournalEntry]) -> dict[str, User]:
    """Return the people who stood by an act as second person, by user name; asks for them only where there are any."""
    names = {entry.data["second"] for entry in entries if "second" in entry.data}
    return {user.username: user for user in User.objects.filter(username__in=names)} if names else {}


def people_of(entry: JournalEntry, seconds: dict[str, User]) -> str:
    """Return who did it, and who stood by it as second person."""
    second = seconds.get(entry.data.get("second", ""))
    people = [entry.actor, second] if second else [entry.actor]
    return pgettext("list", ", ").join(_person(each) for each in people)


def _person(who: User) -> str:
    return in_brackets(who, who.get_role_display()) if who.role else str(who)


#: What the minutes say of an act; acts that are not here are not part of the procedure in the hall.
_ACTS: dict[str, Promise] = {
    Act.SLATE_FROZEN: gettext_lazy("The list of candidate projects was confirmed."),
    Act.RULES_ADOPTED: gettext_lazy("The plenary adopted the voting rules."),
    Act.ROLL_FROZEN: gettext_lazy("The roll was frozen: %(roll)s delegates."),
    Act.ROLL_UNFROZEN: gettext_lazy("The roll was unfrozen, before any slip was out, to be frozen anew."),
    Act.SLATE_UNFROZEN: gettext_lazy(
        "The list of candidate projects was taken back, to be mended and confirmed anew."
    ),
    Act.RULES_REOPENED: gettext_lazy(
        "The adoption of the voting rules was taken back: another text than the plenary's was recorded."
    ),
    Act.PREPARED_ANEW: gettext_lazy("After the round was annulled the vote was prepared anew."),
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
    Act.PAPER_CORRECTED: gettext_lazy(
        "The sheets in the box were counted again, before any was read: %(returned)s paper ballots."
    ),
    Act.PAPER_SCANNED: gettext_lazy(
        "%(sheets)s paper ballots were read by the scanner, %(doubtful)s of them in doubt and left to people."
    ),
    Act.PAPER_SETTLED: gettext_lazy("A difference between two readings of a paper ballot was settled."),
    Act.PICTURES_OPENED: gettext_lazy(
        "The sealed pictures of %(sheets)s paper ballots were opened with the scrutineers' key slips: %(reason)s"
    ),
    Act.URN_TAKEN: gettext_lazy("The sealed urn was handed out as a file, to be counted offline."),
    Act.ROUND_ANNULLED: gettext_lazy(
        "The round was annulled by decision of the presidium: %(decision)s. The urn stayed sealed with %(ballots)s "
        "ballots."
    ),
    Act.ROUNDS_ENDED: gettext_lazy("By decision of the presidium (%(decision)s) no further round was held."),
    Act.PRESENCE_CONFIRMED: gettext_lazy("The same people as in round %(previous)s were in the hall."),
    Act.INCIDENT: gettext_lazy("At %(happened)s: %(words)s"),
    Act.DECK_PASSED: gettext_lazy("The scanner read the test deck of %(pages)s ballots without a mistake."),
    Act.DECK_FAILED: gettext_lazy("The scanner read the test deck with mistakes; it was to be tried again."),
    Act.FIRST_COUNTED: gettext_lazy(
        "The urn was opened and counted with the first readings of the paper ballots, which were fixed; a sample "
        "decides whether they stand."
    ),
    Act.SAMPLE_DRAWN: gettext_lazy(
        "%(size)s of %(box)s paper ballots were drawn with the dice %(dice)s to be read again; %(misread)s misread "
        "could change the result."
    ),
    Act.ROUND_COUNTED: gettext_lazy("The ballots were counted."),
    Act.TALLY_CERTIFIED: gettext_lazy("The count was certified."),
    Act.TIE_DECIDED: gettext_lazy("%(method)s"),
    Act.NOTICE_PUBLISHED: gettext_lazy("The public notice was published."),
}
_SAMPLES: dict[str, Callable[[], str]] = {
    "agrees": lambda: _("The drawn paper ballots were read again by another person, and all agreed."),
    "differs": lambda: _(
        "A drawn paper ballot was read otherwise: all were read again, and the count was made anew."
    ),
}
#: Why it was done is for the staff.
_REASONED = frozenset(
    {
        Act.KEY_SPLIT, Act.ROLL_UNFROZEN, Act.PAPER_CORRECTED, Act.SLATE_UNFROZEN, Act.RULES_REOPENED,
        Act.PREPARED_ANEW,
    }
)  # fmt: skip
_WORDED: dict[str, Callable[[Any], str]] = {
    "because": lambda value: str(BECAUSE.get(value, value)),
    "method": lambda value: str(TIES.get(value, value)),
    "delegates": listed,
    "delegations": listed,
    "letters": "–".join,
}


#: What is said of these acts where residents vote by letter.
_OF_RESIDENTS: dict[str, Promise] = {
    Act.ROLL_FROZEN: gettext_lazy("The roll was frozen: %(roll)s residents' letters."),
    Act.DELEGATE_EXCLUDED: gettext_lazy(
        "The letter %(delegate)s was excluded from the roll, which is now %(roll)s."
    ),
    Act.DELEGATE_ADMITTED: gettext_lazy(
        "The letter %(delegate)s was admitted to the roll, which is now %(roll)s."
    ),
    Act.CODES_ISSUED: gettext_lazy("A new letter was made for the number %(delegates)s."),
    Act.CODE_VOIDED: gettext_lazy("The letter %(delegate)s was voided."),
    Act.ROUND_OPENED: gettext_lazy("Voting was opened for the %(roll)s residents on the roll."),
}


def told_of(entry: JournalEntry, *, open_to_all: bool, by_letter: bool = False) -> str:
    """Return the sentence for an act, with the numbers of its own journal entry; empty for what is left out."""
    words: str | Promise | None = (_ACTS | _OF_RESIDENTS if by_letter else _ACTS).get(entry.act)
    if words is None or (
        entry.act == Act.CODES_ISSUED and entry.data.keys().isdisjoint({"delegates", "letters"})
    ):
        return ""
    if "letters" in entry.data:
        words = gettext_lazy("Codes were made for the letters %(letters)s, %(count)s in all.")
    if "delegations" in entry.data:
        words = gettext_lazy("Slips were printed for the delegates of: %(delegations)s.")
    known = _data_words(entry.data)
    lines = [str(words) % known, entry_words(entry)]
    if entry.act == Act.ROUND_OPENED and "minutes" in entry.data and not by_letter:
        count = int(entry.data["minutes"])
        lines.append(
            ngettext("%(count)d minute was announced.", "%(count)d minutes were announced.", count)
            % {"count": count}
        )
    if entry.act == Act.ROUND_COUNTED and "sample" in entry.data:
        lines.append(_SAMPLES[entry.data["sample"]]())
    if entry.act == Act.ROUND_CLOSED and "tests" in entry.data:
        lines.append(_sealed_beside(entry.data))
    if entry.act == Act.KEY_SPLIT and "replaces" in entry.data:
        lines.append(_("The slips of the key ceremony before were void."))
    if not open_to_all and entry.act in _REASONED and "reason" in entry.data:
        lines.append(_("Reason: ") + entry.data["reason"])
    if not open_to_all and entry.act in {Act.DELEGATE_EXCLUDED, Act.DELEGATE_ADMITTED}:
        lines.append(_("Reason for the change") + _(": ") + entry.data["reason"])
    return in_a_row(lines)


def _data_words(data: dict[str, Any]) -> dict[str, str]:
    """Return what an entry holds, in words."""
    known = {name: _WORDED.get(name, str)(value) for name, value in data.items()}
    of_money = data.get("because") == "tie" and "money_left" in data
    return known | {"because": str(MONEY_WAS_TIED)} if of_money else known


def _sealed_beside(data: dict[str, Any]) -> str:
    """Return what was sealed beside the urn: test ballots, and how many were copies of cast ones, which stay shut."""
    count = int(data["tests"])
    lines = [
        ngettext("%(count)d test ballot was sealed too.", "%(count)d test ballots were sealed too.", count)
        % {"count": count}
        if count
        else ""
    ]
    if copied := int(data.get("copied", 0)):
        words = ngettext(
            "%(count)d test ballot had the bytes of a ballot that was cast, and is opened by nobody.",
            "%(count)d test ballots had the bytes of ballots that were cast, and are opened by nobody.",
            copied,
        )
        lines.append(words % {"count": copied})
    return in_a_row(lines)
