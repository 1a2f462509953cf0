"""The names of a vote's steps, and where a step stands."""

from enum import StrEnum


class StepKey(StrEnum):
    """The steps in their order; the value is the last part of the step's address."""

    CALL = "call"
    SCREENING = "screening"
    SLATE = "slate"
    REPORT = "report"
    CONFIRM = "confirm"
    RULES = "rules"
    ROLL = "roll"
    DECK = "deck"
    LETTERS = "letters"
    SLIPS = "slips"
    CHECK_IN = "check-in"
    KEY = "key"
    TRIAL = "trial"
    OPEN = "open"
    CLOSE = "close"
    PAPER = "paper"
    COUNT = "count"
    SAMPLE = "sample"
    CERTIFY = "certify"
    DECIDE = "decide"
    PUBLISH = "publish"
    FURTHER = "further"


class StepState(StrEnum):
    """Where a step stands: exactly one of a running vote's steps is the current one."""

    DONE = "done"
    CURRENT = "current"
    LATER = "later"
