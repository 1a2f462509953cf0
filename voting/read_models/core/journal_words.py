"""What a journal entry says beside its act, in words: the entry itself keeps codes, so that its hash stays."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from accounts.roles import Kind, Role
from voting.domain.vote.steps import STEPS
from voting.labels import COMPARATORS, METHODS, TIE_RULES
from voting.models import JournalEntry, VotingRules
from voting.read_models.core.words import BECAUSE, STATUSES
from voting.states import Act, Body, CountProof, Feasible, Outcome, Presence, RoundStatus, Stage

#: What the journal writes beside an act.
NAMES: dict[str, Promise] = {
    "ballots": _("ballots in the urn"),
    "count": pgettext_lazy("slips", "number"),
    "definition": _("hash of the definition"),
    "delegates": _("delegates"),
    "digest": _("hash"),
    "from": _("from"),
    "issued": pgettext_lazy("journal", "issued"),
    "key": _("key fingerprint"),
    "kind": _("kind"),
    "name": _("name"),
    "needed": _("slips needed"),
    "notice": _("public notice"),
    "because": _("because of"),
    "candidates": _("candidate projects"),
    "chosen": _("chosen"),
    "delegate": _("delegate"),
    "drawn": _("order of the draw"),
    "first": pgettext_lazy("journal", "from ballot"),
    "last": pgettext_lazy("journal", "to ballot"),
    "method": _("decided by"),
    "minutes": _("announced minutes"),
    "number": _("number"),
    "offline": _("offline"),
    "key_doubted": _("key not vouched for"),
    "booth": _("hash of the script that seals"),
    "by_server": _("sealed by the server"),
    "tests": _("test ballots"),
    "test_root": _("root hash of the test ballots"),
    "group_root": _("root hash of the roll's words on the sub-group"),
    "copied": _("test ballots with the bytes of a cast one, not opened"),
    "online": _("ballots online"),
    "paper": _("paper ballots"),
    "place": _("place in the stack"),
    "proof": _("proof of the imported count"),
    "reading": _("first or second reading"),
    "readings": _("hash of the scanner's readings"),
    "batch": _("batch"),
    "sheets": _("scanned sheets"),
    "doubtful": _("of these in doubt"),
    "aside": _("sheets set aside"),
    "places": _("places in the stack"),
    "deck": _("hash of the test deck"),
    "pages": _("pages"),
    "unread": _("pages that were not read"),
    "wrong": _("pages that were read wrongly"),
    "missing": _("sheets that were missing"),
    "first_count": _("hash of the first count"),
    "first_readings": _("hash of the first readings"),
    "dice": _("dice"),
    "box": _("paper ballots in the box"),
    "misread": _("misread ballots that could change the result"),
    "size": _("ballots drawn"),
    "sample": _("what the sample showed"),
    "reason": _("reason"),
    "returned": _("ballots returned"),
    "returned_group": _("of these by the sub-group"),
    "seats": _("projects to choose"),
    "budget": _("sum of money, yuan"),
    "money_left": _("money left, yuan"),
    "second": _("second person"),
    "undoes": _("takes back entry"),
    "witnesses": _("witnesses"),
    "numbers": _("numbers"),
    "presence": _("presence"),
    "present": _("present"),
    "roll": _("roll"),
    "root": _("root hash"),
    "role": _("role"),
    "role_before": _("role before"),
    "round": _("round"),
    "how": _("signed in with"),
    "tally": _("count report"),
    "to": _("to"),
    "year": _("year"),
    "accepted": _("accepted"),
    "after": _("after"),
    "annual": _("annual tasks"),
    "annual_tasks": _("annual tasks"),
    "approved": _("approved"),
    "as": _("there number"),
    "assessment": _("assessment"),
    "before": _("before"),
    "body": _("who votes"),
    "by_unit": _("every unit's part graded by itself"),
    "candidate": _("candidate project"),
    "ceremony": _("key ceremony"),
    "change": _("change request, record"),
    "closes": _("closes"),
    "completion": _("completion, record"),
    "congress": _("people's congress"),
    "contacts": _("contacts deleted"),
    "corrected": _("rows corrected"),
    "day": _("day"),
    "days": _("a report is overdue after days"),
    "delegation": _("delegation"),
    "delegations": _("delegations"),
    "dates": _("dates"),
    "happened": _("happened at"),
    "words": _("words"),
    "due": _("to be done by"),
    "feasible": _("opinion"),
    "file": _("file"),
    "files": _("files"),
    "finding": _("finding, record"),
    "findings": _("findings"),
    "holder": _("holder"),
    "holders": _("holders"),
    "inspection": _("inspection, record"),
    "into": _("merged into"),
    "investment_total": _("investment in all"),
    "left_out": _("rows left out"),
    "letters": _("letters from and to"),
    "lists": _("previewed lists dropped"),
    "new": _("new rows"),
    "opens": _("opens"),
    "order": _("order"),
    "out": _("no longer in office"),
    "outcome": _("decision"),
    "picture": _("picture added"),
    "picture_off": _("picture taken off"),
    "proposals": _("proposals"),
    "proven": _("slips typed back at the trial"),
    "question": _("question, record"),
    "red": _("red from, points behind"),
    "remark": _("remark, record"),
    "reopened": _("goes on again"),
    "replaces": _("instead of the key"),
    "report": _("report, record"),
    "session": _("session of the congress"),
    "session_en": _("session in English"),
    "since": _("stood at"),
    "slug": _("address"),
    "solicited_from": _("asked for suggestions"),
    "vote_at": _("meeting that votes"),
    "decision": _("decision of the presidium"),
    "previous": _("round before"),
    "left": _("left early"),
    "on_leave": _("on leave"),
    "slip": _("key slip"),
    "slips": _("key slips destroyed"),
    "status": _("status"),
    "unit": _("unit"),
    "valid": _("valid ballots"),
    "version": _("version"),
    "void": _("void ballots"),
    "was": _("was before"),
    "yellow": _("yellow from, points behind"),
}
#: The words of a datum's codes. A code that is not here stays as it stands: an address, a name.
VALUES: dict[str, Mapping[str, str | Promise]] = {
    "because": BECAUSE | {"tie": _("because of equal votes")},
    "how": {"recovery": _("a recovery code")},
    "role": dict(Role.choices),
    "role_before": dict(Role.choices),
    "method": {**TIE_RULES, **METHODS},
    "status": STATUSES | {"tie": _("Equal votes: the rules say what follows.")},
    **{
        key: dict(choices.choices)
        for key, choices in [
            ("before", Presence), ("body", Body), ("feasible", Feasible), ("from", Stage), ("kind", Kind),
            ("outcome", Outcome), ("presence", Presence), ("proof", CountProof),
            ("since", RoundStatus), ("to", Stage),
        ]
    },
}  # fmt: skip
_FIELDS = {field.name: field for field in VotingRules._meta.fields}  # noqa: SLF001 Django's documented interface


def name_of(key: str) -> str:
    """Return what a datum is called; a datum that has no name here stays as it stands."""
    return str(NAMES[key] if key in NAMES else _FIELDS[key].verbose_name if key in _FIELDS else key)


def told(data: Mapping[str, object], by_letter: object = None) -> list[tuple[str, str]]:
    """Return what a journal entry says beside its act: name and value, both in words; where it led to comes last.

    Where residents vote ``by_letter``, their letters are named so.
    """
    in_order = sorted(data.items(), key=lambda item: item[0] == "to")
    of_letters = _NAMES_OF_LETTERS if by_letter else {}
    return [(str(of_letters.get(key) or name_of(key)), value_of(key, value)) for key, value in in_order]


def act_words(entry: JournalEntry, by_letter: object = None) -> str:
    """Return what an entry's act is called, where residents vote ``by_letter`` in their words."""
    return str((by_letter and _ACTS_OF_LETTERS.get(entry.act)) or entry.get_act_display())


