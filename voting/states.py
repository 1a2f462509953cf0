"""Every state and every step between states. Imports nothing of ours.

The tables below are the only truth about what may follow what; ``domain.core.cycles.move_cycle`` and
``domain.vote.rounds.move_round`` are their only users.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Stage(TextChoices):
    """Where a cycle stands (DESIGN.md §1)."""

    SOLICITATION = "solicitation", _("solicitation")
    SCREENING = "screening", _("screening")
    DELIBERATION = "deliberation", _("deliberation")
    VOTING = "voting", _("voting")
    COUNTING = "counting", _("counting")
    PUBLICATION = "publication", _("publication")
    DELIVERY = "delivery", _("delivery")
    ASSESSMENT = "assessment", _("assessment")
    ARCHIVED = "archived", _("archived")
    WITHDRAWN = "withdrawn", pgettext_lazy("assessment", "withdrawn")


STAGE_STEPS: dict[Stage, frozenset[Stage]] = {
    Stage.SOLICITATION: frozenset({Stage.SCREENING}),
    Stage.SCREENING: frozenset({Stage.DELIBERATION}),
    # Only an assessment is ever withdrawn.
    Stage.DELIBERATION: frozenset({Stage.VOTING, Stage.WITHDRAWN}),
    Stage.VOTING: frozenset({Stage.COUNTING}),
    Stage.COUNTING: frozenset({Stage.PUBLICATION, Stage.VOTING}),
    Stage.PUBLICATION: frozenset({Stage.DELIVERY}),
    Stage.DELIVERY: frozenset({Stage.ASSESSMENT}),
    Stage.ASSESSMENT: frozenset({Stage.ARCHIVED, Stage.DELIVERY}),
    Stage.ARCHIVED: frozenset(),
    Stage.WITHDRAWN: frozenset(),
}


class Source(TextChoices):
    """Whom a proposal comes from: the report names residents, 两代表一委员, subdistricts and departments."""

    RESIDENT = "resident", _("residents")
    DELEGATE = "delegate", _("deputies and committee members")
    UNIT = "unit", _("subdistricts and departments")


class Channel(TextChoices):
    """The way by which a proposal came in."""

    ONLINE = "online", pgettext_lazy("proposal", "online")
    FORM = "form", pgettext_lazy("proposal", "on a paper form")
    IMPORT = "import", pgettext_lazy("proposal", "from a list")


class Standing(TextChoices):
    """Whether the public sees a proposal; personal data and abuse are held back until somebody has looked."""

    HELD = "held", _("not yet looked at")
    SHOWN = "shown", _("shown")
    HIDDEN = "hidden", _("kept from the public")


class Outcome(TextChoices):
    """What became of a proposal in the screening."""

    OPEN = "", _("not yet decided")
    ADOPTED = "adopted", _("adopted into a candidate project")
    ORDINARY = "ordinary", _("passed to a unit as ordinary business")
    RESERVE = "reserve", _("kept in the reserve pool")
    DECLINED = "declined", _("declined")
    MERGED = "merged", _("merged with another proposal")


class Feasible(TextChoices):
    """A unit's opinion in one word."""

    YES = "yes", _("can be done")
    PARTLY = "partly", _("can be done in part")
    NO = "no", _("cannot be done")


class Criterion(TextChoices):
    """The criteria of the screening (PROCEDURE.md §2, step 2)."""

    COMMON = "common", _("benefits many")
    PUBLIC = "public", _("serves the public good")
    IN_A_YEAR = "in_a_year", _("can be finished within the year")
    AFFORDABLE = "affordable", _("within the means of the budget")
    NOT_LISTED = "not_listed", _("not on the negative list")


class RoundStatus(TextChoices):
    """Where one round of voting stands."""

    PREPARING = "preparing", _("roll frozen, check-in")
    KEYED = "keyed", _("key split, not yet tried")
    READY = "ready", _("ready to open")
    OPEN = "open", _("voting is open")
    CLOSED = "closed", _("closed, urn sealed")
    COUNTED = "counted", _("counted")
    CERTIFIED = "certified", _("certified")
    PUBLISHED = "published", _("published")


