"""What a program asks of a match run."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MAX_WEEKS = 260
MAX_WEIGHT = 1_000
MONDAY = 0


class InvalidSettings(ValueError):
    """Settings that no run can be made with."""


class Format(StrEnum):
    """The kind of mentoring relationship."""

    ONE_TO_ONE = "one_to_one"
    REVERSE = "reverse"
    PEER = "peer"
    CIRCLE = "circle"
    FLASH = "flash"


PAIRED_FORMATS = frozenset({Format.ONE_TO_ONE, Format.REVERSE})
"""The formats that pair a mentor with a mentee and that a run can solve."""


class Criterion(StrEnum):
    """A part of the match score, in the order in which breakdowns list them."""

    SKILLS = "skills"
    FUNCTION = "function"
    SENIORITY = "seniority"
    ZONE = "zone"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How much each criterion counts, as integers from 0 to 1,000; only their proportions matter."""

    skills: int = 0
    function: int = 0
    seniority: int = 0
    zone: int = 0
    language: int = 0

    def __post_init__(self) -> None:
        if not all(0 <= weight <= MAX_WEIGHT for weight in self.in_order()) or not self.total():
            raise InvalidSettings(f"weights from 0 to {MAX_WEIGHT}, not all of them 0: {self}")

    def in_order(self) -> tuple[int, ...]:
        """The weights in the order of Criterion."""
        return (self.skills, self.function, self.seniority, self.zone, self.language)

    def total(self) -> int:
        """The sum that the weights are shares of."""
        return sum(self.in_order())


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """The rules of one run.

    `weeks` are the Mondays of all weeks of the program; its first one dates the zone criterion.
    `min_shared_minutes` is asked of every week; 0 asks nothing, not even that hours are known.
    `min_level_gap` is how many job levels the mentor must stand above the mentee (in a reverse program:
    below); None asks nothing, not even that levels are known.
    `skills_allowance` is how many wanted skills a mentor may offer before each of them counts less.
    `max_candidates` bounds the market; a larger one is refused.
    `tie_break_salt` (the cohort's id, say) keeps ties from falling on the same people in every cohort.
    """

    format: Format
    weights: Weights
    weeks: tuple[date, ...]
    min_shared_minutes: int = 0
    language_required: bool = True
    forbid_reporting_line: bool = True
    audience_required: bool = True
    min_level_gap: int | None = None
    skills_allowance: int = 10
    max_candidates: int = 5_000
    tie_break_salt: str = ""

    def __post_init__(self) -> None:
        if self.format not in PAIRED_FORMATS:
            raise InvalidSettings(f"no run for the format {self.format} yet")
        if not 0 < len(self.weeks) <= MAX_WEEKS or any(week.weekday() != MONDAY for week in self.weeks):
            raise InvalidSettings(f"a program has 1 to {MAX_WEEKS} weeks, each named by its Monday")
        if self.min_shared_minutes < 0 or self.skills_allowance < 1 or self.max_candidates < 1:
            raise InvalidSettings("minutes start at 0, allowance and market size at 1")
        object.__setattr__(self, "weeks", tuple(sorted(set(self.weeks))))
