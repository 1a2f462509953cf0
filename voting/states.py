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
    GIVEN_UP = "given_up", pgettext_lazy("year", "given up")


STAGE_STEPS: dict[Stage, frozenset[Stage]] = {
    # A year is given up before its call is published, and not after.
    Stage.SOLICITATION: frozenset({Stage.SCREENING, Stage.GIVEN_UP}),
    Stage.SCREENING: frozenset({Stage.DELIBERATION}),
    # Only an assessment is ever withdrawn.
    Stage.DELIBERATION: frozenset({Stage.VOTING, Stage.WITHDRAWN}),
    # Back to the deliberation goes a cycle whose roll is unfrozen, or whose round was annulled.
    Stage.VOTING: frozenset({Stage.COUNTING, Stage.DELIBERATION}),
    Stage.COUNTING: frozenset({Stage.PUBLICATION, Stage.VOTING, Stage.DELIBERATION}),
    Stage.PUBLICATION: frozenset({Stage.DELIVERY}),
    Stage.DELIVERY: frozenset({Stage.ASSESSMENT}),
    Stage.ASSESSMENT: frozenset({Stage.ARCHIVED, Stage.DELIVERY}),
    Stage.ARCHIVED: frozenset(),
    Stage.WITHDRAWN: frozenset(),
    Stage.GIVEN_UP: frozenset(),
}

#: Until here it is prepared what the delegates will vote on, and under which rules.
PREPARING_STAGES = frozenset({Stage.SOLICITATION, Stage.SCREENING, Stage.DELIBERATION})
#: What follows the vote: everything that was voted on is published.
VOTED_STAGES = frozenset({Stage.PUBLICATION, Stage.DELIVERY, Stage.ASSESSMENT, Stage.ARCHIVED})
#: The projects are on their way, or were.
DELIVERED_STAGES = frozenset({Stage.DELIVERY, Stage.ASSESSMENT, Stage.ARCHIVED})


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


class Visibility(TextChoices):
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
    ANNULLED = "annulled", pgettext_lazy("round", "annulled")
    UNFROZEN = "unfrozen", _("roll unfrozen")


ROUND_STEPS: dict[RoundStatus, frozenset[RoundStatus]] = {
    RoundStatus.PREPARING: frozenset({RoundStatus.KEYED, RoundStatus.UNFROZEN}),
    RoundStatus.KEYED: frozenset({RoundStatus.KEYED, RoundStatus.READY}),
    RoundStatus.READY: frozenset({RoundStatus.KEYED, RoundStatus.OPEN}),
    RoundStatus.OPEN: frozenset({RoundStatus.CLOSED, RoundStatus.ANNULLED}),
    RoundStatus.CLOSED: frozenset({RoundStatus.COUNTED, RoundStatus.ANNULLED}),
    RoundStatus.COUNTED: frozenset({RoundStatus.CERTIFIED, RoundStatus.ANNULLED}),
    RoundStatus.CERTIFIED: frozenset({RoundStatus.PUBLISHED}),
    RoundStatus.PUBLISHED: frozenset(),
    RoundStatus.ANNULLED: frozenset(),
    RoundStatus.UNFROZEN: frozenset(),
}

#: Nothing more comes of a round that stands here.
OVER_STATUSES = frozenset({RoundStatus.PUBLISHED, RoundStatus.ANNULLED, RoundStatus.UNFROZEN})
#: A round that stands here was not counted for anything: what it was voted under may be mended and voted on anew.
WITHOUT_RESULT = frozenset({RoundStatus.ANNULLED, RoundStatus.UNFROZEN})
#: From the opening until the count is certified a round may be annulled.
ANNULLABLE = frozenset(since for since, steps in ROUND_STEPS.items() if RoundStatus.ANNULLED in steps)
#: Until the vote opens a delegate may be excluded from the roll or admitted to it.
BEFORE_OPENING = frozenset({RoundStatus.PREPARING, RoundStatus.KEYED, RoundStatus.READY})
#: While a round stands here the check-in desk works: late delegates come, others leave.
CHECK_IN_STATUSES = BEFORE_OPENING | {RoundStatus.OPEN}
#: Between the ceremony and the publication: who has an account decides what comes out.
UNDER_WAY = frozenset(RoundStatus) - OVER_STATUSES - {RoundStatus.PREPARING}
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


class Became(TextChoices):
    """What a candidate became by the vote: the chosen and the rest, which are done as annual tasks."""

    CHOSEN = "chosen", _("chosen project")
    ANNUAL = "annual", _("annual task")


class Body(TextChoices):
    """Who votes: the delegates in plenary, the standing committee (常委会组成人员), or residents by letter (居民)."""

    DELEGATES = "delegates", _("the delegates")
    COMMITTEE = "committee", _("the members of the standing committee")
    RESIDENTS = "residents", _("residents, by letter")


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


class CountProof(TextChoices):
    """How an imported count was proven when it was certified; a count of the server's own needs none."""

    NONE = "", _("counted here")
    SLIPS = "slips", _("proven by key slips")
    FILE = "file", _("proven by a second count")


