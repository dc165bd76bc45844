"""Pulses: a few rated questions, asked of every member from time to time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.engagement.domain.errors import PulseNotOpen, UnknownQuestion
from services.engagement.domain.ids import MatchId, PersonId, PulseId
from services.engagement.domain.match import Match

SHOWN_FROM = 5
"""Fewer answers than these are never shown together: they would tell who said what."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """When pulses are asked, in active time: `first` after activation, then `every`."""

    first: timedelta
    every: timedelta

    def at(self, round_number: int) -> timedelta:
        """Active time from activation to a round, counted from 1."""
        return self.first + self.every * (round_number - 1)


@dataclass(frozen=True, slots=True)
class Pulse:
    """One round of a match; it is open until the next round or the end of the match."""

    id: PulseId
    match_id: MatchId
    round: int
    asked_at: datetime
    replied: frozenset[PersonId] = frozenset()

    def waiting_for(self, match: Match) -> tuple[PersonId, ...]:
        """The members who have not answered."""
        return tuple(m.person_id for m in match.members if m.person_id not in self.replied)


@dataclass(frozen=True, slots=True)
class Due:
    """`round` is the one to ask now, None: none; `next_at` when to look again, None: not by time."""

    round: int | None
    next_at: datetime | None


def due_round(match: Match, calendar: Calendar, now: datetime) -> Due:
    """Which round is due. Rounds missed, as in an outage, are skipped but for the latest."""
    if match.closed or match.timeline.resting:
        return Due(None, None)
    active = match.timeline.active_between(match.timeline.activated_at, now)
    latest = 0 if active < calendar.first else 1 + (active - calendar.first) // calendar.every
    following = max(latest, match.pulses) + 1
    next_at = match.timeline.after(match.timeline.activated_at, calendar.at(following))
    return Due(latest if latest > match.pulses else None, next_at)


def check_answers(
    pulse: Pulse | None, person_id: PersonId, answers: Mapping[str, int], questions: Iterable[str]
) -> Pulse:
    """The pulse that may be answered; questions may be left out, but not all.

    Raises PulseNotOpen when there is none or the person has answered, UnknownQuestion.
    """
    if pulse is None or person_id in pulse.replied:
        raise PulseNotOpen
    if not answers or not frozenset(questions).issuperset(answers):
        raise UnknownQuestion(field="answers")
    return pulse