_NAMES_OF_LETTERS = {"delegate": _("letter"), "delegates": _("letters")}
_ACTS_OF_LETTERS: dict[str, Promise] = {
    Act.DELEGATE_EXCLUDED: _("letter excluded from the roll"),
    Act.DELEGATE_ADMITTED: _("letter admitted to the roll"),
}


def value_of(key: str, value: object) -> str:
    """Return a datum in words: yes or no, the word of a code, the members of a list one after the other."""
    if isinstance(value, bool):
        return _now("yes") if value else _now("no")
    if isinstance(value, list):
        return pgettext("list", ", ").join(value_of(key, each) for each in value) or "—"
    if key == "dates" and isinstance(value, dict):
        return _now("; ").join(f"{_title(step)} {day or '—'}" for step, day in value.items())
    if isinstance(value, dict):
        parts = (f"{name_of(name)} {_part(key, name, each)}" for name, each in value.items())
        return _now("; ").join(parts) or "—"
    if key in {"yellow", "red"}:
        return _points(str(value))
    known = VALUES.get(key) or (dict(_FIELDS[key].flatchoices) if key in _FIELDS else {})
    return str(known.get(str(value), "—" if value is None or value == "" else value))


def _title(step: str) -> str:
    """Return what a step is called; one that an older version had stays as it stands."""
    titles = {key.value: spec.title for key, spec in STEPS.items()}
    return str(titles.get(step, step))


def _part(key: str, name: str, value: object) -> str:
    """Return one of several data under a name; those of people or projects, by number, are of the whole's kind."""
    return value_of(name if name in NAMES or name in _FIELDS else key, value)


def _points(cut: str) -> str:
    """Return a cut-off of the lights, which the journal writes as comparator and number."""
    return f"{COMPARATORS[cut[:2]]} {cut[2:]}" if cut[:2] in COMPARATORS else cut
