"""What the words of a notice are called on pages, documents and exports."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DECISIONS: dict[str, Promise] = {
    "chosen": _("chosen"),
    "tied": _("tied"),
    "not_chosen": _("not chosen"),
}
REASONS: dict[str, Promise] = {
    "above_cut": _("among the highest"),
    "below_floor": _("majority not reached"),
    "below_group_floor": _("majority of the sub-group not reached"),
    "below_cut": _("fewer votes than those chosen"),
    "tied_at_cut": _("equal votes at the last place"),
    "admitted_with_tie": _("equal votes at the last place, admitted by the rules"),
    "presidium_for": _("equal votes at the last place, chosen by the presidium"),
    "presidium_against": _("equal votes at the last place, not chosen by the presidium"),
    "lot_for": _("equal votes at the last place, chosen by lot"),
    "lot_against": _("equal votes at the last place, not chosen by lot"),
    "vote_void": _("the vote is void"),
    "fits": _("fits the money"),
    "does_not_fit": _("costs more than what was left"),
    "after_the_end": _("after the project at which the money ended"),
    "tied_for_money": _("equal votes for which the money does not reach"),
    "waits_for_tie": _("could still be paid for after the tie"),
    "supporters_paid": _("its supporters paid for it"),
    "supporters_cannot": _("its supporters cannot pay for it"),
}
#: Why a project is out that has no vote, where the rules ask for no smallest number.
UNVOTED = _("nobody voted for it")
#: The status of a round whose tie is one of money, and why another follows it.
MONEY_TIED = _("Equal votes for which the money does not reach: the rules say what follows.")
MONEY_WAS_TIED = _("because of equal votes for which the money did not reach")
STATUSES: dict[str, Promise] = {
    "decided": _("The vote is decided."),
    "tie": _("Equal votes at the last place: the rules say what follows."),
    "shortfall": _("Fewer projects passed than there are to choose."),
    "void": _("More ballots were returned than issued: the vote is void."),
}
TIES: dict[str, Promise] = {
    "presidium": _("Equal votes at the last place, decided by the presidium."),
    "lot": _("Equal votes at the last place, decided by a public lot."),
}
BECAUSE: dict[str, Promise] = {
    "tie": _("because of equal votes at the last place"),
    "shortfall": _("because fewer projects passed than there were to choose"),
    "void": _("because the vote before it was void"),
    "annulled": _("because the round before it was annulled"),
}
#: The numbers in a project's line of an assessment.
GRADE_COLUMNS = (
    _("Satisfied"), _("Basically satisfied"), _("Unsatisfied"), _("Abstain"), _("Not pressed"),
)  # fmt: skip
CHANNELS: dict[str, Promise] = {"online": _("online"), "paper": _("on paper")}
VOID_REASONS: dict[str, Promise] = {
    "over_vote": _("more marks than allowed"),
    "under_vote": _("fewer marks than required"),
    "repeated_place": _("a place given twice"),
    "missing_place": _("a place left out"),
    "blank": _("nothing marked"),
    "malformed": _("cannot be read"),
    "over_sum": _("costs more than a ballot may vote for"),
}
#: What became of a project over all rounds.
BECAME: dict[str, Promise] = {
    "chosen": _("chosen"),
    "annual_task": _("annual task"),
    "left_over": _("left to the next session"),
    "open": _("still to be decided"),
    "not_chosen": _("not chosen"),
}