ROUND_STEPS: dict[RoundStatus, frozenset[RoundStatus]] = {
    RoundStatus.PREPARING: frozenset({RoundStatus.KEYED}),
    RoundStatus.KEYED: frozenset({RoundStatus.KEYED, RoundStatus.READY}),
    RoundStatus.READY: frozenset({RoundStatus.KEYED, RoundStatus.OPEN}),
    RoundStatus.OPEN: frozenset({RoundStatus.CLOSED}),
    RoundStatus.CLOSED: frozenset({RoundStatus.COUNTED}),
    RoundStatus.COUNTED: frozenset({RoundStatus.CERTIFIED}),
    RoundStatus.CERTIFIED: frozenset({RoundStatus.PUBLISHED}),
    RoundStatus.PUBLISHED: frozenset(),
}

#: Until the vote opens a delegate may be excluded from the roll or admitted to it.
BEFORE_OPENING = frozenset({RoundStatus.PREPARING, RoundStatus.KEYED, RoundStatus.READY})
#: While a round stands here the check-in desk works: late delegates come, others leave.
CHECK_IN_STATUSES = BEFORE_OPENING | {RoundStatus.OPEN}
#: Nothing about choices exists outside the urn before a round stands here (TRUST.md §2).
COUNT_STATUSES = frozenset({RoundStatus.COUNTED, RoundStatus.CERTIFIED, RoundStatus.PUBLISHED})
#: The list of sealed ballots is fixed and public from here on.
SEALED_STATUSES = COUNT_STATUSES | {RoundStatus.CLOSED}


class Presence(TextChoices):
    """签到: what the check-in desk knows of a delegate."""

    ABSENT = "absent", _("not checked in")
    PRESENT = "present", _("present")
    ON_LEAVE = "on_leave", _("on leave")
    LEFT = "left", _("left early")


class BallotType(TextChoices):
    """PROCEDURE.md §3.4 (3), (a) to (f); the values are those of ``count.counting``."""

    UP_TO = "up_to", _("choose up to N")
    EXACTLY = "exactly", _("choose exactly N")
    PER_ITEM = "per_item", _("for, against or abstain on each project")
    PER_ITEM_UP_TO = "per_item_up_to", _("for, against or abstain on each project, at most N for")
    RANKING = "ranking", _("rank up to N projects by priority")
    WHOLE_REPORT = "whole_report", _("approve or reject the whole list")
    GRADES = "grades", _("satisfied, basically satisfied or unsatisfied with each project")


class UnderVote(TextChoices):
    """A ballot with fewer marks than it could have (PROCEDURE.md §3.4 (4))."""

    VALID = "valid", pgettext_lazy("too few marks", "valid")
    VOID = "void", pgettext_lazy("too few marks", "void")


class Scoring(TextChoices):
    """How a ranking is read; empty: the ballot ranks nothing."""

    NONE = "", _("nothing is ranked")
    POINTS = "points", _("points by place: N for the first place, N − 1 for the second, …")
    FIRST_PREFERENCES = "first_preferences", _("most first places, then most second places, …")


class FloorBase(TextChoices):
    """What a floor is measured against (PROCEDURE.md §3.4 (6)); empty: no floor."""

    NONE = "", _("no floor: the highest N")
    ALL = "all", _("all delegates on the roll")
    PRESENT = "present", _("delegates present")
    RETURNED = "returned", _("ballots returned")
    VALID = "valid", _("valid ballots")


class GroupBase(TextChoices):
    """What the second threshold of a sub-group is measured against; empty: there is none (PROCEDURE.md §3.4 (6))."""

    NONE = "", _("no second threshold")
    ALL = "all", _("all members of the sub-group on the roll")
    PRESENT = "present", _("members of the sub-group present")
    RETURNED = "returned", _("ballots returned by the sub-group")
    VALID = "valid", _("valid ballots of the sub-group")


class SatisfiedBase(TextChoices):
    """What the better grade of an assessment is measured against; empty: this is no assessment."""

    NONE = "", _("no assessment")
    ALL = "all", _("all members on the roll")
    PRESENT = "present", _("members present")
    RETURNED = "returned", _("ballots returned")
    VALID = "valid", _("valid ballots")


class Comparator(TextChoices):
    """过半数 is strictly more than half; 以上 includes (PROCEDURE.md §3.4 (11))."""

    MORE_THAN = "gt", _("more than")
    AT_LEAST = "ge", _("at least")


