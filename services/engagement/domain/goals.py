"""Goals of a pair. Their words are kept encrypted elsewhere; here are the numbers."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from services.engagement.domain.errors import GoalAlreadyReached, TooMany
from services.engagement.domain.ids import GoalId, MatchId, PersonId

MAX_GOALS = 50
COMPLETE = 100


@dataclass(frozen=True, slots=True)
class Goal:
    """`percent` is 0 … 100; a reached goal moves no more."""

    id: GoalId
    match_id: MatchId
    set_by: PersonId
    set_at: datetime
    due_on: date | None = None
    percent: int = 0
    reached_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """The goal afterwards and what there is to tell."""

    goal: Goal
    progressed: bool = False
    reached: bool = False


def check_room(goals: int) -> None:
    """Raise TooMany when a match has as many goals as it may have."""
    if goals >= MAX_GOALS:
        raise TooMany(limit=MAX_GOALS)


def progress(goal: Goal, percent: int, now: datetime) -> Moved:
    """The goal moved to `percent`, up or down; 100 reaches it, the same again changes nothing."""
    if goal.reached_at is not None:
        raise GoalAlreadyReached
    if percent == COMPLETE:
        moved = reach(goal, now)
        return replace(moved, progressed=goal.percent != COMPLETE)
    return Moved(replace(goal, percent=percent), progressed=percent != goal.percent)


def reach(goal: Goal, now: datetime) -> Moved:
    """The goal is reached, whatever its percentage was; raises GoalAlreadyReached."""
    if goal.reached_at is not None:
        raise GoalAlreadyReached
    return Moved(replace(goal, percent=COMPLETE, reached_at=now), reached=True)
