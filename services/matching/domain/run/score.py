"""How well an allowed pair fits: five parts, each an integer in millionths, and their weighted mean.

Integer arithmetic only, so that a score is the same on every machine. What is unknown counts 0 and is marked.

- skills: the share of what the mentee wants that the mentor offers. A mentor who offers more of the market's
  wanted skills than the program's allowance sees each count less, in proportion: ticking every box does
  not lead the list. Offering a skill that nobody wants changes nothing; wanting one more never raises a
  score with a mentor who does not offer it. What remains: who wants less is satisfied more easily.
- function: the same function or not.
- seniority: 1 to 3 levels on the mentor's side are best (in a reverse program they are turned).
- zone: the real distance of the two clocks at the start of the program; 12 hours count nothing.
- language: languages in common beyond the one that is required, two of them count full. Past three claimed
  by either side each of them counts less, in proportion.

Nobody climbs by claiming more (tests/unit/matching/test_run_score_gaming.py): an answer that a partner does
not share never raises the score with them, all that somebody wants is worth one together however much it is,
claims past the allowances lower what the others give, and hours do not score at all, so that offering fewer
of them only closes pairs. What no score can give that listens to people at all: that a wish does not help
with those who can fulfil it.
"""

from dataclasses import dataclass

from services.matching.domain.hours import DAY_MINUTES, offset_minutes
from services.matching.domain.run.constraints import level_gap
from services.matching.domain.run.market import Candidate, Market
from services.matching.domain.run.settings import Criterion, RunSettings

SCORE_VERSION = 2
"""Counts the changes of what this module computes; every run keeps the version that it was scored with."""

FULL = 1_000_000
"""One, in millionths: the best value of a part and of a score."""

LEVELS = {0: 300_000, 1: FULL, 2: FULL, 3: FULL, 4: 750_000, 5: 500_000, 6: 250_000}
"""The seniority part by level gap; any other gap counts nothing."""

FULL_LANGUAGES = 2
LANGUAGES_ALLOWANCE = 3
HALF_DAY = DAY_MINUTES // 2


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One criterion of a score: its value, its weight and what it adds to the score, in millionths."""

    criterion: Criterion
    value: int
    weight: int
    contribution: int
    known: bool


@dataclass(frozen=True, slots=True)
class ScoreBreakdown:
    """A match score in millionths and the parts that add up to it exactly."""

    score: int
    parts: tuple[ScorePart, ...]


class Scoring:
    """The score of one run, prepared for its market."""

    def __init__(self, market: Market, settings: RunSettings) -> None:
        self._settings = settings
        self._weights = settings.weights.in_order()
        self._weight = settings.weights.total()
        wanted = frozenset[str]().union(*(one.skills_wanted for one in market.candidates))
        self._claims = {one.participant_id: len(one.skills_offered & wanted) for one in market.candidates}
        zones = {one.hours.zone for one in market.candidates if one.hours is not None}
        self._offset = {zone: offset_minutes(zone, settings.weeks[0]) for zone in zones}

    def score(self, mentor: Candidate, mentee: Candidate) -> int:
        """The weighted mean of the parts, rounded down to a millionth."""
        values = self._values(mentor, mentee)
        return (
            sum((value or 0) * weight for value, weight in zip(values, self._weights, strict=True))
            // self._weight
        )

    def breakdown(self, mentor: Candidate, mentee: Candidate) -> ScoreBreakdown:
        """The score with its parts; the millionths lost by rounding go to the largest remainders."""
        values = self._values(mentor, mentee)
        shares = [(value or 0) * weight for value, weight in zip(values, self._weights, strict=True)]
        score = sum(shares) // self._weight
        contributions = [share // self._weight for share in shares]
        by_remainder = sorted(range(len(shares)), key=lambda part: (-(shares[part] % self._weight), part))
        for part in by_remainder[: score - sum(contributions)]:
            contributions[part] += 1
        return ScoreBreakdown(
            score,
            tuple(
                ScorePart(criterion, value or 0, weight, contribution, value is not None)
                for criterion, value, weight, contribution in zip(
                    Criterion, values, self._weights, contributions, strict=True
                )
            ),
        )

    def _values(self, mentor: Candidate, mentee: Candidate) -> tuple[int | None, ...]:
        """The parts in the order of Criterion; None where something is not known."""
        return (
            self._skills(mentor, mentee),
            _function(mentor, mentee),
            self._seniority(mentor, mentee),
            self._zone(mentor, mentee),
            self._language(mentor, mentee),
        )

    def _skills(self, mentor: Candidate, mentee: Candidate) -> int | None:
        if not mentee.skills_wanted:
            return None
        met = len(mentee.skills_wanted & mentor.skills_offered)
        allowance = self._settings.skills_allowance
        claims = max(allowance, self._claims[mentor.participant_id])
        return FULL * met * allowance // (len(mentee.skills_wanted) * claims)

    def _seniority(self, mentor: Candidate, mentee: Candidate) -> int | None:
        if mentor.job_level is None or mentee.job_level is None:
            return None
        return LEVELS.get(level_gap(self._settings.format, mentor.job_level, mentee.job_level), 0)

    def _zone(self, mentor: Candidate, mentee: Candidate) -> int | None:
        if mentor.hours is None or mentee.hours is None:
            return None
        apart = abs(self._offset[mentor.hours.zone] - self._offset[mentee.hours.zone])
        return FULL * (HALF_DAY - min(apart, abs(DAY_MINUTES - apart))) // HALF_DAY

    def _language(self, mentor: Candidate, mentee: Candidate) -> int | None:
        if not (mentor.languages and mentee.languages):
            return None
        required = 1 if self._settings.language_required else 0
        beyond = max(0, len(mentor.languages & mentee.languages) - required)
        claims = max(LANGUAGES_ALLOWANCE, len(mentor.languages), len(mentee.languages))
        return FULL * min(beyond, FULL_LANGUAGES) * LANGUAGES_ALLOWANCE // (FULL_LANGUAGES * claims)


def _function(mentor: Candidate, mentee: Candidate) -> int | None:
    if mentor.function is None or mentee.function is None:
        return None
    return FULL if mentor.function == mentee.function else 0
