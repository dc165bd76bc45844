"""The hard constraints: a pair that fails one is never proposed, whatever it would score.

They are tested in the order of ConstraintCode and a refused pair carries the first one that fails. Capacity
comes after all rules about the two people, so that `no_capacity` says that none of those stood in the way.
"""

from collections import defaultdict
from collections.abc import Iterator
from enum import StrEnum

from services.matching.domain.hours import SLOT_MINUTES, distinct_weeks, week_mask
from services.matching.domain.run.market import Candidate, Market, ParticipantId, PersonId
from services.matching.domain.run.settings import Format, RunSettings


class ConstraintCode(StrEnum):
    """Why a pair is refused, in the order of the tests."""

    SAME_PERSON = "same_person"
    NOT_IN_AUDIENCE = "not_in_audience"
    EXCLUDED = "excluded"
    REPORTING_LINE = "reporting_line"
    LEVEL_UNKNOWN = "level_unknown"
    LEVEL_GAP = "level_gap"
    NO_COMMON_LANGUAGE = "no_common_language"
    AVAILABILITY_UNKNOWN = "availability_unknown"
    TOO_LITTLE_SHARED_TIME = "too_little_shared_time"
    NO_CAPACITY = "no_capacity"
    OTHER_DIRECTION = "other_direction"
    """Both could mentor each other and the other direction is the better one: two people make one pair."""


def level_gap(run_format: Format, mentor_level: int, mentee_level: int) -> int:
    """How many levels the mentor stands above the mentee, or below in a reverse program."""
    return mentee_level - mentor_level if run_format is Format.REVERSE else mentor_level - mentee_level


class PairRules:
    """The constraints of one run, prepared for its market; people with the same hours share the answer."""

    def __init__(self, market: Market, settings: RunSettings) -> None:
        self._settings = settings
        self._barred: dict[PersonId, set[PersonId]] = defaultdict(set)
        for first, second in map(tuple, market.exclusions):
            self._barred[first].add(second)
            self._barred[second].add(first)
        hours = {one.participant_id: one.hours for one in market.candidates if one.hours is not None}
        weeks = distinct_weeks((kept.zone for kept in hours.values()), settings.weeks)
        patterns: dict[tuple[int, ...], int] = {}
        self._pattern: dict[ParticipantId, int] = {}
        for participant, kept in hours.items():
            masks = tuple(week_mask(kept, week) for week in weeks)
            self._pattern[participant] = patterns.setdefault(masks, len(patterns))
        self._masks = tuple(patterns)
        self._minutes: dict[tuple[int, int], int] = {}

    def refusal(self, mentor: Candidate, mentee: Candidate) -> ConstraintCode | None:
        """The first constraint that the pair fails; None for a pair that may be proposed."""
        return self._who(mentor, mentee) or self._level(mentor, mentee) or self._contact(mentor, mentee)

    def refusals(self, mentor: Candidate, mentee: Candidate) -> tuple[ConstraintCode, ...]:
        """Every constraint that the pair fails, in their order; the first one is the refusal."""
        found = (
            *self._who_all(mentor, mentee),
            self._level(mentor, mentee),
            *self._contact_all(mentor, mentee),
        )
        return tuple(code for code in found if code is not None)

    def shared_minutes(self, mentor: Candidate, mentee: Candidate) -> int | None:
        """Common working minutes in the program's worst week; None while somebody's hours are unknown."""
        ours = self._pattern.get(mentor.participant_id)
        theirs = self._pattern.get(mentee.participant_id)
        if ours is None or theirs is None:
            return None
        key = (ours, theirs) if ours < theirs else (theirs, ours)
        minutes = self._minutes.get(key)
        if minutes is None:
            masks = zip(self._masks[ours], self._masks[theirs], strict=True)
            minutes = min((one & other).bit_count() for one, other in masks) * SLOT_MINUTES
            self._minutes[key] = minutes
        return minutes

    def _who(self, mentor: Candidate, mentee: Candidate) -> ConstraintCode | None:
        return next(self._who_all(mentor, mentee), None)

    def _who_all(self, mentor: Candidate, mentee: Candidate) -> Iterator[ConstraintCode]:
        senior, junior = mentor.person_id, mentee.person_id
        if senior == junior:
            yield ConstraintCode.SAME_PERSON
        if self._settings.audience_required and not (mentor.in_audience and mentee.in_audience):
            yield ConstraintCode.NOT_IN_AUDIENCE
        if senior in self._barred and junior in self._barred[senior]:
            yield ConstraintCode.EXCLUDED
        if self._settings.forbid_reporting_line and (
            senior in mentee.line_above or junior in mentor.line_above
        ):
            yield ConstraintCode.REPORTING_LINE

    def _level(self, mentor: Candidate, mentee: Candidate) -> ConstraintCode | None:
        least = self._settings.min_level_gap
        if least is None:
            return None
        if mentor.job_level is None or mentee.job_level is None:
            return ConstraintCode.LEVEL_UNKNOWN
        gap = level_gap(self._settings.format, mentor.job_level, mentee.job_level)
        return ConstraintCode.LEVEL_GAP if gap < least else None

    def _contact(self, mentor: Candidate, mentee: Candidate) -> ConstraintCode | None:
        return next(self._contact_all(mentor, mentee), None)

    def _contact_all(self, mentor: Candidate, mentee: Candidate) -> Iterator[ConstraintCode]:
        if self._settings.language_required and mentor.languages.isdisjoint(mentee.languages):
            yield ConstraintCode.NO_COMMON_LANGUAGE
        if self._settings.min_shared_minutes:
            minutes = self.shared_minutes(mentor, mentee)
            if minutes is None:
                yield ConstraintCode.AVAILABILITY_UNKNOWN
            elif minutes < self._settings.min_shared_minutes:
                yield ConstraintCode.TOO_LITTLE_SHARED_TIME
        if not (mentor.mentor_seats and mentee.mentee_slots):
            yield ConstraintCode.NO_CAPACITY
