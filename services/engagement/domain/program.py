"""What engagement works by in a program: cadence, plan template and themes."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from services.engagement.domain.errors import UnknownTheme
from services.engagement.domain.ids import PersonId, ProgramId

SUGGESTED_THEMES = 3


@dataclass(frozen=True, slots=True)
class TaskTemplate:
    """One thing to do, `offset` after activation; `role` None: for all members together."""

    code: str
    offset: timedelta
    role: str | None = None


@dataclass(frozen=True, slots=True)
class MilestoneTemplate:
    """A step of the plan, due `offset` after activation."""

    code: str
    offset: timedelta
    tasks: tuple[TaskTemplate, ...] = ()


@dataclass(frozen=True, slots=True)
class Program:
    """The latest published version of a program."""

    id: ProgramId
    version: int
    title: str
    cadence: timedelta
    coordinator_ids: tuple[PersonId, ...] = ()
    milestones: tuple[MilestoneTemplate, ...] = ()
    themes: tuple[str, ...] = ()


def check_themes(themes: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    """The themes without repetition, in their order; raises UnknownTheme."""
    allowed = frozenset(known)
    chosen = tuple(dict.fromkeys(themes))
    if not allowed.issuperset(chosen):
        raise UnknownTheme(field="themes")
    return chosen


def suggest_themes(known: tuple[str, ...], discussed: Iterable[str]) -> tuple[str, ...]:
    """Up to three themes for the next conversation: the least discussed, in the program's order."""
    times = Counter(discussed)
    return tuple(sorted(known, key=lambda theme: times[theme])[:SUGGESTED_THEMES])