class Act(TextChoices):
    """What the journal records. There is no entry for the casting of a ballot: it would be a clock."""

    CYCLE_CREATED = "cycle_created", _("cycle created")
    YEAR_CORRECTED = "year_corrected", _("data of the year corrected")
    YEAR_GIVEN_UP = "year_given_up", _("year given up")
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
    DECISION_UNDONE = "decision_undone", _("decision on a proposal taken back")
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
    SLATE_UNFROZEN = "slate_unfrozen", _("slate taken back")
    RULES_DRAFTED = "rules_drafted", _("voting rules drafted")
    RULES_ADOPTED = "rules_adopted", _("voting rules adopted")
    RULES_REOPENED = "rules_reopened", _("adoption of the rules taken back")
    ROSTER_IMPORTED = "roster_imported", _("list of delegates imported")
    ROSTER_UNDONE = "roster_undone", _("import of delegates undone")
    ROLL_FROZEN = "roll_frozen", _("roll frozen")
    ROLL_UNFROZEN = "roll_unfrozen", _("roll unfrozen")
    ROUND_BEGUN = "round_begun", _("further round begun")
    PREPARED_ANEW = "prepared_anew", _("vote prepared anew")
    DELEGATE_EXCLUDED = "delegate_excluded", _("delegate excluded from the roll")
    DELEGATE_ADMITTED = "delegate_admitted", _("delegate admitted to the roll")
    PRESENCE_SET = "presence_set", _("presence recorded")
    PRESENCE_CONFIRMED = "presence_confirmed", _("presence of the round before confirmed")
    CODES_ISSUED = "codes_issued", _("access codes issued")
    CODE_VOIDED = "code_voided", _("access code voided")
    BLOCK_LIFTED = "block_lifted", _("sign-in block lifted")
    KEY_SPLIT = "key_split", _("key ceremony held")
    KEY_TAKEN = "key_taken", _("key slip taken by its holder")
    KEY_PROVEN = "key_proven", _("key slip typed back by its holder")
    KEY_TRIED = "key_tried", _("trial unsealing passed")
    ROUND_OPENED = "round_opened", _("voting opened")
    PAPER_REFUSED = "paper_refused", _("paper ballot asked for and refused")
    PAPER_HANDED_OUT = "paper_handed_out", _("paper ballots handed out")
    PAPER_TAKEN_BACK = "paper_taken_back", _("paper ballot taken back unused")
    SWITCHED_TO_PAPER = "switched_to_paper", _("vote switched to paper")
    ROUND_CLOSED = "round_closed", _("voting closed, urn sealed")
    PAPER_RETURNED = "paper_returned", _("returned paper ballots counted")
    PAPER_CORRECTED = "paper_corrected", _("count of returned paper ballots corrected")
    PAPER_ENTERED = "paper_entered", _("paper ballots entered")
    PAPER_SCANNED = "paper_scanned", _("paper ballots read by the scanner")
    PAPER_SETTLED = "paper_settled", _("difference between two entries settled")
    PICTURES_OPENED = "pictures_opened", _("sealed pictures of paper ballots opened")
    URN_TAKEN = "urn_taken", _("sealed urn taken for an offline count")
    ROUND_ANNULLED = "round_annulled", _("round annulled")
    DECK_PASSED = "deck_passed", _("test deck read without a mistake")
    DECK_FAILED = "deck_failed", _("test deck read with mistakes")
    FIRST_COUNTED = "first_counted", _("first readings fixed and counted")
    SAMPLE_DRAWN = "sample_drawn", _("paper ballots drawn to be read again")
    ROUND_COUNTED = "round_counted", _("ballots counted")
    TALLY_CERTIFIED = "tally_certified", _("count certified")
    TIE_DECIDED = "tie_decided", _("tie decided")
    STEPS_PLANNED = "steps_planned", _("dates of steps planned")
    NOTE_LEFT = "note_left", _("note left")
    INCIDENT = "incident", _("incident recorded")
    NOTICE_PUBLISHED = "notice_published", _("public notice published")
    ROUNDS_ENDED = "rounds_ended", _("further rounds ended by decision")
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


#: What the journal calls each step of a round.
ACT_OF_STEP: dict[RoundStatus, Act] = {
    RoundStatus.KEYED: Act.KEY_SPLIT,
    RoundStatus.READY: Act.KEY_TRIED,
    RoundStatus.OPEN: Act.ROUND_OPENED,
    RoundStatus.CLOSED: Act.ROUND_CLOSED,
    RoundStatus.COUNTED: Act.ROUND_COUNTED,
    RoundStatus.CERTIFIED: Act.TALLY_CERTIFIED,
    RoundStatus.PUBLISHED: Act.NOTICE_PUBLISHED,
    RoundStatus.ANNULLED: Act.ROUND_ANNULLED,
    RoundStatus.UNFROZEN: Act.ROLL_UNFROZEN,
}
#: The steps that a round takes once; its key can be made and tried again.
STEPS_TAKEN_ONCE = frozenset({*ACT_OF_STEP.values()} - {Act.KEY_SPLIT, Act.KEY_TRIED})
#: The entries that say how many delegates are on the roll; the last one holds.
ROLL_ACTS = frozenset({Act.ROLL_FROZEN, Act.ROUND_BEGUN, Act.DELEGATE_EXCLUDED, Act.DELEGATE_ADMITTED})


class CongressAct(TextChoices):
    """What the journal of a congress records of its staff's accounts; of delegates it records nothing."""

    SIGNED_IN = "signed_in", _("signed in")
    ACCOUNT_ENTERED = "account_entered", _("account entered")
    ACCOUNT_CHANGED = "account_changed", _("account changed")
    SIGN_IN_ALLOWED = "sign_in_allowed", _("may sign in again")
    SIGN_IN_BARRED = "sign_in_barred", _("may no longer sign in")
    PASSWORD_GIVEN = "password_given", _("initial password given")
    PASSWORD_CHANGED = "password_changed", _("own password chosen")
    FACTOR_ENROLLED = "factor_enrolled", _("second factor set up")
    FACTOR_REMOVED = "factor_removed", _("second factor removed")
    FACTOR_RESET = "factor_reset", _("second factor taken away by a keeper")
    RECOVERY_RENEWED = "recovery_renewed", _("recovery codes renewed")
    REST_BEGUN = "rest_begun", _("sign-in rests after wrong passwords")
    REST_LIFTED = "rest_lifted", _("rest of the sign-in lifted")