class BlankBallot(TextChoices):
    VALID = "valid", pgettext_lazy("blank ballot", "valid: abstains on every project")
    VOID = "void", pgettext_lazy("blank ballot", "void")


class TieRule(TextChoices):
    FURTHER_BALLOT = "further_ballot", _("another ballot among the tied projects")
    PRESIDIUM = "presidium", _("the presidium decides, with a recorded reason")
    LOT = "lot", _("a public lot, recorded")
    ADMIT_ALL = "admit_all", _("all tied projects are chosen")


class ShortfallRule(TextChoices):
    FURTHER_ROUND = "further_round", _("another round among the rest")
    STAY_EMPTY = "stay_empty", _("the seats stay empty")
    NEXT_SESSION = "next_session", _("left to the next session")


class Became(TextChoices):
    """What a candidate became by the vote: the chosen and the rest, which are done as annual tasks."""

    CHOSEN = "chosen", _("chosen project")
    ANNUAL = "annual", _("annual task")


class Body(TextChoices):
    """Who votes: the delegates in plenary, or the members of the standing committee (常委会组成人员)."""

    DELEGATES = "delegates", _("the delegates")
    COMMITTEE = "committee", _("the members of the standing committee")


class GradeName(TextChoices):
    """The grades of an assessment; the values are those of ``count.grading.Grade``."""

    SATISFIED = "satisfied", _("satisfied")
    BASICALLY = "basically", _("basically satisfied")
    UNSATISFIED = "unsatisfied", _("unsatisfied")


class DeliveryStatus(TextChoices):
    """Where a delivery stands."""

    RUNNING = "running", _("under way")
    COMPLETED = "completed", _("completed")
    CARRIED = "carried", _("goes on next year")


DELIVERY_STEPS: dict[DeliveryStatus, frozenset[DeliveryStatus]] = {
    DeliveryStatus.RUNNING: frozenset({DeliveryStatus.COMPLETED, DeliveryStatus.CARRIED}),
    DeliveryStatus.COMPLETED: frozenset({DeliveryStatus.RUNNING}),
    DeliveryStatus.CARRIED: frozenset(),
}


class Visit(TextChoices):
    """How the delegates looked: an inspection on the spot, or a special inquiry (专题询问)."""

    INSPECTION = "inspection", _("inspection")
    INQUIRY = "inquiry", _("special inquiry")


