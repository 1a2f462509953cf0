"""Why a project is in or out: one sentence with its numbers, for every ballot type and rule, from the frozen notice."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from voting.count.formats.notice import NoticeItem
from voting.domain.core.amounts import yuan_words
from voting.read_models.vote.grades import grade_word, working
from voting.read_models.vote.round_result import RoundResult
from voting.read_models.vote.rule_words.shares import fen_words

#: After equal votes at the last place.
_EQUAL: dict[str, Promise] = {
    "tied_at_cut": gettext_lazy(
        "Not decided: %(score)s, as many as %(others)s; %(left)d can still be chosen among these %(among)d."
    ),
    "admitted_with_tie": gettext_lazy("In: %(score)s, as many as %(others)s; the rules admit all of them."),
    "presidium_for": gettext_lazy("In: %(score)s, as many as %(others)s; the presidium chose it."),
    "presidium_against": gettext_lazy(
        "Out: %(score)s, as many as %(others)s; the presidium did not choose it."
    ),
    "lot_for": gettext_lazy("In: %(score)s, as many as %(others)s; the public lot chose it."),
    "lot_against": gettext_lazy("Out: %(score)s, as many as %(others)s; the public lot did not choose it."),
}
_OF_GROUP = gettext_lazy(
    "Out: %(score)s are enough, but of %(group)s only %(group_for)d are for it, and at least "
    "%(group_least)d are needed."
)
#: What the count itself decides: what is said where votes are needed, and what where none are.
_PLAIN: dict[str, tuple[Promise, Promise]] = {
    "above_cut": (
        gettext_lazy(
            "In: %(score)s, at least %(least)d needed; place %(place)d of %(of)d, and %(seats)d are chosen."
        ),
        gettext_lazy("In: %(score)s; place %(place)d of %(of)d, and %(seats)d are chosen."),
    ),
    "below_cut": (
        gettext_lazy(
            "Out: %(score)s, and at least %(least)d are needed; but only %(seats)d are chosen, and it has place "
            "%(place)d of %(of)d."
        ),
        gettext_lazy("Out: %(score)s; only %(seats)d are chosen, and it has place %(place)d of %(of)d."),
    ),
    "below_floor": (
        gettext_lazy(
            "Out: %(score)s, and at least %(least)d are needed: %(short)d too few; place %(place)d of %(of)d."
        ),
        gettext_lazy("Out: nobody voted for it."),
    ),
    "below_group_floor": (_OF_GROUP, _OF_GROUP),
}


#: Where a sum of money is shared out.
_OF_MONEY: dict[str, Promise] = {
    "fits": gettext_lazy("In: %(score)s; it costs %(cost)s, and %(money)s are left after it."),
    "does_not_fit": gettext_lazy("Out: %(score)s; it costs %(cost)s, and only %(money)s were left."),
    "after_the_end": gettext_lazy(
        "Out: %(score)s; the money ended at a project before it, which no longer fitted."
    ),
    "tied_for_money": gettext_lazy(
        "Not decided: %(score)s, as others have; %(money)s are left, which do not reach for all of them."
    ),
    "waits_for_tie": gettext_lazy(
        "Not decided: %(score)s; it costs %(cost)s, and may still be paid for once the tie above it is settled."
    ),
    "supporters_paid": gettext_lazy(
        "In: %(score)s; it costs %(cost)s, and each of its supporters paid %(paid)s out of an equal share."
    ),
    "supporters_cannot": gettext_lazy(
        "Out: %(score)s; it costs %(cost)s, and its supporters had only %(money)s left together."
    ),
}
_PAID_ALL_THEY_HAD = gettext_lazy(
    "In: %(score)s; it costs %(cost)s. Its supporters paid %(paid)s each; who had less left of an equal share paid all "
    "of that."
)
_TIED_BY_SHARES = gettext_lazy(
    "Not decided: %(score)s; it stands equal with others, and the shares do not reach for all of them."
)
_FEN = 100  # of one yuan


def verdict(round_: RoundResult, number: int) -> str:
    """Return in one sentence what a round made of a project, with its votes, what was needed, and its place.

    Raises LookupError where the project did not stand in that round.
    """
    item = next((each for each in round_.part["items"] if each["number"] == number), None)
    if item is None:
        raise LookupError(number)
    if round_.graded:
        return _graded(round_, item)
    reason = item["reason"]
    if reason == "vote_void":
        return _("Not decided: more ballots were returned than issued, so the vote is void.")
    known = _numbers(round_, item)
    if round_.whole_report:
        return _of_the_whole(round_, item) % known
    if reason in _OF_MONEY:
        words = {"cost": yuan_words(item["cost"]), "money": yuan_words(item["money_left"] or 0)}
        return str(_by_money(item)) % (known | words | {"paid": fen_words(item.get("paid") or 0)})
    if reason in _EQUAL:
        return str(_EQUAL[reason]) % known
    return _by_the_count(round_, item) % known


def _by_money(item: NoticeItem) -> Promise:
    """Return the sentence on an item of a vote that shares out money; by equal shares ``paid`` stands beside it."""
    if item["reason"] == "tied_for_money" and "paid" in item:
        return _TIED_BY_SHARES
    if item["reason"] == "supporters_paid" and item["paid"] != item["cost"] * _FEN // item["for"]:
        return _PAID_ALL_THEY_HAD
    return _OF_MONEY[item["reason"]]


def _graded(round_: RoundResult, item: NoticeItem) -> str:
    if not item["grade"]:
        return _("Not graded: more ballots were returned than issued, so the vote is void.")
    words = {
        "grade": grade_word(item["grade"]),
        "working": "; ".join(working(item, round_.part, round_.rules)),
    }
    return _("Assessed as %(grade)s: %(working)s.") % words


def _of_the_whole(round_: RoundResult, item: NoticeItem) -> str:
    if item["decision"] == "chosen":
        return _("In: the whole list has %(score)s, at least %(least)d needed.")
    if item["reason"] == "below_group_floor":
        return _(
            "Out: the whole list has %(score)s, but of %(group)s only %(group_for)d, and at least %(group_least)d are "
            "needed."
        )
    return _("Out: the whole list has %(score)s, and at least %(least)d are needed: %(short)d too few.")


def _by_the_count(round_: RoundResult, item: NoticeItem) -> str:
    with_floor, without = _PLAIN[item["reason"]]
    return str(with_floor if round_.has_floor else without)


def _numbers(round_: RoundResult, item: NoticeItem) -> dict[str, Any]:
    """Return what the sentences may name."""
    items = round_.part["items"]
    equal = [each for each in items if each["score"] == item["score"] and each["reason"] in _EQUAL]
    sure = sum(each["decision"] == "chosen" for each in items)
    others = max(0, len(equal) - 1)
    group = round_.group or {"name": "", "least": 0}
    return {
        "score": _score(round_, item),
        "least": round_.least,
        "short": max(0, round_.least - item["for"]),
        "place": item["place"],
        "of": len(items),
        "seats": round_.seats,
        "others": ngettext("%(count)d other at the last place", "%(count)d others at the last place", others)
        % {"count": others},
        "among": len(equal),
        "left": max(0, round_.seats - sure),
        "group": group["name"],
        "group_for": item["group_for"] or 0,
        "group_least": group["least"],
    }


def _score(round_: RoundResult, item: NoticeItem) -> str:
    """Say what the project got, in what its place and its threshold are counted in."""
    votes = item["for"]
    if round_.pointed:
        on = ngettext("%(votes)d ballot that gives it any", "%(votes)d ballots that give it any", votes) % {
            "votes": votes
        }
        return _("%(points)d points, %(ballots)s") % {"points": item["points"] or 0, "ballots": on}
    if not round_.ranking:
        return ngettext("%(votes)d vote for it", "%(votes)d votes for it", votes) % {"votes": votes}
    on = ngettext("%(votes)d ballot that ranks it", "%(votes)d ballots that rank it", votes) % {
        "votes": votes
    }
    if round_.by_points:
        return _("%(points)d points, %(ballots)s") % {"points": item["points"] or 0, "ballots": on}
    first = item["places"][0] if item["places"] else 0
    return _("%(first)d first places, %(ballots)s") % {"first": first, "ballots": on}
