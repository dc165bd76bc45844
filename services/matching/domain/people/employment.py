"""From lifecycle observations to a status at an instant: starts, ends that move, leave, death."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from services.matching.domain.people.effective import start_of
from services.matching.domain.people.observation import Field, Observation, ObservationKind
from services.matching.domain.people.placement import OrderKey, Placed, zone_on
from services.matching.domain.people.zones import ZoneTable


class PersonStatus(StrEnum):
    PREHIRE = "prehire"
    ACTIVE = "active"
    LEAVE = "leave"
    SUSPENDED = "suspended"
    LEFT = "left"
    DECEASED = "deceased"


_PRESENCE = {
    ObservationKind.HIRE: PersonStatus.ACTIVE,
    ObservationKind.REHIRE: PersonStatus.ACTIVE,
    ObservationKind.LEAVE: PersonStatus.LEAVE,
    ObservationKind.RETURN_FROM_LEAVE: PersonStatus.ACTIVE,
    ObservationKind.SUSPENDED: PersonStatus.SUSPENDED,
}
_REPORTED_PRESENCE = {
    status.value: status for status in (PersonStatus.ACTIVE, PersonStatus.LEAVE, PersonStatus.SUSPENDED)
}
_STARTS = frozenset({ObservationKind.HIRE, ObservationKind.REHIRE})


@dataclass(frozen=True, slots=True)
class End:
    """What one observation says about the end of an employment: no last day withdraws what was said before.

    It is `inferred` where a source only mentions that the person is gone: it names no day by itself.
    """

    order: OrderKey
    recorded: tuple[datetime, str]
    last_day: date | None
    ends_at: datetime | None
    inferred: bool


@dataclass(frozen=True, slots=True)
class Employment:
    """The lifecycle facts of one person, sorted once and asked at any instant."""

    starts: tuple[Placed, ...]
    ends: tuple[End, ...]
    presence: tuple[tuple[Placed, PersonStatus], ...]
    died: Placed | None

    def instants(self) -> list[datetime]:
        """Return every instant at which the status may change."""
        ends = [end.ends_at for end in self.ends if end.ends_at is not None]
        died = [self.died.acts_at] if self.died is not None else []
        return [*(p.acts_at for p, _ in self.presence), *(p.acts_at for p in self.starts), *ends, *died]

    def status_at(self, at: datetime) -> tuple[PersonStatus, date | None]:
        """Return the status and, once it has passed, the last working day."""
        begun = [p for p in self.starts if p.acts_at <= at]
        end = self._end_of_spell(begun[-1] if begun else None)
        over = end is not None and end.ends_at is not None and end.ends_at <= at
        last_day = end.last_day if end is not None and over else None
        if self.died is not None and self.died.acts_at <= at:
            return PersonStatus.DECEASED, last_day
        if over:
            return PersonStatus.LEFT, last_day
        if not begun and self.starts and not any(e.order < self.starts[0].order for e in self.ends):
            return PersonStatus.PREHIRE, None
        since = begun[-1].order if begun else None
        in_force = [
            status for p, status in self.presence if p.acts_at <= at and (since is None or p.order >= since)
        ]
        return (in_force[-1] if in_force else PersonStatus.ACTIVE), None

    def _end_of_spell(self, start: Placed | None) -> End | None:
        """Return what was recorded last about the end of the spell that `start` opened.

        A later notice wins whatever its effective date: that is how a last working day moves. The earliest
        mention that the person is gone counts only where no notice is in force.
        """
        following = [p.order for p in self.starts if start is None or p.order > start.order]
        said = [
            end
            for end in self.ends
            if (start is None or end.order > start.order) and (not following or end.order < following[0])
        ]
        notice = max((e for e in said if not e.inferred), key=lambda e: e.recorded, default=None)
        if notice is not None and notice.last_day is not None:
            return notice
        since = notice.recorded if notice is not None else None
        mentions = [e for e in said if e.inferred and (since is None or e.recorded > since)]
        return min(mentions, key=lambda e: e.order, default=None)


def employment_of(accepted: Sequence[Placed], zones: ZoneTable) -> Employment:
    """Sort the lifecycle facts out of the ordered observations of one person."""
    starts = [p for p in accepted if p.observation.kind in _STARTS]
    presence = [(p, status) for p in accepted if (status := _presence(p.observation)) is not None]
    in_force = [p for p in starts if not any(_postpones(other, p) for other in starts)]
    void = [p for p in starts if p not in in_force]
    return Employment(
        starts=tuple(in_force),
        ends=tuple(_end(p, accepted, zones) for p in accepted if _speaks_of_the_end(p.observation)),
        presence=tuple(entry for entry in presence if entry[0] not in void),
        died=_death(accepted),
    )


def _presence(observation: Observation) -> PersonStatus | None:
    if observation.kind is ObservationKind.UPDATE:
        return _REPORTED_PRESENCE.get(observation.text(Field.STATUS) or "")
    return _PRESENCE.get(observation.kind)


def _postpones(other: Placed, start: Placed) -> bool:
    """A hire reported again with another day, before the first day came, replaces the first."""
    return (
        other.observation.kind is start.observation.kind is ObservationKind.HIRE
        and other.day != start.day
        and other.observation.recorded_at > start.observation.recorded_at
        and other.observation.recorded_at < start.acts_at
    )


def _speaks_of_the_end(observation: Observation) -> bool:
    if observation.kind is ObservationKind.UPDATE:
        moved = observation.text(Field.LAST_WORKING_DAY) is not None
        return moved or observation.text(Field.STATUS) == PersonStatus.LEFT
    return observation.kind in {
        ObservationKind.TERMINATION,
        ObservationKind.DECEASED,
        ObservationKind.RESCIND,
    }


def _end(placed: Placed, accepted: Sequence[Placed], zones: ZoneTable) -> End:
    observation = placed.observation
    recorded = (observation.recorded_at, observation.content_hash)
    if observation.kind is ObservationKind.RESCIND:
        return End(placed.order, recorded, None, None, inferred=False)
    reported = observation.text(Field.LAST_WORKING_DAY)
    last_day = date.fromisoformat(reported) if reported is not None else placed.day
    # The end is the end of that day where the person works on that day.
    ends_at = start_of(last_day + timedelta(days=1), zone_on(last_day, accepted, zones))
    inferred = observation.kind is ObservationKind.UPDATE and reported is None
    return End((last_day, *recorded), recorded, last_day, ends_at, inferred=inferred)


def _death(accepted: Sequence[Placed]) -> Placed | None:
    """Return the death reported last, unless it was withdrawn after that."""
    about = [p for p in accepted if _is_death(p.observation) or p.observation.kind is ObservationKind.RESCIND]
    latest = max(about, key=lambda p: (p.observation.recorded_at, p.observation.content_hash), default=None)
    return latest if latest is not None and _is_death(latest.observation) else None


def _is_death(observation: Observation) -> bool:
    reported = observation.text(Field.STATUS) == PersonStatus.DECEASED
    return observation.kind is ObservationKind.DECEASED or (
        observation.kind is ObservationKind.UPDATE and reported
    )
