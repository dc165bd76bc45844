"""The words of the match life: states, inputs, who may give them, what came of it."""

from enum import StrEnum


class MatchState(StrEnum):
    """Where a match stands."""

    PROPOSED = "proposed"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    ENDED_EARLY = "ended_early"
    DECLINED = "declined"
    EXPIRED = "expired"


LIVE = frozenset(
    {
        MatchState.PROPOSED,
        MatchState.OFFERED,
        MatchState.ACCEPTED,
        MatchState.ACTIVE,
        MatchState.PAUSED,
    },
)
"""The states that hold a seat of every member; a proposal does too, so that no second run gives it away."""


class MatchInput(StrEnum):
    """What can happen to a match: commands first, then what falls due, then facts."""

    OFFER = "offer"
    WITHDRAW = "withdraw"
    REPLACE = "replace"
    ACCEPT = "accept"
    DECLINE = "decline"
    PAUSE = "pause"
    RESUME = "resume"
    CONFIRM = "confirm"
    COMPLETE = "complete"
    END = "end"
    LOCK = "lock"
    UNLOCK = "unlock"
    OVERRIDE = "override"

    EXPIRY_DUE = "expiry_due"
    START_DUE = "start_due"
    END_DUE = "end_due"

    MEMBER_LEFT = "member_left"
    MEMBER_DECEASED = "member_deceased"
    MEMBER_ON_LEAVE = "member_on_leave"
    MEMBER_RETURNED = "member_returned"
    MEMBER_WITHDREW = "member_withdrew"
    LINE_CONFLICT = "line_conflict"
    AUDIENCE_EXIT = "audience_exit"
    NOT_A_GOOD_FIT = "not_a_good_fit"


COMMANDS = frozenset(list(MatchInput)[: list(MatchInput).index(MatchInput.EXPIRY_DUE)])
"""An input of a person; where the table has no row for it, it is refused."""

LATE_FACTS = frozenset(set(MatchInput) - COMMANDS)
"""What nobody can take back: on a match that has ended, it changes nothing."""


class By(StrEnum):
    """Who may give an input."""

    MEMBER = "member"
    COORDINATOR = "coordinator"
    SYSTEM = "system"
    HR = "hr"
    ENGAGEMENT = "engagement"


class Case(StrEnum):
    """What a row depends on besides state and input."""

    ALWAYS = "always"
    OTHERS_AWAITED = "others_awaited"
    LAST_ANSWER = "last_answer"
    ANSWERED_BEFORE = "answered_before"
    TOO_LATE = "too_late"
    NOT_YET_DUE = "not_yet_due"
    DUE = "due"
    SOMEBODY_AWAY = "somebody_away"
    EVERYBODY_HERE = "everybody_here"
    RESTED_BY_COORDINATOR = "rested_by_coordinator"
    RESTED_BY_LEAVE = "rested_by_leave"
    POLICY_END = "policy_end"
    POLICY_FLAG = "policy_flag"
    FLAGGED_BEFORE = "flagged_before"
    LOCKED = "locked"
    UNLOCKED = "unlocked"


class FactKind(StrEnum):
    """What a match tells the world, in the past tense."""

    PROPOSED = "proposed"
    OFFERED = "offered"
    ACCEPTED_BY_SIDE = "accepted_by_side"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    ACTIVATED = "activated"
    PAUSED = "paused"
    RESUMED = "resumed"
    COMPLETED = "completed"
    ENDED = "ended"
    FLAGGED = "flagged"


class PauseReason(StrEnum):
    """Why a match rests; the kind of absence is nobody's business."""

    PARTNER_UNAVAILABLE = "partner_unavailable"
    COORDINATOR = "coordinator"


class EndReason(StrEnum):
    """Why a match ended early, as far as anybody outside may know."""

    PARTNER_UNAVAILABLE = "partner_unavailable"
    NOT_A_GOOD_FIT = "not_a_good_fit"
    COORDINATOR = "coordinator"
    REPORTING_LINE = "reporting_line"
    OUT_OF_AUDIENCE = "out_of_audience"
    WITHDRAWN = "withdrawn"


class FlagCode(StrEnum):
    """What a coordinator should look at."""

    REPORTING_LINE = "reporting_line"
    OUT_OF_AUDIENCE = "out_of_audience"


class Policy(StrEnum):
    """What a program does with a match that a change in HR touches."""

    FLAG = "flag"
    END = "end"
