"""The labels of the count's own words. Imports the count alone."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from voting.count.grading import Grade
from voting.count.measures import (
    BallotType,
    Base,
    BlankBallot,
    Comparator,
    DoubleMark,
    FirstReading,
    Scoring,
    SecondReading,
    ShortfallRule,
    TieRule,
    UnderVote,
)
from voting.count.money import Method

Labels = Mapping[str, Promise]

#: The labels of what the measures of a vote settle. Its words are the count's own (``count.measures``), and so are the
#: meanings; empty stands for what a vote can do without.
BALLOT_TYPES: Labels = {
    BallotType.UP_TO: _("choose up to N"),
    BallotType.EXACTLY: _("choose exactly N"),
    BallotType.PER_ITEM: _("for, against or abstain on each project"),
    BallotType.PER_ITEM_UP_TO: _("for, against or abstain on each project, at most N for"),
    BallotType.RANKING: _("rank up to N projects by priority"),
    BallotType.WHOLE_REPORT: _("approve or reject the whole list"),
    BallotType.GRADES: _("satisfied, basically satisfied or unsatisfied with each project"),
    BallotType.CHOOSE_ONE: _("choose one, however many are to be chosen"),
    BallotType.POINTS: _("share points out among the projects"),
}
UNDER_VOTES: Labels = {
    UnderVote.VALID: pgettext_lazy("too few marks", "valid"),
    UnderVote.VOID: pgettext_lazy("too few marks", "void"),
}
SCORINGS: Labels = {
    "": _("nothing is ranked"),
    Scoring.POINTS: _("points by place: N for the first place, N − 1 for the second, …"),
    Scoring.FIRST_PREFERENCES: _("most first places, then most second places, …"),
}
FLOOR_BASES: Labels = {
    "": _("no floor: the highest N"),
    Base.ALL: _("all delegates on the roll"),
    Base.PRESENT: _("delegates present"),
    Base.RETURNED: _("ballots returned"),
    Base.VALID: _("valid ballots"),
}
GROUP_BASES: Labels = {
    "": _("no second threshold"),
    Base.ALL: _("all members of the sub-group on the roll"),
    Base.PRESENT: _("members of the sub-group present"),
    Base.RETURNED: _("ballots returned by the sub-group"),
    Base.VALID: _("valid ballots of the sub-group"),
}
SATISFIED_BASES: Labels = {
    "": _("no assessment"),
    Base.ALL: _("all members on the roll"),
    Base.PRESENT: _("members present"),
    Base.RETURNED: _("ballots returned"),
    Base.VALID: _("valid ballots"),
}
COMPARATORS: Labels = {Comparator.MORE_THAN: _("more than"), Comparator.AT_LEAST: _("at least")}
BLANK_BALLOTS: Labels = {
    BlankBallot.VALID: pgettext_lazy("blank ballot", "valid: abstains on every project"),
    BlankBallot.VOID: pgettext_lazy("blank ballot", "void"),
}
DOUBLE_MARKS: Labels = {
    DoubleMark.BALLOT: pgettext_lazy("two marks", "the whole ballot is void"),
    DoubleMark.ITEM: pgettext_lazy("two marks", "void for that project alone"),
}
FIRST_READINGS: Labels = {
    FirstReading.PERSON: pgettext_lazy("first reading", "by a person"),
    FirstReading.SCANNER: pgettext_lazy("first reading", "by a scanner, where it is in doubt by a person"),
}
SECOND_READINGS: Labels = {
    SecondReading.ALL: pgettext_lazy("second reading", "all of them"),
    SecondReading.SAMPLE: pgettext_lazy("second reading", "as many as a public draw names"),
}
TIE_RULES: Labels = {
    TieRule.FURTHER_BALLOT: _("another ballot among the tied projects"),
    TieRule.PRESIDIUM: _("the presidium decides, with a recorded reason"),
    TieRule.LOT: _("a public lot, recorded"),
    TieRule.ADMIT_ALL: _("all tied projects are chosen"),
}
SHORTFALL_RULES: Labels = {
    ShortfallRule.FURTHER_ROUND: _("another round among the rest"),
    ShortfallRule.STAY_EMPTY: _("the seats stay empty"),
    ShortfallRule.NEXT_SESSION: _("left to the next session"),
}
METHODS: Labels = {
    "": _("the highest, as many as are to be chosen"),
    Method.GREEDY: _("what fits a sum of money; what does not is passed over"),
    Method.GREEDY_STOP: _("what fits a sum of money, up to the first that does not"),
    Method.EQUAL_SHARES: _("what its supporters pay for from equal shares of a sum of money"),
}
GRADES: Labels = {
    Grade.SATISFIED: _("satisfied"),
    Grade.BASICALLY: _("basically satisfied"),
    Grade.UNSATISFIED: _("unsatisfied"),
}


def choices_of(labels: Labels) -> list[tuple[str, Promise]]:
    """Return the labels as the choices of a field, their words as plain text: a migration names no class of ours."""
    return [(str(word), label) for word, label in labels.items()]
