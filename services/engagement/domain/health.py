"""The health of a match: measured against the cadence that its program asks for.

With I = the cadence as active time (pauses do not count) and e = the active time since the last held
session, or since activation when there is none:

- `too_early` while less than I of active time has passed since activation; at exactly I no longer;
- `stalled`   when e > 2 I and no session is booked; at exactly 2 I not yet;
- `at_risk`   when e > 1.5 I; at exactly 1.5 I not yet;
- `on_track`  otherwise.

A session counts as booked until `booked_until` (exclusive). While a match rests nothing can be booked,
so resting never stalls it: its health stands still.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.engagement.domain.active_time import Timeline

_INSTANT = timedelta(microseconds=1)
"""The resolution of stored times: "more than" begins one instant after the boundary."""


class Health(StrEnum):
    """How a match is doing."""

    TOO_EARLY = "too_early"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    STALLED = "stalled"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """All that the health of a match depends on but the time.

    `booked_until` is when the last booking stops to count; None: nothing is booked.
    """

    timeline: Timeline
    cadence: timedelta
    last_held_at: datetime | None = None
    booked_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """The health now, and the first instant at which it changes if nothing else happens; None: never."""

    health: Health
    next_check_at: datetime | None


def assess(rhythm: Rhythm, now: datetime) -> Assessment:
    """The health at `now`, by the rules above."""
    timeline, cadence = rhythm.timeline, rhythm.cadence
    if timeline.active_between(timeline.activated_at, now) < cadence:
        return Assessment(Health.TOO_EARLY, timeline.after(timeline.activated_at, cadence))

    since = max(rhythm.last_held_at or timeline.activated_at, timeline.activated_at)
    elapsed = timeline.active_between(since, now)
    if elapsed <= cadence * 3 / 2:
        return Assessment(Health.ON_TRACK, timeline.after(since, cadence * 3 / 2 + _INSTANT))

    booked = timeline.resting or (rhythm.booked_until is not None and now < rhythm.booked_until)
    if elapsed > cadence * 2 and not booked:
        return Assessment(Health.STALLED, None)

    stalls_at = timeline.after(since, cadence * 2 + _INSTANT)
    if stalls_at is not None and rhythm.booked_until is not None:
        stalls_at = max(stalls_at, rhythm.booked_until)
    return Assessment(Health.AT_RISK, None if timeline.resting else stalls_at)