class Act(TextChoices):
    """What the journal records. There is no entry for the casting of a ballot: it would be a clock."""

    CYCLE_CREATED = "cycle_created", _("cycle created")
    STAGE_CHANGED = "stage_changed", _("stage changed")
    CANDIDATE_ADDED = "candidate_added", _("candidate project added")
    CALL_PUBLISHED = "call_published", _("call for proposals published")
    CALL_CHANGED = "call_changed", _("times of the call changed")
    CALL_CLOSED = "call_closed", _("call closed by hand")
    PROPOSALS_IMPORTED = "proposals_imported", _("proposals imported")
    PROPOSAL_ENTERED = "proposal_entered", _("proposal on paper entered")
    PROPOSAL_SHOWN = "proposal_shown", _("proposals shown to the public")
    PROPOSAL_HIDDEN = "proposal_hidden", _("proposal kept from the public")
    PROPOSAL_MERGED = "proposal_merged", _("proposals merged")
    PROPOSAL_SPLIT = "proposal_split", _("merged proposal taken out again")
    OPINION_ASKED = "opinion_asked", _("opinion of a unit asked for")
    OPINION_GIVEN = "opinion_given", _("opinion of a unit given")
    PROPOSAL_DECIDED = "proposal_decided", _("proposal decided")
    CANDIDATE_CHANGED = "candidate_changed", _("candidate project changed")
    CANDIDATE_DROPPED = "candidate_dropped", _("draft of a candidate project dropped")
    SLATE_NUMBERED = "slate_numbered", _("candidate projects numbered")
    READING_SLIPS = "reading_slips", _("slips for reading and asking printed")
    REPORT_ISSUED = "report_issued", _("report on the candidate projects issued")
    QUESTION_ASKED = "question_asked", _("question of a delegation")
    QUESTION_ANSWERED = "question_answered", _("question answered")
    CANDIDATE_AMENDED = "candidate_amended", _("candidate project changed in deliberation")
    LIST_CONFIRMED = "list_confirmed", _("official list confirmed")
    SLATE_FROZEN = "slate_frozen", _("slate frozen")
    RULES_DRAFTED = "rules_drafted", _("voting rules drafted")
    RULES_ADOPTED = "rules_adopted", _("voting rules adopted")
    ROSTER_IMPORTED = "roster_imported", _("list of delegates imported")
    ROSTER_UNDONE = "roster_undone", _("import of delegates undone")
    ROLL_FROZEN = "roll_frozen", _("roll frozen")
    ROUND_BEGUN = "round_begun", _("further round begun")
    DELEGATE_EXCLUDED = "delegate_excluded", _("delegate excluded from the roll")
    DELEGATE_ADMITTED = "delegate_admitted", _("delegate admitted to the roll")
    PRESENCE_SET = "presence_set", _("presence recorded")
    CODES_ISSUED = "codes_issued", _("access codes issued")
    CODE_VOIDED = "code_voided", _("access code voided")
    BLOCK_LIFTED = "block_lifted", _("sign-in block lifted")
    KEY_SPLIT = "key_split", _("key ceremony held")
    KEY_TRIED = "key_tried", _("trial unsealing passed")
    ROUND_OPENED = "round_opened", _("voting opened")
    PAPER_HANDED_OUT = "paper_handed_out", _("paper ballots handed out")
    PAPER_TAKEN_BACK = "paper_taken_back", _("paper ballot taken back unused")
    SWITCHED_TO_PAPER = "switched_to_paper", _("vote switched to paper")
    ROUND_CLOSED = "round_closed", _("voting closed, urn sealed")
    PAPER_RETURNED = "paper_returned", _("returned paper ballots counted")
    PAPER_ENTERED = "paper_entered", _("paper ballots entered")
    PAPER_SETTLED = "paper_settled", _("difference between two entries settled")
    ROUND_COUNTED = "round_counted", _("ballots counted")
    TALLY_CERTIFIED = "tally_certified", _("count certified")
    TIE_DECIDED = "tie_decided", _("tie decided")
    NOTICE_PUBLISHED = "notice_published", _("public notice published")
    DELIVERY_BEGUN = "delivery_begun", _("delivery of the projects begun")
    DELIVERY_CHANGED = "delivery_changed", _("breakdown of a project changed")
    BREAKDOWN_ISSUED = "breakdown_issued", _("breakdown issued")
    PROGRESS_REPORTED = "progress_reported", _("progress reported")
    GROUP_NAMED = "group_named", _("supervision group named")
    INSPECTED = "inspected", _("inspection recorded")
    FINDING_REPLIED = "finding_replied", _("finding answered by the unit")
    FINDING_CLOSED = "finding_closed", _("finding closed")
    FINDING_RETURNED = "finding_returned", _("finding sent back")
    FINDING_ESCALATED = "finding_escalated", _("finding escalated")
    HANDED_IN = "handed_in", _("project handed in as completed")
    COMPLETION_DECIDED = "completion_decided", _("completion decided")
    CHANGE_ASKED = "change_asked", _("change of a project asked for")
    CHANGE_DECIDED = "change_decided", _("change of a project decided")
    ASSESSMENT_OPENED = "assessment_opened", _("assessment opened")
    ASSESSMENT_WITHDRAWN = "assess_withdrawn", _("assessment withdrawn")
    RECTIFICATION_ORDERED = "rectify_ordered", _("rectification ordered")
    RECTIFIED = "rectified", _("rectification answered by the unit")
    SURVEY_OPENED = "survey_opened", _("residents' survey opened")
    SURVEY_ENDED = "survey_ended", _("end of the residents' survey set")
    PROGRESS_IMPORTED = "progress_imported", _("table of progress imported")
    LIGHTS_SET = "lights_set", _("rule of the lights set")
    REMARKED = "remarked", _("remark of a delegate")
    CARRIED_OVER = "carried_over", _("project carried over to the next year")
    ARCHIVED = "archived", _("year archived")
    DISPOSED = "disposed", _("keys and urns disposed of")
