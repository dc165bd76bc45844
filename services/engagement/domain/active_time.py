"""Time in which a match is active: what a pause covers does not count."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Pause:
    """The match rests from `started_at` until `ended_at`; None: it rests still."""

    started_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """When a match began and when it rested.

    Pauses are in order and disjoint, and only the last may be open.
    """

    activated_at: datetime
    pauses: tuple[Pause, ...] = ()

    @property
    def resting(self) -> bool:
        """Whether the last pause is open."""
        return bool(self.pauses) and self.pauses[-1].ended_at is None

    def active_between(self, start: datetime, end: datetime) -> timedelta:
        """Active time in [start, end); zero when `end` is not later."""
        if end <= start:
            return timedelta(0)
        rested = timedelta(0)
        for pause in self.pauses:
            covered = min(pause.ended_at or end, end) - max(pause.started_at, start)
            rested += max(covered, timedelta(0))
        return end - start - rested

    def after(self, start: datetime, active: timedelta) -> datetime | None:
        """The first instant from `start` by which `active` time has passed.

        None when an open pause comes first.
        """
        at, left = start, active
        for pause in self.pauses:
            if pause.ended_at is not None and pause.ended_at <= at:
                continue
            before = max(pause.started_at - at, timedelta(0))
            if left <= before:
                return at + left
            if pause.ended_at is None:
                return None
            left -= before
            at = pause.ended_at
        return at + left

    def due(self, offset: timedelta, now: datetime) -> datetime:
        """When something is due that was planned `offset` after activation.

        While the match rests, as if it went on at `now`.
        """
        pauses = self.pauses
        if self.resting:
            last = pauses[-1]
            pauses = (*pauses[:-1], replace(last, ended_at=max(now, last.started_at)))
        return Timeline(self.activated_at, pauses).after(self.activated_at, offset) or now

    def paused(self, at: datetime) -> "Timeline":
        """Resting from `at`; unchanged when it rests already."""
        return self if self.resting else replace(self, pauses=(*self.pauses, Pause(at)))

    def resumed(self, at: datetime, rested: timedelta | None = None) -> "Timeline":
        """Going on from `at`; unchanged when it does not rest.

        `rested` is how long it really rested, when that is known better than by when we heard of the pause.
        """
        if not self.resting:
            return self
        *earlier, last = self.pauses
        started_at = last.started_at
        if rested is not None:
            floor = earlier[-1].ended_at if earlier else None
            started_at = max(at - rested, floor or self.activated_at)
        return replace(self, pauses=(*earlier, Pause(started_at, max(at, started_at))))
